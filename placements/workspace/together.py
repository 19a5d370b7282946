"""Answering several candidates at once: whom it applies to, a page to confirm, and a page that says what happened."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placements import emails, services
from placements.enums import AnswerKind, BulkOutcome
from placements.models import Application, BulkOperation, Interview, InterviewSlot
from placements.services import bulk
from placements.workspace.access import applications_of, broker_view, context, user_of
from placements.workspace.forms import operation_key
from placements.workspace.together_forms import TogetherInviteForm
from stagematch.accounts.models import User
from stagematch.mail.services import render as render_mail
from stagematch.ui.errors import RuleError

MAX_CHOSEN = 100


def chosen_plan(request: HttpRequest, kind: str) -> bulk.Plan:
    """The candidates ticked in the queue, in its order; what is somebody else's is not there at all."""
    keys = request.POST.getlist("k") or request.GET.getlist("k")
    wanted = [key for key in (_uuid(raw) for raw in keys[:MAX_CHOSEN]) if key is not None]
    rows = applications_of(request).filter(public_id__in=wanted).order_by("answer_by", "submitted_at", "pk")
    return bulk.plan(kind, rows)


def is_sent(key: UUID, user: User) -> bool:
    """Whether this form was sent before, so that sending it again shows what happened."""
    return BulkOperation.objects.filter(key=key, actor=user).exists()


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


@broker_view
@require_http_methods(["GET", "POST"])
def invite_together(request: HttpRequest) -> HttpResponse:
    """Invite several candidates to choose from the same times; each time is for one of them."""
    user = user_of(request)
    plan = chosen_plan(request, AnswerKind.INVITATION)
    key = operation_key(request)
    if not plan.takes:
        if is_sent(key, user):
            return redirect("admin:workspace-together-done", key)
        return _nobody(request, plan, AnswerKind.INVITATION)
    form = TogetherInviteForm(request.POST or None, applications=plan.takes, actor=user)
    is_ready = request.method == "POST" and form.is_valid()
    if is_ready and "verstuur" in request.POST:
        try:
            operation = services.invite_together(
                key=key,
                actor=user,
                applications=plan.takes,
                skips=plan.skips,
                slots=form.cleaned_data["times"],
                message=form.cleaned_data["message"],
                **form.place,
            )
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            return redirect("admin:workspace-together-done", operation.key)
    return render(
        request,
        "admin/workspace/samen_uitnodigen.html",
        context(
            request,
            title=_("Meer kandidaten uitnodigen"),
            form=form,
            plan=plan,
            key=key,
            weeks=range(1),
            previews=[(a, preview_invitation(a, user, form)) for a in plan.takes] if is_ready else [],
        ),
        status=422 if form.errors else 200,
    )


def _nobody(request: HttpRequest, plan: bulk.Plan, kind: AnswerKind) -> HttpResponse:
    """Nothing to do: back to the queue, with the reason."""
    if plan.skips:
        names = ", ".join(f"{application.alias} {why}" for application, why in plan.skips[:5])
        messages.warning(request, _("Dit kan voor geen van de gekozen kandidaten. %(names)s.") % {"names": names})
    else:
        messages.warning(request, _("Kies eerst een of meer kandidaten uit de rij."))
    return redirect("admin:workspace")


def preview_invitation(application: Application, host: User, form: TogetherInviteForm) -> tuple[str, str]:
    """Subject and text of the invitation as this candidate will read it, by the alias; writes nothing."""
    interview = Interview(
        application=application, round=1, message=form.cleaned_data["message"], host=host, **form.place
    )
    subject, text, _html = render_mail(
        template="invitation",
        context={
            "application": application,
            "vacancy": application.vacancy,
            "organisation": application.vacancy.organisation,
            "interview": interview,
            "slots": [
                InterviewSlot(interview=interview, starts_at=start, ends_at=end)
                for start, end in form.cleaned_data["times"]
            ],
            "link": emails.student_link(application),
            "to_student": True,
            "recipient": {"get_short_name": application.alias},
        },
    )
    return subject, text


@broker_view
@require_GET
def together_done(request: HttpRequest, key: UUID) -> HttpResponse:
    """What an operation did: sent, or skipped and why. Only for who did it."""
    operation = get_object_or_404(BulkOperation, key=key, actor=user_of(request))
    items = list(operation.items.select_related("application__vacancy"))
    return render(
        request,
        "admin/workspace/samen_klaar.html",
        context(
            request,
            title=_("Dit is er gebeurd"),
            operation=operation,
            done=[item for item in items if item.outcome == BulkOutcome.DONE],
            skipped=[item for item in items if item.outcome == BulkOutcome.SKIPPED],
        ),
    )
