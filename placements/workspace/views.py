"""The pages of the workspace: get, form, service, message, redirect."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations.models import Team
from organisations.workdays import add_working_days
from placements import services
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, Interview
from placements.selectors import candidate_of, candidates_of, preview_rejection, timeline
from placements.workspace import selectors
from placements.workspace.access import WAITING, application_or_404, applications_of, broker_view, context, user_of
from placements.workspace.forms import NoteForm, OfferForm, RejectForm
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.clock import today
from stagematch.ui.errors import RuleError

MAX_SIDE_BY_SIDE = 4
PAGE_SIZE = 20


@broker_view
@require_GET
def workspace(request: HttpRequest) -> HttpResponse:
    """The queue, and up to four candidates side by side. What is chosen is in the address, so it can be shared and goes back."""
    user = user_of(request)
    stage = request.GET.get("fase", "")
    stage = stage if stage in selectors.STAGES else "antwoord"
    team = request.GET.get("team", "")
    mine = user if request.GET.get("van") == "mij" else None
    applications = applications_of(request)
    rows = selectors.queue(applications, stage=stage, team=int(team) if team.isdecimal() else None, mine=mine)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("pagina"))
    counts = selectors.counts(Application.objects.screened_by(user))
    setattr(request, WAITING, counts["waiting"])
    chosen = _chosen(request, list(page))
    keys = {str(a.public_id) for a in chosen}
    return render(
        request,
        "admin/workspace/werkplek.html",
        context(
            request,
            title=_("Reacties"),
            counts=counts,
            stages=[(key, label) for key, (label, _statuses) in selectors.STAGES.items()],
            stage=stage,
            teams=selectors.teams_for(user),
            team=team,
            mine=mine,
            page=page,
            rows=selectors.queue_rows(list(page), keys),
            candidates=candidates_of(chosen),
            room=selectors.room(user, teams=_teams_of(chosen, user)),
        ),
    )


def _chosen(request: HttpRequest, page: list[Application]) -> list[Application]:
    """The candidates that were ticked, or else the first few of the most urgent vacancy."""
    keys = set(request.GET.getlist("k"))
    chosen = [a for a in page if str(a.public_id) in keys][:MAX_SIDE_BY_SIDE]
    if not chosen and page:
        chosen = [a for a in page if a.vacancy_id == page[0].vacancy_id][: MAX_SIDE_BY_SIDE - 1]
    return chosen


def _teams_of(chosen: list[Application], user: User) -> QuerySet[Team]:
    return selectors.teams_for(user).filter(pk__in={a.vacancy.team_id for a in chosen})


@broker_view
@require_GET
def candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One candidate's file. Opening it is noted, and tells the student that it was read."""
    application = application_or_404(request, public_id)
    user = user_of(request)
    if application.status == ApplicationStatus.SUBMITTED:
        application = services.mark_read(application=application, actor=user)
        application = application_or_404(request, public_id)
    record_view(
        actor=user, subject=application.student.user, obj=application, label=str(application.vacancy.organisation)
    )
    interviews = list(application.interviews.prefetch_related("slots", "participants", "goals").order_by("round", "pk"))
    return render(
        request,
        "admin/workspace/kandidaat.html",
        context(
            request,
            title=_("Kandidaat %(alias)s") % {"alias": application.alias},
            application=application,
            candidate=candidate_of(application),
            interviews=interviews,
            notes=application.notes.select_related("author"),
            timeline=timeline(application),
            note_form=NoteForm(),
            can=_actions(application, interviews),
        ),
    )


def _actions(application: Application, interviews: list[Interview]) -> dict[str, bool]:
    """Which buttons the page shows. The services decide again; this is only to be kind."""
    status = ApplicationStatus(application.status)
    done = {i.round: i.is_positive for i in interviews if i.status == InterviewStatus.HELD}
    last = 2 if application.vacancy.organisation.second_interview else 1
    return {
        "invite": status in ApplicationStatus.unanswered(),
        "second": status == ApplicationStatus.INVITED and last == 2 and done.get(1) is True,
        "reject": status in ApplicationStatus.open_statuses() and status != ApplicationStatus.OFFERED,
        "offer": done.get(last) is True
        and status in {ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE},
        "reserve": done.get(last) is True and status in {ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND},
    }


def _to_file(application: Application) -> HttpResponse:
    return redirect("admin:workspace-candidate", application.public_id)


@broker_view
@require_http_methods(["GET", "POST"])
def reject_candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer no, with the reason and an own explanation; first shown as the student will read it."""
    application = application_or_404(request, public_id)
    form = RejectForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if "verstuur" not in request.POST:
                preview = preview_rejection(application=application, **form.cleaned_data)
            else:
                services.reject(application=application, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error("explanation" if error.code.startswith("explanation") else None, error.message)
        else:
            if preview is None:
                messages.success(request, _("Je bericht is verstuurd. De student leest het meteen."))
                return redirect("admin:workspace")
    return render(
        request,
        "admin/workspace/afwijzen.html",
        context(
            request,
            title=_("Kandidaat %(alias)s afwijzen") % {"alias": application.alias},
            application=application,
            form=form,
            preview=preview,
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_http_methods(["GET", "POST"])
def offer_place(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Offer the place, with a named praktijkbegeleider and a term."""
    application = application_or_404(request, public_id)
    supervisors = selectors.free_supervisors(application)
    until = add_working_days(today(), 5, application.vacancy.organisation)
    form = OfferForm(request.POST or None, supervisors=supervisors, initial={"until": until})
    if request.method == "POST" and form.is_valid():
        try:
            services.make_offer(application=application, actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Het aanbod is verstuurd. De student antwoordt vóór het einde van de termijn."))
            return _to_file(application)
    return render(
        request,
        "admin/workspace/aanbod.html",
        context(
            request,
            title=_("Een plek aanbieden"),
            application=application,
            candidate=candidate_of(application),
            form=form,
            any_supervisor=supervisors.exists(),
        ),
        status=422 if form.errors else 200,
    )


@broker_view
@require_POST
def reserve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put the candidate on the reserve list, behind who is on it already."""
    application = application_or_404(request, public_id)
    try:
        services.put_on_reserve(application=application, actor=user_of(request))
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De kandidaat staat op de reservelijst."))
    return _to_file(application)


@broker_view
@require_POST
def note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add a note for colleagues."""
    application = application_or_404(request, public_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        services.add_note(application=application, actor=user_of(request), text=form.cleaned_data["text"])
        messages.success(request, _("De notitie is bewaard."))
    else:
        messages.error(request, str(form.errors["text"][0]))
    return redirect(reverse("admin:workspace-candidate", args=[application.public_id]) + "#notities")


@broker_view
@require_POST
def take_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take this candidate up oneself, or give it back to the whole team."""
    application = application_or_404(request, public_id)
    user = user_of(request)
    to = None if application.assigned_to_id == user.pk else user
    services.assign(application=application, actor=user, to=to)
    messages.success(request, _("Jij pakt deze reactie op.") if to else _("Deze reactie is weer van iedereen."))
    return _to_file(application)


@broker_view
@require_GET
def capacity(request: HttpRequest) -> HttpResponse:
    """How much room each team and each praktijkbegeleider has (R7)."""
    user = user_of(request)
    page = Paginator(selectors.teams_for(user).filter(is_active=True), PAGE_SIZE).get_page(request.GET.get("pagina"))
    teams = selectors.teams_for(user).filter(pk__in=[team.pk for team in page])
    return render(
        request,
        "admin/workspace/plekken.html",
        context(request, title=_("Teams en plekken"), page=page, room=selectors.room(user, teams=teams), tab="plekken"),
    )
