"""The public pages and the open data: the same safe figures for everybody, with their definitions and date."""

# mypy: disable-error-code="no-untyped-def"

import csv
import datetime as dt
import io
import json
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import http_date

from shortages import disclosure
from shortages.enums import SnapshotStatus
from shortages.models import Lever, PublishedFigure, PublishedForecast, PublishedLever, ShortageSnapshot, SupplyCell
from shortages.services.publish import publish_figures
from tests.factories import QualificationFactory, TeamFactory
from tests.shortages.published import DAY, world

pytestmark = pytest.mark.django_db
TABLES = ("gebieden", "leerjaren", "opleidingen", "dagen", "helpt", "past")


@pytest.fixture
def place():
    return world()


def rows_of(client, day, table):
    answer = client.get(reverse("open-data-table", args=[day, table, "csv"]))
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_country_is_published_in_fives_with_its_margin_and_its_free_places(place):
    snapshot = place.count()
    row = PublishedFigure.objects.get(snapshot=snapshot, table="gebieden", level="land")
    assert row.open % 5 == 0
    assert abs(row.open - 120) <= row.margin
    assert abs(row.structural - 90) <= row.margin
    assert row.students is not None
    assert abs(row.students - 180) <= row.margin
    assert (row.free, row.blocked) == (25, None)  # 3 without supervision is too few to show


def test_a_count_is_published_once(place):
    snapshot = place.count()
    before = list(PublishedFigure.objects.values())
    snapshot.demand.all().delete()
    assert publish_figures(snapshot=snapshot) == 0
    assert list(PublishedFigure.objects.values()) == before


def test_a_version_of_a_kwalificatie_that_comes_later_changes_no_figure_of_the_same_students(place):
    """It is called by its first row for ever, so the groups of a chain keep their offsets over the nights (R9)."""
    names = [field.name for field in PublishedFigure._meta.fields if field.name not in ("id", "snapshot")]
    before = place.count()
    for number, programme in enumerate(place.programmes):
        newer = QualificationFactory(crebo=programme.qualification.crebo, valid_from=DAY + dt.timedelta(days=number))
        programme.qualification = newer
        programme.save()
        after = place.count(DAY + dt.timedelta(days=1 + number))
        rows = [list(found.published.order_by("pk").values_list(*names)) for found in (before, after)]
        assert rows[0] == rows[1]


def test_a_gemeente_with_four_students_shows_nothing_and_its_province_neither(place):
    snapshot = place.count(small=4)
    shown = PublishedFigure.objects.filter(snapshot=snapshot, code__in=["GM0034", "PV24"])
    assert [row for row in shown if any(v is not None for v in (row.students, row.open, row.placed))] == []


def test_structural_and_frictional_are_not_told_apart_per_gemeente_or_with_few_free_places(place):
    snapshot = place.count()
    home = PublishedFigure.objects.get(snapshot=snapshot, level="gemeente", code="GM0546")
    assert home.open
    assert home.structural is None
    assert home.frictional is None
    snapshot.published.all().delete()
    snapshot.supply.update(places=20, taken=15, free=5, vacant=5, blocked=0)
    publish_figures(snapshot=snapshot)
    country = PublishedFigure.objects.get(snapshot=snapshot, table="gebieden", level="land")
    assert country.open
    assert country.structural is None
    assert country.frictional is None


def test_with_few_places_free_in_the_country_nobody_is_counted_apart_as_frictional(place, monkeypatch):
    """Frictional students are no more than the free places, and those everybody can count."""
    seen = {}
    real = disclosure.tabulate

    def watched(chains, *rest, **more):
        seen.update(chains)
        return real(chains, *rest, **more)

    monkeypatch.setattr(disclosure, "tabulate", watched)
    snapshot = place.count()
    assert sum(sum(found.values()) for chain, found in seen.items() if chain[-1] == "frictional") == 30
    snapshot.published.all().delete()
    snapshot.supply.update(places=20, taken=11, free=9, vacant=9, blocked=0)
    publish_figures(snapshot=snapshot)
    assert sum(sum(found.values()) for chain, found in seen.items() if chain[-1] == "frictional") == 0
    assert sum(sum(found.values()) for chain, found in seen.items() if chain[-1] == "structural") == 120


