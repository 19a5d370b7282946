"""'Wat helpt het meest?' in words: what to do, why it helps, how many students it places and what it takes.

What helps in a region is about students of every school, and a school may not learn numbers under five of others
(product R9): how often it works is told as everybody may know it (`shortages.told`), or not at all, and a gemeente is
named in a chain only when the school itself has somebody without a place there; the order tells nothing more either.
What the school itself can do is told exactly. That a team lacks supervision is told to schools with students in its
region, who can talk with it, and to nobody else outside its organisation.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organisations.models import Programme
from organisations.weekdays import text as days_text
from shortages.dashboard.areas import Area
from shortages.dashboard.cells import Row
from shortages.enums import LeverKind
from shortages.levers import EFFORT
from shortages.models import Lever
from shortages.told import helped_at_least
from stagematch.few import STEP

MOST = 40
FIRST = 5
PER_KIND = 2
"""Of one kind at most so many among the first five: five places more in a row tell less than different things to do."""
LEAST_SHARE = 0.1
"""A region counts when at least this part of the school's students without a place lives there."""
_OF_STUDENTS = (LeverKind.CALL, LeverKind.WEEKDAY, LeverKind.TRAVEL, LeverKind.YEAR)
_WIDER = (LeverKind.WEEKDAY, LeverKind.TRAVEL, LeverKind.YEAR)
Address = Callable[..., str]


@dataclass(frozen=True)
class LeverLine:
    """One line of the list. `number` students are placed by all of it, with the effort told in `effort`."""

    kind: LeverKind
    what: str
    why: str
    number: int
    effort: str
    url: str
    url_text: str

    @property
    def unit(self) -> str:
        return ngettext("student geplaatst", "studenten geplaatst", self.number)


def lines_of(
    *,
    snapshot: int,
    school: int,
    rows: Sequence[Row],
    regions: Mapping[int, Area],
    municipalities: Mapping[int, Area],
    region_kind: str,
    students: Address,
    what_if: Address,
) -> list[LeverLine]:
    """Return what helps this school, best first, at most 40: what it can do itself, and what helps in its regions. One query.

    `rows` are its cells and `regions` the region of each gemeente; `students` and `what_if` make the addresses of who
    it is about and of what more of it would do. Most students per hour of work goes first (`shortages.levers.EFFORT`).
    """
    inside = _regions_that_count(rows, regions)
    everybody = Q(school=None, region__in=inside) & ~Q(kind=LeverKind.CALL)  # whom to call is for their own school
    # The school's own programmes of the opleiding, whichever version of it the lever and they stand on.
    trained = Programme.objects.filter(school=school, qualification__crebo=OuterRef("qualification__crebo"))
    levers = (
        Lever.objects.filter(Q(school=school) | everybody, snapshot=snapshot)
        .select_related("region", "municipality", "qualification", "team__organisation")
        .annotate(programmes=ArraySubquery(trained.values("pk")))
    )
    own = {x.pk: _own_students(x, rows, regions) if x.kind == LeverKind.PLACE else 0 for x in levers}
    useful = [lever for lever in levers if lever.kind != LeverKind.PLACE or own[lever.pk]]
    useful.sort(
        key=lambda lever: (-lever.gain / _hours(lever), -own[lever.pk], -lever.gain * _times(lever), _name(lever))
    )
    named = {pk for row in rows if row.open and (pk := row.municipality) is not None}
    names = frozenset(area.name for pk, area in municipalities.items() if pk in named)
    several = len({lever.qualification_id for lever in useful if lever.kind == LeverKind.PLACE}) > 1
    return [
        _line(lever, own[lever.pk], names, region_kind, students, what_if, several=several)
        for lever in _varied(useful)[:MOST]
    ]


def _name(lever: Lever) -> tuple[str, str, int, int, int]:
    """To put equal ones in an order that tells nothing."""
    return lever.kind, lever.region.code if lever.region else "", lever.year or 0, lever.days or 0, lever.team_id or 0


def _regions_that_count(rows: Iterable[Row], regions: Mapping[int, Area]) -> set[int]:
    sizes: dict[int, int] = {}
    for row in rows:
        area = regions.get(row.municipality or 0)
        if area is not None:
            sizes[area.pk] = sizes.get(area.pk, 0) + row.open
    least = LEAST_SHARE * sum(sizes.values())
    return {pk for pk, size in sizes.items() if size and size >= least}


