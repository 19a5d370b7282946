"""What became of promises: the counter of a roadshow, and the way from a promise to a student who started (W5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadshows.models import Pledge, Roadshow
from roadshows.pledge_enums import PledgeKind, PledgeStatus
from roadshows.pledge_querysets import PledgeQuerySet
from roadshows.services.pledge_links import PlaceCounts, counts_of

STAGES = {
    "promised": gettext_lazy("toegezegd"),
    "published": gettext_lazy("online gezet"),
    "in_conversation": gettext_lazy("met gesprekken"),
    "filled": gettext_lazy("student geplaatst"),
    "started": gettext_lazy("student begonnen"),
}
"""The steps of the way, in order, with their words. Each number is at most the one before it."""
NAMED = 6
MOST_TILES = 200


@dataclass(frozen=True)
class PledgeLine:
    """One promise of places with what became of each place: the row behind the numbers of a funnel."""

    pledge: Pledge
    promised: int
    published: int
    in_conversation: int
    filled: int
    started: int

    def at(self, stage: str) -> int:
        """Return the places that came at least this far; `stage` is a key of STAGES."""
        number: int = getattr(self, stage)
        return number


@dataclass(frozen=True)
class FunnelRow:
    """The numbers of one roadshow, region or organisation, and the promises they were added up from."""

    key: str
    label: str
    lines: tuple[PledgeLine, ...]

    def at(self, stage: str) -> int:
        """Return how many places came at least this far; `stage` is a key of STAGES."""
        return sum(line.at(stage) for line in self.lines)

    def rows(self, stage: str) -> list[PledgeLine]:
        """Return the promises behind that number: those with at least one place that came this far."""
        return [line for line in self.lines if line.at(stage)]

    @property
    def promised(self) -> int:
        """Places promised."""
        return self.at("promised")

    @property
    def published(self) -> int:
        """Places students could see."""
        return self.at("published")

    @property
    def in_conversation(self) -> int:
        """Places a student talked about, or has."""
        return self.at("in_conversation")

    @property
    def filled(self) -> int:
        """Places with a student."""
        return self.at("filled")

    @property
    def started(self) -> int:
        """Places where the student began."""
        return self.at("started")

    @property
    def lapsed(self) -> int:
        """Places that were promised and of which nobody heard any more; they are in `promised` too."""
        return sum(line.promised for line in self.lines if line.pledge.status == PledgeStatus.LAPSED)

    @property
    def steps(self) -> list[tuple[str, str, int, int]]:
        """Per stage its key, words, number, and percentage of what was promised (0 to 100)."""
        whole = self.promised
        return [
            (key, str(label), self.at(key), round(100 * self.at(key) / whole) if whole else 0)
            for key, label in STAGES.items()
        ]


def pledge_lines(pledges: PledgeQuerySet) -> list[PledgeLine]:
    """Return a line per promise of places that somebody confirmed and nobody took back; four queries in all.

    What lapsed is in it: it was promised. What was withdrawn is not, for somebody said that it would not be. `promised`
    is the number of today: a promise that grew counts with what it grew to.
    """
    counted = pledges.confirmed().places().exclude(status=PledgeStatus.WITHDRAWN)
    rows = list(counted.select_related("roadshow__region", "organisation", "team").order_by("promised_on", "pk"))
    became = counts_of(rows)
    return [_line(pledge, became[pledge.pk]) for pledge in rows]


def _line(pledge: Pledge, became: PlaceCounts) -> PledgeLine:
    return PledgeLine(
        pledge=pledge,
        promised=pledge.number,
        published=became.published,
        in_conversation=became.in_conversation,
        filled=became.filled,
        started=became.started,
    )


def funnel(
    roadshows: QuerySet[Roadshow] | Iterable[Roadshow],
    *,
    by: Literal["all", "roadshow", "region", "organisation"] = "all",
) -> list[FunnelRow]:
    """Add up what became of the promises made at these roadshows: one row in all, or per roadshow, region, organisation.

    Always the same four queries, however many rows. With 'all' there is one row, also without any promise; else only
    what has promises is in it, the most promised first. A region is that of the roadshow. Organisations that nobody
    linked yet stand under the name that was typed.
    """
    lines = pledge_lines(Pledge.objects.filter(roadshow__in=roadshows))
    if by == "all":
        return [FunnelRow("all", _("alle toezeggingen"), tuple(lines))]
    groups: dict[tuple[str, str], list[PledgeLine]] = defaultdict(list)
    for line in lines:
        groups[_group(line.pledge, by)].append(line)
    rows = [FunnelRow(key, label, tuple(found)) for (key, label), found in groups.items()]
    return sorted(rows, key=lambda row: (-row.promised, row.label))


def _group(pledge: Pledge, by: str) -> tuple[str, str]:
    if by == "organisation":
        known = pledge.organisation
        return (known.slug if known is not None else f"~{pledge.organisation_name.casefold()}"), pledge.name
    roadshow = pledge.roadshow
    if by == "roadshow":
        return (roadshow.slug, roadshow.title) if roadshow is not None else ("", _("geen roadshow"))
    region = roadshow.region if roadshow is not None else None
    return (str(region.pk), region.name) if region is not None else ("", _("regio niet bekend"))


@dataclass(frozen=True)
class Tally:
    """What everybody sees of the promises at one roadshow."""

    places: int
    goal: int
    named: tuple[tuple[str, int], ...]
    others: int
    other_places: int
    other_kinds: int

    @property
    def full(self) -> range:
        """One tile per promised place; at most 200 are drawn."""
        return range(min(self.places, MOST_TILES))

    @property
    def empty(self) -> range:
        """One tile per place that is still wanted."""
        return range(max(0, min(self.goal, MOST_TILES) - min(self.places, MOST_TILES)))


def tally(roadshow: Roadshow) -> Tally:
    """Count what stands: confirmed, not lapsed, not taken back. One query.

    Only organisations that somebody who knows them linked are named; a typed name proves nothing.
    """
    standing = Pledge.objects.standing().filter(roadshow=roadshow).order_by()
    by_name: dict[str, int] = defaultdict(int)
    loose: set[str] = set()
    total = other_kinds = 0
    for kind, number, known, typed in standing.values_list("kind", "number", "organisation__name", "organisation_name"):
        if kind != PledgeKind.PLACES:
            other_kinds += 1
            continue
        total += number
        if known is None:
            loose.add(typed.casefold())
        else:
            by_name[known] += number
    ranked = sorted(by_name.items(), key=lambda row: (-row[1], row[0]))
    named = tuple(ranked[:NAMED])
    return Tally(
        places=total,
        goal=roadshow.goal_places or 0,
        named=named,
        others=len(loose) + len(ranked[NAMED:]),
        other_places=total - sum(n for _name, n in named),
        other_kinds=other_kinds,
    )
