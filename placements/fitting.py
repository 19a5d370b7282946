"""Open places that fit one student: after a rejection, when a place is full, or to begin with (features S12)."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from placements import fit, rules
from placements.browse.distance import distance
from placements.models import Vacancy
from students.models import PlacementSearch

# How many near places get the exact score; enough to find three that fit, few enough for a page.
CONSIDERED = 60


def fitting_places(search: PlacementSearch, *, limit: int = 3, exclude: Iterable[Vacancy] = ()) -> list[Vacancy]:
    """Return at most `limit` places this student can apply to today and that fit the facts, best first.

    Never one the student reacted to before or that takes no more reactions (R3), never one of `exclude`. Organisation,
    team and place are joined. The order is that of the matching; without a matching engine the nearest come first.
    Four queries at most, and only reading.
    """
    student = search.student
    rows = (
        Vacancy.objects.accepting()
        .with_open_applications()
        .alias(year_ok=F("years").bitand(1 << (student.year - 1)))
        .filter(period=search.period_id, qualifications__crebo=student.programme.qualification.crebo, year_ok__gt=0)
        .exclude(applications__student=student)
        .exclude(pk__in=[vacancy.pk for vacancy in exclude])
        .select_related("organisation", "location__postcode", "team", "period")
        .distinct()
    )
    found = [v for v in _nearest(rows, search)[:CONSIDERED] if v.open_applications < v.application_cap]  # type: ignore[attr-defined]
    found = [v for v in found if rules.accepts_route(v, search.route)]
    fits = fit.fits(search, found)
    if not fits:
        return found[:limit]
    good = [v for v in found if v.pk in fits and fits[v.pk].fits]
    return sorted(good, key=lambda v: -fits[v.pk].score)[:limit]


def _nearest(rows: QuerySet[Vacancy], search: PlacementSearch) -> QuerySet[Vacancy]:
    if search.home is None:
        return rows.order_by("-publish_from", "pk")
    return rows.annotate(km=distance(search.home)).order_by("km", "-publish_from", "pk")
