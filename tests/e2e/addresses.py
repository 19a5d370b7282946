"""Every page per role, with sample arguments taken from the demo data: the table the browser tests walk."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from matchmaking.models import Policy, Proposal
from organisations.enums import Role
from organisations.inventory.forms import WORDS
from organisations.models import InventoryRequest, Invitation, Membership
from placements.dossier.access import Acting, whole_files
from placements.dossier.enums import Side
from placements.dossier.links import GUARDIAN, personal_link
from placements.dossier.page import FilePage
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import (
    Application,
    ApplicationDraft,
    AssistedApplication,
    BulkOperation,
    ForwardRequest,
    HelpTask,
    Interview,
    OwnPlace,
    Placement,
    Report,
    SavedSearch,
    Vacancy,
    VacancyAgreement,
    WaitingListEntry,
)
from placements.validators import validate_can_apply
from placements.workspace.queue import STAGES
from roadshows.models import Pledge, Registration, Roadshow, Signature
from roadshows.pledge_emails import personal_link as personal_pledge_link
from roadshows.services.pledges import make_helper_link
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link
from stagematch.mail import samples, topics
from stagematch.ui.admin_site import StagematchAdminSite
from stagematch.ui.errors import RuleError
from students.models import ImportStatus, PlacementSearch, StudentImport
from students.services import uploads
from students.steps import STEPS

NOBODY = ""  # somebody who has not signed in
STUDENT = "student@demo.example"
SEARCHING = "student2@demo.example"
BROKER = "stagemakelaar@demo.example"
TEAM_LEAD = "teamcoach@demo.example"
SUPERVISOR = "praktijkbegeleider@demo.example"
COORDINATOR = "bpv@demo.example"
CAREFUL = "bpv2@demo.example"  # has a second factor
ORGANISER = "organisator@demo.example"
OBSERVER = "gemeente@demo.example"
PLATFORM_ADMIN = "beheer@demo.example"
ROLES = {
    "public": NOBODY,
    "stage by link": NOBODY,
    "student": STUDENT,
    "student without reactions": SEARCHING,
    "stagemakelaar": BROKER,
    "teamcoach": TEAM_LEAD,
    "praktijkbegeleider": SUPERVISOR,
    "bpv": COORDINATOR,
    "bpv with a second factor": CAREFUL,
    "organisator": ORGANISER,
    "gemeente": OBSERVER,
    "beheer": PLATFORM_ADMIN,
}


def email_of(role: str) -> str:
    """Return whose pages these are; some roles are whoever in the demo is in that state."""
    if role == "student with an offer":
        return str(_first(Application.objects.filter(status=ApplicationStatus.OFFERED)).student.user.email)
    if role == "student with a proposal":
        return str(_first(Proposal.objects.all()).search.student.user.email)
    if role == "student with a stage":
        return str(_stage(status="agreed", file__is_minor=False).student.user.email)
    if role == "student who looks back":
        return str(_stage(status="finished").student.user.email)
    if role == "stagemakelaar with pledges":
        return str(_broker_with_pledges().email)
    if role == "school with stages":
        return str(_school_with_stages().email)
    return ROLES[role]


def _stage(**which: Any) -> Placement:
    found: Placement = _first(whole_files().filter(**which))
    return found


def _school_with_stages() -> User:
    stopped = _stage(status="ended_early")
    member = Membership.objects.filter(organisation=stopped.student.school, role="coordinator").order_by("pk").first()
    assert member is not None
    return member.user


@dataclass(frozen=True)
class Visit:
    """One page to look at, and the status it must have."""

    label: str
    path: str
    status: int = 200


def is_about_the_shortage(email: str, visit: Visit) -> bool:
    """Whether a page belongs to a school or shows the shortage: those are also printed."""
    return email in {COORDINATOR, OBSERVER} or visit.label.startswith(("shortage", "open-data", "own-area"))


def _page(name: str, *args: Any, query: str = "", label: str = "", status: int = 200) -> Visit:
    return Visit(
        label or name.removeprefix("admin:") + (f" {query}" if query else ""), reverse(name, args=args) + query, status
    )


def _first(rows: Any) -> Any:
    found = rows.order_by("pk").first()
    assert found is not None, f"the demo data has no such row: {rows.query}"
    return found


def public() -> Iterator[Visit]:
    """What anybody sees, and the ways it can go wrong."""
    vacancy = _first(Vacancy.objects.accepting())
    for name in (
        "home",
        "help",
        "language",
        "privacy",
        "accessibility",
        "open-source",
        "how-matching-works",
        "matching-fairness",
    ):
        yield _page(name)
    yield _page("shortage-public")
    yield _page("shortage-public", query="?soort=gemeente", label="shortage-public per gemeente")
    yield _page("shortage-area", "provincie", "PV28")
    yield _page("shortage-area", "gemeente", "GM0546", label="shortage-area of a gemeente")
    yield _page("shortage-fit-public")
    yield _page("open-data")
    yield _page("vacancy-list")
    yield _page("vacancy-list", query="?plaats=Utrecht&straal=10&dagen=ma&sorteer=afstand")
    yield _page("vacancy-list", query="?q=bestaatechtniet", label="vacancy-list empty")
    yield _page("vacancy-list", query="?pagina=2")
    yield _page("vacancy-map")
    yield _page("vacancy-map", query="?q=bestaatechtniet", label="vacancy-map empty")
    yield _page("vacancy-detail", vacancy.public_id)
    yield _page("organisation-detail", vacancy.organisation.slug)
    yield _page("embed", vacancy.organisation.slug)
    yield Visit("vacancy-agreement", _agreement_link())
    yield Visit("own-place-contact", _own_place_link())
    yield _page("roadshow-list")
    yield _page("roadshow-detail", "leiden-2025")
    yield _page("roadshow-detail", "rotterdam-den-haag-2023", label="roadshow-detail with werktafels")
    yield _page("roadshow-detail", "amsterdam-2026", label="roadshow-detail with signatures")
    yield _page("roadshow-impact", "amsterdam-2026")
    yield _page("roadshows-impact")
    yield _page("declaration")
    yield _page("declaration-text", 1)
    yield _page("signature-detail", _first(Signature.objects.register()).public_id)
    yield _page("roadshow-detail", "utrecht-maakt-plek-demo", label="roadshow-detail to come")
    yield _page("roadshow-register", "utrecht-maakt-plek-demo")
    yield _page("roadshow-register", "zwolle-maakt-plek-demo", label="roadshow-register full")
    yield _page("roadshow-register", "leiden-2025", label="roadshow-register closed")
    yield _page("roadshow-registered", "utrecht-maakt-plek-demo")
    yield _page("roadshow-pledge-new", "utrecht-maakt-plek-demo")
    yield _page("roadshow-pledge-new", "leiden-2025", label="roadshow-pledge-new closed")
    yield _page("roadshow-pledge-done", "utrecht-maakt-plek-demo")
    yield _page("roadshow-tally", "utrecht-maakt-plek-demo")
    yield _page("roadshow-detail", "rijnstreek-maakte-plek-demo", label="roadshow-detail with pledges")
    for label, which in (("confirm", {"confirmed_at": None}), ("answer", {"status": "promised", "kind": "places"})):
        path = urlsplit(personal_pledge_link(_first(Pledge.objects.filter(roadshow__is_demo=True, **which)))).path
        yield Visit(f"pledge-by-link {label}", path)
    for status in ("confirmed", "waiting", "offered"):
        path = _link("registration", _first(Registration.objects.filter(status=status)))
        yield Visit(f"registration {status}", path)
    yield Visit("registration calling off", f"{path}?afmelden=1")
    yield Visit("registration-change", f"{path}wijzig/")
    yield _page("check-in-code", "ABCDE23456")
    yield Visit("check-in-helper", _link("check_in", Roadshow.objects.get(slug="utrecht-maakt-plek-demo")))
    for name in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        yield _page(name)
    yield _page("account_reset_password_done")
    yield _page("account_email_verification_sent")
    yield _page("account_inactive")
    yield _page("account_reset_password_from_key", "1", "wrong-key", label="account_reset_password_from_key broken")
    yield _page("admin:index", label="admin sends to signing in")
    yield Visit("mail-unsubscribe", topics.unsubscribe_path(User.objects.get(email=BROKER), "answers"))
    yield from _secret_links()
    yield from _invitation_links()
    yield Visit("404", "/bestaat-niet/", 404)


def _secret_links() -> Iterator[Visit]:
    """A page behind a secret link, and the pages of links that do not work any more."""
    asked = _first(InventoryRequest.objects.waiting())
    now = clock.now()
    for label, made in (("works", now), ("expired", now - dt.timedelta(days=9))):
        with clock.at(made):
            link = make_link(
                purpose="inventory", subject=asked, expires_at=made + dt.timedelta(days=7), email="team@demo.example"
            )
        path = link[link.index("/inventarisatie/") :]
        yield Visit(f"secret link {label}", path, 200 if label == "works" else 410)
        if label == "works":
            yield Visit("secret link answer", f"{path}?antwoord=ja")


def _invitation_links() -> Iterator[Visit]:
    """The page a colleague says yes on: without an account, and with one."""
    asked = _first(Invitation.objects.open())
    yield Visit("invitation", _link("invitation", asked))
    known = _first(Invitation.objects.open().exclude(pk=asked.pk))
    known.email = STUDENT
    known.save(update_fields=["email"])
    yield Visit("invitation with an account", _link("invitation", known))


def _link(purpose: str, subject: Any) -> str:
    """The path of a new secret page about something."""
    address = make_link(
        purpose=purpose, subject=subject, expires_at=clock.now() + dt.timedelta(days=2), email="x@demo.example"
    )
    return address.removeprefix(settings.BASE_URL)


def _agreement_link() -> str:
    return _link("vacancy_agreement", _first(VacancyAgreement.objects.filter(status="requested")))


def _own_place_link() -> str:
    return _link("own_place", _first(OwnPlace.objects.filter(status="asked")))


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
        yield _page(name)


def student() -> Iterator[Visit]:
    """The student's own pages, one reaction in every state the demo account has."""
    me = User.objects.get(email=STUDENT)
    mine = Application.objects.filter(student__user=me)
    vacancy = _first(Vacancy.objects.accepting().exclude(applications__student__user=me))
    for name in ("my-overview", "my-saved", "my-data", "my-data-delete", "vacancy-list", "vacancy-map", "home"):
        yield _page(name)
    for step in STEPS:
        yield _page("my-search-edit", step.slug, label=f"my-search-edit {step.slug}")
    for state in mine.order_by("status", "pk").distinct("status"):
        yield _page("application-detail", state.public_id, label=f"application-detail {state.status}")
    still_open = _first(mine.filter(status__in=ApplicationStatus.open_statuses()))
    yield _page("forward-answer", _first(ForwardRequest.objects.filter(application__in=mine)).public_id)
    yield _page("apply-done", still_open.public_id)
    yield _page("application-withdraw", still_open.public_id)
    talk = _first(Interview.objects.filter(application__student__user=me, status=InterviewStatus.PROPOSED))
    for name in ("interview-choose-slot", "interview-other-times", "interview-call-off"):
        yield _page(name, talk.public_id)
    yield _page("vacancy-detail", vacancy.public_id)
    yield _page("apply", _fitting(me).public_id)
    yield _page("apply", _full(me).public_id, label="apply where one cannot")
    yield _page("vacancy-detail", mine[0].vacancy.public_id, label="vacancy-detail reacted")
    yield _page("why-not-proposed", vacancy.public_id)
    yield _page("own-places")
    yield from _own(me)
    yield _page("team-overview", label="403", status=403)
    yield Visit("404 of somebody else's", reverse("application-detail", args=[_other(me).public_id]), 404)
    yield from _account()


