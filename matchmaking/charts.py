"""Figures of runs as bars; lengths are SVG attributes, so that a page needs no style of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from matchmaking.enums import RunStatus
from matchmaking.models import MatchingRun

NIGHTS = 14


@dataclass(frozen=True)
class Lap:
    """How long one step of a run took, and its bar."""

    name: str
    seconds: float
    width: str


@dataclass(frozen=True)
class Night:
    """One published run in the chart of the last nights."""

    run: MatchingRun
    placed: int
    unplaced: int
    placed_width: str
    unplaced_width: str


def timings_of(run: MatchingRun) -> list[Lap]:
    """The steps of a run in their order, without the engine's own parts."""
    names = {
        "read": _("gegevens lezen"),
        "engine": _("verdelen en controleren"),
        "pack": _("invoer bewaren"),
        "publish": _("publiceren"),
        "mail": _("mails klaarzetten"),
    }
    known = {step: float(run.timings[step]) for step in names if step in run.timings}
    longest = max(known.values(), default=0) or 1
    return [Lap(names[step], seconds, _percent(seconds / longest)) for step, seconds in known.items()]


def history_of() -> list[Night]:
    """The last published nights, oldest first, as shares of the busiest one."""
    runs = list(
        MatchingRun.objects.filter(status=RunStatus.PUBLISHED).select_related("policy").defer("snapshot")[:NIGHTS]
    )
    most = max((run.counts.get("students", 0) for run in runs), default=0) or 1
    return [
        Night(
            run=run,
            placed=(placed := run.counts.get("placed", 0)),
            unplaced=(unplaced := run.counts.get("unplaced", 0)),
            placed_width=_percent(placed / most),
            unplaced_width=_percent(unplaced / most),
        )
        for run in reversed(runs)
    ]


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0), 1):.1f}%"
