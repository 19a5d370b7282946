"""How fair a season is: who got a place, by how often they were refused, how long they searched, region and leerjaar.

The figures are counted once a day and kept (features R6); `public` makes of them what anybody may see (R9): shares
in steps of 5 per cent of groups of at least `LEAST` students, so that no number of students can be worked out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from matchmaking.enums import RunStatus, RunTrigger
from matchmaking.models import FairnessReport, MatchingRun
from matchmaking.services.compare import REJECTION_STEPS, WEEK_STEPS
from matchmaking.services.policies import SEASON_STARTS, season_seed

LEAST = 40
"""A group smaller than this is not shown: from 40 students on every step of 5 per cent stands for two or more counts."""
STEP = 5
OTHER_REGION = "-"
_NUMBERED = ("rejections", "weeks")

# A search of the season counts as placed when an application for it was accepted. Weeks are from the first day of
# searching to the yes, or to today.
_SEARCHES = """
    SELECT st.id, st.rejections, st.year, coalesce(rg.name, '-') AS province, p.at IS NOT NULL AS placed,
           greatest(0, (coalesce(p.at::date, %(day)s) - s.opened_on) / 7) AS weeks,
           EXISTS (SELECT FROM matchmaking_proposal pr WHERE pr.search_id = s.id AND pr.status <> 'concept') AS proposed
    FROM students_placementsearch s
    JOIN students_student st ON st.id = s.student_id
    LEFT JOIN regions_postcodearea pc ON pc.id = s.home_id
    LEFT JOIN regions_region rg ON rg.id = pc.province_id
    LEFT JOIN LATERAL (SELECT min(pl.agreed_at) AS at FROM placements_placement pl
                       JOIN placements_application a ON a.id = pl.application_id WHERE a.search_id = s.id) p ON true
    WHERE s.starts_on >= %(from)s AND s.starts_on < %(until)s AND s.opened_on IS NOT NULL
"""


@dataclass(frozen=True)
class Bar:
    """One group on the public page: its name and the share with a place, or None when the group is too small."""

    name: str
    percent: int | None

    @property
    def width(self) -> str:
        """The length of its bar, as an SVG attribute."""
        return f"{self.percent or 0}%"


def keep(run: MatchingRun) -> FairnessReport:
    """Count the season as it is after `run` and keep it; a second run of the day writes the same row again."""
    report, _made = FairnessReport.objects.update_or_create(
        day=run.night, defaults={"season": season_seed(run.night), "figures": count(run.night)}
    )
    return report


def count(day: dt.date) -> dict[str, Any]:
    """Return per kind of group rows of (group, students, with a proposal, placed), and the totals of the season's nights."""
    season = season_seed(day)
    between = {"day": day, "from": dt.date(season, SEASON_STARTS, 1), "until": dt.date(season + 1, SEASON_STARTS, 1)}
    groups = {
        "rejections": _steps("rejections", REJECTION_STEPS),
        "weeks": _steps("weeks", WEEK_STEPS),
        "leerjaar": "year::text",
        "province": "province",
    }
    columns = ", ".join(f"{expression} AS {name}" for name, expression in groups.items())
    sets = ", ".join(f"({name})" for name in groups)
    found: dict[str, Any] = {name: [] for name in groups}
    with connection.cursor() as cursor:
        # One look at the searches for all kinds of group: four would be most of a night at the size of the sector.
        cursor.execute(
            f"SELECT grouping({', '.join(groups)}), coalesce({', '.join(f'{name}::text' for name in groups)}), "  # noqa: S608 -- own text
            "count(*), count(*) FILTER (WHERE proposed), count(*) FILTER (WHERE placed) "
            f"FROM (SELECT {columns}, proposed, placed FROM ({_SEARCHES}) one) x GROUP BY GROUPING SETS ({sets})",
            between,
        )
        rows = cursor.fetchall()
    for at, name in enumerate(groups):
        # GROUPING has a 0 bit for the column a row is grouped by, the first column highest.
        only = (1 << len(groups)) - 1 - (1 << (len(groups) - 1 - at))
        mine = [list(row[1:]) for row in rows if row[0] == only]
        found[name] = sorted(([int(g) if name in _NUMBERED else g, *n] for g, *n in mine), key=lambda row: row[0])
    return found | _nights(season, day)


def _steps(column: str, steps: tuple[int, ...]) -> str:
    cases = " ".join(f"WHEN {column} >= {step} THEN {step}" for step in reversed(steps))
    return f"CASE {cases} ELSE 0 END"


def _nights(season: int, day: dt.date) -> dict[str, int]:
    """Add up what the published nights of the season say. A night with envy is never published: its check refuses it."""
    totals = {"nights": 0, "refused": 0, "placed": 0, "first_choice": 0, "top3": 0, "top10": 0}
    nights = MatchingRun.objects.exclude(trigger=RunTrigger.DAYTIME)
    runs = nights.filter(season_seed=season, night__lte=day).only("status", "comparison")
    for run in runs:
        if run.status == RunStatus.REFUSED:
            totals["refused"] += 1
        if run.status == RunStatus.PUBLISHED:
            totals["nights"] += 1
            for name in ("placed", "first_choice", "top3", "top10"):
                totals[name] += run.comparison.get("figures", {}).get(name, 0)
    return totals


def public(report: FairnessReport) -> dict[str, Any]:
    """What anybody may see of a report: bars per kind of group, and choices in steps of 5 per cent."""
    figures = report.figures
    names = {
        "rejections": _step_names(
            REJECTION_STEPS, _("nog nooit nee"), _("%(a)d tot en met %(b)d keer nee"), _("%(a)d keer of vaker nee")
        ),
        "weeks": _step_names(
            WEEK_STEPS, "", _("%(a)d tot en met %(b)d weken gezocht"), _("%(a)d weken of langer gezocht")
        ),
        "leerjaar": {str(year): _("leerjaar %(n)d") % {"n": year} for year in range(1, 5)},
    }
    blocks = {}
    for kind in ("rejections", "weeks", "leerjaar", "province"):
        rows = [row for row in figures[kind] if str(row[0]) != OTHER_REGION]
        blocks[kind] = [Bar(names.get(kind, {}).get(str(g), str(g)), share(placed, n)) for g, n, _p, placed in rows]
    return {
        "day": report.day,
        "season": f"{report.season}-{report.season + 1}",
        "blocks": blocks,
        "nights": figures["nights"],
        "refused": figures["refused"],
        "first_choice": share(figures["first_choice"], figures["placed"]),
        "top3": share(figures["top3"], figures["placed"]),
        "top10": share(figures["top10"], figures["placed"]),
    }


def share(part: int, whole: int) -> int | None:
    """A share in per cent rounded to steps of 5; None for a group that is too small to speak of (R9).

    A share of 0 or 100 would say something about everybody in the group, so it is shown as the step next to it.
    """
    if whole < LEAST:
        return None
    return min(100 - STEP, max(STEP, round(100 * part / whole / STEP) * STEP))


def _step_names(steps: tuple[int, ...], first: str, between: str, last: str) -> dict[str, str]:
    names = {}
    for at, step in enumerate(steps):
        upper = steps[at + 1] - 1 if at + 1 < len(steps) else None
        if upper is None:
            names[str(step)] = last % {"a": step}
        elif step == 0 and upper == 0 and first:
            names[str(step)] = first
        else:
            names[str(step)] = between % {"a": step, "b": upper}
    return names
