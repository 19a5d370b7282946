"""Making, finishing, renewing, revoking and forgetting secret links.

Once out in a mail a link can be opened by whoever reads that mail, and by the scanner of the mail server before them.
So opening a link changes nothing; only a POST does, and what counts once is finished under a row lock.
"""

import datetime as dt

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stagematch.clock import now, today
from stagematch.links.models import LinkState, SecretLink, SecretLinkUse
from stagematch.links.purposes import purpose_of
from stagematch.links.tokens import hash_of, new_token, visitor_hash
from stagematch.mail.services import queue_mail
from stagematch.ui.errors import Conflict

LONGEST = dt.timedelta(
    days=400
)  # a stage lasts a school year at most; a secret that outlives it is forgotten in a mailbox
KEEP_AFTER_EXPIRY = dt.timedelta(days=90)
RENEWALS_A_DAY = 3


class LinkClosed(Conflict):
    """The link stopped working between opening the page and sending the form. `state` says why."""

    def __init__(self, link: SecretLink) -> None:
        self.link = link
        self.state = link.state
        super().__init__(f"link_{link.state}", _("Deze link werkt niet meer."))


def make_link(
    *,
    purpose: str,
    subject: Model,
    expires_at: dt.datetime,
    email: str = "",
    user: AbstractBaseUser | None = None,
    single_use: bool = False,
    actor: AbstractBaseUser | None = None,
) -> str:
    """Return the absolute address of a new secret page about `subject`, for `user` or the owner of `email`.

    The address cannot be had again: only a hash of its token is kept. Put it in the mail and nowhere else. Make it in
    the transaction that queues that mail. Raises LookupError for a purpose nobody registered, and ValueError for an
    expiry in the past or more than 400 days ahead.
    """
    return _make(purpose, subject, expires_at, email, user, single_use=single_use, actor=actor)


def _make(
    purpose: str,
    subject: Model,
    expires_at: dt.datetime,
    email: str,
    user: AbstractBaseUser | None,
    *,
    single_use: bool,
    actor: AbstractBaseUser | None,
    renewed_from: SecretLink | None = None,
) -> str:
    kind = purpose_of(purpose)
    moment = now()
    if not moment < expires_at <= moment + LONGEST:
        msg = "A secret link expires after now and within 400 days."
        raise ValueError(msg)
    token = new_token(purpose)
    SecretLink.objects.create(
        purpose=purpose,
        token_hash=hash_of(token),
        subject=subject,
        email=email.strip().lower(),
        user_id=user.pk if user is not None else None,
        single_use=single_use,
        expires_at=expires_at,
        created_at=moment,
        created_by_id=actor.pk if actor is not None else None,
        renewed_from=renewed_from,
    )
    return f"{settings.BASE_URL}{reverse(kind.url_name, kwargs={'token': token})}"


def find_link(*, token: str, purpose: str) -> SecretLink | None:
    """Return the link of a token, whatever its state. The caller has checked the signature."""
    return SecretLink.objects.select_related("user").filter(token_hash=hash_of(token), purpose=purpose).first()


def links_of(subject: Model, *, purpose: str | None = None) -> QuerySet[SecretLink]:
    """Return the links about something, newest first."""
    kind = ContentType.objects.get_for_model(subject, for_concrete_model=True)
    found = SecretLink.objects.filter(content_type=kind, object_id=subject.pk)
    return found if purpose is None else found.filter(purpose=purpose)


@transaction.atomic
def lock_link(link: SecretLink) -> SecretLink:
    """Return the link under a row lock until the end of the transaction, when it still works.

    Call it first in a service that acts on somebody's behalf through a link. Raises LinkClosed when it was revoked, used
    or expired since the page was opened.
    """
    locked = SecretLink.objects.select_for_update().get(pk=link.pk)
    if locked.state != LinkState.LIVE:
        raise LinkClosed(locked)
    return locked


@transaction.atomic
def finish(link: SecretLink) -> SecretLink:
    """Mark a single-use link as used. Raises LinkClosed when it already was, or no longer works.

    Call it inside the transaction of what it was used for: when that fails, the link still works.
    """
    if not link.single_use:
        msg = "Only a single-use link can be finished."
        raise ValueError(msg)
    locked = lock_link(link)
    locked.finished_at = link.finished_at = now()
    locked.save(update_fields=["finished_at"])
    return locked


