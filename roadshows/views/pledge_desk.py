"""The organiser's pages about pledges: the list, one promise with all one can do, recording for somebody, and the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import describe, role_required
from placements.models import Vacancy
from roadshows.models import Pledge, PledgeLink, Roadshow
from roadshows.pledge_enums import LinkStatus, PledgeAnswer, PledgeKind, PledgeStatus
from roadshows.pledge_forms import HelperPledgeForm, NumberForm, PledgeEditForm, ReasonForm, TeamForm, VacancyChoiceForm
from roadshows.pledge_querysets import PledgeQuerySet
from roadshows.selectors import STAGES, PledgeLine, funnel, pledge_lines
from roadshows.services import pledge_links
from roadshows.services import pledges as services
from roadshows.services.pledge_links import counts_of
from roadshows.views.pledges import desk_of
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import table_response

PER_PAGE = 25


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


def _roadshow(request: HttpRequest, slug: str) -> Roadshow:
    return get_object_or_404(Roadshow.objects.managed_by(request.user).select_related("pledge_desk"), slug=slug)


def filters() -> dict[str, tuple[str, Q]]:
    """What an organiser may look for: the word in the address, the label, the condition."""
    return {
        "": (_("Alle toezeggingen"), Q()),
        "bevestigen": (_("Nog niet bevestigd"), Q(confirmed_at=None) & ~Q(status=PledgeStatus.WITHDRAWN)),
        "koppelen": (_("Nog geen organisatie"), Q(organisation=None) & ~Q(status=PledgeStatus.WITHDRAWN)),
        "vacature": (_("Misschien een vacature"), Q(has_suggestion=True)),
        "open": (_("Nog te doen"), Q(status__in=PledgeStatus.open_statuses(), confirmed_at__isnull=False)),
        **{status.value: (str(status.label).capitalize(), Q(status=status)) for status in PledgeStatus},
    }


def filtered(request: HttpRequest, roadshow: Roadshow, lines: Iterable[PledgeLine] | None = None) -> PledgeQuerySet:
    """The pledges of this roadshow that the address asks for; words that mean nothing are left out.

    `lines` are those of its funnel, for who has read them already.
    """
    suggestion = PledgeLink.objects.filter(pledge=OuterRef("pk"), status=LinkStatus.SUGGESTED)
    rows = Pledge.objects.filter(roadshow=roadshow).annotate(has_suggestion=Exists(suggestion))
    known = filters()
    rows = rows.filter(known.get(request.GET.get("toon", ""), known[""])[1])
    if (kind := request.GET.get("soort", "")) in PledgeKind.values:
        rows = rows.filter(kind=kind)
    if name := request.GET.get("naam", "").strip()[:80]:
        rows = rows.filter(Q(organisation_name__icontains=name) | Q(organisation__name__icontains=name))
    if (stage := request.GET.get("stap", "")) in STAGES:
        known_lines = pledge_lines(Pledge.objects.filter(roadshow=roadshow)) if lines is None else lines
        rows = rows.filter(pk__in=[line.pledge.pk for line in known_lines if line.at(stage)])
    return rows.select_related("organisation", "team", "period", "roadshow").order_by(
        F("confirmed_at").desc(nulls_first=True), "-pk"
    )


@role_required(Role.ORGANISER)
@require_safe
def pledge_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All pledges of a roadshow with how far they are, and the way from promise to student."""
    roadshow = _roadshow(request, slug)
    whole = funnel([roadshow])[0]
    page = Paginator(filtered(request, roadshow, whole.lines), PER_PAGE).get_page(request.GET.get("pagina"))
    became = {line.pledge.pk: line for line in whole.lines}
    numbers = Pledge.objects.filter(roadshow=roadshow).aggregate(
        unconfirmed=Count("pk", filter=filters()["bevestigen"][1]), loose=Count("pk", filter=filters()["koppelen"][1])
    )
    context = {
        "roadshow": roadshow,
        "desk": desk_of(roadshow),
        "takes": services.takes_pledges(roadshow, desk_of(roadshow)),
        "page": page,
        "rows": [(pledge, became.get(pledge.pk)) for pledge in page],
        "filters": [(key, label) for key, (label, _q) in filters().items()],
        "kinds": PledgeKind.choices,
        "chosen": {name: request.GET.get(name, "") for name in ("toon", "soort", "naam", "stap")},
        "stage": STAGES.get(request.GET.get("stap", ""), ""),
        "funnel": whole,
        "helper_link": request.session.pop("pledge-helper-link", ""),
        "tab": "roadshows",
        **numbers,
    }
    return render(request, "roadshows/pledge_list.html", context)


