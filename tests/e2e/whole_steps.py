"""A mail server and a worker of the real kind for browser tests, and the steps of the path that both tests take."""

import contextlib
import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from stagematch.celery import app
from stagematch.mail.models import OutgoingMail
from tests.mail.conftest import MailServer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds a mail may take on a busy machine; normally it is there within one."""
MOTIVATION = (
    "Ik help mijn oma elke week met koken en boodschappen. Daar leerde ik om rustig te luisteren. "
    "Bij jullie wil ik leren hoe je een groep begeleidt, want dat vind ik nog spannend om te doen."
)
CODE = re.compile(r"\b(?=[A-Z0-9-]*\d|[A-Z-]{6,})[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b")


class Letter:
    """One mail as it arrived."""

    def __init__(self, message: EmailMessage) -> None:
        self.subject = str(message["Subject"])
        self.to = str(message["To"])
        body = message.get_body(("plain",))
        assert body is not None, f"{self.subject} has no plain text"
        self.text = str(body.get_content())

    def link(self, start: str) -> str:
        """Return the first address in the text whose path begins with `start`."""
        for address in re.findall(rf"{re.escape(settings.BASE_URL)}(/\S*)", self.text):
            if str(address).startswith(start):
                return str(address)
        raise AssertionError(f"no link to {start} in: {self.text}")


class Sink(MailServer):
    """The mail server, which can be waited at."""

    def __init__(self) -> None:
        super().__init__()
        self.arrival = threading.Condition()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        with self.arrival:
            self.arrival.notify_all()
        return answer


class Post:
    """A mail server and a real worker on the database and the queue of the tests."""

    def __init__(self) -> None:
        self.sink = Sink()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self._controller = Controller(self.sink, hostname="127.0.0.1", port=port)
        self._controller.start()
        self._read: set[int] = set()
        app.control.purge()  # what tests before this one left in the queue
        parts = connection.settings_dict
        secret = f":{parts['PASSWORD']}" if parts["PASSWORD"] else ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed in stop()
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "stagematch",
            "worker",
            "--pool",
            "solo",
            "--loglevel",
            "WARNING",
        ]
        self._worker = subprocess.Popen(  # noqa: S603 -- our own command, no shell
            [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
            cwd=ROOT,
            env={
                **os.environ,
                "STAGEMATCH_ENV": "dev",
                "DATABASE_URL": f"postgres://{parts['USER']}{secret}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}",
                "REDIS_URL": settings.REDIS_URL,
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": str(port),
            },
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def letter(self, to: str, subject: str) -> Letter:
        """Wait for the next mail to `to` whose subject begins with `subject`, and read it; each is read once."""
        deadline = time.monotonic() + PATIENCE
        with self.sink.arrival:
            while True:
                for number, message in enumerate(self.sink.inbox):
                    fits = str(message["To"]) == to and str(message["Subject"]).startswith(subject)
                    if fits and number not in self._read:
                        self._read.add(number)
                        return Letter(message)
                left = deadline - time.monotonic()
                if left <= 0 or self._worker.poll() is not None:
                    raise AssertionError(f"no mail '{subject}' to {to}. There is: {self._seen()}\n{self._words()}")
                self.sink.arrival.wait(min(left, 1.0))

    def everything_arrived_once(self) -> int:
        """Wait until the outbox is empty; every mail arrived, none twice. Return how many."""
        State = OutgoingMail.State  # noqa: N806 -- a class
        deadline = time.monotonic() + PATIENCE
        waiting = OutgoingMail.objects.exclude(state__in=[State.SENT, State.HELD, State.BUNDLED, State.OFF])
        with self.sink.arrival:
            while waiting.exists():
                assert time.monotonic() < deadline, [*waiting.values_list("template", "state"), self._words()]
                self.sink.arrival.wait(0.2)
        sent = OutgoingMail.objects.filter(state=State.SENT).values_list("message_id", flat=True)
        arrived = [str(message["Message-ID"]) for message in self.sink.inbox]
        assert sorted(arrived) == sorted(sent)
        return len(arrived)

    def empty(self) -> None:
        """Begin with an empty letter box."""
        with self.sink.arrival:
            self.sink.inbox.clear()
            self._read.clear()

    def stop(self) -> None:
        self._worker.terminate()
        self._worker.wait(90)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._worker.pid, signal.SIGKILL)  # whatever it started
        self._controller.stop()
        self._log.close()

    def _seen(self) -> list[tuple[str, str]]:
        return [(str(message["To"]), str(message["Subject"])) for message in self.sink.inbox]

    def _words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-3000:]


class HouseClock:
    """Stands in for the clock's variable per thread, so that the server under test sees the moved day as well."""

    moment: dt.datetime | None = None

    def get(self) -> dt.datetime | None:
        return self.moment

    def set(self, moment: dt.datetime | None) -> dt.datetime | None:
        before, self.moment = self.moment, moment
        return before

    def reset(self, token: dt.datetime | None) -> None:
        self.moment = token


