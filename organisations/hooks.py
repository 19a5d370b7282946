"""What organisations tells the platform below it (`apps.ready` calls `register`)."""

from django.contrib import admin
from django.http import HttpRequest

from organisations.enums import Role
from organisations.inventory import register as inventory
from organisations.invitations import hooks as invitations
from organisations.models import Membership, Organisation
from organisations.roles import has_role
from stagematch.accounts import landing, signup
from stagematch.accounts.models import User
from stagematch.mail import addresses, samples
from stagematch.ui import context
from stagematch.ui.admin_site import StagematchAdminSite


def register() -> None:
    """Register landing pages, the rule for signing up, and the doorkeeper of the admin."""
    landing.register(20, broker_page)
    landing.register(30, coordinator_page)
    landing.register(40, team_page)
    landing.register(90, platform_admin_page)
    signup.allow(is_address_of_a_school)
    samples.register(
        "organisations/member_invited",
        lambda: {
            "organisation": "Buurthuis De Linde",
            "role": Role.SUPERVISOR.label,
            "inviter": "Yara Verzonnen",
            "email": "dewi@delinde.example",
        },
    )
    addresses.register_watcher("organisations", depend_on_member)
    context.register_role(20, "makelaar", is_broker)
    context.register_role(30, "school", is_coordinator)
    context.register_role(40, "team", is_in_a_team)
    context.register_role(90, "beheer", is_platform_admin)
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        admin.site.allow_entry(is_broker)
    inventory.register()
    invitations.register()


def depend_on_member(user: User) -> list[User]:
    """The stagemakelaars and BPV-coördinatoren where somebody works: they invite people and can correct an address."""
    places = Membership.objects.active().filter(user=user).values("organisation")
    keepers = Membership.objects.active().filter(organisation__in=places, role__in=[Role.BROKER, Role.COORDINATOR])
    return [row.user for row in keepers.select_related("user").order_by("pk")]


def broker_page(request: HttpRequest) -> str | None:
    """A stagemakelaar starts at the queue."""
    return "admin:workspace" if has_role(request.user, Role.BROKER) else None


def coordinator_page(request: HttpRequest) -> str | None:
    """A BPV-coördinator starts at the students."""
    return "school-students" if has_role(request.user, Role.COORDINATOR) else None


def team_page(request: HttpRequest) -> str | None:
    """A teamcoach or praktijkbegeleider starts at the team."""
    return "team-overview" if has_role(request.user, Role.TEAM_LEAD, Role.SUPERVISOR) else None


def platform_admin_page(request: HttpRequest) -> str | None:
    """A platform admin starts at the index of the admin."""
    return "admin:index" if request.user.is_authenticated and request.user.is_superuser else None


def is_broker(request: HttpRequest) -> bool:
    """Brokers work in the admin; what they see there is limited per page."""
    return has_role(request.user, Role.BROKER)


def is_address_of_a_school(email: str) -> bool:
    """Tell whether the part after the @ is the e-mail domain of an approved school."""
    domain = email.rpartition("@")[2].strip().lower()
    return bool(domain) and Organisation.objects.public().schools().filter(email_domain__iexact=domain).exists()


def is_coordinator(request: HttpRequest) -> bool:
    """Tell whether this person is BPV-coördinator somewhere."""
    return has_role(request.user, Role.COORDINATOR)


def is_in_a_team(request: HttpRequest) -> bool:
    """Tell whether this person is teamcoach or praktijkbegeleider somewhere."""
    return has_role(request.user, Role.TEAM_LEAD, Role.SUPERVISOR)


def is_platform_admin(request: HttpRequest) -> bool:
    """Tell whether this person runs the platform."""
    return request.user.is_authenticated and request.user.is_superuser