def _own(me: User) -> Iterator[Visit]:
    """What a student keeps, is asked and reports."""
    draft = _first(ApplicationDraft.objects.filter(student__user=me))
    yield _page("apply", draft.vacancy.public_id, label="apply with a draft")
    waiting = _first(WaitingListEntry.objects.filter(student__user=me))
    yield _page("vacancy-detail", waiting.vacancy.public_id, label="vacancy-detail in the row")
    yield _page("search-save", query="?dag=ma&doelgroep=jongeren")
    asked = _first(AssistedApplication.objects.waiting().filter(student__user=me))
    yield _page("my-request", asked.public_id)
    introduced = _first(AssistedApplication.objects.filter(student__user=me, kind="introduce", status="agreed"))
    yield _page("my-request", introduced.public_id, label="my-request introduced")
    yield Visit("assisted-consent", _link("assisted-consent", asked))
    stranger = _first(AssistedApplication.objects.waiting().filter(student=None))
    yield Visit("assisted-consent of a stranger", _link("assisted-consent", stranger))
    saved = _first(SavedSearch.objects.filter(student__user=me))
    yield Visit("search-stop", _link("saved-search-stop", saved))
    yield _page("report-make")
    yield _page("my-report", _first(Report.objects.filter(student__user=me)).public_id)


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
    yield _page("my-overview")
    yield _page("my-saved", label="my-saved empty")


