"""Figures of runs as bars; lengths are SVG attributes, so that a page needs no style of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from matchmaking.enums import RunStatus, RunTrigger
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
        MatchingRun.objects.filter(status=RunStatus.PUBLISHED)
        .exclude(trigger=RunTrigger.DAYTIME)
        .select_related("policy")
        .defer("snapshot")[:NIGHTS]
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


@dataclass(frozen=True)
class Figure:
    """One figure now and before, with the words for it; `before` is None when there is nothing to compare with."""

    name: str
    now: str
    before: str | None
    change: str


@dataclass(frozen=True)
class GroupRow:
    """The share of one group with a proposal, now and before, as bars."""

    name: str
    students: int
    now: int
    before: int | None

    @property
    def now_width(self) -> str:
        return f"{self.now}%"

    @property
    def before_width(self) -> str:
        return f"{self.before or 0}%"


@dataclass(frozen=True)
class Comparison:
    """A run beside another: figures, groups, and how many students it changes something for."""

    with_what: str
    figures: list[Figure]
    groups: list[tuple[str, list[GroupRow]]]
    moves: list[tuple[str, int]]


def comparison_of(run: MatchingRun) -> Comparison | None:
    """The comparison a run carries, ready to show; None for a run without figures."""
    now = run.comparison.get("figures")
    if not now:
        return None
    before = run.comparison.get("before")
    names = {
        "students": _("studenten die meedoen"),
        "placed": _("met een voorstel uit de verdeling"),
        "without_candidates": _("zonder één passende plek"),
        "first_choice": _("kreeg de eerste van de eigen lijst"),
        "top3": _("kreeg een van de eerste 3"),
        "top10": _("kreeg een van de eerste 10"),
        "mean_score": _("punten van een voorstel, gemiddeld"),
        "hard_cases": _("studenten die overal voorgaan, door vaak nee"),
        "hard_cases_unplaced": _("waarvan zonder voorstel"),
    }
    rows = [_figure(label, now[name], before[name] if before else None) for name, label in names.items()]
    titles = {
        "rejections": (_("Naar hoe vaak een student nee kreeg"), _("%(n)d keer of vaker")),
        "weeks": (_("Naar hoe lang een student zoekt"), _("%(n)d weken of langer")),
        "leerjaar": (_("Naar leerjaar"), _("leerjaar %(n)d")),
    }
    groups = []
    for kind, (title, row_name) in titles.items():
        old = {step: (n, got) for step, n, got in before["groups"][kind]} if before else {}
        groups.append(
            (
                title,
                [
                    GroupRow(
                        row_name % {"n": step},
                        n,
                        round(100 * got / n),
                        round(100 * old[step][1] / old[step][0]) if old.get(step, (0, 0))[0] else None,
                    )
                    for step, n, got in now["groups"][kind]
                    if n
                ],
            )
        )
    words = {
        "same": _("krijgen dezelfde plek voorgesteld"),
        "other": _("krijgen een andere plek voorgesteld"),
        "gained": _("krijgen wel een voorstel, nu niet"),
        "lost": _("krijgen geen voorstel, nu wel"),
        "neither": _("krijgen nu geen voorstel en dan ook niet"),
    }
    moves = [(words[name], number) for name, number in run.comparison.get("moves", {}).items()]
    return Comparison(run.comparison.get("before_name", ""), rows, groups, moves)


def _figure(name: str, now: float, before: float | None) -> Figure:
    change = "" if before is None or now == before else f"{now - before:+g}"
    return Figure(name, f"{now:g}", None if before is None else f"{before:g}", change)
