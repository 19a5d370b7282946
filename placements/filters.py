"""The filters of the public list of places (features S3). Every value is a GET parameter, so a search can be shared."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import F, Func, IntegerField, Model, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from organisations.enums import Need, Weekday
from organisations.weekdays import mask_of
from placements.browse import text
from placements.browse.distance import within
from placements.browse.options import Options
from placements.enums import Allowance, VacancyKind
from placements.models import Vacancy
from stagematch.regions.models import PostcodeArea
from stagematch.regions.selectors import find_place

DAYS = {
    "ma": Weekday.MONDAY,
    "di": Weekday.TUESDAY,
    "wo": Weekday.WEDNESDAY,
    "do": Weekday.THURSDAY,
    "vr": Weekday.FRIDAY,
    "za": Weekday.SATURDAY,
    "zo": Weekday.SUNDAY,
}
DISTANCES = (5, 10, 15, 20, 30, 50, 75)
DEFAULT_DISTANCE = 20
MOST_ALIKE = 1000
HOURS = (8, 12, 16, 20, 24, 28, 32, 36)
SORTS = [
    ("past", _("Past het best")),
    ("dichtbij", _("Dichtbij")),
    ("reacties", _("Minste reacties")),
    ("nieuwste", _("Nieuwste eerst")),
]


class KnownChoice(forms.CharField):
    """One value from a list; something else in the address counts as nothing chosen, it is no reason for an error."""

    def __init__(self, *, choices: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = frozenset(choices)

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) and value in self.known else ""


class KnownChoices(forms.MultipleChoiceField):
    """Several values from a list, the unknown ones left out."""

    def clean(self, value: Any) -> list[str]:
        known = {str(key) for key, _label in cast("Iterable[tuple[Any, Any]]", self.choices)}
        return [v for v in dict.fromkeys(value or []) if v in known]


class Condition(django_filters.Filter):
    """A filter that can say what it asks as a condition, so that the counts can leave it out."""

    def __init__(
        self, *args: Any, faceted: bool = False, field_class: type[forms.Field] = KnownChoice, **kwargs: Any
    ) -> None:
        self.field_class = field_class
        self.faceted = faceted
        self.to_q: Callable[[Any], Q | None] = lambda value: None
        super().__init__(*args, **kwargs)

    def condition(self, value: Any) -> Q | None:
        """Return what this filter asks of a vacancy, or None when nothing was chosen."""
        return self.to_q(value) if value else None

    def filter(self, qs: QuerySet[Vacancy], value: Any) -> QuerySet[Vacancy]:
        condition = self.condition(value)
        return qs if condition is None else qs.filter(condition)


def _values(choices: Iterable[object]) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in choices]


def many(**kwargs: Any) -> Condition:
    return Condition(
        field_class=KnownChoices, faceted=True, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


def linked(through: type[Model], column: str, values: Sequence[int | str]) -> Q:
    """Return the condition that a many-to-many table links the vacancy to a row with one of `values` in `column`.

    A subquery on the table itself: Postgres hashes it once, where a join would double rows.
    """
    rows = through._default_manager.filter(**{f"{column}__in": values}).values("vacancy_id")
    return Q(pk__in=rows)


class BitCount(Func):
    """How many bits of a small number are one."""

    function = "bit_count"
    template = "bit_count((%(expressions)s)::bit(16))"
    output_field = IntegerField()


def on_days(mask: int) -> Q:
    """Return the condition that somebody who can on the days of `mask` can do the place: all its days if they are fixed,
    else as many of them as it asks."""
    fixed = Q(days_fixed=True) & Q(weekdays=F("weekdays").bitand(mask))
    free = Q(days_fixed=False) & Q(GreaterThanOrEqual(BitCount(F("weekdays").bitand(mask)), F("days_per_week")))
    return fixed | free


def has_bit(field: str, bit: int) -> Q:
    """Return the condition that the set in `field` holds `bit`."""
    return Q(GreaterThanOrEqual(F(field).bitand(bit), 1))


class VacancyFilter(django_filters.FilterSet):
    """Filters on published vacancies. `home` is where a signed-in student lives: the start of distances if no place is typed."""

    q = Condition(field_class=forms.CharField, label=_("Zoek op woord"), required=False, max_length=text.MAX_LENGTH)
    plaats = Condition(field_class=forms.CharField, label=_("Ik woon in"), required=False, max_length=80)
    afstand = Condition(choices=[str(km) for km in DISTANCES], label=_("Ik reis hooguit"), required=False)
    regio = Condition(label=_("Regio"), required=False, faceted=True)
    dag = many(label=_("Dagen"), choices=_values(DAYS))
    uren = Condition(choices=[str(n) for n in HOURS], label=_("Uren per week"), required=False)
    doelgroep = many(label=_("Doelgroep"))
    werkveld = many(label=_("Werkveld"))
    leerjaar = Condition(choices=["1", "2", "3", "4"], label=_("Leerjaar"), required=False, faceted=True)
    opleiding = Condition(label=_("Opleiding"), required=False, faceted=True)
    periode = many(label=_("Periode"))
    vergoeding = many(label=_("Vergoeding"), choices=_values(Allowance.values))
    soort = many(label=_("Soort stage"), choices=_values(VacancyKind.values))
    toegankelijk = Condition(choices=["1"], label=_("Toegankelijk"), required=False, faceted=True)
    sorteer = Condition(choices=[value for value, _label in SORTS], label=_("Sorteer"), required=False)

    class Meta:
        model = Vacancy
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Vacancy], *, options: Options, home: PostcodeArea | None = None
    ) -> None:
        super().__init__(data, queryset)
        self.options = options
        self.home = home
        self.is_alike = False
        for name in ("doelgroep", "werkveld", "periode"):
            self.form.fields[name].choices = [(o.value, o.label) for o in options.of(name)]
        for name, facets in {"regio": ("provincie", "corop"), "opleiding": ("opleiding",)}.items():
            self.form.fields[name].known = frozenset(o.value for facet in facets for o in options.of(facet))
        self.form.is_valid()
        self.chosen: dict[str, Any] = self.form.cleaned_data
        self._bind()

    def _bind(self) -> None:
        """Tell every filter what it asks; the ones on reference data need the options read for this page."""
        to_q: dict[str, Callable[[Any], Q | None]] = {
            "q": lambda _v: self.words,
            "dag": lambda days: on_days(mask_of(DAYS[day] for day in days)),
            "uren": lambda hours: Q(hours_min__lte=int(hours), hours_max__gte=int(hours)),
            "doelgroep": lambda v: self._linked(Vacancy.target_groups.through, "targetgroup_id", "doelgroep", v),
            "werkveld": lambda v: self._linked(Vacancy.work_fields.through, "workfield_id", "werkveld", v),
            "opleiding": lambda crebo: linked(Vacancy.qualifications.through, "qualification__crebo", [crebo]),
            "leerjaar": lambda year: has_bit("years", 1 << (int(year) - 1)),
            "periode": lambda v: Q(period_id__in=self.options.pks("periode", v)),
            "regio": self._region,
            "vergoeding": lambda v: Q(allowance__in=v),
            "soort": lambda v: Q(kind__in=v),
            "toegankelijk": lambda _v: Q(location__step_free=True) | has_bit("offers", Need.STEP_FREE),
        }
        for name, ask in to_q.items():
            self.filters[name].to_q = ask

    def _linked(self, through: type[Model], column: str, facet: str, values: list[str]) -> Q:
        return linked(through, column, self.options.pks(facet, values))

    def _region(self, code: str) -> Q | None:
        if option := self.options.get("provincie", code):
            return Q(location__postcode__province_id=option.pk)
        option = self.options.get("corop", code)
        return Q(location__postcode__corop_id=option.pk) if option else None

    @cached_property
    def words(self) -> Q | None:
        """What the typed words ask: the words themselves, or when nothing has them, words that look like them."""
        exact = text.exactly(self.chosen.get("q", ""))
        near = text.nearly(self.chosen.get("q", ""))
        if exact is None or near is None or self.queryset.filter(exact).exists():
            return exact
        # Read once, so that counts and list do not both pay for comparing letters.
        found = list(self.queryset.filter(near).order_by().values_list("pk", flat=True)[:MOST_ALIKE])
        self.is_alike = bool(found)
        return Q(pk__in=found) if found else exact

    @cached_property
    def place(self) -> PostcodeArea | None:
        """The place that was typed, if we know it."""
        typed = self.chosen.get("plaats", "").strip()
        return find_place(typed) if typed else None

    @property
    def place_unknown(self) -> bool:
        return bool(self.chosen.get("plaats", "").strip()) and self.place is None

    @property
    def origin(self) -> PostcodeArea | None:
        """Where distances start: the typed place, else home."""
        return self.place or self.home

    @property
    def radius_km(self) -> int | None:
        """How far somebody wants to travel; a typed place without a distance means the usual one."""
        if self.origin is None:
            return None
        chosen = self.chosen.get("afstand", "")
        return int(chosen) if chosen else DEFAULT_DISTANCE if self.place else None

    @property
    def sort(self) -> str:
        return self.chosen.get("sorteer") or "past"

    def conditions(self, *, faceted: bool) -> dict[str, Q]:
        """Return what was asked by name, of the filters that have counts or of those that have none."""
        asked = {
            name: condition
            for name, item in self.filters.items()
            if item.faceted is faceted and (condition := item.condition(self.chosen.get(name))) is not None
        }
        if not faceted and self.origin is not None and (km := self.radius_km):
            asked["afstand"] = within(self.origin, km)
        return asked

    def filter_queryset(self, queryset: QuerySet[Vacancy]) -> QuerySet[Vacancy]:
        """Return the vacancies that fulfil everything that was asked."""
        for asked in (self.conditions(faceted=False), self.conditions(faceted=True)):
            for condition in asked.values():
                queryset = queryset.filter(condition)
        return queryset