def _own_students(lever: Any, rows: Iterable[Row], regions: Mapping[int, Area]) -> int:
    """The school's students without a place that a place more could be for: by opleiding, region, leerjaar and days."""
    return sum(
        row.open
        for row in rows
        if (lever.qualification_id is None or row.programme in lever.programmes)
        and (lever.year in (None, row.year))
        and (lever.days is None or row.days & lever.days == lever.days)
        and (lever.region_id is None or _lies_in(row, lever.region_id, regions))
    )


def _lies_in(row: Row, region: int, regions: Mapping[int, Area]) -> bool:
    area = regions.get(row.municipality or 0)
    return area is not None and area.pk == region


def _hours(lever: Lever) -> float:
    fixed, per_student = EFFORT[LeverKind(lever.kind)]
    students = lever.direct if lever.kind == LeverKind.TRAVEL else lever.amount  # there the amount is kilometres
    return fixed + per_student * (students if lever.kind in _OF_STUDENTS else 0)


def _varied(levers: Sequence[Lever]) -> list[Lever]:
    """The same order, but with at most two of a kind among the first five."""
    first: list[Lever] = []
    for lever in levers:
        if len(first) < FIRST and sum(other.kind == lever.kind for other in first) < PER_KIND:
            first.append(lever)
    chosen = {lever.pk for lever in first}
    return [*first, *(lever for lever in levers if lever.pk not in chosen)]


def _line(
    lever: Lever,
    own: int,
    names: Collection[str],
    region_kind: str,
    students: Address,
    what_if: Address,
    *,
    several: bool,
) -> LeverLine:
    """`several`: there are extra places for more than one opleiding, so that each is named."""
    kind, times = LeverKind(lever.kind), _times(lever)
    group = {
        "gemeente": lever.municipality.code if lever.municipality and kind != LeverKind.SUPERVISION else "",
        "leerjaar": str(lever.year or ""),
        "soort": "stil" if kind == LeverKind.CALL else "structureel" if kind in _WIDER else "",
    }
    url, url_text = students(**{key: value for key, value in group.items() if value}), _("Bekijk de studenten")
    if kind == LeverKind.PLACE and lever.region is not None:
        asked = {
            "waar": f"{region_kind}:{lever.region.code}",
            "kwalificatie": lever.qualification.crebo if lever.qualification else "",
            "leerjaar": str(lever.year or ""),
            "dagen": str(lever.days or ""),
            "plekken": str(max(times, STEP)),
        }
        url = what_if(**asked)
        url_text = _("Reken het door")
    if kind == LeverKind.SUPERVISION:
        url, url_text = "", ""
    what = _WHAT[kind](lever)
    if several and kind == LeverKind.PLACE and lever.qualification is not None:
        what = f"{what}, {lever.qualification.name}"
    return LeverLine(
        kind=kind,
        what=what,
        why=_why(lever, own, names),
        number=lever.gain * times,
        effort=_effort(lever, times),
        url=url,
        url_text=url_text,
    )


def _times(lever: Lever) -> int:
    """How often it may be said that it works: exactly for what is the school's own, else a multiple of five, or once."""
    return max(1, lever.steps) if lever.school_id is not None else helped_at_least(lever) or 1


def _where(lever: Lever) -> str:
    place = lever.municipality or lever.region
    return str(place) if place else _("jullie regio")


def _place(lever: Lever) -> str:
    parts = [_("Een extra plek in %(place)s") % {"place": _where(lever)}]
    if lever.days:
        parts[0] += " " + _("op %(days)s") % {"days": days_text(lever.days)}
    if lever.year:
        parts.append(_("leerjaar %(year)d") % {"year": lever.year})
    return ", ".join(parts)


def _supervision(lever: Lever) -> str:
    hours = _("%(n)d uur begeleiding per week erbij") % {"n": lever.amount}
    if lever.team is None:
        return f"{_where(lever)}: {hours}"
    return _("%(team)s van %(organisation)s: %(hours)s") % {
        "team": lever.team.name,
        "organisation": lever.team.organisation.name,
        "hours": hours,
    }


def _call(lever: Lever) -> str:
    text = ngettext(
        "Bel %(n)d student die stil is, terwijl er een plek is die past",
        "Bel %(n)d studenten die stil zijn, terwijl er een plek is die past",
        lever.amount,
    ) % {"n": lever.amount}
    if lever.school_id is None:
        return _("%(place)s, alle scholen: %(text)s") % {"place": _where(lever), "text": text[:1].lower() + text[1:]}
    return f"{text} ({_('leerjaar %(year)d') % {'year': lever.year}})" if lever.year else text


