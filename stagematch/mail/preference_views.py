"""What somebody has a say in: which mail, how often, and whether the address works."""

from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from stagematch.mail import addresses, topics
from stagematch.mail.forms import PreferencesForm

log = structlog.get_logger(__name__)


def _user(request: HttpRequest) -> Any:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101 -- login is required; narrows the type
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose per topic how often to get mail; what is essential is listed with the reason why."""
    user = _user(request)
    form = PreferencesForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Je keuzes zijn bewaard."))
        return redirect("mail-preferences")
    context = {"form": form, "is_stopped": addresses.is_stopped(user.email), "tab": "account"}
    return render(request, "mail/preferences.html", context, status=422 if form.errors else 200)


@require_POST
def address_works(request: HttpRequest) -> HttpResponse:
    """Somebody says that the own address works again: send what came back, and see."""
    user = _user(request)
    if addresses.is_stopped(user.email):
        addresses.clear_address(email=user.email, actor=user)
        messages.success(request, _("We proberen het opnieuw. Wat terugkwam, sturen we nog een keer."))
    return redirect("mail-preferences")


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the signed address is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a topic with one click. Opening the page changes nothing: scanners of mail open every link."""
    found = topics.read_unsubscribe(token)
    if found is None:
        raise Http404
    public_id, topic = found
    try:
        user = get_user_model().objects.get(public_id=public_id)
    except (get_user_model().DoesNotExist, ValidationError) as error:
        raise Http404 from error
    done = request.method == "POST"
    labels = [str(t.label) for t in topics.switch_off(user=user, topic=topic)] if done else []
    if done:
        log.info("mail.unsubscribed", user=user.pk, topic=topic)
    response = render(request, "mail/unsubscribe.html", {"done": done, "labels": labels})
    patch_cache_control(response, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
