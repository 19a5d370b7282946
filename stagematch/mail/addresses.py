"""Addresses that do not work: marked by what mail servers say, told to who depends on the person, cleared by the person.

| the mail server says | the address |
| --- | --- |
| this address does not exist, or was closed (5.1.x, 5.2.1, 550, 551, 553) | stopped at once |
| no to this mail (full box 5.2.2, policy 5.7.x, other 5.x) | stopped after three times in 30 days |
| later (4.x), delayed | nothing |
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from stagematch.clock import now
from stagematch.mail.models import MailAddress, OutgoingMail

log = structlog.get_logger(__name__)
Watcher = Callable[[Any], Iterable[Any]]
_watchers: dict[str, Watcher] = {}

WARNING_TEMPLATE = "mail/address_stopped"
REFUSALS = 3
REFUSAL_DAYS = 30
SEND_AGAIN_DAYS = 7
_GONE = re.compile(r"5\.(1\.\d+|2\.1|4\.4)")
_GONE_SMTP = {"550", "551", "553"}


def register_watcher(name: str, watcher: Watcher) -> None:
    """Say who depends on mail to somebody: `watcher(user)` returns the people to warn. Called in `ready()`."""
    _watchers[name] = watcher


def is_stopped(email: str) -> bool:
    """Tell whether mail to this address is held back."""
    return MailAddress.objects.filter(email__iexact=email, stopped_at__isnull=False).exists()


def is_stopped_of(email: str) -> Exists:
    """The same of every row of a query, for `annotate`; `email` is the path to the address."""
    return Exists(MailAddress.objects.filter(email=Lower(OuterRef(email)), stopped_at__isnull=False))


def is_final(code: str, smtp_code: str = "") -> bool:
    """Tell whether this answer is about the address itself and not about this mail or this moment.

    `code` is an enhanced status code (RFC 3463) such as 5.1.1, or empty; `smtp_code` the three digits.
    """
    if code and code not in ("5.0.0", "5.5.0"):
        return bool(_GONE.fullmatch(code))
    return smtp_code in _GONE_SMTP


@transaction.atomic
def note_refusal(*, email: str, code: str, reason: str, final: bool, warn: bool = True) -> bool:
    """Remember that a mail server refused an address; return whether that stopped it now.

    Who depends on the person gets one mail per time an address stops.
    """
    email = email.lower()
    MailAddress.objects.get_or_create(email=email)
    row = MailAddress.objects.select_for_update().get(email=email)
    moment = now()
    recent = row.last_refusal_at is not None and row.last_refusal_at > moment - dt.timedelta(days=REFUSAL_DAYS)
    row.refusals = min(row.refusals + 1, 999) if recent else 1
    row.last_refusal_at = moment
    row.code, row.reason = code[:20], reason.replace(email, "<address>")[:300]
    stops = row.stopped_at is None and (final or row.refusals >= REFUSALS)
    if stops:
        row.stopped_at, row.cleared_at = moment, None
    row.save()
    if stops:
        log.warning("mail.address_stopped", code=code)
        if warn:
            _warn(email, moment)
    return stops


def _warn(email: str, moment: dt.datetime) -> None:
    from stagematch.mail.services import queue_mail  # which looks at addresses itself

    user = get_user_model().objects.filter(email=email, is_active=True).first()
    if user is None:
        return
    people = {person.pk: person for watcher in _watchers.values() for person in watcher(user)}
    people.pop(user.pk, None)
    cause = hashlib.sha256(f"{email}:{moment.isoformat()}".encode()).hexdigest()[:24]
    for person in people.values():
        queue_mail(
            key=f"address_stopped:{cause}:{person.pk}",
            template=WARNING_TEMPLATE,
            to=person,
            context={"person": user.get_full_name() or "Iemand", "link": f"{settings.BASE_URL}/start/"},
        )


@transaction.atomic
def clear_address(*, email: str, actor: AbstractBaseUser, new_email: str = "") -> int:
    """The address works again, or was replaced by `new_email`: send what came back in the last week; return how many.

    What is wiped (sign-in codes) is not sent again.
    """
    email = email.lower()
    MailAddress.objects.filter(email=email).update(stopped_at=None, refusals=0, cleared_at=now())
    since = timezone.now() - dt.timedelta(days=SEND_AGAIN_DAYS)
    back = OutgoingMail.objects.filter(
        state=OutgoingMail.State.BOUNCED, to_email__iexact=email, created_at__gte=since
    ).exclude(body_text="")
    again = back.update(
        state=OutgoingMail.State.QUEUED,
        to_email=new_email or email,
        attempts=0,
        next_attempt_at=timezone.now(),
        claimed_at=None,
        handed_at=None,
        last_error="",
    )
    log.info("mail.address_cleared", actor=actor.pk, again=again)
    return again


def forget_addresses(*, before: dt.datetime) -> int:
    """Delete what we know of addresses that work again and were not refused since a moment."""
    return MailAddress.objects.filter(last_refusal_at__lt=before, stopped_at__isnull=True).delete()[0]
