"""The parts of the page by themselves: where tiles lie, how names break, how dark a tile is."""

import itertools
import random

import pytest

from shortages.dashboard.tiles import _assign, lay_out
from shortages.dashboard.words import days_words, level, wrap

PLACES = {
    "Noordwijk": (52.24, 4.45), "Katwijk": (52.20, 4.41), "Leiderdorp": (52.16, 4.53), "Leiden": (52.16, 4.49),
    "Alphen aan den Rijn": (52.13, 4.66), "Woerden": (52.09, 4.88), "Zoetermeer": (52.06, 4.49), "Gouda": (52.01, 4.71),
}  # fmt: skip


def test_tiles_lie_as_on_the_map_without_overlap() -> None:
    spots = lay_out(PLACES, columns=4)
    assert len(set(spots.values())) == len(PLACES)
    assert spots["Noordwijk"][1] < spots["Leiden"][1] < spots["Gouda"][1]  # north above south
    assert spots["Leiden"][0] < spots["Leiderdorp"][0] < spots["Woerden"][0]  # west left of east
    assert {row for _column, row in spots.values()} == set(range(max(row for _column, row in spots.values()) + 1))


def test_the_same_areas_give_the_same_map_in_any_order() -> None:
    turned = dict(reversed(list(PLACES.items())))
    assert lay_out(PLACES, columns=4) == lay_out(turned, columns=4)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 24])
def test_any_number_of_areas_fits(number: int) -> None:
    chance = random.Random(number)
    points = {n: (chance.uniform(51, 53), chance.uniform(4, 7)) for n in range(number)}
    spots = lay_out(points, columns=6)
    assert len(set(spots.values())) == number
    assert all(0 <= column < 6 for column, _row in spots.values())


def test_areas_on_one_spot_still_get_a_tile_each() -> None:
    assert len(set(lay_out(dict.fromkeys(range(5), (52.0, 5.0)), columns=4).values())) == 5


def test_the_assignment_is_the_cheapest_there_is() -> None:
    chance = random.Random(637)
    for _round in range(60):
        n = chance.randint(1, 5)
        m = chance.randint(n, 6)
        costs = [[chance.random() for _ in range(m)] for _ in range(n)]
        best = min(sum(costs[i][p[i]] for i in range(n)) for p in itertools.permutations(range(m), n))
        found = _assign(costs)
        assert len(set(found)) == n
        assert sum(costs[i][j] for i, j in enumerate(found)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Leiden", ["Leiden"]),
        ("Alphen aan den Rijn", ["Alphen aan", "den Rijn"]),
        ("Leidschendam-Voorburg", ["Leidschendam-", "Voorburg"]),
        ("IJsselvechtstreek", ["IJssel-", "vechtstreek"]),
        ("Agglomeratie 's-Gravenhage", ["Agglomeratie", "'s-Gravenhage"]),
        ("Stedendriehoek en Noordwest Veluwe", ["Stedendriehoek", "en", "Noordwest…"]),
    ],
)
def test_names_break_where_one_would_break_them(name: str, lines: list[str]) -> None:
    assert wrap(name, width=11) == lines


def test_a_darker_tile_is_a_larger_share_and_small_numbers_are_never_darkest() -> None:
    assert [level(n, 18) for n in (0, 1, 3, 4, 7, 11, 12, 18)] == [0, 1, 1, 2, 2, 3, 4, 4]
    assert level(2, 2) < 4


def test_days_are_said_shortly() -> None:
    assert [days_words(mask) for mask in (3, 12, 15, 31, 5)] == [
        "ma en di",
        "wo en do",
        "ma t/m do",
        "ma t/m vr",
        "ma en wo",
    ]
