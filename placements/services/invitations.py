"""Asking a student for a talk: times to choose from, where, and with whom (features O6)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Location, Membership
from placements import emails, talk_emails
from placements.enums import ApplicationStatus, InterviewStatus, PlaceKind
from placements.models import Application, Interview, InterviewParticipant, InterviewSlot
from placements.services.bookings import busy, free, people_of, person_of
from placements.services.locks import lock_application, lock_interview, lock_student
from placements.services.status import has_positive_interview, move
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

MAX_SLOTS = 12
MAX_PARTICIPANTS = 6
Times = Sequence[tuple[dt.datetime, dt.datetime]]


@dataclass(frozen=True)
class Person:
    """Somebody to join a talk: a colleague with an account, or a name and an address."""

    user: User | None = None
    name: str = ""
    email: str = ""
    is_decider: bool = True

    @property
    def shown(self) -> str:
        """The name people read."""
        return self.user.get_full_name() if self.user is not None else self.name.strip() or self.email

    @property
    def key(self) -> str:
        """How `InterviewBooking` names this person."""
        return person_of(self.user) if self.user is not None else self.email.strip().lower()


def invite(
    *,
    application: Application,
    actor: User,
    slots: Times,
    where: str,
    message: str = "",
    round: int = 1,
    place_kind: str = PlaceKind.LOCATION,
    location: Location | None = None,
    host: User | None = None,
    participants: Iterable[Person] | None = None,
) -> Interview:
    """Invite for a talk and propose times. Round 1 answers the application (R1); round 2 needs a positive round 1.

    `host` leads the talk (default: `actor`). `participants` join it; None means nobody in round 1, and in round 2 the
    teamcoaches of the place, who decide with the host. After a talk that was called off or missed the same round can be
    proposed again. Raises RuleError: slots_missing, slot_past, slot_order, slot_taken, where_missing, video_link,
    participants, round_1_first; Conflict status_changed, already_invited.
    """
    host = host or actor
    people = default_participants(application, round) if participants is None else list(participants)
    people = _validate_participants(people, host)
    times = validate_slots(slots, [person_of(host), *(person.key for person in people)])
    validate_place(place_kind, where)
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        target = ApplicationStatus.INVITED if round == 1 else ApplicationStatus.SECOND_ROUND
        _validate_round(locked, round, target)
        interview = Interview.objects.create(
            application=locked,
            round=round,
            place_kind=place_kind,
            location=location if place_kind == PlaceKind.LOCATION else None,
            where=where.strip(),
            message=message.strip(),
            host=host,
            created_at=now(),
        )
        InterviewSlot.objects.bulk_create(InterviewSlot(interview=interview, starts_at=a, ends_at=b) for a, b in times)
        InterviewParticipant.objects.bulk_create(_row(interview, person) for person in people)
        if locked.status == target:
            emails.invitation(interview)
        else:
            move(locked, to=target, actor=actor)
    return interview


def propose_times(
    *,
    interview: Interview,
    actor: User,
    slots: Times,
    where: str = "",
    message: str = "",
    place_kind: str = "",
    location: Location | None = None,
) -> Interview:
    """Send the student other times: nothing fitted, or a planned talk must move. A planned time is given free at once.

    Raises the RuleErrors of `invite` about times and place, and Conflict interview_closed.
    """
    with transaction.atomic():
        locked = lock_interview(interview)
        if locked.status not in InterviewStatus.ahead() or not locked.application.is_open:
            raise Conflict("interview_closed", _("Dit gesprek is al geweest of gaat niet meer door."))
        times = validate_slots(slots, people_of(locked).keys() - {person_of(locked.application.student.user)}, locked)
        set_place(locked, where=where, place_kind=place_kind, location=location)
        calendar = ""
        if locked.status == InterviewStatus.PLANNED:
            give_time_free(locked)
            talk_emails.moved_away(locked, by_student=False)
            calendar = talk_emails.student_calendar(locked)
        locked.message = message.strip() or locked.message
        locked.wish, locked.asked_at = "", None
        locked.times_sent += 1
        locked.starts_at = locked.ends_at = None
        locked.save(
            update_fields=[
                "where", "place_kind", "location", "message", "wish", "asked_at", "times_sent", "starts_at", "ends_at",
                "status", "sequence",
            ]
        )  # fmt: skip
        locked.slots.all().delete()
        InterviewSlot.objects.bulk_create(InterviewSlot(interview=locked, starts_at=a, ends_at=b) for a, b in times)
        emails.invitation(locked, calendar=calendar)
    return locked


def set_place(interview: Interview, *, where: str, place_kind: str, location: Location | None) -> None:
    """Take over another place, when one is given. Not saved. Raises the RuleErrors of `validate_place`."""
    if not where.strip():
        return
    validate_place(place_kind or interview.place_kind, where)
    interview.where = where.strip()
    interview.place_kind = place_kind or interview.place_kind
    interview.location = location if interview.place_kind == PlaceKind.LOCATION else None


def give_time_free(interview: Interview) -> None:
    """Take a planned talk out of the agendas: its time is free, and calendars hear it by a higher SEQUENCE. Not saved."""
    free(interview)
    interview.status = InterviewStatus.PROPOSED
    interview.sequence += 1


def default_participants(application: Application, round: int) -> list[Person]:
    """Who joins when nobody was named: in round 2 the teamcoaches of the place."""
    if round == 1:
        return []
    vacancy = application.vacancy
    rows = Membership.objects.active().filter(
        organisation=vacancy.organisation_id, role=Role.TEAM_LEAD, teams=vacancy.team_id
    )
    return [Person(user=row.user) for row in rows.select_related("user").order_by("pk")[:MAX_PARTICIPANTS]]


def _row(interview: Interview, person: Person) -> InterviewParticipant:
    return InterviewParticipant(
        interview=interview,
        user=person.user,
        name=person.shown[:120],
        email="" if person.user is not None else person.key,
        is_decider=person.is_decider,
    )


def _validate_participants(people: Sequence[Person], host: User) -> list[Person]:
    """Return the people once each, without the host; an address of an account becomes that account."""
    known = {
        user.email.lower(): user
        for user in User.objects.filter(
            email__in=[p.key for p in people if p.user is None and p.email], is_active=True, memberships__is_active=True
        ).distinct()
    }
    found: dict[str, Person] = {}
    for person in people:
        if person.user is None and person.key in known:
            person = Person(user=known[person.key], is_decider=person.is_decider)
        if not person.key:
            raise RuleError(
                "participants", _("Vul van wie meepraat een naam en een e-mailadres in."), field="participants"
            )
        if person.key != person_of(host):
            found[person.key] = person
    if len(found) > MAX_PARTICIPANTS:
        raise RuleError(
            "participants",
            _("Nodig hoogstens %(n)d mensen uit. Een student praat liever met een klein groepje.")
            % {"n": MAX_PARTICIPANTS},
            field="participants",
        )
    return list(found.values())


def validate_place(kind: str, where: str) -> None:
    """Raise RuleError where_missing without words about where, video_link for a video talk without a safe address."""
    if not where.strip():
        raise RuleError("where_missing", _("Vul in waar het gesprek is."), field="where")
    if kind == PlaceKind.VIDEO and not where.strip().startswith("https://"):
        raise RuleError(
            "video_link", _("Vul de link naar het videogesprek in. Die begint met https://"), field="video_link"
        )


def validate_slots(
    slots: Times, people: Iterable[str], interview: Interview | None = None
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the times in order; raise RuleError when one is past, upside down, or taken in the agenda of `people`.

    What `interview` itself takes is free: it moves.
    """
    times = sorted(set(slots))
    if not times:
        raise RuleError("slots_missing", _("Kies minstens 1 tijd. De student kiest daaruit."), field="slots")
    if len(times) > MAX_SLOTS:
        raise RuleError("slots_missing", _("Kies hoogstens %(n)d tijden.") % {"n": MAX_SLOTS}, field="slots")
    if times[0][0] <= now():
        raise RuleError("slot_past", _("Een van de tijden is al voorbij. Kies een latere tijd."), field="slots")
    if any(end <= start for start, end in times):
        raise RuleError("slot_order", _("Een gesprek eindigt later dan het begint. Pas de tijden aan."), field="slots")
    taken = busy(people, times[0][0], max(end for _start, end in times))
    if interview is not None:
        taken = taken.exclude(interview=interview)
    planned = list(taken.values_list("starts_at", "ends_at"))
    if any(start < other_end and end > other_start for start, end in times for other_start, other_end in planned):
        raise RuleError(
            "slot_taken",
            _("Jij of een collega die meepraat heeft op een van deze tijden al een gesprek. Kies een andere tijd."),
            field="slots",
        )
    return times


def _validate_round(application: Application, round: int, target: ApplicationStatus) -> None:
    if round == 2 and not has_positive_interview(application, 1):
        raise RuleError(
            "round_1_first", _("Een 2e gesprek kan na een goede kennismaking. Schrijf daar eerst het verslag van.")
        )
    running = application.interviews.filter(round=round).exclude(status__in=InterviewStatus.off())
    if not running.exists():
        return
    if application.status == target:
        raise Conflict(
            "already_invited", _("Deze student is al uitgenodigd. Je ziet de voorgestelde tijden in het dossier.")
        )
    raise Conflict("status_changed", _("Dit gesprek is er al geweest. Kijk in het dossier hoe het er nu voor staat."))
