"""Proposals that a school looks at before its students do (features S11)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaking import services
from matchmaking.models import Proposal
from organisations.enums import Role
from organisations.roles import role_required
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict, RuleError
from stagematch.ui.forms import FormMixin

MOST_SHOWN = 200


class HoldBackForm(FormMixin, forms.Form):
    """Why this place is not for this student."""

    reason = forms.CharField(
        label=gettext_lazy("Waarom past deze plek niet?"),
        max_length=300,
        help_text=gettext_lazy("De student mag dit later lezen. Schrijf het dus zoals je het ook zou zeggen."),
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


def _waiting(request: HttpRequest) -> "list[Proposal]":
    rows = Proposal.objects.to_look_at(request.user).select_related(
        "search__student__user", "vacancy__organisation", "vacancy__location__postcode"
    )
    return list(rows.order_by("search__student__user__last_name", "search_id", "slot")[:MOST_SHOWN])


@role_required(Role.COORDINATOR)
@require_safe
def school_proposals(request: HttpRequest) -> HttpResponse:
    """Last night's proposals that nobody but the school sees yet."""
    context = {
        "proposals": _waiting(request),
        "looks_first": services.looks_first(_user(request)),
        "tab": "voorstellen",
    }
    return render(request, "matchmaking/school_proposals.html", context)


@role_required(Role.COORDINATOR)
@require_POST
def school_proposals_release(request: HttpRequest) -> HttpResponse:
    """Let one proposal through, or all of them."""
    waiting = Proposal.objects.to_look_at(request.user)
    if "voorstel" in request.POST:
        try:
            waiting = waiting.filter(public_id=request.POST["voorstel"])
        except (ValueError, forms.ValidationError):
            waiting = waiting.none()
    shown = services.release_proposals(proposals=waiting, actor=_user(request))
    text = ngettext("%(n)d voorstel is nu bij de student.", "%(n)d voorstellen zijn nu bij de studenten.", shown)
    messages.success(request, text % {"n": shown})
    return redirect("school-proposals")


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def school_proposal_hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep one proposal back, with a reason."""
    waiting = Proposal.objects.to_look_at(request.user).select_related("search__student__user", "vacancy__organisation")
    proposal = get_object_or_404(waiting, public_id=public_id)
    form = HoldBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.hold_back(proposal=proposal, reason=form.cleaned_data["reason"], actor=_user(request))
        except Conflict as error:
            return render(request, "409.html", {"message": error.message}, status=error.status)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De student krijgt deze plek niet voorgesteld."))
            return redirect("school-proposals")
    context = {"proposal": proposal, "form": form, "tab": "voorstellen"}
    return render(request, "matchmaking/school_proposal_hold.html", context)


@role_required(Role.COORDINATOR)
@require_POST
def school_proposals_switch(request: HttpRequest) -> HttpResponse:
    """Switch looking first on or off for the own school."""
    looks = services.switch_looking_first(actor=_user(request), on="aan" in request.POST)
    text = (
        _("Jullie zien voorstellen voortaan eerst, één werkdag lang.")
        if looks
        else _("Studenten zien voorstellen voortaan meteen.")
    )
    messages.success(request, text)
    return redirect("school-proposals")
