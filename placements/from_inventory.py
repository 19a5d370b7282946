"""What placements does with a yes in the inventory: a concept vacancy with all that the team already told."""

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.models import InventoryAnswer, Location, SupervisorCapacity, TeamCapacity
from placements.services import create_vacancy
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError


def draft_from_answer(
    answer: InventoryAnswer, pool: TeamCapacity, supervisors: list[SupervisorCapacity], actor: User
) -> str:
    """Start a concept for this team and period; return where the stagemakelaar finishes it.

    Runs in the transaction of the take-over. Raises RuleError `no_location` when neither the team nor its organisation
    has a location: a vacancy is always somewhere.
    """
    team, period = pool.team, pool.period
    location = team.location or Location.objects.filter(organisation=team.organisation_id).order_by("pk").first()
    if location is None:
        raise RuleError("no_location", _("Geef het team eerst een locatie, bij Beheer onder Teams."))
    vacancy = create_vacancy(
        team=team,
        actor=actor,
        location=location,
        period=period,
        pool=pool,
        title=(_("Stage bij %(team)s") % {"team": team.name})[:120],
        summary=_("Deze tekst schrijf je nog: in één zin wat een student hier doet."),
        tasks=answer.work,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        places=answer.places,
        supervisors=supervisors,
    )
    return reverse("admin:placements_vacancy_change", args=[vacancy.pk])
