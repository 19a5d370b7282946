"""What a BPV-coördinator sees and does for own students (features B2, B3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from placements.browse.pager import address
from placements.guidance import services
from placements.guidance.access import own_students, school_or_404, signed_in, student_or_404
from placements.guidance.enums import HelpReason
from placements.guidance.forms import NoteForm, SettingsForm, TaskForm
from placements.guidance.help_list import HelpList
from placements.guidance.selectors import settings_of
from placements.guidance.services.tasks import coordinators_of
from placements.guidance.student_page import StudentPage
from placements.models import HelpNote
from stagematch.audit.services import record_view
from stagematch.ui.errors import RuleError
from students.models import Student


@require_safe
@role_required(Role.COORDINATOR)
def school_help(request: HttpRequest) -> HttpResponse:
    """Show who needs somebody now, why, and the one thing to do first."""
    school, schools = school_or_404(request)
    found = HelpList(school, request.GET)
    context = {
        "school": school,
        "schools": schools,
        "rows": found.rows,
        "total": found.total,
        "pager": found.pager,
        "all_url": address(request.GET, reden=None),
        "reasons": [
            (reason.label, number, reason == found.chosen, address(request.GET, reden=reason.value))
            for reason, number in found.reasons
        ],
        "chosen": found.chosen,
        "tab": "school",
    }
    return render(request, "placements/guidance/help.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COORDINATOR)
def school_help_settings(request: HttpRequest) -> HttpResponse:
    """Show and change from when this school wants to know."""
    school, schools = school_or_404(request)
    form = SettingsForm(request.POST if request.method == "POST" else None, settings=settings_of(school))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(school=school, actor=signed_in(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("De grenzen zijn bewaard. Ze gelden meteen."))
            return redirect(f"{reverse('school-help')}?school={school.slug}" if len(schools) > 1 else "school-help")
    context = {"school": school, "schools": schools, "form": form, "tab": "school"}
    return render(request, "placements/guidance/settings.html", context)


@require_safe
@role_required(Role.COORDINATOR)
def school_student(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one own student. Looking is written down, and the student can read that."""
    user = signed_in(request)
    student = student_or_404(user, public_id)
    label = _("BPV-coördinator, %(school)s") % {"school": student.school}
    record_view(actor=user, subject=student.user, obj=student, label=label)
    return _student_page(request, student)


def _student_page(
    request: HttpRequest, student: Student, *, task: TaskForm | None = None, note: NoteForm | None = None
) -> HttpResponse:
    user = signed_in(request)
    page = StudentPage(student, user)
    reason = request.GET.get("doe", "")
    initial = {"owner": str(user.public_id), **page.suggested(reason)}
    context = {
        "page": page,
        "student": student,
        "task_form": task or TaskForm(colleagues=page.colleagues, initial=initial),
        "note_form": note or NoteForm(),
        "opens_task": task is not None or reason in HelpReason.values,
        "form": task or note,
        "tab": "school",
    }
    return render(request, "placements/guidance/student.html", context)


@require_POST
@role_required(Role.COORDINATOR)
def school_task_make(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down what somebody will do for a student."""
    student = student_or_404(signed_in(request), public_id)
    form = TaskForm(request.POST, colleagues=coordinators_of(student.school))
    if form.is_valid():
        try:
            services.make_task(student=student, actor=signed_in(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("De taak staat erbij."))
            return redirect("school-student", student.public_id)
    return _student_page(request, student, task=form)


@require_POST
@role_required(Role.COORDINATOR)
def school_note_write(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down what was agreed with a student."""
    student = student_or_404(signed_in(request), public_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            services.write_note(student=student, actor=signed_in(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("De notitie is bewaard. De student kan hem opvragen."))
            return redirect("school-student", student.public_id)
    return _student_page(request, student, note=form)


@require_POST
@role_required(Role.COORDINATOR)
def school_note_remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take away a note."""
    user = signed_in(request)
    rows = HelpNote.objects.visible_to(user).filter(student__in=own_students(user))
    note = get_object_or_404(rows.select_related("student", "school", "author"), public_id=public_id)
    try:
        services.remove_note(note=note, actor=user)
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De notitie is weg."))
    return redirect("school-student", note.student.public_id)
