"""Reporting something to the own school, and reading it there (features S15). No page here is for an organisation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.roles import role_required
from placements.forms.assisted import ContactForm, ReportForm
from placements.models import Application, Placement, Report
from placements.services import reports
from placements.views.common import is_public_id
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required

_ABOUT = ("vacancy__organisation",)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def report_make(request: StudentRequest) -> HttpResponseBase:
    """Tell the school's contact what happened; about a reaction, a stage, or nothing in particular."""
    application, placement = _application(request), _placement(request)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            report = reports.make_report(
                student=request.student,
                actor=request.user,
                application=application,
                placement=placement,
                **form.cleaned_data,
            )
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Je melding is verstuurd. Goed dat je het vertelt."))
            return redirect("my-report", report.public_id)
    subject = application or placement
    context = {
        "form": form,
        "vacancy": subject.vacancy if subject else None,
        "contact": reports.contact_of_school(request.student.school),
        "school": request.student.school,
        "own": list(Report.objects.of_student(request.user)[:20]),
        "tab": "mijn",
    }
    return render(request, "placements/report_make.html", context)


def _application(request: StudentRequest) -> Application | None:
    number = request.GET.get("reactie", "")
    rows = Application.objects.filter(student=request.student).select_related(*_ABOUT)
    return get_object_or_404(rows, public_id=number) if is_public_id(number) else None


def _placement(request: StudentRequest) -> Placement | None:
    number = request.GET.get("stage", "")
    rows = Placement.objects.filter(student=request.student).select_related(*_ABOUT)
    return get_object_or_404(rows, public_id=number) if is_public_id(number) else None


@require_safe
@student_required
def my_report(request: StudentRequest, public_id: str) -> HttpResponse:
    """Show the own report, who it went to and whether it was read."""
    rows = Report.objects.of_student(request.user).select_related("contact", "school")
    return render(
        request, "placements/report_own.html", {"report": get_object_or_404(rows, public_id=public_id), "tab": "mijn"}
    )


# --- The school's contact -----------------------------------------------------------------------------------


def _coordinator(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return request.user


@role_required(Role.COORDINATOR)
@require_safe
def school_reports(request: HttpRequest) -> HttpResponse:
    """List the reports this person is the contact for, without what is in them; and say who the contact is."""
    user = _coordinator(request)
    rows = Report.objects.readable_by(user).select_related("school").defer("text")
    contacts = [_contact(school) for school in Organisation.objects.of(user, Role.COORDINATOR).order_by("name")]
    return render(
        request,
        "placements/school_reports.html",
        {"reports": list(rows[:100]), "contacts": contacts, "tab": "meldingen"},
    )


def _contact(school: Organisation) -> tuple[Organisation, User | None, ContactForm]:
    """A school of this coordinator, who is the contact now, and the form to choose another."""
    contact = reports.contact_of_school(school)
    members = Membership.objects.active().filter(organisation=school, role=Role.COORDINATOR).select_related("user")
    people = list(dict.fromkeys(row.user for row in members.order_by("user__first_name", "pk")))
    initial = {"user": str(contact.public_id)} if contact else {}
    return school, contact, ContactForm(people=people, initial=initial, auto_id=f"id_{school.slug}_%s")


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def school_report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Read one report, as its contact; every look is logged. Anybody else gets a 404."""
    user = _coordinator(request)
    report = get_object_or_404(Report.objects.readable_by(user), public_id=public_id)
    if request.method == "POST":
        reports.close_report(report=report, actor=user)
        messages.success(request, _("De melding is afgesloten."))
        return redirect("school-reports")
    report = reports.open_report(report=report, actor=user)
    return render(request, "placements/school_report.html", {"report": report, "tab": "meldingen"})


@role_required(Role.COORDINATOR)
@require_POST
def school_contact(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Choose which coordinator reads the reports."""
    user = _coordinator(request)
    school = get_object_or_404(Organisation.objects.of(user, Role.COORDINATOR), slug=slug)
    _school, _now, bare = _contact(school)
    form = ContactForm(request.POST, people=list(bare.people.values()))
    if form.is_valid():
        reports.name_trust_person(school=school, user=form.cleaned_data["user"], actor=user)
        messages.success(request, _("Opgeslagen."))
    else:
        messages.warning(request, _("Kies iemand van je eigen school."))
    return redirect("school-reports")
