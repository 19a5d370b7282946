"""The own students without a place, with the reason why and what to do: for the school alone, never for others."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.weekdays import listing
from placements.browse.pager import Pager
from placements.guidance import Found
from placements.guidance.enums import HelpAction, HelpReason
from placements.guidance.selectors import IN_CONVERSATION, WISHES, HelpRow, needing_help
from placements.guidance.urgent import most_urgent, reasons_for, rows_of
from placements.models import Application, HelpSettings
from shortages.dashboard.areas import AreaKind
from shortages.dashboard.page import Dashboard
from shortages.dashboard.pictures import UNKNOWN
from shortages.dashboard.words import days_words
from shortages.definitions import SILENT_DAYS
from shortages.enums import Situation
from stagematch.clock import now, today
from stagematch.ui.kept import kept
from students.enums import SearchStatus
from students.models import PlacementSearch

PER_PAGE = 50
FEW = 8
IN_NEED_SECONDS = 300


def searches_of(page: Dashboard) -> QuerySet[Any]:
    """The searches without a place and not in conversation, of the school, period and opleiding of the page, as it is now.

    The count is of last night, so who found a place today is not here any more.
    """
    if page.school is None or page.period is None:
        return PlacementSearch.objects.none()
    mine = Application.objects.filter(search=OuterRef("pk"))
    found = (
        PlacementSearch.objects.filter(
            student__school=page.school,
            student__is_active=True,
            period=page.period,
            status__in=[SearchStatus.OPEN, SearchStatus.DRAFT],
        )
        .exclude(Exists(mine.filter(status__in=IN_CONVERSATION)))
        .annotate(
            open_applications=Coalesce(
                Subquery(
                    mine.open().order_by().values("search").annotate(n=Count("pk")).values("n"),
                    output_field=IntegerField(),
                ),
                0,
            )
        )
    )
    return found if page.programme is None else found.filter(student__programme=page.programme)


def _thresholds(school: Organisation) -> HelpSettings:
    """When this school wants to hear of somebody; no query for a school of `schools_of`."""
    return getattr(school, "help_settings", None) or HelpSettings(school=school)


def most_in_need(page: Dashboard, limit: int | None = FEW) -> list[HelpRow]:
    """Return who needs somebody now, the most urgent first. At most four queries."""
    if page.school is None or page.period is None:
        return []
    return needing_help(page.school, limit, settings=_thresholds(page.school), period=page.period)


def in_need_now(school: Organisation, period: int | None, count: int, limit: int = FEW) -> list[HelpRow]:
    """Return who needs somebody now in one period, the most urgent first; one query, and two more every five minutes.

    `count` is the key of the newest count, which says for whom no place fits.
    Who is most urgent, and why, is kept for five minutes: keys and reasons, no person. Who they are, and whether they still
    search, is read every time, so nobody is shown who found a place meanwhile.
    """
    if period is None:
        return []
    settings = _thresholds(school)
    of = [school.pk, period, count, today(), settings.pk, settings.changed_at if settings.pk else None]
    urgent = kept(
        "in-need",
        of,
        lambda: most_urgent(school, 2 * limit, period=period, settings=settings),
        seconds=IN_NEED_SECONDS,
    )
    return rows_of(school, urgent, limit)


def _is_silent() -> tuple[Any, ...]:
    """Nothing heard for so many days, as the definition says it."""
    long_ago = now() - dt.timedelta(days=SILENT_DAYS)
    since = Application.objects.filter(search=OuterRef("pk"), submitted_at__gt=long_ago)
    return (
        Q(student__user__last_login=None) | Q(student__user__last_login__lte=long_ago),
        Q(student__invited_at=None) | Q(student__invited_at__lte=long_ago),
        Q(student__created_at__lte=long_ago),
        Q(opened_on=None) | Q(opened_on__lte=today() - dt.timedelta(days=SILENT_DAYS)),
        ~Exists(since),
    )


class StudentList:
    """The filtered list that a tile, a cell or a line of the page leads to. Nothing a reader can type gives an error."""

    def __init__(self, page: Dashboard, query: QueryDict) -> None:
        self.page = page
        self.query = query
        self.filters: list[tuple[str, str]] = []  # (parameter, what it says)
        rows = searches_of(page)
        for apply in (self._area, self._year, self._days, self._kind):
            rows = apply(rows)
        self.rows = rows

    def _area(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        parameter = "gemeente" if self.query.get("gemeente") else "regio"
        code = self.query.get(parameter, "")
        if not code:
            return rows
        if code == UNKNOWN:
            self.filters.append((parameter, _("woonplaats onbekend")))
            return rows.filter(home__municipality=None)
        kind = AreaKind.MUNICIPALITY if parameter == "gemeente" else self.page.region_kind
        # The same division as on the map: a gemeente belongs to one region.
        inside = {pk: area.name for pk, area in self.page.atlas.of(kind).items() if area.code == code}
        self.filters.append((parameter, next(iter(inside.values()), code)))
        return rows.filter(home__municipality__in=list(inside))

    def _year(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        year = self.query.get("leerjaar", "")
        if year not in {"1", "2", "3", "4"}:
            return rows
        self.filters.append(("leerjaar", _("leerjaar %(year)s") % {"year": year}))
        return rows.filter(student__year=int(year))

    def _days(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        given = self.query.get("dagen", "")[:600].split(",")
        masks = sorted({int(mask) for mask in given if mask.isascii() and mask.isdigit() and 0 < int(mask[:4]) < 128})
        if not masks:
            return rows
        names = listing(days_words(mask) for mask in masks) if len(masks) < 3 else _("andere dagen")
        self.filters.append(("dagen", names))
        return rows.filter(weekdays__in=masks)

    def _kind(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.query.get("soort", "")
        if kind == "structureel":
            self.filters.append(("soort", _("structureel tekort")))
            return rows.filter(situation__kind__in=Situation.structural())
        if kind == "frictie":
            self.filters.append(("soort", _("frictie")))
            return rows.filter(Q(situation=None) | Q(situation__kind=Situation.FITS))
        if kind == "stil":
            self.filters.append(("soort", _("stil, met een plek die past")))
            return rows.filter(*_is_silent(), situation__kind=Situation.FITS)
        return rows

    @property
    def note(self) -> str:
        """Why there can be more students here than the structural shortage counts."""
        if self.query.get("soort") != "structureel":
            return ""
        return _(
            "Voor deze studenten is er geen plek die past, of zijn er te weinig. Wie er overblijft, hangt af van de "
            "verdeling. Daarom staan hier soms meer namen dan het structurele tekort groot is."
        )

    @cached_property
    def pager(self) -> Pager:
        return Pager(self.query, self.rows.count(), PER_PAGE)

    @cached_property
    def students(self) -> list[HelpRow]:
        """This page of students, by leerjaar and name, each with what `needing_help` says or how the count saw it."""
        ordered = self.rows.order_by("student__year", "student__user__last_name", "student__user__first_name", "pk")
        found = list(
            ordered.select_related("student__user", "home", "situation").annotate(wishes=WISHES)[
                self.pager.start : self.pager.stop
            ]
        )
        school, period = self.page.school, self.page.period
        known: dict[int, tuple[Found, ...]] = {}
        if found and school is not None and period is not None:
            searches = [search.pk for search in found]
            known = reasons_for(school, searches, period=period.pk, settings=_thresholds(school))
        return [
            HelpRow(search.student, search, _told(search, known.get(search.pk, ())), search.open_applications)
            for search in found
        ]


def _told(search: Any, known: tuple[Found, ...]) -> tuple[Found, ...]:
    """Why somebody is in the list. The kind is that of the count, so that the list of a kind has no other kind in it."""
    first, *others = known or (_as_counted(search),)
    situation = getattr(search, "situation", None)
    return (replace(first, is_structural=situation is not None and situation.kind in Situation.structural()), *others)


def _as_counted(search: Any) -> Found:
    """What to say of somebody who needs no help by the school's thresholds."""
    if search.status == SearchStatus.DRAFT:
        return Found(HelpReason.PROFILE, _("Het profiel is nog niet af."), HelpAction.PROFILE, 0)
    if getattr(search, "situation", None) is None:
        return Found(HelpReason.OTHER, _("Zoekt sinds de laatste telling."), HelpAction.TALK, 0)
    return Found(HelpReason.OTHER, _("Er is een plek vrij die past."), HelpAction.TALK, 0)
