"""The mails about talks, each with the calendar file that keeps its reader's own agenda right (features O6, S9).

Everybody in a talk gets the file as an invitation to them alone: nobody's address goes to the others. Keys hold the
SEQUENCE of the talk, so that every change mails once.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from placements import emails
from placements.calendar_file import interview_calendar, team_summary
from placements.models import Interview, InterviewParticipant
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.purposes import register_purpose
from stagematch.links.services import make_link
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail

ADVICE = "interview-advice"
ADVICE_TERM = dt.timedelta(days=14)


def register() -> None:
    """Say what the secret link in these mails opens."""
    register_purpose(ADVICE, url_name="interview-advice", label=_("advies geven na een gesprek"))


@dataclass(frozen=True)
class Reader:
    """Somebody of the organisation who gets a mail about a talk; `in_talk` for whom it stands in the agenda."""

    to: User | str
    name: str
    link: str
    in_talk: bool
    seat: InterviewParticipant | None = None

    @property
    def address(self) -> str:
        """Where mail goes."""
        return self.to.email if isinstance(self.to, User) else self.to

    @property
    def key(self) -> str:
        """The end of a mail's key: who it is for."""
        return str(self.to.pk) if isinstance(self.to, User) else self.to.lower()[:60]


def talk_link(interview: Interview) -> str:
    """The page of a talk for who takes part in it with an account."""
    return emails.link("team-interview", interview.public_id)


def readers(interview: Interview, *, brokers: bool = True) -> list[Reader]:
    """Host and participants, and with `brokers` also the stagemakelaars who follow the application; each once."""
    application = interview.application
    screeners = emails.brokers_of(application)
    found: dict[str, Reader] = {}

    def add(reader: Reader) -> None:
        found.setdefault(reader.key, reader)

    if interview.host is not None:
        add(_reader(interview, interview.host, in_talk=True, is_screener=True))
    for participant in interview.participants.select_related("user"):
        if participant.user is not None:
            add(_reader(interview, participant.user, in_talk=True, is_screener=participant.user in screeners))
        elif participant.email:
            add(Reader(participant.email, participant.name, "", in_talk=True, seat=participant))
    if brokers:
        for user in screeners:
            add(_reader(interview, user, in_talk=False, is_screener=True))
    return list(found.values())


def _reader(interview: Interview, user: User, *, in_talk: bool, is_screener: bool) -> Reader:
    address = emails.broker_link(interview.application) if is_screener else talk_link(interview)
    return Reader(user, user.get_full_name(), address, in_talk)


def advice_link(participant: InterviewParticipant) -> str:
    """A new secret page where somebody without an account says what they think, until two weeks after the talk."""
    ends = participant.interview.ends_at or now()
    return make_link(
        purpose=ADVICE, subject=participant, expires_at=max(ends, now()) + ADVICE_TERM, email=participant.email
    )


def _calendar(interview: Interview, reader: Reader) -> str:
    """The file for somebody of the organisation; empty for who only follows."""
    if not reader.in_talk:
        return ""
    summary = team_summary(interview, candidate_in(interview))
    # A secret link stays out of calendars: those are shared with colleagues.
    link = reader.link or emails.vacancy_link(interview.application.vacancy)
    data = interview_calendar(interview, link, attendee=(reader.name, reader.address), summary=summary)
    return data.decode()


def student_calendar(interview: Interview) -> str:
    """The file for the student."""
    user = interview.application.student.user
    link = emails.student_link(interview.application)
    return interview_calendar(interview, link, attendee=(user.get_full_name(), user.email)).decode()


def candidate_in(interview: Interview) -> str:
    """The student's name: who is asked for a talk is known by name from then on (R4)."""
    return interview.application.student.user.get_full_name()


def _guest_link(kind: str, interview: Interview, reader: Reader) -> str:
    """Where somebody without an account goes: to the page for advice while there is a talk, else to the place itself."""
    if reader.seat is not None and kind in {"slot_chosen", "interview_reminder"}:
        reader.seat.interview = interview
        return advice_link(reader.seat)
    return emails.vacancy_link(interview.application.vacancy)


