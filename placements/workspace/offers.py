"""The pages about an offer and the reserve list."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placements import services
from placements.models import Vacancy
from placements.selectors import candidate_of
from placements.services.offering import default_term
from placements.services.reserves import reserve_list
from placements.workspace import selectors
from placements.workspace.access import application_or_404, broker_view, context, user_of
from placements.workspace.forms import OfferForm
from placements.workspace.talk_forms import ReserveMoveForm
from stagematch.ui.errors import RuleError


@broker_view
@require_http_methods(["GET", "POST"])
def offer_place(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Offer the place, with a named praktijkbegeleider and a term."""
    application = application_or_404(request, public_id)
    supervisors = selectors.free_supervisors(application)
    until = default_term(application)
    form = OfferForm(request.POST or None, supervisors=supervisors, initial={"until": until})
    if request.method == "POST" and form.is_valid():
        try:
            offered = services.make_offer(application=application, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            day = date_format(offered.offer_until, "l j F") if offered.offer_until else ""
            messages.success(
                request, _("Het aanbod is verstuurd. De student antwoordt uiterlijk %(day)s.") % {"day": day}
            )
            return redirect("admin:workspace-candidate", application.public_id)
    return render(
        request,
        "admin/workspace/aanbod.html",
        context(
            request,
            title=_("Een plek aanbieden"),
            application=application,
            candidate=candidate_of(application),
            form=form,
            until=until,
            any_supervisor=supervisors.exists(),
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_POST
def reserve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put the candidate on the reserve list, behind who is on it already."""
    application = application_or_404(request, public_id)
    try:
        services.put_on_reserve(application=application, actor=user_of(request))
    except RuleError as error:
        messages.error(request, error.message)
        return redirect("admin:workspace-candidate", application.public_id)
    messages.success(request, _("De kandidaat staat op de reservelijst."))
    return redirect("admin:workspace-reserves", application.vacancy.public_id)


@broker_view
@require_http_methods(["GET", "POST"])
def reserves(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The reserve list of one place in its order; moving somebody asks why."""
    mine = Vacancy.objects.managed_by(user_of(request)).select_related("organisation", "team")
    vacancy = get_object_or_404(mine, public_id=public_id)
    rows = reserve_list(vacancy)
    form = ReserveMoveForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            rank = services.move_reserve(
                application=form.chosen,
                actor=user_of(request),
                direction=form.cleaned_data["direction"],
                reason=form.cleaned_data["reason"],
            )
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            name = form.chosen.student.user.get_full_name()
            messages.success(request, _("%(name)s staat nu op plaats %(rank)d.") % {"name": name, "rank": rank})
            return redirect("admin:workspace-reserves", vacancy.public_id)
    return render(
        request,
        "admin/workspace/reservelijst.html",
        context(request, title=_("Reservelijst"), vacancy=vacancy, rows=rows, form=form),
        status=422 if form.errors else 200,
    )
