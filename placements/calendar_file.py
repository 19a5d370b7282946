"""An interview as a file for people's own calendars (features S9).

One talk is one UID for ever; SEQUENCE counts its changes, so a moved talk moves in the calendar instead of standing
there twice, and a cancelled one leaves it. Times are in UTC: every calendar shows them in its owner's own time.
"""

import datetime as dt
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from placements.enums import InterviewStatus, PlaceKind
from placements.models import Interview
from stagematch.accounts.models import User
from stagematch.clock import now


def interview_calendar(
    interview: Interview, url: str, *, attendee: tuple[str, str] | None = None, summary: str = ""
) -> bytes:
    """Return a talk as iCalendar (RFC 5545): a file to keep, or an invitation for one `attendee` (name, address).

    Without attendee METHOD is PUBLISH, as RFC 5546 wants for a file without guests. With one it is REQUEST, or CANCEL
    for a talk that is not planned any more. Nobody's file names other guests than its owner.
    """
    is_off = interview.status != InterviewStatus.PLANNED and interview.status != InterviewStatus.HELD
    method = "PUBLISH" if attendee is None else "CANCEL" if is_off else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", "-//stagematch//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = _event(interview, url, summary)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("organizer", _organizer(interview))
    if attendee is not None:
        event.add("attendee", _address(*attendee, replies=not is_off))
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


def _event(interview: Interview, url: str, summary: str) -> Event:
    vacancy = interview.application.vacancy
    event = Event()
    event.add("uid", f"{interview.public_id}@stagematch")
    event.add("sequence", interview.sequence)
    moment = now().astimezone(dt.UTC).replace(microsecond=0)
    event.add("dtstamp", moment)
    event.add("last-modified", moment)
    for name, value in (("dtstart", interview.starts_at), ("dtend", interview.ends_at)):
        if value is not None:
            event.add(name, value.astimezone(dt.UTC).replace(microsecond=0))
    event.add("summary", summary or student_summary(interview))
    event.add("location", interview.where)
    if interview.place_kind == PlaceKind.VIDEO and interview.where.startswith("https://"):
        event.add("conference", interview.where, parameters={"value": "URI", "feature": "VIDEO"})
    event.add("description", _("Stageplek: %(title)s\n%(url)s") % {"title": vacancy.title, "url": url})
    event.add("url", url)
    event.add("transp", "OPAQUE")
    return event


def student_summary(interview: Interview) -> str:
    """What the student's calendar calls the talk."""
    return _("%(round)s bij %(organisation)s") % {
        "round": str(interview.get_round_display()).capitalize(),
        "organisation": interview.application.vacancy.organisation.name,
    }


def team_summary(interview: Interview, candidate: str) -> str:
    """What the calendar of somebody of the organisation calls the talk."""
    return _("%(round)s met %(candidate)s") % {
        "round": str(interview.get_round_display()).capitalize(),
        "candidate": candidate,
    }


def _organizer(interview: Interview) -> vCalAddress:
    """Who gets the answers of calendars: the host, or else the site itself."""
    host: User | None = interview.host
    if host is not None and host.email:
        return _address(host.get_full_name(), host.email)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _address(name, address)


def _address(name: str, address: str, *, replies: bool | None = None) -> vCalAddress:
    value = vCalAddress(f"mailto:{address}")
    value.params["cn"] = vText(name or address)
    if replies is not None:
        value.params["role"] = vText("REQ-PARTICIPANT")
        value.params["rsvp"] = vText("TRUE" if replies else "FALSE")
    return value
