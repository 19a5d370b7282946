"""Invitations in waves: a class, a year or so many a day, each on its own working day (features B1).

A wave is a row with a date. The morning job sends what is due, so a missed night is made up for, and a wave is sent once:
its row is locked, and turns to sent in the transaction that queues the mails.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.workdays import add_working_days, closing_days, is_working_day
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.models import InvitationWave, Student, WaveStatus
from students.services.invite import AT_ONCE, invite_students, never_seen

MOST_WAVES = 60
FURTHEST = dt.timedelta(days=365)


@dataclass(frozen=True)
class Who:
    """Whom a wave is for; empty means everybody."""

    class_name: str = ""
    year: int | None = None


def waiting(school: Organisation) -> QuerySet[Student]:
    """Students of a school who were never invited and never signed in."""
    return never_seen(Student.objects.filter(school=school)).filter(invited_at=None)


def of_wave(school: Organisation, who: Who) -> QuerySet[Student]:
    """Those of `waiting` a wave is for."""
    students = waiting(school)
    if who.class_name:
        students = students.filter(class_name=who.class_name)
    return students.filter(year=who.year) if who.year else students


def plan_waves(
    *, school: Organisation, actor: User, by: str, starts_on: dt.date, per_day: int | None = None
) -> list[InvitationWave]:
    """Plan waves on working days from `starts_on`: one per class (`by` is 'class'), one per year ('year'), or `per_day`
    students a day ('number'); 'all' is everybody on one day.

    Raises RuleError `no_one` when everybody is invited already, `date_past` and `too_far` on the date, `per_day` on the
    number, `too_many` for over 60 waves, and Conflict `planned_already` when there is a wave for the same people that day.
    """
    if starts_on < today():
        raise RuleError("date_past", _("Deze dag is al voorbij. Kies een dag vanaf vandaag."), field="starts_on")
    if starts_on > today() + FURTHEST:
        raise RuleError("too_far", _("Kies een dag binnen een jaar."), field="starts_on")
    students = waiting(school)
    if not (number := students.count()):
        raise RuleError("no_one", _("Iedereen is al uitgenodigd. Er valt niets te plannen."))
    limit = per_day if by == "number" else None
    groups = _groups(students, number, by, per_day)
    if len(groups) > MOST_WAVES:
        raise RuleError(
            "too_many",
            _("Dit worden meer dan %(n)d dagen. Kies er meer per dag.") % {"n": MOST_WAVES},
            field="per_day" if limit else "",
        )
    closed = closing_days(school)
    day = starts_on if is_working_day(starts_on, closed) else add_working_days(starts_on, 1, closed=closed)
    waves = []
    try:
        with transaction.atomic():
            for who in groups:
                waves.append(
                    InvitationWave.objects.create(
                        school=school,
                        send_on=day,
                        class_name=who.class_name,
                        year=who.year,
                        limit=limit,
                        created_by=actor,
                    )
                )
                day = add_working_days(day, 1, closed=closed)
    except IntegrityError as error:
        raise Conflict(
            "planned_already",
            _("Voor een van deze dagen staat er al zo’n golf. Stop die eerst, of kies een andere dag."),
        ) from error
    return waves


def _groups(students: QuerySet[Student], number: int, by: str, per_day: int | None) -> list[Who]:
    """Return whom each wave is for, in the order of their days; `number` is how many `students` there are."""
    if by == "class":
        names = students.order_by("class_name").values_list("class_name", flat=True).distinct()
        groups = [Who(class_name=name) for name in names if name]
        # Who has no class comes last, with whoever joined a class since.
        return [*groups, Who()] if "" in names else groups
    if by == "year":
        return [Who(year=year) for year in students.order_by("year").values_list("year", flat=True).distinct()]
    if by == "number":
        if not per_day or per_day < 1:
            raise RuleError(
                "per_day", _("Vul in hoeveel studenten er per dag een uitnodiging krijgen."), field="per_day"
            )
        return [Who()] * -(-number // per_day)
    return [Who()]


@transaction.atomic
def stop_wave(*, wave: InvitationWave, actor: User) -> InvitationWave:
    """Stop a wave that was not sent. Raises Conflict `wave_over` when it was."""
    locked = InvitationWave.objects.select_for_update(of=("self",), no_key=True).get(pk=wave.pk)
    if locked.status == WaveStatus.SENT:
        raise Conflict("wave_over", _("Deze uitnodigingen zijn al verstuurd."))
    locked.status = WaveStatus.STOPPED
    locked.save(update_fields=["status"])
    return locked


@transaction.atomic
def stop_all_waves(*, school: Organisation, actor: User) -> int:
    """Stop every planned wave of a school; return how many."""
    rows = InvitationWave.objects.select_for_update(no_key=True).filter(school=school, status=WaveStatus.PLANNED)
    return InvitationWave.objects.filter(pk__in=[row.pk for row in rows]).update(status=WaveStatus.STOPPED)


def send_waves(*, day: dt.date, dry_run: bool = False) -> int:
    """Send the waves of `day` and of days that were missed; return how many students were (or would be) invited.

    Nobody is invited twice: who was ever invited or signed in is passed by. Waves of a school that is not approved any
    more wait.
    """
    due = InvitationWave.objects.filter(
        Q(school__is_approved=True), status=WaveStatus.PLANNED, send_on__lte=day
    ).order_by("send_on", "pk")
    invited = 0
    for wave in due.select_related("school"):
        if dry_run:
            count = of_wave(wave.school, Who(wave.class_name, wave.year)).count()
            invited += min(count, wave.limit or count)
        else:
            invited += _send(wave.pk)
    return invited


@transaction.atomic
def _send(pk: int) -> int:
    wave = (
        InvitationWave.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("school")
        .filter(pk=pk, status=WaveStatus.PLANNED)
        .first()
    )
    if wave is None:
        return 0
    students = of_wave(wave.school, Who(wave.class_name, wave.year))
    left = wave.limit if wave.limit is not None else students.count()
    while left > 0:
        number = invite_students(students=students, actor=None, at_most=min(left, AT_ONCE))
        if not number:
            break
        wave.invited += number
        left -= number
    wave.status, wave.sent_at = WaveStatus.SENT, now()
    wave.save(update_fields=["status", "sent_at", "invited"])
    return wave.invited


__all__ = ["plan_waves", "send_waves", "stop_all_waves", "stop_wave", "waiting"]
