"""What an attacker makes of the downloads of a season: sentences about students, for `attacker.Attacker`.

Knows what docs/disclosure.md and the columns of the open data say, where gemeenten lie, and nothing of our code.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.shortages.attacker import FEW, Attacker
from tests.shortages.season import DAYS, HOMES, SIZES, YEARS

SITUATIONS = ("geplaatst", "in_gesprek", "structureel", "oplosbaar")
OPEN = SITUATIONS[2:]
MEASURES = {name: (name,) for name in SITUATIONS} | {"studenten": SITUATIONS, "zonder_plek": OPEN}
DAY_WORDS = {"ma, di": 3, "wo, do": 12}
OF_PLACES = {
    "vrije_plekken", "vrij_geen_begeleider", "plekken_totaal", "bezet", "plekken_in_gesprek", "vrij_niemand_reageerde",
    "plekken",
}  # fmt: skip
# Worked out of published figures, so they tell nothing that those do not; the test makes them again from those alone.
EXPECTED = {"weken", "verwacht_laag", "verwacht_midden", "verwacht_hoog", "eerdere_periodes"}
UNDERSTOOD = (
    OF_PLACES | EXPECTED | {"marge", "marge_plekken", "geholpen_minstens", "studenten_die_dit_zoeken"} | set(MEASURES)
)
NAMES = {
    "id", "datum", "periode", "periode_begin", "periode_eind", "gebied_soort", "gebied_code", "gebied", "leerjaar",
    "crebo", "opleiding", "dagen", "soort", "werkproces", "werkproces_naam", "doelgroep", "doelgroep_naam",
}  # fmt: skip
DETAILED = ("land", "provincie", "corop", "arbeidsmarkt")

Group = tuple[str, str, int, int]  # school, gemeente, leerjaar, days
PLACES = [
    (home, year, days)
    for home in sorted(HOMES, key=lambda code: (*HOMES[code][1:4], code))
    for year in YEARS
    for days in sorted(DAYS, key=str)
]


@dataclass(frozen=True)
class Row:
    """A row of a table that there is or could be: which groups it adds up."""

    table: str
    level: str
    code: str
    year: int | None = None
    days: int | None = None

    def groups(self) -> Iterator[tuple[str, int, int]]:
        for home, year, days in PLACES:
            codes = {
                "land": "NL", "gemeente": home, "provincie": HOMES[home][1], "corop": HOMES[home][2],
                "arbeidsmarkt": HOMES[home][3],
            }  # fmt: skip
            if codes[self.level] == self.code and self.year in (None, year) and self.days in (None, days):
                yield home, year, days

    @property
    def stretches(self) -> int:
        """How many unbroken stretches of one chain it can have at most."""
        return (
            1 if self.table == "gebieden" and self.level != "arbeidsmarkt" else len({g[0] for g in self.groups()}) * 2
        )


def possible_rows() -> Iterator[Row]:
    """Every row the tables could have: one that is not there hides all its figures."""
    areas = {("land", "NL")}
    for home, (_pc4, province, corop, labour, *_middle) in HOMES.items():
        areas |= {("gemeente", home), ("provincie", province), ("corop", corop), ("arbeidsmarkt", labour)}
    for level, code in sorted(areas):
        yield Row("gebieden", level, code)
        if level in DETAILED:
            yield from (Row("leerjaren", level, code, year=year) for year in YEARS)
    yield Row("opleidingen", "land", "NL")
    yield from (Row("dagen", "land", "NL", days=days) for days in DAYS)


def row_of(table: str, row: dict[str, str]) -> Row | None:
    """What a downloaded row is about; None for tables that are not about students by where they live."""
    unknown = {name for name, value in row.items() if name not in UNDERSTOOD | NAMES and value}
    assert not unknown, f"{table} has columns that no attacker was taught: {unknown}"
    if "gebied_soort" not in row or not set(row) & set(MEASURES):
        return None
    return Row(
        table,
        row["gebied_soort"],
        row["gebied_code"],
        int(row["leerjaar"]) if row.get("leerjaar") else None,
        DAY_WORDS[row["dagen"]] if row.get("dagen") else None,
    )


def mind(shown: dict[tuple[Row, str], int], *, exact: bool = False, is_split: bool = True) -> Attacker:
    """An attacker who heard all tables of one night: what is shown, and that the rest is hidden.

    As docs/disclosure.md has it, a figure is a sum of protected sizes; along the row of a chain the protected total is
    never more than 4 beside the true one (just under 5 for parts of students). With `exact` figures are true counts,
    hidden under five: the usual way. `is_split`: whether there are ten places free, so that structural and frictional
    are told apart; else all that are open stand in the first chain.
    """
    attacker = Attacker()
    for school in SIZES:
        for situation in SITUATIONS:
            reach = 4.999 if situation in OPEN else 4.0
            chain = (school, situation)
            if not exact:
                attacker.unknown((*chain, "off", -1), -reach, reach)
            for place, group in enumerate(PLACES):
                attacker.unknown((*chain, group), 0)
                if not exact:
                    size, off = (*chain, group, "size"), (*chain, "off", place)
                    attacker.unknown(size, 0)
                    attacker.unknown(off, -reach, reach)
                    # What a group has = its protected size, and how far its two borders are off.
                    attacker.hear({(*chain, group): 1.0, size: -1.0, off: -1.0, (*chain, "off", place - 1): 1.0}, 0, 0)
                    attacker.hear({(*chain, group): 1.0, size: -0.001}, low=0)  # somebody is there when it is not 0
    last = () if exact else ("size",)
    for row in possible_rows():
        groups = list(row.groups())
        for measure, situations in MEASURES.items():
            if measure in OPEN and (row.level == "gemeente" or not is_split):
                continue
            terms = {(school, kind, group, *last): 1.0 for school in SIZES for kind in situations for group in groups}
            value = shown.get((row, measure))
            if value is not None:
                attacker.hear(terms, value, value)
            elif exact:
                attacker.hear(terms, 0, FEW - 1)
            else:
                stretches = len(SIZES) * len(situations) * row.stretches
                attacker.hear(terms, 0, 5 * math.ceil(5.8 * math.sqrt(stretches) / 5))
    return attacker


def names(schools: Iterable[str], measure: str, homes: Iterable[tuple[str, int, int]]) -> list[tuple]:
    """The unknowns that a group of students is made of."""
    homes = list(homes)
    return [(school, kind, home) for school in schools for kind in MEASURES[measure] for home in homes]
