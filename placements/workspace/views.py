"""The pages of the workspace: get, form, service, message, redirect."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from placements import services
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, ApplicationNote, ForwardRequest, Interview
from placements.selectors import candidate_of, timeline
from placements.workspace import selectors
from placements.workspace.access import (
    application_or_404,
    applications_of,
    broker_view,
    context,
    one_application,
    user_of,
)
from placements.workspace.forms import NoteForm
from stagematch.along import along
from stagematch.audit.services import record_view
from stagematch.mail.addresses import is_stopped_of

PAGE_SIZE = 20


@broker_view
@require_GET
def candidate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One candidate's file. Opening it is noted, and tells the student that it was read."""
    user = user_of(request)
    application, extra = _file_or_404(request, public_id)
    record_view(
        actor=user, subject=application.student.user, obj=application, label=str(application.vacancy.organisation)
    )
    talks = along(application.interviews.all(), "slots", "participants", "goals")
    # Before anybody looked at it nobody was invited either.
    interviews = [] if extra.is_first_look else list(talks.order_by("round", "pk"))
    shown = candidate_of(application)
    return render(
        request,
        "admin/workspace/kandidaat.html",
        context(
            request,
            title=_("Kandidaat %(alias)s") % {"alias": application.alias},
            application=application,
            candidate=shown,
            # Only when the address itself is shown: before that, it says something about who this is (R4).
            address_stopped=bool(shown.email) and extra.address_stopped,
            interviews=interviews,
            notes=application.notes.select_related("author") if extra.has_notes else [],
            timeline=timeline(application),
            note_form=NoteForm(),
            can=_actions(application, interviews),
            colleagues=services.colleagues_of(application) if application.is_open else [],
            forwards=application.forwards.select_related("to_vacancy__team") if extra.has_forwards else [],
        ),
    )


@dataclass(frozen=True)
class _Extra:
    """What the query of a file tells beside the application itself, so that nothing is asked in vain."""

    is_first_look: bool
    has_notes: bool
    has_forwards: bool
    address_stopped: bool


def _file_or_404(request: HttpRequest, public_id: UUID) -> tuple[Application, _Extra]:
    """Return an application with its events, and mark it as read when this is the first look."""
    rows = one_application(applications_of(request), "events").annotate(
        has_notes=Exists(ApplicationNote.objects.filter(application=OuterRef("pk"))),
        has_forwards=Exists(ForwardRequest.objects.filter(application=OuterRef("pk"))),
        address_stopped=is_stopped_of("student__user__email"),
    )
    found: Any = get_object_or_404(rows, public_id=public_id)
    first = found.status == ApplicationStatus.SUBMITTED
    if first:
        marked = services.mark_read(application=found, actor=user_of(request))
        found.status, found.read_at = marked.status, marked.read_at
        found._prefetched_objects_cache.pop("events")  # one more event than was read
    return found, _Extra(first, found.has_notes, found.has_forwards, found.address_stopped)


def _actions(application: Application, interviews: list[Interview]) -> dict[str, bool]:
    """Which buttons the page shows. The services decide again; this is only to be kind."""
    status = ApplicationStatus(application.status)
    done = {i.round: i.is_positive for i in interviews if i.status == InterviewStatus.HELD}
    last = 2 if application.vacancy.organisation.second_interview else 1
    return {
        "invite": status in ApplicationStatus.unanswered(),
        "forward": status in ApplicationStatus.unanswered(),
        "second": status == ApplicationStatus.INVITED and last == 2 and done.get(1) is True,
        "reject": status in ApplicationStatus.open_statuses() and status != ApplicationStatus.OFFERED,
        "offer": done.get(last) is True
        and status in {ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE},
        "reserve": done.get(last) is True and status in {ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND},
    }


def _to_file(application: Application) -> HttpResponse:
    return redirect("admin:workspace-candidate", application.public_id)


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
