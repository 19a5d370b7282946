"""The pages of a student, from only begun to a proposal."""

from collections.abc import Iterator
from contextlib import suppress

from django.urls import reverse

from matchmaking.models import Proposal
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import (
    Application,
    ApplicationDraft,
    AssistedApplication,
    ForwardRequest,
    Interview,
    Report,
    SavedSearch,
    Vacancy,
    WaitingListEntry,
)
from placements.validators import validate_can_apply
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.models import PlacementSearch
from students.steps import STEPS
from tests.e2e.addresses.base import STUDENT, Visit, first, link_to, page


def student() -> Iterator[Visit]:
    """The student's own pages, one reaction in every state the demo account has."""
    me = User.objects.get(email=STUDENT)
    mine = Application.objects.filter(student__user=me)
    vacancy = first(Vacancy.objects.accepting().exclude(applications__student__user=me))
    for name in ("my-overview", "my-saved", "my-data", "my-data-delete", "vacancy-list", "vacancy-map", "home"):
        yield page(name)
    for step in STEPS:
        yield page("my-search-edit", step.slug, label=f"my-search-edit {step.slug}")
    for state in mine.order_by("status", "pk").distinct("status"):
        yield page("application-detail", state.public_id, label=f"application-detail {state.status}")
    still_open = first(mine.filter(status__in=ApplicationStatus.open_statuses()))
    yield page("forward-answer", first(ForwardRequest.objects.filter(application__in=mine)).public_id)
    yield page("apply-done", still_open.public_id)
    yield page("application-withdraw", still_open.public_id)
    talk = first(Interview.objects.filter(application__student__user=me, status=InterviewStatus.PROPOSED))
    for name in ("interview-choose-slot", "interview-other-times", "interview-call-off"):
        yield page(name, talk.public_id)
    yield page("vacancy-detail", vacancy.public_id)
    yield page("apply", _fitting(me).public_id)
    yield page("apply", _full(me).public_id, label="apply where one cannot")
    yield page("vacancy-detail", mine[0].vacancy.public_id, label="vacancy-detail reacted")
    yield page("why-not-proposed", vacancy.public_id)
    yield page("own-places")
    yield from _own(me)
    yield page("team-overview", label="403", status=403)
    yield Visit("404 of somebody else's", reverse("application-detail", args=[_other(me).public_id]), 404)
    yield from _account()


def _account() -> Iterator[Visit]:
    for name in (
        "account",
        "account_email",
        "account_logout",
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "usersessions_list",
        "mail-preferences",
        "socialaccount_connections",
    ):
        yield page(name)


def _own(me: User) -> Iterator[Visit]:
    """What a student keeps, is asked and reports."""
    draft = first(ApplicationDraft.objects.filter(student__user=me))
    yield page("apply", draft.vacancy.public_id, label="apply with a draft")
    waiting = first(WaitingListEntry.objects.filter(student__user=me))
    yield page("vacancy-detail", waiting.vacancy.public_id, label="vacancy-detail in the row")
    yield page("search-save", query="?dag=ma&doelgroep=jongeren")
    asked = first(AssistedApplication.objects.waiting().filter(student__user=me))
    yield page("my-request", asked.public_id)
    introduced = first(AssistedApplication.objects.filter(student__user=me, kind="introduce", status="agreed"))
    yield page("my-request", introduced.public_id, label="my-request introduced")
    yield Visit("assisted-consent", link_to("assisted-consent", asked))
    stranger = first(AssistedApplication.objects.waiting().filter(student=None))
    yield Visit("assisted-consent of a stranger", link_to("assisted-consent", stranger))
    saved = first(SavedSearch.objects.filter(student__user=me))
    yield Visit("search-stop", link_to("saved-search-stop", saved))
    yield page("report-make")
    yield page("my-report", first(Report.objects.filter(student__user=me)).public_id)


def _fitting(me: User) -> Vacancy:
    """A place this student may react to."""
    search = PlacementSearch.objects.select_related("student").get(student__user=me)
    for vacancy in Vacancy.objects.accepting().order_by("pk"):
        with suppress(RuleError):
            validate_can_apply(search.student, search, vacancy)
            return vacancy
    raise AssertionError(f"the demo has no place {me} may react to")


def _full(me: User) -> Vacancy:
    """A place this student may not react to, for whatever reason."""
    search = PlacementSearch.objects.select_related("student").get(student__user=me)
    for vacancy in Vacancy.objects.accepting().exclude(applications__student__user=me).order_by("pk"):
        try:
            validate_can_apply(search.student, search, vacancy)
        except RuleError:
            return vacancy
    raise AssertionError(f"{me} may react everywhere")


def searching_student() -> Iterator[Visit]:
    """A student who has only begun."""
    yield page("my-overview")
    yield page("my-saved", label="my-saved empty")


def offered_student() -> Iterator[Visit]:
    """A student who may say yes or no to a place."""
    offered = first(Application.objects.filter(status=ApplicationStatus.OFFERED))
    yield page("my-overview")
    yield page("application-detail", offered.public_id, label="application-detail offered")
    yield page("offer-answer", offered.public_id)
    yield page("offer-answer", offered.public_id, query="?antwoord=nee")


def proposed_student() -> Iterator[Visit]:
    """A student for whom tonight's matching found a place."""
    proposal = first(Proposal.objects.all())
    yield page("my-overview")
    yield page("proposal-decline", proposal.public_id)


def _other(me: User) -> Application:
    found: Application = first(Application.objects.exclude(student__user=me))
    return found
