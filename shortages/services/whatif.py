"""What if there were more places, more supervision, another weekday, a longer way: asked of the newest count.

Every answer is exact for the market of that night: the most that can be placed with the change, less the most without
it, both over all divisions. It is no forecast of who will apply. Nothing here looks at the database but for the packed
market, which a process unpacks once per count, and for the versions of a kwalificatie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from matchmaking.columns import Column
from matchmaking.engine import candidates, places
from matchmaking.engine.geo import I64
from matchmaking.engine.types import DAY_MAX, Students, Vacancies
from organisations.models import Organisation, Qualification, Team
from shortages import levers
from shortages.enums import LeverKind
from shortages.models import ShortageSnapshot
from shortages.stored import StoredMarket, market_of
from stagematch.regions.models import Municipality, Region
from stagematch.ui.errors import RuleError

MOST_PLACES = 500
_ALL = (1 << 64) - 1


@dataclass(frozen=True)
class WhatIf:
    """The answer. `asked`: how many places (or students of supervision) were tried.

    `placed`: students placed more at most; with the first `placed` of the asked ones this is reached, so more than that
    never helps (`upto` is the same number when it is less than asked, else None: more may help). `straight` of them go
    to the new place without anybody moving on, `moving_on` because somebody makes room. `fit`: students who may be left
    without a place and who fit the new one themselves. `gemeenten`: one chain of students by where they live (keys), who takes
    the new place first, of `chain_length` students; empty when nothing helps. `own`: open students of the school that
    asked whom such a place fits, and `own_stuck` those of them who may be left without one.
    """

    asked: int
    placed: int
    straight: int
    moving_on: int
    upto: int | None
    fit: int
    chain_length: int
    gemeenten: tuple[int, ...]
    own: int = 0
    own_stuck: int = 0


@dataclass(frozen=True)
class Wider:
    """The answer for students who could do more.

    `students` of them may be left without a place now; `placed` more can be placed at most if all of them could. For `fit`
    of them a place comes in reach that is not already asked for by too many.
    """

    students: int
    placed: int
    fit: int


def what_if(
    *,
    snapshot: ShortageSnapshot,
    qualification: Qualification | int,
    year: int,
    days: int,
    places: int,
    region: Region | int | None = None,
    municipality: Municipality | int | None = None,
    school: Organisation | int | None = None,
) -> WhatIf:
    """So many more places of one kind in the middle of a region or gemeente, each with its supervision.

    With `school` also how many of its own open students such a place fits, and how many of those may be left without.

    `days` is the set of weekdays (bits) on which the place is open; it accepts every route, period and number of hours,
    and teaches everything: what such a place is worth at best. Raises `RuleError` when the count keeps no market any
    more, when place, opleiding or number make no sense.
    """
    market = _market(snapshot)
    if not 1 <= places <= MOST_PLACES:
        raise RuleError("what_if_places", _("Kies een aantal van 1 tot en met %(most)d.") % {"most": MOST_PLACES})
    if not 1 <= year <= 8 or not 1 <= days <= 127:
        raise RuleError("what_if_kind", _("Kies een leerjaar en minstens één dag."))
    bits = np.flatnonzero(market.crebos == _first_of(qualification))
    if not len(bits):
        return WhatIf(places, 0, 0, 0, 0, 0, 0, ())
    lat, lon = _middle(market, region, municipality)
    kind = _one_kind(int(bits[0]), year, days, lat, lon, market.day.toordinal())
    near = _could_fit(market.students, int(bits[0]), year)
    found = candidates.find(
        market.students.take(near), kind, None, market.policy, market.day.toordinal(), engine="numpy"
    )
    who = near[found.student()]
    answer = _answer(market, _worth(market, who, places), places, int(market.stuck[who].sum()))
    if school is None:
        return answer
    mine = who[market.school[who] == (school if isinstance(school, int) else school.pk)]
    return replace(answer, own=len(mine), own_stuck=int(market.stuck[mine].sum()))


def more_supervision(*, snapshot: ShortageSnapshot, team: Team | int, students: int) -> WhatIf:
    """Supervision for so many students more in a team (4 hours a week each), for the free places it has.

    All pools of the team with free places are tried; the one that helps most answers.
    """
    market = _market(snapshot)
    if not 1 <= students <= MOST_PLACES:
        raise RuleError("what_if_places", _("Kies een aantal van 1 tot en met %(most)d.") % {"most": MOST_PLACES})
    key = team if isinstance(team, int) else team.pk
    pools = np.flatnonzero(market.pool_team == key)
    if not len(pools):
        return WhatIf(students, 0, 0, 0, 0, 0, 0, ())
    worth = places.value_of_supervision(
        market.pairs, market.vacancies.cap, market.vacancies.pool, market.pools.cap, market.best, pools, limit=students
    )
    best = int(np.argmax(worth.upto))
    return _answer(market, worth, students, int(worth.direct[best]), best)


def another_weekday(
    *, snapshot: ShortageSnapshot, school: Organisation | int, day: int, year: int | None = None
) -> Wider:
    """The school's students who may be left without a place can also come on this weekday (a bit of `Weekday`)."""
    return _wider(_market(snapshot), LeverKind.WEEKDAY, day, school, year)