def test_places_one_can_react_to_are_all_those_in_the_list_also_when_somebody_is_spoken_to(place):
    """Anybody can count the list: what the table would have less is who is spoken to."""
    snapshot = place.count()
    snapshot.published.all().delete()
    snapshot.supply.update(held=4, free=21)
    publish_figures(snapshot=snapshot)
    assert {row.free for row in snapshot.published.filter(table="gebieden", free__gt=0)} == {25}


@pytest.mark.parametrize(("blocked", "shown"), [(0, [None]), (5, [None]), (25, [20, 25, 30]), (60, [55, 60, 65])])
def test_places_without_supervision_are_told_in_fives(place, blocked, shown):
    """Nobody is spoken to about them: as many as the list has would say that nobody there is."""
    snapshot = place.count()
    snapshot.published.all().delete()
    snapshot.supply.update(places=75, free=60, vacant=60, blocked=blocked)
    publish_figures(snapshot=snapshot)
    rows = snapshot.published.filter(table="gebieden", free__gt=0)
    assert {row.level for row in rows} == {"land", "provincie", "gemeente"}
    assert len({row.blocked for row in rows}) == 1
    assert rows[0].blocked in shown


def test_places_spoken_about_are_told_of_the_country_only_and_when_most_places_are_not(place):
    """They are in the list of places, so a gemeente with few places there would be told apart (docs/disclosure.md)."""
    snapshot = place.count()
    cases = ((30, 60, 0, True), (30, 160, 0, False), (100, 0, 0, False), (30, 0, 60, True), (30, 0, 160, False))
    for held, unused, blocked, is_told in cases:
        snapshot.published.all().delete()
        snapshot.supply.update(places=200 + 15, free=200 - held, held=held, vacant=200, unused=unused, blocked=blocked)
        publish_figures(snapshot=snapshot)
        told = snapshot.published.filter(held__isnull=False)
        assert [row.level for row in told] == (["land"] if is_told else []), (held, unused, blocked)


def test_what_helps_is_published_from_ten_students_on_without_gemeente_team_or_school(place):
    snapshot = place.count()
    snapshot.published.all().delete()
    common = {
        "snapshot": snapshot,
        "kind": "place",
        "year": 2,
        "gain": 1,
        "direct": 3,
        "example": {"chain": ["Leiden"]},
    }
    Lever.objects.create(**common, region=place.zuid_holland, steps=40, position=1)
    Lever.objects.create(**common, region=place.flevoland, steps=4, position=2)
    Lever.objects.create(**common, region=place.zuid_holland, municipality=place.leiden, steps=40, position=3)
    Lever.objects.create(**common, region=place.zuid_holland, school=place.programmes[0].school, steps=40, position=4)
    Lever.objects.create(**common, region=place.zuid_holland, team=TeamFactory(), steps=40, position=5)
    publish_figures(snapshot=snapshot)
    lever = PublishedLever.objects.get()
    assert (lever.level, lever.code) == ("provincie", "PV28")
    assert lever.helped % 5 == 0
    assert 10 <= lever.helped <= 40


def test_the_files_of_a_night_hold_that_night_only(client, place):
    """Each night has its own figures, what helps and what is expected."""
    nights = []
    for number in range(2):
        snapshot = place.count(DAY + dt.timedelta(days=number), open_=60 + 40 * number)
        assert not snapshot.published_levers.exists()
        snapshot.published.all().delete()
        Lever.objects.create(
            snapshot=snapshot, kind="place", region=place.zuid_holland, year=1 + number, gain=1, direct=3, steps=40,
            position=1,
        )  # fmt: skip
        publish_figures(snapshot=snapshot)
        PublishedForecast.objects.create(
            day=snapshot.day, period=place.period, level="land", code="NL", weeks=9, low=85, middle=90 + 5 * number,
            high=95, past=1, method=1,
        )  # fmt: skip
        nights.append(snapshot)
    for number, snapshot in enumerate(nights):
        figures = {(row.code, str(row.open or "")) for row in snapshot.published.filter(table="gebieden")}
        found = rows_of(client, snapshot.day, "gebieden")
        assert {(row["gebied_code"], row["zonder_plek"]) for row in found} == figures
        assert len(found) == len(figures)
        assert [row["leerjaar"] for row in rows_of(client, snapshot.day, "helpt")] == [str(1 + number)]
        assert [row["verwacht_midden"] for row in rows_of(client, snapshot.day, "verwacht")] == [str(90 + 5 * number)]


