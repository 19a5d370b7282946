"""A school sends its students as a file (features B1)."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.core.management import CommandError, call_command
from django.db import connections

from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import Conflict
from students.imports import import_students
from students.models import PlacementSearch, Student
from tests import factories as f

HEAD = (
    "Studentnummer;Voornaam;Tussenvoegsel;Achternaam;E-mailadres;Crebo;Leerjaar;Klas;Stageperiode;Stagedagen;Postcode"
)


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows, ";;;;;;;;;;"]).encode("utf-8-sig")


@pytest.fixture
def programme(school):
    f.PostcodeFactory()
    f.PeriodFactory()
    return f.ProgrammeFactory(school=school)


ROW = "100{n};Zoë;de;Vries{n};zoe{n}@student.debrug.example;25615;2;SW2A;volgend-half-jaar;ma t/m wo;2312 AB"


def run(school, data, **kwargs):
    return import_students(school=school, source=data, actor=None, **kwargs)


def test_creates_students_with_a_search_in_concept(school, programme):
    report = run(school, csv(ROW.format(n=1), ROW.format(n=2)))
    assert (report.created, report.updated, report.unchanged, report.problems) == (2, 0, 0, [])
    student = Student.objects.get(student_number="1001")
    assert student.user.get_full_name() == "Zoë de Vries1"
    search = student.searches.get()
    assert (search.weekdays, search.days_per_week, search.home.pc4, search.status) == (7, 3, "2312", "draft")
    assert not student.user.has_usable_password()


def test_the_same_file_twice_changes_nothing(school, programme):
    data = csv(ROW.format(n=1), ROW.format(n=2))
    run(school, data)
    before = list(Student.objects.values()), list(User.objects.values()), list(PlacementSearch.objects.values())
    report = run(school, data)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert before == (
        list(Student.objects.values()),
        list(User.objects.values()),
        list(PlacementSearch.objects.values()),
    )


def test_a_changed_row_updates_only_that_student(school, programme):
    run(school, csv(ROW.format(n=1), ROW.format(n=2)))
    report = run(school, csv(ROW.format(n=1).replace(";2;SW2A", ";3;SW3B"), ROW.format(n=2)))
    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)
    assert Student.objects.get(student_number="1001").year == 3


def test_an_open_search_is_the_students_own(school, programme):
    run(school, csv(ROW.format(n=1)))
    search = PlacementSearch.objects.get()
    PlacementSearch.objects.update(status="open", opened_on=search.starts_on)
    run(school, csv(ROW.format(n=1).replace("ma t/m wo", "do, vr")))
    assert PlacementSearch.objects.get().weekdays == 7


def test_one_bad_row_means_nothing_is_imported(school, programme):
    report = run(school, csv(ROW.format(n=1), ROW.format(n=2).replace(";2;SW2A", ";7;SW2A")))
    assert [str(p) for p in report.problems] == ["Rij 3, Leerjaar: 7 kan niet. Het moet tussen 1 en 4 liggen."]
    assert not Student.objects.exists()


def test_dry_run_says_what_would_happen_and_changes_nothing(school, programme):
    report = run(school, csv(ROW.format(n=1)), dry_run=True)
    assert report.created == 1
    assert not Student.objects.exists()
    assert not User.objects.filter(email="zoe1@student.debrug.example").exists()


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (("1001;", ";"), "Studentnummer", "leeg"),
        (("Zoë", ""), "Voornaam", "leeg"),
        (("zoe1@student.debrug.example", "zoe1"), "E-mail", "geen e-mailadres"),
        (("25615", "99999"), "Crebo", "kennen we niet als opleiding"),
        ((";2;SW2A", ";vier;SW2A"), "Leerjaar", "geen getal"),
        ((";2;SW2A", ";4;SW2A"), "Leerjaar", "3 leerjaren"),
        (("volgend-half-jaar", "ooit"), "Stageperiode", "kennen we niet als stageperiode"),
        (("ma t/m wo", "altijd"), "Stagedagen", "zijn geen dagen"),
        (("2312 AB", "0000"), "Postcode", "geen bekende postcode"),
    ],
)
def test_each_fault_gets_its_own_sentence(school, programme, change, column, words):
    report = run(school, csv(ROW.format(n=1).replace(*change)))
    assert [(p.row, p.column) for p in report.problems] == [(2, column)]
    assert words in report.problems[0].message


def test_doubles_within_the_file_are_named_with_their_row(school, programme):
    report = run(school, csv(ROW.format(n=1), ROW.format(n=1)))
    assert {(p.row, p.column) for p in report.problems} == {(3, "Studentnummer"), (3, "E-mail")}


def test_somebody_elses_address_is_refused(school, programme, other_student):
    report = run(school, csv(ROW.format(n=1).replace("zoe1@student.debrug.example", other_student.email.upper())))
    assert [p.column for p in report.problems] == ["E-mail"]


def test_query_count_does_not_grow_with_the_rows(school, programme, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        run(school, csv(*(ROW.format(n=n) for n in range(300))))


def test_command_refuses_an_unknown_school_and_names_the_known(school, programme, tmp_path):
    file = tmp_path / "studenten.csv"
    file.write_bytes(csv(ROW.format(n=1)))
    with pytest.raises(CommandError, match="roc-de-brug"):
        call_command("import_students", file, school="bestaat-niet")


def test_command_exits_1_and_prints_every_problem(school, programme, tmp_path, capsys):
    file = tmp_path / "studenten.csv"
    file.write_bytes(csv(ROW.format(n=1).replace("25615", "1")))
    with pytest.raises(SystemExit) as caught:
        call_command("import_students", file, school=school.slug)
    assert caught.value.code == 1
    assert "Rij 2, Crebo" in capsys.readouterr().err


def test_an_old_address_no_longer_opens_the_account(school, programme):
    """Signing in takes a code by mail: whoever gets the old mailbox must not come in with it."""
    run(school, csv(ROW.format(n=1), ROW.format(n=2)))
    moves, stays = (User.objects.get(email=f"zoe{n}@student.debrug.example") for n in (1, 2))
    for user in (moves, stays):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    run(school, csv(ROW.format(n=1).replace("zoe1@", "zoe.devries@"), ROW.format(n=2)))
    assert filter_users_by_email("zoe1@student.debrug.example") == []
    assert filter_users_by_email("zoe.devries@student.debrug.example") == [moves]
    assert EmailAddress.objects.get().user == stays


def test_who_signed_up_and_never_finished_the_profile_becomes_a_student(school, programme):
    """One student who began alone must not keep the whole list out."""
    began = f.UserFactory(email="zoe1@student.debrug.example", first_name="Zo", last_name="")
    EmailAddress.objects.create(user=began, email=began.email, verified=True, primary=True)
    data = csv(ROW.format(n=1), ROW.format(n=2))
    assert run(school, data, dry_run=True).created == 2
    report = run(school, data)
    assert (report.created, report.problems) == (2, [])
    student = Student.objects.get(student_number="1001")
    assert student.user == began
    assert student.user.get_full_name() == "Zoë de Vries1"
    assert EmailAddress.objects.filter(user=began).exists()  # they sign in as before
    assert run(school, data).unchanged == 2


@pytest.mark.parametrize("who", ["never proved", "works somewhere", "closed", "platform admin"])
def test_another_account_with_the_address_is_left_alone(school, programme, who):
    user = f.UserFactory(
        email="zoe1@student.debrug.example", is_active=who != "closed", is_staff=who == "platform admin"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=who != "never proved", primary=True)
    if who == "works somewhere":
        f.MembershipFactory(user=user, role="broker")
    report = run(school, csv(ROW.format(n=1)))
    assert [str(p) for p in report.problems] == ["Rij 2, E-mail: dit adres is al van iemand anders."]
    assert not Student.objects.exists()


def test_an_empty_cell_leaves_what_is_known(school, programme):
    run(school, csv(ROW.format(n=1)))
    Student.objects.update(phone="06 12345678")  # the student filled it in; the file has no such column
    assert run(school, csv(ROW.format(n=1).replace(";SW2A;", ";;"))).unchanged == 1
    student = Student.objects.get()
    assert (student.phone, student.class_name) == ("06 12345678", "SW2A")


def test_what_the_file_does_not_say_of_a_search_stays_as_the_student_filled_it_in(school, programme):
    data = csv(ROW.format(n=1))
    run(school, data)
    search = PlacementSearch.objects.get()
    assert (search.route, search.starts_on) == (programme.route, search.period.starts_on)
    search.route, search.starts_on = "bbl", search.starts_on + dt.timedelta(days=7)
    search.save()
    assert (run(school, data).unchanged, PlacementSearch.objects.get().route) == (1, "bbl")
    head, row = f"{HEAD};Leerweg;Startdatum", ROW.format(n=1)
    said = csv(f"{row};BOL;{search.starts_on:%d-%m-%Y}", head=head)
    assert run(school, said).updated == 1
    again = PlacementSearch.objects.get()
    assert (again.route, again.starts_on, again.ends_on) == ("bol", search.starts_on, search.period.ends_on)
    assert run(school, said).unchanged == 1


def test_an_opleiding_in_two_leerwegen_is_told_apart_and_nobody_is_moved(school, programme):
    """Both have the same crebo and the same name; the leerweg says which, and who is in one stays there."""
    bbl = f.ProgrammeFactory(school=school, route="bbl", name=programme.name)
    head = f"{HEAD};Leerweg"
    rows = [f"{ROW.format(n=1)};BBL", f"{ROW.format(n=2)};", f"{ROW.format(n=3)};BOL".replace("25615", programme.name)]
    run(school, csv(*rows, head=head))
    of = dict(Student.objects.values_list("student_number", "programme"))
    assert of == {"1001": bbl.pk, "1002": programme.pk, "1003": programme.pk}
    assert PlacementSearch.objects.get(student__student_number="1001").route == "bbl"
    assert run(school, csv(*(ROW.format(n=n) for n in (1, 2, 3)))).unchanged == 3
    assert dict(Student.objects.values_list("student_number", "programme")) == of
    assert run(school, csv(f"{ROW.format(n=1)};BOL", head=head)).updated == 1
    assert Student.objects.get(student_number="1001").programme == programme


def test_a_new_version_of_a_kwalificatie_is_for_who_is_new(school, programme):
    run(school, csv(ROW.format(n=1)))
    valid, later = (f.QualificationFactory(valid_from=today() + dt.timedelta(days=days)) for days in (0, 30))
    newer = f.ProgrammeFactory(school=school, qualification=valid)
    f.ProgrammeFactory(school=school, qualification=later)
    report = run(school, csv(ROW.format(n=1), ROW.format(n=2)))
    assert (report.created, report.unchanged) == (1, 1)
    assert dict(Student.objects.values_list("student_number", "programme")) == {"1001": programme.pk, "1002": newer.pk}


@pytest.mark.django_db(transaction=True)
def test_a_second_list_of_a_school_waits_or_hears_that_one_is_being_read(school, programme):
    """Two at once would both see a student as new."""
    data = csv(ROW.format(n=1), ROW.format(n=2))
    said: list[str] = []

    def second() -> None:
        try:
            run(school, data, wait=False)
        except Conflict as error:
            said.append(error.code)
        finally:
            connections.close_all()

    def meanwhile(_done: int, _total: int) -> None:
        if not said:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(second).result(60)

    assert run(school, data, progress=meanwhile).created == 2
    assert said == ["import_running"]


def test_what_goes_wrong_half_way_leaves_nothing_behind(school, programme, monkeypatch):
    """Somebody takes the second address after the check, when the first student is written already."""
    monkeypatch.setattr("students.imports.run.BATCH", 1)

    def meanwhile(done: int, total: int) -> None:
        if (done, total) == (2, 0):
            f.UserFactory(email="zoe2@student.debrug.example")

    with pytest.raises(Conflict) as caught:
        run(school, csv(ROW.format(n=1), ROW.format(n=2)), progress=meanwhile)
    assert caught.value.code == "changed_meanwhile"
    assert not Student.objects.exists()
    assert not User.objects.filter(email__startswith="zoe").exists()
