"""When one can register, until when an offered place stays, and how long data about a participant is kept."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow
from stagematch.clock import today

QUIET_BEFORE = dt.timedelta(hours=12)
"""The waiting list stands still this long before the roadshow begins: nobody can plan on less."""
SHORTEST_TERM = dt.timedelta(hours=4)
LINK_DAYS_AFTER = 14
"""Days after the roadshow that a personal page still opens."""

GOES_ON = frozenset({RoadshowStatus.PLANNED, RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED})


def takes_registrations(roadshow: Roadshow) -> bool:
    """Whether one can register now: it is public, has a day that is not over, and the organisers use this page."""
    return bool(
        roadshow.takes_registrations
        and roadshow.is_public
        and roadshow.status in GOES_ON
        and roadshow.day is not None
        and roadshow.day >= today()
    )


def begins_at(roadshow: Roadshow) -> dt.datetime | None:
    """Return the moment it begins; nine in the morning when no time is known, None without a day."""
    if roadshow.day is None:
        return None
    return dt.datetime.combine(roadshow.day, roadshow.begins_at or dt.time(9), ZoneInfo(settings.TIME_ZONE))


def end_of_day(day: dt.date, *, days: int = 0) -> dt.datetime:
    """Return the last moment of a day, or of a day some days later."""
    return dt.datetime.combine(day + dt.timedelta(days=days + 1), dt.time.min, ZoneInfo(settings.TIME_ZONE))


def term_from(roadshow: Roadshow, moment: dt.datetime) -> dt.datetime | None:
    """Return until when an offer made now can be answered; None when there is no time for one any more."""
    begin = begins_at(roadshow)
    if begin is None:
        return None
    end = min(moment + dt.timedelta(hours=settings.ROADSHOW_OFFER_HOURS), begin - QUIET_BEFORE)
    return end if end - moment >= SHORTEST_TERM else None


def link_expires_at(roadshow: Roadshow, moment: dt.datetime) -> dt.datetime | None:
    """Return until when a personal page opens; None when that has passed. Never longer than a secret link may live."""
    day = roadshow.day or moment.date() + dt.timedelta(days=180)
    end = min(end_of_day(day, days=LINK_DAYS_AFTER), moment + dt.timedelta(days=390))
    return end if end > moment else None


def needs_kept_until(day: dt.date) -> dt.date:
    """Return the last day that access needs and diet are kept."""
    return day + dt.timedelta(days=settings.ROADSHOW_NEEDS_DAYS)


def people_kept_until(day: dt.date) -> dt.date:
    """Return the last day that anything about a participant is kept."""
    return day + dt.timedelta(days=settings.ROADSHOW_PARTICIPANT_DAYS)
