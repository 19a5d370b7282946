"""At the door: a list of names, the code of a ticket, and what phones send later (features W2).

Organisers come in with their account, helpers with a secret link that is kept in their session. Neither sees an address.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from roadshows import rules
from roadshows.enums import CheckInKind
from roadshows.models import Registration, Roadshow
from roadshows.registration_forms import WalkInForm
from roadshows.services import checkin as services
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.links.models import SecretLink
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from stagematch.ui.middleware import PERMISSIONS_POLICY

SESSION_KEY = "deur"
MOST = 2000
BIGGEST_MESSAGE = 512 * 1024


@dataclass(frozen=True)
class Door:
    """A roadshow, and who stands at its door; `actor` is None for a helper."""

    roadshow: Roadshow
    actor: User | None


def _door(request: HttpRequest, roadshow: Roadshow | None) -> Door | None:
    """Tell whether this visitor works at this door."""
    if roadshow is None:
        return None
    if isinstance(request.user, User) and rules.may_manage(request.user, roadshow):
        return Door(roadshow, request.user)
    doors = request.session.get(SESSION_KEY)
    link = doors.get(str(roadshow.pk)) if isinstance(doors, dict) else None
    return Door(roadshow, None) if services.live_helper_link(roadshow, link) else None


def _door_or_away(request: HttpRequest, slug: str) -> Door | HttpResponse:
    """Return the door; sign-in for who is nobody here yet, and 404 for somebody else."""
    door = _door(request, Roadshow.objects.filter(slug=slug).first())
    if door is not None:
        return door
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.get_full_path())


@secret_link(services.PURPOSE)
def helper(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Explain what a helper does, and on a POST begin: the browser then keeps that it may work at this door."""
    roadshow = link.subject  # read already to see that it is still there
    assert isinstance(roadshow, Roadshow)  # noqa: S101 -- narrows the type
    if request.method == "POST":
        doors = request.session.get(SESSION_KEY)
        request.session[SESSION_KEY] = (doors if isinstance(doors, dict) else {}) | {str(roadshow.pk): link.pk}
        return redirect("check-in", roadshow.slug)
    return render(request, "roadshows/helper.html", {"roadshow": roadshow, "tab": "roadshows"})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The list at the door. All names on one page, because it has to work without a connection too."""
    door = _door_or_away(request, slug)
    if isinstance(door, HttpResponse):
        return door
    form = WalkInForm(request.POST if "walk_in" in request.POST else None, auto_id="deur_%s")
    if request.method == "POST":
        answer = _walk_in(request, door, form) if form.is_bound else _tap(request, door)
        if answer is not None:
            return answer
    people = Registration.objects.filter(roadshow=door.roadshow).filter(
        Q(status__in=["confirmed", "offered", "waiting"]) | Q(checked_in_at__isnull=False)
    )
    words = request.GET.get("q", "").strip()
    shown = people.filter(name__icontains=words) if words else people
    rows = list(shown.order_by(F("name").asc(), "pk")[:MOST])
    inside, expected = _counts(door.roadshow)
    context = {
        "roadshow": door.roadshow,
        "rows": rows,
        "form": form,
        "q": words,
        "inside": inside,
        "expected": expected,
        "is_today": door.roadshow.day is not None and door.roadshow.day <= today(),
        "is_helper": door.actor is None,
        "tab": "roadshows",
    }
    return _private(render(request, "roadshows/check_in.html", context, status=422 if form.errors else 200))


def _tap(request: HttpRequest, door: Door) -> HttpResponse:
    """A row's button without JavaScript."""
    public_id = _uuid(request.POST.get("registration", ""))
    row = get_object_or_404(Registration.objects.filter(roadshow=door.roadshow), public_id=public_id)
    _check_in(request, door, row)
    back = reverse("check-in", args=[door.roadshow.slug])
    words = request.POST.get("q", "")
    return redirect(f"{back}?q={words}" if words.isalnum() else back)


