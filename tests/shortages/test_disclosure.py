"""No count under five can be taken out of what is published, over sixty nights, by anybody (product R9).

The attacker of `attacker.py` gets more than any reader: the protected size of every single group of every night, from
which every table, page and file is added up, and the method in full (row order, direction, step), all but the secret.
"""

import random
from collections import defaultdict
from itertools import pairwise

import pytest

from shortages import disclosure
from shortages.disclosure import SITUATIONS, STEP, STRUCTURAL, Chain, Place, counts_from_the_left, protect
from shortages.services.publish import _rows_of
from stagematch import few
from tests.shortages import nights
from tests.shortages.attacker import FEW, Attacker, is_pinned
from tests.shortages.nights import DAYS, HOMES, PERIOD, SCHOOLS, SECRET, YEARS, Counts

START: Place = ()  # the border before the first group
PLACES = sorted(nights.place(home, year, days) for home in HOMES for year in YEARS for days in DAYS)


@pytest.fixture(scope="module")
def season() -> list[Counts]:
    return list(nights.seasons())


def what_a_chain_says(
    attacker: Attacker, chain: Chain, published: list[dict[Place, int]], secret: bytes = SECRET
) -> None:
    """Tell the attacker all that the protected sizes of one chain say, night after night.

    Unknowns are the students of each group on each night, and the offset of each place in the row, which stays. The
    running total of the last group that exists before a place is what was rounded; which groups exist is not public.
    """
    left = counts_from_the_left(secret, chain)
    for place in [START, *PLACES]:
        attacker.unknown((chain, place, "offset"), 0, STEP - 1)
    # Marks are counted from the border before the first group: there the total is at most four beside its mark.
    attacker.unknown((chain, START), 1 - STEP, STEP - 1)
    attacker.hear({(chain, START): 1.0, (chain, START, "offset"): 1.0}, **({"high": STEP - 1} if left else {"low": 0}))
    for night, sizes in enumerate(published):
        mark, total = 0, {(chain, START): 1.0}
        for number, place in enumerate(PLACES):
            total[chain, place, night] = 1.0
            size, mark = sizes.get(place, 0), mark + sizes.get(place, 0)
            following = sizes.get(PLACES[number + 1], 0) if number + 1 < len(PLACES) else 0
            exact = {**total, (chain, place, "offset"): 1.0}
            if size:  # this group exists
                attacker.hear({(chain, place, night): 1.0}, low=1)
                attacker.hear(exact, low=mark)
                if left or following:
                    attacker.hear(exact, high=mark + STEP - 1)
            if left or following:
                attacker.hear(total, high=mark + STEP - 1)
            if not left:
                attacker.hear(total, low=mark - STEP + 1)


