"""The demo world: the same for a seed, within the rules, and never on top of real data."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from matchmaking.demo.load import load
from matchmaking.demo.students import Students
from matchmaking.demo.world import ACCOUNTS, SIZES, Size, World
from organisations.models import Organisation, Qualification
from placements.agreements import state_of
from placements.enums import ApplicationStatus
from placements.models import Application, ApplicationEvent, Interview, Vacancy, VacancyAgreement
from placements.services import refresh_search_text
from placements.validators import validate_fits
from stagematch.accounts.models import User
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.models import Document, ImportStatus, InvitationWave, SchoolToken, Student, StudentImport

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 23)


@pytest.fixture
def demo(settings, tmp_path):
    """The small demo, on the day it plays."""
    settings.MEDIA_ROOT = tmp_path
    with at(DAY):
        assert load(size="small", seed=1, day=DAY, say=lambda line: None)
        yield


def test_demo_has_its_people_everything_to_see_and_breaks_no_rule(demo):
    # One more than the size says: the copy for the next period, which waits for the teamcoach.
    assert (Student.objects.count(), Vacancy.objects.count()) == (400, 121)
    assert VacancyAgreement.objects.filter(status="requested").count() == 1
    assert all(state_of(v).given for v in Vacancy.objects.published().select_related("organisation")[:20])
    emails = [email for email, _first, _last in ACCOUNTS.values()]
    assert User.objects.filter(email__in=emails, is_demo=True).count() == len(ACCOUNTS)
    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus.values)
    assert Interview.objects.filter(starts_at__date=today() + dt.timedelta(days=1), status="planned").exists()
    assert Document.objects.exists()
    assert "0 broken" in _said("check_data")

    # Nothing lies ahead of the clock, and every application could have been sent.
    assert not ApplicationEvent.objects.filter(at__gt=now()).exists()
    unfit = [a for a in Application.objects.select_related("student", "search", "vacancy") if not _fits(a)]
    assert all(a.student_id <= 2 or a.vacancy_id <= 8 for a in unfit)  # the fixed accounts show a page, not a rule

    # The search text is what the service would have written.
    before = dict(Vacancy.objects.values_list("pk", "search_text"))
    refresh_search_text(Vacancy.objects.all())
    assert dict(Vacancy.objects.values_list("pk", "search_text")) == before

    # Loading again changes nothing.
    assert not load(size="sector", seed=2, day=DAY, say=lambda line: None)
    assert Student.objects.count() == 400


def test_the_coordinator_of_the_demo_sees_lists_and_waves(demo):
    """A list with faults, one that was read, a wave that went and one to come, a key; nobody was mailed for it."""
    files = {row.status: row for row in StudentImport.objects.visible_to(User.objects.get(email="bpv@demo.example"))}
    assert set(files) == {ImportStatus.DONE, ImportStatus.REFUSED}
    assert [row[1] for row in files[ImportStatus.REFUSED].problems] == ["E-mail", "Crebo", "Leerjaar"]
    done = files[ImportStatus.DONE]
    assert (done.created, done.updated + done.unchanged, bytes(done.content)) == (0, 12, b"")
    waves = dict(InvitationWave.objects.values_list("status", "send_on"))
    assert waves["sent"] < DAY < waves["planned"]
    assert InvitationWave.objects.get(status="sent").invited > 0
    assert [token.works for token in SchoolToken.objects.all()] == [True]
    assert not OutgoingMail.objects.filter(template="student_invited").exists()


def test_demo_accounts_are_told_with_their_password(settings):
    settings.DEMO_PASSWORD = "een-ander-wachtwoord"
    said = _said("demo_accounts")
    assert "een-ander-wachtwoord" in said
    assert all(email in said for email, _first, _last in ACCOUNTS.values())


def test_same_seed_and_day_invent_the_same_world():
    call_command("load_reference", stdout=StringIO())

    def invent(seed: int) -> tuple:
        world = World(SIZES["small"], seed, DAY, "x")
        students = Students(world)
        people = [(u["public_id"], u["email"]) for u in world.users]
        return people, world.vacancies, students.searches, students.applications, students.events

    assert invent(7) == invent(7)
    assert invent(7)[0] != invent(8)[0]


def test_demo_refuses_real_data():
    Organisation.objects.create(kind="employer", name="Een echte organisatie", slug="echt")
    with pytest.raises(CommandError, match="no demo"):
        call_command("load_demo", stdout=StringIO())
    assert not Student.objects.exists()


def test_demo_refuses_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("load_demo", stdout=StringIO())


def _said(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def _fits(application: Application) -> bool:
    try:
        validate_fits(application.student, application.search, application.vacancy)
    except RuleError:
        return False
    return True


def test_national_demo_has_invented_opleidingen_that_nobody_takes_for_real(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(SIZES, "national", Size(150, 90, 40, 1.0, 57))
    with at(DAY):
        assert load(size="national", seed=1, day=DAY, say=lambda line: None)
        assert "0 broken" in _said("check_data")
    invented = Qualification.objects.filter(crebo__startswith="00")
    assert invented.count() == 57
    assert {q.name[:15] for q in invented} == {"Demo-opleiding "}
    assert all(q.source.startswith("Demo") for q in invented)
    # Chosen by students and accepted by places, and the real ones most of all.
    assert Student.objects.filter(programme__qualification__in=invented).exists()
    assert Vacancy.objects.filter(qualifications__in=invented).exists()
    assert Student.objects.filter(programme__qualification__crebo="25615").count() > 15
    # A place is only for what its organisation is recognised for.
    for vacancy in Vacancy.objects.prefetch_related("qualifications", "organisation__accreditations"):
        known = {a.qualification_id for a in vacancy.organisation.accreditations.all()}
        assert {q.pk for q in vacancy.qualifications.all()} <= known


def test_small_demo_has_no_invented_opleidingen(demo):
    assert not Qualification.objects.filter(crebo__startswith="00").exists()
