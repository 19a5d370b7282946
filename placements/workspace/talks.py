"""The pages about talks: invite, other times, call off, no-show, the record, and the agenda."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placements import services, talk_emails
from placements.answer_templates import start_text, templates_of
from placements.calendar_file import interview_calendar, team_summary
from placements.emails import broker_link
from placements.enums import AnswerKind, InterviewStatus
from placements.free_times import WEEKS
from placements.models import Application, Interview
from placements.selectors import candidate_of
from placements.services.bookings import people_of, person_of
from placements.workspace import agenda
from placements.workspace.access import (
    application_or_404,
    applications_of,
    broker_view,
    context,
    one_application,
    user_of,
)
from placements.workspace.talk_forms import CallOffForm, InterviewRecordForm, InviteForm, MoveForm, NoShowForm
from stagematch.along import along
from stagematch.ui.errors import RuleError

PAGE_SIZE = 20


def _to_file(application: Application) -> HttpResponse:
    return redirect("admin:workspace-candidate", application.public_id)


def _interview(request: HttpRequest, public_id: UUID) -> Interview:
    """One talk of an application this stagemakelaar screens; somebody else's does not exist for them."""
    rows = Interview.objects.filter(application__in=Application.objects.screened_by(request.user))
    interview = get_object_or_404(along(rows.select_related("host"), "participants"), public_id=public_id)
    interview.application = get_object_or_404(one_application(applications_of(request)), pk=interview.application_id)
    return interview


def _week(request: HttpRequest) -> int:
    raw = request.GET.get("week", "")
    return min(int(raw), WEEKS - 1) if raw.isascii() and raw.isdigit() and len(raw) < 3 else 0


