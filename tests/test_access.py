"""Who gets what, for every address: a missing, stale or wrong row fails (quality.md, hook 2).

After adding an address, run `STAGEMATCH_WRITE_ACCESS=1 pytest tests/test_access.py -p no:randomly` and read the new rows of
docs/access.csv before committing them: they say what is, you say whether it should be.
"""

import datetime as dt
import logging
import os

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from matchmaking.enums import ProposalStatus
from matchmaking.models import MatchingRun, Proposal
from matchmaking.services import current_policy
from organisations.enums import Role
from organisations.models import InventoryRequest, InventoryRound, Membership
from placements.dossier.files import file_of
from placements.enums import ApplicationOrigin, ApplicationStatus, AssistedKind, AssistedStatus, ReportKind
from placements.guidance.services import make_task, write_note
from placements.models import (
    AnswerStatistic,
    AssistedApplication,
    Interview,
    InterviewSlot,
    OwnPlace,
    Placement,
    Report,
    SavedSearch,
    TrustPerson,
    VacancyAgreement,
)
from roadshows.models import DeclarationText, Outcome, Registration, Roadshow, RoadshowOrganiser, Signature, WorkTable
from roadshows.pledge_emails import personal_link
from roadshows.services.pledges import make_helper_link, record_pledge
from shortages.models import PublishedFigure, ShortageSnapshot
from stagematch.clock import now, today
from stagematch.links.services import make_link
from stagematch.regions.models import Municipality, MunicipalityRegion, Region
from students.models import Document, ImportStatus, InvitationWave, StudentImport
from students.services.tokens import make_token
from tests import factories as f
from tests.access import METHODS, ROLES, address, ask, patterns, read_matrix, write_column

WRITING = bool(os.environ.get("STAGEMATCH_WRITE_ACCESS"))


@pytest.fixture
def scene(request, settings, tmp_path, search, other_search, vacancy, other_vacancy, capacity):
    """One of everything, owned by `student`, `broker`, `coordinator`; the `other_` people are strangers to it."""
    settings.MEDIA_ROOT = tmp_path
    settings.MAILBOX_DIR = ""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # no rate limits here
    logging.disable(logging.CRITICAL)  # thousands of refusals are the point, not news
    people = {
        role: request.getfixturevalue(role)
        for role in ROLES
        if role not in {"anonymous", "organiser", "observer", "admin"}
    }
    people["admin"] = request.getfixturevalue("admin_user")
    for role in (Role.ORGANISER, Role.OBSERVER):
        people[role.value] = f.UserFactory(email=f"{role.value}@cast.example")
        Membership.objects.create(
            user=people[role.value], organisation=f.OrganisationFactory(kind="partner"), role=role
        )
    application = f.ApplicationFactory(student=search.student, search=search, vacancy=vacancy)
    interview = Interview.objects.create(application=application, where="Huis van de Wijk", host=people["broker"])
    InterviewSlot.objects.create(
        interview=interview, starts_at=now() + dt.timedelta(days=3), ends_at=now() + dt.timedelta(days=3, minutes=30)
    )
    document = Document.objects.create(
        student=search.student,
        original_name="cv.pdf",
        size=4,
        pages=1,
        sha256="0" * 64,
        file=ContentFile(b"%PDF", name="cv.pdf"),
    )
    policy = current_policy()
    run = MatchingRun.objects.create(night=today(), policy=policy, season_seed=1)
    proposal = Proposal.objects.create(
        run=run, search=search, vacancy=other_vacancy, slot=1, score=800, parts=[300, 250, 150, 100],
        expires_on=today() + dt.timedelta(days=5),
    )  # fmt: skip
    region = Region.objects.create(kind="corop", code="NL999", name="Ergens", valid_from=f.LONG_AGO)
    municipality = Municipality.objects.create(code="GM9999", name="Ergens", valid_from=f.LONG_AGO)
    MunicipalityRegion.objects.create(municipality=municipality, region=region, valid_from=f.LONG_AGO)
    AnswerStatistic.objects.create(
        organisation=vacancy.organisation, month=today().replace(day=1), working_days=3, in_time=True, answers=1
    )
    samples = {
        "public_id": str(vacancy.public_id),
        "slug": vacancy.organisation.slug,
        "vacancy-detail:slug": "samen-koken",
        "stap": "reizen",
        "document-download:public_id": str(document.public_id),
        "name": "offer",
        "letter_id": "een-brief",
    }
    asked = InventoryRequest.objects.create(
        round=InventoryRound.objects.create(
            owner=vacancy.organisation, period=vacancy.period, closes_on=today() + dt.timedelta(days=20)
        ),
        team=vacancy.team,
        period=vacancy.period,
    )
    link = make_link(purpose="inventory", subject=asked, expires_at=asked.round.ends_at, email="team@cast.example")
    samples["inventory-answer:token"] = link.rstrip("/").rpartition("/")[2]
    for name in ("team-inventory", "admin:inventory-team", "admin:inventory-take-over"):
        samples[f"{name}:public_id"] = str(asked.public_id)
    for name in ("admin:inventory-round", "school-inventory-round"):
        samples[f"{name}:public_id"] = str(asked.round.public_id)
    for name in ("period", "chase", "csv", "xlsx"):
        samples[f"admin:inventory-{name}:slug"] = vacancy.period.slug
    for name in ("application-detail", "apply-done", "application-withdraw", "offer-answer"):
        samples[f"{name}:public_id"] = str(application.public_id)
    for name in (
        "interview-choose-slot", "interview-ics", "interview-other-times", "interview-call-off", "team-interview",
        "team-interview-ics", "admin:workspace-talk-times", "admin:workspace-talk-call-off",
        "admin:workspace-talk-missed", "admin:workspace-talk-calendar",
    ):  # fmt: skip
        samples[f"{name}:public_id"] = str(interview.public_id)
    for name in ("proposal-accept", "proposal-decline"):
        samples[f"{name}:public_id"] = str(proposal.public_id)
    for name in ("candidate", "invite", "reject", "offer", "record", "reserve", "note", "assign"):
        samples[f"admin:workspace-{name}:public_id"] = str(application.public_id)
    samples |= _the_rest(people, search, vacancy, other_vacancy, capacity, run)
    yield people, samples
    logging.disable(logging.NOTSET)


