"""The workspace of an organisation: stagemakelaar, teamcoach and praktijkbegeleider."""

from collections.abc import Iterator
from uuid import UUID

from organisations.inventory.forms import WORDS
from organisations.models import InventoryRequest, Membership
from placements.dossier.access import whole_files
from placements.dossier.enums import Side
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import (
    Application,
    AssistedApplication,
    BulkOperation,
    Interview,
    OwnPlace,
    Placement,
    Vacancy,
)
from placements.workspace.queue import STAGES
from roadshows.models import Pledge
from stagematch.accounts.models import User
from tests.e2e.addresses.base import BROKER, TEAM_LEAD, Visit, first, page
from tests.e2e.addresses.stages import stage_actions


def stagemakelaar() -> Iterator[Visit]:
    """The workspace: the queue in all its stages, and a candidate in every state."""
    me = User.objects.get(email=BROKER)
    screened = Application.objects.screened_by(me)
    yield page("admin:workspace")
    yield page("admin:workspace-from-mail")
    yield page("admin:workspace-introductions")
    yield page("admin:workspace-introduction", first(AssistedApplication.objects.introduced_to(me)).public_id)
    for step in STAGES:
        yield page("admin:workspace", query=f"?fase={step}")
    yield page("admin:workspace", query="?van=mij")
    yield page("admin:workspace", query="?laat=ja&herkomst=proposal", label="workspace with more filters")
    yield page("admin:workspace-interviews")
    yield page("admin:workspace-answers")
    yield page("admin:workspace-capacity")
    yield page("admin:placement-list")
    stage = whole_files().filter(pk__in=Placement.objects.managed_by(me).values("pk")).order_by("pk").first()
    if stage is not None:
        yield page("admin:placement-file", stage.public_id)
        yield from stage_actions(stage, Side.ORGANISATION, me)
    for application in screened.order_by("status", "pk").distinct("status"):
        yield page("admin:workspace-candidate", application.public_id, label=f"candidate {application.status}")
    waiting = first(screened.filter(status__in=ApplicationStatus.unanswered()))
    yield page("admin:workspace-invite", waiting.public_id)
    yield page("admin:workspace-reject", waiting.public_id)
    yield page("admin:workspace-forward", waiting.public_id)
    several = screened.order_by("-status", "pk")[:3]
    ticked = "?" + "&".join(f"k={application.public_id}" for application in several)
    together = "?" + "&".join(f"k={a.public_id}" for a in screened.unanswered().order_by("pk")[:3])
    yield page("admin:workspace-reject-together", query=ticked, label="reject together")
    yield page("admin:workspace-reject-together", query=together, label="reject three together")
    yield page("admin:workspace-invite-together", query=together, label="invite together")
    sent, _new = BulkOperation.objects.get_or_create(key=UUID(int=1), defaults={"kind": "rejection", "actor": me})
    for application in several:
        sent.items.get_or_create(application=application, defaults={"outcome": "skipped", "why": "staat op 'gelezen'"})
    yield page("admin:workspace-together-done", sent.key, label="together done")
    yield page("admin:placements_answertemplate_changelist")
    yield page("admin:placements_answertemplate_add")
    talked = first(
        screened.filter(
            status__in={ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE}
        )
    )
    yield page("admin:workspace-offer", talked.public_id)
    yield page("admin:workspace-reserves", talked.vacancy.public_id)
    yield page("admin:inventory", label="inventory goes to the newest period")
    yield page("admin:inventory-new")
    asked = first(InventoryRequest.objects.of_broker(me).waiting())
    answered = first(InventoryRequest.objects.of_broker(me).exclude(answer=None).filter(period=asked.period))
    yield page("admin:inventory-period", asked.period.slug)
    yield page("admin:inventory-team", asked.public_id)
    yield page("admin:inventory-team", answered.public_id, label="inventory-team answered")
    planned = first(screened.filter(interviews__status=InterviewStatus.PLANNED))
    yield page("admin:workspace-record", planned.public_id)
    ahead = first(Interview.objects.filter(application__in=screened, status=InterviewStatus.PLANNED))
    for name in ("times", "call-off", "missed"):
        yield page(f"admin:workspace-talk-{name}", ahead.public_id)
    vacancy = first(Vacancy.objects.managed_by(me).filter(applications__status__in=ApplicationStatus.open_statuses()))
    for part in ("change", "akkoord", "sluiten", "kopieren", "ruimte", "publiceren"):
        yield page(f"admin:placements_vacancy_{part}", vacancy.pk)
    yield page("admin:placements_vacancy_changelist")
    yield page("admin:placements_vacancy_add")
    yield page("admin:placements_vacancy_delen")
    yield page("admin:own-places")
    yield page("admin:own-place", first(OwnPlace.objects.of_broker(me)).public_id)
    yield page("home")
    yield page("vacancy-list")
    yield page("account")
    yield page("mail-preferences")
    yield page("my-overview", label="403", status=403)


def team() -> Iterator[Visit]:
    """What teamcoach and praktijkbegeleider see."""
    yield page("team-overview")
    yield page("guidance")
    yield page("home")
    yield page("account")
    yield page("mail-preferences")


def team_lead() -> Iterator[Visit]:
    """The team, and what a teamcoach is asked for it."""
    yield from team()
    asked = first(InventoryRequest.objects.of_team_lead(User.objects.get(email=TEAM_LEAD)).waiting())
    yield page("team-inventory", asked.public_id)
    for word in WORDS:
        yield page("team-inventory", asked.public_id, query=f"?antwoord={word}")


def broker_with_pledges() -> User:
    pledge = first(Pledge.objects.filter(links__status="suggested"))
    member = Membership.objects.filter(organisation=pledge.organisation, role="broker").order_by("pk").first()
    assert member is not None
    return member.user


def pledge_broker() -> Iterator[Visit]:
    """A stagemakelaar whose organisation promised places at a roadshow."""
    pledge = first(Pledge.objects.of_broker(broker_with_pledges()).filter(links__status="suggested"))
    yield page("admin:pledges")
    yield page("admin:pledge", pledge.public_id)
