"""The decorator that turns a view into a page behind a secret link."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.core.internal import ratelimit  # its public door never counts a GET, and opening a link is one
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

from stagematch.links.models import LinkState, SecretLink, SecretLinkUse
from stagematch.links.services import LinkClosed, find_link, may_renew, record_use, renew_link
from stagematch.links.tokens import hash_of, is_signed

P = ParamSpec("P")
Outcome = SecretLinkUse.Outcome

RATES = {
    "guess": "20/m/ip",  # addresses we never made
    "open": "120/m/ip",  # a whole school can sit behind one address
    "link": "60/m/key",  # one link, from wherever
    "renew": "10/h/ip",
}
COUNTERS = "stagematch.links"  # the name its counts are kept under
RENEW_FIELD = "nieuwe-link"
READING = ("GET", "HEAD")


def secret_link(
    purpose: str, *, read_only: bool = True
) -> Callable[
    [Callable[Concatenate[HttpRequest, SecretLink, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Open a view to whoever has a working link for `purpose`; the address holds `<str:token>`.

    The view gets `(request, link, …)` with `link.subject`, `link.email` and `link.user`, and answers GET, HEAD and POST
    only. It need not be signed in for, is never cached or indexed, and sends its address to no other site. A GET runs in
    a transaction that Postgres keeps read-only, because mail scanners open links before people do: a view that writes
    then fails. `read_only=False` lifts that for a page that must note who looked; what it writes may not be a decision.
    An expired, revoked or used link gets a page that says so (410); an unknown one a 404; too many a minute a 429.
    LinkClosed out of the view gets that page too.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, SecretLink, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @login_not_required
        @wraps(view)
        def guarded(request: HttpRequest, /, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not is_signed(token, purpose):
                if not _within(request, "guess"):
                    return _private(_too_fast(request))
                raise Http404
            if not (_within(request, "open") and _within(request, "link", key=hash_of(token))):
                return _private(_too_fast(request))
            link = find_link(token=token, purpose=purpose)
            if link is None:
                raise Http404
            if link.state != LinkState.LIVE or link.subject is None:
                return _private(_closed(request, link))
            if request.method not in (*READING, "POST"):
                return HttpResponseNotAllowed([*READING, "POST"])
            reading = request.method in READING
            _note(request, link, Outcome.OPENED if reading else Outcome.SENT)
            try:
                if reading and read_only:
                    with transaction.atomic():
                        _forbid_writing()
                        return _private(view(request, link, *args, **kwargs))
                return _private(view(request, link, *args, **kwargs))
            except LinkClosed as error:
                return _private(_closed(request, error.link))

        return guarded

    return decorate


def _forbid_writing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set transaction read only")


def _closed(request: HttpRequest, link: SecretLink) -> HttpResponseBase:
    """Say why this link does not work, and nothing else; mail a new one when asked and useful."""
    if request.method == "POST" and RENEW_FIELD in request.POST and link.state == LinkState.EXPIRED:
        if not _within(request, "renew"):
            return _too_fast(request)
        _note(request, link, Outcome.RENEWED)
        renew_link(link=link)
        return render(request, "links/renewal_asked.html", {"label": link.kind.label})
    state: str = link.state
    _note(request, link, Outcome.GONE if state == LinkState.LIVE else Outcome(state))
    context = {
        "state": state,
        "label": link.kind.label,
        "expires_at": link.expires_at,
        "may_renew": may_renew(link),
        "renew_field": RENEW_FIELD,
    }
    return render(request, "links/closed.html", context, status=410)


def _too_fast(request: HttpRequest) -> HttpResponseBase:
    response = render(request, "links/too_fast.html", status=429)
    response["Retry-After"] = "60"
    return response


def _within(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    """Count this request, and tell whether it is within the limit. Without Redis nothing is counted (threat model)."""
    used = ratelimit.consume(request, app=COUNTERS, action=action, config=RATES, key=key, limit_get=True)
    return used is not None


def _note(request: HttpRequest, link: SecretLink, outcome: str) -> None:
    record_use(link=link, address=ratelimit.get_ip(request), outcome=outcome)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep a page behind a secret link out of caches and search engines, and its address on this site.

    The policy is strict-origin, not no-referrer: with that, a browser hides the origin of a form as well, and the check
    on forms sent from elsewhere would refuse our own.
    """
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "strict-origin"
    return response


__all__ = ["RATES", "RENEW_FIELD", "secret_link"]