def offered_student() -> Iterator[Visit]:
    """A student who may say yes or no to a place."""
    offered = _first(Application.objects.filter(status=ApplicationStatus.OFFERED))
    yield _page("my-overview")
    yield _page("application-detail", offered.public_id, label="application-detail offered")
    yield _page("offer-answer", offered.public_id)
    yield _page("offer-answer", offered.public_id, query="?antwoord=nee")


def proposed_student() -> Iterator[Visit]:
    """A student for whom tonight's matching found a place."""
    proposal = _first(Proposal.objects.all())
    yield _page("my-overview")
    yield _page("proposal-decline", proposal.public_id)


def _other(me: User) -> Application:
    found: Application = _first(Application.objects.exclude(student__user=me))
    return found


def stagemakelaar() -> Iterator[Visit]:
    """The workspace: the queue in all its stages, and a candidate in every state."""
    me = User.objects.get(email=BROKER)
    screened = Application.objects.screened_by(me)
    yield _page("admin:workspace")
    yield _page("admin:workspace-from-mail")
    yield _page("admin:workspace-introductions")
    yield _page("admin:workspace-introduction", _first(AssistedApplication.objects.introduced_to(me)).public_id)
    for stage in STAGES:
        yield _page("admin:workspace", query=f"?fase={stage}")
    yield _page("admin:workspace", query="?van=mij")
    yield _page("admin:workspace", query="?laat=ja&herkomst=proposal", label="workspace with more filters")
    yield _page("admin:workspace-interviews")
    yield _page("admin:workspace-answers")
    yield _page("admin:workspace-capacity")
    yield _page("admin:placement-list")
    stage = whole_files().filter(pk__in=Placement.objects.managed_by(me).values("pk")).order_by("pk").first()
    if stage is not None:
        yield _page("admin:placement-file", stage.public_id)
        yield from _stage_actions(stage, Side.ORGANISATION, me)
    for application in screened.order_by("status", "pk").distinct("status"):
        yield _page("admin:workspace-candidate", application.public_id, label=f"candidate {application.status}")
    waiting = _first(screened.filter(status__in=ApplicationStatus.unanswered()))
    yield _page("admin:workspace-invite", waiting.public_id)
    yield _page("admin:workspace-reject", waiting.public_id)
    yield _page("admin:workspace-forward", waiting.public_id)
    several = screened.order_by("-status", "pk")[:3]
    ticked = "?" + "&".join(f"k={application.public_id}" for application in several)
    together = "?" + "&".join(f"k={a.public_id}" for a in screened.unanswered().order_by("pk")[:3])
    yield _page("admin:workspace-reject-together", query=ticked, label="reject together")
    yield _page("admin:workspace-reject-together", query=together, label="reject three together")
    yield _page("admin:workspace-invite-together", query=together, label="invite together")
    sent, _new = BulkOperation.objects.get_or_create(key=UUID(int=1), defaults={"kind": "rejection", "actor": me})
    for application in several:
        sent.items.get_or_create(application=application, defaults={"outcome": "skipped", "why": "staat op 'gelezen'"})
    yield _page("admin:workspace-together-done", sent.key, label="together done")
    yield _page("admin:placements_answertemplate_changelist")
    yield _page("admin:placements_answertemplate_add")
    talked = _first(
        screened.filter(
            status__in={ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE}
        )
    )
    yield _page("admin:workspace-offer", talked.public_id)
    yield _page("admin:workspace-reserves", talked.vacancy.public_id)
    yield _page("admin:inventory", label="inventory goes to the newest period")
    yield _page("admin:inventory-new")
    asked = _first(InventoryRequest.objects.of_broker(me).waiting())
    answered = _first(InventoryRequest.objects.of_broker(me).exclude(answer=None).filter(period=asked.period))
    yield _page("admin:inventory-period", asked.period.slug)
    yield _page("admin:inventory-team", asked.public_id)
    yield _page("admin:inventory-team", answered.public_id, label="inventory-team answered")
    planned = _first(screened.filter(interviews__status=InterviewStatus.PLANNED))
    yield _page("admin:workspace-record", planned.public_id)
    ahead = _first(Interview.objects.filter(application__in=screened, status=InterviewStatus.PLANNED))
    for name in ("times", "call-off", "missed"):
        yield _page(f"admin:workspace-talk-{name}", ahead.public_id)
    vacancy = _first(Vacancy.objects.managed_by(me).filter(applications__status__in=ApplicationStatus.open_statuses()))
    for page in ("change", "akkoord", "sluiten", "kopieren", "ruimte", "publiceren"):
        yield _page(f"admin:placements_vacancy_{page}", vacancy.pk)
    yield _page("admin:placements_vacancy_changelist")
    yield _page("admin:placements_vacancy_add")
    yield _page("admin:placements_vacancy_delen")
    yield _page("admin:own-places")
    yield _page("admin:own-place", _first(OwnPlace.objects.of_broker(me)).public_id)
    yield _page("home")
    yield _page("vacancy-list")
    yield _page("account")
    yield _page("mail-preferences")
    yield _page("my-overview", label="403", status=403)


