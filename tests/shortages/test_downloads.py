"""No count under five comes out of what people download over sixty nights (product R9, docs/disclosure.md).

The real route: nights in a database, counted and published by the services; bytes fetched with the test client by the
public, a gemeente, a sector body and the coordinator of another school; numbers read back out of those bytes; and an
attacker who puts all of them together. `test_disclosure.py` attacks the method itself, with more than anybody downloads.
"""

# mypy: disable-error-code="no-untyped-def"

import io
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.db.models import F, Sum
from django.test import Client
from openpyxl import load_workbook

from placements.models import Placement, Vacancy
from roadshows.selectors.pledges import funnel
from shortages.models import (
    DemandCell,
    Lever,
    ShortageSnapshot,
    SupplyCell,
)
from shortages.services import what_if
from stagematch import clock
from tests.shortages import places_attack as places
from tests.shortages import season as nights
from tests.shortages import season_attack as attack
from tests.shortages.attacker import FEW, Attacker, is_pinned
from tests.shortages.downloads import Reader, numbers_before, open_data_rows
from tests.shortages.reading import select, tree, words
from tests.shortages.season import HOMES, MINE, SIZES

pytestmark = pytest.mark.django_db
SURVEY = 637  # the figure of 2023, on every page
ASKED = "/school/tekort/wat-als/?waar=gemeente:{home}&kwalificatie=25615&leerjaar={year}&dagen={days}&plekken=50"
QUESTIONS = [("GM0546", 1, 3), ("GM0546", 2, 12), ("GM0537", 1, 3)]
IMPACT = ("in_conversation", "filled", "started")


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def signed_in(user) -> Reader:
    client = Client()
    client.force_login(user)
    return Reader(client)


def is_split_on(snapshot) -> bool:
    """Whether there were ten free places, so that structural and frictional are told apart; anybody can count them."""
    return (SupplyCell.objects.filter(snapshot=snapshot).aggregate(n=Sum("vacant"))["n"] or 0) >= 10


def truth_of(snapshot) -> dict[tuple, float]:
    """The true students of every group: (school, situation, (gemeente, leerjaar, days))."""
    found: dict[tuple, float] = defaultdict(float)
    cells = DemandCell.objects.filter(snapshot=snapshot).values_list(
        "school__slug", "municipality__code", "year", "days", "placed", "talking", "open", "structural"
    )
    is_split = is_split_on(snapshot)
    for school, home, year, days, placed, talking, open_, structural in cells:
        lost = structural if is_split else open_
        parts = zip(attack.SITUATIONS, (placed, talking, lost, open_ - lost), strict=True)
        for situation, number in parts:
            found[school, situation, (home, year, days)] += number
    return found


def shown_of(rows) -> dict[str, dict[tuple, int]]:
    """The figures about students by where they live, per day, as downloaded."""
    found: dict[str, dict[tuple, int]] = defaultdict(dict)
    for day, table, row in rows:
        about = attack.row_of(table, row)
        if about is not None:
            found[day] |= {(about, name): int(row[name]) for name in attack.MEASURES if row.get(name)}
    return found


def small_groups(truth: dict[tuple, float]) -> list[tuple]:
    """Groups of one to four students of a gemeente, of one school or all, that an attacker would like to know."""
    found = []
    for schools in [tuple(SIZES), *((school,) for school in SIZES if school != MINE)]:
        for home in HOMES:
            groups = tuple(attack.Row("gebieden", "gemeente", home).groups())
            for measure in ("studenten", "geplaatst", "in_gesprek", "zonder_plek"):
                group = tuple(attack.names(schools, measure, groups))
                if 1 <= round(sum(truth[name] for name in group)) < FEW:
                    found.append(group)
    return found


