"""Filling in, opening and stopping a student's search."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organisations.models import StagePeriod, TargetGroup, WorkField, WorkProcess
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.regions.models import PostcodeArea
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from students.models import LearningGoal, PlacementSearch, Student

MAX_LEARNING_GOALS = 5


class SearchChanges(TypedDict, total=False):
    """What a step of the search may change; what is left out stays as it is."""

    year: int
    period: StagePeriod
    starts_on: dt.date
    ends_on: dt.date
    route: str
    weekdays: int
    days_per_week: int
    hours_per_week: int
    home: PostcodeArea
    max_distance_km: int
    travel_mode: str
    target_groups: Collection[TargetGroup]
    work_fields: Collection[WorkField]
    work_processes: Collection[WorkProcess]
    learning_goals: Sequence[str]
    needs: int
    motivation: str


_MANY = ("target_groups", "work_fields", "work_processes")


@transaction.atomic
def update_search(
    *, student: Student, search: PlacementSearch | None, actor: User, **changes: Unpack[SearchChanges]
) -> PlacementSearch:
    """Save one step of the search; without a search the first step (which names a period) begins one.

    Raises RuleError `no_period` when there is neither, `period_taken` when the student has another search for the
    period, and `placed` when the search has ended in a place: facts that were agreed on do not move.
    """
    if search is None:
        if "period" not in changes:
            raise RuleError("no_period", _("Kies eerst voor welke periode je een plek zoekt."))
        period = changes["period"]
        search = PlacementSearch(
            student=student,
            period=period,
            route=student.programme.route,
            starts_on=changes.get("starts_on", period.starts_on),
            ends_on=changes.get("ends_on", period.ends_on),
        )
    else:
        search = PlacementSearch.objects.select_for_update().get(pk=search.pk)
        if search.status == SearchStatus.PLACED:
            raise RuleError(
                "placed", _("Je hebt al een plek voor deze periode. Daarom kun je dit niet meer aanpassen.")
            )
    if "year" in changes and student.year != changes["year"]:
        student.year = changes["year"]
        student.save(update_fields=["year"])
    for name, value in changes.items():
        if name not in {*_MANY, "learning_goals", "year"}:
            setattr(search, name, value)
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError as error:
        if "one_search_per_period" in str(error):
            raise RuleError(
                "period_taken",
                _("Je hebt al een zoektocht voor deze periode. Kies een andere periode."),
                field="period",
            ) from error
        raise
    for name in _MANY:
        if name in changes:
            getattr(search, name).set(changes[name])  # type: ignore[literal-required]
    if "learning_goals" in changes:
        _set_goals(search, changes["learning_goals"])
    return search


def _set_goals(search: PlacementSearch, texts: Sequence[str]) -> None:
    """Replace the learning goals, keeping the row (and its werkproces) of a text that stays."""
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))[:MAX_LEARNING_GOALS]
    kept = {goal.text: goal for goal in search.learning_goals.all()}
    search.learning_goals.exclude(text__in=wanted).delete()
    for position, text in enumerate(wanted):
        goal = kept.get(text) or LearningGoal(search=search, text=text)
        goal.position = position
        goal.save()


def missing_parts(search: PlacementSearch) -> list[str]:
    """What a search needs before it can be opened, in words for a sentence; nothing when it is complete."""
    parts = [
        (_("waar je woont"), search.home_id is None),
        (_("minstens 1 leerdoel"), not search.learning_goals.exists()),
    ]
    return [text for text, is_missing in parts if is_missing]


@transaction.atomic
def open_search(*, search: PlacementSearch, actor: User) -> PlacementSearch:
    """Let the search take part: the student can apply and the nightly matching looks for places.

    Raises RuleError `incomplete` naming what is missing, `period_past` when the last day has passed, `placed` when
    there is a place already. Opening an open search changes nothing.
    """
    search = PlacementSearch.objects.select_for_update().get(pk=search.pk)
    if search.status == SearchStatus.OPEN:
        return search
    if search.status == SearchStatus.PLACED:
        raise RuleError("placed", _("Je hebt al een plek voor deze periode."))
    missing = missing_parts(search)
    if missing:
        raise RuleError(
            "incomplete", _("Er mist nog iets: %(missing)s. Vul dat eerst in.") % {"missing": _(" en ").join(missing)}
        )
    if search.ends_on < today():
        raise RuleError("period_past", _("Deze periode is voorbij. Kies een nieuwe periode."))
    search.status = SearchStatus.OPEN
    search.opened_on = search.opened_on or today()
    search.save(update_fields=["status", "opened_on"])
    return search


@transaction.atomic
def stop_search(*, search: PlacementSearch, actor: User) -> PlacementSearch:
    """Take the search out of the matching; running applications go on. A placed search stays as it is."""
    search = PlacementSearch.objects.select_for_update().get(pk=search.pk)
    if search.status in {SearchStatus.OPEN, SearchStatus.DRAFT}:
        search.status = SearchStatus.STOPPED
        search.save(update_fields=["status"])
    return search


__all__ = ["MAX_LEARNING_GOALS", "open_search", "stop_search", "update_search"]
