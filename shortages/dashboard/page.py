"""Everything 'Tekort in beeld' shows of one school, as asked for in the address."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Organisation, Programme, StagePeriod
from shortages.ahead.schools import choose, schools_in_short
from shortages.dashboard.areas import REGIONS, Area, AreaKind, Atlas, atlas_of
from shortages.dashboard.cells import Counted, Night, Row, Totals, night_of, read_cells
from shortages.dashboard.levers import FIRST, LeverLine, lines_of
from shortages.dashboard.pictures import HeatTable, TileMap, Units, heat_of, map_of
from shortages.dashboard.places import WORDS, PlaceRow, first_of, heads, places_of
from shortages.dashboard.trend import HALF_YEAR, YEAR, Trend, trend_of
from shortages.models import ShortageSnapshot
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.kept import kept

KEPT_SECONDS = 26 * 60 * 60
"""A little longer than from one count to the next."""


@dataclass(frozen=True)
class Choice:
    """An option of a filter."""

    value: str
    label: str
    chosen: bool


class Dashboard:
    """The page of one school. Five queries when all of it is shown, whatever the number of students.

    Raises Http404 for a school that is not one's own. Any other part of the address that makes no sense is left aside.
    """

    def __init__(self, user: User, query: QueryDict) -> None:
        self.user = user
        self.query = query
        self.schools = schools_in_short(user)
        self.school: Organisation | None = choose(self.schools, query.get("school", ""))

    # --- What was counted ---

    @cached_property
    def _counted(self) -> Counted:
        if self.school is None or self.night is None:
            return read_cells(None, None)
        # A count is history: what it says of a school stays the same (decision 8).
        of = [self.school.pk, self.night.pk, self.night.finished_at]
        return kept("shortage-cells", of, lambda: read_cells(self.school, self.night), seconds=KEPT_SECONDS)

    @cached_property
    def night(self) -> Night | None:
        """The newest count that succeeded."""
        return night_of(self.school)

    @property
    def counted_at(self) -> dt.datetime | None:
        return self.night.counted_at if self.night else None

    @property
    def counted_today(self) -> bool:
        return self.counted_at is not None and self.counted_at.date() == today()

    @property
    def counted_at_night(self) -> bool:
        return self.counted_at is not None and self.counted_at.hour < 7

    @property
    def is_old(self) -> bool:
        """Whether a night went by without a count."""
        return self.night is not None and (today() - self.night.day).days > 1

    # --- What the reader chose ---

    @property
    def periods(self) -> list[StagePeriod]:
        """Periods in which this school has students."""
        return self._counted.periods

    @cached_property
    def period(self) -> StagePeriod | None:
        """The period asked for; else the one not yet begun that most students are in, else the last."""
        asked = next((p for p in self.periods if p.slug == self.query.get("periode")), None)
        if asked is not None or not self.periods:
            return asked
        sizes: dict[int, int] = {}
        for row in self._counted.rows:
            sizes[row.period] = sizes.get(row.period, 0) + row.counts[0]
        ahead = [p for p in self.periods if p.starts_on > today()]
        return max(ahead, key=lambda p: (sizes[p.pk], -p.starts_on.toordinal())) if ahead else self.periods[-1]

    @property
    def programmes(self) -> list[Programme]:
        """Opleidingen with students, to choose from when there are several."""
        return self._counted.programmes

    @cached_property
    def programme(self) -> Programme | None:
        asked = self.query.get("opleiding")
        return next((p for p in self.programmes if str(p.public_id) == asked), None)

    @cached_property
    def atlas(self) -> Atlas:
        """Where the gemeenten lie that students of this school live in."""
        known = {row.municipality for row in self._counted.rows if row.municipality is not None}
        return atlas_of(known, self.night.day) if self.night else Atlas()

    @cached_property
    def area_kind(self) -> AreaKind:
        asked = self.query.get("gebied", "")
        if asked in ("", AreaKind.MUNICIPALITY):
            return AreaKind.MUNICIPALITY  # without looking where anything lies
        return next((k for k in self.atlas.kinds if k == asked), AreaKind.MUNICIPALITY)

    @property
    def areas(self) -> Mapping[int, Area]:
        """The area of every gemeente, of the kind that was chosen."""
        return self.atlas.of(self.area_kind)

    @property
    def region_kind(self) -> AreaKind:
        """The kind of region that what helps is told for."""
        if self.area_kind in REGIONS:
            return self.area_kind
        return AreaKind.LABOUR_MARKET if self.atlas.knows_labour_market else AreaKind.COROP

    # --- What the page shows ---

    @cached_property
    def rows(self) -> list[Row]:
        """The cells of the chosen period and opleiding."""
        if self.period is None:
            return []
        period, programme = self.period.pk, self.programme.pk if self.programme else None
        return [row for row in self._counted.rows if row.period == period and programme in (None, row.programme)]

    @cached_property
    def totals(self) -> Totals:
        return Totals.of(self.rows)

    @cached_property
    def units(self) -> Units:
        return Units.of(self.totals)

    @property
    def headline(self) -> str:
        """What the number is of."""
        return ngettext("student heeft nog geen plek", "studenten hebben nog geen plek", self.totals.open)

    @property
    def summary(self) -> str:
        """'Van 286 studenten zijn er 201 geplaatst en 43 in gesprek. Vorig jaar waren het er op dit moment 77.'"""
        total = self.totals
        text = ngettext(
            "Het gaat om %(n)d student: %(placed)d geplaatst en %(talking)d in gesprek.",
            "Van %(n)d studenten zijn er %(placed)d geplaatst en %(talking)d in gesprek.",
            total.students,
        ) % {"n": total.students, "placed": total.placed, "talking": total.talking}
        before = self.trend.before
        if before is None:
            return text
        last_year = ngettext(
            "Vorig jaar was het er op dit moment %(n)d.", "Vorig jaar waren het er op dit moment %(n)d.", before
        )
        return f"{text} {last_year % {'n': before}}"

    @property
    def structural_text(self) -> str:
        """What structural shortage is, and what it asks for."""
        return _(
            "Er bestaat geen plek die past bij hun dagen, leerjaar en reistijd, of er zijn er te weinig. "
            "Zoeken helpt niet. Hier is een extra plek nodig."
        )

    @property
    def friction_text(self) -> str:
        """What friction is, and what it asks for."""
        return _(
            "Er is wel een plek vrij die past. De student en de plek vonden elkaar nog niet. Hier helpt begeleiding."
        )

    @property
    def words_shown(self) -> frozenset[str]:
        """The words of this page, explained below it; the rest is behind a click."""
        return frozenset({"open", "talking", "structural", "frictional", "fitting", "silent"}) | WORDS

    @cached_property
    def places(self) -> list[PlaceRow]:
        """The places of the areas where students live, of the kind that was chosen, and of the country."""
        if self.night is None or self.period is None:
            return []
        return places_of(
            self._counted.published, period=self.period.pk, kind=self.area_kind, areas=self.areas, rows=self.rows
        )

    @property
    def first_places(self) -> list[PlaceRow]:
        """Those on the page; all of them are in the report."""
        return first_of(self.places)

    @property
    def places_heads(self) -> list[str]:
        return heads()

    @property
    def places_kind(self) -> str:
        """What a row of the table is."""
        return str(self.area_kind.label)

    @cached_property
    def levers(self) -> list[LeverLine]:
        """What helps, best first."""
        if self.night is None or self.school is None or not self.totals.open:
            return []
        return lines_of(
            snapshot=self.night.pk,
            school=self.school.pk,
            rows=self.rows,
            regions=self.atlas.of(self.region_kind),
            municipalities=self.atlas.of(AreaKind.MUNICIPALITY),
            region_kind=self.region_kind,
            students=self._students_url,
            what_if=self._what_if_url,
        )

    @property
    def shows_all_levers(self) -> bool:
        return self.query.get("alles") == "ja"

    @property
    def shown_levers(self) -> list[LeverLine]:
        """The first five, or all of them when asked for."""
        return self.levers if self.shows_all_levers else self.levers[:FIRST]

    @cached_property
    def trend(self) -> Trend:
        if self.night is None or self.school is None or self.period is None:
            return Trend([], 3)
        return trend_of(
            day=self.night.day,
            definition=self.night.definition,
            school=self.school,
            period=self.period,
            programme=self.programme,
        )

    @cached_property
    def counts_anew_since(self) -> dt.date | None:
        """Since when the words mean what they mean now, when that leaves counts out of the line; else None."""
        if self.night is None:
            return None
        began = ShortageSnapshot.objects.began_with(self.night.definition)
        return began if began is not None and began > self.night.day - YEAR - HALF_YEAR else None

    @cached_property
    def map(self) -> TileMap:
        parameter = "gemeente" if self.area_kind == AreaKind.MUNICIPALITY else "regio"
        return map_of(self.rows, self.areas, lambda code: self._students_url(**{parameter: code}))

    @cached_property
    def heat(self) -> HeatTable:
        return heat_of(self.rows, self._students_url)

    # --- Addresses ---

    @cached_property
    def _kept(self) -> dict[str, str]:
        """What stays in every address of these pages."""
        kept = {}
        if self.school is not None and len(self.schools) > 1:
            kept["school"] = self.school.slug
        if self.period is not None and self.query.get("periode"):
            kept["periode"] = self.period.slug
        if self.programme is not None:
            kept["opleiding"] = str(self.programme.public_id)
        if self.area_kind != AreaKind.MUNICIPALITY:
            kept["gebied"] = self.area_kind.value
        return kept

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The choices of this page, for a form that keeps them."""
        return list(self._kept.items())

    @property
    def school_query(self) -> str:
        """'?school=…' for who has several; the other pages choose their own period."""
        return f"?{urlencode({'school': self._kept['school']})}" if "school" in self._kept else ""

    def url(self, name: str, **more: str) -> str:
        """Return the address of one of these pages with the same choices and `more`."""
        query = urlencode({**self._kept, **more})
        return f"{reverse(name)}?{query}" if query else reverse(name)

    def _students_url(self, **more: str) -> str:
        return self.url("shortage-students", **more)

    def _what_if_url(self, **more: str) -> str:
        return self.url("shortage-what-if", **more)

    @cached_property
    def links(self) -> dict[str, str]:
        """Where the page leads, with its choices."""
        everything = {"alles": "ja"} if self.shows_all_levers else {}
        return {
            "page": self.url("shortage-dashboard"),
            "all_levers": self.url("shortage-dashboard", alles="ja"),
            "students": self._students_url(),
            "structural": self._students_url(soort="structureel"),
            "friction": self._students_url(soort="frictie"),
            "what_if": self._what_if_url(),
            "pdf": self.url("shortage-pdf", **everything),
            "pdf_names": self.url("shortage-pdf", **everything, namen="ja"),
            "xlsx": self.url("shortage-xlsx"),
        }

    @property
    def school_choices(self) -> list[Choice]:
        return [Choice(s.slug, s.name, s == self.school) for s in self.schools]

    @property
    def period_choices(self) -> list[Choice]:
        return [Choice(p.slug, p.name, p == self.period) for p in self.periods]

    @property
    def programme_choices(self) -> list[Choice]:
        return [Choice(str(p.public_id), p.name, p == self.programme) for p in self.programmes]

    @property
    def area_choices(self) -> list[Choice]:
        return [Choice(k.value, str(k.label), k == self.area_kind) for k in self.atlas.kinds]
