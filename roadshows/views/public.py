"""Roadshows for everybody: what is coming, what was, and what came of it."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from roadshows import rules, work_tables
from roadshows.calendar_file import calendar_of
from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow
from roadshows.registration_selectors import is_registered, registrations_of
from roadshows.views import pledges
from stagematch.along import along

PAGE_SIZE = 20
MOST_COMING = 50
MOST_SIGNATURES = 60


@login_not_required
@require_safe
def roadshow_list(request: HttpRequest) -> HttpResponse:
    """What is coming first, then what was, a page at a time."""
    public = Roadshow.objects.public().prefetch_related("organisers")
    context = {
        "coming": public.coming()[:MOST_COMING],
        "page": Paginator(public.over(), PAGE_SIZE).get_page(request.GET.get("pagina")),
        "tab": "roadshows",
    }
    return render(request, "roadshows/roadshow_list.html", context)


@login_not_required
@require_safe
def roadshow_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster, the programme and the outcomes; 404 for one that only its organisers may see."""
    rows = Roadshow.objects.visible_to(request.user).select_related("region", "pledge_desk")
    roadshow = get_object_or_404(along(rows, "parts", "outcomes"), slug=slug)
    context = {
        "pledges": pledges.section(request, roadshow),
        "roadshow": roadshow,
        "organisers": roadshow.organisers.select_related("organisation"),
        "parts": roadshow.parts.all(),
        "outcomes": roadshow.outcomes.all(),
        "signatures": roadshow.signatures.register().order_by("name")[:MOST_SIGNATURES],
        "tables": work_tables.board(roadshow, only_public=True).tables,
        "is_over": roadshow.status in RoadshowStatus.over(),
        "may_manage": rules.may_manage(request.user, roadshow),
        "registrations": registrations_of(roadshow),
        "is_registered": is_registered(request.user, roadshow),
        "tab": "roadshows",
    }
    return render(request, "roadshows/roadshow_detail.html", context)


@login_not_required
@require_safe
def roadshow_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """One roadshow for the calendar; 404 as long as there is no day."""
    visible = Roadshow.objects.visible_to(request.user).filter(day__isnull=False)
    return _calendar(request, [get_object_or_404(visible, slug=slug)], f"roadshow-{slug}.ics")


@login_not_required
@require_safe
def roadshow_feed(request: HttpRequest) -> HttpResponse:
    """All that is coming, to subscribe to."""
    coming = Roadshow.objects.public().coming().filter(day__isnull=False)[:MOST_COMING]
    return _calendar(request, list(coming), "roadshows.ics")


def _calendar(request: HttpRequest, roadshows: list[Roadshow], name: str) -> HttpResponse:
    urls = {row.pk: request.build_absolute_uri(reverse("roadshow-detail", args=[row.slug])) for row in roadshows}
    response = HttpResponse(calendar_of(roadshows, urls), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
