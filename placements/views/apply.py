"""Reacting on a place: the one screen, its draft, and what is said when it cannot be (features S7)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.weekdays import needs_text
from organisations.weekdays import text as days_text
from placements import drafts, fit, services, validators
from placements.browse.cards import cards, for_cards, place_text, vacancy_days, vacancy_url
from placements.fitting import fitting_places
from placements.forms.student import ApplyForm
from placements.models import Application, ApplicationDraft, Vacancy
from placements.student_page import open_for_choice, own_application
from placements.views.common import vacancy_for
from placements.waiting import place_in_line
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.models import Document, PlacementSearch, Student
from students.selectors import current_cv, current_search
from students.services import save_document

# A limit that somebody else reached first: the page that says so has its own status and its own ways on.
LOST = frozenset({"limit_reached", "vacancy_full"})
_DRAFT_PAGES = frozenset({"apply", "apply-draft"})


# --- Nothing typed is lost ----------------------------------------------------------------------------------


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def keep_typed(request: HttpRequest) -> ApplicationDraft | None:
    """Keep what a posted apply form holds as the draft of the student it was made for; None without their token."""
    owner = drafts.owner_of(request)
    if owner is None:
        return None
    student = Student.objects.filter(pk=owner[0], is_active=True).first()
    vacancy = Vacancy.objects.filter(pk=owner[1]).first()
    if student is None or vacancy is None:
        return None
    return services.save_draft(
        student=student,
        vacancy=vacancy,
        motivation=request.POST.get("motivation", ""),
        learning_goals=request.POST.getlist("goals"),
        own_goal=request.POST.get("own_goal", ""),
    )


def rescue_typed(request: HttpRequest) -> HttpResponseBase | None:
    """Answer an apply form with an old safety token: the text is kept, the form is shown again, nothing is sent."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if match.url_name not in _DRAFT_PAGES:
        return None
    draft = keep_typed(request)
    if draft is None:
        return None
    if wants_json(request):
        return _saved_json(draft)
    messages.info(request, _("Je tekst is bewaard. Kijk hem na en verstuur hem dan nog een keer."))
    return redirect("apply", draft.vacancy.public_id)


