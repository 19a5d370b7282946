"""A student and their talks: choose a time, ask for another one, call it off, put it in the calendar (features S9)."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from placements import emails, services
from placements.calendar_file import interview_calendar
from placements.enums import InterviewStatus
from placements.forms.student import ReasonForm
from placements.forms.talks import WishForm
from placements.models import Interview
from placements.student_page import Row
from stagematch.along import along
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required


def _interview(request: StudentRequest, public_id: str) -> Interview:
    """One's own talk; somebody else's does not exist."""
    rows = Interview.objects.filter(application__student=request.student).select_related(
        "application__vacancy__organisation", "application__student__user", "host", "location"
    )
    return get_object_or_404(along(rows, "participants", "slots"), public_id=public_id)


def _closed(request: StudentRequest, interview: Interview) -> HttpResponseBase | None:
    """Send on who comes to a talk that is over or off."""
    if interview.status in InterviewStatus.ahead() and interview.application.is_open:
        return None
    messages.info(request, _("Dit gesprek is al geweest of gaat niet meer door."))
    return redirect("application-detail", interview.application.public_id)


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
                messages.success(
                    request, _("Je gesprek staat vast. Je krijgt een mail met een bestand voor je agenda.")
                )
                return redirect("application-detail", application.public_id)
    row = Row(application, [interview])
    context = {"interview": interview, "application": application, "row": row, "error": error}
    return render(request, "placements/interview_choose.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def interview_other_times(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Say that no time fits (any more), and when one can."""
    interview = _interview(request, public_id)
    if (elsewhere := _closed(request, interview)) is not None:
        return elsewhere
    form = WishForm(request.POST if request.method == "POST" else None, initial={"wish": interview.wish})
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_other_times(interview=interview, actor=request.user, wish=form.cleaned_data["wish"])
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            organisation = interview.application.vacancy.organisation.name
            messages.success(
                request, _("Je vraag is verstuurd. %(who)s stuurt je nieuwe tijden.") % {"who": organisation}
            )
            return redirect("application-detail", interview.application.public_id)
    context = {"interview": interview, "application": interview.application, "form": form}
    return render(request, "placements/interview_other_times.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def interview_call_off(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Call the talk off; the reaction stays."""
    interview = _interview(request, public_id)
    if (elsewhere := _closed(request, interview)) is not None:
        return elsewhere
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_interview(interview=interview, actor=request.user, reason=form.cleaned_data["reason"])
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Het gesprek is afgezegd. De organisatie weet het."))
            return redirect("application-detail", interview.application.public_id)
    context = {"interview": interview, "application": interview.application, "form": form}
    return render(request, "placements/interview_call_off.html", context, status=422 if form.errors else 200)


@require_safe
@student_required
def interview_ics(request: StudentRequest, public_id: str) -> HttpResponse:
    """Give a talk with a time as a file for the calendar; of one that is off, the file takes it out."""
    interview = _interview(request, public_id)
    if interview.starts_at is None or interview.status == InterviewStatus.PROPOSED:
        raise Http404
    data = interview_calendar(interview, emails.student_link(interview.application))
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = 'attachment; filename="gesprek.ics"'
    return response
