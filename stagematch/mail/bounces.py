"""Reading mail that came back: which of our mails it was, and what the other side said (RFC 3464, RFC 3463).

Every mail leaves with an envelope sender of its own (`bounces+<number>-<signature>@…`, VERP). A mail server sends its
complaint there, so the address of the complaint names the mail, and nobody can forge one for somebody else's mail.
Without such an address the Message-ID in the returned headers is used, when the address in the complaint agrees.
"""

import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from stagematch.mail import addresses
from stagematch.mail.models import OutgoingMail

log = structlog.get_logger(__name__)
_TOKEN = re.compile(r"\+(?P<number>[0-9a-z]+)-(?P<signature>[0-9a-f]{16})@", re.IGNORECASE)
_ID = re.compile(r"^Message-ID:\s*(<[^>\s]+>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP = re.compile(r"\b([45]\d\d)\b")
MOST_BYTES = 1_000_000


def envelope_sender(mail: OutgoingMail) -> str:
    """Return the envelope sender for a mail, or nothing when complaints are not collected (BOUNCE_ADDRESS is empty)."""
    local, _at, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{mail.pk}-{_signature(mail.pk)}@{domain}" if domain else ""


def _signature(number: int) -> str:
    return salted_hmac("stagematch.mail.bounces", str(number), algorithm="sha256").hexdigest()[:16]


@dataclass(frozen=True)
class Report:
    """What a complaint says about one of our mails."""

    mail: OutgoingMail
    status: str
    smtp_code: str
    reason: str
    failed: bool


def read(raw: bytes) -> Report | None:
    """Read a complaint; None when it is no complaint, or not about a mail of ours."""
    message = message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    fields = _delivery_status(message)
    if fields is None:
        return None
    action = str(fields.get("Action", "")).strip().lower()
    status = _first(_STATUS, str(fields.get("Status", "")))
    reason = " ".join(str(fields.get("Diagnostic-Code", "")).split())
    recipient = str(fields.get("Final-Recipient") or fields.get("Original-Recipient") or "").rpartition(";")[2].strip()
    mail = _mail_by_envelope(message) or _mail_by_message_id(raw[:MOST_BYTES], recipient)
    if mail is None:
        return None
    failed = action == "failed" and not status.startswith(("2", "4"))
    return Report(mail, status, _first(_SMTP, reason), reason, failed)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _delivery_status(message: Message) -> Message | None:
    """Return the block about the recipient of a `message/delivery-status` part."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            if isinstance(blocks, list):
                for block in blocks:
                    if isinstance(block, Message) and block.get("Action"):
                        return block
    return None


def _mail_by_envelope(message: Message) -> OutgoingMail | None:
    for name in ("X-Envelope-To", "Delivered-To", "X-Original-To", "Envelope-To", "To"):
        for value in message.get_all(name, []):
            found = _TOKEN.search(str(value))
            if found and found["number"].isdecimal() and len(found["number"]) < 19:
                number = int(found["number"])
                if constant_time_compare(found["signature"].lower(), _signature(number)):
                    return OutgoingMail.objects.filter(pk=number).first()
    return None


def _mail_by_message_id(raw: bytes, recipient: str) -> OutgoingMail | None:
    """Find the mail by the headers that were sent back; only when the complaint is about its own recipient."""
    ids = _ID.findall(raw.decode("utf-8", "replace"))
    mail = OutgoingMail.objects.filter(message_id__in=ids).first() if ids else None
    if (
        mail is None
        or not recipient
        or not hmac.compare_digest(recipient.lower().encode(), mail.to_email.lower().encode())
    ):
        return None
    return mail


@transaction.atomic
def take_in(raw: bytes) -> str:
    """Handle one complaint; return what came of it: 'bounced', 'later' (a delay, a full box), or 'unknown'.

    The same complaint twice changes nothing the second time.
    """
    report = read(raw)
    if report is None:
        log.info("mail.complaint_unknown")
        return "unknown"
    if not report.failed:
        log.info("mail.complaint_delay", mail=report.mail.pk, status=report.status)
        return "later"
    locked = OutgoingMail.objects.select_for_update().get(pk=report.mail.pk)
    if locked.state == OutgoingMail.State.BOUNCED:
        return "bounced"
    said = f"{report.status} {report.reason}".strip()
    OutgoingMail.objects.filter(pk=locked.pk).update(
        state=OutgoingMail.State.BOUNCED, last_error=said.replace(locked.to_email, "<address>")[:500]
    )
    final = addresses.is_final(report.status, report.smtp_code)
    addresses.note_refusal(
        email=locked.to_email,
        code=report.status or report.smtp_code,
        reason=report.reason,
        final=final,
        warn=locked.template != addresses.WARNING_TEMPLATE,
    )
    log.warning("mail.bounced", mail=locked.pk, template=locked.template, status=report.status)
    return "bounced"


__all__ = ["Report", "envelope_sender", "read", "take_in"]
