"""What a student does with places: save, react, follow, choose a time, answer an offer (features S6 to S12)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.weekdays import needs_text
from organisations.weekdays import text as days_text
from placements import fit, panels, services, validators
from placements.browse import detail
from placements.browse.cards import cards, for_cards, place_text, vacancy_days, vacancy_url
from placements.calendar_file import interview_calendar
from placements.enums import ApplicationStatus, InterviewStatus
from placements.forms.student import ApplyForm, ReasonForm
from placements.models import Application, Interview, Vacancy
from placements.selectors import alternatives_for, pad_stappen, timeline
from placements.student_page import Row, done_steps, overview, own_applications, saved_places
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.models import Document
from students.selectors import current_cv, current_search, todo_of
from students.services import save_document

# A limit that somebody else reached first: the page that says so has its own status and its own ways on.
LOST = frozenset({"limit_reached", "vacancy_full"})


def _back(request: HttpRequest, fallback: str) -> str:
    """Return where a small form came from, when that is on this site."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return fallback


def _vacancy(request: StudentRequest, public_id: str) -> Vacancy:
    vacancy = detail.visible_vacancy(request.user, public_id, request.student)
    if vacancy is None:
        raise Http404
    return vacancy


def _own(request: StudentRequest, public_id: str) -> Application:
    """Return one's own application; somebody else's does not exist."""
    return get_object_or_404(own_applications(request.student).select_related("search"), public_id=public_id)


def _row(application: Application) -> Row:
    talks = sorted(application.talks, key=lambda t: (t.round, t.pk))  # type: ignore[attr-defined]
    return Row(application, talks)


# --- Save and wait ------------------------------------------------------------------------------------------


