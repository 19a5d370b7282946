"""What the inventory tells the platform when Django starts."""

import datetime as dt

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations import panels
from organisations.enums import Role
from organisations.inventory import invariants, mail_samples
from organisations.inventory.emails import PURPOSE
from organisations.inventory.prefill import summary
from organisations.models import InventoryRequest, Team
from organisations.roles import has_role
from stagematch.links.models import SecretLink
from stagematch.links.purposes import register_purpose
from stagematch.mail.topics import Frequency, register_topic
from stagematch.ui.admin_site import StagematchAdminSite


def register() -> None:
    """Register the purpose of the link, the pages in the admin, the block on the team's page, samples and invariants."""
    register_purpose(PURPOSE, url_name="inventory-answer", label=_("stageplekken doorgeven"), renew=renewal)
    mail_samples.register()
    register_topic(
        "inventory",
        label=_("Herinnering aan de vraag om stageplekken"),
        explanation=_(
            "Je gaf nog geen antwoord op de vraag hoeveel plekken je team heeft. Hoogstens twee keer per ronde."
        ),
        templates=["inventory_reminder"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.OFF],
        audience=lambda user: has_role(user, Role.TEAM_LEAD),
    )
    invariants.register_all()
    panels.register_for_team("inventory", team_panel)
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        from organisations.inventory.urls import admin_urls

        admin.site.add_views(admin_urls)


def renewal(link: SecretLink) -> dt.datetime | None:
    """A new link makes sense while the round is open, for instance after its last day was moved."""
    request = link.subject
    if not isinstance(request, InventoryRequest) or not request.round.is_open:
        return None
    return request.round.ends_at


def team_panel(teams: list[Team], request: HttpRequest) -> list[panels.Panel]:
    """What the teams of this teamcoach are asked, on their own page."""
    from organisations.inventory.selectors import open_requests_of

    asked = open_requests_of(request.user)
    if not asked:
        return []
    rows = [(one, summary(one.given) if one.given else "") for one in asked]
    return [("organisations/inventory/_team_panel.html", {"rows": rows})]
