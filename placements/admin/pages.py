"""The pages around one vacancy in the admin: agreement of the team, a copy for another period, room, and closing.

Each is get, form, service, message, redirect; `VacancyAdmin` hangs them under its own addresses and lends its check on
who may do this.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.enums import Role
from organisations.models import Membership, StagePeriod, SupervisorCapacity, TeamCapacity
from organisations.services import set_team_room
from placements import agreements, services
from placements.admin.page_forms import AskForm, CopyForm, RoomForm, SkipForm
from placements.browse import detail
from placements.capacity import capacity_of
from placements.models import Application, Vacancy, VacancyAgreement
from placements.views.agreement import whole_text
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import RuleError

if TYPE_CHECKING:
    from placements.admin.vacancies import VacancyAdmin

Page = Callable[["VacancyAdmin", HttpRequest, Vacancy], HttpResponse]


def page(view: Page) -> Callable[["VacancyAdmin", HttpRequest, str], HttpResponse]:
    """Give a view its vacancy: 404 when it is another organisation's, 403 for who may only look."""

    def guarded(model_admin: "VacancyAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
        vacancy = model_admin.get_object(request, object_id)
        if vacancy is None:
            raise Http404
        if not model_admin.has_change_permission(request, vacancy):
            raise PermissionDenied
        return view(model_admin, request, vacancy)

    return guarded


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
    return request.user


def _show(
    model_admin: "VacancyAdmin", request: HttpRequest, vacancy: Vacancy, template: str, **more: Any
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.opts,
        "vacancy": vacancy,
        **more,
    }
    return TemplateResponse(request, f"admin/placements/vacancy/{template}.html", context)


def _refused(form: Any, error: RuleError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


@page
def agreement_page(model_admin: "VacancyAdmin", request: HttpRequest, vacancy: Vacancy) -> HttpResponse:
    """How the team's agreement stands; ask for it, or go on without it with a reason."""
    asks = "ask" in request.POST
    ask = AskForm(request.POST if asks else None)
    skip = SkipForm(request.POST if "skip" in request.POST else None)
    form: AskForm | SkipForm = ask if asks else skip
    if request.method == "POST" and form.is_valid():
        try:
            if asks:
                asked = services.ask_agreement(vacancy=vacancy, actor=_actor(request), **form.cleaned_data)
                messages.success(request, _("De mail is onderweg naar %(names)s.") % {"names": asked.asked_names})
            else:
                services.skip_agreement(vacancy=vacancy, actor=_actor(request), reason=form.cleaned_data["skip_reason"])
                messages.success(request, _("Je kunt de vacature publiceren zonder akkoord. De reden staat erbij."))
        except RuleError as error:
            _refused(form, error)
        else:
            return redirect("admin:placements_vacancy_akkoord", vacancy.pk)
    whole = detail.whole(vacancy.pk)
    return _show(
        model_admin,
        request,
        whole,
        "akkoord",
        title=gettext_lazy("Akkoord van het team"),
        state=agreements.state_of(vacancy),
        leads=agreements.team_leads_of(vacancy),
        history=VacancyAgreement.objects.filter(vacancy=vacancy).select_related("asked_by", "answered_by")[:20],
        ask=ask,
        skip=skip,
        **whole_text(whole),
    )


@page
def copy_page(model_admin: "VacancyAdmin", request: HttpRequest, vacancy: Vacancy) -> HttpResponse:
    """Choose the period, and get a draft."""
    periods = StagePeriod.objects.filter(ends_on__gt=today()).exclude(pk=vacancy.period_id)
    form = CopyForm(request.POST or None, periods=periods)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.copy_vacancy(vacancy=vacancy, period=form.cleaned_data["period"], actor=_actor(request))
        except RuleError as error:
            _refused(form, error)
        else:
            messages.success(
                request, _("Dit is de kopie, nog een concept. Kijk de data na en vraag het team om akkoord.")
            )
            return redirect("admin:placements_vacancy_change", made.pk)
    return _show(
        model_admin, request, vacancy, "kopieren", title=gettext_lazy("Kopieer naar een andere periode"), form=form
    )


@page
def room_page(model_admin: "VacancyAdmin", request: HttpRequest, vacancy: Vacancy) -> HttpResponse:
    """The room of the team in the period of this vacancy, with that of each praktijkbegeleider."""
    people = list(
        Membership.objects.active()
        .filter(role=Role.SUPERVISOR, teams=vacancy.team)
        .select_related("user")
        .order_by("user__last_name", "pk")
    )
    pool = TeamCapacity.objects.filter(team=vacancy.team, period=vacancy.period).first()
    known = {row.supervisor_id: row for row in SupervisorCapacity.objects.filter(pool=pool)} if pool else {}
    form = RoomForm(request.POST or None, pool=pool, people=people, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            made = set_team_room(
                team=vacancy.team,
                period=vacancy.period,
                places=form.cleaned_data["places"],
                people=form.rooms(),
                actor=_actor(request),
            )
        except RuleError as error:
            _refused(form, error)
        else:
            if vacancy.pool_id != made.pk and not vacancy.places_taken:
                services.update_vacancy(vacancy=vacancy, actor=_actor(request), pool=made)
            messages.success(request, _("De ruimte van het team is opgeslagen."))
            return redirect("admin:placements_vacancy_change", vacancy.pk)
    return _show(
        model_admin,
        request,
        vacancy,
        "ruimte",
        title=gettext_lazy("Ruimte van het team"),
        form=form,
        capacity=capacity_of(vacancy),
    )


@page
def close_page(model_admin: "VacancyAdmin", request: HttpRequest, vacancy: Vacancy) -> HttpResponse:
    """First the open answers, each with the way to give it; closing only when nobody waits (R1)."""
    waiting = list(
        Application.objects.filter(vacancy=vacancy)
        .open()
        .select_related("vacancy__organisation", "student__user")
        .order_by("answer_by", "pk")
    )
    if request.method == "POST":
        try:
            services.close_vacancy(vacancy=vacancy, actor=_actor(request))
        except RuleError as error:
            messages.error(request, error.message)
            return redirect("admin:placements_vacancy_sluiten", vacancy.pk)
        messages.success(request, _("De vacature is gesloten."))
        return redirect("admin:placements_vacancy_change", vacancy.pk)
    return _show(
        model_admin,
        request,
        vacancy,
        "sluiten",
        title=gettext_lazy("Vacature sluiten"),
        waiting=waiting,
        today=today(),
    )


PAGES: tuple[tuple[str, Callable[..., HttpResponse]], ...] = (
    ("akkoord", agreement_page),
    ("kopieren", copy_page),
    ("ruimte", room_page),
    ("sluiten", close_page),
)
"""Last part of the address and of the name (`admin:placements_vacancy_<slug>`), and the page."""