def _sign_in(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send to signing in, and back to the form after that; what was posted is kept first."""
    if request.method == "POST" and keep_typed(request) is not None:
        messages.info(request, _("Je was uitgelogd. Je tekst is bewaard. Log in, dan kun je verder."))
    return redirect_to_login(reverse("apply", args=[public_id]))


def _of_somebody_else(request: StudentRequest) -> bool:
    """Whether the posted form was made for another student, on a computer that people share."""
    owner = drafts.owner_of(request)
    return owner is not None and owner[0] != request.student.pk


# --- The screen ---------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """React on one screen. Whoever is signed out signs in first and comes back, with what was typed."""
    if not request.user.is_authenticated:
        return _sign_in(request, public_id)
    return _apply(request, public_id)


@student_required
def _apply(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Show and send the form. What stands in the way is said at once, with what one can do then."""
    vacancy = vacancy_for(request, public_id)
    search = current_search(request.user)
    if request.method == "POST" and _of_somebody_else(request):
        keep_typed(request)
        messages.warning(
            request, _("Dit formulier was van iemand anders. Er is niets verstuurd. Vul het hier zelf in.")
        )
        return redirect("apply", vacancy.public_id)
    if request.method != "POST":
        try:
            validators.validate_can_apply(request.student, search, vacancy)
        except RuleError as error:
            return _blocked(request, vacancy, search, error, status=200)
    cv = current_cv(request.student)
    goals = list(search.learning_goals.values_list("text", flat=True)) if search else []
    draft = ApplicationDraft.objects.filter(student=request.student, vacancy=vacancy).first()
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ApplyForm(*data, search=search, current_cv=cv, goals=goals, draft=draft)
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
                text = form.cleaned_data["motivation"]
                _keep(request, vacancy)
                return _blocked(request, vacancy, search, error, status=error.status, text=text)
            return redirect("apply-done", application.public_id)
        _keep(request, vacancy)
        if search is None:
            missing = RuleError("no_search", _("Vul eerst in welke stage je zoekt. Daarna kun je reageren."))
            return _blocked(request, vacancy, search, missing, status=409, text=request.POST.get("motivation", ""))
    context = {
        "tab": "zoeken",
        "form": form,
        "vacancy": vacancy,
        "url": vacancy_url(vacancy),
        "place": place_text(vacancy),
        "search": search,
        "current_cv": cv,
        "other_cv": form.is_bound and form.data.get("cv") in {"upload", "none"},
        "draft": draft,
        "draft_field": drafts.FIELD,
        "draft_token": drafts.draft_token(request.student, vacancy),
        "fit": fit.fit(search, vacancy),
        "days": vacancy_days(vacancy),
        "own_days": capfirst(days_text(search.weekdays)) if search else "",
        "own_needs": needs_text(search.needs) if search else "",
    }
    return render(request, "placements/apply.html", context)


def _keep(request: StudentRequest, vacancy: Vacancy) -> ApplicationDraft | None:
    """Keep what was typed beside the page that says what is wrong: closing that page loses nothing either."""
    return services.save_draft(
        student=request.student,
        vacancy=vacancy,
        motivation=request.POST.get("motivation", ""),
        learning_goals=request.POST.getlist("goals"),
        own_goal=request.POST.get("own_goal", ""),
    )


def _keep_upload(
    request: StudentRequest, form: ApplyForm, cv: Document | None, search: PlacementSearch | None, goals: list[str]
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
    request: StudentRequest,
    vacancy: Vacancy,
    search: PlacementSearch | None,
    error: RuleError,
    *,
    status: int,
    text: str = "",
) -> HttpResponseBase:
    """Say why a reaction is not possible, and what then. What somebody wrote stands on the page, nothing is lost."""
    if error.code == "already_applied":
        earlier = Application.objects.filter(student=request.student, vacancy=vacancy)
        if (existing := earlier.order_by("-submitted_at").first()) is not None:
            messages.info(request, _("Je reactie was al verstuurd.") if existing.is_open else error.message)
            return redirect("application-detail", existing.public_id)
    found = fitting_places(search, exclude=[vacancy]) if search is not None and error.code not in {"placed"} else []
    rows = {v.pk: v for v in for_cards(Vacancy.objects.filter(pk__in=[v.pk for v in found]), request.student)}
    context: dict[str, Any] = {
        "vacancy": vacancy,
        "url": vacancy_url(vacancy),
        "place": place_text(vacancy),
        "code": error.code,
        "reason": error.message,
        "lost": status == RuleError.status and error.code in LOST,
        "text": text,
        "waiting": place_in_line(request.student, vacancy) if error.code == "vacancy_full" else None,
        "running": open_for_choice(request.student) if error.code == "limit_reached" else [],
        "similar": cards(
            [rows[v.pk] for v in found], search=search, origin=search.home if search else None, can_save=True
        ),
    }
    return render(request, "placements/apply_blocked.html", context, status=status)


@require_safe
@student_required
def apply_done(request: StudentRequest, public_id: str) -> HttpResponse:
    """Say that it worked, and what happens now with dates."""
    application = own_application(request.student, public_id)
    open_count = Application.objects.filter(student=request.student).open().count()
    context = {
        "application": application,
        "vacancy": application.vacancy,
        "open_count": open_count,
        "limit": settings.MAX_OPEN_APPLICATIONS,
    }
    return render(request, "placements/apply_done.html", context)


# --- The draft ----------------------------------------------------------------------------------------------


def _saved_json(draft: ApplicationDraft | None) -> JsonResponse:
    when = timezone.localtime(draft.updated_at).strftime("%H:%M") if draft else ""
    text = _("Bewaard om %(time)s") % {"time": when} if when else ""
    return JsonResponse({"saved_at": draft.updated_at.isoformat() if draft else None, "text": text})


@login_not_required
@require_POST
def apply_draft(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Keep the draft: answers JSON to the script, and the form again to the button.

    Whoever is signed out meanwhile keeps it by the form's own token, and signs in before anything is shown.
    """
    if not request.user.is_authenticated:
        if wants_json(request):
            draft = keep_typed(request)
            return _saved_json(draft) if draft else JsonResponse({"saved_at": None, "text": ""}, status=401)
        return _sign_in(request, public_id)
    return _apply_draft(request, public_id)


@student_required
def _apply_draft(request: StudentRequest, public_id: str) -> HttpResponseBase:
    vacancy = vacancy_for(request, public_id)
    draft = keep_typed(request) if _of_somebody_else(request) else _keep(request, vacancy)
    if wants_json(request):
        return _saved_json(draft)
    upload = request.FILES.get("cv_file")
    if isinstance(upload, UploadedFile):
        try:
            save_document(student=request.student, upload=upload, actor=request.user)
        except RuleError as error:
            messages.warning(request, error.message)
    if draft is not None:
        messages.success(request, _("Je concept is bewaard. Je vindt het ook bij ‘Mijn stage’."))
    else:
        messages.info(request, _("Er was nog niets om te bewaren."))
    return redirect("apply", vacancy.public_id)


@require_POST
@student_required
def draft_delete(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Throw a draft away."""
    vacancy = vacancy_for(request, public_id)
    if services.drop_draft(student=request.student, vacancy=vacancy):
        messages.success(request, _("Het concept is weggegooid."))
    return redirect("my-overview")
