"""The page of an organisation, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations import panels
from organisations.selectors import organisation_for_page


@login_not_required
@require_safe
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Who they are, where, and what they offer; 404 for an organisation that is not approved, but for its own people."""
    organisation = organisation_for_page(slug, request.user)
    if organisation is None:
        raise Http404
    context = {
        "organisation": organisation,
        "locations": organisation.locations.all(),
        "teams": organisation.teams.all(),
        "panels": panels.of_organisation(organisation, request),
        "figures": panels.figures_of(organisation),
        "tab": "zoeken",
    }
    return render(request, "organisations/organisation_detail.html", context)