def _weekday(lever: Lever) -> str:
    return _("Laat studenten ook op %(days)s op stage gaan") % {"days": days_text(lever.days or 0)}


def _travel(lever: Lever) -> str:
    return _("Studenten reizen %(n)d kilometer verder") % {"n": lever.amount}


def _year(lever: Lever) -> str:
    return _("Leerjaar %(year)s: laat ook plekken voor leerjaar %(other)s meetellen") % {
        "year": lever.year or "",
        "other": lever.example.get("as_year", ""),
    }


_WHAT: dict[LeverKind, Callable[[Lever], str]] = {
    LeverKind.PLACE: _place,
    LeverKind.SUPERVISION: _supervision,
    LeverKind.CALL: _call,
    LeverKind.WEEKDAY: _weekday,
    LeverKind.TRAVEL: _travel,
    LeverKind.YEAR: _year,
}
_BECAUSE = {
    LeverKind.SUPERVISION: gettext_lazy("Er staan al plekken klaar. Er is alleen geen begeleider."),
    LeverKind.CALL: gettext_lazy("In elke goede verdeling is er een plek voor hen. Ze reageren alleen niet meer."),
    LeverKind.WEEKDAY: gettext_lazy("Er is plek op die dag. Nu kunnen zij dan niet."),
    LeverKind.TRAVEL: gettext_lazy("Verderop is plek die past. Praat over reistijd."),
    LeverKind.YEAR: gettext_lazy("Daar is plek. Maak een afspraak met de organisaties over de taken."),
}


def _why(lever: Lever, own: int, names: Collection[str]) -> str:
    sentences = []
    kind = LeverKind(lever.kind)
    if kind in _BECAUSE:
        sentences.append(str(_BECAUSE[kind]))
    if kind in (LeverKind.PLACE, LeverKind.SUPERVISION):
        chain = lever.example.get("chain", [])
        sentences += chain_sentences([name if name in names else "" for name in chain])
        if _times(lever) > 1:
            sentences.append(_("Dit werkt minstens %(n)d keer.") % {"n": _times(lever)})
    if kind in _WIDER and lever.direct:
        text = ngettext(
            "%(n)d student krijgt er een plek bij die past.",
            "%(n)d studenten krijgen er een plek bij die past.",
            lever.direct,
        )
        sentences.append(text % {"n": lever.direct})
    if kind == LeverKind.PLACE:
        sentences.append(
            ngettext(
                "%(n)d student van jullie kan op deze dagen.", "%(n)d studenten van jullie kunnen op deze dagen.", own
            )
            % {"n": own}
        )
    return " ".join(sentences)


def chain_sentences(chain: Sequence[str]) -> list[str]:
    """Who goes directly and who then moves up: the gemeente of each, empty where it stays unsaid. Never a person."""
    if not chain:
        return []
    first = (
        _("Een student uit %(place)s gaat direct.") % {"place": chain[0]} if chain[0] else _("Eén student gaat direct.")
    )
    if len(chain) == 1:
        return [first]
    last = (
        _("Daardoor schuift een student uit %(place)s door.") % {"place": chain[1]}
        if chain[1]
        else _("Daardoor schuift een ander door.")
    )
    more = len(chain) - 2
    if not more:
        return [first, last]
    rest = ngettext("En daarna nog %(n)d student.", "En daarna nog %(n)d studenten.", more) % {"n": more}
    return [first, last, rest]


def _effort(lever: Lever, times: int) -> str:
    if lever.kind == LeverKind.PLACE:
        return _("per extra plek") if times == 1 else _("met %(n)d extra plekken") % {"n": times}
    if lever.kind == LeverKind.SUPERVISION:
        return _("met %(n)d uur per week") % {"n": lever.amount * times}
    if lever.kind == LeverKind.CALL:
        return ngettext("met %(n)d telefoontje", "met %(n)d telefoontjes", lever.amount) % {"n": lever.amount}
    if lever.kind == LeverKind.TRAVEL:
        return _("met een gesprek over reistijd")
    if lever.kind == LeverKind.WEEKDAY:
        return _("met een ander rooster")
    return _("met één afspraak")
