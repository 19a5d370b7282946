"""Students whom schools introduce with their consent (features B4): what the stagemakelaar reads and answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations.roles import describe
from placements.forms.assisted import IntroductionReplyForm
from placements.models import AssistedApplication
from placements.services.introductions import reply_to_introduction
from placements.workspace.access import broker_view, context, user_of
from stagematch.audit.services import record_view
from stagematch.ui.errors import RuleError

SHOWN = 50


@broker_view
@require_safe
def introductions(request: HttpRequest) -> HttpResponse:
    """Show who is introduced now, those without an answer first. Names stand on the page of each."""
    rows = AssistedApplication.objects.introduced_to(user_of(request)).select_related("vacancy__team", "school")
    found = list(rows.order_by("replied_at", "-answered_at", "pk")[:SHOWN])
    found.sort(key=lambda row: bool(row.reply))
    return render(
        request,
        "admin/workspace/introducties.html",
        context(request, title=_("Voorgesteld door een school"), rows=found),
    )


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def introduction(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what the student agreed with, and take an answer. Reading is written down."""
    user = user_of(request)
    rows = AssistedApplication.objects.introduced_to(user).select_related(
        "vacancy__organisation", "vacancy__team", "student__user", "student__school", "asked_by", "replied_by"
    )
    asked = get_object_or_404(rows, public_id=public_id)
    form = IntroductionReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reply_to_introduction(asked=asked, actor=user, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("Je antwoord is verstuurd aan de student en de school."))
            return redirect("admin:workspace-introductions")
    assert asked.student is not None  # noqa: S101 -- introduced_to asks for a student
    record_view(actor=user, subject=asked.student.user, obj=asked, label=describe(user))
    page = context(request, title=_("Voorgesteld: %(title)s") % {"title": asked.vacancy.title}, asked=asked, form=form)
    return render(request, "admin/workspace/introductie.html", page, status=422 if form.errors else 200)
