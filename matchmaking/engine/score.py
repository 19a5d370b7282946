"""How well a pair fits: four whole numbers that add up to the score, and the fit band.

This is the only place with the formula. The scan, the student's own list and every explanation use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matchmaking.engine import formula, geo
from matchmaking.engine.geo import I64
from matchmaking.engine.types import U8, U16, Column, Policy, Students, Vacancies


@dataclass(frozen=True, eq=False)
class Parts:
    """Points per part for pairs i, j; `score` is their sum (0 to 1000).

    `band` (0 good, 1 fair, 2 weak) counts facts only: distance, werkprocessen and days. Wishes and the limits a
    student states never count, so that nobody gains by misstating them.
    """

    distance: I64
    doelgroep: I64
    werkprocessen: I64
    days: I64
    metres: I64
    score: U16
    band: U8


def common(a: Column, b: Column) -> I64:
    """Number of bits that two masks share."""
    return np.bitwise_count(a & b).astype(np.int64)


def count(mask: Column) -> I64:
    """Number of bits in a mask."""
    return np.bitwise_count(mask).astype(np.int64)


def parts(students: Students, i: npt.ArrayLike, vacancies: Vacancies, j: npt.ArrayLike, policy: Policy) -> Parts:
    """The parts for students `i` with vacancies `j` (equally long rows); also for pairs that are not eligible."""
    s, v = np.asarray(i, np.int64), np.asarray(j, np.int64)
    metres = geo.metres(geo.chord2(students.position[s], vacancies.position[v]))
    distance = formula.distance_points(metres, policy.distance, policy.near_metres, policy.far_metres)
    wanted_groups, wanted_fields, wanted_wps = students.groups[s], students.fields[s], students.wps[s]
    doelgroep = formula.wish_points(
        common(wanted_groups, vacancies.groups[v]), count(wanted_groups), policy.doelgroep - policy.werkveld
    ) + formula.wish_points(common(wanted_fields, vacancies.fields[v]), count(wanted_fields), policy.werkveld)
    werkprocessen = formula.share_points(common(wanted_wps, vacancies.wps[v]), count(wanted_wps), policy.werkprocessen)
    days = formula.share_points(common(students.days[s], vacancies.days[v]), count(vacancies.days[v]), policy.days)
    facts = distance + werkprocessen + days
    return Parts(
        distance=distance,
        doelgroep=doelgroep,
        werkprocessen=werkprocessen,
        days=days,
        metres=metres,
        score=(facts + doelgroep).astype(np.uint16),
        band=np.asarray(formula.fit_band(facts, policy.band_good, policy.band_fair)).astype(np.uint8),
    )