def team() -> Iterator[Visit]:
    """What teamcoach and praktijkbegeleider see."""
    yield _page("team-overview")
    yield _page("guidance")
    yield _page("home")
    yield _page("account")
    yield _page("mail-preferences")


def team_lead() -> Iterator[Visit]:
    """The team, and what a teamcoach is asked for it."""
    yield from team()
    asked = _first(InventoryRequest.objects.of_team_lead(User.objects.get(email=TEAM_LEAD)).waiting())
    yield _page("team-inventory", asked.public_id)
    for word in WORDS:
        yield _page("team-inventory", asked.public_id, query=f"?antwoord={word}")


def bpv() -> Iterator[Visit]:
    """The coordinator's students, and setting up a second factor."""
    yield _page("shortage-dashboard")
    yield _page("shortage-dashboard", query="?gebied=provincie&alles=ja", label="shortage-dashboard of regions")
    yield _page("shortage-students", query="?leerjaar=2&soort=structureel")
    yield _page("shortage-what-if")
    yield _page("shortage-what-if", query="?kan=km-5", label="shortage-what-if own students")
    yield _page("school-proposals")
    yield _page("mfa_activate_totp")
    yield _page("shortage-fit")
    yield _page("school-students")
    yield _page("school-late-answers")
    yield _page("school-import")
    yield _page("school-waves")
    yield _page("school-tokens")
    yield from _imports()
    yield _page("school-ask", User.objects.get(email=STUDENT).student.public_id)
    yield _page("school-help")
    yield _page("school-help", query="?reden=rejected", label="school-help of one reason")
    yield _page("school-help-settings")
    yield _page("school-tasks")
    yield _page("school-tasks", query="?welke=klaar", label="school-tasks done")
    helped = _first(HelpTask.objects.filter(owner__email=COORDINATOR, status="open")).student
    yield _page("school-student", helped.public_id)
    yield _page("school-student", helped.public_id, query="?doe=rejected", label="school-student with a new task")
    yield _page("school-classes")
    yield _page("school-classes", query=f"?klas={helped.class_name}", label="school-classes of one class")
    yield _page("school-reports")
    yield _page("shortage-expected")
    yield _page("shortage-expected", query="?periode=sep-jan-2028", label="shortage-expected next year")
    yield _page("shortage-forecast")
    yield _page("shortage-forecast", query="?periode=sep-jan-2028", label="shortage-forecast not yet")
    yield _page("school-report", _first(Report.objects.all()).public_id)
    yield _page("school-placements")
    yield _page("school-inventory")
    yield _page("school-inventory-new")
    yield _page("school-own-places")
    yield _page("school-colleagues")
    yield _page("my-invitations")
    yield _page("school-students", query="?q=bestaatechtniet", label="school-students empty")
    yield _page("home")
    yield _page("account")
    yield _page("mail-preferences")


