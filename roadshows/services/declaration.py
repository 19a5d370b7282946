"""Every write about the mbo-erkenningsverklaring (features W6)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import has_role_at
from roadshows import rules
from roadshows.enums import SIGNATURE_TRANSITIONS, Commitment, SignatureStatus
from roadshows.models import DeclarationText, Evidence, Roadshow, Signature
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link, make_link, revoke_links
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail
from stagematch.ui.errors import Conflict, RuleError

SIGN, KEEP = "declaration_sign", "declaration_keep"
SIGN_DAYS, KEEP_DAYS = 60, 395
MOST_A_DAY = 60
"""Questions one person may send in a day: more than a full hall signs, and too few to mail the world with."""
FORGET_DAYS = 90
"""After so many days the name and address of who was asked and never signed are wiped."""


@transaction.atomic
def publish_text(*, text: DeclarationText, actor: User) -> DeclarationText:
    """Make a version the one people sign from now on; earlier signatures stay under the words they signed.

    Raises PermissionDenied for who is no platform admin.
    """
    if not actor.is_superuser:
        raise PermissionDenied
    DeclarationText.objects.select_for_update().filter(is_current=True).exclude(pk=text.pk).update(is_current=False)
    text.published_on, text.is_current = text.published_on or today(), True
    text.save(update_fields=["published_on", "is_current"])
    return text


@transaction.atomic
def ask_signature(
    *,
    name: str,
    signer_name: str,
    signer_function: str,
    signer_email: str,
    actor: User,
    organisation: Organisation | None = None,
    roadshow: Roadshow | None = None,
) -> Signature:
    """Ask the person who may sign for an organisation to do so; a personal link goes to that person's address.

    By the stagemakelaar of `organisation`, or by an organiser of `roadshow`. Raises PermissionDenied, RuleError `no_text`,
    `too_many` and Conflict `asked_before` when this organisation was asked or signed already.
    """
    may = actor.is_superuser or (organisation is not None and has_role_at(actor, organisation, Role.BROKER))
    if not (may or (roadshow is not None and rules.may_manage(actor, roadshow))):
        raise PermissionDenied
    text = DeclarationText.objects.select_for_update().filter(is_current=True).first()
    if text is None:
        raise RuleError("no_text", _("Er is nu geen verklaring om te tekenen."))
    if Signature.objects.filter(asked_by=actor, asked_at__gt=now() - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise RuleError("too_many", _("Je stuurde vandaag al %(n)d vragen. Ga morgen verder.") % {"n": MOST_A_DAY})
    label = organisation.name if organisation is not None else " ".join(name.split())
    live = Signature.objects.live().filter(declaration=text)
    if live.filter(name__iexact=label).exists() or (organisation and live.filter(organisation=organisation).exists()):
        raise Conflict("asked_before", _("%(name)s is al gevraagd of heeft al getekend.") % {"name": label})
    signature = Signature.objects.create(
        declaration=text,
        organisation=organisation,
        name=label,
        signer_name=signer_name.strip(),
        signer_function=signer_function.strip(),
        signer_email=signer_email.strip().lower(),
        roadshow=roadshow,
        asked_by=actor,
    )
    _send_question(signature, actor)
    return signature


def _send_question(signature: Signature, actor: User) -> None:
    link = make_link(
        purpose=SIGN, subject=signature, expires_at=_in(SIGN_DAYS), email=signature.signer_email, actor=actor
    )
    queue_mail(
        key=f"declaration_asked:{signature.public_id}",
        template="declaration_asked",
        to=signature.signer_email,
        context={"signature": signature, "text": signature.declaration, "asker": actor.get_full_name(), "link": link},
    )


@transaction.atomic
def answer_signature(*, link: SecretLink, agrees: bool, may_sign: bool) -> Signature:
    """The person who was asked signs, or says no. Signing needs `may_sign`: 'ik mag hiervoor tekenen'.

    Raises LinkClosed, RuleError `may_not_sign`, and Conflict `answered` when it was answered or withdrawn meanwhile.
    """
    locked = lock_link(link)
    if locked.purpose != SIGN:
        raise PermissionDenied
    signature = Signature.objects.select_for_update().get(pk=locked.object_id)
    if agrees and not may_sign:
        raise RuleError(
            "may_not_sign",
            _("Zet een vinkje als je namens %(name)s mag tekenen. Mag je dat niet? Stuur de mail door.")
            % {"name": signature.name},
            field="may_sign",
        )
    if not agrees:
        return _move(signature, SignatureStatus.DECLINED)
    signature = _move(signature, SignatureStatus.SIGNED, signed_on=today())
    keep = make_link(purpose=KEEP, subject=signature, expires_at=_in(KEEP_DAYS), email=signature.signer_email)
    revoke_links(subject=signature, purpose=SIGN, actor=None)
    queue_mail(
        key=f"declaration_signed:{signature.public_id}",
        template="declaration_signed",
        to=signature.signer_email,
        context={
            "signature": signature,
            "text": signature.declaration,
            "commitments": signature.declaration.commitments,
            "link": keep,
            "page": f"{settings.BASE_URL}{signature.get_absolute_url()}",
        },
    )
    return signature


@transaction.atomic
def withdraw_signature(
    *, signature: Signature, reason: str, actor: User | None = None, link: SecretLink | None = None
) -> Signature:
    """Take a signature (or the question for it) back; it leaves the register at once. The history stays.

    Raises PermissionDenied, LinkClosed, RuleError `reason`, and Conflict `answered`.
    """
    _require_keeper(signature, actor, link)
    if not reason.strip():
        raise RuleError("reason", _("Schrijf in één zin waarom. Dat blijft bewaard."), field="reason")
    locked = Signature.objects.select_for_update().get(pk=signature.pk)
    moved = _move(locked, SignatureStatus.WITHDRAWN, withdrawn_on=today(), withdraw_reason=reason.strip()[:300])
    revoke_links(subject=moved, purpose=SIGN, actor=actor)
    return moved


@transaction.atomic
def add_evidence(
    *,
    signature: Signature,
    commitment: str,
    year: int,
    text: str,
    url: str = "",
    actor: User | None = None,
    link: SecretLink | None = None,
) -> Evidence:
    """Tell what was done for one commitment in one year. Saying the same again changes nothing.

    Raises PermissionDenied, LinkClosed, RuleError `year`, and Conflict `not_signed`.
    """
    _require_keeper(signature, actor, link)
    locked = Signature.objects.select_for_update().get(pk=signature.pk)
    if locked.status != SignatureStatus.SIGNED or locked.signed_on is None:
        raise Conflict("not_signed", _("Hier is nu geen handtekening. Daarom kan er niets bij."))
    if not locked.signed_on.year <= year <= today().year:
        raise RuleError(
            "year",
            _("Kies een jaar van %(first)d tot en met %(last)d.")
            % {"first": locked.signed_on.year, "last": today().year},
            field="year",
        )
    row, _made = Evidence.objects.get_or_create(
        signature=locked,
        commitment=Commitment(commitment),
        year=year,
        text=" ".join(text.split())[:400],
        defaults={"link": url},
    )
    return row


@transaction.atomic
def remove_evidence(*, evidence: Evidence, actor: User | None = None, link: SecretLink | None = None) -> None:
    """Take a line of evidence away. Raises PermissionDenied, LinkClosed."""
    _require_keeper(evidence.signature, actor, link)
    evidence.delete()


def ask_for_evidence(*, day: dt.date, dry_run: bool = False) -> int:
    """Ask, once a year from 15 January, what was done in the year before; return how many mails (to be) queued.

    Who signed in that year or later is not asked about it yet. Safe to run twice; a missed day is caught up that year.
    """
    if (day.month, day.day) < (1, 15):
        return 0
    year = day.year - 1
    asked = 0
    due = (
        Signature.objects.register().filter(signed_on__year__lt=day.year).select_related("declaration", "organisation")
    )
    for signature in due.exclude(signer_email="").order_by("pk").iterator():
        if signature.evidence.filter(year=year).exists():
            continue
        asked += 1 if dry_run else _ask_for(signature, year)
    return asked


@transaction.atomic
def _ask_for(signature: Signature, year: int) -> int:
    key = f"declaration_evidence:{signature.public_id}:{year}"
    if OutgoingMail.objects.filter(key=key).exists():
        return 0
    revoke_links(subject=signature, purpose=KEEP, actor=None)
    link = make_link(purpose=KEEP, subject=signature, expires_at=_in(KEEP_DAYS), email=signature.signer_email)
    queue_mail(
        key=key,
        template="declaration_evidence",
        to=signature.signer_email,
        context={"signature": signature, "year": year, "link": link},
    )
    return 1


def forget_signers(*, day: dt.date, dry_run: bool = False) -> int:
    """Wipe the name and address of who was asked 90 days ago and never signed, or withdrew so long ago; return how many."""
    before = day - dt.timedelta(days=FORGET_DAYS)
    midnight = dt.datetime.combine(before, dt.time.min, tzinfo=timezone.get_default_timezone())
    silent = Signature.objects.filter(asked_at__lt=midnight).exclude(status=SignatureStatus.SIGNED)
    over = silent.exclude(withdrawn_on__gte=before).exclude(signer_name="", signer_email="")
    return over.count() if dry_run else over.update(signer_name="", signer_email="")


def may_keep(user: User, signature: Signature) -> bool:
    """Whether this person may add evidence or withdraw: the stagemakelaar there, the organiser who asked, a platform admin."""
    return Signature.objects.managed_by(user).filter(pk=signature.pk).exists()


def organisations_to_sign_for(user: User) -> list[Organisation]:
    """The organisations this person may ask a signature for."""
    return list(Organisation.objects.of(user, Role.BROKER).order_by("name"))


def _require_keeper(signature: Signature, actor: User | None, link: SecretLink | None) -> None:
    if link is not None:
        locked = lock_link(link)
        if locked.purpose != KEEP or locked.object_id != signature.pk:
            raise PermissionDenied
    elif actor is None or not may_keep(actor, signature):
        raise PermissionDenied


def _move(signature: Signature, to: SignatureStatus, **fields: object) -> Signature:
    """Change the status of a locked row, if the table allows it."""
    if to not in SIGNATURE_TRANSITIONS[SignatureStatus(signature.status)]:
        raise Conflict(
            "answered",
            _("Deze handtekening staat nu op '%(status)s'. Daarom kan dit niet meer.")
            % {"status": SignatureStatus(signature.status).label},
        )
    signature.status = to
    for name, value in fields.items():
        setattr(signature, name, value)
    signature.save(update_fields=["status", *fields])
    return signature


def _in(days: int) -> dt.datetime:
    last = today() + dt.timedelta(days=days)
    return dt.datetime.combine(last, dt.time.min, tzinfo=timezone.get_default_timezone())


__all__ = [
    "KEEP",
    "SIGN",
    "add_evidence",
    "answer_signature",
    "ask_for_evidence",
    "ask_signature",
    "forget_signers",
    "may_keep",
    "organisations_to_sign_for",
    "publish_text",
    "remove_evidence",
    "withdraw_signature",
]
