"""How one cell is read: each parser gets a cell that is not empty and raises ValueError with a Dutch sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from stagematch.ui.tables.reading import normalise

Parser = Callable[[Any], Any]


def text(max_length: int) -> Parser:
    """Read text of at most `max_length` characters."""

    def parse(cell: Any) -> str:
        value = str(cell)
        if len(value) > max_length:
            raise ValueError(_("is langer dan %(max)d tekens.") % {"max": max_length})
        return value

    return parse


def whole_number(low: int, high: int) -> Parser:
    """Read a whole number between `low` and `high`, both included; 'leerjaar 2' is read as 2."""

    def parse(cell: Any) -> int:
        found = re.fullmatch(r"\D*?(-?\d{1,15})(?:[.,]0+)?\D*", str(cell))
        if not found:
            raise ValueError(_("‘%(cell)s’ is geen getal.") % {"cell": str(cell)[:80]})
        value = int(found.group(1))
        if not low <= value <= high:
            raise ValueError(
                _("%(value)d kan niet. Het moet tussen %(low)d en %(high)d liggen.")
                % {"value": value, "low": low, "high": high}
            )
        return value

    return parse


_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"], 1)
} | {"maa": 3}


def date(cell: Any) -> dt.date:
    """Read a date: an Excel date or its day number, 1-2-2027, 2027-02-01 or '1 februari 2027'."""
    if isinstance(cell, dt.date):
        return cell
    value = str(cell).strip().lower()
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", value):
        day, month, year = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ].*)?", value):
        year, month, day = map(int, found.groups())
    elif (found := re.fullmatch(r"(\d{1,2}) ([a-z]{3})[a-z]*\.? (\d{4})", value)) and found.group(2) in _MONTHS:
        day, month, year = int(found.group(1)), _MONTHS[found.group(2)], int(found.group(3))
    elif re.fullmatch(r"\d{5}", value) and 30_000 < int(value) < 80_000:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value))  # Excel's own day number
    else:
        raise ValueError(_("‘%(cell)s’ is geen datum. Schrijf bijvoorbeeld 1-2-2027.") % {"cell": value[:80]})
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(_("‘%(cell)s’ bestaat niet als datum.") % {"cell": cell}) from None


def one_of(choices: Mapping[str, Any], what: str) -> Parser:
    """Read one of a known list of words (by normalised name); `what` is the word for it in the message."""
    known = {normalise(name): value for name, value in choices.items()}

    def parse(cell: Any) -> Any:
        try:
            return known[normalise(cell)]
        except KeyError:
            some = ", ".join(list(choices)[:8])
            raise ValueError(
                _("‘%(cell)s’ kennen we niet als %(what)s. Bekend zijn bijvoorbeeld: %(some)s.")
                % {"cell": cell, "what": what, "some": some}
            ) from None

    return parse


def list_of(parse_one: Parser) -> Parser:
    """Read several values in one cell, with comma, semicolon, slash or a new line between them, or the word 'en'.

    A name that has 'en' in it ('School en werk') is tried whole first.
    """

    def parse_part(part: str) -> list[Any]:
        try:
            return [parse_one(part)]
        except ValueError:
            halves = [half.strip() for half in re.split(r"\ben\b", part) if half.strip()]
            if len(halves) < 2:
                raise
            try:
                return [parse_one(half) for half in halves]
            except ValueError:
                parse_one(part)  # says what is wrong with the whole, as it was written
                raise

    def parse(cell: Any) -> list[Any]:
        parts = [part.strip() for part in re.split(r"[,;/|\n]", str(cell)) if part.strip()]
        return [value for part in parts for value in parse_part(part)]

    return parse


_DAYS = {"ma": 1, "di": 2, "wo": 4, "do": 8, "vr": 16, "za": 32, "zo": 64}
_DAY_NAMES = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def _day(word: str) -> str:
    """Return the two letters of a day written whole or shortened, else the word itself."""
    return next((name[:2] for name in _DAY_NAMES if len(word) > 1 and name.startswith(word)), word)


def weekdays(cell: Any) -> int:
    """Read days as bits: 'ma, di', 'maandag en dinsdag', 'ma t/m do'."""
    value = str(cell).lower().replace("tot en met", "t/m").replace("tm", "t/m")
    if "weekend" in value:
        raise ValueError(_("‘%(cell)s’ is geen dag. Schrijf za of zo, als dat een stagedag is.") % {"cell": cell})
    mask = 0
    order = list(_DAYS)
    for part in re.split(r"[,;&+]|\ben\b", value):
        ends = [_day(word.strip(" .")) for word in part.split("t/m") if word.strip()]
        if not ends:
            continue
        unknown = [end for end in ends if end not in _DAYS]
        if unknown or len(ends) > 2:
            raise ValueError(_("‘%(cell)s’ zijn geen dagen. Schrijf bijvoorbeeld: ma, di, wo.") % {"cell": cell})
        first, last = order.index(ends[0]), order.index(ends[-1])
        if last < first:
            raise ValueError(_("‘%(cell)s’ loopt achteruit. Schrijf de eerste dag eerst.") % {"cell": cell})
        mask |= sum(_DAYS[day] for day in order[first : last + 1])
    if not mask:
        raise ValueError(_("‘%(cell)s’ zijn geen dagen. Schrijf bijvoorbeeld: ma, di, wo.") % {"cell": cell})
    return mask


def email(cell: Any) -> str:
    """Read one e-mail address, in lower case; names what is wrong with it."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    value = str(cell).strip().lower().removeprefix("mailto:")
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(_email_fault(value) % {"cell": str(cell)[:80]}) from None
    return value


def _email_fault(value: str) -> str:
    if value.count("@") > 1:
        return _("‘%(cell)s’ zijn meer e-mailadressen. Zet er één in de cel.")
    if "@" not in value:
        return _("‘%(cell)s’ is geen e-mailadres. Er hoort een @ in.")
    if "," in value:
        return _("‘%(cell)s’ is geen e-mailadres. Er staat een komma in; bedoel je een punt?")
    if re.search(r"\s", value):
        return _("‘%(cell)s’ is geen e-mailadres. Haal de spatie weg.")
    return _("‘%(cell)s’ is geen e-mailadres.")