def _imports() -> Iterator[Visit]:
    """A list on its way in at every step: just sent, faulty, good, at the worker, done."""
    user = User.objects.get(email=COORDINATOR)
    school = Membership.objects.get(user=user, role=Role.COORDINATOR).organisation
    good = (settings.BASE_DIR / "docs" / "samples" / "studenten-zadkine.csv").read_bytes()

    def sent(content: bytes) -> StudentImport:
        return uploads.keep_upload(school=school, actor=user, file_name="lijst.csv", content=content)

    def checked(content: bytes) -> StudentImport:
        upload = sent(content)
        mapping = uploads.guess_mapping(upload, uploads.open_upload(content))
        return uploads.choose_columns(upload=upload, actor=user, mapping=mapping)

    faulty, fine, done = checked(good.replace(b";25615;", b";1;")), checked(good), checked(good)
    uploads.confirm_import(upload=done, actor=user)
    waiting = checked(good)
    StudentImport.objects.filter(pk=waiting.pk).update(status=ImportStatus.CHECKING)
    yield _page("school-import-columns", sent(good).public_id)
    yield _page("school-import-check", faulty.public_id, label="school-import-check with faults")
    yield _page("school-import-check", fine.public_id)
    yield _page("school-import-progress", waiting.public_id)
    yield _page("school-import-report", done.public_id)


