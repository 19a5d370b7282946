"""Roadshows in people's own calendars (features W1)."""

import datetime as dt
from collections.abc import Iterable
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow
from stagematch.clock import now

_STATUS = {RoadshowStatus.PLANNED: "TENTATIVE", RoadshowStatus.CANCELLED: "CANCELLED"}


def calendar_of(roadshows: Iterable[Roadshow], url_of: dict[int, str]) -> bytes:
    """Return roadshows that have a day as iCalendar (RFC 5545); without a time they last all day.

    UID and SEQUENCE come from the roadshow, so that a calendar moves an event that moved instead of adding a second one;
    a roadshow that was called off is sent as STATUS:CANCELLED. `url_of` gives the full address per primary key.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", _("Roadshows mbo Sociaal Werker"))
    for roadshow in roadshows:
        if roadshow.day is not None:
            calendar.add_component(_event(roadshow, roadshow.day, url_of[roadshow.pk]))
    data: bytes = calendar.to_ical()
    return data


def invitation_for(roadshow: Roadshow, *, url: str, name: str, email: str, is_off: bool = False) -> str:
    """Return the file that goes with a mail to one person; empty as long as there is no day.

    METHOD is REQUEST, or CANCEL when the roadshow was called off or, with `is_off`, this person does not come (RFC 5546):
    a mail program then takes it out of the calendar. Nobody's file names another guest.
    """
    if roadshow.day is None:
        return ""
    is_off = is_off or roadshow.status == RoadshowStatus.CANCELLED
    calendar = _calendar("CANCEL" if is_off else "REQUEST")
    event = _event(roadshow, roadshow.day, url, stamp=now(), is_off=is_off)
    event.add("organizer", _address(*parseaddr(settings.DEFAULT_FROM_EMAIL)))
    guest = _address(name, email)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["rsvp"] = vText("FALSE")  # the answer is on the personal page, not in a calendar
    event.add("attendee", guest)
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data.decode()


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//stagematch//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(
    roadshow: Roadshow, day: dt.date, url: str, *, stamp: dt.datetime | None = None, is_off: bool = False
) -> Event:
    event = Event()
    event.add("uid", f"roadshow-{roadshow.public_id}@stagematch")
    event.add("sequence", roadshow.sequence)
    event.add("dtstamp", (stamp or roadshow.changed_at).astimezone(dt.UTC).replace(microsecond=0))
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
    status = _STATUS.get(RoadshowStatus(roadshow.status), "CONFIRMED")
    event.add("status", "CANCELLED" if is_off else status)
    return event


def _address(name: str, address: str) -> vCalAddress:
    value = vCalAddress(f"mailto:{address}")
    value.params["cn"] = vText(name or address)
    return value


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)
