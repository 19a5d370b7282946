"""The attacks of `test_downloads.py` can fail: every leak that was mended is put back, and they find it.

docs/disclosure.md names them. Numbers that say 'at least' are tried as numbers; what is published, with nights in a database.
"""

# mypy: disable-error-code="no-untyped-def"

import random
from collections import defaultdict
from types import SimpleNamespace

import pytest
from django.db.models import Sum
from django.http import QueryDict
from django.test import Client

from placements.models import Vacancy
from shortages import disclosure
from shortages.dashboard.whatif import WhatIfPage
from shortages.enums import LeverKind, PublishedTable
from shortages.models import Lever, PublishedLever, ShortageSnapshot, SupplyCell
from shortages.services import WhatIf, publish
from shortages.told import helped_at_least
from stagematch import clock
from stagematch.few import at_least
from stagematch.regions.models import Region
from tests.shortages import places_attack as places
from tests.shortages import season as nights
from tests.shortages.attacker import FEW
from tests.shortages.downloads import Reader, open_data_rows
from tests.shortages.published import world
from tests.shortages.test_downloads import (
    Rule,
    free_in_list,
    given_away,
    list_minus_table,
    pinned_groups,
    rows_of_zeros,
    shown_of,
    truth_of,
)

EXACT = Rule(least=5, step=1, off=0)
FIVES = Rule(least=5, step=5, off=0)


def steps(seed: int) -> list[int]:
    """How many there are on forty nights: mostly one more or less, sometimes a few."""
    chance, number, found = random.Random(seed), 3, []
    for _night in range(40):
        number = max(0, number + chance.choice((-3, -1, -1, 0, 0, 1, 1, 1, 4)))
        found.append(number)
    return found


def exactly(number: int, *_names: str) -> int | None:
    return number if number >= FEW else None


def in_fives(number: int, *_names: str) -> int | None:
    return number // 5 * 5 or None


def with_zero(number: int, *_names: str) -> int | None:
    return 0 if not number else in_fives(number)


def test_numbers_that_say_at_least_tell_nothing_now():
    for seed in range(3):
        truth = steps(seed)
        assert any(1 <= number < FEW for number in truth)
        assert given_away([at_least(n, "some", str(seed)) for n in truth], truth) == []


@pytest.mark.parametrize(
    ("tell", "rule"),
    [(exactly, EXACT), (in_fives, FIVES), (with_zero, Rule(least=5, off=0, zero=True))],
    ids=["exact from five on", "fixed fives", "nobody is said"],
)
def test_the_old_numbers_give_few_students_away(tell, rule):
    """The home page and 'wat als' were exact; roadshows and what helps in fixed fives; 'wat als' said that it was nobody."""
    truth = steps(1)
    found = given_away([tell(n) for n in truth], truth, rule)
    assert [row for row in found if row[0] == "number"]


def test_asking_twice_and_subtracting_gave_few_students_away():
    """Monday, and Monday or Tuesday: the second answer less the first is who can only on Tuesday."""
    monday, both = 12, 15
    asked, now = [monday, both], [at_least(12, "what if", "1"), at_least(15, "what if", "3")]
    assert ("step", 0, 503, 503) in given_away([exactly(n) for n in asked], asked, EXACT, classmate=False)
    assert given_away(now, asked, classmate=False) == []


def exact_figures(chains, rows_of, _secret, measures=None):
    """The usual way: exact totals, and a dash under five."""
    sizes: dict[tuple, float] = defaultdict(float)
    for chain, groups in chains.items():
        for place, number in groups.items():
            for row in rows_of(chain, place):
                sizes[row, chain[-1]] += number
    rows = {row for row, _situation in sizes}
    return {
        row: {
            name: disclosure.Figure(number if number >= FEW else None, 0)
            for name, parts in (measures or disclosure.MEASURES).items()
            for number in [round(sum(sizes[row, part] for part in parts))]
        }
        for row in rows
    }