def second_factor() -> Iterator[Visit]:
    """Setting up an authenticator app, recovery codes and a passkey, and what is there to see afterwards."""
    user = User.objects.get(email=CAREFUL)
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
    ):
        yield _page(name)


def organiser() -> Iterator[Visit]:
    """The own roadshows of an organiser."""
    own = _first(Roadshow.objects.managed_by(User.objects.get(email=ORGANISER)).coming())
    over = _first(Roadshow.objects.managed_by(User.objects.get(email=ORGANISER)).filter(status="reported"))
    yield _page("roadshow-managed")
    yield _page("roadshow-new")
    yield _page("roadshow-detail", own.slug)
    yield _page("roadshow-edit", own.slug)
    yield _page("roadshow-status", own.slug)
    yield _page("roadshow-registrations", own.slug)
    yield _page("check-in", own.slug)
    someone = _first(Registration.objects.filter(roadshow=own, status="confirmed"))
    yield _page("check-in-code", someone.code, label="check-in-code of somebody")
    yield _page("roadshow-registration-cancel", own.slug, query=f"?wie={someone.public_id}")
    yield _page("roadshow-status", over.slug, label="roadshow-status finished")
    coming = Roadshow.objects.get(slug="utrecht-maakt-plek-demo")
    yield _page("roadshow-signatures", coming.slug)
    yield _page("roadshow-outcomes", over.slug)
    yield _page("roadshow-briefing", coming.slug)
    yield Visit("roadshows-impact own", f"{reverse('roadshows-impact')}?eigen")
    yield Visit("roadshows-impact rows", f"{reverse('roadshows-impact-rows')}?stap=promised")
    yield _page("roadshow-tables", coming.slug)
    yield _page("roadshow-table", coming.slug, 1)
    yield _page("roadshow-table-change", coming.slug, 1)
    yield _page("roadshow-tables-screen", coming.slug)
    past = Roadshow.objects.get(slug="rijnstreek-maakte-plek-demo")
    helpers = make_helper_link(roadshow=past, actor=User.objects.get(email=ORGANISER))
    yield Visit("pledge-helper", urlsplit(helpers).path)
    yield _page("roadshow-pledges", past.slug)
    yield _page("roadshow-pledges", past.slug, query="?stap=filled")
    yield _page("roadshow-pledges", past.slug, query="?naam=bestaatechtniet", label="roadshow-pledges empty")
    yield _page("roadshow-pledges", coming.slug, label="roadshow-pledges open")
    yield _page("roadshow-pledge-add", past.slug)
    yield _page("roadshow-pledge", past.slug, _first(past.pledges.filter(links__isnull=False)).public_id)
    loose = _first(coming.pledges.filter(confirmed_at=None))
    yield _page("roadshow-pledge", coming.slug, loose.public_id, label="roadshow-pledge not confirmed")
    yield _page("roadshow-tally", coming.slug, label="roadshow-tally with code")


