"""The queue with candidates side by side, saved views, and the queue as a file."""

import csv

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from organisations.models import Team
from placements import services
from placements.models import Application, SavedView
from placements.selectors import candidates_of
from placements.services.views import views_for
from placements.workspace import queue, selectors
from placements.workspace.access import WAITING, applications_of, broker_view, context, one_application, user_of
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.clock import today
from stagematch.ui.errors import RuleError

MAX_SIDE_BY_SIDE = 4
PAGE_SIZE = 12
MAX_EXPORT = 500


@broker_view
@require_GET
def workspace(request: HttpRequest) -> HttpResponse:
    """The queue, and up to four candidates side by side. What is chosen is in the address, so it can be shared and goes back."""
    user = user_of(request)
    views = list(views_for(user))
    start = next((view for view in views if view.is_default and view.user_id == user.pk), None)
    if start is not None and not request.GET:
        return _to_queue(start.query)
    chosen_filter = queue.QueueFilter.read(request.GET)
    condition = chosen_filter.condition(user)
    counts = queue.counts(Application.objects.screened_by(user), condition)
    setattr(request, WAITING, counts["waiting"])
    rows = selectors.queue_of(user).filter(condition)
    page = queue.CountedPaginator(rows, PAGE_SIZE, count=counts["shown"]).get_page(request.GET.get("pagina"))
    chosen = _chosen(request, list(page))
    return render(
        request,
        "admin/workspace/werkplek.html",
        context(
            request,
            title=_("Reacties"),
            counts=counts,
            filter=chosen_filter,
            options=queue.options(user),
            stages=queue.stage_choices(),
            who=queue.who_choices(),
            views=views,
            current=next((view for view in views if view.query == chosen_filter.query), None),
            page=page,
            rows=selectors.queue_rows(list(page), {str(a.public_id) for a in chosen}),
            candidates=candidates_of(chosen),
            room=selectors.room(user, teams=_teams_of(chosen, user)) if chosen else [],
        ),
    )


def _chosen(request: HttpRequest, page: list[Application]) -> list[Application]:
    """The candidates that were ticked, or else the first few of the most urgent vacancy; with all that a card shows."""
    keys = set(request.GET.getlist("k"))
    chosen = [a.pk for a in page if str(a.public_id) in keys][:MAX_SIDE_BY_SIDE]
    if not chosen and page:
        chosen = [a.pk for a in page if a.vacancy_id == page[0].vacancy_id][: MAX_SIDE_BY_SIDE - 1]
    if not chosen:
        return []
    return list(one_application(applications_of(request)).filter(pk__in=chosen).order_by(*selectors.URGENT_FIRST))


def _teams_of(chosen: list[Application], user: User) -> QuerySet[Team]:
    return selectors.teams_for(user).filter(pk__in={a.vacancy.team_id for a in chosen})


def _to_queue(query: str) -> HttpResponse:
    return redirect(f"{reverse('admin:workspace')}?{query}")


@broker_view
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the queue under a name."""
    query = queue.safe_query(request.POST.get("query", ""))
    try:
        view = services.save_view(
            actor=user_of(request),
            name=request.POST.get("name", ""),
            query=query,
            is_default="is_default" in request.POST,
            is_shared="is_shared" in request.POST,
        )
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De weergave '%(name)s' is bewaard.") % {"name": view.name})
    return _to_queue(query)


@broker_view
@require_POST
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views; a colleague's does not exist here."""
    view = get_object_or_404(SavedView, pk=pk, user=user_of(request))
    services.remove_view(view=view, actor=user_of(request))
    messages.success(request, _("De weergave '%(name)s' is weg.") % {"name": view.name})
    return redirect("admin:workspace")


COLUMNS = (
    "kandidaat",
    "stageplek",
    "team",
    "status",
    "herkomst",
    "verstuurd",
    "antwoord uiterlijk",
    "leerjaar",
    "school",
)


@broker_view
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The queue as CSV, at most 500 rows: names only from the invitation on (R4). Every row is logged as an export (R8)."""
    user = user_of(request)
    condition = queue.QueueFilter.read(request.GET).condition(user)
    rows = applications_of(request).filter(condition).order_by(*selectors.URGENT_FIRST)[:MAX_EXPORT]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reacties-{today():%Y-%m-%d}.csv"'
    response.write("\ufeff")  # so that a spreadsheet reads the accents
    writer = csv.writer(response, delimiter=";")
    writer.writerow(COLUMNS)
    for application in rows:
        record_export(
            actor=user, subject=application.student.user, obj=application, label=application.vacancy.organisation.name
        )
        writer.writerow([harmless(value) for value in _cells(application)])
    return response


def _cells(application: Application) -> list[str]:
    from placements.emails import candidate_name  # emails reads selectors

    return [
        candidate_name(application),
        application.vacancy.title,
        application.vacancy.team.name,
        application.get_status_display(),
        application.get_origin_display(),
        f"{application.submitted_at:%Y-%m-%d}",
        f"{application.answer_by:%Y-%m-%d}",
        str(application.student.year),
        application.student.school.name,
    ]


def harmless(value: str) -> str:
    """Return a cell that a spreadsheet does not take for a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
