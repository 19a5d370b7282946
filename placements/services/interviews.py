"""Choosing a time for a talk, moving it or calling it off, and writing down how it went."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organisations.models import Location
from placements import talk_emails
from placements.enums import Advice, ApplicationStatus, GoalVerdict, InterviewStatus
from placements.models import Interview, InterviewGoal, InterviewParticipant, InterviewSlot
from placements.services.bookings import book, free, people_of, person_of
from placements.services.invitations import give_time_free, set_place, validate_slots
from placements.services.locks import lock_interview
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError


def choose_slot(*, interview: Interview, slot: InterviewSlot, actor: User) -> Interview:
    """Plan the talk at one of the proposed times; choosing another one later moves it.

    Raises RuleError slot_unknown or slot_past; Conflict slot_taken when somebody in it got another talk at that time,
    student_busy when the student did, or interview_closed when it was called off or held.
    """
    with transaction.atomic():
        locked = lock_interview(interview)
        _require_ahead(locked)
        if slot.interview_id != locked.pk or not locked.slots.filter(pk=slot.pk).exists():
            raise RuleError("slot_unknown", _("Deze tijd hoort niet bij dit gesprek. Kies een tijd uit de lijst."))
        if slot.starts_at <= now():
            raise RuleError("slot_past", _("Deze tijd is al voorbij. Kies een andere tijd."))
        if locked.status == InterviewStatus.PLANNED and locked.starts_at == slot.starts_at:
            return locked
        _plan(locked, slot.starts_at, slot.ends_at, by_student=True)
        talk_emails.planned(locked, by_student=True)
    return locked


def move_interview(
    *,
    interview: Interview,
    actor: User,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    where: str = "",
    place_kind: str = "",
    location: Location | None = None,
) -> Interview:
    """Plan the talk, or move it, at a time that was agreed with the student, for instance by telephone.

    Raises the RuleErrors of `invite` about times; Conflict slot_taken, student_busy, interview_closed.
    """
    with transaction.atomic():
        locked = lock_interview(interview)
        _require_ahead(locked)
        others = people_of(locked).keys() - {person_of(locked.application.student.user)}
        validate_slots([(starts_at, ends_at)], others, locked)
        old = (locked.starts_at, locked.ends_at, locked.where)
        set_place(locked, where=where, place_kind=place_kind, location=location)
        if locked.status == InterviewStatus.PLANNED and old == (starts_at, ends_at, locked.where):
            return locked
        _plan(locked, starts_at, ends_at, by_student=False)
        locked.slots.all().delete()
        InterviewSlot.objects.create(interview=locked, starts_at=starts_at, ends_at=ends_at)
        talk_emails.planned(locked, by_student=False)
    return locked


def ask_other_times(*, interview: Interview, actor: User, wish: str) -> Interview:
    """Say, by the student, that none of the times fits (any more). A planned time is given free at once.

    Raises RuleError wish_empty; Conflict interview_closed.
    """
    if not wish.strip():
        raise RuleError("wish_empty", _("Schrijf op welke dagen en tijden je wel kunt."), field="wish")
    with transaction.atomic():
        locked = lock_interview(interview)
        _require_ahead(locked)
        was, calendar = locked.starts_at, ""
        if locked.status == InterviewStatus.PLANNED:
            give_time_free(locked)
            calendar = talk_emails.host_calendar(locked)
            talk_emails.moved_away(locked, by_student=True)
        locked.wish, locked.asked_at = wish.strip()[:500], now()
        locked.starts_at = locked.ends_at = None
        locked.save(update_fields=["status", "sequence", "wish", "asked_at", "starts_at", "ends_at"])
        locked.slots.all().delete()
        talk_emails.other_times_asked(locked, calendar_of_host=calendar, was=was)
    return locked


def cancel_interview(*, interview: Interview, actor: User, reason: str) -> Interview:
    """Call the talk off; everybody else in it gets a mail. The application stays as it is, a new time can be proposed."""
    with transaction.atomic():
        locked = lock_interview(interview)
        if locked.status in InterviewStatus.off():
            return locked
        if locked.status == InterviewStatus.HELD:
            raise Conflict("interview_closed", _("Dit gesprek is al geweest. Afzeggen kan niet meer."))
        was_planned = locked.status == InterviewStatus.PLANNED
        free(locked)
        locked.status = InterviewStatus.CANCELLED
        locked.sequence += 1
        locked.save(update_fields=["status", "sequence"])
        talk_emails.cancelled(locked, actor=actor, reason=reason.strip(), was_planned=was_planned)
    return locked


def record_interview(
    *, interview: Interview, actor: User, is_positive: bool, record: str, goals: Mapping[str, str] | None = None
) -> Interview:
    """Write down how a planned talk went, per leerdoel and in a summary. What follows is a step of its own.

    `goals` is leerdoel to `GoalVerdict`. Raises RuleError record_empty, goal_verdict, decider_negative (a round is
    positive only when no decider advised against it); Conflict interview_not_planned, interview_closed, and
    already_followed for a good outcome that turns bad after the next step was taken.
    """
    if not record.strip():
        raise RuleError("record_empty", _("Schrijf kort op wat jullie hebben besproken."), field="record")
    with transaction.atomic():
        locked = lock_interview(interview)
        if locked.status not in {InterviewStatus.PLANNED, InterviewStatus.HELD}:
            raise Conflict("interview_not_planned", _("Dit gesprek is niet gepland. Plan het eerst."))
        if not locked.application.is_open:
            raise Conflict("interview_closed", _("Deze reactie is al afgesloten. Het verslag kan niet meer anders."))
        if locked.is_positive and not is_positive and not _outcome_is_open(locked):
            raise Conflict(
                "already_followed",
                _("Na dit gesprek is al een volgende stap gezet. De tekst kan nog anders, de uitkomst niet meer."),
                field="is_positive",
            )
        against = locked.participants.filter(is_decider=True, advice=Advice.NEGATIVE).first()
        if is_positive and against is not None:
            raise RuleError(
                "decider_negative",
                _("%(name)s beslist mee en gaf een negatief advies. Overleg eerst, of kies dat jullie niet verdergaan.")
                % {"name": against.name},
                field="is_positive",
            )
        free(locked)
        locked.status = InterviewStatus.HELD
        locked.is_positive = is_positive
        locked.record = record.strip()
        locked.save(update_fields=["status", "is_positive", "record"])
        if goals is not None:
            _write_goals(locked, goals)
    return locked


def _outcome_is_open(interview: Interview) -> bool:
    """Whether nothing follows yet from a talk that went well: no second talk, reserve list or offer."""
    here = ApplicationStatus.INVITED if interview.round == 1 else ApplicationStatus.SECOND_ROUND
    return interview.application.status == here


def _write_goals(interview: Interview, goals: Mapping[str, str]) -> None:
    own = {str(goal)[:300] for goal in interview.application.learning_goals}
    rows = []
    for text, verdict in goals.items():
        if text not in own or verdict not in GoalVerdict.values:
            raise RuleError("goal_verdict", _("Kies bij elk leerdoel of het hier kan."), field="record")
        rows.append(InterviewGoal(interview=interview, text=text, verdict=verdict))
    interview.goals.all().delete()
    InterviewGoal.objects.bulk_create(rows)


def record_no_show(*, interview: Interview, actor: User, note: str = "") -> Interview:
    """Note that nobody came to a planned talk. The student gets a kind mail; the round can be planned again.

    Raises RuleError not_yet before it began; Conflict interview_not_planned.
    """
    with transaction.atomic():
        locked = lock_interview(interview)
        if locked.status != InterviewStatus.PLANNED or locked.starts_at is None:
            raise Conflict("interview_not_planned", _("Dit gesprek is niet gepland. Plan het eerst."))
        if locked.starts_at > now():
            raise RuleError("not_yet", _("Dit gesprek is nog niet begonnen. Zeg het af als het niet doorgaat."))
        free(locked)
        locked.status = InterviewStatus.MISSED
        locked.sequence += 1
        locked.record = note.strip()[:3000]
        locked.save(update_fields=["status", "sequence", "record"])
        talk_emails.missed(locked)
    return locked


def give_advice(
    *, participant: InterviewParticipant, actor: User | None, advice: str, words: str = ""
) -> InterviewParticipant:
    """Say, as somebody who is at the talk, what one thinks; `actor` is None for who came through a link.

    It can be changed until the record is written. Raises RuleError advice_required, words_required (doubt and no need a
    reason); Conflict decided, interview_closed.
    """
    if advice not in Advice.values:
        raise RuleError("advice_required", _("Kies wat je advies is."), field="advice")
    if advice != Advice.POSITIVE and not words.strip():
        raise RuleError("words_required", _("Schrijf kort op waarom. Dan kan de stagemakelaar verder."), field="words")
    with transaction.atomic():
        locked = lock_interview(participant.interview)
        if locked.status == InterviewStatus.HELD:
            raise Conflict("decided", _("Het verslag is al gemaakt. Bel de stagemakelaar als je iets wilt toevoegen."))
        if locked.status != InterviewStatus.PLANNED or not locked.application.is_open:
            raise Conflict("interview_closed", _("Dit gesprek gaat niet meer door. Je advies is niet nodig."))
        own = InterviewParticipant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        own.advice, own.words, own.advised_at = advice, words.strip()[:1000], now()
        own.save(update_fields=["advice", "words", "advised_at"])
    return own


def _require_ahead(interview: Interview) -> None:
    if interview.status not in InterviewStatus.ahead() or not interview.application.is_open:
        raise Conflict(
            "interview_closed", _("Dit gesprek gaat niet meer door of is al geweest. Kijk bij 'Mijn stage'.")
        )


def _plan(interview: Interview, starts_at: dt.datetime, ends_at: dt.datetime, *, by_student: bool) -> None:
    """Put the talk at a time, for everybody in it; a change of what calendars know already counts SEQUENCE up."""
    if interview.status == InterviewStatus.PLANNED or interview.sequence:
        interview.sequence += 1
    interview.status = InterviewStatus.PLANNED
    interview.starts_at, interview.ends_at = starts_at, ends_at
    interview.wish, interview.asked_at = "", None
    book(interview, by_student=by_student)
    try:
        with transaction.atomic():
            interview.save(
                update_fields=[
                    "status", "starts_at", "ends_at", "sequence", "wish", "asked_at", "where", "place_kind", "location",
                ]
            )  # fmt: skip
    except IntegrityError as error:  # the exclusion constraint on the host
        raise Conflict(
            "slot_taken", _("Deze tijd is net door iemand anders gekozen. Kies een andere tijd."), field="slots"
        ) from error
