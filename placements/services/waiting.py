"""Waiting for room at a full place (R3): in a fair row, told in turn, each with two working days before the next is told."""

import datetime as dt
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from organisations.workdays import add_working_days
from placements import emails, rules
from placements.enums import VacancyStatus
from placements.models import Vacancy, WaitingListEntry
from placements.services.locks import lock_vacancy
from stagematch.clock import now, today
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

TURN_DAYS = 2
"""Working days that the first in the row has, before the next one hears that there is room."""


def join_waiting_list(*, student: Student, vacancy: Vacancy) -> WaitingListEntry:
    """Wait for room at a full vacancy (R3). Whose turn is over and asks again waits again, at the end.

    Raises RuleError not_published, and not_full when one can simply apply.
    """
    with transaction.atomic():
        locked = lock_vacancy(vacancy.pk)
        if not rules.is_published(locked):
            raise RuleError(
                "not_published", _("Deze plek staat niet meer open. Bekijk andere plekken die bij je passen.")
            )
        if rules.takes_applications(locked):
            raise RuleError("not_full", _("Er is ruimte op deze plek. Je kunt meteen reageren."))
        entry, is_new = WaitingListEntry.objects.get_or_create(
            student=student, vacancy=locked, defaults={"created_at": now()}
        )
        if not is_new and entry.told_at is not None:
            entry.told_at, entry.turn_until, entry.created_at = None, None, now()
            entry.save(update_fields=["told_at", "turn_until", "created_at"])
    return entry


def leave_waiting_list(*, student: Student, vacancy: Vacancy) -> bool:
    """Stop waiting; return whether the student was in the row. Whoever had the turn gives it to the next at once."""
    with transaction.atomic():
        lock_vacancy(vacancy.pk)
        left, _rows = WaitingListEntry.objects.filter(student=student, vacancy=vacancy).delete()
        if left:
            tell_waiting_later(vacancy.pk)
    return bool(left)


def tell_waiting_later(vacancy_pk: int) -> None:
    """Tell who waits for this vacancy once what happens now is final.

    In a transaction of its own: counting the room exactly needs the vacancy's lock, and that lock comes before the
    application that has just been closed. When it goes wrong the nightly job does it.
    """
    transaction.on_commit(partial(tell_waiting, vacancy_pk=vacancy_pk), robust=True)


def tell_waiting(*, vacancy_pk: int) -> int:
    """Mail as many of the first in the row as there is room for; return how many were told.

    Turns that still run count as room that is taken, so the next one hears only when a turn ended without a reaction.
    Safe to run at any moment and at once: the vacancy is locked while room and turns are counted.
    """
    with transaction.atomic():
        try:
            vacancy = lock_vacancy(vacancy_pk)
        except Vacancy.DoesNotExist:
            return 0
        room = _room(vacancy)
        if room <= 0:
            return 0
        entries = list(
            WaitingListEntry.objects.filter(Exists(_searching()), vacancy=vacancy, told_at__isnull=True)
            .select_related("student__user")
            .select_for_update(of=("self",))
            .order_by("created_at", "pk")[:room]
        )
        for entry in entries:
            entry.vacancy = vacancy
            entry.told_at = now()
            entry.turn_until = add_working_days(today(), TURN_DAYS, vacancy.organisation)
            entry.save(update_fields=["told_at", "turn_until"])
            emails.waiting_list_room(entry)
    return len(entries)


def _room(vacancy: Vacancy) -> int:
    """How many more students can hear that there is room; exact while the vacancy is locked."""
    if not rules.is_published(vacancy) or vacancy.places_free <= 0:
        return 0
    if vacancy.apply_until is not None and vacancy.apply_until < today():
        return 0
    turns = WaitingListEntry.objects.filter(vacancy=vacancy, turn_until__gte=today()).count()
    return vacancy.application_cap - rules.open_applications(vacancy) - turns


def _searching() -> QuerySet[PlacementSearch]:
    """Who found a place or stopped keeps their row for themselves, but is not told and holds nobody up."""
    return PlacementSearch.objects.filter(
        student=OuterRef("student"), student__is_active=True, status=SearchStatus.OPEN
    )


def tell_waiting_everywhere(*, day: dt.date, dry_run: bool = False) -> int:
    """Tell whoever is next at every vacancy, and drop rows of vacancies that are closed; return how many were told.

    In a dry run: at how many vacancies somebody waits. Each vacancy is a transaction of its own.
    """
    waiting = WaitingListEntry.objects.filter(told_at__isnull=True, vacancy__status=VacancyStatus.PUBLISHED)
    pks = sorted(set(waiting.values_list("vacancy", flat=True)))
    if dry_run:
        return len(pks)
    WaitingListEntry.objects.filter(vacancy__status=VacancyStatus.CLOSED).delete()
    WaitingListEntry.objects.filter(vacancy__ends_on__lt=day).delete()
    return sum(tell_waiting(vacancy_pk=pk) for pk in pks)
