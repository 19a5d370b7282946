"""The inventory for a BPV-coördinator: counts per organisation in the region, never who said what."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.inventory import selectors, services
from organisations.inventory.access import user_of
from organisations.inventory.forms import RoundForm
from organisations.inventory.prefill import previous_period
from organisations.inventory.regions import regions_of
from organisations.inventory.views.broker import charts, own_round, redirect_after_change
from organisations.models import StagePeriod
from organisations.roles import describe, role_required
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import table_response

PER_PAGE = 30


def _chosen(request: HttpRequest, user: User) -> tuple[list[StagePeriod], StagePeriod | None]:
    periods = selectors.periods_in_region(user)
    asked = request.GET.get("periode", "")
    return periods, next((p for p in periods if p.slug == asked), periods[0] if periods else None)


@role_required(Role.COORDINATOR)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The counts of the region for one period, last year beside them, and the organisations."""
    user = user_of(request)
    periods, period = _chosen(request, user)
    context: dict[str, Any] = {
        "periods": periods,
        "period": period,
        "regions": list(regions_of(selectors.schools_of(user))) if not user.is_superuser else [],
        "may_open": not user.is_superuser,
        "tab": "inventarisatie",
    }
    if period is not None:
        requests = selectors.requests_in_region(user, period)
        earlier = previous_period(period)
        counts, before = selectors.count(requests), selectors.same_teams_before(requests, earlier)
        context |= {
            "page": Paginator(selectors.organisation_rows(requests), PER_PAGE).get_page(request.GET.get("pagina")),
            "before_period": earlier if before else None,
            "rounds": selectors.rounds_in(requests, user, only_mine=True),
            **charts(counts, before),
        }
    return render(request, "organisations/inventory/school.html", context)


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest) -> HttpResponse:
    """Ask all active teams in the region that were not asked yet."""
    owners = selectors.schools_of(user_of(request)).order_by("name")
    form = RoundForm(request.POST or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_round(actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            n = opened.requests.count()
            text = ngettext("%(n)s team krijgt nu een mail.", "%(n)s teams krijgen nu een mail.", n) % {"n": n}
            messages.success(request, text)
            return redirect("school-inventory")
    regions = list(regions_of(owners))
    context = {"form": form, "owners": owners, "regions": regions, "tab": "inventarisatie"}
    return render(request, "organisations/inventory/school_new.html", context, status=422 if form.errors else 200)


@role_required(Role.COORDINATOR)
@require_POST
def change_round(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close the school's own round, or move its last day."""
    return redirect_after_change(request, own_round(user_of(request), public_id), "school-inventory")


@role_required(Role.COORDINATOR)
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The counts per organisation of one period, as CSV or XLSX."""
    user = user_of(request)
    _periods, period = _chosen(request, user)
    if period is None:
        return redirect("school-inventory")
    record_export(actor=user, subject=None, obj=period, label=describe(user))
    head = [
        _("Organisatie"), _("Teams gevraagd"), _("Antwoord gegeven"), _("Ja"), _("Misschien"), _("Nee"),
        _("Al geregeld"), _("Plekken ja"), _("Plekken misschien"),
    ]  # fmt: skip
    names = ("name", "asked", "answered", "yes", "maybe", "no", "arranged", "places_yes", "places_maybe")
    rows = selectors.organisation_rows(selectors.requests_in_region(user, period)).values_list(*names)
    return table_response(name=f"inventarisatie-{period.slug}-regio", head=head, rows=rows, kind=kind)
