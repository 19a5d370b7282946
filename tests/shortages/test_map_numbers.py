"""The numbers on the map of the country: each of them can be read."""

from itertools import combinations

import pytest

from shortages.enums import AreaLevel
from shortages.public.map import DIGIT, DRAWINGS, LINE, _drawn, draw


@pytest.mark.parametrize("kind", sorted(DRAWINGS))
@pytest.mark.parametrize("number", [15, 685, 1230])
def test_numbers_of_neighbours_do_not_cover_each_other(kind: AreaLevel, number: int) -> None:
    codes = [region[0] for region in _drawn(kind)[1]]
    shapes = draw(kind, dict.fromkeys(codes, number), lambda code: code).shapes
    assert len(shapes) == len(codes)
    over = [
        (a.name, b.name)
        for a, b in combinations(shapes, 2)
        if abs(a.x - b.x) < DIGIT * len(str(number)) and abs(a.y - b.y) < LINE - 3
    ]
    assert over == []


def test_a_number_with_room_around_it_stays_in_the_middle_of_its_region() -> None:
    regions = _drawn(AreaLevel.COROP)[1]
    code, _name, _path, x, y = regions[0]
    shape = draw(AreaLevel.COROP, {code: 40}, lambda code: code).shapes[0]
    assert (shape.x, shape.y, shape.number) == (x, y, 40)