def test_a_gemeente_whose_only_place_left_the_list_gets_no_row(place):
    """A row of zeros would say that a student has it."""
    snapshot = place.count()
    snapshot.published.all().delete()
    there = {"snapshot": snapshot, "organisation": place.employer, "municipality": place.almere, "period": place.period}
    nothing = {"held": 0, "free": 0, "unused": 0, "blocked": 0, "vacant": 0}
    SupplyCell.objects.create(**there, **nothing, vacancies=1, places=1, taken=1)
    publish_figures(snapshot=snapshot)
    assert not snapshot.published.filter(code__in=[place.almere.code, place.flevoland.code]).exists()


def test_a_row_with_nothing_to_show_is_not_there(client, place):
    """An empty row would say that there are a few students, or a place that somebody has."""
    for days, small in enumerate((1, 4, 9, 10)):
        snapshot = place.count(DAY + dt.timedelta(days=days), small=small)
        figures = (
            "students",
            "placed",
            "talking",
            "open",
            "structural",
            "frictional",
            "free",
            "taken",
            "unused",
            "blocked",
        )
        for row in snapshot.published.values(*figures):
            assert any(row.values()), (small, row)


def test_a_count_that_failed_or_of_which_nothing_was_published_is_in_no_file(client, place):
    good = place.count()
    for days, status in ((1, SnapshotStatus.DONE), (2, SnapshotStatus.FAILED), (3, SnapshotStatus.RUNNING)):
        other = place.count(DAY + dt.timedelta(days=days))
        if status == SnapshotStatus.DONE:
            other.published.all().delete()
        ShortageSnapshot.objects.filter(pk=other.pk).update(status=status)
        assert client.get(reverse("open-data-table", args=[other.day, "gebieden", "csv"])).status_code == 404
    newest = client.get(reverse("open-data-table", args=["laatste", "gebieden", "json"]))
    assert json.loads(newest.content)["telling"] == str(good.public_id)
    listed = json.loads(client.get(reverse("open-data-counts", args=["json"])).content)["tellingen"]
    assert [entry["telling"] for entry in listed] == [str(good.public_id)]
    assert [count.pk for count in client.get(reverse("open-data")).context["page"]] == [good.pk]


def test_everybody_sees_the_figure_its_date_its_definitions_and_637(client, place):
    place.count()
    shown = PublishedFigure.objects.get(table="gebieden", level="land").open
    text = client.get(reverse("shortage-public")).content.decode()
    assert f"{shown}</span>" in text
    assert "maandag 4 januari 2027" in text
    assert "637" in text
    assert "MBO Raad" in text
    assert "Zoveel studenten blijven zonder plek, hoe je de vrije plekken ook verdeelt." in text


def test_the_pages_say_it_when_nothing_was_counted_yet(client):
    assert "nog geen telling" in client.get(reverse("shortage-public")).content.decode()
    assert "nog geen telling" in client.get(reverse("open-data")).content.decode()
    assert client.get(reverse("open-data-table", args=["laatste", "gebieden", "csv"])).status_code == 404


def test_an_area_has_a_page_and_what_is_no_area_has_none(client, place):
    place.count(small=3)
    assert client.get(reverse("shortage-area", args=["provincie", "PV28"])).status_code == 200
    assert (
        "Te weinig studenten om te tonen"
        in client.get(reverse("shortage-area", args=["gemeente", "GM0034"])).content.decode()
    )
    for level, code in (("provincie", "PV99"), ("school", "roc-een"), ("land", "NL"), ("gemeente", "PV28")):
        assert client.get(reverse("shortage-area", args=[level, code])).status_code == 404


def test_the_line_is_made_of_what_was_published_then(client, place):
    for week in range(4):
        place.count(DAY - dt.timedelta(weeks=week), open_=60 + 10 * week)
    found = list(
        PublishedFigure.objects.filter(table="gebieden", level="land")
        .order_by("snapshot__day")
        .values_list("open", flat=True)
    )
    page = client.get(reverse("shortage-public")).context["page"]
    assert [point.number for point in page.trend.points] == found


def test_the_page_asks_the_database_the_same_few_questions_whatever_was_counted(client, place):
    numbers = []
    for week in range(3):
        place.count(DAY - dt.timedelta(weeks=2 - week), small=week)
        for address in (reverse("shortage-public"), reverse("shortage-area", args=["provincie", "PV28"])):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(address)
            numbers.append((address, len(asked)))
    assert len(set(numbers)) == 2
    assert all(number <= 12 for _address, number in numbers), numbers


