"""One mail a day at most: what people want daily or weekly is held and collected (features C2)."""

import datetime as dt
import re
from dataclasses import dataclass

import structlog
from django.contrib.auth import get_user_model
from django.db import transaction

from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail
from stagematch.mail.topics import DIGEST_TEMPLATE
from stagematch.ui.secrets import mask

log = structlog.get_logger(__name__)
State = OutgoingMail.State
_LINK = re.compile(r"^(?P<label>[^\n]{1,120}):\n(?P<url>https?://\S+)$")


@dataclass(frozen=True)
class Part:
    """A paragraph of a collected mail: text, or a link with its words."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Item:
    """One collected mail."""

    subject: str
    parts: list[Part]


def item_of(mail: OutgoingMail) -> Item:
    """Take greeting and closing off a mail, so that it can stand among others."""
    text = mail.body_text.partition("\nGroet,\n")[0].strip()
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]
    if paragraphs and re.fullmatch(r"(Hoi [^\n]*|Hallo),", paragraphs[0]):
        del paragraphs[0]
    parts = []
    for paragraph in paragraphs:
        link = _LINK.match(paragraph)
        parts.append(Part(link["label"], link["url"]) if link else Part(" ".join(paragraph.split())))
    return Item(mail.subject, parts)


def send_digests(*, day: dt.date, dry_run: bool = False) -> int:
    """Queue the digest of `day` for everybody who has mail waiting for it; return how many (would) go out.

    Safe to run twice, and any number of nights late: one person gets one digest a day, with everything that waited.
    """
    waiting = OutgoingMail.objects.filter(state=State.HELD, hold_until__lte=day, to_user__isnull=False)
    people = list(waiting.order_by("to_user").values_list("to_user", flat=True).distinct())
    if dry_run:
        return len(people)
    return sum(_send_one(pk, day) for pk in people)


@transaction.atomic
def _send_one(user_pk: int, day: dt.date) -> bool:
    user = get_user_model().objects.select_for_update().filter(pk=user_pk).first()
    rows = list(
        OutgoingMail.objects.filter(state=State.HELD, hold_until__lte=day, to_user=user_pk).order_by("created_at", "pk")
    )
    key = f"digest:{user_pk}:{day}"
    if user is None or not rows or OutgoingMail.objects.filter(key=key).exists():
        return False
    items = [item_of(mail) for mail in rows]
    digest = queue_mail(key=key, template=DIGEST_TEMPLATE, to=user, context={"items": items, "number": len(items)})
    for mail in rows:
        # The digest carries the words from here on; a secret link is kept in one place only.
        mail.state = State.BUNDLED if digest is not None else State.OFF
        mail.digest = digest
        mail.body_text, mail.body_html = mask(mail.body_text), mask(mail.body_html)
    OutgoingMail.objects.bulk_update(rows, ["state", "digest", "body_text", "body_html"])
    log.info("mail.digest", mail=digest.pk if digest else None, collected=len(rows))
    return digest is not None
