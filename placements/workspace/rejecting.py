"""Answering no: one candidate with the message as it will be read beside the form, or several with a text for each (O7)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placements import services, tone
from placements.answer_templates import start_text, templates_of
from placements.enums import AnswerKind
from placements.models import Application
from placements.selectors import Preview, candidate_of, candidates_of, preview_rejection
from placements.services import bulk
from placements.workspace.access import application_or_404, broker_view, context, user_of
from placements.workspace.forms import RejectForm, RejectTogetherForm, operation_key
from placements.workspace.together import chosen_plan, is_sent
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError


def _advice(form: RejectForm) -> dict[str, Any]:
    """What the tone guide says of the text as it stands, also when it cannot be sent yet."""
    text = " ".join(str(form[name].value() or "") for name in ("explanation", "positive", "tip"))
    return {"hints": tone.hints(text), "reading": tone.reading(str(form["explanation"].value() or ""))}


def _preview(
    form: RejectForm, application: Application, actor: User, others: list[str] | None = None
) -> Preview | None:
    """The mail, or None with the reason on the form."""
    if not form.is_valid():
        return None
    try:
        return preview_rejection(application=application, actor=actor, others=others or [], **form.cleaned_data)
    except RuleError as error:
        form.add_error(error.field or None, error.message)
        return None


@broker_view
@require_http_methods(["GET", "POST"])
def reject_candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer no, with the reason and an own explanation; sending and looking first are both one click."""
    application = application_or_404(request, public_id)
    user = user_of(request)
    form = RejectForm(
        request.POST or None,
        initial={"explanation": start_text(request.GET.get("sjabloon", ""), application, AnswerKind.REJECTION)},
    )
    preview = _preview(form, application, user) if request.method == "POST" else None
    if preview is not None and "verstuur" in request.POST:
        try:
            services.reject(application=application, actor=user, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("Je bericht is verstuurd. De student leest het meteen."))
            return redirect("admin:workspace")
    return render(
        request,
        "admin/workspace/afwijzen.html",
        context(
            request,
            title=_("Kandidaat %(alias)s afwijzen") % {"alias": application.alias},
            application=application,
            candidate=candidate_of(application),
            form=form,
            preview=preview,
            templates=templates_of(application.vacancy.organisation_id, AnswerKind.REJECTION),
            **_advice(form),
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_POST
def reject_preview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The message and the remarks on it as a piece of a page, for the script that shows them while one types."""
    application = application_or_404(request, public_id)
    form = RejectForm(request.POST)
    preview = _preview(form, application, user_of(request))
    problems = [str(error) for errors in form.errors.values() for error in errors]
    return render(
        request,
        "admin/workspace/_voorbeeld.html",
        {"preview": preview, "problems": problems, **_advice(form)},
    )


@broker_view
@require_http_methods(["GET", "POST"])
def reject_together(request: HttpRequest) -> HttpResponse:
    """Answer no to several candidates: a reason and a text of one's own for each, all mails shown before they go."""
    user = user_of(request)
    plan = chosen_plan(request, AnswerKind.REJECTION)
    key = operation_key(request)
    data = request.POST if request.method == "POST" else None
    rows = [
        (application, RejectTogetherForm(data, prefix=str(application.public_id)))
        for application in plan.takes
        if f"over-{application.public_id}" not in request.POST
    ]
    left_out = [a for a in plan.takes if f"over-{a.public_id}" in request.POST]
    if not rows and data is not None and is_sent(key, user):
        return redirect("admin:workspace-together-done", key)
    previews = _previews(rows, user) if data is not None else [None] * len(rows)
    complete = bool(rows) and None not in previews
    if complete and "verstuur" in request.POST:
        return _send(key, user, rows, [*plan.skips, *((a, _("je liet deze over")) for a in left_out)])
    blank = data is None
    shown = candidates_of(application for application, _form in rows)
    return render(
        request,
        "admin/workspace/samen_afwijzen.html",
        context(
            request,
            title=_("Meer kandidaten afwijzen"),
            rows=[
                {
                    "application": application,
                    "candidate": candidate,
                    "form": form,
                    "preview": preview,
                    **({} if blank else _advice(form)),
                }
                for (application, form), candidate, preview in zip(rows, shown, previews, strict=True)
            ],
            left_out=left_out,
            skips=plan.skips,
            key=key,
            complete=complete,
            failed=not blank and not complete,
        ),
        status=200 if blank or complete else 422,
    )


def _previews(rows: Sequence[tuple[Application, RejectForm]], user: User) -> list[Preview | None]:
    texts = [str(form["explanation"].value() or "") for _application, form in rows]
    return [
        _preview(form, application, user, [text for m, text in enumerate(texts) if m != n and text.strip()])
        for n, (application, form) in enumerate(rows)
    ]


def _send(
    key: UUID, user: User, rows: Sequence[tuple[Application, RejectForm]], skips: list[tuple[Application, str]]
) -> HttpResponse:
    answers = [bulk.Answer(application=application, **form.cleaned_data) for application, form in rows]
    operation = services.reject_together(key=key, actor=user, answers=answers, skips=skips)
    return redirect("admin:workspace-together-done", operation.key)
