"""Pages of the people who organise a roadshow (features W1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from roadshows import services
from roadshows.enums import TRANSITIONS, RoadshowStatus
from roadshows.forms import NewRoadshowForm, PartFormSet, RoadshowForm, StatusForm, parts_of
from roadshows.models import Roadshow
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict, RuleError

MOST = 200


def _own(request: HttpRequest, slug: str) -> Roadshow:
    """Return a roadshow one organises; any other does not exist here."""
    return get_object_or_404(Roadshow.objects.managed_by(request.user), slug=slug)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


@role_required(Role.ORGANISER)
@require_safe
def managed_list(request: HttpRequest) -> HttpResponse:
    """All roadshows one organises, also those nobody else sees."""
    rows = Roadshow.objects.managed_by(request.user).order_by("-day", "pk")[:MOST]
    return render(request, "roadshows/managed_list.html", {"roadshows": rows, "tab": "roadshows"})


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def roadshow_new(request: HttpRequest) -> HttpResponse:
    """Begin a roadshow."""
    form = NewRoadshowForm(request.POST if request.method == "POST" else None, user=_user(request))
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            made = services.create_roadshow(
                organisation=fields.pop("organisation"), title=fields.pop("title"), actor=_user(request), **fields
            )
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De roadshow staat klaar. Vul nu het programma in."))
            return redirect("roadshow-edit", made.slug)
    return render(request, "roadshows/roadshow_new.html", {"form": form, "tab": "roadshows"})


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def roadshow_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change texts, place, times and programme."""
    roadshow = _own(request, slug)
    data = request.POST if request.method == "POST" else None
    # The form gets a copy: checking it would otherwise change the row that the service compares with.
    form = RoadshowForm(data, instance=Roadshow.objects.get(pk=roadshow.pk))
    parts = PartFormSet(data, prefix="programma", initial=None if data else parts_of(roadshow))
    if data is not None and form.is_valid() and parts.is_valid():
        try:
            rows = [row.cleaned_data for row in parts if row.cleaned_data.get("title")]
            services.update_roadshow(roadshow=roadshow, actor=_user(request), parts=rows, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De roadshow is bewaard."))
            return redirect("roadshow-detail", roadshow.slug)
    context = {"form": form, "parts": parts, "roadshow": roadshow, "tab": "roadshows"}
    return render(request, "roadshows/roadshow_edit.html", context)


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def roadshow_status(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that it goes on, moves, is called off, or was held."""
    roadshow = _own(request, slug)
    form = StatusForm(request.POST if request.method == "POST" else None, roadshow=roadshow)
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(roadshow, form.cleaned_data, _user(request))
        except Conflict as error:
            return render(request, "409.html", {"message": error.message}, status=error.status)
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("De nieuwe stand staat op de pagina."))
            return redirect("roadshow-detail", roadshow.slug)
    possible = bool(TRANSITIONS[RoadshowStatus(roadshow.status)])
    context = {"form": form, "roadshow": roadshow, "possible": possible, "tab": "roadshows"}
    return render(request, "roadshows/roadshow_status.html", context)


def _carry_out(roadshow: Roadshow, chosen: dict[str, Any], actor: User) -> None:
    if chosen["to"] == RoadshowStatus.MOVED:
        times = {name: chosen[name] for name in ("day", "begins_at", "ends_at")}
        services.move_roadshow(roadshow=roadshow, reason=chosen["reason"], actor=actor, **times)
    else:
        services.change_status(roadshow=roadshow, to=chosen["to"], actor=actor, reason=chosen["reason"])


@role_required(Role.ORGANISER)
@require_POST
def roadshow_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Start the next roadshow from this one."""
    copied = services.copy_roadshow(roadshow=_own(request, slug), actor=_user(request))
    messages.success(request, _("De kopie staat klaar. Kies een titel en een dag."))
    return redirect("roadshow-edit", copied.slug)