def _the_rest(people, search, vacancy, other_vacancy, capacity, run) -> dict[str, str]:
    """A stage, a report, requests and a roadshow, so that the rows of their pages say more than 404 for everybody."""
    student, school, organisation = search.student, search.student.school, vacancy.organisation
    later = f.SearchFactory(student=student, period=f.PeriodFactory(slug="later", name="later"))
    taken = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, title="Al vergeven")
    accepted = f.ApplicationFactory(
        student=student, search=later, vacancy=taken, alias="Linde", status=ApplicationStatus.ACCEPTED, closed_at=now()
    )
    placement = Placement.objects.create(
        application=accepted, student=student, vacancy=taken, supervisor=capacity,
        starts_on=today() + dt.timedelta(days=20), ends_on=today() + dt.timedelta(days=100),
    )  # fmt: skip
    file_of(placement)
    TrustPerson.objects.create(school=school, user=people["coordinator"])
    report = Report.objects.create(
        student=student, school=school, contact=people["coordinator"], kind=ReportKind.values[0], text="Verzonnen"
    )
    request = AssistedApplication.objects.create(
        student=student, school=school, vacancy=other_vacancy, origin=ApplicationOrigin.SCHOOL,
        asked_by=people["coordinator"], expires_at=now() + dt.timedelta(days=14),
    )  # fmt: skip
    introduced = AssistedApplication.objects.create(
        student=student, school=school, vacancy=vacancy, origin=ApplicationOrigin.SCHOOL, kind=AssistedKind.INTRODUCE,
        asked_by=people["coordinator"], expires_at=now() + dt.timedelta(days=14), status=AssistedStatus.AGREED,
        answered_at=now(), motivation="Verzonnen",
    )  # fmt: skip
    task = make_task(student=student, actor=people["coordinator"], title="Verzonnen")
    note = write_note(student=student, actor=people["coordinator"], text="Verzonnen")
    own = OwnPlace.objects.create(
        student=student, search=search, organisation=organisation, organisation_name=organisation.name,
        postcode=vacancy.location.postcode, what="Verzonnen werk", weekdays=3,
    )  # fmt: skip
    agreement = VacancyAgreement.objects.create(vacancy=vacancy)
    concept = Proposal.objects.create(
        run=run, search=later, vacancy=other_vacancy, slot=1, score=700, parts=[200, 250, 150, 100],
        expires_on=today() + dt.timedelta(days=5), status=ProposalStatus.CONCEPT,
    )  # fmt: skip
    roadshow = Roadshow.objects.create(title="Ergens maakt plek", slug="ergens", day=today() + dt.timedelta(days=9))
    RoadshowOrganiser.objects.create(
        roadshow=roadshow, name="Ergens", organisation=people["organiser"].memberships.get().organisation
    )
    guest = people["coordinator"]
    coming = Registration.objects.create(
        roadshow=roadshow, number=1, name="Verzonnen", email=guest.email, role="teacher", status="confirmed",
        consented_at=now(),
    )  # fmt: skip
    found_code = {"check-in-code:code": coming.code}
    own_page = make_link(
        purpose="registration", subject=coming, expires_at=now() + dt.timedelta(days=2), email=guest.email
    ).rstrip("/").rpartition("/")[2]  # fmt: skip
    found_code |= {"registration:token": own_page, "registration-change:token": own_page}
    found_code |= {f"{name}:slug": roadshow.slug for name in ("my-registration", "my-registration-change")}
    saved = SavedSearch.objects.create(student=student, name="Dichtbij", query="q=koken", looked_on=today())
    policy = str(run.policy_id)
    found = {"admin:matchmaking_policy_simulate:pk": policy, "admin:matchmaking_policy_activate:pk": policy}
    found |= {"kind": "atom", "sitemap-section:section": "plekken", "placement-action:slug": "eerste-dag"}
    for name in ("placement-file", "placement-pok", "placement-action", "guidance-file", "school-placement"):
        found[f"{name}:public_id"] = str(placement.public_id)
    found["admin:placement-file:public_id"] = found["admin:workspace-placement:public_id"] = str(placement.public_id)
    for name in ("school-student", "school-task-make", "school-note-write"):
        found[f"{name}:public_id"] = str(student.public_id)
    for name in ("school-task-move", "school-task-assign"):
        found[f"{name}:public_id"] = str(task.public_id)
    found |= {"school-note-remove:public_id": str(note.public_id), "answer-share:public_id": str(accepted.public_id)}
    found["admin:workspace-introduction:public_id"] = str(introduced.public_id)
    upload = StudentImport.objects.create(
        school=school, created_by=people["coordinator"], file_name="lijst.csv", sha256="0" * 64, content=b"a;b\n1;2\n",
        row_count=1, status=ImportStatus.CHECKED, result={"problems": [[2, "Crebo", "is leeg."]]},
    )  # fmt: skip
    for name in ("columns", "check", "progress", "report", "stop", "download"):
        found[f"school-import-{name}:public_id"] = str(upload.public_id)
    found |= {"school-import-download:what": "fouten", "school-import-download:kind": "csv"}
    found["api-students-import-state:public_id"] = str(upload.public_id)
    wave = InvitationWave.objects.create(school=school, send_on=today(), created_by=people["coordinator"])
    found["school-wave-stop:public_id"] = str(wave.public_id)
    token, _key = make_token(school=school, actor=people["coordinator"], name="SIS", days=30)
    found["school-token-revoke:public_id"] = str(token.public_id)
    for name in ("my-report", "school-report"):
        found[f"{name}:public_id"] = str(report.public_id)
    for name in ("own-place-withdraw", "school-own-place", "admin:own-place"):
        found[f"{name}:public_id"] = str(own.public_id)
    for name in ("search-change", "search-feed-address"):
        found[f"{name}:public_id"] = str(saved.public_id)
    WorkTable.objects.create(roadshow=roadshow, number=1, title="Begeleiding")
    for name in ("detail", "ics", "edit", "status", "copy"):
        found[f"roadshow-{name}:slug"] = roadshow.slug
    for name in ("tables", "tables-screen", "table-cards", "tables-csv", "tables-xlsx", "table", "table-change"):
        found[f"roadshow-{name}:slug"] = roadshow.slug
        found[f"roadshow-{name}:number"] = "1"
    door = make_link(purpose="check_in", subject=roadshow, expires_at=now() + dt.timedelta(days=2))
    found_code["check-in-helper:token"] = door.rstrip("/").rpartition("/")[2]
    for name in ("check-in", "check-in-receive", "check-in-worker"):
        found_code[f"{name}:slug"] = roadshow.slug
    for name in (
        "register",
        "registered",
        "registrations",
        "people-csv",
        "people-xlsx",
        "registration-cancel",
        "helpers",
    ):
        found[f"roadshow-{name}:slug"] = roadshow.slug
    pledge = record_pledge(
        roadshow=roadshow, organisation=organisation, organisation_name="", number=2, actor=people["organiser"],
        contact_email="contact@cast.example",
    )  # fmt: skip
    for name in (
        "pledge-new", "pledge-done", "tally", "pledges", "pledge", "pledge-add", "pledge-desk", "pledges-csv",
        "pledges-xlsx",
    ):  # fmt: skip
        found[f"roadshow-{name}:slug"] = roadshow.slug
    found["roadshow-pledge:public_id"] = found["admin:pledge:public_id"] = str(pledge.public_id)
    pledge_link, helper_link = personal_link(pledge), make_helper_link(roadshow=roadshow, actor=people["organiser"])
    found["pledge-by-link:token"] = pledge_link.rstrip("/").rpartition("/")[2]
    found["pledge-helper:token"] = helper_link.rstrip("/").rpartition("/")[2]
    found |= found_code
    outcome = Outcome.objects.create(roadshow=roadshow, kind="places", text="Meer plekken")
    for name in ("impact", "impact-file", "outcomes", "outcome", "briefing"):
        found[f"roadshow-{name}:slug"] = roadshow.slug
    found["roadshow-outcome:number"] = str(outcome.pk)
    found |= dict.fromkeys(("roadshows-impact-file:kind", "roadshow-impact-file:kind"), "csv")
    for name in ("roadshow-notes", "roadshow-signatures"):
        found[f"{name}:slug"] = roadshow.slug
    words = dict.fromkeys(("introduction", "recognise", "invest", "position", "impact"), "Doen.")
    text = DeclarationText.objects.create(version=1, title="Verklaring", published_on=today(), is_current=True, **words)
    signature = Signature.objects.create(
        declaration=text,
        name=vacancy.organisation.name,
        organisation=vacancy.organisation,
        status="signed",
        signed_on=today(),
    )
    for name in ("signature-detail", "signature-keep"):
        found[f"{name}:public_id"] = str(signature.public_id)
    counted = ShortageSnapshot.objects.create(day=today(), definition=1, status="done", finished_at=now())
    PublishedFigure.objects.create(
        snapshot=counted, table="gebieden", level="land", code="NL", period=vacancy.period, open=50, margin=10
    )
    found |= {
        "shortage-area:level": "corop",
        "shortage-area:code": "NL999",
        "open-data-table:day": "laatste",
        "open-data-table:table": "gebieden",
        "open-data-table:kind": "json",
        "open-data-counts:kind": "json",
    }
    return found | {
        "my-request:public_id": str(request.public_id),
        "team-agreement:public_id": str(agreement.public_id),
        "school-proposal-hold:public_id": str(concept.public_id),
        "school-ask:public_id": str(student.public_id),
        "rejection-helpful:public_id": str(accepted.public_id),
        "school-contact:slug": school.slug,
        "admin:matching-student:public_id": str(search.public_id),
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_each_role_as_written(role, scene):
    people, samples = scene
    session = Client()
    if role != "anonymous":
        session.force_login(people[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    found = {
        (pattern, name, method): ask(session, method, address(pattern, name, samples))
        for pattern, name in patterns()
        for method in METHODS
    }
    if WRITING:
        write_column(role, found)
    matrix = read_matrix()
    wrong = {
        f"{method} {pattern}": (matrix.get((pattern, method), {}).get(role, "missing"), status)
        for (pattern, _name, method), status in found.items()
        if matrix.get((pattern, method), {}).get(role) != str(status)
    }
    assert wrong == {}


def test_the_matrix_names_no_address_that_is_gone():
    assert {pattern for pattern, _method in read_matrix()} - {pattern for pattern, _name in patterns()} == set()


def test_nobody_ever_gets_our_own_mistake():
    assert [key for key, row in read_matrix().items() for role in ROLES if row[role].startswith("5")] == []


def test_a_stranger_sees_nothing_of_somebody_elses():
    """What belongs to `student` does not exist for another student, nor the candidate for another stagemakelaar."""
    private = ("application-", "apply-done", "offer-", "interview-", "proposal-", "document-")
    for (pattern, method), row in read_matrix().items():
        if row["name"].startswith(private):
            assert row["other_student"] in {"404", "405"}, (method, pattern)
        if row["name"].startswith("admin:workspace-") and "public_id" in pattern:
            assert row["other_broker"] in {"404", "405"}, (method, pattern)
            assert row["student"] in {"302", "403"}, (method, pattern)
