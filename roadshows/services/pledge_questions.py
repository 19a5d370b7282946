"""Asking again after 1, 3, 6 and 12 months (features W4), letting go of what nobody answers, and forgetting people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshows import pledge_emails
from roadshows.models import Pledge
from roadshows.pledge_enums import LinkStatus, PledgeStatus, PledgeStepKind
from roadshows.services.pledge_links import refresh_locked, suggest_links
from roadshows.services.pledge_status import lock_pledge, move_pledge, save, write_step
from stagematch.links.services import links_of, revoke_links

MONTHS = (1, 3, 6, 12)
"""After so many months we ask how it goes."""
REST_DAYS = 14
"""No question so soon after an answer: who just told how it goes is not asked again."""
LAPSE_AFTER_DAYS = 30
"""So long we wait for an answer to the last question."""
UNCONFIRMED_DAYS = 30
WIPE_AFTER_END = dt.timedelta(days=90)
WIPE_AFTER_PROMISE = dt.timedelta(days=456)  # 15 months: the last question, a month to answer, and some time to look


@dataclass
class PledgeNight:
    """What a night did, or would do, with pledges."""

    asked: int = 0
    lapsed: int = 0
    moved: int = 0
    suggested: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"pledges asked after: {self.asked}",
            f"pledges that lapsed: {self.lapsed}",
            f"pledges whose state followed their places: {self.moved}",
            f"vacancies suggested: {self.suggested}",
        ]


def month_later(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, or the last day of that month: 31 January and a month is 28 February."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))


def due_months(pledge: Pledge, day: dt.date) -> int:
    """Return which question is due on `day` (1, 3, 6 or 12), or 0. Of missed ones only the latest: one mail, not three."""
    passed = [months for months in MONTHS if month_later(pledge.promised_on, months) <= day]
    return passed[-1] if passed and passed[-1] > pledge.asked_months else 0


def pledge_night(*, day: dt.date, dry_run: bool = False) -> PledgeNight:
    """Follow vacancies and students, suggest links, ask who should be asked, let go of what nobody answers.

    Safe to run twice; a missed night is made up for the next.
    """
    counts = PledgeNight()
    _follow(counts, dry_run=dry_run)
    _ask(counts, day, dry_run=dry_run)
    _lapse(counts, day, dry_run=dry_run)
    return counts


def _follow(counts: PledgeNight, *, dry_run: bool) -> None:
    if dry_run:
        return
    counts.suggested = suggest_links(pledges=Pledge.objects.all())
    # Also what says it has places and has none any more, because its organisation is gone.
    says_so = Q(links__status=LinkStatus.CONFIRMED) | Q(status__in=[PledgeStatus.PUBLISHED, PledgeStatus.FILLED])
    with_places = Pledge.objects.confirmed().places().filter(says_so).distinct()
    for pledge in with_places.order_by("pk"):
        with transaction.atomic():
            locked = lock_pledge(pledge)
            before = locked.status
            counts.moved += refresh_locked(locked, actor=None).status != before


def _ask(counts: PledgeNight, day: dt.date, *, dry_run: bool) -> None:
    first = month_later(day, -MONTHS[0])
    due = Pledge.objects.open().filter(
        Q(promised_on__lte=first + dt.timedelta(days=3)) | Q(ask_again_on__lte=day), is_silent=False
    )
    for pledge in due.order_by("pk"):
        if not _is_due(pledge, day):
            continue
        if dry_run:
            counts.asked += 1
            continue
        with transaction.atomic():
            locked = lock_pledge(pledge)
            if _is_due(locked, day) and locked.is_open and not locked.is_silent:
                counts.asked += _ask_one(locked, day)


def _is_due(pledge: Pledge, day: dt.date) -> bool:
    if pledge.asked_on is not None and pledge.asked_on >= day:
        return False
    if pledge.ask_again_on is not None:
        return pledge.ask_again_on <= day  # who said 'later' is asked then, and not before
    fresh = pledge.answered_on is not None and pledge.answered_on > day - dt.timedelta(days=REST_DAYS)
    return bool(due_months(pledge, day)) and not fresh


def _ask_one(pledge: Pledge, day: dt.date) -> bool:
    months = due_months(pledge, day) or pledge.asked_months
    is_last = months >= MONTHS[-1]
    reached = pledge_emails.question(
        pledge, months=months, is_last=is_last and pledge.status != PledgeStatus.PUBLISHED, day=day
    )
    save(pledge, asked_months=months, asked_on=day, ask_again_on=None)
    if reached:
        write_step(pledge, PledgeStepKind.ASKED)
    return bool(reached)


def _lapse(counts: PledgeNight, day: dt.date, *, dry_run: bool) -> None:
    """A promise with nothing online, whose last question got no answer. Who is silent by choice is let go as well."""
    unanswered = Pledge.objects.open().filter(
        Q(asked_on__lte=day - dt.timedelta(days=LAPSE_AFTER_DAYS), asked_months__gte=MONTHS[-1])
        | Q(is_silent=True, promised_on__lte=month_later(day, -MONTHS[-1]) - dt.timedelta(days=LAPSE_AFTER_DAYS)),
        status__in=[PledgeStatus.PROMISED, PledgeStatus.STARTED],
        ask_again_on=None,
    )
    for pledge in unanswered.order_by("pk"):
        if not _stays_silent(pledge):
            continue
        counts.lapsed += 1
        if dry_run:
            continue
        with transaction.atomic():
            locked = lock_pledge(pledge)
            if locked.status in (PledgeStatus.PROMISED, PledgeStatus.STARTED) and _stays_silent(locked):
                move_pledge(
                    locked, to=PledgeStatus.LAPSED, actor=None, reason=_("Er kwam geen antwoord op de laatste vraag.")
                )


def _stays_silent(pledge: Pledge) -> bool:
    """Whether nobody answered since we asked last."""
    return pledge.asked_on is None or pledge.answered_on is None or pledge.answered_on < pledge.asked_on


def forget_pledges(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete what nobody confirmed in 30 days, and wipe contacts whose time is over; return how many rows.

    A contact is wiped 90 days after the promise was filled, withdrawn or lapsed, and 15 months after it was made. The
    promise itself stays, for the report, without a person in it.
    """
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    loose = Pledge.objects.filter(
        confirmed_at=None, refused_hash="", created_at__lt=midnight - dt.timedelta(days=UNCONFIRMED_DAYS)
    )
    refused = Pledge.objects.exclude(refused_hash="").filter(created_at__lt=midnight - dt.timedelta(days=60))
    ended = day - WIPE_AFTER_END
    done = Pledge.objects.exclude(contact_email="", contact_name="", note="").filter(
        Q(ended_on__lte=ended)
        | Q(status=PledgeStatus.FILLED, filled_on__lte=ended)
        | Q(promised_on__lte=day - WIPE_AFTER_PROMISE)
    )
    if dry_run:
        return loose.count() + refused.count() + done.count()
    number = 0
    with transaction.atomic():
        for pledge in [*loose, *refused]:
            pledge_emails.forget_traces(pledge)
            links_of(pledge).delete()
            pledge.delete()
            number += 1
        for pledge in done:
            revoke_links(subject=pledge, purpose=pledge_emails.PURPOSE, actor=None)
            pledge_emails.forget_traces(pledge)
            save(pledge, contact_email="", contact_name="", note="")
            number += 1
    return number


def forget_address(email: str) -> int:
    """Take somebody who asked to be forgotten off every pledge; return how many."""
    address = email.strip().lower()
    if not address:
        return 0
    return Pledge.objects.filter(contact_email=address).update(contact_email="", contact_name="", note="")


__all__ = ["MONTHS", "PledgeNight", "due_months", "forget_address", "forget_pledges", "month_later", "pledge_night"]
