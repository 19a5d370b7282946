"""The few students of a school who need somebody first, without reading everybody in full.

`most_urgent` looks at the facts of all in two queries and answers with keys and reasons: nothing about a person, so that
it may be kept for a moment. `rows_of` reads who these are, as they are now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from organisations.models import Organisation
from placements.enums import PlacementStatus
from placements.guidance.registry import Found, found_elsewhere
from placements.guidance.rules import reasons_of
from placements.guidance.selectors import (
    FACTS,
    IN_CONVERSATION,
    MOST_GROUPS,
    HelpRow,
    absent_rows,
    facts_from,
    open_of,
    troubled,
    weight_of,
    without_search,
)
from placements.models import Application, HelpSettings, Placement
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.regions.models import PostcodeArea
from stagematch.ui.prepared import Prepared, instance
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

MOST_SHOWN = 16
"""As many can be looked up at once by `rows_of`."""
PER_PAGE = 25
"""And by `page_of`."""
_NAMES = ("student__user__last_name", "student__user__first_name")


@dataclass(frozen=True)
class Urgent:
    """A search whose student needs somebody now, and why; primary keys, and no name."""

    search: int  # 0 for who has none
    student: int
    found: tuple[Found, ...]  # heaviest first, never empty
    open_applications: int


def most_urgent(
    school: Organisation, limit: int | None, *, period: int | None, settings: HelpSettings, day: dt.date | None = None
) -> list[Urgent]:
    """Return the same students in the same order as `needing_help(school, limit, period=…)`. Two queries.

    Without a `period` three: who has no search is among them.
    """
    day = day or today()
    rows = list(troubled(school, day, period).values(*FACTS, *_NAMES))
    ranked = []
    for row, found in _explained(rows, settings, day):
        order = (-weight_of(found), *(row[name] for name in _NAMES), row["student_id"])
        ranked.append((order, Urgent(row["pk"], row["student_id"], found, open_of(row))))
    for student in without_search(school) if period is None else ():
        for absent in absent_rows(student, settings, day):
            order = (-weight_of(absent.found), student.user.last_name, student.user.first_name, student.pk)
            ranked.append((order, Urgent(0, student.pk, absent.found, 0)))
    ranked.sort(key=lambda pair: pair[0])
    return [urgent for _order, urgent in ranked[:limit]]


def reasons_for(
    school: Organisation, searches: Collection[int], *, period: int, settings: HelpSettings, day: dt.date | None = None
) -> dict[int, tuple[Found, ...]]:
    """Return why these searches (at most 64) need somebody now, as `needing_help` says it; nothing of who does not. Two queries."""
    day = day or today()
    rows = _facts.rows(school=school.pk, day=day, period=period, searches=list(searches))
    return {row["pk"]: found for row, found in _explained(rows, settings, day)}


def _explained(
    rows: list[dict[str, Any]], settings: HelpSettings, day: dt.date
) -> Iterator[tuple[dict[str, Any], tuple[Found, ...]]]:
    told = found_elsewhere([row["pk"] for row in rows if row["status"] == SearchStatus.OPEN])
    for row in rows:
        found = [*told.get(row["pk"], []), *reasons_of(facts_from(row), settings, day)]
        if found:
            yield row, tuple(sorted(found, key=lambda reason: -reason.weight))


def _facts_of_some(
    school: int, day: dt.date, period: int, searches: list[int]
) -> QuerySet[PlacementSearch, dict[str, Any]]:
    rows: QuerySet[PlacementSearch, dict[str, Any]] = troubled(Organisation(pk=school), day, period).values(*FACTS)
    return rows.filter(pk__in=searches)


_facts = Prepared(_facts_of_some, school=int, day=dt.date, period=int, searches=list)


def rows_of(school: Organisation, urgent: Sequence[Urgent], limit: int) -> list[HelpRow]:
    """Return the first `limit` as rows to show, without who got a place or a conversation since, or left. One query.

    Raises ValueError for more than `MOST_SHOWN`.
    """
    found = _still_searching.rows(school=school.pk, searches=[one.search for one in urgent])
    known = {row["id"]: row for row in found}
    return [_row(known[one.search], one) for one in [one for one in urgent if one.search in known][:limit]]


def page_of(school: Organisation, urgent: Sequence[Urgent]) -> list[HelpRow]:
    """Return these as rows to show, as `rows_of` does, and also who still has no search. One query for each kind.

    Raises ValueError for more than `PER_PAGE`.
    """
    found = _page.rows(school=school.pk, searches=[one.search for one in urgent if one.search])
    known = {row["id"]: row for row in found}
    absent = [one.student for one in urgent if not one.search]
    students = {student.pk: student for student in without_search(school).filter(pk__in=absent)} if absent else {}
    rows = []
    for one in urgent:
        if one.search in known:
            rows.append(_row(known[one.search], one))
        elif not one.search and one.student in students:
            rows.append(HelpRow(students[one.student], None, one.found, 0))
    return rows


_USER, _STUDENT, _HOME = "student__user__", "student__", "home__"
_SHOWN = (
    *("id", "student_id", "period_id", "home_id", "status", "weekdays", "days_per_week", "home__id", "home__place"),
    *("student__id", "student__public_id", "student__user_id", "student__year", "student__rejections"),
    *("student__user__id", "student__user__email", "student__user__first_name", "student__user__last_name"),
)


def _searching(school: int, searches: list[int]) -> QuerySet[PlacementSearch, dict[str, Any]]:
    talking = Application.objects.filter(search=OuterRef("pk"), status__in=IN_CONVERSATION)
    holds = Placement.objects.filter(search=OuterRef("pk"), status__in=PlacementStatus.holding())
    chosen = PlacementSearch.target_groups.through.objects.filter(placementsearch=OuterRef("pk"))
    wishes = chosen.order_by("targetgroup__name").values("targetgroup__name")[:MOST_GROUPS]
    found = PlacementSearch.objects.filter(
        pk__in=searches,
        student__school=school,
        student__is_active=True,
        status__in=[SearchStatus.OPEN, SearchStatus.DRAFT],
    )
    found = found.exclude(Exists(talking)).exclude(Exists(holds))
    rows: QuerySet[PlacementSearch, dict[str, Any]] = found.annotate(wishes=ArraySubquery(wishes)).values(
        *_SHOWN, "wishes"
    )
    return rows


_still_searching = Prepared(_searching, most=MOST_SHOWN, school=int, searches=list)
_page = Prepared(_searching, most=PER_PAGE, school=int, searches=list)


def _row(row: dict[str, Any], urgent: Urgent) -> HelpRow:
    search, student = instance(PlacementSearch, row), instance(Student, row, _STUDENT)
    student.user = instance(User, row, _USER)
    search.student = student
    search.home = instance(PostcodeArea, row, _HOME) if row["home_id"] else None
    search.wishes = row["wishes"]  # type: ignore[attr-defined]
    return HelpRow(student, search, urgent.found, urgent.open_applications)
