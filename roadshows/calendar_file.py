"""Roadshows in people's own calendars (features W1)."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow

_STATUS = {RoadshowStatus.PLANNED: "TENTATIVE", RoadshowStatus.CANCELLED: "CANCELLED"}


def calendar_of(roadshows: Iterable[Roadshow], url_of: dict[int, str]) -> bytes:
    """Return roadshows that have a day as iCalendar (RFC 5545); without a time they last all day.

    UID and SEQUENCE come from the roadshow, so that a calendar moves an event that moved instead of adding a second one;
    a roadshow that was called off is sent as STATUS:CANCELLED. `url_of` gives the full address per primary key.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//stagematch//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Roadshows mbo Sociaal Werker"))
    for roadshow in roadshows:
        if roadshow.day is not None:
            calendar.add_component(_event(roadshow, roadshow.day, url_of[roadshow.pk]))
    data: bytes = calendar.to_ical()
    return data


def _event(roadshow: Roadshow, day: dt.date, url: str) -> Event:
    event = Event()
    event.add("uid", f"roadshow-{roadshow.public_id}@stagematch")
    event.add("sequence", roadshow.sequence)
    event.add("dtstamp", roadshow.changed_at.astimezone(dt.UTC))
    if roadshow.begins_at is None:
        event.add("dtstart", day)
        event.add("dtend", day + dt.timedelta(days=1))
    else:
        event.add("dtstart", _moment(day, roadshow.begins_at))
        end = roadshow.ends_at
        event.add("dtend", _moment(day, end) if end else _moment(day, roadshow.begins_at) + dt.timedelta(hours=3))
    event.add("summary", roadshow.title)
    event.add("location", roadshow.where)
    event.add("description", "\n".join(part for part in (roadshow.question, roadshow.status_reason, url) if part))
    event.add("url", url)
    event.add("status", _STATUS.get(RoadshowStatus(roadshow.status), "CONFIRMED"))
    return event


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)
