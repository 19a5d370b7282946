"""The development mailbox, and what every mail looks like."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from stagematch.mail import mailbox, samples, services, topics
from stagematch.ui.admin_mixins import is_platform_admin

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
# A mail has its own styles and nothing else: no script, no link that leaves the frame, no picture from elsewhere.
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def _letter_page(html: str) -> HttpResponse:
    """Answer with the HTML of a mail, in a policy that only it has."""
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = LETTER_POLICY
    return response


# The page around a mail may show it in a frame; nothing else of the policy changes.
def _with_frame(view: View[P]) -> View[P]:
    decorate: Any = csp_replace({"frame-src": ["'self'"]})
    return cast("View[P]", decorate(view))


def _only_with_mailbox(view: View[P]) -> View[P]:
    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if mailbox.folder() is None:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@login_not_required
@require_safe
@_only_with_mailbox
def mailbox_list(request: HttpRequest) -> HttpResponse:
    """What arrived, newest first."""
    return render(request, "mail/mailbox.html", {"letters": mailbox.letters(), "tab": "postvak"})


def _letter(letter_id: str) -> mailbox.Letter:
    found = mailbox.letter(letter_id)
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
@_only_with_mailbox
@_with_frame
def mailbox_letter(request: HttpRequest, letter_id: str) -> HttpResponse:
    """One mail, as text and as it looks."""
    return render(request, "mail/letter.html", {"letter": _letter(letter_id), "tab": "postvak"})


@login_not_required
@require_safe
@_only_with_mailbox
@xframe_options_sameorigin
def mailbox_letter_html(request: HttpRequest, letter_id: str) -> HttpResponse:
    """Only the HTML of one mail, for the frame."""
    return _letter_page(_letter(letter_id).html)


def _platform_admins_only(view: View[P]) -> View[P]:
    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_platform_admin(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def _rendered(name: str) -> tuple[str, str, str]:
    try:
        context = samples.context_of(name)
    except KeyError as error:
        raise Http404 from error
    return services.render(template=name, context=context)


@require_safe
@_platform_admins_only
def sample_list(request: HttpRequest) -> HttpResponse:
    """Every mail that goes out, with its subject."""
    mails = [(name, _rendered(name)[0], topics.topic_of(name)) for name in samples.names()]
    context = {**admin.site.each_context(request), "title": "Voorbeelden van mail", "mails": mails}
    return render(request, "mail/samples.html", context)


@require_safe
@_platform_admins_only
@_with_frame
def sample_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail with invented data."""
    subject, text, _html = _rendered(name)
    context = {**admin.site.each_context(request), "title": subject, "name": name, "subject": subject, "text": text}
    return render(request, "mail/sample.html", context)


@require_safe
@_platform_admins_only
@xframe_options_sameorigin
def sample_html(request: HttpRequest, name: str) -> HttpResponse:
    """Only the HTML of one sample, for the frame."""
    return _letter_page(_rendered(name)[2])
