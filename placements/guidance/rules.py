"""Why a student needs help now, from facts and the thresholds of a school: no reads, no writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.workdays import working_days_between
from placements.guidance.enums import HelpAction, HelpReason
from placements.guidance.registry import Found
from placements.models import HelpSettings

WEIGHT_FELL_AWAY, WEIGHT_WAITING, WEIGHT_SILENT, WEIGHT_PROFILE, WEIGHT_LONG, WEIGHT_TRAVEL = 100, 50, 30, 25, 20, 10
WEIGHT_HINT, WEIGHT_TASK, WEIGHT_TALK = 40, 70, 90


@dataclass(frozen=True)
class Facts:
    """What is known about one student who has no place: counts and days, nothing about the person."""

    search: int | None  # primary key, also of a draft
    student: int
    is_open: bool
    rejections: int = 0  # in this search, as well as that is known
    opened_on: dt.date | None = None
    last_seen: dt.date | None = None
    waiting_since: dt.date | None = None  # of the oldest reaction without an answer
    waiting_for: int | None = None  # its primary key
    reactions: int = 0
    began_on: dt.date | None = None  # invited, or first signed in
    never_signed_in: bool = False
    max_km: int | None = None
    stopped_on: dt.date | None = None  # the stage of this search that fell away
    stopped_after: int = 0  # days from its first day; below 0 it never began
    stopped: int | None = None  # its primary key


def reasons_of(facts: Facts, settings: HelpSettings, day: dt.date) -> list[Found]:
    """Return why this student needs help on `day`, heaviest first; nothing when all goes as it should.

    Whoever was in conversation is not asked about. Each sentence stands alone and names no person or organisation.
    """
    found = [
        *_fell_away(facts),
        *_rejected(facts, settings),
        *_waiting(facts, settings, day),
        *_silent(facts, settings, day),
        *_profile(facts, settings, day),
        *_long(facts, settings, day),
        *_travel(facts, settings),
    ]
    return sorted(found, key=lambda reason: -reason.weight)


def _fell_away(facts: Facts) -> list[Found]:
    if facts.stopped is None:
        return []
    if facts.stopped_after < 0:
        text = _("De stage ging niet door.")
    elif facts.stopped_after < 7:
        text = _("De stage stopte in de eerste week.")
    else:
        weeks = facts.stopped_after // 7
        text = ngettext("De stage stopte na %(n)d week.", "De stage stopte na %(n)d weken.", weeks) % {"n": weeks}
    cause = f"fell_away:{facts.stopped}"
    return [Found(HelpReason.FELL_AWAY, text, HelpAction.TALK, WEIGHT_FELL_AWAY, cause=cause)]


def _rejected(facts: Facts, settings: HelpSettings) -> list[Found]:
    n = facts.rejections
    if not facts.is_open or n < settings.hint_at:
        return []
    weight = WEIGHT_TALK if n >= settings.talk_at else WEIGHT_TASK if n >= settings.task_at else WEIGHT_HINT
    text = _("%(n)d keer nee gekregen.") % {"n": n}
    return [Found(HelpReason.REJECTED, text, HelpAction.TALK, weight)]


def _waiting(facts: Facts, settings: HelpSettings, day: dt.date) -> list[Found]:
    if facts.waiting_since is None or (day - facts.waiting_since).days < settings.waiting_days:
        return []
    days = working_days_between(facts.waiting_since, day)
    if days < settings.waiting_days:
        return []
    text = _("Wacht al %(n)d werkdagen op antwoord.") % {"n": days}
    return [Found(HelpReason.WAITING, text, HelpAction.CALL, WEIGHT_WAITING, cause=f"waiting:{facts.waiting_for}")]


def _silent(facts: Facts, settings: HelpSettings, day: dt.date) -> list[Found]:
    # Who waits for an answer and did what could be done is not silent.
    if not facts.is_open or facts.last_seen is None or facts.waiting_since is not None:
        return []
    days = (day - facts.last_seen).days
    if days < settings.silent_days:
        return []
    text = _("Al %(n)d dagen stil.") % {"n": days}
    if not facts.reactions:
        text = _("Al %(n)d dagen stil, en nog nergens gereageerd.") % {"n": days}
    cause = f"silent:{facts.search}:{facts.last_seen}"
    return [Found(HelpReason.SILENT, text, HelpAction.TALK, WEIGHT_SILENT + min(days, 90) // 10, cause=cause)]


def _profile(facts: Facts, settings: HelpSettings, day: dt.date) -> list[Found]:
    if facts.is_open or facts.began_on is None or (day - facts.began_on).days < settings.profile_days:
        return []
    if facts.never_signed_in:
        text = _("Logde nog nooit in.")
    elif facts.search is None:
        text = _("Begon nog niet aan de zoektocht.")
    else:
        text = _("Het profiel is nog niet compleet.")
    cause = f"profile:{facts.search or 0}"
    return [Found(HelpReason.PROFILE, text, HelpAction.PROFILE, WEIGHT_PROFILE, cause=cause)]


def _long(facts: Facts, settings: HelpSettings, day: dt.date) -> list[Found]:
    if not facts.is_open or facts.opened_on is None:
        return []
    weeks = (day - facts.opened_on).days // 7
    if weeks < settings.long_weeks:
        return []
    text = ngettext("Zoekt al %(n)d week.", "Zoekt al %(n)d weken.", weeks) % {"n": weeks}
    return [
        Found(HelpReason.LONG, text, HelpAction.TALK, WEIGHT_LONG + min(weeks, 40) // 4, cause=f"long:{facts.search}")
    ]


def _travel(facts: Facts, settings: HelpSettings) -> list[Found]:
    if not facts.is_open or facts.max_km is None or facts.max_km > settings.short_km:
        return []
    text = _("Reist hoogstens %(n)d kilometer.") % {"n": facts.max_km}
    return [Found(HelpReason.TRAVEL, text, HelpAction.TRAVEL, WEIGHT_TRAVEL)]
