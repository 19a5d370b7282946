"""What a student does with reactions: follow, withdraw, choose a time, answer an offer (features S8 to S12)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from placements import panels, services
from placements.browse.cards import cards, for_cards, vacancy_url
from placements.emails import contact_of
from placements.enums import ApplicationStatus
from placements.forms.student import ReasonForm
from placements.models import Application, RejectionFeedback, Vacancy
from placements.selectors import alternatives_for, pad_stappen, timeline
from placements.services.feedback import mark_helpful
from placements.student_page import Row, Texts, overview, own_application, saved_places, texts_of, what_there_is
from placements.views.common import back_to
from placements.waiting import lines_of
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.selectors import current_search, todo_of


def _row(application: Application) -> Row:
    talks = sorted(application.talks, key=lambda t: (t.round, t.pk))  # type: ignore[attr-defined]
    return Row(application, talks)


# --- Follow -------------------------------------------------------------------------------------------------


@require_safe
@student_required
def my_overview(request: StudentRequest) -> HttpResponse:
    """Show what needs an answer now, then all reactions, proposals, saved places and what is still to do (S8)."""
    student = request.student
    search = current_search(request.user)
    page = overview(student, settings.MAX_OPEN_APPLICATIONS)
    has = what_there_is(search, student)
    texts = texts_of(student) if has.unsent else Texts()
    context = {
        "tab": "mijn",
        "student": student,
        "search": search,
        "page": page,
        "asked": len(page.urgent)
        + len(texts.requests)
        + sum(bool(getattr(row.application, "forward_question", None)) for row in page.running),
        "rows": [(row, pad_stappen(row.application)) for row in [*page.urgent, *page.running]],
        "ended": [(row, pad_stappen(row.application)) for row in page.ended],
        "panels": [
            render_to_string(template, panel, request=request)
            for template, panel in [*panels.panels_for(student, has), *_introduced(texts)]
        ],
        "saved": saved_places(student) if has.saved else [],
        "requests": texts.requests,
        "drafts": texts.drafts,
        "lines": lines_of(student) if has.waiting else [],
        "todo": todo_of(search, has_cv=has.cv, wishes=int(has.wishes), goals=int(has.goals)),
    }
    return render(request, "placements/my_overview.html", context)


def _introduced(texts: Texts) -> list[panels.Panel]:
    """Where the own school introduces the student, with the way to take the yes back."""
    found = texts.introduced
    return [("placements/guidance/_introduced_panel.html", {"introduced": found})] if found else []


@require_safe
@student_required
def application_detail(request: StudentRequest, public_id: str) -> HttpResponse:
    """Show one reaction: the way so far with dates, what was sent, and what can be done."""
    application = own_application(request.student, public_id)
    row = _row(application)
    search = current_search(request.user)
    similar: list[Vacancy] = []
    if row.status == ApplicationStatus.REJECTED:
        found = alternatives_for(application)
        rows = {v.pk: v for v in for_cards(Vacancy.objects.filter(pk__in=[v.pk for v in found]), request.student)}
        similar = [rows[v.pk] for v in found]
    context = {
        "tab": "mijn",
        "row": row,
        "application": application,
        "vacancy": application.vacancy,
        "url": vacancy_url(application.vacancy),
        "steps": pad_stappen(application),
        "timeline": timeline(application),
        "similar": cards(similar, search=search, origin=search.home if search else None, can_save=True),
        "can_withdraw": application.is_open,
        "contact": contact_of(application) if row.overdue else None,
        "helped": RejectionFeedback.objects.filter(rejection__application=application).exists(),
    }
    return render(request, "placements/application_detail.html", context)


@require_POST
@student_required
def rejection_helpful(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Say that the explanation helped; once, and the organisation sees a number only."""
    application = own_application(request.student, public_id)
    try:
        mark_helpful(application=application, actor=request.user)
    except RuleError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Dank je wel. Zo leren organisaties wat helpt."))
    return redirect("application-detail", application.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def application_withdraw(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Ask once, then withdraw."""
    application = own_application(request.student, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_application(
                application=application, actor=request.user, reason=form.cleaned_data["reason"]
            )
        except RuleError as error:
            messages.warning(request, error.message)
        else:
            messages.success(request, _("Je reactie is ingetrokken. De organisatie weet het."))
        return redirect(back_to(request, reverse("application-detail", args=[application.public_id])))
    if not application.is_open:
        messages.info(request, _("Deze reactie is al afgesloten. Intrekken hoeft niet meer."))
        return redirect("application-detail", application.public_id)
    context = {
        "application": application,
        "vacancy": application.vacancy,
        "form": form,
        "next": back_to(request, ""),
    }
    return render(request, "placements/application_withdraw.html", context)


# --- Offers -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def offer_answer(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Show the offer with all that follows from yes and no; the answer is a button on this page."""
    application = own_application(request.student, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    if answer in {"yes", "no"} and form.is_valid():
        try:
            if answer == "yes":
                services.accept_offer(application=application, actor=request.user)
                messages.success(request, _("Gefeliciteerd. Deze stageplek is voor jou."))
            else:
                services.decline_offer(application=application, actor=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("Je hebt nee gezegd. De plek gaat naar iemand anders."))
        except RuleError as error:
            context = {"application": application, "vacancy": application.vacancy, "reason": error.message}
            return render(request, "placements/offer_gone.html", context, status=error.status)
        return redirect("application-detail", application.public_id)
    if application.status != ApplicationStatus.OFFERED:
        return redirect("application-detail", application.public_id)
    others = (
        Application.objects.filter(search=application.search_id)
        .open()
        .exclude(pk=application.pk)
        .select_related("vacancy__organisation")
        .order_by("pk")
    )
    context = {
        "application": application,
        "vacancy": application.vacancy,
        "row": _row(application),
        "others": list(others),
        "form": form,
        "missing": request.method == "POST",
        "confirm": request.GET.get("antwoord", ""),
    }
    return render(request, "placements/offer_answer.html", context)
