"""What roadshows tells the rooms below it."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaking.demo import hooks as demo_hooks
from organisations.enums import Role
from organisations.roles import has_role
from placements.services.retention import register_forgetter
from stagematch.accounts import landing
from stagematch.links.purposes import register_purpose
from stagematch.ui import context


def register() -> None:
    """Say where an organiser starts and which header they see, and put the published roadshows in the demo."""
    from roadshows import demo, registration_hooks
    from roadshows.services import tables

    context.register_role(50, "organisator", is_organiser)
    landing.register(50, organiser_start)
    demo_hooks.register_filler(demo.fill)
    register_purpose(tables.PURPOSE, url_name="work-table-link", label=_("de werktafel van een roadshow"))
    register_forgetter("votes at werktafels, after 30 days", tables.forget_votes)
    registration_hooks.register()


def is_organiser(request: HttpRequest) -> bool:
    """Whether this person organises roadshows."""
    return has_role(request.user, Role.ORGANISER)


def organiser_start(request: HttpRequest) -> str | None:
    """An organiser starts at the own roadshows."""
    return "roadshow-managed" if is_organiser(request) else None
