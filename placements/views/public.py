"""Pages anybody may see: the list of places, the map, and a place's own page (features S3, S4)."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from placements import fit
from placements.answers import answer_figures
from placements.browse import detail, map
from placements.browse.cards import cards, for_cards, place_text, vacancy_url
from placements.browse.json_ld import as_data_block
from placements.browse.listing import Listing
from placements.browse.pager import address
from placements.models import Vacancy
from stagematch.regions.selectors import distance_km
from students.selectors import current_search, student_of


def _listing(request: HttpRequest) -> Listing:
    search = current_search(request.user)  # first: it brings the student along
    return Listing(request.GET, student=student_of(request.user), search=search)


@login_not_required
@require_safe
def vacancy_list(request: HttpRequest) -> HttpResponse:
    """Show the places that fit the filters in the address."""
    listing = _listing(request)
    context = {
        "listing": listing,
        "cards": listing.cards(),
        "view": "list",
        "tab": "zoeken",
        "query": address(request.GET),
    }
    return render(request, "placements/vacancy_list.html", context)


@login_not_required
@require_safe
def vacancy_map(request: HttpRequest) -> HttpResponse:
    """Show the same places as numbers on a map, with the list of this page under it."""
    listing = _listing(request)
    context = {
        "listing": listing,
        "cards": listing.cards(),
        "map": map.draw(listing) if listing.total else None,
        "view": "map",
        "tab": "zoeken",
        "query": address(request.GET),
    }
    return render(request, "placements/vacancy_map.html", context)


@login_not_required
@require_safe
def vacancy_detail(request: HttpRequest, public_id: str, slug: str = "") -> HttpResponse:
    """Show a place with all its facts, why it fits, and what one can do now."""
    search = current_search(request.user)  # first: it brings the student along
    student = student_of(request.user)
    vacancy = detail.visible_vacancy(request.user, public_id, student)
    if vacancy is None:
        raise Http404
    home = search.home if search else None
    km = distance_km(home, vacancy.location.postcode) if home else None
    context = {
        "vacancy": vacancy,
        "place": place_text(vacancy),
        "groups": list(vacancy.target_groups.all()),
        "facts": detail.facts(vacancy, home, km),
        "tasks": detail.paragraphs(vacancy.tasks),
        "standing": detail.standing(vacancy, student, request.user),
        "fit": fit.fit(search, vacancy) if student else None,
        "counts_waiting": student is not None,  # few students stand behind it, so it is for students (R9)
        "search": search,
        "answers": answer_figures(vacancy.organisation_id),
        "similar": cards(_similar(vacancy, student), known={}, origin=home, can_save=student is not None),
        # Escaped by as_data_block: nothing in it can end the element.
        "json_ld": mark_safe(  # noqa: S308 -- escaped on the line above
            as_data_block(detail.job_posting(vacancy, request.build_absolute_uri(vacancy_url(vacancy))))
        ),
        "tab": "zoeken",
    }
    return render(request, "placements/vacancy_detail.html", context)


def _similar(vacancy: Vacancy, student: object) -> list[Vacancy]:
    """Two other open places near by: the same part of the country and period; for a student fewest reactions first."""
    others = Vacancy.objects.accepting().filter(
        location__postcode__corop=vacancy.location.postcode.corop_id, period=vacancy.period_id
    )
    rows: QuerySet[Any] = for_cards(others.exclude(pk=vacancy.pk), student)  # type: ignore[arg-type]
    fewest = ["open_applications"] if student is not None else []
    return list(rows.order_by(*fewest, "-publish_from", "pk")[:2])
