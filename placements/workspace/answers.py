"""How fast we answer: the stagemakelaar's own page about the answer clock (R1), and the platform admin's table."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from placements import answers
from placements.models import Application
from placements.services.feedback import helpful_count
from placements.workspace import queue, selectors
from placements.workspace.access import WAITING, broker_view, context, user_of
from placements.workspace.queue import CountedPaginator
from stagematch.clock import today
from stagematch.ui.admin_mixins import is_platform_admin

PAGE_SIZE = 25


@broker_view
@require_safe
def answers_page(request: HttpRequest) -> HttpResponse:
    """Who waits, the longest first, and how fast the own organisations answered in twelve months."""
    user = user_of(request)
    rows = answers.waiting_longest(Application.objects.screened_by(user))
    counts = queue.counts(Application.objects.screened_by(user))
    setattr(request, WAITING, counts["waiting"])
    page = CountedPaginator(rows, PAGE_SIZE, count=counts["waiting"]).get_page(request.GET.get("pagina"))
    months = answers.trend(answers.hosts_of(user)) if not user.is_superuser else []
    day = today()
    return render(
        request,
        "admin/workspace/antwoorden.html",
        context(
            request,
            title=_("Antwoorden"),
            tab="antwoorden",
            counts=counts,
            page=page,
            rows=[(a, *selectors.due_text(a, day)) for a in page],
            months=months,
            bars=answers.bars(months),
            figures=answers.own_figures(answers.hosts_of(user), counts["late"]) if months else None,
            fewest=answers.FEWEST,
            helpful=helpful_count(answers.hosts_of(user)) if not user.is_superuser else None,
        ),
    )


@admin.site.admin_view
@require_safe
def organisations_page(request: HttpRequest) -> HttpResponse:
    """All organisations with how they answer, for the platform admin."""
    if not is_platform_admin(request):
        raise PermissionDenied
    page = Paginator(answers.organisations_by_lateness(), PAGE_SIZE).get_page(request.GET.get("pagina"))
    return render(
        request,
        "admin/workspace/antwoorden_organisaties.html",
        context(
            request, title=_("Zo snel antwoorden organisaties"), tab="antwoorden", page=page, rows=answers.table(page)
        ),
    )
