"""The fit map: a school sees its own students' wishes exactly, everybody else only what may be published."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shortages.enums import SnapshotStatus
from shortages.models import FitCell, PublishedFigure, SearchSituation, ShortageSnapshot
from shortages.services.fit import count_fit
from stagematch.clock import now, today
from stagematch.regions.models import Region
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    return f.WorkProcessFactory(code="B1-K1-W1", name="Contact leggen")


@pytest.fixture
def group():
    return f.TargetGroupFactory(slug="jongeren", name="Jongeren")


def wish(search, snapshot, work, group):
    search.work_processes.set([work])
    search.target_groups.set([group])
    SearchSituation.objects.create(search=search, snapshot=snapshot, kind="none")


def snapshot_of(day=None):
    return ShortageSnapshot.objects.create(
        day=day or today(), definition=1, status=SnapshotStatus.DONE, started_at=now(), finished_at=now()
    )


@pytest.fixture
def counted(search, other_search, vacancy, work, group):
    """One student of each school wishes the same; the only place with it is for leerjaar 3."""
    snapshot = snapshot_of()
    for found in (search, other_search):
        wish(found, snapshot, work, group)
    vacancy.years = 0b100
    vacancy.save()
    vacancy.work_processes.set([work])
    vacancy.target_groups.set([group])
    count_fit(snapshot=snapshot)
    return snapshot


@pytest.fixture
def place_in_a_province(vacancy):
    """The code of the province of the only place."""
    area = vacancy.location.postcode
    area.province = Region.objects.create(kind="province", code="PV28", name="Zuid-Holland", valid_from=f.LONG_AGO)
    area.save()
    return area.province.code


def test_wishes_are_counted_per_school_and_places_per_area(counted, search, work, group):
    mine = FitCell.objects.get(school=search.student.school)
    assert (mine.year, mine.work_process, mine.target_group, mine.demand) == (search.student.year, work, group, 1)
    country = FitCell.objects.get(code="NL", year=3)
    assert country.supply == 1


def test_two_students_of_two_schools_are_not_published(counted):
    assert set(FitCell.objects.filter(code="NL").values_list("demand", flat=True)) == {None}


def test_the_file_holds_the_country_only_of_its_own_night(client, counted, search, place_in_a_province):
    """Cells of provinces and of schools are for the pages of those; a school's own wishes are exact."""
    later = snapshot_of(today() + dt.timedelta(days=1))
    SearchSituation.objects.update(snapshot=later)
    count_fit(snapshot=later)
    assert set(FitCell.objects.values_list("code", flat=True)) >= {"NL", place_in_a_province}
    for snapshot in (counted, later):
        PublishedFigure.objects.create(
            snapshot=snapshot, table="gebieden", level="land", code="NL", period=search.period, margin=5
        )
        answer = client.get(reverse("open-data-table", args=[snapshot.day, "past", "json"]))
        rows = json.loads(answer.content)["rijen"]
        found = snapshot.fit.filter(code="NL")
        assert [(row["leerjaar"], row["plekken"]) for row in rows] == [(cell.year, cell.supply) for cell in found]
        assert len(rows) >= 1
        assert all(row["studenten_die_dit_zoeken"] is None for row in rows)


def test_counting_twice_changes_nothing_and_an_old_night_keeps_what_was_published_only(counted, search, work, group):
    before = FitCell.objects.count()
    assert count_fit(snapshot=counted) == 0
    assert FitCell.objects.count() == before
    later = snapshot_of(today() + dt.timedelta(days=365))
    count_fit(snapshot=later)
    assert set(FitCell.objects.filter(snapshot=counted).values_list("code", flat=True)) == {"NL"}


def test_a_wish_of_forty_students_is_published_in_fives(work, group):
    snapshot = snapshot_of()
    for search in f.SearchFactory.create_batch(40, student__programme__school=f.SchoolFactory(), student__year=2):
        wish(search, snapshot, work, group)
    f.VacancyFactory()
    count_fit(snapshot=snapshot)
    shown = FitCell.objects.get(code="NL", year=2, work_process=work, target_group=group).demand
    assert shown is not None
    assert shown % 5 == 0
    assert abs(shown - 40) <= 10


def test_a_school_sees_its_gap_and_who_could_fill_it(client, counted, coordinator, search, vacancy):
    client.force_login(coordinator)
    year = search.student.year
    address = f"{reverse('shortage-fit')}?leerjaar={year}&werkproces=B1-K1-W1&doelgroep=jongeren"
    text = client.get(address).content.decode()
    assert "1 student, 0 plekken" in text
    assert "plek te weinig" in text
    assert vacancy.organisation.name in text
    assert "Doet dit al, maar voor leerjaar 3." in text


