"""A stagemakelaar's pages about what the own organisation promised, inside the admin site; and the block on a team's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations import panels
from organisations.models import Team
from placements.workspace.access import broker_view, context, user_of
from roadshows.models import Pledge
from roadshows.pledge_enums import LinkStatus, PledgeAnswer, PledgeStatus
from roadshows.pledge_forms import DraftForm, NumberForm, ReasonForm, TeamForm
from roadshows.services import pledge_links
from roadshows.services import pledges as services
from roadshows.services.pledge_links import counts_of, first_period
from roadshows.views.pledge_desk import linked_vacancy
from stagematch.clock import today
from stagematch.ui.admin_site import StagematchAdminSite
from stagematch.ui.errors import RuleError

PER_PAGE = 25
MOST = 12


def admin_urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """The stagemakelaar's pages; names get the admin's namespace."""
    return [
        path("toezeggingen/", work_list, name="pledges"),
        path("toezeggingen/<uuid:public_id>/", work_detail, name="pledge"),
    ]


@broker_view
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """What the own organisations promised, what is still to do first."""
    first = Case(
        When(status__in=PledgeStatus.open_statuses(), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = (
        Pledge.objects.of_broker(user_of(request))
        .select_related("organisation", "team", "roadshow", "period")
        .order_by(first, F("promised_on").asc(), "pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    became = counts_of(page.object_list)
    shown = [(pledge, became.get(pledge.pk)) for pledge in page]
    extra = {"page": page, "rows": shown, "title": _("Toezeggingen"), "tab": "eigen"}
    return render(request, "admin/roadshows/pledges.html", context(request, **extra))


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def work_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One promise of the own organisation: make a vacancy of it, give it to a team, or say how it goes."""
    rows = Pledge.objects.of_broker(user_of(request)).select_related("organisation", "team", "roadshow", "period")
    pledge = get_object_or_404(rows, public_id=public_id)
    forms = _forms(request, pledge)
    status = 200
    if request.method == "POST":
        action = request.POST.get("actie", "")
        try:
            answer = _carry_out(request, action, pledge, forms)
        except RuleError as error:
            form = forms.get(action)
            if form is None or error.field not in form.fields:
                messages.error(request, error.message)
                return redirect("admin:pledge", pledge.public_id)
            form.add_error(error.field, error.message)
            answer = None
        if answer is not None:
            return answer
        status = 422
    page = context(
        request,
        title=pledge.what,
        tab="eigen",
        pledge=pledge,
        became=counts_of([pledge]).get(pledge.pk),
        links=pledge.links.exclude(status=LinkStatus.REJECTED).select_related("vacancy__team", "vacancy__period"),
        steps=pledge.steps.select_related("actor"),
        may_change=pledge.is_open or pledge.status == PledgeStatus.LAPSED,
        may_draft=pledge.is_places
        and pledge.organisation is not None
        and (pledge.is_open or pledge.status == PledgeStatus.LAPSED)
        and not user_of(request).is_superuser,
        forms=forms,
        open_form=request.POST.get("actie", "") if status == 422 else "",
    )
    return render(request, "admin/roadshows/pledge.html", page, status=status)


def _forms(request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    action = request.POST.get("actie", "")

    def data(name: str) -> Any:
        return request.POST if action == name else None

    start = {"team": pledge.team_id, "period": first_period(pledge, today())}
    draft = DraftForm(data("vacature"), pledge=pledge, initial=start, prefix="vacature")
    team = TeamForm(data("team"), pledge=pledge, prefix="team")
    _same_choices(draft.fields["team"], team.fields["team"])
    return {
        "vacature": draft,
        "team": team,
        "aantal": NumberForm(data("aantal"), initial={"number": pledge.number}, prefix="aantal"),
        "intrekken": ReasonForm(data("intrekken"), prefix="intrekken"),
    }


def _same_choices(*fields: Any) -> None:
    """Read once what two fields let one choose from."""
    rows = [(row.pk, str(row)) for row in fields[0].queryset]
    for field in fields:
        field.choices = [("", field.empty_label), *rows]


def _carry_out(request: HttpRequest, action: str, pledge: Pledge, forms: dict[str, Any]) -> HttpResponse | None:
    """Do what a button asks and answer; None when its form was not right."""
    user, form = user_of(request), forms.get(action)
    if form is not None and not form.is_valid():
        return None
    said = ""
    if action == "vacature":
        assert form is not None  # noqa: S101 -- it is in the dict; narrows the type
        vacancy = pledge_links.draft_vacancy(pledge=pledge, actor=user, **form.cleaned_data)
        messages.success(request, _("Het concept staat klaar. Vul het aan en publiceer het."))
        return redirect("admin:placements_vacancy_change", vacancy.pk)
    if action == "team":
        services.give_to_team(pledge=pledge, team=forms["team"].cleaned_data["team"], actor=user)
        said = _("Bewaard. Het team ziet het op de eigen pagina.")
    elif action == "aantal":
        services.change_number(pledge=pledge, actor=user, **forms["aantal"].cleaned_data)
        said = _("Het aantal is veranderd.")
    elif action == "intrekken":
        services.withdraw_pledge(pledge=pledge, actor=user, reason=forms["intrekken"].cleaned_data["reason"])
        said = _("De toezegging is ingetrokken.")
    elif action in ("bezig", "gelukt", "later"):
        answers = {"bezig": PledgeAnswer.BUSY, "gelukt": PledgeAnswer.DONE, "later": PledgeAnswer.LATER}
        services.answer_pledge(pledge=pledge, answer=answers[action], actor=user)
        said = _("Dank je wel, het staat erbij.")
    elif action == "koppel":
        pledge_links.link_vacancy(pledge=pledge, vacancy=linked_vacancy(request, pledge), actor=user)
        said = _("De vacature hoort nu bij deze toezegging.")
    elif action == "los":
        pledge_links.unlink_vacancy(pledge=pledge, vacancy=linked_vacancy(request, pledge), actor=user)
        said = _("De vacature hoort niet meer bij deze toezegging.")
    else:
        raise RuleError("unknown", _("Kies wat je wilt doen."))
    messages.success(request, said)
    return redirect("admin:pledge", pledge.public_id)


def team_block(teams: list[Team], request: HttpRequest) -> list[panels.Panel]:
    """What the teams of this teamcoach promised and still have to do; nothing for a praktijkbegeleider."""
    rows = list(
        Pledge.objects.of_team_lead(request.user)
        .open()
        .select_related("team", "roadshow", "organisation")
        .order_by("promised_on", "pk")[:MOST]
    )
    return [("roadshows/_team_pledges.html", {"rows": rows})] if rows else []