@require_POST
@student_required
def favourite_toggle(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Keep a place, or let it go."""
    vacancy = _vacancy(request, public_id)
    saved = services.toggle_favourite(student=request.student, vacancy=vacancy)
    text = _("Bewaard: %(title)s.") if saved else _("Niet meer bewaard: %(title)s.")
    messages.success(request, text % {"title": vacancy.title})
    return redirect(_back(request, vacancy_url(vacancy)))


@require_POST
@student_required
def waiting_list_join(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Wait for a place that is full; a mail comes when it takes reactions again."""
    vacancy = _vacancy(request, public_id)
    try:
        services.join_waiting_list(student=request.student, vacancy=vacancy)
    except RuleError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Je staat op de wachtlijst. Je krijgt een mail als er weer ruimte is."))
    return redirect(vacancy_url(vacancy))


# --- React --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def apply(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """React on one screen (S7). What stands in the way is said at once, with what one can do then."""
    vacancy = _vacancy(request, public_id)
    search = current_search(request.user)
    if request.method != "POST":
        try:
            validators.validate_can_apply(request.student, search, vacancy)
        except RuleError as error:
            return _blocked(request, vacancy, error, status=200)
    cv = current_cv(request.student)
    goals = list(search.learning_goals.values_list("text", flat=True)) if search else []
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ApplyForm(*data, search=search, current_cv=cv, goals=goals)
    if request.method == "POST":
        form.is_valid()
        form, cv = _keep_upload(request, form, cv, search, goals)
        if form.is_valid() and search is not None:
            try:
                application = services.submit_application(
                    student=request.student,
                    search=search,
                    vacancy=vacancy,
                    actor=request.user,
                    motivation=form.cleaned_data["motivation"],
                    learning_goals=form.cleaned_data["learning_goals"],
                    cv=cv if form.cleaned_data["cv"] != "none" else None,
                )
            except RuleError as error:
                return _blocked(request, vacancy, error, status=error.status, text=form.cleaned_data["motivation"])
            return redirect("apply-done", application.public_id)
        if search is None:
            missing = RuleError("no_search", _("Vul eerst in welke stage je zoekt. Daarna kun je reageren."))
            return _blocked(request, vacancy, missing, status=409, text=request.POST.get("motivation", ""))
    context = {
        "tab": "zoeken",
        "form": form,
        "vacancy": vacancy,
        "url": vacancy_url(vacancy),
        "place": place_text(vacancy),
        "search": search,
        "current_cv": cv,
        "fit": fit.fit(search, vacancy),
        "days": vacancy_days(vacancy),
        "own_days": capfirst(days_text(search.weekdays)) if search else "",
        "own_needs": needs_text(search.needs) if search else "",
    }
    return render(request, "placements/apply.html", context)


def _keep_upload(
    request: StudentRequest, form: ApplyForm, cv: Document | None, search: Any, goals: list[str]
) -> tuple[ApplyForm, Document | None]:
    """Save a CV that came along, also when another field is wrong: a file cannot be put back into a form.

    The form then shows it as the CV to use.
    """
    upload = form.cleaned_data.get("cv_file")
    if not upload:
        return form, cv
    try:
        cv = save_document(student=request.student, upload=upload, actor=request.user)
    except RuleError as error:
        form.add_error("cv_file", error.message)
        return form, cv
    posted = request.POST.copy()
    posted["cv"] = "reuse"
    kept = ApplyForm(posted, search=search, current_cv=cv, goals=goals)
    kept.is_valid()
    return kept, cv


def _blocked(
    request: StudentRequest, vacancy: Vacancy, error: RuleError, *, status: int, text: str = ""
) -> HttpResponseBase:
    """Say why a reaction is not possible, and what then. What somebody wrote stands on the page, nothing is lost."""
    existing = Application.objects.filter(student=request.student, vacancy=vacancy).order_by("-submitted_at").first()
    if error.code == "already_applied" and existing is not None:
        messages.info(request, error.message)
        return redirect("application-detail", existing.public_id)
    context = {
        "vacancy": vacancy,
        "url": vacancy_url(vacancy),
        "place": place_text(vacancy),
        "code": error.code,
        "reason": error.message,
        "lost": status == RuleError.status and error.code in LOST,
        "text": text,
        "is_waiting": getattr(vacancy, "is_waiting", False),
    }
    return render(request, "placements/apply_blocked.html", context, status=status)


@require_safe
@student_required
def apply_done(request: StudentRequest, public_id: str) -> HttpResponse:
    """Say that it worked, and what happens now with dates."""
    application = _own(request, public_id)
    open_count = Application.objects.filter(student=request.student).open().count()
    context = {
        "application": application,
        "vacancy": application.vacancy,
        "open_count": open_count,
        "limit": settings.MAX_OPEN_APPLICATIONS,
    }
    return render(request, "placements/apply_done.html", context)


# --- Follow -------------------------------------------------------------------------------------------------


@require_safe
@student_required
def my_overview(request: StudentRequest) -> HttpResponse:
    """Show what needs an answer now, then all reactions, proposals, saved places and what is still to do (S8)."""
    student = request.student
    search = current_search(request.user)
    page = overview(student, settings.MAX_OPEN_APPLICATIONS)
    has_cv, wishes, goals = done_steps(search, student)
    context = {
        "tab": "mijn",
        "student": student,
        "search": search,
        "page": page,
        "rows": [(row, pad_stappen(row.application)) for row in [*page.urgent, *page.running]],
        "ended": [(row, pad_stappen(row.application)) for row in page.ended],
        "panels": [
            render_to_string(template, panel, request=request) for template, panel in panels.panels_for(student)
        ],
        "saved": list(saved_places(student)[:5]),
        "todo": todo_of(search, has_cv=has_cv, wishes=int(wishes), goals=int(goals)),
    }
    return render(request, "placements/my_overview.html", context)


@require_safe
@student_required
def my_saved(request: StudentRequest) -> HttpResponse:
    """Show the places the student keeps."""
    search = current_search(request.user)
    rows = for_cards(Vacancy.objects.filter(favourites__student=request.student), request.student)
    context = {
        "cards": cards(
            rows.order_by("favourites__rank", "-favourites__created_at"),
            search=search,
            origin=search.home if search else None,
            can_save=True,
        ),
        "tab": "bewaard",
    }
    return render(request, "placements/my_saved.html", context)


@require_safe
@student_required
def application_detail(request: StudentRequest, public_id: str) -> HttpResponse:
    """Show one reaction: the way so far with dates, what was sent, and what can be done."""
    application = _own(request, public_id)
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
    }
    return render(request, "placements/application_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def application_withdraw(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Ask once, then withdraw."""
    application = _own(request, public_id)
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
        return redirect("application-detail", application.public_id)
    if not application.is_open:
        messages.info(request, _("Deze reactie is al afgesloten. Intrekken hoeft niet meer."))
        return redirect("application-detail", application.public_id)
    context = {"application": application, "vacancy": application.vacancy, "form": form}
    return render(request, "placements/application_withdraw.html", context)


# --- Talks --------------------------------------------------------------------------------------------------


def _interview(request: StudentRequest, public_id: str) -> Interview:
    return get_object_or_404(
        Interview.objects.filter(application__student=request.student).select_related(
            "application__vacancy__organisation", "host"
        ),
        public_id=public_id,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def interview_choose_slot(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Pick one of the times; picking another one later moves the talk."""
    interview = _interview(request, public_id)
    application = interview.application
    error = ""
    if request.method == "POST":
        raw = request.POST.get("slot", "")
        slot = (
            interview.slots.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
        )
        if slot is None:
            error = _("Kies een tijd uit de lijst.")
        else:
            try:
                services.choose_slot(interview=interview, slot=slot, actor=request.user)
            except RuleError as rule:
                error = rule.message
            else:
                messages.success(request, _("Je gesprek staat vast. Zet het ook in je agenda."))
                return redirect("application-detail", application.public_id)
    row = Row(application, [interview])
    context = {"interview": interview, "application": application, "row": row, "error": error}
    return render(request, "placements/interview_choose.html", context, status=409 if error else 200)


@require_safe
@student_required
def interview_ics(request: StudentRequest, public_id: str) -> HttpResponse:
    """Give a planned talk as a file for the calendar."""
    interview = _interview(request, public_id)
    if interview.starts_at is None or interview.status == InterviewStatus.PROPOSED:
        raise Http404
    url = request.build_absolute_uri(f"/mijn/reacties/{interview.application.public_id}/")
    response = HttpResponse(
        interview_calendar(interview, url), content_type="text/calendar; charset=utf-8; method=PUBLISH"
    )
    response["Content-Disposition"] = 'attachment; filename="gesprek.ics"'
    return response


# --- Offers -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def offer_answer(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Show the offer with all that follows from yes and no; the answer is a button on this page."""
    application = _own(request, public_id)
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
    others = Application.objects.filter(student=request.student).open().exclude(pk=application.pk).count()
    context = {
        "application": application,
        "vacancy": application.vacancy,
        "row": _row(application),
        "others": others,
        "form": form,
        "missing": request.method == "POST",
        "confirm": request.GET.get("antwoord", ""),
    }
    return render(request, "placements/offer_answer.html", context)
