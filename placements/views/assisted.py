"""Applying on behalf of a student: the coordinator asks, the student says yes or no (features B4, O12)."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.enums import Role
from organisations.models import Programme
from organisations.roles import role_required
from placements.browse.cards import vacancy_url
from placements.enums import AssistedKind, AssistedStatus
from placements.fitting import fitting_places
from placements.forms.assisted import AskStudentForm
from placements.models import AssistedApplication, Vacancy
from placements.services import assisted
from placements.services.introductions import withdraw_introduction
from placements.views.common import is_public_id
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.clock import now
from stagematch.links.models import SecretLink
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.forms import EnrolForm
from students.models import PlacementSearch, Student
from students.selectors import current_cv, current_search

MOST_PLACES = 10


# --- The school asks ----------------------------------------------------------------------------------------


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def school_ask(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Prepare a reaction or an introduction for an own student, and ask the student."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- narrows the type, checked by role_required
    rows = (
        Student.objects.visible_to(user).exclude(user=user).select_related("user", "school", "programme__qualification")
    )
    student = get_object_or_404(rows, public_id=public_id)
    search = current_search(student.user)
    places = _places(request, search)
    goals = [goal.text for goal in search.learning_goals.all()] if search else []
    initial = {
        "vacancy": request.GET.get("plek", ""),
        "motivation": search.motivation if search else "",
        "learning_goals": "\n".join(goals),
    }
    form = AskStudentForm(request.POST if request.method == "POST" else None, vacancies=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assisted.ask_student(student=student, actor=user, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("De vraag is verstuurd. De organisatie hoort nog niets."))
            return redirect("school-ask", student.public_id)
    record_view(
        actor=user,
        subject=student.user,
        obj=student,
        label=_("BPV-coördinator, %(school)s") % {"school": student.school},
    )
    asked = AssistedApplication.objects.asked_by_school_of(user).filter(student=student).select_related("vacancy")
    context = {
        "student": student,
        "search": search,
        "form": form,
        "places": places,
        "asked": list(asked[:20]),
        "tab": "school",
    }
    return render(request, "placements/school_ask.html", context)


def _places(request: HttpRequest, search: PlacementSearch | None) -> list[Vacancy]:
    """The places that fit the student, and the one the coordinator came from."""
    places = fitting_places(search, limit=MOST_PLACES) if search else []
    wanted = request.POST.get("vacancy") or request.GET.get("plek") or ""
    if wanted and wanted not in {str(v.public_id) for v in places}:
        rows = Vacancy.objects.published().select_related("organisation", "location__postcode")
        extra = rows.filter(public_id=wanted).first() if is_public_id(wanted) else None
        if extra is None:
            return places
        places.insert(0, extra)
    return places


# --- The student answers ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def my_request(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Show what is asked, word for word, and take the answer."""
    rows = AssistedApplication.objects.asked_of(request.user).select_related(
        "vacancy__organisation", "student__user", "student__school", "asked_by"
    )
    return _answer(request, get_object_or_404(rows, public_id=public_id))


@secret_link(assisted.CONSENT_LINK)
def consent(request: HttpRequest, link: SecretLink) -> HttpResponseBase:
    """The same page without signing in, for whoever has the mail."""
    asked = AssistedApplication.objects.select_related(
        "vacancy__organisation", "student__user", "student__school", "asked_by", "school"
    ).get(pk=link.object_id)
    return _answer(request, asked) if asked.student is not None else _stranger(request, asked)


def _answer(request: HttpRequest, asked: AssistedApplication) -> HttpResponseBase:
    student = asked.student
    assert student is not None  # noqa: S101 -- both callers have looked
    reason = ""
    answer = request.POST.get("antwoord", "") if request.method == "POST" else ""
    if answer == "intrekken" and request.user == student.user:  # not by a link: the mail may lie around
        try:
            withdraw_introduction(asked=asked, actor=student.user)
        except RuleError as error:
            reason = error.message
        else:
            messages.success(request, _("Je toestemming is ingetrokken. De organisatie ziet de tekst niet meer."))
            return redirect("my-overview")
    if answer in {"ja", "nee"}:
        try:
            done = (assisted.agree if answer == "ja" else assisted.decline)(asked=asked, actor=student.user)
        except RuleError as error:
            reason = error.message
            if error.code not in {"already_answered", "already_applied"}:
                assisted.keep_as_draft(asked=asked)
        else:
            return render(request, "placements/assisted_done.html", {"asked": done, "vacancy": done.vacancy})
    is_open = asked.status == AssistedStatus.WAITING and asked.expires_at > now()
    context = {
        "asked": asked,
        "vacancy": asked.vacancy,
        "url": vacancy_url(asked.vacancy),
        "introduces": asked.kind == AssistedKind.INTRODUCE,
        "cv": current_cv(student),
        "is_open": is_open,
        "is_introduced": asked.kind == AssistedKind.INTRODUCE and asked.status == AssistedStatus.AGREED,
        "may_withdraw": request.user == student.user,
        "reason": reason,
        "missing": request.method == "POST" and not answer,
    }
    return render(request, "placements/assisted_consent.html", context, status=409 if reason else 200)


def _stranger(request: HttpRequest, asked: AssistedApplication) -> HttpResponseBase:
    """Whoever applied by mail and has no profile: make one here, or hear who can help."""
    school = assisted.school_of_address(asked)
    has_account = User.objects.filter(email=asked.email).exists()
    programmes = list(Programme.objects.filter(school=school)) if school and not has_account else []
    if request.method == "POST" and request.POST.get("antwoord") == "nee":
        done = assisted.decline(asked=asked, actor=None)
        return render(request, "placements/assisted_done.html", {"asked": done, "vacancy": done.vacancy})
    form = EnrolForm(
        request.POST if request.method == "POST" and programmes else None,
        programmes=programmes,
        user=User(first_name=asked.first_name, last_name=asked.last_name),
    )
    if request.method == "POST" and programmes and form.is_valid():
        try:
            assisted.take_over(asked=asked, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request, _("Je account is klaar en je tekst staat klaar. Log in met een code die we je mailen.")
            )
            return redirect_to_login(reverse("apply", args=[asked.vacancy.public_id]))
    context = {
        "asked": asked,
        "vacancy": asked.vacancy,
        "url": vacancy_url(asked.vacancy),
        "form": form if programmes else None,
        "has_account": has_account,
        "school": asked.school,
    }
    return render(request, "placements/assisted_stranger.html", context)
