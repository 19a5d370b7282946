"""The list of places: what was asked, what was found, in which order, with what each filter would leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.browse import facets, text
from placements.browse.cards import Card, cards, for_cards
from placements.browse.distance import distance
from placements.browse.options import Options
from placements.browse.pager import PER_PAGE, Pager, address, without
from placements.enums import Allowance, VacancyKind
from placements.filters import DAYS, DISTANCES, HOURS, SORTS, VacancyFilter, has_bit, on_days
from placements.fit import Fit, scores
from placements.models import Vacancy
from stagematch.ui.numbers import grouped
from stagematch.ui.prepared import Prepared
from students.models import PlacementSearch, Student

# How many places get the exact score of the matching on one page view; the rest follows in the rough order of SQL.
SCORED = 60


@dataclass(frozen=True)
class Choice:
    """One choice of a filter with its number, ready for a template."""

    value: str
    label: str
    number: int | None
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    url: str


def capital(words: object) -> str:
    """Return the words with a capital in front, as a choice in a form is written."""
    plain = str(words)
    return plain[:1].upper() + plain[1:]


_for_student = Prepared(
    lambda keys, student: for_cards(Vacancy.objects.filter(pk__in=keys), student),
    most=PER_PAGE,
    keys=list,
    student=int,
)


class Listing:
    """One visit to the list. Reads in a fixed number of queries; everything a template asks is ready or counted."""

    def __init__(self, query: QueryDict, *, student: Student | None, search: PlacementSearch | None) -> None:
        self.query = query
        self.student = student
        self.search = search
        self.options = Options()
        self.filters = VacancyFilter(
            query, Vacancy.objects.published(), options=self.options, home=search.home if search else None
        )
        self.counts = facets.count(self.filters)
        self.pager = Pager(query, self.counts.total)
        self.chosen: dict[str, Any] = self.filters.chosen

    @property
    def total(self) -> int:
        return self.counts.total

    @property
    def sort(self) -> str:
        return self.filters.sort

    def found(self) -> QuerySet[Vacancy]:
        """Return the vacancies that fulfil everything, in no order."""
        return self.filters.filter_queryset(self.filters.queryset).order_by()

    def _ordered(self) -> QuerySet[Vacancy]:
        rows, origin = self.found(), self.filters.origin
        newest = ("-publish_from", "-pk")
        if self.sort == "dichtbij" and origin is not None:
            return rows.annotate(km=distance(origin)).order_by("km", *newest)
        if self.sort == "reacties" and self.student is not None:
            return rows.with_open_applications().order_by(  # type: ignore[attr-defined, no-any-return]
                F("open_applications") * 1.0 / F("places"), *newest
            )
        if self.sort == "past":
            words = self.chosen.get("q", "")
            if self.search is not None:
                rows = rows.annotate(rough=rough_fit(self.search))
                near = [distance(origin).asc()] if origin else []
                return rows.order_by("-rough", *near, *newest)
            if text.exactly(words) is not None:
                return rows.order_by(text.relevance(words).desc(), *newest)
        return rows.order_by(*newest)

    def cards(self) -> list[Card]:
        """Return the cards of this page."""
        if not self.total:
            return []
        known: dict[int, Fit] | None = None
        if self.sort == "past" and self.search is not None:
            page, known = self._fitting(self.search)
        else:
            page = list(for_cards(self._ordered(), self.student)[self.pager.start : self.pager.stop])
        return cards(
            page, search=self.search, origin=self.filters.origin, known=known, can_save=self.student is not None
        )

    def _fitting(self, search: PlacementSearch) -> tuple[list[Vacancy], dict[int, Fit] | None]:
        """Return the places of this page, those that fit best first, and the fits that were worked out for it.

        All places are put in order by their keys and facts; what a card says is read and put in words for the page only.
        """
        start, stop = self.pager.start, self.pager.stop
        ordered = self._ordered().values_list("pk", flat=True)
        if start >= SCORED:
            return self._read(list(ordered[start:stop])), None
        best = list(ordered[:SCORED])
        scored = scores(search, best)
        if scored is not None:
            # Stable: places with the same score keep the rough order, so a page never shuffles.
            best.sort(key=scored.rank)
        page = self._read(best[start:stop])
        return page, scored.fits(page) if scored is not None else {}

    def _read(self, keys: list[int]) -> list[Vacancy]:
        """Return these places with all that a card says, in this order."""
        if self.student is not None:
            found: Iterable[Vacancy] = _for_student.objects(keys=keys, student=self.student.pk)
        else:
            found = for_cards(Vacancy.objects.filter(pk__in=keys), None)
        rows = {row.pk: row for row in found}
        return [rows[key] for key in keys if key in rows]

    # --- What the filter column shows -----------------------------------------------------------------------

    def _choices(self, name: str, rows: list[tuple[str, str, int | None]]) -> list[Choice]:
        """Choices that leave something, and the chosen ones even when they leave nothing."""
        on = self.chosen.get(name) or []
        on = [on] if isinstance(on, str) else on
        return [Choice(v, label, n, v in on) for v, label, n in rows if n is None or n > 0 or v in on]

    def _reference(self, name: str) -> list[Choice]:
        return self._choices(name, [(o.value, o.label, self.counts.of(name, o.pk)) for o in self.options.of(name)])

    @cached_property
    def doelgroep(self) -> list[Choice]:
        return self._reference("doelgroep")

    @cached_property
    def werkveld(self) -> list[Choice]:
        return self._reference("werkveld")

    @cached_property
    def opleiding(self) -> list[Choice]:
        # Counted by crebo: its versions are one opleiding.
        return self._choices(
            "opleiding",
            [(o.value, o.label, self.counts.of("opleiding", o.value)) for o in self.options.of("opleiding")],
        )

    @cached_property
    def periode(self) -> list[Choice]:
        return self._reference("periode")

    @cached_property
    def regio(self) -> list[tuple[str, list[Choice]]]:
        groups = [("provincie", _("Provincie")), ("corop", _("Kleiner gebied"))]
        return [
            (title, self._choices("regio", [(o.value, o.label, self.counts.of(f, o.pk)) for o in self.options.of(f)]))
            for f, title in groups
        ]

    @cached_property
    def leerjaar(self) -> list[Choice]:
        return self._choices(
            "leerjaar", [(y, _("Leerjaar %(year)s") % {"year": y}, self.counts.of("leerjaar", y)) for y in "1234"]
        )

    @cached_property
    def dag(self) -> list[Choice]:
        on = self.chosen.get("dag") or []
        weekend = {"za", "zo"}
        return [
            Choice(day, str(bit.label), self.counts.of("dag", day), day in on)
            for day, bit in DAYS.items()
            if day not in weekend or day in on or self.counts.of("dag", day)
        ]

    @cached_property
    def soort(self) -> list[Choice]:
        return self._choices(
            "soort", [(k.value, capital(k.label), self.counts.of("soort", k.value)) for k in VacancyKind]
        )

    @cached_property
    def vergoeding(self) -> list[Choice]:
        return self._choices(
            "vergoeding", [(a.value, capital(a.label), self.counts.of("vergoeding", a.value)) for a in Allowance]
        )

    @cached_property
    def toegankelijk(self) -> Choice:
        label = _("Zonder trap of drempel")
        return Choice("1", label, self.counts.of("toegankelijk", "1"), bool(self.chosen.get("toegankelijk")))

    @property
    def afstand(self) -> list[Choice]:
        km = str(self.filters.radius_km or "")
        return [Choice(str(d), _("Tot %(km)s km") % {"km": d}, None, str(d) == km) for d in DISTANCES]

    @property
    def uren(self) -> list[Choice]:
        return [
            Choice(str(h), _("%(hours)s uur per week") % {"hours": h}, None, str(h) == self.chosen.get("uren"))
            for h in HOURS
        ]

    @property
    def sorts(self) -> list[Choice]:
        """The orders to choose from; by reactions only for students, the order would count them for anybody."""
        shown = [(v, label) for v, label in SORTS if v != "reacties" or self.student is not None]
        return [Choice(v, str(label), None, v == self.sort) for v, label in shown]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The filters as hidden fields, for the small form that only sorts."""
        skip = {"sorteer", "pagina"}
        return [(k, v) for k, values in self.query.lists() if k not in skip for v in values if v]

    @cached_property
    def chips(self) -> list[Chip]:
        """What is on, each with the address that takes it off."""
        q, chips = self.query, []
        if words := self.chosen.get("q"):
            chips.append(Chip(f"“{words}”", without(q, "q")))
        if self.filters.place is not None:
            where = {"km": self.filters.radius_km, "place": self.filters.place.place}
            chips.append(Chip(_("Tot %(km)s km van %(place)s") % where, address(q, plaats=None, afstand=None)))
        elif self.filters.radius_km:
            chips.append(Chip(_("Tot %(km)s km van huis") % {"km": self.filters.radius_km}, address(q, afstand=None)))
        if self.chosen.get("uren"):
            chips.append(Chip(_("%(hours)s uur per week") % {"hours": self.chosen["uren"]}, without(q, "uren")))
        single = [choice for _title, choices in self.regio for choice in choices]
        groups: list[tuple[str, list[Choice]]] = [
            ("regio", single),
            ("dag", self.dag),
            ("doelgroep", self.doelgroep),
            ("werkveld", self.werkveld),
            ("leerjaar", self.leerjaar),
            ("opleiding", self.opleiding),
            ("periode", self.periode),
            ("vergoeding", self.vergoeding),
            ("soort", self.soort),
            ("toegankelijk", [self.toegankelijk]),
        ]
        for name, choices in groups:
            chips += [Chip(capital(c.label), without(q, name, c.value)) for c in choices if c.chosen]
        return chips

    @cached_property
    def title(self) -> str:
        """The heading: where, as far as we know it."""
        if self.filters.place is not None:
            return _("Stageplekken bij %(place)s") % {"place": self.filters.place.place}
        for _title, choices in self.regio:
            for choice in choices:
                if choice.chosen:
                    return _("Stageplekken in %(region)s") % {"region": choice.label}
        if self.search is not None and self.search.home is not None:
            return _("Stageplekken bij jou in de buurt")
        return _("Stageplekken in heel Nederland")

    @property
    def found_text(self) -> str:
        if not self.total:
            return _("Geen plekken gevonden")
        return ngettext("%(n)s plek gevonden", "%(n)s plekken gevonden", self.total) % {"n": grouped(self.total)}

    @property
    def ways_out(self) -> list[tuple[str, str]]:
        """When nothing was found: at most three searches that ask less. Each leaves out one thing that was asked."""
        return [(_("Zonder: %(filter)s") % {"filter": chip.label}, chip.url) for chip in reversed(self.chips[-3:])]


def rough_fit(search: PlacementSearch) -> Case | Any:
    """Return a rough score in SQL from the facts that weigh most; it only decides which places get the exact score."""
    programme = search.student.programme
    through = Vacancy.qualifications.through

    def points(condition: Any, value: int) -> Case:
        return Case(When(condition, then=Value(value)), default=Value(0), output_field=IntegerField())

    qualified = Exists(
        through._default_manager.filter(vacancy_id=OuterRef("pk"), qualification__crebo=programme.qualification.crebo)
    )
    return (
        points(qualified, 4)
        + points(has_bit("years", 1 << (search.student.year - 1)), 4)
        + points(Q(period_id=search.period_id), 4)
        + points(on_days(search.weekdays), 3)
        + points(Q(places_taken__lt=F("places")), 2)
    )
