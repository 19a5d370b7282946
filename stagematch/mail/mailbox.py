"""Reading the development mailbox: a folder of .eml files that the development mail server keeps (runtime.smtp_sink)."""

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
MOST = 200


@dataclass(frozen=True)
class Letter:
    """One received mail."""

    id: str
    sender: str
    to: str
    subject: str
    at: dt.datetime | None
    text: str
    html: str


def folder() -> Path | None:
    """Return the folder of the mailbox, or None when this installation has none."""
    return Path(settings.MAILBOX_DIR) if settings.MAILBOX_DIR else None


def letters() -> list[Letter]:
    """Return the newest letters, newest first, at most MOST."""
    box = folder()
    if box is None or not box.is_dir():
        return []
    files = sorted(box.glob("*.eml"), key=lambda file: file.name, reverse=True)[:MOST]
    return [letter for file in files if (letter := _read(file))]


def letter(letter_id: str) -> Letter | None:
    """Return one letter by its id (the file's name without .eml), or None; an id never leaves the folder."""
    box = folder()
    if box is None or not _NAME.fullmatch(letter_id) or ".." in letter_id:
        return None
    return _read(box / f"{letter_id}.eml")


def _read(file: Path) -> Letter | None:
    try:
        with file.open("rb") as handle:
            message = message_from_binary_file(handle, policy=policy.default)
    except OSError:
        return None
    assert isinstance(message, EmailMessage)  # noqa: S101 -- policy.default makes nothing else
    date = message["Date"]
    return Letter(
        id=file.stem,
        sender=str(message["From"] or ""),
        to=str(message["To"] or message["X-Envelope-To"] or ""),
        subject=str(message["Subject"] or ""),
        at=date.datetime if date is not None else None,
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, UnicodeError):  # a charset nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return str(content)
