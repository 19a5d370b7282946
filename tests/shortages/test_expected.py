"""Demand ahead: what a coordinator expects is kept with who said it, never lost, and nobody else's business."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shortages import services
from shortages.ahead.expected import sheet_of
from shortages.ahead.expected_file import read_expected
from shortages.models import ExpectedIntake, NumerusFixus
from stagematch.clock import at
from stagematch.ui.errors import RuleError
from tests import factories as f

pytestmark = pytest.mark.django_db
SEPTEMBER, NOW = dt.date(2027, 9, 6), dt.date(2027, 3, 1)


@pytest.fixture
def programme(school):
    return f.ProgrammeFactory(school=school, years=3)


@pytest.fixture
def period():
    return f.PeriodFactory(
        slug="sep", name="september tot januari", starts_on=SEPTEMBER, ends_on=SEPTEMBER + dt.timedelta(days=140)
    )


def _page(school, period) -> str:
    return f"{reverse('shortage-expected')}?school={school.slug}&periode={period.slug}"


def test_suggests_who_moves_up_and_as_many_new_students_as_now(school, programme, period):
    f.StudentFactory.create_batch(2, programme=programme, year=1)
    f.StudentFactory.create_batch(3, programme=programme, year=2)
    f.StudentFactory(programme=programme, year=2, is_active=False)
    with at(NOW):
        cells = sheet_of(school, period).rows[0].cells
    assert [cell.suggestion for cell in cells] == [2, 2, 3]
    assert [cell.why for cell in cells] == [
        "evenveel als nu in leerjaar 1",
        "zoveel zitten er nu in leerjaar 1",
        "zoveel zitten er nu in leerjaar 2",
    ]
    assert [cell.number for cell in cells] == [None, None, None]


def test_suggests_the_number_of_a_numerus_fixus(school, programme, period):
    NumerusFixus.objects.create(programme=programme, intake_year=2027, is_limited=True, places=24)
    with at(NOW):
        assert sheet_of(school, period).rows[0].cells[0].suggestion == 24


def test_within_a_school_year_nobody_moves_up(school, programme, period):
    f.StudentFactory.create_batch(2, programme=programme, year=3)
    with at(dt.date(2027, 8, 20)):
        assert [cell.suggestion for cell in sheet_of(school, period).rows[0].cells] == [0, 0, 2]


def test_coordinator_fills_in_the_table(client, coordinator, school, programme, period):
    client.force_login(coordinator)
    with at(NOW):
        shown = client.get(_page(school, period))
        assert "Nog niet ingevuld" in shown.content.decode()
        fields = {f"n{programme.pk}-1": "30", f"n{programme.pk}-2": "", f"n{programme.pk}-3": " 12 "}
        answer = client.post(
            _page(school, period),
            fields | {f"fixus{programme.pk}": "ja", f"eerstejaars{programme.pk}": "30"},
            follow=True,
        )
    assert "Bewaard" in answer.content.decode()
    assert list(ExpectedIntake.objects.values_list("year", "number", "filled_by")) == [
        (1, 30, coordinator.pk),
        (3, 12, coordinator.pk),
    ]
    limit = NumerusFixus.objects.get()
    assert (limit.intake_year, limit.is_limited, limit.places) == (2027, True, 30)
    assert sheet_of(school, period).told == 42


@pytest.mark.parametrize(
    ("typed", "says"),
    [("veel", "vul een heel getal in"), ("-1", "vul 0 of meer in"), ("2001", "meer dan 2000"), ("2,5", "heel getal")],
)
def test_wrong_input_keeps_what_was_typed(client, coordinator, school, programme, period, typed, says):
    client.force_login(coordinator)
    with at(NOW):
        answer = client.post(_page(school, period), {f"n{programme.pk}-1": typed, f"n{programme.pk}-2": "17"})
    html = answer.content.decode()
    assert says in html
    assert f'value="{typed}"' in html
    assert 'value="17"' in html
    assert "<title>Fout:" in html
    assert not ExpectedIntake.objects.exists()


def test_numerus_fixus_asks_for_its_number(client, coordinator, school, programme, period):
    client.force_login(coordinator)
    with at(NOW):
        answer = client.post(_page(school, period), {f"fixus{programme.pk}": "ja"})
    assert "Vul in voor hoeveel eerstejaars" in answer.content.decode()
    assert not NumerusFixus.objects.exists()


def test_history_says_who_changed_what(coordinator, school, programme, period):
    other = f.MembershipFactory(organisation=school, role="coordinator").user
    services.save_expected(school=school, period=period, numbers={(programme.pk, 1): 20}, actor=coordinator)
    saved = services.save_expected(
        school=school, period=period, numbers={(programme.pk, 1): 25, (programme.pk, 2): 5}, actor=other
    )
    assert (saved.new, saved.changed, saved.same) == (1, 1, 0)
    row = ExpectedIntake.objects.get(year=1)
    assert [(event.number, event.filled_by_id) for event in row.events.order_by("pgh_id")] == [
        (20, coordinator.pk),
        (25, other.pk),
    ]
    again = services.save_expected(school=school, period=period, numbers={(programme.pk, 1): 25}, actor=coordinator)
    assert again.all_changes == 0
    assert ExpectedIntake.objects.get(year=1).filled_by == other


def test_only_the_own_coordinator_writes(other_coordinator, broker, school, programme, period):
    for stranger in (other_coordinator, broker):
        with pytest.raises(PermissionDenied):
            services.save_expected(school=school, period=period, numbers={(programme.pk, 1): 2}, actor=stranger)


def test_opleiding_of_another_school_is_refused(coordinator, school, other_school, period):
    foreign = f.ProgrammeFactory(school=other_school)
    with pytest.raises(RuleError, match="hoort niet bij de school"):
        services.save_expected(school=school, period=period, numbers={(foreign.pk, 1): 2}, actor=coordinator)


def test_strangers_see_nothing(client, other_coordinator, broker, student, school, programme, period):
    names = ("shortage-expected", "shortage-expected-file")
    for name in names:
        address = f"{reverse(name)}?school={school.slug}"
        client.logout()
        assert client.get(address).status_code == 302
        for user, status in ((other_coordinator, 404), (broker, 403), (student, 403)):
            client.force_login(user)
            assert client.get(address).status_code == status, (name, user)


def test_file_goes_out_and_comes_back(client, coordinator, school, programme, period):
    client.force_login(coordinator)
    services.save_expected(school=school, period=period, numbers={(programme.pk, 2): 8}, actor=coordinator)
    with at(NOW):
        out = client.get(f"{reverse('shortage-expected-file')}?school={school.slug}&periode={period.slug}")
        numbers, problems = read_expected(out.content, school=school, period=period)
        assert problems == []
        assert numbers == {period: {(programme.pk, 1): None, (programme.pk, 2): 8, (programme.pk, 3): None}}
        file = SimpleUploadedFile("v.csv", b"opleiding;leerjaar;aantal\n25615;leerjaar 1;31\n25615;3;7\n")
        address = f"{reverse('shortage-expected-upload')}?school={school.slug}&periode={period.slug}"
        assert client.post(address, {"bestand": file}).status_code == 302
    assert dict(ExpectedIntake.objects.values_list("year", "number")) == {1: 31, 2: 8, 3: 7}


def test_file_with_a_fault_changes_nothing(client, coordinator, school, programme, period):
    client.force_login(coordinator)
    rows = "opleiding;leerjaar;aantal\n25615;1;31\nKapper;1;4\n25615;4;4\n25615;1;5\n25615;2;veel\n"
    with at(NOW):
        answer = client.post(
            f"{reverse('shortage-expected-upload')}?school={school.slug}&periode={period.slug}",
            {"bestand": SimpleUploadedFile("v.csv", rows.encode())},
        )
    html = answer.content.decode()
    for says in ("Kapper", "3 leerjaren", "staat er twee keer in", "is geen getal"):
        assert says in html
    assert not ExpectedIntake.objects.exists()


def test_page_asks_the_same_number_of_questions_for_any_school(client, coordinator, school, programme, period):
    client.force_login(coordinator)

    def asked() -> int:
        with at(NOW), CaptureQueriesContext(connection) as queries:
            assert client.get(_page(school, period)).status_code == 200
        return len(queries)

    asked()
    one = asked()
    for crebo in ("25488", "25489"):
        f.ProgrammeFactory(school=school, qualification=f.QualificationFactory(crebo=crebo), name=crebo)
    assert asked() == one <= 12


def test_page_without_a_coming_period_says_so(client, coordinator, school, programme):
    client.force_login(coordinator)
    answer = client.get(reverse("shortage-expected"))
    assert "nog geen stageperiode" in answer.content.decode()