# --- Steps ----------------------------------------------------------------------------------------


def sign_in_with_code(page: Page, post: Post, email: str) -> Page:
    """Sign in with the code that arrived."""
    page.goto("/account/login/")
    page.get_by_role("link", name="Stuur mij een code").click()
    page.get_by_label("E-mail").fill(email)
    page.locator("main form button[type=submit]").first.click()
    found = CODE.search(post.letter(email, "").text)
    assert found
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(found.group())
    page.locator("main form button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("/account/"))
    return page


def apply(page: Page, title: str) -> None:
    """Find the place with a filter, open it, react."""
    page.goto("/stageplekken/")
    page.get_by_label("Zoek op woord").first.fill(title.split()[-1])
    page.get_by_role("button", name="Toon de plekken").click()
    page.get_by_role("link", name=title).first.click()
    react(page)


def react(page: Page) -> None:
    """React to the place on the screen."""
    page.get_by_role("link", name="Reageer op deze plek").click()
    page.get_by_label("Ik heb geen cv").check()
    page.get_by_label("Waarom past deze plek bij jou?").fill(MOTIVATION)
    page.get_by_label("Nog iets anders dat je wilt leren").fill("Een groep begeleiden")
    page.get_by_role("button", name="Verstuur je reactie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gelukt. Je reactie is binnen.")


def invite(page: Page, first: int, guest: tuple[str, str] | None = None) -> None:
    """Offer three times from the grid, counted from its `first` cell."""
    boxes = page.locator("input[name=slots]")
    expect(boxes.first).to_be_attached()
    page.wait_for_load_state()  # all of them, not only the first
    for number in range(boxes.count()):
        boxes.nth(number).set_checked(first <= number < first + 3, force=True)  # the box lies under its own label
    if guest:
        page.get_by_text("Iemand zonder account laten meepraten").click()
        page.get_by_label("Naam van iemand zonder account").fill(guest[0])
        page.get_by_label("E-mailadres").fill(guest[1])
    page.get_by_label("Bericht aan de student").fill("Je praat met Yara en met de teamcoach. Het duurt een half uur.")
    page.get_by_role("button", name="Verstuur de uitnodiging").click()
    expect(page.locator("main")).to_contain_text("De uitnodiging is verstuurd")


def choose_time(page: Page) -> None:
    """Choose the first time of the invitation on the screen."""
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_role("button", name="Kies deze tijd").click()
    expect(page.locator("main")).to_contain_text("Je gesprek staat vast")


def record_talk(page: Page, words: str) -> None:
    """Write what was said, on the page of a candidate."""
    page.get_by_role("link", name="Schrijf het verslag").click()
    page.get_by_label("Goed: we gaan samen verder").check()
    page.locator("textarea[name=record]").fill(words)
    page.get_by_role("button", name="Bewaar het verslag").click()
    expect(page.locator("main")).to_contain_text("Het verslag is bewaard")


def answer_all(page: Page, word: str = "Wel") -> None:
    """Give every statement of an evaluation the same answer."""
    expect(page.get_by_label(word, exact=True).first).to_be_attached()
    page.wait_for_load_state()
    for choice in page.get_by_label(word, exact=True).all():
        choice.check()


def done(page: Page, button: str, words: str) -> None:
    """Send the form and see that it was taken."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("body")).to_contain_text(words)


def text_of_pdf(path: Path) -> str:
    """Return the words of all pages."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def contains(text: str, words: Iterable[str]) -> list[str]:
    """Return which of `words` are not in `text`, whatever its line breaks."""
    flat = " ".join(text.split()).lower()
    return [word for word in words if word.lower() not in flat]