@transaction.atomic
def revoke_links(*, subject: Model, purpose: str | None = None, actor: AbstractBaseUser | None) -> int:
    """Close every working link about something (for one purpose, or all); return how many that were."""
    return _revoke(links_of(subject, purpose=purpose), actor)


@transaction.atomic
def revoke_link(*, link: SecretLink, actor: AbstractBaseUser) -> bool:
    """Close one link; return whether it still worked."""
    return bool(_revoke(SecretLink.objects.filter(pk=link.pk), actor))


def _revoke(links: QuerySet[SecretLink], actor: AbstractBaseUser | None) -> int:
    moment = now()
    return links.filter(revoked_at=None, finished_at=None, expires_at__gt=moment).update(
        revoked_at=moment, revoked_by=actor.pk if actor is not None else None
    )


def may_renew(link: SecretLink) -> bool:
    """Tell whether an expired link can be replaced: its purpose says until when, and there is an address to mail to."""
    return _new_expiry(link) is not None


def _new_expiry(link: SecretLink) -> dt.datetime | None:
    kind = link.kind
    has_address = bool(link.email) or (link.user is not None and link.user.is_active)
    if kind.renew is None or not has_address or link.state != LinkState.EXPIRED or link.subject is None:
        return None
    expires_at = kind.renew(link)
    return expires_at if expires_at is not None and expires_at > now() else None


@transaction.atomic
def renew_link(*, link: SecretLink) -> bool:
    """Mail a new link to the address the old one was for; return whether one was sent.

    At most RENEWALS_A_DAY times in 24 hours per link. The caller says the same thing either way: who holds an old link
    learns nothing about an address.
    """
    locked = SecretLink.objects.select_for_update().get(pk=link.pk)
    expires_at = _new_expiry(locked)
    made = locked.renewals.count()
    recent = locked.renewals.filter(created_at__gt=now() - dt.timedelta(days=1)).count()
    if expires_at is None or recent >= RENEWALS_A_DAY:
        return False
    subject = locked.subject
    assert isinstance(subject, Model)  # noqa: S101 -- _new_expiry has looked
    address = _make(
        locked.purpose,
        subject,
        expires_at,
        locked.email,
        locked.user,
        single_use=locked.single_use,
        actor=None,
        renewed_from=locked,
    )
    if locked.kind.renewed is not None:
        locked.kind.renewed(locked, expires_at)
    queue_mail(
        key=f"link-renewed:{locked.pk}:{made + 1}",
        template="links/renewed",
        to=locked.email or locked.user or "",
        context={"link": address, "label": locked.kind.label, "expires_at": expires_at},
    )
    return True


def record_use(*, link: SecretLink, address: str, outcome: str) -> None:
    """Note that a link was opened or used; the visitor's address is not kept, only a code that changes every day."""
    moment, day = now(), today()
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into links_secretlinkuse (link_id, day, visitor, outcome, first_at, last_at, times)
               values (%s, %s, %s, %s, %s, %s, 1)
               on conflict (link_id, day, visitor, outcome)
               do update set times = links_secretlinkuse.times + 1, last_at = excluded.last_at""",
            [link.pk, day, visitor_hash(address, day.isoformat()), outcome, moment, moment],
        )


def forget_links(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete links that expired 90 days before `day` or earlier, with the log of their use; return how many links."""
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    over = SecretLink.objects.filter(expires_at__lt=midnight - KEEP_AFTER_EXPIRY)
    if dry_run:
        return over.count()
    _rows, per_model = over.delete()
    return per_model.get(SecretLink._meta.label, 0)


def forget_address(email: str) -> int:
    """Delete every link that was for this address (a person asked to be forgotten); return how many."""
    _rows, per_model = SecretLink.objects.filter(email=email.strip().lower()).delete() if email else (0, {})
    return per_model.get(SecretLink._meta.label, 0)


__all__ = [
    "LinkClosed",
    "SecretLinkUse",
    "find_link",
    "finish",
    "forget_address",
    "forget_links",
    "links_of",
    "lock_link",
    "make_link",
    "may_renew",
    "record_use",
    "renew_link",
    "revoke_link",
    "revoke_links",
]
