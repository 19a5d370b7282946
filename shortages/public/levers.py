"""'Wat helpt het meest?' for everybody, in words: places and regions, never students of a gemeente."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.weekdays import text as days_text
from shortages.enums import AreaLevel, LeverKind
from shortages.models import PublishedLever


@dataclass(frozen=True)
class LeverLine:
    """One line: what to do, why it helps, and that it helps at least so many students (a multiple of five)."""

    what: str
    why: str
    helped: int


def lines_of(levers: Iterable[PublishedLever], names: Mapping[AreaLevel, Mapping[str, str]]) -> list[LeverLine]:
    """Say published levers in words, in their order."""
    return [_line(lever, names[AreaLevel(lever.level)].get(lever.code, lever.code)) for lever in levers]


def _line(lever: PublishedLever, where: str) -> LeverLine:
    kind = LeverKind(lever.kind)
    what, why = _TEXTS[kind]
    parts = []
    if lever.year:
        parts.append(_("leerjaar %(year)d") % {"year": lever.year})
    if lever.days:
        parts.append(days_text(lever.days))
    if lever.qualification is not None:
        parts.append(lever.qualification.name)
    start = str(what) % {"where": where}
    return LeverLine(what=", ".join([start, *parts]), why=str(why), helped=lever.helped)


_TEXTS = {
    LeverKind.PLACE: (
        gettext_lazy("Meer plekken in %(where)s"),
        gettext_lazy("Elke extra plek plaatst een student meer, ook doordat iemand anders doorschuift."),
    ),
    LeverKind.SUPERVISION: (
        gettext_lazy("Meer uren begeleiding in %(where)s"),
        gettext_lazy("Er staan al plekken klaar. Er is alleen geen begeleider."),
    ),
    LeverKind.CALL: (
        gettext_lazy("Scholen in %(where)s bellen studenten die niet reageren"),
        gettext_lazy("Er is een plek vrij die past. Student en plek vonden elkaar nog niet."),
    ),
    LeverKind.WEEKDAY: (
        gettext_lazy("Scholen in %(where)s staan ook andere stagedagen toe"),
        gettext_lazy("Er is plek op andere dagen dan studenten nu kunnen."),
    ),
    LeverKind.TRAVEL: (
        gettext_lazy("Studenten in %(where)s reizen verder"),
        gettext_lazy("Verderop is wel plek die past."),
    ),
    LeverKind.YEAR: (
        gettext_lazy("Organisaties in %(where)s laten ook een ander leerjaar toe"),
        gettext_lazy("Er is plek, maar niet voor dit leerjaar."),
    ),
}