def longer_way(
    *, snapshot: ShortageSnapshot, school: Organisation | int, kilometres: int, year: int | None = None
) -> Wider:
    """The school's students who may be left without a place travel so many kilometres further."""
    if not 1 <= kilometres <= 100:
        raise RuleError("what_if_kilometres", _("Kies een afstand van 1 tot en met 100 kilometer."))
    return _wider(_market(snapshot), LeverKind.TRAVEL, kilometres * 1000, school, year)


def as_another_year(*, snapshot: ShortageSnapshot, school: Organisation | int, year: int, as_year: int) -> Wider:
    """Places that accept leerjaar `as_year` also accept the school's students of leerjaar `year`."""
    if not 1 <= as_year <= 8:
        raise RuleError("what_if_kind", _("Kies een leerjaar."))
    return _wider(_market(snapshot), LeverKind.YEAR, as_year, school, year)


def _first_of(qualification: Qualification | int) -> int:
    """The key under which the market knows it: every version of a crebo is the same opleiding."""
    key = qualification if isinstance(qualification, int) else qualification.pk
    first: int | None = Qualification.objects.with_first().filter(pk=key).values_list("first", flat=True).first()
    return key if first is None else first


def _market(snapshot: ShortageSnapshot) -> StoredMarket:
    market = market_of(snapshot)
    if market is None:
        raise RuleError("what_if_gone", _("Alleen van de nieuwste telling is uit te rekenen wat iets zou helpen."))
    return market


def _middle(
    market: StoredMarket, region: Region | int | None, municipality: Municipality | int | None
) -> tuple[float, float]:
    chosen, known = (
        (municipality, market.areas.middle_of_municipality)
        if municipality is not None
        else (region, market.areas.middle)
    )
    if chosen is None:
        raise RuleError("what_if_where", _("Kies een regio of een gemeente."))
    key = chosen if isinstance(chosen, int) else chosen.pk
    if key not in known:
        raise RuleError(
            "what_if_where", _("Van deze regio weten we niet waar hij ligt. Kies een andere regio of een gemeente.")
        )
    return known[key]


def _one_kind(crebo: int, year: int, days: int, lat: float, lon: float, today: int) -> Vacancies:
    """One vacancy that accepts everybody of an opleiding and leerjaar on these days."""
    return Vacancies.of(
        uid=[0], crebos=np.array([1 << crebo], np.uint64), leerjaren=[1 << (year - 1)], routes=[255], lat=[lat],
        lon=[lon], days=[days], min_days=[0], hours_min=[0], hours_max=[168], start=[0], end=[DAY_MAX],
        groups=np.array([_ALL], np.uint64), fields=np.array([_ALL], np.uint64), wps=np.array([_ALL], np.uint64),
        has=np.array([(1 << 32) - 1], np.uint32), needs=[0], cap=[1], pool=[-1], deadline=[max(today, 0)],
    )  # fmt: skip


def _could_fit(students: Students, crebo: int, year: int) -> I64:
    return np.flatnonzero((students.crebo == crebo) & (students.leerjaar == year)).astype(np.int64)


def _worth(market: StoredMarket, who: Column, limit: int) -> places.ExtraPlaces:
    rows = np.zeros(market.students.n, np.int64)
    rows[who] = 1
    offsets = np.concatenate(([0], np.cumsum(rows))).astype(np.int64)
    nothing = np.zeros(len(who), np.int32)
    fits = type(market.pairs)(offsets, nothing, nothing.astype(np.uint8), nothing.astype(np.uint16))
    return places.value(
        market.pairs, market.vacancies.cap, market.vacancies.pool, market.pools.cap, market.best, fits, 1, limit=limit
    )


def _answer(market: StoredMarket, worth: places.ExtraPlaces, asked: int, fit: int, row: int = 0) -> WhatIf:
    placed, straight = int(worth.upto[row]), int(worth.straight[row])
    return WhatIf(
        asked=asked,
        placed=placed,
        straight=straight,
        moving_on=placed - straight,
        upto=placed if placed < asked else None,
        fit=fit,
        chain_length=int(worth.chain_length[row]),
        gemeenten=tuple(int(market.municipality[i]) for i in worth.chain(row)),
    )


def _wider(market: StoredMarket, kind: LeverKind, value: int, school: Organisation | int, year: int | None) -> Wider:
    mine = market.stuck & (market.school == (school if isinstance(school, int) else school.pk))
    if year is not None:
        mine &= market.students.leerjaar == year
    who = np.flatnonzero(mine)
    if not len(who):
        return Wider(0, 0, 0)
    wide = levers.Wide(
        market.students, market.vacancies, market.pools, market.exclusions, market.policy, market.day.toordinal(),
        market.pairs, market.best, engine="numpy",
    )  # fmt: skip
    [(placed, fit)] = wide.gains([(who, kind, value)])
    return Wider(len(who), placed, fit)
