"""The shortage for everybody: the country and its areas, in figures that are safe to publish."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shortages.areas import COUNTRY, all_names
from shortages.enums import AreaLevel
from shortages.public.page import CHOICES, is_plain, key_of, newest_published, page_of
from stagematch.clock import today
from stagematch.ui.kept_pages import render_kept

ANCHOR = 637  # stagetekort mbo Sociaal Werker in 2023, survey of the MBO Raad (domain A6-01)


@login_not_required
@require_safe
def shortage_public(request: HttpRequest) -> HttpResponse:
    """The country."""
    return _page(request, AreaLevel.COUNTRY, COUNTRY)


@login_not_required
@require_safe
def shortage_area(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """One province, COROP-gebied, arbeidsmarktregio or gemeente; 404 for what is none."""
    if level not in AreaLevel.values or level == AreaLevel.COUNTRY:
        raise Http404
    return _page(request, AreaLevel(level), code)


def _page(request: HttpRequest, level: AreaLevel, code: str) -> HttpResponse:
    snapshot = newest_published()

    def context() -> dict[str, Any]:
        page = page_of(level, code, request.GET, snapshot)
        if page is None and code not in all_names()[level]:
            raise Http404
        return {"page": page, "anchor": ANCHOR}

    return render_kept(
        request,
        "shortages/public/page.html",
        of=[key_of(snapshot), today(), level, code, *(request.GET.get(name, "") for name in CHOICES)],
        context=context,
        tab="cijfers",
        may_keep=lambda made: is_plain(made["page"], request.GET),
    )