def test_every_table_comes_as_csv_and_json_with_licence_words_and_stable_ids(client, place):
    snapshot = place.count()
    for table in TABLES:
        rows = rows_of(client, "laatste", table)
        answer = client.get(reverse("open-data-table", args=[DAY, table, "json"]))
        document = json.loads(answer.content)
        assert document["licentie"] == "CC0-1.0"
        assert document["telling"] == str(snapshot.public_id)
        assert document["versie_begrippen"] == 1
        assert document["begrippen"][0]["zin"]
        assert [row["id"] for row in document["rijen"]] == [row["id"] for row in rows]
        assert len({row["id"] for row in rows}) == len(rows)
        assert {column["naam"] for column in document["kolommen"]} >= set(rows[0] if rows else [])
    assert rows_of(client, DAY, "gebieden")[0]["id"] == "2027-01-04/gebieden/feb-jul-2027/land/NL"


def test_a_file_that_somebody_has_already_is_not_sent_again(client, place):
    place.count()
    address = reverse("open-data-table", args=["laatste", "gebieden", "json"])
    first = client.get(address)
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "public" in first["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    place.count(DAY + dt.timedelta(days=1), open_=70)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("asked", ["laatste", str(DAY)])
def test_what_is_expected_is_sent_to_who_asked_before_it_was_published(client, place, asked):
    """It comes twenty minutes after the count, or later when that night was missed; the count stays the same."""
    snapshot = place.count()
    address = reverse("open-data-table", args=[asked, "verwacht", "json"])
    early = client.get(address)
    assert json.loads(early.content)["rijen"] == []
    assert early["Cache-Control"] == "public, max-age=900"
    PublishedForecast.objects.create(
        day=snapshot.day, period=place.period, level="land", code="NL", weeks=9, low=85, middle=90, high=95, past=1,
        method=1,
    )  # fmt: skip
    known = {"If-None-Match": early["ETag"]}, {"If-Modified-Since": http_date(time.time() + 60)}
    for said in known:
        found = client.get(address, headers=said)
        assert found.status_code == 200
        assert [row["verwacht_midden"] for row in json.loads(found.content)["rijen"]] == [90]
    assert found["Cache-Control"] == f"public, max-age={900 if asked == 'laatste' else 86400}"
    assert client.get(address, headers={"If-None-Match": found["ETag"]}).status_code == 304
    with CaptureQueriesContext(connection) as questions:
        client.get(address)
    assert len({question["sql"] for question in questions}) == len(questions)


def test_the_file_is_the_same_whatever_language_or_reader(client, place, coordinator):
    place.count()
    address = reverse("open-data-table", args=[DAY, "gebieden", "csv"])
    mine = client.get(address).content
    client.cookies["taal"] = "en"
    assert client.get(address, headers={"Accept-Language": "en"}).content == mine
    client.force_login(coordinator)
    assert client.get(address).content == mine


def test_the_list_of_counts_names_every_night_with_its_addresses(client, place):
    for week in range(3):
        place.count(DAY - dt.timedelta(weeks=week))
    listed = json.loads(client.get(reverse("open-data-counts", args=["json"])).content)["tellingen"]
    assert [entry["datum"] for entry in listed] == ["2027-01-04", "2026-12-28", "2026-12-21"]
    assert client.get(listed[0]["tabellen"]["gebieden"]).status_code == 200


@pytest.mark.parametrize("address", ["laatste/studenten.csv", "laatste/gebieden.xml", "gisteren/gebieden.csv"])
def test_there_is_no_other_table_kind_or_day(client, place, address):
    place.count()
    assert client.get(f"/open-data/{address}").status_code == 404


def test_everything_one_can_download_over_the_nights_adds_up_to_protected_sizes_only(client, place):
    """One student comes and goes in Almere: no file of any night differs by anything but a multiple of five."""
    seen = []
    for night in range(8):
        place.count(DAY + dt.timedelta(days=night), open_=20 + night // 3, placed=10, small=3 + night % 2)
        day = DAY + dt.timedelta(days=night)
        seen.append({row["id"][11:]: row for table in TABLES[:4] for row in rows_of(client, day, table)})
    about_students = ("studenten", "geplaatst", "in_gesprek", "zonder_plek", "structureel", "oplosbaar")
    for rows in seen:
        for name, row in rows.items():
            values = [int(row[column]) for column in about_students if row[column]]
            assert all(value % 5 == 0 and value >= 10 for value in values)
            assert not values or not name.endswith(("GM0034", "PV24"))
