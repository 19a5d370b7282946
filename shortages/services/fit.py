"""The fit map: what students without a place wish to learn and for whom, against the places there are (features B7)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Value, When

from matchmaking.bulk import copy_rows
from matchmaking.columns import Column, read
from organisations.models import TargetGroup, WorkProcess
from placements.models import Vacancy
from shortages import disclosure
from shortages.areas import COUNTRY
from shortages.disclosure import Chain, Place
from shortages.models import FitCell, ShortageSnapshot
from stagematch.few import secret
from students.models import PlacementSearch

YEARS = (1, 2, 3, 4)
WISHES = "wishes"
Cell = tuple[int, int, int]  # leerjaar, werkproces, doelgroep


@transaction.atomic
def count_fit(*, snapshot: ShortageSnapshot) -> int:
    """Store the fit map of a count: each school's own wishes, everybody's as published, and the places per area.

    Reads the situations of the searches that this very count stored. The cells of schools and areas are kept for the
    newest night only, those of the country are history. Returns the number of cells; does nothing the second time.
    """
    if snapshot.fit.exists():
        return 0
    later = WorkProcess.objects.later_versions()
    wishes = _wishes(snapshot, later)
    supply = _supply(later)
    cells: list[dict[str, Any]] = [
        {"school_id": school, "year": year, "work_process_id": work, "target_group_id": group, "demand": n}
        for (school, _public), found in wishes.items()
        for (year, work, group), n in found.items()
    ]
    shown = _published(wishes)
    for code, places in supply.items():
        demand = shown if code == COUNTRY else {}
        cells += [
            {
                "code": code,
                "year": cell[0],
                "work_process_id": cell[1],
                "target_group_id": cell[2],
                "demand": demand.get(cell),
                "supply": places.get(cell, 0),
            }
            for cell in sorted(places.keys() | demand.keys())
        ]
    FitCell.objects.exclude(code=COUNTRY).delete()
    copy_rows(FitCell, ({"snapshot_id": snapshot.pk} | cell for cell in cells), own_keys=False)
    return len(cells)


def _wishes(snapshot: ShortageSnapshot, later: dict[int, int]) -> dict[tuple[int, str], dict[Cell, int]]:
    """How many of each school's students without a place wish each werkproces with each doelgroep. One query.

    `later` says of a later version of a werkproces which one stands for it.
    """
    work_process: Any = F("work_processes")
    if later:
        cases = (When(work_processes=pk, then=Value(first)) for pk, first in later.items())
        work_process = Case(*cases, default=work_process, output_field=IntegerField())
    rows = (
        PlacementSearch.objects.filter(
            situation__snapshot=snapshot, work_processes__isnull=False, target_groups__isnull=False
        )
        .order_by()
        .annotate(work=work_process)
        .values_list("student__school", "student__school__public_id", "student__year", "work", "target_groups")
        .annotate(n=Count("pk", distinct=bool(later)))
    )
    wishes: dict[tuple[int, str], dict[Cell, int]] = defaultdict(dict)
    for school, public_id, year, work, group, number in rows:
        wishes[school, str(public_id)][year, work, group] = number
    return wishes


def _published(wishes: dict[tuple[int, str], dict[Cell, int]]) -> dict[Cell, int]:
    """The country's demand as it may be shown (R9): a chain per school, like all figures about students."""
    codes = dict(WorkProcess.objects.values_list("pk", "code"))
    slugs = dict(TargetGroup.objects.values_list("pk", "slug"))
    chains: dict[Chain, dict[Place, float]] = {
        ("fit", public_id, WISHES): {
            (str(year), codes[work], slugs[group], str(work), str(group)): float(n)
            for (year, work, group), n in found.items()
        }
        for (_school, public_id), found in wishes.items()
    }

    def row(_chain: Chain, place: Place) -> Iterable[Cell]:
        yield int(place[0]), int(place[3]), int(place[4])

    figures = disclosure.tabulate(chains, row, secret(), measures={WISHES: (WISHES,)})
    return {cell: value for cell, found in figures.items() if (value := found[WISHES].value) is not None}


def _supply(later: dict[int, int]) -> dict[str, dict[Cell, int]]:
    """Places one can react to today, per area (the country and every province) and cell. Three queries."""
    vacancies = Vacancy.objects.accepting()
    rows = list(
        vacancies.order_by("pk").values_list(
            "pk", "years", "location__postcode__province__code", F("places") - F("places_taken")
        )
    )
    supply: dict[str, dict[Cell, int]] = {COUNTRY: {}}
    if not rows:
        return supply
    pk, years, free = (np.array([row[k] for row in rows], np.int64) for k in (0, 1, 3))
    codes, province = np.unique([row[2] or "" for row in rows], return_inverse=True)
    of_work, work = _links(Vacancy.work_processes.through, "workprocess_id", pk, later)
    of_group, group = _links(Vacancy.target_groups.through, "targetgroup_id", pk)
    works, groups = np.unique(work), np.unique(group)
    # Every werkproces of a vacancy with every doelgroep of it.
    first, last = np.searchsorted(of_group, of_work), np.searchsorted(of_group, of_work, "right")
    pair = np.repeat(np.arange(len(work)), last - first)
    nth = np.arange(len(pair)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    at = of_work[pair]
    cell = np.searchsorted(works, work[pair]) * len(groups) + np.searchsorted(groups, group[first[pair] + nth])
    size = len(works) * len(groups)
    for year in YEARS:
        mine = years[at] >> (year - 1) & 1 == 1
        key = province[at[mine]] * size + cell[mine]
        there = np.bincount(key, minlength=len(codes) * size).reshape(len(codes), size)
        places = np.bincount(key, weights=free[at[mine]], minlength=len(codes) * size).reshape(len(codes), size)
        areas = [*zip(codes.tolist(), there, places, strict=True), (COUNTRY, there.sum(axis=0), places.sum(axis=0))]
        for code, is_there, number in areas:
            if not code:
                continue
            area = supply.setdefault(code, {})
            for k in np.flatnonzero(is_there).tolist():
                area[year, int(works[k // len(groups)]), int(groups[k % len(groups)])] = int(number[k])
    return supply


def _links(
    through: type, column: str, vacancies: Column, instead: dict[int, int] | None = None
) -> tuple[Column, Column]:
    """The links of these vacancies (sorted by key) as columns: the row of the vacancy, sorted, and what it is linked to.

    What `instead` names is taken for another; a vacancy that is linked to both is linked to that one once.
    """
    accepting = Vacancy.objects.accepting().order_by().values("pk")
    found = through.objects.filter(vacancy__in=accepting).values_list("vacancy_id", column)  # type: ignore[attr-defined]  # a model made by Django
    query, params = found.query.sql_with_params()
    columns = read({"vacancy": ("i8", "vacancy_id"), "linked": ("i8", column)}, f"FROM ({query}) links", params)
    links = np.stack([columns["vacancy"], columns["linked"]], axis=1)
    if instead:
        links[:, 1] = [instead.get(value, value) for value in links[:, 1].tolist()]
        links = np.unique(links, axis=0)
    row = np.searchsorted(vacancies, links[:, 0])
    known = np.append(vacancies, -1)[row] == links[:, 0]
    by = np.argsort(row[known], kind="stable")
    return row[known][by], links[known][by, 1]