@role_required(Role.ORGANISER)
@require_POST
def pledge_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or close the desk, or make a link for the helpers; that link is shown once."""
    roadshow = _roadshow(request, slug)
    if "helper" in request.POST:
        request.session["pledge-helper-link"] = services.make_helper_link(roadshow=roadshow, actor=_user(request))
        messages.success(request, _("De link voor helpers staat klaar. Hij is maar één keer te zien."))
    else:
        is_open = "open" in request.POST
        services.set_desk(roadshow=roadshow, is_open=is_open, actor=_user(request))
        messages.success(request, _("Toezeggen kan nu.") if is_open else _("Toezeggen kan nu niet meer."))
    return redirect("roadshow-pledges", roadshow.slug)


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a promise for somebody; what an organiser records counts at once."""
    roadshow = _roadshow(request, slug)
    form = HelperPledgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_pledge(roadshow=roadshow, actor=_user(request), **form.values())
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("De toezegging van %(name)s staat erbij.") % {"name": made.name})
            return redirect("roadshow-pledges", roadshow.slug)
    context = {"roadshow": roadshow, "form": form, "tab": "roadshows"}
    return render(request, "roadshows/pledge_add.html", context, status=422 if form.errors else 200)


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_detail(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One promise: what was said, what came of it, who to ask, and everything an organiser can do."""
    roadshow = _roadshow(request, slug)
    rows = Pledge.objects.select_related("organisation", "team", "period", "roadshow", "recorded_by")
    pledge = get_object_or_404(rows, roadshow=roadshow, public_id=public_id)
    forms = _forms(request, pledge)
    status = 200
    if request.method == "POST":
        try:
            said = _ACTIONS.get(request.POST.get("actie", ""), _unknown)(request, pledge, forms)
        except RuleError as error:
            form = forms.get(request.POST.get("actie", ""))
            if form is not None and error.field in form.fields:
                form.add_error(error.field, error.message)
                said = ""
            else:
                messages.error(request, error.message)
                return redirect("roadshow-pledge", roadshow.slug, pledge.public_id)
        if said:
            messages.success(request, said)
            return redirect("roadshow-pledge", roadshow.slug, pledge.public_id)
        status = 422
        pledge = get_object_or_404(rows, pk=pledge.pk)  # a form that was wrong must not show what it would have written
    context = {
        "roadshow": roadshow,
        "pledge": pledge,
        "became": counts_of([pledge]).get(pledge.pk),
        "links": pledge.links.exclude(status=LinkStatus.REJECTED).select_related("vacancy__team", "vacancy__period"),
        "steps": pledge.steps.select_related("actor"),
        "may_withdraw": pledge.status in (*PledgeStatus.open_statuses(), PledgeStatus.LAPSED),
        "forms": forms,
        "open_form": request.POST.get("actie", "") if status == 422 else "",
        "tab": "roadshows",
    }
    return render(request, "roadshows/pledge_detail.html", context, status=status)


def _forms(request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    action = request.POST.get("actie", "")

    def data(name: str) -> Any:
        return request.POST if action == name else None

    return {
        "wijzig": PledgeEditForm(data("wijzig"), pledge=pledge, prefix="wijzig"),
        "aantal": NumberForm(data("aantal"), initial={"number": pledge.number}, prefix="aantal"),
        "intrekken": ReasonForm(data("intrekken"), prefix="intrekken"),
        "kies": VacancyChoiceForm(data("kies"), pledge=pledge, prefix="kies"),
        "team": TeamForm(data("team"), pledge=pledge, prefix="team"),
    }


# Each does what a button asks and returns what to say, or '' when its form was not right.


def _unknown(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    raise RuleError("unknown", _("Kies wat je wilt doen."))


def _edit(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    form = forms["wijzig"]
    if not form.is_valid():
        return ""
    services.update_pledge(pledge=pledge, actor=_user(request), **form.values())
    return _("De toezegging is bewaard.")


def _number(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    form = forms["aantal"]
    if not form.is_valid():
        return ""
    services.change_number(pledge=pledge, actor=_user(request), **form.cleaned_data)
    return _("Het aantal is veranderd.")


def _confirm(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    services.confirm_pledge(pledge=pledge, actor=_user(request))
    return _("De toezegging is bevestigd en telt mee.")


def _withdraw(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    form = forms["intrekken"]
    if not form.is_valid():
        return ""
    services.withdraw_pledge(pledge=pledge, actor=_user(request), reason=form.cleaned_data["reason"])
    return _("De toezegging is ingetrokken.")


def _restore(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    services.restore_pledge(pledge=pledge, actor=_user(request))
    return _("De toezegging geldt weer.")


def _busy(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    services.answer_pledge(pledge=pledge, answer=PledgeAnswer.BUSY, actor=_user(request))
    return _("Genoteerd: ze zijn begonnen.")


def _done(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    services.answer_pledge(pledge=pledge, answer=PledgeAnswer.DONE, actor=_user(request))
    return _("Genoteerd: het is gelukt.")


def _team(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    form = forms["team"]
    if not form.is_valid():
        return ""
    services.give_to_team(pledge=pledge, team=form.cleaned_data["team"], actor=_user(request))
    return _("Het team ziet deze toezegging nu.") if form.cleaned_data["team"] else _("Er is nu geen team.")


def _link(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    pledge_links.link_vacancy(pledge=pledge, vacancy=linked_vacancy(request, pledge), actor=_user(request))
    return _("De vacature hoort nu bij deze toezegging.")


def _choose(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    form = forms["kies"]
    if not form.is_valid():
        return ""
    pledge_links.link_vacancy(pledge=pledge, vacancy=form.cleaned_data["vacancy"], actor=_user(request))
    return _("De vacature hoort nu bij deze toezegging.")


def _unlink(request: HttpRequest, pledge: Pledge, forms: dict[str, Any]) -> str:
    pledge_links.unlink_vacancy(pledge=pledge, vacancy=linked_vacancy(request, pledge), actor=_user(request))
    return _("De vacature hoort niet meer bij deze toezegging.")


def linked_vacancy(request: HttpRequest, pledge: Pledge) -> Vacancy:
    """The vacancy of one of this pledge's own suggestions or links that a button names."""
    raw = request.POST.get("plek", "")
    link = pledge.links.filter(pk=int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0).first()
    if link is None:
        raise RuleError("unknown", _("Deze vacature staat er niet meer bij."))
    return link.vacancy


_ACTIONS: dict[str, Callable[[HttpRequest, Pledge, dict[str, Any]], str]] = {
    "wijzig": _edit,
    "aantal": _number,
    "bevestig": _confirm,
    "intrekken": _withdraw,
    "terug": _restore,
    "bezig": _busy,
    "gelukt": _done,
    "team": _team,
    "koppel": _link,
    "kies": _choose,
    "los": _unlink,
}


@role_required(Role.ORGANISER)
@require_safe
def pledge_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """What the list shows, as CSV or XLSX, with the contacts; the taking along is logged."""
    roadshow = _roadshow(request, slug)
    user = _user(request)
    rows = list(filtered(request, roadshow))
    became = counts_of(rows)
    record_export(actor=user, subject=None, obj=roadshow, label=describe(user))
    head = [
        _("Organisatie"), _("Zoals opgegeven"), _("Wat"), _("Aantal"), _("Leerjaar"), _("Dagen"), _("Periode"),
        _("Begeleider met uren"), _("Stand"), _("Waarom"), _("Bevestigd op"), _("Toegezegd op"), _("Begonnen op"),
        _("Online op"), _("Gevuld op"), _("Plekken online"), _("Met gesprekken"), _("Geplaatst"), _("Begonnen"),
        _("Team"), _("Contactpersoon"), _("E-mailadres"), _("Opmerking"), _("Hoe het binnenkwam"),
    ]  # fmt: skip
    lines = (_line(pledge, became) for pledge in rows)
    return table_response(name=f"toezeggingen-{roadshow.slug}", head=head, rows=lines, kind=kind)


def _line(pledge: Pledge, became: dict[int, pledge_links.PlaceCounts]) -> list[Any]:
    counts = became.get(pledge.pk)
    numbers = [counts.published, counts.in_conversation, counts.filled, counts.started] if counts else [""] * 4
    confirmed = timezone.localtime(pledge.confirmed_at).date() if pledge.confirmed_at else ""
    return [
        pledge.organisation.name if pledge.organisation else "", pledge.organisation_name,
        str(pledge.get_kind_display()), pledge.number if pledge.is_places else "", pledge.years_text, pledge.days_text,
        pledge.period.name if pledge.period else "", _("ja") if pledge.has_guide else "", pledge.status_label,
        pledge.status_reason, confirmed, pledge.promised_on, pledge.started_on, pledge.published_on, pledge.filled_on,
        *numbers, pledge.team.name if pledge.team else "", pledge.contact_name, pledge.contact_email, pledge.note,
        str(pledge.get_route_display()),
    ]  # fmt: skip