def pinned_groups(
    shown, truth, most: int, *, own: bool = False, exact: bool = False, is_split: bool = True
) -> tuple[int, list]:
    """How many small groups were tried, and those about which the attacker knows too much; `own`: a school's counts."""
    mind = attack.mind(shown, exact=exact, is_split=is_split)
    targets = small_groups(truth)
    if own:
        for school, situation, group in list(truth):
            if school == MINE:
                number = truth[school, situation, group]
                mind.hear({(school, situation, group): 1.0}, number - 1e-6, number + 1e-6)
        targets = [group for group in targets if all(name[0] != MINE for name in group)]
    known = [(group, *mind.range_of(group)) for group in targets[:: max(1, len(targets) // most)]]
    for group, low, high in known:
        assert low - 1e-3 <= sum(truth[name] for name in group) <= high + 1e-3
    return len(known), [found for found in known if is_pinned(*found[1:])]


@dataclass(frozen=True)
class Rule:
    """How numbers that say 'at least' are made, as docs/disclosure.md tells it; the others are how it used to be."""

    least: int = 10  # not told below
    step: int = 5
    off: float = 4.999  # what may be taken off first
    zero: bool = False  # 'nobody' is told


SAID = Rule()


def told_to(told: list[int | None], rule: Rule = SAID, steps: dict[int, int] | None = None) -> Attacker:
    """What follows from such numbers night after night; what is taken off never changes. `steps`: known changes."""
    mind = Attacker()
    mind.unknown("off", 0, rule.off)
    more = rule.step - 0.001
    for night, value in enumerate(told):
        terms = {night: 1.0, "off": -1.0}
        if value is None:
            mind.hear(terms, high=rule.least - 0.001)
        elif value == 0 and rule.zero:
            mind.hear({night: 1.0}, 0, 0)
        else:
            mind.hear(terms, value, value + more)
    for night in range(len(told) - 1):  # how many more than the night before, moved up to stay positive
        mind.hear({("more", night): 1.0, night + 1: -1.0, night: 1.0}, 500, 500)
    for night, step in (steps or {}).items():
        mind.hear({("more", night): 1.0}, 500 + step, 500 + step)
    return mind


def given_away(told: list[int | None], truth: list[int], rule: Rule = SAID, *, classmate: bool = True) -> list[tuple]:
    """Nights on which a number under five is known, or that one to four came or went between two looks.

    With `classmate` the numbers once more, for somebody who knows of every step of one student that it was one.
    """
    found = []
    changes = {night: after - before for night, (before, after) in enumerate(pairwise(truth))}
    ones = {night: step for night, step in changes.items() if abs(step) <= 1}
    for steps in ({}, ones) if classmate else ({},):
        mind = told_to(told, rule, steps)
        for night, number in enumerate(truth):
            if number < FEW or night % 10 == 0:
                low, high = mind.range_of([night])
                assert low <= number <= high
                if is_pinned(low, high):
                    found.append(("number", night, low, high))
        for night, step in changes.items():
            if 1 <= abs(step) < FEW and not steps:
                low, high = mind.range_of([("more", night)])
                assert low <= 500 + step <= high
                if 501 <= low <= high < 505 or 495 < low <= high <= 499:
                    found.append(("step", night, low, high))
    return found


def test_nobody_derives_a_count_under_five_from_sixty_nights_of_downloads():
    season = nights.begin()
    public, foreign = Reader(Client()), signed_in(season.coordinator)
    looking_along = [signed_in(user) for user in season.observers]
    truths, of_places, in_list, pages = {}, {}, {}, defaultdict(list)
    told = {name: [] for name in ("home", *IMPACT, *QUESTIONS)}
    true = {name: [] for name in told}
    talks = 0
    for night, day in enumerate(season.nights()):
        snapshot = ShortageSnapshot.objects.get(day=day)
        truths[str(day)], of_places[str(day)] = truth_of(snapshot), places.truth_of(snapshot)
        in_list[str(day)] = free_in_list()
        talks += sum(1 <= n < FEW for n in nights.talks_per_gemeente().values())
        cache.clear()
        if night % 2 == 0 or night % 10 == 5:
            told["home"].append(next(iter(numbers_before(public.text("/"), "of meer studenten")), None))
            true["home"].append(Placement.objects.count())
            _hear_roadshow(public, season, told, true)
        if night % 6 < 2:
            for reader in (public, *looking_along):
                pages[str(day)] += [reader.text(address) for address in ("/tekort/", "/tekort/gemeente/GM0034/")]
            pages[str(day)] += [reader.text("/gebied/") for reader in looking_along]
            _hear_what_if(foreign, snapshot, told, true)
            _look_at_levers(foreign)
    with clock.at(season.days[-1]):
        rows = list(open_data_rows(public))
        for reader in (*looking_along, foreign):
            assert reader.get("/open-data/laatste/gebieden.csv") == public.get("/open-data/laatste/gebieden.csv")

    # Students by where they live: every table of a night together, also for who knows all of another school.
    shown, tried = shown_of(rows), 0
    assert set(shown) == set(truths)
    for day in list(truths)[::4]:
        for own in (False, True):
            is_split = sum(in_list[day].values()) >= 10
            number, pinned = pinned_groups(shown[day], truths[day], 5, own=own, is_split=is_split)
            tried += number
            assert not pinned, (day, own, pinned)
    assert tried > 100

    # Students in talks by where the place is: the table counts exactly the places in the list, so they say the same.
    assert talks > 30
    assert not list_minus_table(rows, in_list)
    assert not rows_of_zeros(rows)
    for _day, _table, row in rows:
        for name in ("bezet", "plekken_in_gesprek", "vrij_niemand_reageerde", *attack.MEASURES):
            assert not row.get(name) or (int(row[name]) % 5 == 0 and int(row[name]) >= 15), row

    # And all columns about places of a night together, with the list: who has a place somewhere, and who is spoken to.
    shown_places, tried = places.shown_of(rows), 0
    assert any(shown_places.values())
    for day in list(truths)[::6]:
        number, pinned = places.pinned(shown_places[day], of_places[day], in_list[day])
        tried += number
        assert not pinned, (day, pinned)
    assert tried > 50

    # Numbers that say 'at least', night after night.
    assert any(told["home"])
    for name in told:
        assert {n for n in told[name] if n is not None and (n < SAID.least or n % SAID.step)} == set(), name
        assert given_away(told[name], true[name]) == [], name

    # A page says no other number of students than the tables of the same night.
    for day, texts in pages.items():
        known = {SURVEY, 5, 10, *shown[day].values()}
        for when, _table, row in rows:
            if when <= day:  # what to expect stays on the page until it is said anew; the line shows earlier nights
                known |= {int(row[n]) for n in ("geholpen_minstens", *attack.EXPECTED) if row.get(n)}
        earlier = {n for when, figures in shown.items() if when < day for n in figures.values()}  # the line
        for text in texts:
            said = numbers_before(text, r"(?:keer|student|zijn geplaatst|zijn in gesprek)")
            assert set(said) <= known | earlier, (day, set(said) - known - earlier, text)


def free_in_list() -> dict[str, int]:
    """The places in the list today per gemeente, as anybody can count them."""
    listed = Vacancy.objects.accepting().order_by().values_list("location__postcode__municipality__code")
    return dict(listed.annotate(n=Sum(F("places") - F("places_taken"))))


def list_minus_table(rows, in_list) -> list[tuple[str, str, int]]:
    """Gemeenten in which the table counts fewer places than the list: so many students are spoken to there."""
    found = []
    for day, table, row in rows:
        if table == "gebieden" and row["gebied_soort"] == "gemeente":
            less = in_list[day].get(row["gebied_code"], 0) - int(row["vrije_plekken"])
            if less:
                found.append((day, row["gebied_code"], less))
    return found


def rows_of_zeros(rows) -> list[tuple[str, str]]:
    """Gemeenten with a row that shows nothing: there are places, which students have or are spoken to about."""
    return [
        (day, row["gebied_code"])
        for day, table, row in rows
        if table == "gebieden" and row["gebied_soort"] == "gemeente"
        if not any(row[name] for name in attack.UNDERSTOOD & set(row) if row[name] != "0")
    ]


def _hear_roadshow(reader, season, told, true) -> None:
    """What the page of a roadshow says to everybody of the students it led to."""
    page = tree(reader.get(f"/roadshows/{season.roadshow.slug}/opbrengst/"))
    said = re.findall(r"minder dan 15|minstens (\d+)", words(page))
    assert len(said) >= len(IMPACT)
    whole = funnel([season.roadshow])[0]
    for name, number in zip(IMPACT, said, strict=False):
        told[name].append(int(number) if number else None)
        true[name].append(whole.at(name))


def _hear_what_if(reader, snapshot, told, true) -> None:
    """What the school is told of places it asks about; the truth is of all schools together."""
    for home, year, days in QUESTIONS:
        page = tree(reader.get(ASKED.format(home=home, year=year, days=days)))
        (tile,) = select(page, "section span.sm-number")
        said = words(tile)
        told[home, year, days].append(None if said.startswith("≤") else int(said.removeprefix("≥ ")))
        qualification = Lever.objects.filter(snapshot=snapshot, qualification__isnull=False).first().qualification_id
        found = what_if(
            snapshot=snapshot, qualification=qualification, year=year, days=days, places=50,
            municipality=DemandCell.objects.filter(municipality__code=home).first().municipality_id,
        )  # fmt: skip
        true[home, year, days].append(found.placed)


def _look_at_levers(reader) -> None:
    """What helps in a region is said for one student, or in fives from ten on; on screen and in the spreadsheet."""
    text = reader.text("/school/tekort/?alles=ja")
    often = [int(n) for n in re.findall(r"Dit werkt minstens (\d+) keer", text)]
    assert all(n % 5 == 0 and n >= 10 for n in often)
    book = load_workbook(io.BytesIO(reader.client.get("/school/tekort/rapport.xlsx").content))
    for sheet in book:
        for line in sheet.iter_rows(values_only=True):
            if line[0] and str(line[0]).startswith("Een extra plek"):
                assert line[2] == 1 or (line[2] % 5 == 0 and line[2] >= 10)