def observer() -> Iterator[Visit]:
    """What a gemeente sees that looks along."""
    yield _page("own-area")
    yield _page("home")
    yield _page("account")


def beheer() -> Iterator[Visit]:
    """The site as a platform admin sees it; the admin's own pages are in `admin_pages`."""
    yield _page("home")
    yield _page("account")
    yield _page("mail-preferences")
    yield _page("admin:workspace")
    yield _page("admin:workspace-answers-organisations")
    yield _page("admin:mail-samples")
    yield _page("admin:mail_mailaddress_changelist")
    yield _page("admin:organisations_schoolsignin_changelist")
    yield _page("admin:organisations_schoolsignin_add")
    search = _first(PlacementSearch.objects.filter(status="open"))
    yield _page("admin:matching-find", query="?q=samen")
    yield _page("admin:matching-student", search.public_id)
    yield _page("admin:matching-vacancy", _first(Vacancy.objects.accepting()).public_id)
    policy = _first(Policy.objects.all())
    yield _page("admin:matchmaking_policy_activate", policy.pk)
    yield _page("admin:mail-sample", samples.names()[0])


def admin_pages(user: User) -> Iterator[Visit]:
    """The admin's index, and of every model its list, a row, a new row and the question before deleting."""
    site = admin.site
    assert isinstance(site, StagematchAdminSite)
    yield _page("admin:index")
    yield _page("admin:app_list", "organisations")
    request = _request(user)
    for model, model_admin in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if not model_admin.has_view_or_change_permission(request):
            continue
        yield _page(f"{name}_changelist")
        row = model_admin.get_queryset(request).order_by("pk").first()
        if row is not None:
            yield _page(f"{name}_change", row.pk)
            if model_admin.has_delete_permission(request, row):
                yield _page(f"{name}_delete", row.pk)
        if model_admin.has_add_permission(request):
            yield _page(f"{name}_add")