def free_of_the_count(snapshot, where):
    """As it was: the places that nobody is spoken to about, with a row also where there are none."""
    totals: dict[tuple, int] = defaultdict(int)
    cells = SupplyCell.objects.filter(snapshot=snapshot, period__isnull=False).order_by()
    for municipality, period, free in cells.values_list("municipality", "period").annotate(Sum("free")):
        for level, code in where[municipality].areas():
            totals[PublishedTable.AREAS, level, code, period, None, None, None] += free
    return totals


@pytest.mark.django_db
def test_the_old_open_data_give_few_students_away(monkeypatch):
    """Exact totals with dashes, and free places less than the list shows: the same attacks find all of it."""
    monkeypatch.setattr(disclosure, "tabulate", exact_figures)
    monkeypatch.setattr(publish, "_supply", free_of_the_count)
    monkeypatch.setattr(publish, "_may_be_told", lambda _row, told, _listed: told)
    season = nights.begin(seed=2)
    with clock.at(nights.FIRST_NIGHT):
        season.fill(talks=24, placed=12)
    truths, of_places, in_list, talks = {}, {}, {}, {}
    for day in season.nights(8):
        snapshot = ShortageSnapshot.objects.get(day=day)
        truths[str(day)], of_places[str(day)] = truth_of(snapshot), places.truth_of(snapshot)
        in_list[str(day)], talks[str(day)] = free_in_list(), nights.talks_per_gemeente()
    with clock.at(season.days[-1]):
        rows = list(open_data_rows(Reader(Client())))
    shown, shown_places, students, of_area = shown_of(rows), places.shown_of(rows), 0, 0
    for day, truth in truths.items():
        figures = {
            key: value
            for key, value in shown[day].items()
            if key[1] in ("studenten", "geplaatst", "in_gesprek", "zonder_plek")
        }
        students += len(pinned_groups(figures, truth, 12, exact=True, is_split=False)[1])
        of_area += len(places.pinned(shown_places[day], of_places[day], in_list[day], exact=True)[1])
    assert students >= 10
    assert of_area >= 5
    spoken = [row for row in list_minus_table(rows, in_list) if row[2] < FEW]
    assert spoken
    assert all(talks[day][code] >= number for day, code, number in spoken)


def test_places_spoken_about_per_area_gave_few_students_away_where_few_places_are_listed():
    """A province less than the country leaves a protected size of five: one to nine, and the list shows four."""
    groups, in_list = [("GM0546", "a"), ("GM0034", "b")], {"GM0546": 60, "GM0034": 4}
    country = {("land", "NL", "plekken_in_gesprek"): 25}
    areas = country | {("provincie", "PV28", "plekken_in_gesprek"): 20}
    there = [("plekken_in_gesprek", groups[1])]
    assert places.mind(areas, groups, in_list).range_of(there) == (1, 4)
    assert places.mind(country, groups, in_list).range_of(there) == (0, 4)  # as the list says by itself


def test_the_exact_number_of_places_without_supervision_gave_few_students_away():
    """Nobody is spoken to about those: where there are as many as the list has, nobody is, so the others are elsewhere."""
    groups, in_list = [("GM0546", "a"), ("GM0034", "b")], {"GM0546": 80, "GM0034": 4}
    held, blocked = "plekken_in_gesprek", "vrij_geen_begeleider"
    areas = [
        ("land", "NL"),
        ("gemeente", "GM0546"),
        ("provincie", "PV28"),
        ("corop", "NL337"),
        ("arbeidsmarkt", "AM01"),
    ]
    shown = {("land", "NL", held): 25} | {(*area, blocked): 65 for area in areas}
    now, before = (places.mind(shown, groups, in_list) for _ in range(2))
    before.hear({(blocked, groups[0]): 1.0}, 65, 65)
    assert before.range_of([(held, groups[0])])[1] == 15
    assert before.range_of([(held, groups[1])]) == (2, 4)
    assert now.range_of([(held, groups[1])]) == (0, 4)  # as the list says by itself


