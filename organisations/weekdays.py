"""Sets of weekdays and of practical needs, as one small number each; and how people say them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.enums import Need, Weekday

_SHORT = {
    Weekday.MONDAY: gettext_lazy("ma"),
    Weekday.TUESDAY: gettext_lazy("di"),
    Weekday.WEDNESDAY: gettext_lazy("wo"),
    Weekday.THURSDAY: gettext_lazy("do"),
    Weekday.FRIDAY: gettext_lazy("vr"),
    Weekday.SATURDAY: gettext_lazy("za"),
    Weekday.SUNDAY: gettext_lazy("zo"),
}


def days_of(mask: int) -> list[Weekday]:
    """Return the days in `mask`, Monday first."""
    return [day for day in Weekday if mask & day]


def mask_of(days: Iterable[int]) -> int:
    """Return the set of `days` (numbers of `Weekday`) as one number."""
    mask = 0
    for day in days:
        mask |= int(day)
    return mask


def count(mask: int) -> int:
    """Return how many days (or needs) are in `mask`."""
    return mask.bit_count()


def listing(words: Iterable[str]) -> str:
    """Return 'a', 'a en b', 'a, b en c'."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s en %(last)s") % {"first": ", ".join(items[:-1]), "last": items[-1]}


def text(mask: int) -> str:
    """Return the days as one says them: 'maandag en dinsdag'; a longer row as 'maandag tot en met woensdag'."""
    days = days_of(mask)
    order = list(Weekday)
    in_a_row = len(days) > 2 and order.index(days[-1]) - order.index(days[0]) == len(days) - 1
    if in_a_row:
        return _("%(first)s tot en met %(last)s") % {"first": days[0].label, "last": days[-1].label}
    return listing(str(day.label) for day in days)


def short(mask: int) -> str:
    """Return the days for a narrow column: 'ma, di'."""
    return ", ".join(str(_SHORT[day]) for day in days_of(mask))


def needs_of(mask: int) -> list[Need]:
    """Return the needs in `mask`, in the order of the form."""
    return [need for need in Need if mask & need]


def needs_text(mask: int) -> str:
    """Return the needs as one says them: 'niet in de avond en rustig inwerken'; empty when there are none."""
    return listing(str(need.label) for need in needs_of(mask))