@broker_view
@require_http_methods(["GET", "POST"])
def invite_candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Invite for the first talk, or for the second when the first went well."""
    application = application_or_404(request, public_id)
    round_ = agenda.next_round(application)
    form = InviteForm(
        request.POST or None,
        application=application,
        actor=user_of(request),
        round=round_,
        week=_week(request),
        initial={"message": start_text(request.GET.get("sjabloon", ""), application, AnswerKind.INVITATION)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(
                application=application,
                actor=user_of(request),
                round=round_,
                slots=form.cleaned_data["times"],
                message=form.cleaned_data["message"],
                host=form.host,
                participants=form.people,
                **form.place,
            )
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("De uitnodiging is verstuurd. Je ziet nu wie de student is."))
            return _to_file(application)
    title = _("Kandidaat %(alias)s uitnodigen") % {"alias": application.alias}
    return render(
        request,
        "admin/workspace/uitnodigen.html",
        context(
            request,
            title=title,
            application=application,
            form=form,
            round=round_,
            weeks=range(WEEKS),
            templates=templates_of(application.vacancy.organisation_id, AnswerKind.INVITATION),
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_http_methods(["GET", "POST"])
def talk_times(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Propose other times for a talk, or fix one that was agreed with the student."""
    interview = _interview(request, public_id)
    application = interview.application
    if interview.status not in InterviewStatus.ahead() or not application.is_open:
        messages.info(request, _("Dit gesprek is al geweest of gaat niet meer door."))
        return _to_file(application)
    people = people_of(interview)
    people.pop(person_of(application.student.user), None)
    initial = {"place_kind": interview.place_kind, "location": interview.location_id}
    form = MoveForm(
        request.POST or None,
        application=application,
        people=people,
        week=_week(request),
        moving=interview,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            _move(request, interview, form)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _to_file(application)
    return render(
        request,
        "admin/workspace/gesprek_tijden.html",
        context(
            request,
            title=_("Andere tijden voor het gesprek"),
            application=application,
            interview=interview,
            candidate=candidate_of(application),
            form=form,
            weeks=range(WEEKS),
        ),
        status=422 if form.errors else 200,
    )


def _move(request: HttpRequest, interview: Interview, form: MoveForm) -> None:
    data = form.cleaned_data
    if data["agreed"]:
        start, end = data["times"][0]
        services.move_interview(interview=interview, actor=user_of(request), starts_at=start, ends_at=end, **form.place)
        messages.success(request, _("Het gesprek staat vast. Iedereen krijgt een mail met een bestand voor de agenda."))
    else:
        services.propose_times(
            interview=interview, actor=user_of(request), slots=data["times"], message=data["message"], **form.place
        )
        messages.success(request, _("De nieuwe tijden zijn verstuurd. De student kiest er één."))


@broker_view
@require_http_methods(["GET", "POST"])
def talk_call_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Call a talk off, with a word to the student."""
    interview = _interview(request, public_id)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_interview(interview=interview, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Het gesprek is afgezegd. Iedereen krijgt een mail."))
            return _to_file(interview.application)
    return _ask(request, interview, form, title=_("Zeg het gesprek af"), button=_("Zeg het gesprek af"))


@broker_view
@require_http_methods(["GET", "POST"])
def talk_missed(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the talk did not come about; the student gets a kind mail and can get new times."""
    interview = _interview(request, public_id)
    form = NoShowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_no_show(interview=interview, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("Genoteerd. De student krijgt een vriendelijke mail en kan nieuwe tijden krijgen.")
            )
            return _to_file(interview.application)
    return _ask(
        request,
        interview,
        form,
        title=_("Het gesprek ging niet door"),
        button=_("Noteer dat het niet doorging"),
        words=_("De student krijgt een mail: we misten je, is er iets? De reactie blijft staan."),
    )


def _ask(
    request: HttpRequest,
    interview: Interview,
    form: CallOffForm | NoShowForm,
    *,
    title: str,
    button: str,
    words: str = "",
) -> HttpResponse:
    return render(
        request,
        "admin/workspace/gesprek_vraag.html",
        context(
            request,
            title=title,
            button=button,
            words=words,
            application=interview.application,
            interview=interview,
            candidate=candidate_of(interview.application),
            form=form,
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_GET
def talk_calendar(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a planned talk as a file for the calendar."""
    interview = _interview(request, public_id)
    if interview.starts_at is None or interview.status == InterviewStatus.PROPOSED:
        messages.info(request, _("Dit gesprek heeft nog geen tijd."))
        return _to_file(interview.application)
    summary = team_summary(interview, talk_emails.candidate_in(interview))
    return calendar_response(interview_calendar(interview, broker_link(interview.application), summary=summary))


def calendar_response(data: bytes) -> HttpResponse:
    """Answer with a calendar file to keep."""
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = 'attachment; filename="gesprek.ics"'
    return response


@broker_view
@require_http_methods(["GET", "POST"])
def record_talk(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down the talk that was planned last."""
    application = application_or_404(request, public_id)
    interview = application.interviews.filter(status=InterviewStatus.PLANNED).order_by("-round").first()
    if interview is None:
        messages.info(request, _("Er is geen gepland gesprek om een verslag van te maken."))
        return _to_file(application)
    form = InterviewRecordForm(request.POST or None, goals=application.learning_goals)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_interview(
                interview=interview,
                actor=user_of(request),
                is_positive=form.cleaned_data["is_positive"],
                record=form.cleaned_data["record"],
                goals=form.verdicts,
            )
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Het verslag is bewaard."))
            return _to_file(application)
    return render(
        request,
        "admin/workspace/verslag.html",
        context(
            request,
            title=_("Verslag van het gesprek"),
            application=application,
            candidate=candidate_of(application),
            interview=interview,
            participants=interview.participants.all(),
            form=form,
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_GET
def interviews(request: HttpRequest) -> HttpResponse:
    """The agenda: what needs a record or new times, today, this week and later."""
    which = request.GET.get("van", "")
    only = user_of(request) if which == "mij" else None
    page = Paginator(agenda.talks(user_of(request), only=only), PAGE_SIZE).get_page(request.GET.get("pagina"))
    return render(
        request,
        "admin/workspace/gesprekken.html",
        context(
            request,
            title=_("Gesprekken"),
            page=page,
            groups=agenda.grouped(list(page)),
            mine=only is not None,
            tab="gesprekken",
        ),
    )
