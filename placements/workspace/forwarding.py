"""Giving a candidate to a colleague, or (with the student's consent) to another team."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.models import Membership
from placements import services
from placements.enums import ForwardStatus
from placements.workspace.access import application_or_404, broker_view, context, user_of
from placements.workspace.forms import ForwardForm
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError


@broker_view
@require_http_methods(["GET", "POST"])
def forward_candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the student whether another team may read this. Until the yes that team sees nothing."""
    application = application_or_404(request, public_id)
    choices = services.forward_choices(application)
    form = ForwardForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_to_forward(application=application, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De vraag is verstuurd. Je hoort het als de student antwoordt."))
            return redirect("admin:workspace-candidate", application.public_id)
    return render(
        request,
        "admin/workspace/doorsturen.html",
        context(
            request,
            title=_("Kandidaat %(alias)s doorsturen") % {"alias": application.alias},
            application=application,
            form=form,
            choices=choices,
            asked=application.forwards.filter(status=ForwardStatus.ASKED).select_related("to_vacancy__team").first(),
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_POST
def assign_candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take this candidate up oneself, give it to a colleague, or back to everybody."""
    application = application_or_404(request, public_id)
    user = user_of(request)
    wanted = request.POST.get("aan", "")
    try:
        to = _colleague(application.vacancy.organisation_id, wanted) if wanted else None
        if not wanted and "aan" not in request.POST and application.assigned_to_id != user.pk:
            to = user
        services.assign(application=application, actor=user, to=to)
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _said(to, user))
    return redirect("admin:workspace-candidate", application.public_id)


def _said(to: User | None, user: User) -> str:
    if to is None:
        return _("Deze reactie is weer van iedereen.")
    if to.pk == user.pk:
        return _("Jij pakt deze reactie op.")
    return _("%(name)s pakt deze reactie op.") % {"name": to.get_full_name()}


def _colleague(organisation_pk: int, public_id: str) -> User:
    found = None
    if len(public_id) < 64 and public_id.isascii() and public_id.isdigit():
        rows = Membership.objects.active().filter(organisation=organisation_pk, user=int(public_id))
        found = rows.select_related("user").first()
    if found is None:
        raise RuleError(
            "not_a_broker", _("Deze collega is geen stagemakelaar van jullie organisatie. Kies iemand anders.")
        )
    return found.user
