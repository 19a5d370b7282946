"""What roadshows led to, for everybody and for who organises them; opbrengsten; and the briefing before the day (W7, W8)."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from roadshows import impact, rules
from roadshows.briefing import briefing
from roadshows.impact import Report, report, reported, rows_of
from roadshows.impact_files import pdf_of, table_of
from roadshows.models import Outcome, Roadshow
from roadshows.outcome_forms import ChangeOutcomeForm, OutcomeForm
from roadshows.selectors.pledges import STAGES
from roadshows.services import outcomes as services
from roadshows.views.organiser import _own as own_roadshow
from roadshows.views.organiser import _user as user_of
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import CSV, XLSX, table_response
from stagematch.ui.pdf import CONTENT_TYPE

READ = ["GET", "HEAD", "POST"]
MOST_ROADSHOWS = 200
ROWS = 50
OWN = "eigen"


def _one(request: HttpRequest, slug: str) -> tuple[Roadshow, Report]:
    """The report of one roadshow that was held; exact for who organises it."""
    visible = Roadshow.objects.visible_to(request.user).select_related("region")
    roadshow = get_object_or_404(reported(visible), slug=slug)
    return roadshow, report([roadshow], exact=rules.may_manage(request.user, roadshow))


def _all(request: HttpRequest) -> tuple[bool, bool, Report]:
    """Whether one has roadshows of one's own, whether these are shown, and the report over events.

    Those are the public ones, or one's own exactly when asked for.
    """
    managed = Roadshow.objects.managed_by(request.user)
    may_own = managed.exists()
    own = OWN in request.GET and may_own
    chosen = managed if own else Roadshow.objects.public()
    rows = list(reported(chosen).select_related("region")[:MOST_ROADSHOWS])
    return may_own, own, report(rows, exact=own)


@login_not_required
@require_safe
def roadshow_impact(request: HttpRequest, slug: str) -> HttpResponse:
    """What one roadshow led to, from the day after."""
    roadshow, made = _one(request, slug)
    context = {
        "roadshow": roadshow,
        "report": made,
        "organisers": roadshow.organisers.all(),
        "signatures": roadshow.signatures.register().order_by("name")[:60],
        "tab": "roadshows",
    }
    return render(request, "roadshows/impact.html", context)


@login_not_required
@require_safe
def roadshow_impact_file(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The same as PDF, CSV or XLSX."""
    roadshow, made = _one(request, slug)
    title = _("Opbrengst van %(title)s") % {"title": roadshow.title}
    return _file(made, title, f"opbrengst-{roadshow.slug}", kind)


@login_not_required
@require_safe
def all_impact(request: HttpRequest) -> HttpResponse:
    """What all roadshows led to together, per roadshow, region and organisation."""
    may_own, own, made = _all(request)
    context = {
        "report": made,
        "own": own,
        "may_own": may_own,
        "tab": "roadshows",
    }
    return render(request, "roadshows/impact_all.html", context)


@login_not_required
@require_safe
def all_impact_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as PDF, CSV or XLSX."""
    _may_own, _own, made = _all(request)
    return _file(made, _("Opbrengst van de roadshows"), "opbrengst-roadshows", kind)


def _file(made: Report, title: str, name: str, kind: str) -> HttpResponse:
    if kind == "pdf":
        response = HttpResponse(pdf_of(made, title), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return response
    if kind not in (CSV, XLSX):
        raise Http404
    head, rows = table_of(made)
    return table_response(name=name, head=head, rows=rows, kind=kind)


@role_required(Role.ORGANISER)
@require_safe
def impact_rows(request: HttpRequest) -> HttpResponse:
    """The promises behind one number, of roadshows one organises."""
    stage = request.GET.get("stap", "")
    chosen = reported(Roadshow.objects.managed_by(request.user))
    slug = request.GET.get("roadshow", "")
    if slug:
        chosen = chosen.filter(slug=slug)
        get_object_or_404(chosen)
    if stage in impact.COMPARED and slug:
        return _compared_rows(request, get_object_or_404(chosen.select_related("region")), stage)
    if stage not in (*STAGES, "lapsed"):
        raise Http404
    rows = rows_of(
        chosen,
        stage=stage,
        region=request.GET.get("regio", ""),
        organisation=request.GET.get("organisatie", ""),
        before=_before(request),
    )
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("pagina")),
        "total": sum(number for _line, number in rows),
        "stage": str(STAGES[stage]) if stage in STAGES else _("vervallen"),
        "explanation": impact.EXPLANATIONS.get(stage, ""),
        "roadshow": chosen.first() if slug else None,
        "tab": "roadshows",
    }
    return render(request, "roadshows/impact_rows.html", context)


def _before(request: HttpRequest) -> dt.date | None:
    """The day until which is counted, when the address names one; 404 for what is no day."""
    asked = request.GET.get("tot", "")
    try:
        return dt.date.fromisoformat(asked) if asked else None
    except ValueError:
        raise Http404 from None


def _compared_rows(request: HttpRequest, roadshow: Roadshow, which: str) -> HttpResponse:
    """The places behind a number of the comparison; all of them are or were public."""
    rows = impact.compared_rows(roadshow, which)
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("pagina")),
        "total": sum(row.places for row in rows),
        "before": which.endswith("before"),
        "here": not which.startswith("others"),
        "roadshow": roadshow,
        "tab": "roadshows",
    }
    return render(request, "roadshows/impact_compared.html", context)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def roadshow_outcomes(request: HttpRequest, slug: str) -> HttpResponse:
    """The opbrengsten of a roadshow, and a form for one more."""
    roadshow = own_roadshow(request, slug)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.add_outcome(roadshow=roadshow, actor=user_of(request), **form.cleaned_data)
        messages.success(request, _("De opbrengst staat erbij."))
        return redirect("roadshow-outcomes", slug)
    rows = [(row, impact.is_late(row)) for row in roadshow.outcomes.all()]
    context = {"roadshow": roadshow, "outcomes": rows, "form": form, "tab": "roadshows"}
    return render(request, "roadshows/outcomes.html", context, status=422 if form.errors else 200)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def outcome_change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change an opbrengst or say how it stands."""
    roadshow = own_roadshow(request, slug)
    outcome = get_object_or_404(Outcome.objects.select_related("roadshow"), roadshow=roadshow, pk=number)
    form = ChangeOutcomeForm(request.POST if request.method == "POST" else None, outcome=outcome)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_outcome(outcome=outcome, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De opbrengst is bewaard."))
            return redirect("roadshow-outcomes", slug)
    context = {"roadshow": roadshow, "outcome": outcome, "form": form, "tab": "roadshows"}
    return render(request, "roadshows/outcome_change.html", context, status=422 if form.errors else 200)


@role_required(Role.ORGANISER)
@require_safe
def roadshow_briefing(request: HttpRequest, slug: str) -> HttpResponse:
    """One page to print before the day."""
    roadshow = own_roadshow(request, slug)
    context = {"roadshow": roadshow, "briefing": briefing(roadshow), "tab": "roadshows"}
    return render(request, "roadshows/briefing.html", context)
