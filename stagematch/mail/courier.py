"""The courier: hands one mail to the mail server and writes down that it did, whatever happens to the worker meanwhile.

A worker that is killed between the server's "taken" and its own commit cannot know whether a mail went out. So the
worker does not speak to the mail server. It starts this small program, which lives in a session of its own and
outlasts it: the courier claims the row, speaks SMTP, and marks the row as sent. When its worker dies it finishes the mail it
has and leaves. Only when the courier itself is killed does a doubt remain, from the final dot to the commit;
`handed_at` marks exactly those rows (docs/decisions: "How a mail is handed over").

It is started by `stagematch.mail.transport` as a plain script: no Django, so that it starts at once and stays small.
It first says its process number; then it reads jobs as lines of JSON and answers each with one.
"""

import base64
import json
import os
import signal
import smtplib
import socket
import sys
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

JOB_SECONDS = 100
"""A job that takes longer ends the courier; `delivery.STUCK_AFTER` must be longer."""
SAVE_SECONDS = 60.0
CLAIM = """update mail_outgoingmail set state = 'sending', claimed_at = now(), handed_at = null, attempts = attempts + 1
           where id = %s and state = 'queued' and next_attempt_at <= now()"""
HAND = "update mail_outgoingmail set handed_at = now() where id = %s and state = 'sending'"
PUT_BACK = """update mail_outgoingmail set state = 'queued', attempts = greatest(attempts - 1, 0), handed_at = null,
              next_attempt_at = now() + interval '1 minute', last_error = 'worker stopped' where id = %s and state = 'sending'"""


class Courier:
    """One connection to the database, one to the mail server."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.database: psycopg.Connection[Any] | None = None
        self.smtp: smtplib.SMTP | None = None

    def execute(self, statement: Any, values: list[Any]) -> int:
        """Run one statement, each a transaction of its own; wait for a database that restarts, a minute at most."""
        ends = time.monotonic() + SAVE_SECONDS
        while True:
            try:
                if self.database is None or self.database.closed:
                    self.database = psycopg.connect(**self.config["database"], autocommit=True)
                return self.database.execute(statement, values).rowcount
            except psycopg.OperationalError:
                if self.database is not None:
                    self.database.close()
                if time.monotonic() >= ends:
                    raise
                time.sleep(0.5)

    def server(self) -> smtplib.SMTP:
        """Return a session with the mail server that is still alive."""
        if self.smtp is not None:
            try:
                if self.smtp.noop()[0] == 250:
                    return self.smtp
            except (smtplib.SMTPException, OSError):
                pass
            self.hang_up()
        smtp = self.config["smtp"]
        kind = smtplib.SMTP_SSL if smtp["ssl"] else smtplib.SMTP
        server = kind(smtp["host"], smtp["port"], timeout=smtp["timeout"])
        try:
            if smtp["tls"]:
                server.starttls()
            if smtp["user"]:
                server.login(smtp["user"], smtp["password"])
            server.ehlo_or_helo_if_needed()
            # The dot goes in a packet of its own; without this it would wait 40 ms for company.
            assert server.sock is not None  # noqa: S101 -- connected; narrows the type
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            server.close()
            raise
        self.smtp = server
        return server

    def hang_up(self) -> None:
        """Drop the session without a word: after a fault it may be half-way a conversation."""
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def carry(self, job: dict[str, Any]) -> dict[str, Any]:
        """Send one mail; return 'none' (not ours to send), 'sent', or 'error' with what the server said."""
        if self.execute(CLAIM, [job["id"]]) != 1:
            return {"outcome": "none"}
        try:
            self.hand_over(job)
        except (smtplib.SMTPException, OSError) as error:
            code, text, refused = said(error)
            self.hang_up()
            return {"outcome": "error", "code": code, "text": text, "refused": refused}
        after = {**job["after"], "state": "sent", "last_error": ""}
        names = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in after]
        done = sql.SQL("update mail_outgoingmail set {}, sent_at = now() where id = %s and state = 'sending'")
        self.execute(done.format(sql.SQL(", ").join(names)), [*after.values(), job["id"]])
        return {"outcome": "sent"}

    def hand_over(self, job: dict[str, Any]) -> None:
        """The conversation. `handed_at` is committed just before the dot that makes the server take the mail."""
        server = self.server()
        options = ["SMTPUTF8", "BODY=8BITMIME"] if not job["to"].isascii() else []
        code, reply = server.mail(job["sender"], options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, reply, job["sender"])
        code, reply = server.rcpt(job["to"])
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({job["to"]: (code, reply)})
        code, reply = server.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        data = base64.b64decode(job["data"]).replace(b"\r\n", b"\n").replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")
        server.send(data if data.endswith(b"\r\n") else data + b"\r\n")
        self.execute(HAND, [job["id"]])
        server.send(b".\r\n")
        code, reply = server.getreply()
        if code != 250:
            raise smtplib.SMTPDataError(code, reply)


def said(error: Exception) -> tuple[int, str, bool]:
    """Return SMTP code, text, and whether it was about the recipient; code 0 when the server said nothing."""

    def words(text: bytes | str) -> str:
        return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)

    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code, words(text), True
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError):
        return 0, f"{type(error).__name__} {error.smtp_code}", False
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, words(error.smtp_error), False
    return 0, type(error).__name__, False


def note(event: str, mail: int, level: str = "warning") -> None:
    """Write one line to the worker's log: a number, never an address."""
    line = {
        "event": event,
        "mail": mail,
        "level": level,
        "timestamp": datetime.now(UTC).isoformat(),
        "courier": os.getpid(),
    }
    try:
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()
    except OSError:
        return  # the log is gone too; the row says what happened


def live_alone() -> None:
    """Leave the worker's session, process group and children: what ends the worker must not end a mail half-way."""
    if os.fork():
        os._exit(0)
    os.setsid()
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(how, signal.SIG_IGN)


def main() -> None:
    """Carry mail until the worker hangs up."""
    live_alone()
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    courier = Courier(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        job = json.loads(line)
        signal.alarm(JOB_SECONDS)
        answer = courier.carry(job)
        signal.alarm(0)
        try:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        except OSError:
            # Nobody is there to decide about a fault: the sweeper tries again. What was sent is in the row already.
            if answer["outcome"] == "error":
                courier.execute(PUT_BACK, [job["id"]])
            note(f"mail.worker_gone_{answer['outcome']}", job["id"])
            break
    courier.hang_up()
    os._exit(0)  # without flushing to a pipe that nobody reads


if __name__ == "__main__":
    main()
