"""Read mail that came back, from a folder, a mailbox or a pipe.

manage.py read_bounces                      the mailbox of BOUNCE_IMAP_*; what was read is marked as seen
manage.py read_bounces --maildir DIR        a Maildir, as Postfix and Dovecot keep one; what was read moves to cur
manage.py read_bounces -                    one mail on standard input, for a pipe in /etc/aliases
"""

import imaplib
import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from stagematch.mail.bounces import take_in


class Command(BaseCommand):
    help = "Read mail that came back: mark addresses that do not work and warn who must know."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", choices=["-"], help="- reads one mail from standard input")
        parser.add_argument("--maildir", type=Path, help="a Maildir to read")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["source"] == "-":
            found = Counter([take_in(sys.stdin.buffer.read())])
        elif options["maildir"]:
            found = Counter(from_maildir(options["maildir"]))
        elif settings.BOUNCE_IMAP_HOST:
            found = Counter(from_imap())
        else:
            msg = "Nowhere to read from: give --maildir, -, or set BOUNCE_IMAP_HOST."
            raise CommandError(msg)
        for outcome in ("bounced", "later", "unknown"):
            self.stdout.write(f"{outcome}: {found[outcome]}")


def from_maildir(folder: Path) -> Iterator[str]:
    """Take in what is new in a Maildir and move it to `cur`; yields what came of each."""
    if not (folder / "new").is_dir():
        msg = f"{folder} is no Maildir."
        raise CommandError(msg)
    box = mailbox.Maildir(folder, create=False)
    for key in list(box.iterkeys()):
        message = box.get_message(key)
        if message.get_subdir() == "new":
            yield take_in(box.get_bytes(key))
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message


def from_imap() -> Iterator[str]:
    """Take in what is unseen in the mailbox of the settings; yields what came of each."""
    with imaplib.IMAP4_SSL(settings.BOUNCE_IMAP_HOST, settings.BOUNCE_IMAP_PORT, timeout=30) as box:
        box.login(settings.BOUNCE_IMAP_USER, settings.BOUNCE_IMAP_PASSWORD)
        box.select("INBOX")
        _ok, answer = box.search(None, "UNSEEN")
        for number in answer[0].split()[:500]:
            _ok, parts = box.fetch(number, "(BODY.PEEK[])")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield take_in(raw)
            box.store(number, "+FLAGS", "\\Seen")
