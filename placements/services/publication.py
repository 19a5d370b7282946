"""What happens to a vacancy by date, and copying it to another period."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisations.models import StagePeriod, SupervisorCapacity, TeamCapacity
from placements import vacancy_emails
from placements.enums import VacancyStatus
from placements.models import Application, Vacancy
from placements.services.locks import lock_vacancy
from placements.services.vacancies import close_vacancy, create_vacancy
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError

_MANY = ("qualifications", "target_groups", "work_fields", "work_processes")
# What a copy does not take along: whose it is, what happened to it, and its dates.
_NOT_COPIED = {
    "id",
    "public_id",
    "organisation",
    "team",
    "pool",
    "period",
    "external_id",
    "starts_on",
    "ends_on",
    "places_taken",
    "status",
    "publish_from",
    "publish_until",
    "apply_until",
    "created_at",
    "changed_at",
    "search_text",
    "search_vector",
    "reserved_for",
    "copied_from",
}


def close_expired(*, day: dt.date, dry_run: bool = False) -> dict[str, int]:
    """Close vacancies whose last day to be seen is before `day`, when nobody waits for an answer (R1).

    Where somebody waits, the stagemakelaars get one mail per last day. Pages show a vacancy by its dates alone, so a
    night that was missed shows nothing too long. Safe to run twice. Returns how many were closed and how many wait.
    """
    due: QuerySet[Vacancy] = Vacancy.objects.filter(status=VacancyStatus.PUBLISHED, publish_until__lt=day).order_by(
        "pk"
    )
    closed = waiting = 0
    for vacancy in due.select_related("organisation"):
        if dry_run:
            waits = Application.objects.filter(vacancy=vacancy).open().exists()
            closed, waiting = closed + (not waits), waiting + waits
            continue
        with transaction.atomic():
            locked = lock_vacancy(vacancy.pk)
            if locked.status != VacancyStatus.PUBLISHED or locked.publish_until is None or locked.publish_until >= day:
                continue  # closed, or given more time, since the list was read
            count = Application.objects.filter(vacancy=locked).open().count()
            if count:
                vacancy_emails.vacancy_over(locked, waiting=count, day=day)
                waiting += 1
            else:
                close_vacancy(vacancy=locked, actor=None)
                closed += 1
    return {"closed": closed, "waiting": waiting}


def copy_vacancy(*, vacancy: Vacancy, period: StagePeriod, actor: User) -> Vacancy:
    """Make a draft for another period with the same text: new dates, nobody placed, no agreement, not yet seen.

    Where the dates were those of the old period they become those of the new one; else they move along with its first
    day. Praktijkbegeleiders come along when they have room in the new period.
    Raises RuleError `same_period` and `already_copied` when such a draft is there already.
    """
    if period.pk == vacancy.period_id:
        raise RuleError("same_period", _("De vacature is al voor deze periode. Kies een andere."), field="period")
    with transaction.atomic():
        source = lock_vacancy(vacancy.pk)
        if source.copies.filter(period=period, status=VacancyStatus.DRAFT).exists():
            raise RuleError(
                "already_copied", _("Er staat al een concept van deze vacature in die periode."), field="period"
            )
        fields = {
            field.name: getattr(source, field.name)
            for field in Vacancy._meta.concrete_fields
            if field.name not in _NOT_COPIED and not field.primary_key
        }
        fields |= {name: list(getattr(source, name).all()) for name in _MANY}
        first, last = _moved(source, period)
        fields |= {"period": period, "starts_on": first, "ends_on": last, "copied_from": source}
        pool = TeamCapacity.objects.filter(team=source.team, period=period).first()
        people = source.supervisors.values("supervisor")
        fields["supervisors"] = (
            list(SupervisorCapacity.objects.filter(pool=pool, supervisor__in=people)) if pool else []
        )
        return create_vacancy(team=source.team, actor=actor, pool=pool, **fields)


def _moved(vacancy: Vacancy, period: StagePeriod) -> tuple[dt.date, dt.date]:
    """The dates of a vacancy in another period; never outside a sensible order."""
    old = vacancy.period
    shift = period.starts_on - old.starts_on
    first = period.starts_on if vacancy.starts_on == old.starts_on else vacancy.starts_on + shift
    last = period.ends_on if vacancy.ends_on == old.ends_on else vacancy.ends_on + shift
    return (first, last) if first < last else (period.starts_on, period.ends_on)
