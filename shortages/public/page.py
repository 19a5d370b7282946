"""The public page of the country or one area, read from published figures in at most ten queries."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from organisations.models import StagePeriod
from organisations.weekdays import text as days_text
from shortages.areas import COUNTRY, Names, all_names, homes_of
from shortages.definitions import Definition, definitions
from shortages.enums import AreaLevel, PublishedTable
from shortages.models import PublishedFigure, PublishedForecast, PublishedLever, ShortageSnapshot
from shortages.public.expected import Expected, expected_at, sentence, span
from shortages.public.levers import LeverLine, lines_of
from shortages.public.map import DRAWINGS, CountryMap, draw
from shortages.public.trend import WEEKS, Line, line_of
from stagematch.ui.prepared import Prepared, instance

MOST_LEVERS, MOST_READ = 6, 1000
MOST_ROWS = 80
SHOWN_DEFINITIONS = ("students", "placed", "talking", "open", "structural", "frictional", "vacant", "blocked")
AROUND = (AreaLevel.LABOUR_MARKET, AreaLevel.COROP, AreaLevel.PROVINCE, AreaLevel.COUNTRY)
PARTS = (AreaLevel.LABOUR_MARKET, AreaLevel.COROP, AreaLevel.PROVINCE, AreaLevel.MUNICIPALITY)


@dataclass(frozen=True)
class Row:
    """One line of a table: what it is of, its figure (None: nothing to show), and where it leads."""

    name: str
    figure: PublishedFigure | None
    url: str = ""
    level: str = ""
    code: str = ""
    expected: str = ""  # without a place at the start of the period: '230–290'

    @property
    def open(self) -> int | None:
        return self.figure.open if self.figure else None

    @property
    def free(self) -> int:
        return (self.figure.free if self.figure else None) or 0


@dataclass(frozen=True)
class Outlook:
    """What is expected, of which area, and the sentence that says it."""

    area: Row
    forecast: PublishedForecast
    sentence: str


@dataclass
class PublicPage:
    """Everything the page shows of one area, period and night."""

    snapshot: ShortageSnapshot
    period: StagePeriod
    periods: list[StagePeriod]
    level: AreaLevel
    code: str
    name: str
    kind: AreaLevel
    kinds: list[AreaLevel]
    rows: list[PublishedFigure]
    names: Names
    inside: set[str] | None  # codes of `kind` that lie in this area; None for all
    best: list[PublishedLever]
    expected: Expected
    around: list[Row] = field(default_factory=list)

    @property
    def is_country(self) -> bool:
        return self.level == AreaLevel.COUNTRY

    @property
    def is_demo(self) -> bool:
        return bool(self.snapshot.counts.get("demo"))

    @cached_property
    def figure(self) -> PublishedFigure | None:
        """The headline of the area."""
        return self._find(PublishedTable.AREAS, self.level, self.code)

    @property
    def years(self) -> list[Row]:
        """Per leerjaar."""
        found = [f for f in self._mine(PublishedTable.YEARS) if f.open is not None]
        return [
            Row(_("Leerjaar %(year)d") % {"year": f.year or 0}, f) for f in sorted(found, key=lambda f: f.year or 0)
        ]

    @property
    def qualifications(self) -> list[Row]:
        """Per kwalificatie, of the country."""
        found = [f for f in self._mine(PublishedTable.QUALIFICATIONS) if f.open is not None]
        return [Row(str(f.qualification), f) for f in sorted(found, key=lambda f: -(f.open or 0))]

    @property
    def days(self) -> list[Row]:
        """Per days on which students can come, of the country; most students first."""
        found = [f for f in self._mine(PublishedTable.DAYS) if f.open is not None]
        return [Row(days_text(f.days or 0), f) for f in sorted(found, key=lambda f: -(f.open or 0))[:8]]

    @cached_property
    def parts(self) -> list[Row]:
        """The areas of the chosen kind that lie in this one, by name."""
        if self.level == AreaLevel.MUNICIPALITY:
            return []
        names = self.names[self.kind]
        found = {f.code: f for f in self.rows if f.table == PublishedTable.AREAS and f.level == self.kind}
        codes = [code for code in names if self.inside is None or code in self.inside]
        if self.kind == AreaLevel.MUNICIPALITY:
            codes = [code for code in codes if code in found]
        return [
            Row(
                names[code], found.get(code), self._area_url(self.kind, code), self.kind, code,
                self._span(self.kind, code),
            )
            for code in codes
        ]  # fmt: skip

    @property
    def parts_shown(self) -> list[Row]:
        """Those with a figure about students."""
        return [row for row in self.parts if row.open is not None][:MOST_ROWS]

    @property
    def left_out(self) -> int:
        return max(0, sum(row.open is not None for row in self.parts) - MOST_ROWS)

    @property
    def parts_hidden(self) -> list[Row]:
        """Those with too few students to show, or none; of gemeenten only where a place is free."""
        found = [row for row in self.parts if row.open is None]
        return [row for row in found if row.free] if self.kind == AreaLevel.MUNICIPALITY else found

    @cached_property
    def map(self) -> CountryMap | None:
        """The regions of the country with the number of students without a place; of the kind of the table if drawn."""
        if not self.is_country:
            return None
        kind = next(k for k in (self.kind, *self.kinds, AreaLevel.COROP) if k in DRAWINGS)
        found = {f.code: f for f in self.rows if f.table == PublishedTable.AREAS and f.level == kind}
        return draw(kind, {code: f.open for code, f in found.items()}, lambda code: self._area_url(kind, code))

    @cached_property
    def trend(self) -> Line | None:
        """The line of this area and period."""
        level, code = (self.nearest.level, self.nearest.code) if self.nearest else (self.level, self.code)
        return line_of(
            level=level,
            code=code,
            period=self.period,
            until=self.snapshot.day,
            definition=self.snapshot.definition,
        )

    @cached_property
    def counts_anew_since(self) -> dt.date | None:
        """Since when the words mean what they mean now, when that leaves counts out of the line; else None."""
        began = ShortageSnapshot.objects.began_with(self.snapshot.definition)
        return began if began is not None and began > self.snapshot.day - dt.timedelta(weeks=WEEKS) else None

    @property
    def nearest(self) -> Row | None:
        """The smallest area around with a figure, when the area itself has too few students to show."""
        if self.figure is not None and self.figure.open is not None:
            return None
        return next((row for row in self.around if row.open is not None), None)

    @property
    def levers(self) -> list[LeverLine]:
        """What helps most, in words."""
        return lines_of(self.best, self.names)

    @property
    def helped_area(self) -> Row | None:
        """The area around that 'what helps' is of, when this one has nothing that helps ten students or more."""
        if self.is_country or not self.best or self.best[0].level == self.level:
            return None
        return self.row_of(AreaLevel(self.best[0].level), self.best[0].code)

    @property
    def definitions(self) -> list[Definition]:
        """The words of this page, by the version this night was counted by."""
        known = {word.key: word for word in definitions(self.snapshot.definition)}
        return [known[key] for key in SHOWN_DEFINITIONS if key in known]

    @property
    def query(self) -> str:
        """What was chosen, for the addresses of files."""
        return urlencode({"periode": self.period.slug})

    @property
    def shows_expected(self) -> bool:
        """Whether the table of areas has a column for what is expected."""
        return any(row.expected for row in self.parts)

    @property
    def outlook(self) -> Outlook | None:
        """What is expected here at the start of the period; of the smallest area around when there is nothing of this one."""
        for row in (self.row_of(self.level, self.code), *self.around):
            found = self.expected.get((row.level, row.code))
            if found is not None:
                return Outlook(row, found, sentence(found, self.period))
        return None

    def _span(self, level: str, code: str) -> str:
        found = self.expected.get((level, code))
        return span(found) if found else ""

    def _mine(self, table: str) -> Iterable[PublishedFigure]:
        return (f for f in self.rows if f.table == table and f.level == self.level and f.code == self.code)

    def _find(self, table: str, level: str, code: str) -> PublishedFigure | None:
        return next((f for f in self.rows if f.table == table and f.level == level and f.code == code), None)

    def _area_url(self, level: str, code: str) -> str:
        return f"{reverse('shortage-area', args=[level, code])}?{self.query}"

    def row_of(self, level: AreaLevel, code: str) -> Row:
        """A line for any area, with its name and address."""
        name = self.names[level].get(code, code)
        url = reverse("shortage-public") if level == AreaLevel.COUNTRY else self._area_url(level, code)
        return Row(name, self._find(PublishedTable.AREAS, level, code), url, level, code, self._span(level, code))


def page_of(
    level: AreaLevel, code: str, chosen: QueryDict, snapshot: ShortageSnapshot | None, *, around: bool = False
) -> PublicPage | None:
    """Return the page of an area, or None when there is no such area or nothing was published yet (no `snapshot`).

    `chosen` holds the period and the kind of area of the table. With `around`, also the areas it lies in.
    """
    if snapshot is None:
        return None
    names = all_names()
    if code not in names[level]:
        return None
    periods = _periods(snapshot)
    if not periods:
        return None
    period = next((p for p in periods if p.slug == chosen.get("periode")), periods[0])
    rows = list(PublishedFigure.objects.filter(snapshot=snapshot, period=period).select_related("qualification"))
    kinds = _kinds(level, rows)
    kind = next((k for k in kinds if k == chosen.get("soort")), kinds[0])
    homes = homes_of(snapshot.day) if level != AreaLevel.COUNTRY else []
    inside = None if level == AreaLevel.COUNTRY else {h[kind] for h in homes if h.get(level) == code and kind in h}
    above = _above([h for h in homes if h.get(level) == code])
    page = PublicPage(
        snapshot=snapshot, period=period, periods=periods, level=level, code=code, name=names[level][code], kind=kind,
        kinds=kinds, rows=rows, names=names, inside=inside,
        best=_levers(snapshot, level, code, above), expected=expected_at(snapshot.day, period),
    )  # fmt: skip
    if around:
        for other in AROUND:
            if other in above and other != level:
                page.around.append(page.row_of(other, above[other]))
    return page


CHOICES = ("periode", "soort")
"""The parameters that a page depends on."""

_COLUMNS = ("id", "public_id", "day", "definition", "counts", "started_at", "finished_at", "status")
_newest = Prepared(
    lambda day: (
        ShortageSnapshot.objects.until(day)
        .filter(Exists(PublishedFigure.objects.filter(snapshot=OuterRef("pk"))))
        .annotate(newest_forecast=Subquery(PublishedForecast.objects.order_by("-pk").values("pk")[:1]))
        .values(*_COLUMNS, "newest_forecast")[:1]
    ),
    day=dt.date,
)


def newest_published() -> ShortageSnapshot | None:
    """The newest count of which figures were published, without the market; None when there is none. One query."""
    for row in _newest.rows(day=dt.date.max):
        found = instance(ShortageSnapshot, row)
        found.newest_forecast = row["newest_forecast"]  # type: ignore[attr-defined]
        return found
    return None


def key_of(snapshot: ShortageSnapshot | None) -> tuple[object, ...]:
    """What tells a count of `newest_published` apart, to keep what is drawn from it; what is expected comes a little later."""
    return (snapshot.pk, snapshot.finished_at, vars(snapshot)["newest_forecast"]) if snapshot else ()


def is_plain(page: PublicPage | None, chosen: QueryDict) -> bool:
    """Whether the address asks for what there is; other addresses can be made up without end."""
    if page is None:
        return False
    understood = {"periode": page.period.slug, "soort": page.kind.value}
    return all(chosen.get(name, "") in ("", understood[name]) for name in CHOICES)


def _periods(snapshot: ShortageSnapshot) -> list[StagePeriod]:
    """Periods of the night, the one with most students first to begin with."""
    found = list(
        StagePeriod.objects.filter(
            pk__in=PublishedFigure.objects.filter(snapshot=snapshot, level=AreaLevel.COUNTRY).values("period")
        ).order_by("starts_on", "ends_on")
    )
    return [p for p in found if p.ends_on >= snapshot.day] or found


def _kinds(level: AreaLevel, rows: list[PublishedFigure]) -> list[AreaLevel]:
    """The kinds of area the table can show: smaller than this area; arbeidsmarktregio's only where they are known."""
    if level != AreaLevel.COUNTRY:
        return [AreaLevel.MUNICIPALITY]
    known = {f.level for f in rows}
    return [kind for kind in PARTS if kind in known or kind != AreaLevel.LABOUR_MARKET]


