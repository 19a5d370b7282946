"""The fit map for a school (its own students, exactly) and for everybody (as published)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages.ahead.schools import choose, schools_of
from shortages.public.fit import FitPage

TEMPLATE = "shortages/public/fit.html"


@require_safe
@role_required(Role.COORDINATOR)
def shortage_fit(request: HttpRequest) -> HttpResponse:
    """What the own students without a place wish, against the places there are. Another school does not exist (404)."""
    schools = schools_of(request.user)
    school = choose(schools, request.GET.get("school", ""))
    page = FitPage(request.GET, school=school) if school else None
    return render(request, TEMPLATE, {"page": page, "school": school, "schools": schools, "tab": "tekort"})


@login_not_required
@require_safe
def shortage_fit_public(request: HttpRequest) -> HttpResponse:
    """The same of the whole country, from published figures."""
    return render(request, TEMPLATE, {"page": FitPage(request.GET, school=None), "tab": "cijfers"})
