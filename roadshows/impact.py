"""What roadshows led to: per event and over events, in time, and beside regions without one (features W7).

Who organises sees exact numbers, each with the address of the rows behind it. Everybody else sees places exactly and
students in steps of five after a secret number was taken off, so that no number of fewer than five students can be read
or worked out from two dates (product R9, docs/disclosure.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.enums import VacancyStatus
from placements.models import Vacancy
from roadshows.enums import OutcomeStatus, RoadshowStatus
from roadshows.models import Attendance, Outcome, Registration, Roadshow, Signature
from roadshows.registration_selectors import count_people, total
from roadshows.selectors.pledges import STAGES, FunnelRow, PledgeLine, funnel
from stagematch.clock import today
from stagematch.few import UNTOLD, at_least
from stagematch.regions.models import MunicipalityRegion, Region

OF_STUDENTS = frozenset({"in_conversation", "filled", "started"})
"""Steps that count students; the others count places."""
OVER_TIME = ("promised", "published")
COMPARED = ("before", "after", "others_before", "others_after")
LONGEST = 6
"""Months before and after a roadshow that are compared."""
EXPLANATIONS = {
    "promised": gettext_lazy("plekken die organisaties toezegden en niet introkken"),
    "published": gettext_lazy("daarvan: plekken die studenten konden zien"),
    "in_conversation": gettext_lazy("daarvan: plekken met een gesprek of een student"),
    "filled": gettext_lazy("daarvan: plekken met een student"),
    "started": gettext_lazy("daarvan: plekken waar de student begon"),
}


@dataclass(frozen=True)
class Number:
    """A number of the report: `value`, or None for a few students whose number is not shown; `url` of its rows."""

    value: int | None
    url: str = ""
    at_least: bool = False

    def __str__(self) -> str:
        if self.value is None:
            return _("minder dan %(n)d") % {"n": UNTOLD}
        return _("minstens %(n)d") % {"n": self.value} if self.at_least else str(self.value)


@dataclass(frozen=True)
class Step:
    """A step of the way from promise to student, with the width of its bar in whole per cents."""

    key: str
    label: str
    explanation: str
    number: Number
    percent: int


@dataclass(frozen=True)
class Group:
    """A roadshow, region or organisation with a number per step."""

    label: str
    numbers: list[Number]


@dataclass(frozen=True)
class Month:
    """Places promised and online at the end of a month, since the first promise."""

    first: dt.date
    promised: int
    published: int
    promised_url: str = ""
    published_url: str = ""


@dataclass(frozen=True)
class Compared:
    """Places that came online in so many months before and after, here and in regions of the same kind without a roadshow."""

    months: int
    region: str
    before: int
    after: int
    others: int
    others_before: int
    others_after: int
    slug: str = ""

    @property
    def urls(self) -> dict[str, str]:
        """Per number the address of the places behind it."""
        return {which: rows_url(stage=which, event=self.slug) for which in COMPARED}

    @property
    def growth(self) -> int | None:
        """Percentage more (or fewer) places after than before; None when there were none before."""
        return _growth(self.before, self.after)

    @property
    def others_growth(self) -> int | None:
        """The same for the regions without a roadshow, together."""
        return _growth(self.others_before, self.others_after)


@dataclass(frozen=True)
class Report:
    """All that one page, PDF or CSV shows."""

    roadshows: list[Roadshow]
    steps: list[Step]
    per_roadshow: list[Group]
    per_region: list[Group]
    per_organisation: list[Group]
    came: Attendance
    came_by_role: list[Attendance]
    signatures: Number
    outcomes: list[Outcome]
    outcomes_done: int
    outcomes_late: int
    months: list[Month]
    compared: Compared | None
    lapsed: Number
    exact: bool

    @property
    def chart(self) -> Chart | None:
        """The months as two lines."""
        return chart_of(self.months)

    @property
    def columns(self) -> list[str]:
        """Heads of the tables per group."""
        return [str(STAGES[key]) for key in self.keys]

    @property
    def keys(self) -> list[str]:
        """The steps that stand per group: for everybody those of places only."""
        return _keys(exact=self.exact)


def report(roadshows: Sequence[Roadshow], *, exact: bool) -> Report:
    """Make the report of these roadshows. About fifteen queries, whatever the number of promises.

    `exact` is for who organises all of them: real numbers with links to their rows.
    """
    one = roadshows[0] if len(roadshows) == 1 else None
    whole = funnel(roadshows)[0]
    attendance = _attendance(roadshows)
    outcomes = list(Outcome.objects.filter(roadshow__in=roadshows).select_related("roadshow"))
    late = [row for row in outcomes if is_late(row)]
    signed = Signature.objects.register().filter(roadshow__in=roadshows).count()
    return Report(
        roadshows=list(roadshows),
        steps=_steps(whole, one, exact=exact),
        per_roadshow=[] if one else _groups(whole, "roadshow", None, exact=exact),
        per_region=[] if one else _groups(whole, "region", None, exact=exact),
        per_organisation=_groups(whole, "organisation", one, exact=exact),
        came=total(attendance),
        came_by_role=attendance if one else [],
        signatures=Number(signed, reverse("roadshow-signatures", args=[one.slug]) if one and exact else ""),
        outcomes=outcomes,
        outcomes_done=sum(row.status == OutcomeStatus.DONE for row in outcomes),
        outcomes_late=len(late),
        months=_months(whole.lines, one, exact=exact),
        compared=compare(one) if one else None,
        lapsed=Number(whole.lapsed, rows_url(stage="lapsed", roadshow=one) if exact and whole.lapsed else ""),
        exact=exact,
    )


def _attendance(roadshows: Sequence[Roadshow]) -> list[Attendance]:
    """Who came, per role: the kept counts, and the people of roadshows of which nothing was kept yet. Two queries."""
    kept = list(Attendance.objects.filter(roadshow__in=roadshows))
    people = Registration.objects.filter(roadshow__in=roadshows).exclude(roadshow__in=[row.roadshow_id for row in kept])
    return kept + [Attendance(**row) for row in count_people(people)]


def reported(roadshows: QuerySet[Roadshow]) -> QuerySet[Roadshow]:
    """Those that have a report: held, from the day after."""
    held = Q(status__in=RoadshowStatus.over())
    return roadshows.filter(held).order_by(F("day").desc(nulls_last=True), "pk")


def is_late(outcome: Outcome) -> bool:
    """Whether an opbrengst should have been there by now."""
    open_ = outcome.status in (OutcomeStatus.PROMISED, OutcomeStatus.STARTED)
    return open_ and outcome.due_on is not None and outcome.due_on < today()


def rows_url(
    *,
    stage: str,
    roadshow: Roadshow | None = None,
    region: str = "",
    organisation: str = "",
    event: str = "",
    before: dt.date | None = None,
) -> str:
    """The address of the promises behind a number."""
    asked = {
        "stap": stage,
        "roadshow": roadshow.slug if roadshow else event,
        "regio": region,
        "organisatie": organisation,
        "tot": before.isoformat() if before else "",
    }
    return f"{reverse('roadshows-impact-rows')}?{urlencode({k: v for k, v in asked.items() if v})}"


def rows_of(
    roadshows: Iterable[Roadshow],
    *,
    stage: str,
    region: str = "",
    organisation: str = "",
    before: dt.date | None = None,
) -> list[tuple[PledgeLine, int]]:
    """The promises behind a number, each with what it adds to it; their sum is the number."""
    lines: Iterable[PledgeLine] = funnel(roadshows)[0].lines
    if region:
        lines = [line for line in lines if _key(line, "region")[0] == region]
    if organisation:
        lines = [line for line in lines if _key(line, "organisation")[0] == organisation]
    if before is not None:
        lines = _until(lines, stage, before)
    if stage == "lapsed":
        return [(line, line.promised) for line in lines if line.pledge.status == "lapsed"]
    return [(line, line.at(stage)) for line in lines if line.at(stage)]


def _keys(*, exact: bool) -> list[str]:
    return [key for key in STAGES if exact or key not in OF_STUDENTS]


def _number(row: FunnelRow, key: str, url: str, *, exact: bool, of: str = "") -> Number:
    """`of` names the roadshow, or nothing for all of them."""
    value = row.at(key)
    if exact:
        return Number(value, url)
    if key not in OF_STUDENTS:
        return Number(value)
    return Number(at_least(value, "impact", key, of), at_least=True)


def _steps(row: FunnelRow, one: Roadshow | None, *, exact: bool) -> list[Step]:
    whole = row.promised
    found = []
    for key, label in STAGES.items():
        number = _number(row, key, rows_url(stage=key, roadshow=one), exact=exact, of=one.slug if one else "")
        width = round(100 * (number.value or 0) / whole) if whole else 0
        found.append(Step(key, str(label), str(EXPLANATIONS[key]), number, width))
    return found


def _key(line: PledgeLine, by: str) -> tuple[str, str]:
    pledge = line.pledge
    if by == "organisation":
        # A name that was typed and that nobody linked proves nothing: together they are 'others' on a public page.
        known = pledge.organisation
        return (
            (known.slug, known.name) if known is not None else (f"~{pledge.organisation_name.casefold()}", pledge.name)
        )
    roadshow = pledge.roadshow
    if by == "roadshow":
        return (roadshow.slug, roadshow.title) if roadshow is not None else ("", _("geen roadshow"))
    region = roadshow.region if roadshow is not None else None
    return (str(region.pk), region.name) if region is not None else ("-", _("regio niet bekend"))


def _groups(whole: FunnelRow, by: str, one: Roadshow | None, *, exact: bool) -> list[Group]:
    grouped: dict[tuple[str, str], list[PledgeLine]] = {}
    for line in whole.lines:
        key = _key(line, by)
        if not exact and key[0].startswith("~"):
            key = ("~", _("andere organisaties"))
        grouped.setdefault(key, []).append(line)
    rows = [FunnelRow(key, label, tuple(lines)) for (key, label), lines in grouped.items()]
    rows.sort(key=lambda row: (row.key == "~", -row.promised, row.label))

    def url(stage: str, key: str) -> str:
        if by == "organisation":
            return rows_url(stage=stage, roadshow=one, organisation=key)
        return rows_url(stage=stage, region=key) if by == "region" else rows_url(stage=stage, event=key)

    return [
        Group(
            row.label,
            [_number(row, stage, url(stage, row.key), exact=exact) for stage in _keys(exact=exact)],
        )
        for row in rows
    ]


def _until(lines: Iterable[PledgeLine], stage: str, last: dt.date) -> list[PledgeLine]:
    """Those promised, or come online, before the day `last`."""
    if stage == "published":
        return [line for line in lines if line.pledge.published_on and line.pledge.published_on < last]
    return [line for line in lines if line.pledge.promised_on < last]


def _months(lines: Sequence[PledgeLine], one: Roadshow | None, *, exact: bool) -> list[Month]:
    """Running totals per month, from the first promise until now, at most three years."""
    if not lines:
        return []
    month = min(line.pledge.promised_on for line in lines).replace(day=1)
    found: list[Month] = []
    while month <= today() and len(found) < 36:
        following = (month + dt.timedelta(days=32)).replace(day=1)
        promised, published = (sum(line.at(stage) for line in _until(lines, stage, following)) for stage in OVER_TIME)
        urls = [rows_url(stage=stage, roadshow=one, before=following) if exact else "" for stage in OVER_TIME]
        found.append(Month(month, promised, published, urls[0], urls[1]))
        month = following
    return found


def compare(roadshow: Roadshow) -> Compared | None:
    """Set places that came online before and after this roadshow beside regions of the same kind that had none.

    Only for a roadshow with a region and a day at least a month ago. A comparison, not a proof: regions differ in more
    than a roadshow. Two queries.
    """
    window = _window(roadshow)
    if window is None or roadshow.region is None:
        return None
    counted = (
        window.vacancies.order_by()
        .values("region_of")
        .annotate(
            before=Sum("places", filter=Q(publish_from__lte=window.day), default=0),
            after=Sum("places", filter=Q(publish_from__gt=window.day), default=0),
        )
    )
    rows = {row["region_of"]: (row["before"], row["after"]) for row in counted}
    others = [numbers for key, numbers in rows.items() if key not in window.with_roadshow]
    before, after = rows.get(roadshow.region.pk, (0, 0))
    return Compared(
        months=window.months,
        region=roadshow.region.name,
        before=before,
        after=after,
        others=len(others),
        others_before=sum(row[0] for row in others),
        others_after=sum(row[1] for row in others),
        slug=roadshow.slug,
    )


def compared_rows(roadshow: Roadshow, which: str) -> list[Vacancy]:
    """The places behind a number of the comparison; `which` is one of COMPARED."""
    window = _window(roadshow)
    if window is None or roadshow.region is None:
        return []
    rows = window.vacancies.select_related("organisation", "location__postcode").order_by("publish_from", "pk")
    here = which in ("before", "after")
    rows = rows.filter(region_of=roadshow.region.pk) if here else rows.exclude(region_of__in=window.with_roadshow)
    is_before = which.endswith("before")
    return list(rows.filter(publish_from__lte=window.day) if is_before else rows.filter(publish_from__gt=window.day))


@dataclass(frozen=True)
class _Window:
    """The same number of months before and after a roadshow: what came online, per region of the same kind."""

    day: dt.date
    months: int
    vacancies: QuerySet[Any]
    with_roadshow: set[int]


def _window(roadshow: Roadshow) -> _Window | None:
    region, day = roadshow.region, roadshow.day
    if region is None or day is None or roadshow.status not in RoadshowStatus.over():
        return None
    months = min(LONGEST, (today() - day).days // 30)
    if months < 1:
        return None
    span = dt.timedelta(days=30 * months)
    seen = Vacancy.objects.filter(status__in=[VacancyStatus.PUBLISHED, VacancyStatus.CLOSED])
    seen = seen.filter(publish_from__gt=day - span, publish_from__lte=day + span)
    others = Roadshow.objects.public().over().filter(region__kind=region.kind, day__gt=day - span, day__lte=day + span)
    return _Window(
        day=day,
        months=months,
        vacancies=seen.annotate(region_of=_region_of(Region.Kind(region.kind))).filter(region_of__isnull=False),
        with_roadshow=set(others.values_list("region", flat=True)) | {region.pk},
    )


def _region_of(kind: Region.Kind) -> F | Subquery:
    if kind == Region.Kind.PROVINCE:
        return F("location__postcode__province")
    if kind == Region.Kind.COROP:
        return F("location__postcode__corop")
    links = MunicipalityRegion.objects.filter(
        municipality=OuterRef("location__postcode__municipality"), region__kind=kind, valid_until__isnull=True
    )
    return Subquery(links.order_by("pk").values("region")[:1])


def _growth(before: int, after: int) -> int | None:
    return round(100 * (after - before) / before) if before else None


@dataclass(frozen=True)
class Chart:
    """Two lines in a box of 640 by 220, as points of an SVG polyline, with labels below and the largest number."""

    promised: str
    published: str
    labels: list[tuple[int, dt.date]]
    top: int
    last: tuple[int, int, int]


def chart_of(months: Sequence[Month]) -> Chart | None:
    """The months as lines; None with fewer than two months, when there is no line to draw."""
    if len(months) < 2:
        return None
    top = max(1, *(month.promised for month in months))
    across = 560 / (len(months) - 1)

    def height(number: int) -> int:
        return round(180 - 160 * number / top)

    def line(numbers: list[int]) -> str:
        return " ".join(f"{round(40 + across * n)},{height(number)}" for n, number in enumerate(numbers))

    every = max(1, len(months) // 6)
    return Chart(
        promised=line([month.promised for month in months]),
        published=line([month.published for month in months]),
        labels=[(round(40 + across * n), month.first) for n, month in enumerate(months) if n % every == 0],
        top=top,
        last=(600, height(months[-1].promised), height(months[-1].published)),
    )