def small_groups(season: list[Counts], number: int, seed: int = 7) -> list[tuple[int, tuple[str, Place, str]]]:
    """A sample of groups with one to four students, the oldest tricks first: those that change between two nights."""
    found = [(night, key) for night, counts in enumerate(season) for key, count in counts.items() if 1 <= count < FEW]
    changing = [
        (night + 1, key)
        for night, (before, after) in enumerate(pairwise(season))
        for key in after
        if after[key] < FEW and after[key] - before.get(key, 0) in (1, -1)
    ]
    chance = random.Random(seed)
    return chance.sample(changing, number // 2) + chance.sample(found, number // 2)


def ranges(season: list[Counts], targets: list, tell: list | None = None) -> dict:
    """What the attacker knows of each target; `tell` are more sentences (chain, terms, low, high)."""
    published: dict[Chain, list[dict[Place, int]]] = defaultdict(list)
    for counts in season:
        for chain, groups in nights.chains(counts).items():
            published[chain].append(protect(chain, groups, SECRET))
    minds: dict[Chain, Attacker] = {}
    answers = {}
    for night, (school, place, situation) in targets:
        chain = (school, PERIOD, situation)
        if chain not in minds:
            minds[chain] = Attacker()
            what_a_chain_says(minds[chain], chain, published[chain])
            for told, terms, low, high in tell or []:
                if told == chain:
                    minds[chain].hear(terms, low, high)
        answers[night, school, place, situation] = minds[chain].range_of([(chain, place, night)])
    return answers


def test_nobody_learns_a_count_under_five_from_all_tables_of_all_nights(season):
    targets = small_groups(season, 100)
    known = ranges(season, targets)
    assert len(known) > 70
    assert {key: found for key, found in known.items() if is_pinned(*found)} == {}
    # Stronger: on every night it stays possible for every group that at least eight are in it.
    assert all(high >= 8 for _low, high in known.values())


def test_nor_by_knowing_exactly_what_changed_in_a_night(season):
    """The classmate: on every night in which one student changed, this attacker knows which group changed and how."""
    tell = []
    for night, (before, after) in enumerate(pairwise(season)):
        changed = {key for key in before.keys() | after.keys() if before.get(key, 0) != after.get(key, 0)}
        if len(changed) > 2:
            continue
        for school in SCHOOLS:
            for situation in SITUATIONS:
                chain = (school, PERIOD, situation)
                for place in PLACES:
                    step = after.get((school, place, situation), 0) - before.get((school, place, situation), 0)
                    tell.append((chain, {(chain, place, night + 1): 1.0, (chain, place, night): -1.0}, step, step))
    assert tell
    known = ranges(season, small_groups(season, 60, seed=11), tell)
    pinned = {key: found for key, found in known.items() if is_pinned(*found)}
    assert pinned == {}


def test_nor_a_school_that_knows_its_own_students(season):
    """A foreign school takes its own exact counts off every total: the groups of others stay as unknown as before."""
    mine = "brug"
    others = [(night, key) for night, key in small_groups(season, 60, seed=5) if key[0] != mine]
    tell = [
        ((mine, PERIOD, situation), {((mine, PERIOD, situation), place, night): 1.0}, number, number)
        for night, counts in enumerate(season)
        for (school, place, situation), number in counts.items()
        if school == mine
    ]
    with_own, without = ranges(season, others, tell), ranges(season, others)
    assert with_own == without
    assert not [key for key, found in with_own.items() if is_pinned(*found)]


def test_without_a_secret_who_saw_one_student_come_would_know_how_many_there_are(season, monkeypatch):
    """The same tables with offsets that everybody can work out: now the steps between nights give groups away."""
    monkeypatch.setattr(disclosure, "_fraction", lambda *_names: 0.0)
    monkeypatch.setattr(disclosure, "_offsets", lambda _secret, _chain, places: [0.0 for _place in places])
    found = 0
    for chain in [(school, PERIOD, STRUCTURAL) for school in SCHOOLS]:
        mind, counted = Attacker(), [nights.chains(counts)[chain] for counts in season[:12]]
        sizes = [protect(chain, groups, SECRET) for groups in counted]
        what_a_chain_says(mind, chain, sizes)
        for place in [START, *PLACES]:
            mind.hear({(chain, place, "offset"): 1.0}, 0, 0)
        mind.hear({(chain, START): 1.0}, 8 - STEP, 8 - STEP)  # eight groups of one student who does not exist
        for night, (before, after) in enumerate(pairwise(counted)):
            for place in PLACES:
                step = after.get(place, 0) - before.get(place, 0)
                mind.hear({(chain, place, night + 1): 1.0, (chain, place, night): -1.0}, step, step)
        for place in PLACES:
            truth = counted[0].get(place, 0)
            low, high = mind.range_of([(chain, place, 0)])
            assert low <= truth <= high
            found += 1 <= truth < FEW and is_pinned(low, high)
    assert found > 0


def naive_tables(counts: Counts) -> dict[tuple, int]:
    """The usual way: exact totals of every table, and a dash where it is fewer than five."""
    rows: dict[tuple, int] = defaultdict(int)
    for (_school, place, situation), number in counts.items():
        for row in _rows_of(1, place):
            rows[(*row, situation)] += number
            rows[(*row, "students")] += number
    return rows


def hear_naive(attacker: Attacker, season: list[Counts]) -> None:
    """Tell the attacker every cell of the naive publication, also the dashes."""
    for night, counts in enumerate(season):
        shown = naive_tables(counts)
        cells: dict[tuple, dict] = defaultdict(dict)
        for place in PLACES:
            for row in _rows_of(1, place):
                for situation in SITUATIONS:
                    for measure in (situation, "students"):
                        cells[(*row, measure)][place, situation, night] = 1.0
        for cell, terms in cells.items():
            value = shown.get(cell, 0)
            attacker.hear(terms, low=value if value >= FEW else 0, high=value if value >= FEW else FEW - 1)


def test_the_same_attacker_breaks_exact_totals_with_dashes(season):
    broken = 0
    for night in range(0, nights.NIGHTS, 6):
        attacker = Attacker()
        hear_naive(attacker, season[night : night + 1])
        gemeenten = {(home, situation) for home in HOMES for situation in SITUATIONS}
        for home, situation in gemeenten:
            group = [(place, situation, 0) for place in PLACES if place[:4] == home]
            truth = sum(
                number for (_s, p, kind), number in season[night].items() if p[:4] == home and kind == situation
            )
            low, high = attacker.range_of(group)
            assert low <= truth <= high
            broken += 1 <= truth < FEW and is_pinned(low, high)
    assert broken >= 5


def test_the_same_attacker_breaks_a_dash_that_comes_and_goes():
    """Five students, then a dash: who knows that one left knows that four stayed. Ours never says such a thing."""
    naive = Attacker()
    naive.hear({("group", 0): 1.0}, 5, 5)
    naive.hear({("group", 1): 1.0}, 0, FEW - 1)
    naive.hear({("group", 1): 1.0, ("group", 0): -1.0}, -1, -1)
    assert is_pinned(*naive.range_of([("group", 1)]))
    chain, place = ("school", PERIOD, STRUCTURAL), PLACES[0]
    for tenth in range(10):
        secret = bytes([tenth]) * 32
        five, four = (protect(chain, {place: n}, secret).get(place, 0) for n in (5, 4))
        ours = Attacker()
        sizes = [{place: five} if five else {}, {place: four} if four else {}]
        what_a_chain_says(ours, chain, sizes, secret)
        ours.hear({(chain, place, 1): 1.0, (chain, place, 0): -1.0}, -1, -1)
        assert not is_pinned(*ours.range_of([(chain, place, 1)]))


def test_every_published_figure_is_a_sum_of_protected_sizes(season):
    """Tables add up, whatever is hidden: nothing goes into a figure but the sizes the attacker was given above."""
    for counts in season[::20]:
        chains = nights.chains(counts)
        sizes = {chain: protect(chain, groups, SECRET) for chain, groups in chains.items()}
        shown = disclosure.tabulate(chains, lambda _chain, place: _rows_of(1, place), SECRET)
        assert shown
        for row, figures in shown.items():
            for name, figure in figures.items():
                total = sum(
                    size
                    for chain, found in sizes.items()
                    if chain[-1] in disclosure.MEASURES[name]
                    for place, size in found.items()
                    if row in set(_rows_of(1, place))
                )
                assert figure.value in (total, None)
                assert figure.value is None or figure.value % STEP == 0


def test_no_figure_about_fewer_than_five_students_is_shown(season):
    for counts in season[::5]:
        chains = nights.chains(counts)
        for row, figures in disclosure.tabulate(chains, lambda _c, place: _rows_of(1, place), SECRET).items():
            for name, figure in figures.items():
                truth = sum(
                    number
                    for (_school, place, situation), number in counts.items()
                    if situation in disclosure.MEASURES[name] and row in set(_rows_of(1, place))
                )
                assert figure.value is None or truth >= FEW


def test_figures_are_right_on_average_and_the_margin_holds_19_times_in_20():
    inside, errors, shown = 0, [], 0
    for seed in range(120):
        chance = random.Random(seed)
        chains = {
            (f"school-{seed}-{n}", PERIOD, STRUCTURAL): {
                place: float(chance.randrange(0, 7)) for place in PLACES if chance.random() < 0.8
            }
            for n in range(5)
        }
        truth: dict[object, float] = defaultdict(float)
        for groups in chains.values():
            for place, number in groups.items():
                for row in _rows_of(1, place):
                    truth[row] += number
        for row, figures in disclosure.tabulate(chains, lambda _c, place: _rows_of(1, place), SECRET).items():
            figure = figures["open"]
            if figure.value is not None:
                shown += 1
                errors.append(figure.value - truth[row])
                inside += abs(figure.value - truth[row]) <= figure.margin
    assert shown > 1000
    assert inside / shown >= 0.95
    assert abs(sum(errors) / len(errors)) < 1


def test_many_small_schools_together_are_right_on_average():
    errors = []
    for number in range(2000):
        chance = random.Random(number)
        groups = {place: float(chance.choice((0, 0, 0, 1, 1, 2))) for place in PLACES}
        sizes = protect((str(number), PERIOD, STRUCTURAL), groups, SECRET)
        errors.append(sum(sizes.values()) - sum(groups.values()))
    assert abs(sum(errors) / len(errors)) < 0.5
    assert max(map(abs, errors)) <= 8


def test_the_offset_of_a_group_is_the_same_every_night_and_another_for_every_group():
    chain = ("school", PERIOD, STRUCTURAL)
    offsets = [disclosure.offset(SECRET, chain, place) for place in PLACES]
    assert offsets == [disclosure.offset(SECRET, chain, place) for place in PLACES]
    assert len(set(offsets)) == len(PLACES)
    assert all(0 <= found < STEP for found in offsets)
    assert offsets != [disclosure.offset(b"another secret", chain, place) for place in PLACES]
    # As they were from the first night on: another offset for the same group would tell something of it.
    assert offsets == [few.fraction(SECRET, "offset", "\x1f".join(chain), "\x1f".join(p)) * STEP for p in PLACES]
    assert disclosure.offset(b"key", ("school", "p", "open"), ("PV28", "2")) == 0.46146425986265216


def test_offsets_lie_anywhere_from_0_up_to_5():
    """All of them equally often: below one, a total would be known to be one of two numbers."""
    offsets = [disclosure.offset(SECRET, (str(number), PERIOD, STRUCTURAL), PLACES[0]) for number in range(1000)]
    often = [sum(low <= found < low + 1 for found in offsets) for low in range(STEP)]
    assert sum(often) == len(offsets)
    assert min(often) > 150


def test_rows_are_counted_from_the_left_as_often_as_from_the_right():
    left = sum(counts_from_the_left(SECRET, (str(number), PERIOD, STRUCTURAL)) for number in range(1000))
    assert 430 < left < 570


def test_what_helps_is_said_from_ten_students_on_and_never_too_much():
    for size in range(200):
        found = disclosure.at_least(size, SECRET, ("place", "PV1"))
        assert found is None or (10 <= found <= size and found % STEP == 0)
    assert disclosure.at_least(9, SECRET, ("place", "PV1")) is None
