"""What the organisers should know before the day: the region's numbers, what helps most, who has no places, and what was
promised last time (features W8). The numbers about students are those that everybody may see (docs/disclosure.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from organisations.models import Organisation, StagePeriod
from organisations.weekdays import text as days_text
from placements.enums import VacancyStatus
from placements.models import Vacancy
from roadshows.impact import reported
from roadshows.models import Pledge, Roadshow
from shortages.areas import COUNTRY, LEVELS
from shortages.enums import AreaLevel, PublishedTable
from shortages.models import PublishedFigure, PublishedLever, ShortageSnapshot
from stagematch.clock import today
from stagematch.regions.models import Municipality, Region

MOST = 60
LEVERS = 5


@dataclass(frozen=True)
class Briefing:
    """One page. `figures` has a row per coming period; all may be empty where nothing is known."""

    snapshot: ShortageSnapshot | None
    region: str
    is_country: bool
    figures: list[PublishedFigure]
    years: list[PublishedFigure]
    levers: list[tuple[str, int]]
    without_places: list[Organisation]
    without_places_total: int
    open_pledges: list[Pledge]
    last_time: Roadshow | None


def briefing(roadshow: Roadshow) -> Briefing:
    """Gather it for one roadshow; about ten queries. Without a region the country's numbers stand in their place."""
    snapshot = ShortageSnapshot.objects.filter(status="done", day__lte=today()).order_by("-day", "-pk").first()
    region = roadshow.region
    level, code = (LEVELS[Region.Kind(region.kind)], region.code) if region else (AreaLevel.COUNTRY, COUNTRY)
    figures: list[PublishedFigure] = []
    years: list[PublishedFigure] = []
    levers: list[tuple[str, int]] = []
    if snapshot is not None:
        here = PublishedFigure.objects.filter(snapshot=snapshot, level=level, code=code, period__ends_on__gt=today())
        rows = list(here.select_related("period").order_by("period__starts_on", "year"))
        figures = [row for row in rows if row.table == PublishedTable.AREAS]
        years = [row for row in rows if row.table == PublishedTable.YEARS and row.open]
        found = PublishedLever.objects.filter(snapshot=snapshot, level=level, code=code)
        best = found.select_related("qualification").order_by("position")[:LEVERS]
        levers = [(_words(lever), lever.helped) for lever in best]
    silent = _without_places(region)
    last = _last_time(roadshow)
    return Briefing(
        snapshot=snapshot,
        region=region.name if region else "",
        is_country=region is None,
        figures=figures,
        years=years,
        levers=levers,
        without_places=list(silent.order_by("name")[:MOST]),
        without_places_total=silent.count(),
        open_pledges=_open_pledges(last, roadshow),
        last_time=last,
    )


def _words(lever: PublishedLever) -> str:
    """The change in one line: what, for which opleiding, leerjaar and days."""
    parts = [str(lever.get_kind_display())]
    if lever.qualification is not None:
        parts.append(lever.qualification.name)
    if lever.year:
        parts.append(_("leerjaar %(n)d") % {"n": lever.year})
    if lever.days:
        parts.append(days_text(lever.days))
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _gemeenten(region: Region) -> QuerySet[Municipality]:
    if region.kind == Region.Kind.PROVINCE:
        return Municipality.objects.filter(postcodes__province=region)
    if region.kind == Region.Kind.COROP:
        return Municipality.objects.filter(postcodes__corop=region)
    return Municipality.objects.filter(region_links__region=region, region_links__valid_until__isnull=True)


def _without_places(region: Region | None) -> QuerySet[Organisation]:
    """Approved organisations that could have students and show no place for a period that is still to come."""
    coming = StagePeriod.objects.filter(ends_on__gt=today())
    shown = Vacancy.objects.filter(organisation=OuterRef("pk"), status=VacancyStatus.PUBLISHED, period__in=coming)
    found = Organisation.objects.public().hosting().filter(~Exists(shown))
    if region is None:
        return found
    gemeenten = _gemeenten(region).values("pk")
    return found.filter(Q(municipality__in=gemeenten) | Q(locations__postcode__municipality__in=gemeenten)).distinct()


def _last_time(roadshow: Roadshow) -> Roadshow | None:
    """The roadshow before this one in the same region, or by the same organisers."""
    same = Q(region=roadshow.region) if roadshow.region_id else Q(pk__in=[])
    organisers = roadshow.organisers.exclude(organisation=None).values("organisation")
    before = reported(
        Roadshow.objects.exclude(pk=roadshow.pk).filter(same | Q(organisers__organisation__in=organisers))
    )
    return before.distinct().first()


def _open_pledges(last: Roadshow | None, roadshow: Roadshow) -> list[Pledge]:
    """Promises of the same region (or the same organisers) that somebody still has to make true; those of others stay out."""
    if last is None:
        return []
    mine = Roadshow.objects.filter(
        organisers__organisation__in=roadshow.organisers.exclude(organisation=None).values("organisation")
    )
    rows = Pledge.objects.open().filter(roadshow__in=mine.exclude(pk=roadshow.pk).values("pk"))
    return list(rows.select_related("organisation", "roadshow", "team").order_by("promised_on", "pk")[:MOST])
