"""What the last count knows of a search, told to its school as a reason to help (`placements.guidance`)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaking.engine.rules import Rule
from placements.guidance import Found, register_reason
from placements.guidance.enums import HelpAction, HelpReason
from shortages.enums import Situation
from shortages.models import SearchSituation

WEIGHT_NONE, WEIGHT_COMPETING = 60, 45


def register() -> None:
    """Let the list of students who need somebody know for whom no place fits. Called in `ready()`."""
    register_reason("shortages", situations_of)


def situations_of(searches: Collection[int]) -> dict[int, Found]:
    """Return, of these searches, those that no best division has a place for. One query."""
    rows = SearchSituation.objects.filter(search__in=searches, kind__in=sorted(Situation.structural()))
    columns = rows.values_list("search_id", "kind", "reason", "gain")  # hundreds of rows: no objects
    return {search: _found(search, kind, reason, gain) for search, kind, reason, gain in columns}


def _found(search: int, kind: str, reason: str, gain: int) -> Found:
    cause = f"no_fit:{search}"
    if kind == Situation.COMPETING:
        text = _("Er zijn te weinig plekken die passen.")
        return Found(HelpReason.NO_FIT, text, HelpAction.PLACE, WEIGHT_COMPETING, is_structural=True, cause=cause)
    if reason == Rule.DISTANCE and gain:
        more = ngettext("Verder reizen geeft %(n)d plek.", "Verder reizen geeft %(n)d plekken.", gain)
        text = _("Er is geen plek die past.") + " " + more % {"n": gain}
        return Found(HelpReason.NO_FIT, text, HelpAction.TRAVEL, WEIGHT_NONE, is_structural=True, cause=cause)
    text = _("Er is geen plek die past.")
    return Found(HelpReason.NO_FIT, text, HelpAction.PLACE, WEIGHT_NONE, is_structural=True, cause=cause)
