"""An interview as a file for the student's own calendar (features S9)."""

import datetime as dt

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from placements.enums import InterviewStatus
from placements.models import Interview


def interview_calendar(interview: Interview, url: str) -> bytes:
    """Return a planned interview as iCalendar (RFC 5545), METHOD:PUBLISH.

    The UID comes from the interview itself and SEQUENCE counts its changes, so a moved talk moves in the calendar
    instead of standing there twice; a cancelled one is sent as STATUS:CANCELLED.
    """
    vacancy = interview.application.vacancy
    event = Event()
    event.add("uid", f"{interview.public_id}@stagematch")
    event.add("sequence", interview.sequence)
    event.add("dtstamp", interview.created_at.astimezone(dt.UTC))
    if interview.starts_at is not None:
        event.add("dtstart", interview.starts_at.astimezone(dt.UTC))
    if interview.ends_at is not None:
        event.add("dtend", interview.ends_at.astimezone(dt.UTC))
    title = _("%(round)s bij %(organisation)s") % {
        "round": str(interview.get_round_display()).capitalize(),
        "organisation": vacancy.organisation.name,
    }
    event.add("summary", title)
    event.add("location", interview.where)
    event.add("description", _("Stageplek: %(title)s\n%(url)s") % {"title": vacancy.title, "url": url})
    event.add("url", url)
    event.add("status", "CANCELLED" if interview.status == InterviewStatus.CANCELLED else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//stagematch//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