@pytest.mark.django_db
def test_a_row_of_zeros_told_that_a_student_has_the_place_that_left_the_list(monkeypatch):
    season = nights.begin(seed=2)
    gone = [vacancy.pk for vacancy in season.vacancies if vacancy.location.postcode.municipality.code == "GM0034"]
    Vacancy.objects.filter(pk__in=gone).update(places=1, places_taken=1)

    def zeros() -> list[tuple[str, str]]:
        with clock.at(season.days[0]):
            return rows_of_zeros(open_data_rows(Reader(Client())))

    for _day in season.nights(1):
        snapshot = ShortageSnapshot.objects.get()
    assert zeros() == []
    snapshot.published.all().delete()
    monkeypatch.setattr(publish, "_supply", free_of_the_count)
    publish.publish_figures(snapshot=snapshot)
    assert zeros() == [(str(season.days[0]), "GM0034")]


@pytest.mark.django_db
def test_the_order_of_what_helps_says_which_number_is_larger_no_more(monkeypatch):
    """Two numbers that are told alike stand in the same order, whichever of them is larger; it used to be the other way."""
    place = world()
    snapshot = place.count()

    def told(days: int, number: int) -> int | None:
        return at_least(number, "place", "PV28", "", "2", str(days))

    def order(first: int, second: int) -> list[tuple[int | None, int]]:
        snapshot.published.all().delete()
        PublishedLever.objects.filter(snapshot=snapshot).delete()
        Lever.objects.filter(snapshot=snapshot).delete()
        for days, number in ((3, first), (12, second)):
            Lever.objects.create(
                snapshot=snapshot, kind="place", region=place.zuid_holland, year=2, days=days, gain=1, direct=1,
                steps=number, position=1 if number == max(first, second) else 2,
            )  # fmt: skip
        publish.publish_figures(snapshot=snapshot)
        return list(PublishedLever.objects.filter(snapshot=snapshot).order_by("position").values_list("days", "helped"))

    low, high = next(
        (n, n + 1) for n in range(15, 40) if len({told(days, m) for days in (3, 12) for m in (n, n + 1)}) == 1
    )
    assert order(low, high) == order(high, low)
    monkeypatch.setattr(publish, "_name", lambda lever: (lever.position, 0, 0))
    assert order(low, high) != order(high, low)


def test_what_is_taken_off_what_helps_is_of_its_own_for_every_kind_region_year_and_days():
    """Two figures with the same secret number would tell how far they are apart."""
    regions = [Region(code=f"PV{number}") for number in range(20, 32)]
    for changes in (
        [{"region": region} for region in regions],
        [{"days": days} for days in range(1, 13)],
        [{"year": year} for year in range(1, 13)],
        [{"kind": kind} for kind in LeverKind.values],
    ):
        told = [
            tuple(
                helped_at_least(Lever(**{"kind": "place", "region": regions[0], "gain": 1, "steps": n} | change))
                for n in range(30)
            )
            for change in changes
        ]
        assert len(set(told)) > 1


def test_a_chain_names_only_gemeenten_where_the_school_has_somebody_itself():
    names = {1: "Leiden", 2: "Katwijk", 3: "Gouda"}
    page = SimpleNamespace(
        rows=[SimpleNamespace(municipality=1, open=2), SimpleNamespace(municipality=3, open=0)],
        atlas=SimpleNamespace(of=lambda _kind: {pk: SimpleNamespace(name=name) for pk, name in names.items()}),
    )
    for chain in ((1, 2), (2, 1), (3, 1)):
        said = " ".join(WhatIfPage(page, QueryDict(""))._chain(WhatIf(9, 9, 1, 1, None, 9, 2, chain)))
        assert "Leiden" in said
        assert not {"Katwijk", "Gouda"} & set(said.replace(".", " ").split())