def _check_in(request: HttpRequest, door: Door, row: Registration) -> None:
    kind = CheckInKind.UNDO if request.POST.get("kind") == CheckInKind.UNDO else CheckInKind.IN
    try:
        done = services.check_in(
            registration=row, actor=door.actor, kind=kind, client_id=_uuid(request.POST.get("client_id", ""))
        )
    except RuleError as error:
        messages.error(request, error.message)
        return
    if done.checked_in_at is None:
        messages.success(request, _("%(name)s staat weer op 'nog niet binnen'.") % {"name": done.name})
    else:
        since = timezone.localtime(done.checked_in_at).strftime("%H.%M")
        messages.success(request, _("%(name)s is binnen sinds %(time)s uur.") % {"name": done.name, "time": since})


def _walk_in(request: HttpRequest, door: Door, form: WalkInForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        done = services.walk_in(
            roadshow=door.roadshow,
            actor=door.actor,
            client_id=_uuid(request.POST.get("client_id", "")),
            **form.cleaned_data,
        )
    except RuleError as error:
        form.add_error(error.field or None, error.message)
        return None
    messages.success(request, _("%(name)s staat op de lijst en is binnen.") % {"name": done.name})
    return redirect("check-in", door.roadshow.slug)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a phone's camera opens: at the door this person, with one button; to anybody else the same page for every code."""
    row = Registration.objects.select_related("roadshow").filter(code=code.upper()).first()
    door = _door(request, row.roadshow if row is not None else None)
    if row is None or door is None:
        doors = request.session.get(SESSION_KEY)
        works_here = bool(doors) or Roadshow.objects.managed_by(request.user).exists()
        context = {"works_here": works_here, "tab": "roadshows"}
        return _private(render(request, "roadshows/check_in_outside.html", context))
    if request.method == "POST":
        _check_in(request, door, row)
        return redirect("check-in", row.roadshow.slug)
    context = {
        "row": row,
        "roadshow": row.roadshow,
        "is_today": row.roadshow.day is not None and row.roadshow.day <= today(),
        "tab": "roadshows",
    }
    return _private(render(request, "roadshows/check_in_one.html", context))


@login_not_required
@require_POST
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """What phones send: taps they kept. Answers which arrived, and who is inside now, so that two phones agree."""
    door = _door(request, Roadshow.objects.filter(slug=slug).first())
    if door is None:
        return JsonResponse({"error": "door"}, status=403 if not request.user.is_authenticated else 404)
    if len(request.body) > BIGGEST_MESSAGE:
        return JsonResponse({"error": "size"}, status=413)
    try:
        taps = json.loads(request.body).get("taps")
    except (ValueError, AttributeError, RecursionError):
        taps = None
    if not isinstance(taps, list):
        return JsonResponse({"error": "shape"}, status=400)
    sent = services.receive_taps(roadshow=door.roadshow, taps=taps, actor=door.actor)
    inside, expected = _counts(door.roadshow)
    people = Registration.objects.filter(roadshow=door.roadshow, checked_in_at__isnull=False)
    answer: dict[str, Any] = {
        "done": sent.done,
        "refused": sent.refused,
        "inside": inside,
        "expected": expected,
        "people": {
            str(public_id): timezone.localtime(since).strftime("%H.%M")
            for public_id, since in people.values_list("public_id", "checked_in_at")[:MOST]
            if since is not None
        },
    }
    return _private(JsonResponse(answer))


@login_not_required
@require_safe
def worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that lets the list open again without a connection. It reaches this page only and is the same for all."""
    response = render(request, "roadshows/check_in_worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _counts(roadshow: Roadshow) -> tuple[int, int]:
    people = Registration.objects.filter(roadshow=roadshow)
    return people.filter(checked_in_at__isnull=False).count(), people.filter(
        Q(status="confirmed") | Q(checked_in_at__isnull=False)
    ).count()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _private(response: HttpResponse) -> HttpResponse:
    """Out of caches and search engines; the camera may be used here, to read codes."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Permissions-Policy"] = PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")
    return response