def _above(homes: list[dict[AreaLevel, str]]) -> dict[AreaLevel, str]:
    """The areas that all of these gemeenten lie in, by kind; a region that crosses a border lies in no province."""
    found = {kind: {home.get(kind, "") for home in homes} for kind in AreaLevel}
    whole = {kind: codes.pop() for kind, codes in found.items() if len(codes) == 1}
    return {kind: code for kind, code in whole.items() if code} | {AreaLevel.COUNTRY: COUNTRY}


def _levers(
    snapshot: ShortageSnapshot, level: AreaLevel, code: str, above: dict[AreaLevel, str]
) -> list[PublishedLever]:
    """What helps here most: of the area itself, else of the smallest area around it that has something. One query.

    Of the country: of its provinces.
    """
    found = PublishedLever.objects.filter(snapshot=snapshot).select_related("qualification").order_by("position")
    if level == AreaLevel.COUNTRY:
        found = found.filter(level__in=[AreaLevel.COUNTRY, AreaLevel.PROVINCE])
        return _most_different(found[:MOST_READ], by_year=False)
    order = [(level, code), *((other, above[other]) for other in AROUND if other in above and other != level)]
    asked = Q()
    for kind, there in order:
        asked |= Q(level=kind, code=there)
    rows = list(found.filter(asked)[:MOST_READ])
    for kind, there in order:
        here = [row for row in rows if row.level == kind and row.code == there]
        if here:
            return _most_different(here, by_year=True)
    return []


def _most_different(levers: Iterable[PublishedLever], *, by_year: bool) -> list[PublishedLever]:
    """At most six, and no two that differ in days or opleiding only (of the country: no two of one province).

    The first of each is the one that helps most.
    """
    first: dict[tuple[str, str, int | None], PublishedLever] = {}
    for lever in levers:
        first.setdefault((lever.kind, lever.code, lever.year if by_year else None), lever)
    return list(first.values())[:MOST_LEVERS]