def _to(reader: Reader, kind: str, interview: Interview, calendar: str = "", **more: object) -> None:
    application = interview.application
    key = f"{kind}:{application.public_id}:{interview.public_id}:{interview.sequence}:{reader.key}"
    if reader.seat is not None and OutgoingMail.objects.filter(key=key).exists():
        return  # mailed already: no second secret link
    queue_mail(
        key=key,
        template=kind,
        to=reader.to,
        context=emails.context_of(
            application,
            interview=interview,
            candidate=candidate_in(interview),
            link=reader.link or _guest_link(kind, interview, reader),
            to_student=False,
            in_talk=reader.in_talk,
            **more,
        ),
        calendar=calendar,
    )


def _to_student(kind: str, interview: Interview, calendar: str = "", **more: object) -> None:
    cause = (interview.public_id, interview.sequence)
    emails.to_student(kind, interview.application, *cause, calendar=calendar, interview=interview, **more)


def planned(interview: Interview, *, by_student: bool) -> None:
    """To everybody: the talk has a time, or another one. The calendar file adds or moves it."""
    moved = interview.sequence > 0
    _to_student("interview_planned", interview, student_calendar(interview), moved=moved, by_student=by_student)
    for reader in readers(interview):
        _to(reader, "slot_chosen", interview, _calendar(interview, reader), moved=moved, by_student=by_student)


def moved_away(interview: Interview, *, by_student: bool) -> None:
    """To who counted on it: the planned time is off, a new one is looked for. Queue before the time is cleared.

    The stagemakelaars hear a wish of the student by `other_times_asked`, and the student new times by the invitation.
    """
    if by_student:
        _to_student("interview_moving", interview, student_calendar(interview), by_student=True)
    host = interview.host.pk if interview.host is not None else None
    for reader in readers(interview, brokers=False):
        if not (by_student and isinstance(reader.to, User) and reader.to.pk == host):
            _to(reader, "interview_moving", interview, _calendar(interview, reader), by_student=by_student)


def other_times_asked(interview: Interview, *, calendar_of_host: str, was: object) -> None:
    """To host and stagemakelaars: no time fits, and when the student can. `was` is the time that is given free."""
    asked = interview.asked_at
    for reader in readers(interview):
        if isinstance(reader.to, User) and not _only_joins(interview, reader.to):
            is_host = interview.host is not None and reader.to.pk == interview.host.pk
            application = interview.application
            queue_mail(
                key=f"interview_times_asked:{application.public_id}:{interview.public_id}:{asked:%y%m%d%H%M%S}:{reader.key}",
                template="interview_times_asked",
                to=reader.to,
                context=emails.context_of(
                    application,
                    interview=interview,
                    candidate=candidate_in(interview),
                    link=emails.link("admin:workspace-talk-times", interview.public_id),
                    to_student=False,
                    was=was,
                ),
                calendar=calendar_of_host if is_host else "",
            )


def host_calendar(interview: Interview) -> str:
    """The file for the host, as things stand now."""
    if interview.host is None:
        return ""
    return _calendar(interview, _reader(interview, interview.host, in_talk=True, is_screener=True))


def _only_joins(interview: Interview, user: User) -> bool:
    is_host = interview.host is not None and interview.host.pk == user.pk
    return not is_host and user not in emails.brokers_of(interview.application)


def cancelled(interview: Interview, *, actor: User, reason: str, was_planned: bool) -> None:
    """To the others: the talk is called off. Who called it off gets it too when it stood in the agenda already."""
    by_student = actor.pk == interview.application.student.user_id
    if was_planned or not by_student:
        calendar = student_calendar(interview) if was_planned else ""
        _to_student("interview_cancelled", interview, calendar, reason=reason, by_student=by_student)
    for reader in readers(interview):
        if not was_planned and isinstance(reader.to, User) and reader.to.pk == actor.pk:
            continue
        calendar = _calendar(interview, reader) if was_planned else ""
        _to(reader, "interview_cancelled", interview, calendar, reason=reason, by_student=by_student)


def called_off(interview: Interview, *, reason: str) -> None:
    """To everybody in a planned talk whose application ended: it leaves the agenda, and why."""
    _to_student("interview_cancelled", interview, student_calendar(interview), reason=reason, is_over=True)
    for reader in readers(interview, brokers=False):
        _to(reader, "interview_cancelled", interview, _calendar(interview, reader), reason=reason, is_over=True)


def missed(interview: Interview) -> None:
    """To the student: you were missed, and what can be done now."""
    _to_student("interview_missed", interview)


def reminder(interview: Interview) -> None:
    """To everybody in the talk: the next working day you talk."""
    _to_student("interview_reminder", interview)
    for reader in readers(interview, brokers=False):
        _to(reader, "interview_reminder", interview)