def _request(user: User) -> Any:
    request = RequestFactory().get("/beheer/")
    request.user = user
    return request


def _stage_actions(placement: Placement, side: Side, user: User, *, base: str = "") -> Iterator[Visit]:
    """Every form somebody can open now in the file of a stage."""
    acting = Acting(placement, placement.file, side, user, by_link=bool(base))
    for slug, url in FilePage(acting, base=base).urls.items():
        yield Visit(f"placement {side} {slug}", url)


def stage_student() -> Iterator[Visit]:
    """A student whose stage is about to begin: the one page, and every form on it."""
    placement = _stage(status="agreed", file__is_minor=False)
    yield _page("my-stage")
    yield _page("my-overview", label="my-overview with a stage")
    yield from _stage_actions(placement, Side.STUDENT, placement.student.user)


def stage_over() -> Iterator[Visit]:
    """A student whose stage is done."""
    placement = _stage(status="finished")
    yield _page("my-stage", label="my-stage finished")
    yield from _stage_actions(placement, Side.STUDENT, placement.student.user)


def stage_school() -> Iterator[Visit]:
    """A coordinator with stages: the list, a stage that stopped, and the forms of one that runs."""
    user = _school_with_stages()
    yield _page("school-placements")
    yield _page("school-placements", query="?stand=vervanging")
    yield _page("school-placements", query="?q=bestaatechtniet", label="school-placements empty")
    for placement in Placement.objects.of_school(user).order_by("status", "pk").distinct("status"):
        yield _page("school-placement", placement.public_id, label=f"school-placement {placement.status}")
    active = _first(whole_files().filter(pk__in=Placement.objects.of_school(user).active().values("pk")))
    yield from _stage_actions(active, Side.SCHOOL, user)


def _broker_with_pledges() -> User:
    pledge = _first(Pledge.objects.filter(links__status="suggested"))
    member = Membership.objects.filter(organisation=pledge.organisation, role="broker").order_by("pk").first()
    assert member is not None
    return member.user


def pledge_broker() -> Iterator[Visit]:
    """A stagemakelaar whose organisation promised places at a roadshow."""
    pledge = _first(Pledge.objects.of_broker(_broker_with_pledges()).filter(links__status="suggested"))
    yield _page("admin:pledges")
    yield _page("admin:pledge", pledge.public_id)


def stage_links() -> Iterator[Visit]:
    """The pages of a stage that work without an account."""
    running = _stage(status="running")
    path = urlsplit(personal_link(running, Side.SUPERVISOR)).path
    yield Visit("guidance-link", path)
    yield from _stage_actions(running, Side.SUPERVISOR, running.supervisor.supervisor.user, base=path)
    address = make_link(
        purpose=GUARDIAN,
        subject=running,
        email="ouder@voorbeeld.example",
        single_use=True,
        expires_at=now() + dt.timedelta(days=1),
    )
    yield Visit("guardian-link", urlsplit(address).path)


TABLE = {
    "student with a stage": stage_student,
    "student who looks back": stage_over,
    "school with stages": stage_school,
    "stage by link": stage_links,
    "stagemakelaar with pledges": pledge_broker,
    "public": public,
    "student": student,
    "student without reactions": searching_student,
    "student with an offer": offered_student,
    "student with a proposal": proposed_student,
    "stagemakelaar": stagemakelaar,
    "teamcoach": team_lead,
    "praktijkbegeleider": team,
    "bpv": bpv,
    "bpv with a second factor": second_factor,
    "organisator": organiser,
    "gemeente": observer,
    "beheer": beheer,
}
