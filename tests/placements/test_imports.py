"""An organisation sends its vacancies as a file."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from placements.enums import VacancyStatus
from placements.imports import import_vacancies
from placements.models import Vacancy
from tests import factories as f

HEAD = [
    "Nummer", "Team", "Titel", "Samenvatting", "Taken", "Periode", "Startdatum", "Dagen", "Uren per week", "Crebo",
    "Leerjaren", "Doelgroep", "Plekken", "Vergoeding", "Bedrag", "Werkprocessen",
]  # fmt: skip
ROW = [
    "V-1", "Team Noord", "Samen eten", "Koken met de buurt.", "Je kookt mee.", "volgend-half-jaar", None, "ma en di",
    "16-24", 25615, "2, 3", "Jongeren", 2.0, "stagevergoeding", 350, "B1-K1-W1",
]  # fmt: skip


@pytest.fixture
def team(organisation):
    f.QualificationFactory()
    f.TargetGroupFactory()
    f.WorkProcessFactory(code="B1-K1-W1")
    f.PeriodFactory()
    return f.TeamFactory(organisation=organisation, name="Team Noord")


def xlsx(*rows):
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(**values):
    return [values.get(name, cell) for name, cell in zip(HEAD, ROW, strict=True)]


def run(organisation, *rows, **kwargs):
    return import_vacancies(organisation=organisation, source=xlsx(*rows), actor=None, **kwargs)


def test_creates_concepts_with_everything_in_the_row(organisation, team):
    report = run(organisation, ROW)
    assert [str(p) for p in report.problems] == []
    assert report.created == 1
    vacancy = Vacancy.objects.get()
    assert vacancy.status == VacancyStatus.DRAFT
    assert (vacancy.weekdays, vacancy.hours_min, vacancy.hours_max, vacancy.years, vacancy.places) == (3, 16, 24, 6, 2)
    assert vacancy.starts_on == vacancy.period.starts_on
    assert vacancy.allowance_amount == 350
    assert [p.code for p in vacancy.work_processes.all()] == ["B1-K1-W1"]


def test_excel_dates_arrive_as_dates(organisation, team):
    day = f.PeriodFactory().starts_on + dt.timedelta(days=7)
    run(organisation, changed(Startdatum=dt.datetime.combine(day, dt.time())))
    assert Vacancy.objects.get().starts_on == day


def test_the_same_file_twice_changes_nothing(organisation, team):
    run(organisation, ROW)
    before = list(Vacancy.objects.values())
    report = run(organisation, ROW)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    assert list(Vacancy.objects.values()) == before


def test_a_changed_row_updates_in_place(organisation, team):
    run(organisation, ROW)
    report = run(organisation, changed(Plekken=3))
    assert (report.created, report.updated) == (0, 1)
    assert Vacancy.objects.get().places == 3


def test_one_bad_row_means_nothing_is_imported(organisation, team):
    report = run(organisation, ROW, changed(Nummer="V-2", Team="Team Zuid"))
    assert [(p.row, p.column) for p in report.problems] == [(3, "Team")]
    assert "Team Noord" in report.problems[0].message
    assert not Vacancy.objects.exists()


def test_dry_run_changes_nothing(organisation, team):
    assert run(organisation, ROW, dry_run=True).created == 1
    assert not Vacancy.objects.exists()


def test_places_cannot_go_below_what_is_given_away(organisation, team):
    run(organisation, ROW)
    Vacancy.objects.update(places_taken=2)
    report = run(organisation, changed(Plekken=1))
    assert [(p.column, p.row) for p in report.problems] == [("Plekken", 2)]
    assert Vacancy.objects.get().places == 2


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ({"Dagen": "nooit"}, "Dagen", "zijn geen dagen"),
        ({"Uren per week": "24-16"}, "Uren", "zijn geen uren"),
        ({"Leerjaren": "5"}, "Leerjaren", "tussen 1 en 4"),
        ({"Doelgroep": "Marsmannetjes"}, "Doelgroepen", "kennen we niet als doelgroep"),
        ({"Plekken": 0}, "Plekken", "tussen 1 en 200"),
        ({"Vergoeding": "nee"}, "Bedrag", "geen stagevergoeding"),
        ({"Titel": "x" * 121}, "Titel", "langer dan 120"),
        ({"Nummer": None}, "Nummer", "leeg"),
    ],
)
def test_each_fault_gets_its_own_sentence(organisation, team, values, column, words):
    report = run(organisation, changed(**values))
    assert [(p.row, p.column) for p in report.problems] == [(2, column)]
    assert words in report.problems[0].message


def test_an_other_organisations_team_is_unknown(other_organisation, team):
    f.TeamFactory(organisation=other_organisation, name="Team West")
    assert [p.column for p in run(other_organisation, ROW).problems] == ["Team"]
