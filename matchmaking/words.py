"""The sentences of an explanation, in plain Dutch. Each is true to the numbers the engine used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from organisations import weekdays
from placements.models import Vacancy
from students.models import PlacementSearch

SHOWN_GOALS = 3


@dataclass(frozen=True)
class Goals:
    """What a student wants to learn and what of it can be learnt somewhere, as names."""

    wanted: int
    shared: list[str]
    place_says: bool  # whether the organisation filled in what can be learnt


def _days(mask: int) -> str:
    return _days_in(mask, get_language() or "")


@lru_cache(maxsize=512)
def _days_in(mask: int, _language: str) -> str:
    """The words of a set of days, once per language: a list page asks for the same few sets again and again."""
    return weekdays.text(mask)


def days(search: PlacementSearch, vacancy: Vacancy, *, ok: bool) -> str:
    shared = search.weekdays & vacancy.weekdays
    all_days = _days(vacancy.weekdays)
    if ok and shared == vacancy.weekdays:
        return _("De plek is op %(days)s. Dan kun jij.") % {"days": all_days}
    if ok:
        return _("De plek kan op %(days)s. Jij kunt op %(shared)s. Dat zijn genoeg dagen.") % {
            "days": all_days,
            "shared": _days(shared),
        }
    if vacancy.days_fixed and shared != vacancy.weekdays:
        return _("Op deze plek ben je er altijd op %(days)s. Jij kunt niet op %(missing)s.") % {
            "days": all_days,
            "missing": _days(vacancy.weekdays & ~search.weekdays),
        }
    if not shared:
        return _("De plek is op %(days)s. Dan kun jij niet.") % {"days": all_days}
    needed = max(search.days_per_week, vacancy.days_per_week)
    return _("Er zijn %(needed)d dagen nodig. Jullie hebben samen alleen %(shared)s.") % {
        "needed": needed,
        "shared": _days(shared),
    }


def hours(search: PlacementSearch, vacancy: Vacancy) -> str:
    if vacancy.hours_min == vacancy.hours_max:
        return _("De plek vraagt %(hours)d uur per week. Jij zoekt %(own)d uur.") % {
            "hours": vacancy.hours_min,
            "own": search.hours_per_week,
        }
    return _("De plek vraagt %(low)d tot %(high)d uur per week. Jij zoekt %(own)d uur.") % {
        "low": vacancy.hours_min,
        "high": vacancy.hours_max,
        "own": search.hours_per_week,
    }


def programme(year: int, vacancy: Vacancy, *, crebo: bool, leerjaar: bool, route: bool, own_route: str) -> str:
    years = weekdays.listing(str(n) for n in range(1, 5) if vacancy.years & 1 << (n - 1))
    if not crebo:
        return _("De plek is niet voor jouw opleiding.")
    if not leerjaar:
        return _("De plek is voor leerjaar %(years)s. Jij zit in leerjaar %(year)d.") % {"years": years, "year": year}
    if not route:
        return _("De plek is niet voor de leerweg %(route)s.") % {"route": own_route}
    return _("De plek is voor jouw opleiding, leerjaar %(years)s. Jij zit in leerjaar %(year)d.") % {
        "years": years,
        "year": year,
    }


def kilometres(metres: int) -> str:
    """A distance as one says it: whole kilometres from 3 on, halves below."""
    if metres < 750:
        return _("minder dan 1 kilometer")
    value = round(metres / 1000) if metres >= 2750 else round(metres / 500) / 2
    number = str(value).replace(".0", "").replace(".", ",")
    return _("ongeveer %(km)s kilometer") % {"km": number}


def distance(search: PlacementSearch, metres: int, *, ok: bool) -> str:
    if ok:
        return _("De plek is %(km)s van jouw huis. Jij wilt hooguit %(limit)d kilometer.") % {
            "km": kilometres(metres),
            "limit": search.max_distance_km,
        }
    return _("De plek is %(km)s van jouw huis. Dat is verder dan jouw %(limit)d kilometer.") % {
        "km": kilometres(metres),
        "limit": search.max_distance_km,
    }


def target_groups(wanted: list[str], offered: list[str], shared: list[str]) -> str:
    here = weekdays.listing(offered)
    if not wanted:
        if not here:
            return _("Jij koos nog geen doelgroep. De organisatie ook niet.")
        return _("Jij koos nog geen doelgroep. Hier werk je met %(here)s.") % {"here": here}
    if shared:
        return _("Jij koos %(shared)s. Daar werk je hier mee.") % {"shared": weekdays.listing(shared)}
    if not here:
        return _("De organisatie vulde geen doelgroep in. Jij koos %(wanted)s.") % {"wanted": weekdays.listing(wanted)}
    return _("Hier werk je met %(here)s. Jij koos %(wanted)s.") % {"here": here, "wanted": weekdays.listing(wanted)}


def goals(known: Goals) -> str:
    if not known.wanted:
        return _("Jij koos nog geen leerdoelen. Vul ze in, dan zie je wat je hier kunt leren.")
    if not known.place_says:
        return _("De organisatie heeft niet ingevuld wat je hier kunt leren.")
    if not known.shared:
        return _("Wat jij wilt leren, kan hier niet.")
    if len(known.shared) == known.wanted:
        start = ngettext("Je leerdoel kan hier", "Al je %(n)d leerdoelen kunnen hier", known.wanted) % {
            "n": known.wanted
        }
    else:
        start = ngettext(
            "Van jouw %(n)d leerdoelen kan er hier 1",
            "Van jouw %(n)d leerdoelen kunnen er hier %(k)d",
            len(known.shared),
        ) % {"n": known.wanted, "k": len(known.shared)}
    shown = ", ".join(known.shared[:SHOWN_GOALS])
    more = _(" en meer") if len(known.shared) > SHOWN_GOALS else ""
    return f"{start}: {shown}{more}."


def period(search: PlacementSearch, vacancy: Vacancy) -> str:
    return _("De plek is van %(start)s tot en met %(end)s. Jij zoekt van %(own_start)s tot en met %(own_end)s.") % {
        "start": date_format(vacancy.starts_on, "j F Y"),
        "end": date_format(vacancy.ends_on, "j F Y"),
        "own_start": date_format(search.starts_on, "j F Y"),
        "own_end": date_format(search.ends_on, "j F Y"),
    }


def needs(missing: int) -> str:
    return _("Dit heb jij nodig, en kan hier niet: %(needs)s.") % {"needs": weekdays.needs_text(missing)}


def deadline(day: dt.date) -> str:
    return _("Je kon reageren tot en met %(day)s.") % {"day": date_format(day, "j F")}
