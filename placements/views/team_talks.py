"""A talk for who takes part in it: signed in as teamcoach or praktijkbegeleider, or through a secret link (features O6)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations.roles import describe
from placements import services, talk_emails
from placements.calendar_file import interview_calendar, team_summary
from placements.enums import InterviewStatus
from placements.forms.talks import AdviceForm
from placements.models import Interview, InterviewParticipant
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.links.models import SecretLink
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError


def _own(request: HttpRequest, public_id: UUID) -> tuple[Interview, InterviewParticipant | None, User]:
    """A talk one leads or takes part in, and one's own seat in it; another talk does not exist."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    interview = get_object_or_404(
        Interview.objects.joined_by(user)
        .select_related(
            "application__vacancy__organisation", "application__vacancy__team", "application__student__user",
            "application__student__school", "application__cv", "host", "location",
        )
        .prefetch_related("participants", "goals"),
        public_id=public_id,
    )  # fmt: skip
    own = next((p for p in interview.participants.all() if p.user_id == user.pk), None)
    return interview, own, user


@require_http_methods(["GET", "HEAD", "POST"])
def team_interview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who comes, when and where, what the student wants to learn, and one's own advice. Looking is noted."""
    interview, own, user = _own(request, public_id)
    record_view(
        actor=user,
        subject=interview.application.student.user,
        obj=interview.application,
        label=describe(user),
    )
    return _page(request, interview, own, actor=user, template="placements/team_interview.html")


@require_safe
def team_interview_ics(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a planned talk as a file for the calendar."""
    interview, _seat, _user = _own(request, public_id)
    if interview.starts_at is None or interview.status == InterviewStatus.PROPOSED:
        raise Http404
    summary = team_summary(interview, talk_emails.candidate_in(interview))
    data = interview_calendar(interview, talk_emails.talk_link(interview), summary=summary)
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = 'attachment; filename="gesprek.ics"'
    return response


@secret_link(talk_emails.ADVICE)
def advice_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Give advice without an account. The page shows the talk and the leerdoelen, and nothing else of the student."""
    seat = link.subject
    assert isinstance(seat, InterviewParticipant)  # noqa: S101 -- the purpose says so; narrows the type
    interview = (
        Interview.objects.select_related(
            "application__vacancy__organisation", "application__vacancy__team", "application__student__user", "host"
        )
        .prefetch_related("participants")
        .get(pk=seat.interview_id)
    )
    return _page(request, interview, seat, actor=None, template="placements/interview_advice.html")


def _page(
    request: HttpRequest, interview: Interview, own: InterviewParticipant | None, *, actor: User | None, template: str
) -> HttpResponse:
    may_advise = own is not None and interview.status == InterviewStatus.PLANNED and interview.application.is_open
    initial = {"advice": own.advice, "words": own.words} if own is not None else {}
    form = AdviceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and own is not None and form.is_valid():
        try:
            services.give_advice(participant=own, actor=actor, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect(f"{request.path}?bewaard=ja")
    context = {
        "interview": interview,
        "application": interview.application,
        "own": own,
        "form": form,
        "may_advise": may_advise,
        "saved": "bewaard" in request.GET,
        "tab": "team",
        "title": _("Gesprek met %(name)s") % {"name": interview.application.student.user.get_short_name()},
    }
    return render(request, template, context, status=422 if form.errors else 200)
