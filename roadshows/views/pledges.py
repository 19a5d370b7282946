"""Promising at a roadshow, without an account: the form, the counter on the screen, the helper's page and the contact's own page."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit  # as stagematch.links.views: its public door has no say over the key
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import has_role
from roadshows import pledge_emails, rules
from roadshows.models import Pledge, PledgeDesk, Roadshow
from roadshows.pledge_enums import PledgeAnswer
from roadshows.pledge_forms import HelperPledgeForm, NumberForm, OfferForm, PledgeForm, ReasonForm
from roadshows.selectors import tally
from roadshows.services import pledges as services
from roadshows.tickets import qr_svg
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError

RATES = {
    "record": "8/h/ip",  # from outside; a mail goes out for each
    "room": "300/h/ip",  # with the code on the screen: a whole room behind one address
    "code": "30/h/ip",  # codes that are wrong
}
COUNTERS = "roadshows.pledges"


def _within(request: HttpRequest, action: str) -> bool:
    return ratelimit.consume(request, app=COUNTERS, action=action, config=RATES) is not None


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _visible(request: HttpRequest, slug: str) -> Roadshow:
    return get_object_or_404(Roadshow.objects.visible_to(request.user).select_related("pledge_desk"), slug=slug)


def desk_of(roadshow: Roadshow) -> PledgeDesk | None:
    """The desk of a roadshow, or None while nobody opened one."""
    return getattr(roadshow, "pledge_desk", None)


def section(request: HttpRequest, roadshow: Roadshow) -> dict[str, Any]:
    """What the page of a roadshow shows of pledges: the counter, and the form while one can pledge."""
    takes = services.takes_pledges(roadshow, desk_of(roadshow)) and roadshow.is_public
    return {"tally": tally(roadshow), "takes": takes, "form": _form(request, is_short=True) if takes else None}


def _own(request: HttpRequest) -> list[Organisation]:
    user = _user(request)
    if user is None or not has_role(user, Role.BROKER, Role.TEAM_LEAD):
        return []
    return list(Organisation.objects.of(user, Role.BROKER, Role.TEAM_LEAD).hosting().order_by("name")[:20])


def _form(request: HttpRequest, data: Any = None, *, is_short: bool = False) -> PledgeForm:
    own, user = _own(request), _user(request)
    initial = {"code": request.GET.get("code", "")[:12]}
    if own and user is not None:
        initial |= {
            "organisation_name": own[0].name,
            "contact_email": user.email,
            "contact_name": user.get_full_name(),
        }
    return PledgeForm(data, initial=initial, is_short=is_short)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Promise something. Who types it proves nothing, so the owner of the address is asked to confirm by mail."""
    roadshow = _visible(request, slug)
    desk = desk_of(roadshow)
    takes = services.takes_pledges(roadshow, desk) and roadshow.is_public
    form = _form(request, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and takes and desk is not None and form.is_valid():
        with_code = _has_code(request, desk, form.cleaned_data["code"])
        if not _within(request, "room" if with_code else "record"):
            form.add_error(None, _("Er komen nu te veel toezeggingen van deze verbinding. Probeer het straks weer."))
            status = 429
        else:
            own = {row.name.casefold(): row for row in _own(request)}
            organisation = own.get(form.cleaned_data["organisation_name"].strip().casefold())
            try:
                services.record_pledge(
                    roadshow=roadshow,
                    organisation=organisation,
                    actor=_user(request),
                    with_code=with_code,
                    **form.values(),
                )
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                return redirect("roadshow-pledge-done", roadshow.slug)
    if form.errors and status == 200:
        status = 422
    context = {"roadshow": roadshow, "form": form, "takes": takes, "tab": "roadshows"}
    return render(request, "roadshows/pledge_new.html", context, status=status)


def _has_code(request: HttpRequest, desk: PledgeDesk, typed: str) -> bool:
    """Whether the code on the screen came along. Guessing does not pay: it only lets a room in faster, and is counted."""
    code = typed.strip().upper()
    if not code:
        return False
    if constant_time_compare(code, desk.code):
        return True
    _within(request, "code")
    return False


@login_not_required
@require_safe
def pledge_done(request: HttpRequest, slug: str) -> HttpResponse:
    """Thanks, and what comes next. Says nothing about who promised what."""
    roadshow = _visible(request, slug)
    return render(request, "roadshows/pledge_done.html", {"roadshow": roadshow, "tab": "roadshows"})


def room_qr(roadshow: Roadshow, desk: PledgeDesk) -> SafeString:
    """The picture a phone in the room reads: the page to promise on, with the code."""
    path = reverse("roadshow-pledge-new", args=[roadshow.slug])
    return qr_svg(f"{settings.BASE_URL}{path}?code={desk.code}")


@login_not_required
@require_safe
def tally_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """The counter for the room: big, and up to date by itself. An organiser's screen also shows where and the code."""
    roadshow = _visible(request, slug)
    desk = desk_of(roadshow)
    takes = services.takes_pledges(roadshow, desk) and roadshow.is_public
    context = {"roadshow": roadshow, "tally": tally(roadshow), "takes": takes, "tab": "roadshows"}
    if request.GET.get("deel") == "teller":
        response = render(request, "roadshows/_teller.html", {**context, "groot": True})
    else:
        show_code = takes and rules.may_manage(request.user, roadshow)
        code = {"desk": desk, "qr": room_qr(roadshow, desk)} if show_code and desk is not None else {}
        response = render(request, "roadshows/tally_screen.html", {**context, **code})
    response["Cache-Control"] = "no-store"
    return response


# --- the helper ---------------------------------------------------------------------------------------


@secret_link(services.HELPER)
def pledge_helper(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Record what people say to a helper at the meeting. The page shows how many there are, never whose."""
    roadshow = link.subject  # read already to see that it is still there
    assert isinstance(roadshow, Roadshow)  # noqa: S101 -- narrows the type
    form = HelperPledgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_pledge(roadshow=roadshow, helper=link, **form.values())
        except LinkClosed:
            raise
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request, _("Genoteerd: %(name)s zegt %(what)s toe.") % {"name": made.name, "what": made.what}
            )
            return redirect(request.path)
    context = {"roadshow": roadshow, "form": form, "tally": tally(roadshow), "tab": "roadshows"}
    return render(request, "roadshows/pledge_helper.html", context, status=422 if form.errors else 200)


# --- the contact --------------------------------------------------------------------------------------

_PLAIN = {
    "vacature": (PledgeAnswer.VACANCY, gettext_lazy("Dank je wel. We kijken of we de vacature kunnen vinden.")),
    "bezig": (PledgeAnswer.BUSY, gettext_lazy("Dank je wel. Fijn dat jullie bezig zijn.")),
    "gelukt": (PledgeAnswer.DONE, gettext_lazy("Wat mooi. Dank je wel.")),
    "later": (PledgeAnswer.LATER, gettext_lazy("Goed, we vragen het over een maand weer.")),
}


@secret_link(pledge_emails.PURPOSE)
def pledge_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """The page of the mail: confirm, or say how it goes with one button. Opening it changes nothing."""
    pledge = get_object_or_404(Pledge.objects.select_related("roadshow", "organisation", "team"), pk=link.object_id)
    forms = _contact_forms(request, pledge)
    status = 200
    if request.method == "POST":
        try:
            done = _carry_out(request, pledge, link, forms)
        except LinkClosed:
            raise
        except RuleError as error:
            messages.error(request, error.message)
            done = True
        if done:
            return redirect(request.path)
        status = 422
    context = {
        "pledge": pledge,
        "steps": [step for step in pledge.steps.all() if step.kind in ("number", "status", "recorded")],
        "has_account": pledge.organisation_id is not None,
        "tab": "roadshows",
        **forms,
    }
    return render(request, "roadshows/pledge_by_link.html", context, status=status)


def _contact_forms(request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    """The three small forms; the one that was sent holds what was typed."""
    said = request.POST.get("antwoord", "")

    def data(name: str) -> Any:
        return request.POST if said == name else None

    return {
        "number_form": NumberForm(data("aantal"), initial={"number": pledge.number}, prefix="aantal"),
        "reason_form": ReasonForm(data("niet"), prefix="niet"),
        "offer_form": OfferForm(data("aanbod"), prefix="aanbod"),
    }


def _carry_out(request: HttpRequest, pledge: Pledge, link: SecretLink, forms: dict[str, Any]) -> bool:
    """Do what a button asks; return whether it was done, and not typed wrongly."""
    said = request.POST.get("antwoord", "")
    if said in _PLAIN:
        answer, thanks = _PLAIN[said]
        services.answer_pledge(pledge=pledge, answer=answer, actor=None, link=link)
        messages.success(request, str(thanks))
        return True
    if said == "klopt":
        services.confirm_pledge(pledge=pledge, actor=None, link=link)
        messages.success(request, _("Dank je wel. De toezegging telt nu mee."))
        return True
    if said == "niet-ik":
        services.refuse_pledge(pledge=pledge, link=link)
        messages.success(request, _("Dank je wel. We hebben je adres gewist."))
        return True
    if said == "stop":
        services.stop_questions(pledge=pledge, link=link)
        messages.success(request, _("Goed, we vragen het niet meer."))
        return True
    typed = {
        "aantal": (forms["number_form"], PledgeAnswer.NUMBER, _("Het aantal is veranderd.")),
        "niet": (forms["reason_form"], PledgeAnswer.NOT, _("Dank je wel voor je antwoord. De toezegging is ingetrokken.")),
        "aanbod": (forms["offer_form"], PledgeAnswer.OFFER, _("Dank je wel. De organisatie van de roadshow neemt contact op.")),
    }.get(said)  # fmt: skip
    if typed is None or not typed[0].is_valid():
        return False
    services.answer_pledge(pledge=pledge, answer=typed[1], actor=None, link=link, **typed[0].cleaned_data)
    messages.success(request, typed[2])
    return True
