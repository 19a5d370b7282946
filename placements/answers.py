"""How organisations answer (R1, features O10): figures for everybody, and pages for stagemakelaar, school and platform admin.

The published figures cover the last twelve months and start at ten answers: fewer says nothing and could point at one
student. An application that is past its date and still waits counts as not in time, so silence never looks good.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format

from organisations.enums import Role
from organisations.models import Organisation
from placements.enums import ApplicationStatus
from placements.models import AnswerStatistic, Application
from placements.querysets import ApplicationQuerySet
from stagematch.accounts.models import User
from stagematch.clock import today

FEWEST = 10
"""So many answers before figures are shown to anybody outside the organisation."""
MONTHS = 12


@dataclass(frozen=True)
class AnswerFigures:
    """How an organisation answers."""

    answers: int
    in_time_percent: int
    median_days: int
    late: int = 0
    """Applications that wait past their date now; in the percentage they count as not in time."""


@dataclass(frozen=True)
class Month:
    """One month of the trend; without answers it has no median."""

    first: dt.date
    answers: int
    in_time_percent: int
    median_days: int | None

    @property
    def label(self) -> str:
        return date_format(self.first, "M")


def first_month(day: dt.date) -> dt.date:
    """Return the first day of the twelve months up to and including that of `day`."""
    number = day.year * 12 + day.month - MONTHS
    return dt.date(number // 12, number % 12 + 1, 1)


def count(rows: Iterable[tuple[int, bool, int]], late: int = 0) -> AnswerFigures | None:
    """Turn (working days, in time, number) into figures; None when there is no answer at all.

    The median is of the number of working days: the smallest one within which at least half was answered.
    """
    counted = sorted(rows)
    total = sum(n for _days, _ok, n in counted)
    if total == 0:
        return None
    seen, median = 0, 0
    for days, _ok, n in counted:
        seen += n
        median = days
        if seen * 2 >= total:
            break
    in_time = sum(n for _days, ok, n in counted if ok)
    return AnswerFigures(total, round(100 * in_time / (total + late)), median, late)


def answer_figures(organisation_pk: int) -> AnswerFigures | None:
    """Share answered in time and median working days of twelve months, or None when there are fewer than ten answers."""
    rows = AnswerStatistic.objects.filter(organisation=organisation_pk, month__gte=first_month(today()))
    counted = list(rows.values_list("working_days", "in_time", "answers"))
    if sum(n for _days, _ok, n in counted) < FEWEST:
        return None
    return count(counted, Application.objects.overdue().filter(vacancy__organisation=organisation_pk).count())


def trend(organisations: "QuerySet[Organisation]") -> list[Month]:
    """Return the twelve months up to now for the own pages of these organisations, oldest first."""
    start = first_month(today())
    per_month: dict[dt.date, list[tuple[int, bool, int]]] = defaultdict(list)
    rows = AnswerStatistic.objects.filter(organisation__in=organisations, month__gte=start)
    for month, days, ok, n in rows.values_list("month", "working_days", "in_time", "answers"):
        per_month[month].append((days, ok, n))
    months = []
    for number in range(MONTHS):
        at = start.year * 12 + start.month - 1 + number
        first = dt.date(at // 12, at % 12 + 1, 1)
        found = count(per_month[first])
        months.append(
            Month(first, found.answers, found.in_time_percent, found.median_days) if found else Month(first, 0, 0, None)
        )
    return months


def own_figures(organisations: "QuerySet[Organisation]", late: int) -> AnswerFigures | None:
    """Figures over twelve months for who works there: from the first answer on."""
    rows = AnswerStatistic.objects.filter(organisation__in=organisations, month__gte=first_month(today()))
    return count(rows.values_list("working_days", "in_time", "answers"), late)


def hosts_of(user: User) -> "QuerySet[Organisation]":
    """The organisations somebody answers for."""
    return Organisation.objects.of(user, Role.BROKER)


def waiting_longest(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """The late ones first, then what is due, with all a line shows."""
    waiting = applications.filter(status__in=ApplicationStatus.unanswered())
    return waiting.select_related("vacancy__team", "assigned_to").order_by("answer_by", "pk")


def late_of_school(user: User) -> "QuerySet[Application]":
    """Students of a coordinator's school who wait past the date they were given, the longest first."""
    rows = Application.objects.overdue()
    if not user.is_superuser:
        rows = rows.filter(student__school__in=Organisation.objects.of(user, Role.COORDINATOR))
    return rows.select_related("student__user", "vacancy__organisation").order_by("answer_by", "pk")


@dataclass(frozen=True)
class OrganisationRow:
    """One line of the platform admin's table."""

    organisation: Organisation
    figures: AnswerFigures | None
    late: int
    oldest: dt.date | None


def organisations_by_lateness() -> "QuerySet[Organisation]":
    """Organisations that ever got an application, with `late` and `oldest`, those with most late answers first."""
    late = (
        Application.objects.overdue()
        .filter(vacancy__organisation=OuterRef("pk"))
        .order_by()
        .values("vacancy__organisation")
    )
    return (
        Organisation.objects.filter(Q(vacancies__applications__isnull=False) | Q(answer_statistics__isnull=False))
        .distinct()
        .annotate(
            late=Coalesce(Subquery(late.annotate(n=Count("pk")).values("n")), 0),
            oldest=Subquery(
                Application.objects.overdue()
                .filter(vacancy__organisation=OuterRef("pk"))
                .order_by("answer_by")
                .values("answer_by")[:1]
            ),
        )
        .order_by("-late", "name")
    )


def table(organisations: Iterable[Organisation]) -> list[OrganisationRow]:
    """Turn one page of organisations into lines, with one query for the figures."""
    page = list(organisations)
    rows: dict[int, list[tuple[int, bool, int]]] = defaultdict(list)
    found = (
        AnswerStatistic.objects.filter(organisation__in=page, month__gte=first_month(today()))
        .order_by()
        .values("organisation", "working_days", "in_time")
        .annotate(n=Sum("answers"))
    )
    for row in found:
        rows[row["organisation"]].append((row["working_days"], row["in_time"], row["n"]))
    return [
        OrganisationRow(
            organisation,
            count(rows[organisation.pk], organisation.late),  # type: ignore[attr-defined]
            organisation.late,  # type: ignore[attr-defined]
            organisation.oldest,  # type: ignore[attr-defined]
        )
        for organisation in page
    ]


@dataclass(frozen=True)
class Bar:
    """One month drawn: where its column stands in a picture of 640 by 220."""

    month: Month
    x: int
    y: int
    height: int
    middle: int


def bars(months: list[Month]) -> list[Bar]:
    """Place the months in the chart; the highest median fills it."""
    highest = max([month.median_days or 0 for month in months] + [5])
    drawn = []
    for number, month in enumerate(months):
        height = round(150 * (month.median_days or 0) / highest)
        x = 8 + number * 53
        drawn.append(Bar(month, x, 180 - height, height, x + 20))
    return drawn
