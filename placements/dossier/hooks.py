"""What the file of a placement tells the rest of the house (`placements.hooks.register` calls it)."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations import panels as organisation_panels
from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import has_role
from placements import panels
from placements.dossier import links, mail_samples
from placements.dossier.statistics import evaluation_of
from placements.models import Placement
from stagematch.accounts.models import User
from stagematch.mail.topics import Frequency, register_topic
from students.models import Student


def register() -> None:
    """Register the mails, what the secret links are for, and the blocks on other pages."""
    mail_samples.register()
    links.register()
    panels.register("stage", stage_panel, needs="stage")
    organisation_panels.register_for_organisation("evaluations", evaluations_block)
    register_topic(
        "stages",
        label=_("Herinneringen over stages"),
        explanation=_("Een handtekening, een gesprek of een kaart voor de eerste dag moet nog."),
        templates=["placement_todo"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=_has_a_part,
    )
    register_topic(
        "look-back",
        label=_("Terugkijken op een stage"),
        explanation=_("Een paar vragen na de laatste dag."),
        templates=["placement_evaluate", "placement_outcome"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=_has_a_part,
    )


def _has_a_part(user: User) -> bool:
    work = has_role(user, Role.BROKER, Role.TEAM_LEAD, Role.SUPERVISOR, Role.COORDINATOR)
    return work or hasattr(user, "student")


def stage_panel(student: Student) -> list[panels.Panel]:
    """Point at the stage that was agreed, on the student's overview."""
    placement = (
        Placement.objects.active()
        .filter(student=student)
        .select_related("vacancy__organisation")
        .order_by("-starts_on")
        .first()
    )
    return [("placements/dossier/_panel.html", {"placement": placement})] if placement else []


def evaluations_block(organisation: Organisation, request: HttpRequest) -> list[organisation_panels.Panel]:
    """What students thought of their stage here, from five answers on (S16, R9)."""
    lines = evaluation_of(organisation)
    return [("placements/dossier/_evaluations.html", {"lines": lines})] if lines else []