def test_an_organisation_that_fills_it_already_is_not_named(client, counted, coordinator, search, vacancy):
    vacancy.years = 0b111
    vacancy.save()
    client.force_login(coordinator)
    page = client.get(
        reverse("shortage-fit"),
        {"leerjaar": search.student.year, "werkproces": "B1-K1-W1", "doelgroep": "jongeren", "gebied": "NL"},
    ).context["page"]
    assert page.fillers == []


def test_versions_of_a_werkproces_are_one_row(client, search, vacancy, group, coordinator):
    """The student wishes it by the old version, the place offers it by the new one: nothing is missing."""
    old, new = (f.WorkProcessFactory(code="B1-K1-W1", valid_from=day) for day in (f.LONG_AGO, today()))
    snapshot = snapshot_of()
    wish(search, snapshot, old, group)
    search.work_processes.add(new)
    vacancy.years = 0b1111
    vacancy.save()
    vacancy.work_processes.set([old, new])
    vacancy.target_groups.set([group])
    count_fit(snapshot=snapshot)
    client.force_login(coordinator)
    asked = {"leerjaar": search.student.year, "werkproces": "B1-K1-W1", "doelgroep": group.slug, "gebied": "NL"}
    page = client.get(reverse("shortage-fit"), asked).context["page"]
    assert list(page.works) == [old.pk]
    assert (page.cell.demand, page.cell.supply, page.cell.gap) == (1, 1, 0)
    vacancy.work_processes.set([new])
    assert page.fillers == []  # it fills it already, by another version


def test_a_code_in_two_dossiers_is_two_werkprocessen(client, search, vacancy, group, coordinator):
    snapshot = snapshot_of()
    first, other = (f.WorkProcessFactory(dossier=dossier, code="B1-K1-W1") for dossier in ("23185", "99999"))
    wish(search, snapshot, other, group)
    vacancy.work_processes.set([first])
    vacancy.target_groups.set([group])
    count_fit(snapshot=snapshot)
    client.force_login(coordinator)
    page = client.get(reverse("shortage-fit"), {"gebied": "NL", "leerjaar": search.student.year}).context["page"]
    [gap] = page.gaps
    assert gap.work == other
    chosen = client.get(reverse("shortage-fit") + gap.url.partition("#")[0]).context["page"].cell
    assert (chosen.work, chosen.demand, chosen.supply) == (other, 1, 0)


@pytest.mark.parametrize("year", ["9" * 5000, "٣٤", "²", "-1"])
def test_a_leerjaar_that_makes_no_sense_is_no_error(client, counted, year):
    assert client.get(reverse("shortage-fit-public"), {"leerjaar": year}).status_code == 200


def test_another_school_sees_its_own_students_only(client, counted, coordinator, other_school):
    client.force_login(coordinator)
    assert client.get(reverse("shortage-fit"), {"school": other_school.slug}).status_code == 404


def test_a_school_without_wishes_does_not_read_that_all_wishes_fit(client, counted, coordinator):
    client.force_login(coordinator)
    text = client.get(reverse("shortage-fit"), {"leerjaar": "4"}).content.decode()
    assert "In dit leerjaar heeft nog geen student zonder plek wensen ingevuld." in text
    assert "voor elke wens genoeg plekken" not in text


def test_everybody_sees_places_and_no_small_wish(client, counted, search):
    text = client.get(reverse("shortage-fit-public"), {"leerjaar": "3"}).content.decode()
    assert "1 plek" in text
    assert "te weinig studenten om te tonen" in text
    assert "1 student" not in text


def test_only_a_school_has_the_exact_map(client, counted, broker, student):
    assert client.get(reverse("shortage-fit")).status_code == 302
    for somebody in (broker, student):
        client.force_login(somebody)
        assert client.get(reverse("shortage-fit")).status_code == 403


def test_both_say_it_when_nothing_was_counted_yet(client, coordinator):
    assert "nog geen telling" in client.get(reverse("shortage-fit-public")).content.decode()
    client.force_login(coordinator)
    assert "nog geen telling" in client.get(reverse("shortage-fit")).content.decode()


def test_the_page_asks_the_same_few_questions_with_more_wishes(client, search, vacancy, group, coordinator):
    numbers = []
    for night in range(3):
        snapshot = snapshot_of(today() + dt.timedelta(days=night))
        SearchSituation.objects.all().delete()
        wish(search, snapshot, f.WorkProcessFactory(), group)
        search.work_processes.add(*f.WorkProcessFactory.create_batch(night))
        count_fit(snapshot=snapshot)
        client.force_login(coordinator)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("shortage-fit"), {"gebied": "NL"})
        numbers.append(len(asked))
    assert numbers[1] == numbers[2]
    assert numbers[2] <= 12
