"""What a student tells about the search, and the student's own data (features S2, S14)."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stagematch.audit.selectors import looks_at
from stagematch.audit.services import record_export
from stagematch.clock import today
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.forms import DeleteAccountForm, PhoneForm
from students.models import Document, PlacementSearch
from students.selectors import current_cv, current_search, todo_for
from students.services import (
    correct_phone,
    delete_person,
    export_archive,
    keep_applications,
    open_search,
    save_document,
    stop_search,
    update_search,
)
from students.steps import STEPS, step_of

_SEEN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def my_search_edit(request: StudentRequest, stap: str) -> HttpResponseBase:
    """Show and save one step; the next one follows. Every step is saved by itself, so stopping half-way loses nothing."""
    step = step_of(stap)
    if step is None:
        raise Http404
    search = current_search(request.user)
    if search is None and stap != STEPS[0].slug:
        messages.info(request, _("Kies eerst voor welke periode je een plek zoekt."))
        return redirect("my-search-edit", STEPS[0].slug)
    if step.form is None:
        return _ready(request, search)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = step.form(*data, student=request.student, search=search)
    if request.method == "POST":
        valid = form.is_valid()
        # A file cannot be put back into a form: it is kept even when another field is wrong.
        if upload := form.cleaned_data.pop("cv", None):
            try:
                save_document(student=request.student, upload=upload, actor=request.user)
            except RuleError as error:
                form.add_error("cv", error.message)
                valid = False
        if valid:
            try:
                update_search(student=request.student, search=search, actor=request.user, **form.changes())
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, _("Opgeslagen."))
                return redirect("my-search-edit", step.next_slug)
    context = {
        "step": step,
        "steps": STEPS,
        "form": form,
        "search": search,
        "student": request.student,
        "cv": current_cv(request.student) if stap == "cv" else None,
        "tab": "mijn",
    }
    return render(request, "students/search_step.html", context)


def _ready(request: StudentRequest, search: PlacementSearch | None) -> HttpResponseBase:
    """The last step: see what is there and what is missing, and let the search begin or stop."""
    assert search is not None  # noqa: S101 -- my_search_edit sent everybody without one to the first step
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("action") == "stop":
                stop_search(search=search, actor=request.user)
                messages.success(request, _("Je zoektocht staat uit. Je open reacties lopen door."))
            else:
                open_search(search=search, actor=request.user)
                messages.success(
                    request, _("Je zoektocht staat aan. Vanaf nu kun je reageren, en we zoeken elke nacht mee.")
                )
            return redirect("my-overview")
        except RuleError as rule:
            error = rule.message
    context = {
        "step": step_of("klaar"),
        "steps": STEPS,
        "search": search,
        "student": request.student,
        "todo": todo_for(request.student, search),
        "error": error,
        "tab": "mijn",
    }
    return render(request, "students/search_ready.html", context, status=409 if error else 200)


@require_safe
@student_required
def my_data(request: StudentRequest) -> HttpResponse:
    """Show what we keep, who opened the file, and the ways to correct it, take it along or have it removed."""
    return render(
        request, "students/my_data.html", _my_data(request, PhoneForm(initial={"phone": request.student.phone}))
    )


def _my_data(request: StudentRequest, form: PhoneForm) -> dict[str, object]:
    until = request.student.keep_applications_until
    return {
        "student": request.student,
        "documents": list(Document.objects.filter(student=request.student)),
        "seen": looks_at(request.user, limit=_SEEN),
        "keeps_longer": until if until is not None and until > today() else None,
        "form": form,
        "tab": "mijn",
    }


@require_POST
@student_required
def my_data_phone(request: StudentRequest) -> HttpResponseBase:
    """Correct the telephone number."""
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return render(request, "students/my_data.html", _my_data(request, form))
    correct_phone(student=request.student, actor=request.user, phone=form.cleaned_data["phone"])
    messages.success(request, _("Opgeslagen."))
    return redirect("my-data")


@require_POST
@student_required
def my_data_keep(request: StudentRequest) -> HttpResponseBase:
    """Keep closed reactions for a year, or let them go after four weeks again."""
    longer = request.POST.get("bewaar") == "jaar"
    keep_applications(student=request.student, actor=request.user, longer=longer)
    messages.success(
        request,
        _("We bewaren je afgesloten reacties een jaar.")
        if longer
        else _("We wissen je afgesloten reacties weer na 4 weken."),
    )
    return redirect("my-data")


@require_POST
@student_required
def my_data_download(request: StudentRequest) -> HttpResponse:
    """Give everything about this person: a zip with a JSON file and the own files."""
    archive = export_archive(user=request.user, actor=request.user)
    record_export(actor=request.user, subject=request.user, obj=request.user, label="")
    name = f"stagematch-{slugify(request.user.get_short_name()) or 'gegevens'}-{today().isoformat()}.zip"
    response = HttpResponse(archive, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def my_data_delete(request: StudentRequest) -> HttpResponseBase:
    """Ask once more, then remove the person and everything about them, and say goodbye."""
    form = DeleteAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            delete_person(user=request.user, actor=request.user)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            logout(request)
            messages.success(request, _("Je account en je gegevens zijn verwijderd. Het ga je goed."))
            return redirect("/")
    return render(request, "students/my_data_delete.html", {"form": form, "tab": "mijn"})
