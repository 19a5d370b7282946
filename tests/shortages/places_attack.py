"""What an attacker makes of the columns about places: who has one, and who is spoken to, by where the place is.

Like `season_attack`: sentences for `attacker.Attacker`, out of docs/disclosure.md, the columns and the list of places.
Places stand in one row per period and kind, by area and then by organisation.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from shortages.models import ShortageSnapshot, SupplyCell
from tests.shortages.attacker import FEW, Attacker, is_pinned
from tests.shortages.season import HOMES

KINDS = {
    "bezet": "taken", "plekken_in_gesprek": "held", "vrij_niemand_reageerde": "unused", "vrij_geen_begeleider": "blocked",
}  # fmt: skip
OF_STUDENTS = ("bezet", "plekken_in_gesprek")  # each of these places is one student
TOWNS = sorted(HOMES, key=lambda code: (*HOMES[code][1:4], code))

Group = tuple[str, str]  # gemeente, organisation
Shown = dict[tuple[str, str, str], int]  # level, code, column


def truth_of(snapshot: ShortageSnapshot) -> dict[tuple[str, Group], int]:
    """The true number of places of every kind, gemeente and organisation."""
    found: dict[tuple[str, Group], int] = defaultdict(int)
    cells = SupplyCell.objects.filter(snapshot=snapshot, period__isnull=False)
    for town, organisation, *numbers in cells.values_list(
        "municipality__code", "organisation__public_id", *KINDS.values()
    ):
        for kind, number in zip(KINDS, numbers, strict=True):
            found[kind, (town, str(organisation))] += number
    return found


def groups_of(truth: Mapping[tuple[str, Group], int]) -> list[Group]:
    """Every group in the order of its row; which organisations there are, anybody can see."""
    return sorted({group for _kind, group in truth}, key=lambda group: (TOWNS.index(group[0]), group[1]))


def mind(shown: Shown, groups: list[Group], in_list: Mapping[str, int], *, exact: bool = False) -> Attacker:
    """An attacker who heard all figures about places of one night, and counted the list of places.

    Places that are held, those nobody reacted to and those without supervision are among those in the list, and of the
    held ones none is one of the other two; with `exact` figures are true numbers, with a dash under five.
    """
    attacker = Attacker()
    last = () if exact else ("size",)
    for kind in KINDS:
        if not exact:
            attacker.unknown((kind, "off", -1), -4, 4)
        for place, group in enumerate(groups):
            attacker.unknown((kind, group), 0)
            if not exact:
                size, off = (kind, group, "size"), (kind, "off", place)
                attacker.unknown(size, 0)
                attacker.unknown(off, -4, 4)
                attacker.hear({(kind, group): 1.0, size: -1.0, off: -1.0, (kind, "off", place - 1): 1.0}, 0, 0)
                attacker.hear({(kind, group): 1.0, size: -0.2}, low=0)  # at least one when it is not 0
        for level, code, inside, stretches in _rows(groups):
            terms = {(kind, group, *last): 1.0 for group in inside}
            value = shown.get((level, code, kind))
            if value is not None:
                attacker.hear(terms, value, value)
            elif exact:
                attacker.hear(terms, 0, FEW - 1)
            elif kind != "plekken_in_gesprek":  # told of the country only, and not always: a dash says nothing of it
                attacker.hear(terms, 0, 5 * math.ceil(5.8 * math.sqrt(stretches) / 5))
    for town in TOWNS:
        # Nobody is spoken to about a place nobody reacted to, nor about one without supervision.
        for other in ("vrij_niemand_reageerde", "vrij_geen_begeleider"):
            for kinds in (("plekken_in_gesprek",), (other,), ("plekken_in_gesprek", other)):
                if here := {(kind, group): 1.0 for kind in kinds for group in groups if group[0] == town}:
                    attacker.hear(here, 0, in_list.get(town, 0))
    return attacker


def _rows(groups: list[Group]) -> Iterator[tuple[str, str, list[Group], int]]:
    """Every row of the table: level, code, which groups, and in how many stretches they can lie."""
    yield "land", "NL", groups, 1
    for town in TOWNS:
        yield "gemeente", town, [group for group in groups if group[0] == town], 1
    for level, column, stretches in (("provincie", 1, 1), ("corop", 2, 1), ("arbeidsmarkt", 3, 2)):
        for code in sorted({str(HOMES[town][column]) for town in TOWNS}):
            yield level, code, [group for group in groups if HOMES[group[0]][column] == code], stretches


def shown_of(rows: Iterable[tuple[str, str, dict[str, str]]]) -> dict[str, Shown]:
    """The figures about places per day, as downloaded."""
    found: dict[str, Shown] = defaultdict(dict)
    for day, table, row in rows:
        if table == "gebieden":
            here = found[day]
            for kind in KINDS:
                if row[kind]:
                    here[row["gebied_soort"], row["gebied_code"], kind] = int(row[kind])
            if row["plekken_totaal"]:  # taken, and those one can react to
                taken = int(row["plekken_totaal"]) - int(row["vrije_plekken"])
                assert here.setdefault((row["gebied_soort"], row["gebied_code"], "bezet"), taken) == taken, row
    return found


def pinned(
    shown: Shown, truth: Mapping[tuple[str, Group], int], in_list: Mapping[str, int], *, exact: bool = False
) -> tuple[int, list[tuple[str, str, int, float]]]:
    """How many small groups were tried, and those about which the attacker knows too much.

    Tried are students who have a place, or are spoken to, in one gemeente or at one organisation: one to four of them.
    """
    groups = groups_of(truth)
    attacker = mind(shown, groups, in_list, exact=exact)
    wanted = [(town, [group for group in groups if group[0] == town]) for town in TOWNS]
    wanted += [(organisation, [(town, organisation)]) for town, organisation in groups]
    tried = 0
    found: list[tuple[str, str, int, float]] = []
    for kind in OF_STUDENTS:
        for name, inside in wanted:
            number = sum(truth.get((kind, group), 0) for group in inside)
            if 1 <= number < FEW:
                low, high = attacker.range_of([(kind, group) for group in inside])
                assert low <= number <= high
                tried += 1
                if is_pinned(low, high):
                    found.append((kind, name, low, high))
    return tried, found
