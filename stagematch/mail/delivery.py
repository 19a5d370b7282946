"""Sending what is in the outbox: claim, SMTP, and what an answer of the mail server means.

| answer | state | next attempt |
| --- | --- | --- |
| taken | sent | - |
| this address does not exist (5xx on the recipient) | bounced | - |
| not this mail now (4xx on the recipient, any no to sender or text) | queued; failed after 8 attempts | BACKOFF |
| server away, busy, or breaks off | queued; not counted as an attempt | after OUTAGE_DELAY |
"""

import datetime as dt
import re
import smtplib
import time
from enum import StrEnum

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from stagematch.mail import addresses, bounces, topics, transport
from stagematch.mail.courier import said
from stagematch.mail.models import OutgoingMail
from stagematch.ui.secrets import mask

log = structlog.get_logger(__name__)

State = OutgoingMail.State


class Outcome(StrEnum):
    """What came of one attempt."""

    SENT = "sent"
    LATER = "later"
    SERVER_AWAY = "server away"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"


MAX_ATTEMPTS = 8
BACKOFF = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 960)]
OUTAGE_DELAY = dt.timedelta(minutes=2)
STUCK_AFTER = dt.timedelta(minutes=3)  # longer than courier.JOB_SECONDS; sweeping comes on top, and 5 is promised
SWEEP_SECONDS = 45.0  # beat sweeps every 60
SWEEP_BATCH = 100
SWEEP_LOCK = 0x6D61696C  # "mail", for pg_try_advisory_lock
SAVE_RETRY_SECONDS = 60.0
# Mails that hold a secret: their text is wiped once they are out, so that nobody reads a code back from the outbox.
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
SECRET_FOLDER = "account/"  # noqa: S105 -- a folder of templates


def deliver(mail_id: int, *, smtp: BaseEmailBackend | None = None) -> Outcome | None:
    """Send one mail, unless someone else has it or it is not due; return what came of it, or None for nothing to do.

    Never raises for what the mail server does. Over SMTP the mail goes by courier (`mail.courier`), which finishes when
    this process is killed. Given `smtp`, or inside a transaction, this process sends it: a crash between sending and
    saving then leaves the row in SENDING, and the sweeper sends it once more with the same Message-ID.
    """
    if smtp is None and transport.is_used():
        return _deliver_by_courier(mail_id)
    moment = timezone.now()
    claimed = OutgoingMail.objects.filter(pk=mail_id, state=State.QUEUED, next_attempt_at__lte=moment).update(
        state=State.SENDING, claimed_at=moment, handed_at=None, attempts=F("attempts") + 1
    )
    if claimed != 1:
        return None
    mail = OutgoingMail.objects.get(pk=mail_id)
    own = smtp is None
    backend: BaseEmailBackend = get_connection() if smtp is None else smtp
    try:
        backend.open()
        backend.send_messages([_message(mail)])
    except (smtplib.SMTPException, OSError) as error:
        # After a fault the session may be half-way a conversation: never use it for the next mail.
        _close(backend)
        return _settle_failure(mail, *said(error))
    # Saved before the goodbye to the server: the shorter this gap, the fewer mails a crash can send twice.
    _save(mail, state=State.SENT, sent_at=timezone.now(), last_error="")
    if own:
        _close(backend)
    log.info("mail.sent", mail=mail.pk, template=mail.template, attempts=mail.attempts)
    return Outcome.SENT


def _deliver_by_courier(mail_id: int) -> Outcome | None:
    mail = OutgoingMail.objects.filter(pk=mail_id, state=State.QUEUED, next_attempt_at__lte=timezone.now()).first()
    if mail is None:
        return None
    try:
        answer = transport.carry(mail, _message(mail), _wiped(mail, State.SENT))
    except transport.CourierGoneError:
        log.warning("mail.courier_gone", mail=mail.pk, template=mail.template)
        return Outcome.UNKNOWN
    mail.attempts += 1
    match answer["outcome"]:
        case "sent":
            log.info("mail.sent", mail=mail.pk, template=mail.template, attempts=mail.attempts)
            return Outcome.SENT
        case "error":
            return _settle_failure(mail, answer["code"], answer["text"], answer["refused"])
    return None  # somebody else claimed it first


def sweep() -> int:
    """Free what is stuck, then send what is due over one connection, SWEEP_SECONDS at most; return the number sent.

    A second sweeper at the same time finds the lock taken and leaves. When the server is away the sweep stops at the
    first mail, so an outage costs one connection a minute and not one per mail.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        _free_stuck()
        return _send_due()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [SWEEP_LOCK])


def _free_stuck() -> None:
    """Put rows whose sender died back in line; that attempt counts, so a mail that kills senders ends in FAILED.

    Where the final dot was about to be sent (`handed_at`) the server may have the mail. It is sent again, with the same
    Message-ID: a mail that comes twice is a nuisance, one that never comes can cost somebody a stage.
    """
    moment = timezone.now()
    after = dt.timedelta(seconds=settings.MAIL_STUCK_SECONDS) if settings.MAIL_STUCK_SECONDS else STUCK_AFTER
    stuck = OutgoingMail.objects.filter(state=State.SENDING, claimed_at__lt=moment - after)
    for number in stuck.filter(handed_at__isnull=False).values_list("pk", flat=True):
        log.warning("mail.uncertain", mail=number, then="sent again with the same Message-ID")
    given_up = stuck.filter(attempts__gte=MAX_ATTEMPTS).update(state=State.FAILED, last_error="worker stopped")
    freed = stuck.update(state=State.QUEUED, next_attempt_at=moment, last_error="worker stopped")
    if freed or given_up:
        log.warning("mail.stuck", freed=freed, given_up=given_up)


def _send_due() -> int:
    ends = time.monotonic() + SWEEP_SECONDS
    sent = 0
    smtp = None if transport.is_used() else get_connection()  # a courier keeps its own connection
    try:
        while time.monotonic() < ends:
            due = OutgoingMail.objects.filter(state=State.QUEUED, next_attempt_at__lte=timezone.now())
            batch = list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:SWEEP_BATCH])
            for mail_id in batch:
                outcome = deliver(mail_id, smtp=smtp)
                sent += outcome == Outcome.SENT
                if outcome == Outcome.SERVER_AWAY or time.monotonic() >= ends:
                    return sent
            if len(batch) < SWEEP_BATCH:
                return sent
    finally:
        if smtp is not None:
            _close(smtp)
    return sent


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **_unsubscribe_headers(mail)}
    sender = bounces.envelope_sender(mail)
    if sender:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body_text,
        from_email=sender or settings.DEFAULT_FROM_EMAIL,
        to=[mail.to_email],
        headers=headers,
    )
    if mail.body_html.strip():
        message.attach_alternative(mail.body_html, "text/html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    return message


def _unsubscribe_headers(mail: OutgoingMail) -> dict[str, str]:
    """Let a mail program offer 'unsubscribe', by one click (RFC 2369, RFC 8058), where the mail may be switched off."""
    found = topics.topic_of(mail.template)
    slug = topics.DIGEST_TOPIC if mail.template == topics.DIGEST_TEMPLATE else found.slug if found else ""
    if not slug or mail.to_user is None or (found is not None and not found.can_be_off):
        return {}
    address = f"{settings.BASE_URL}{topics.unsubscribe_path(mail.to_user, slug)}"
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _add_calendar(message: EmailMultiAlternatives, calendar: str) -> None:
    """Add an iCalendar file twice, as mail programs read it differently (RFC 6047): in the text, and as an attachment."""
    method = re.search(r"^METHOD:([A-Z]+)", calendar, re.MULTILINE)
    kind = f"text/calendar; method={method[1]}" if method else "text/calendar"
    message.attach_alternative(calendar, kind)
    message.attach("gesprek.ics", calendar, "text/calendar")


def _settle_failure(mail: OutgoingMail, code: int, text: str, refused: bool) -> Outcome:
    """Decide what a fault means for this mail (table above) and save it; `refused` says it was about the recipient."""
    state, wait, attempts = State.QUEUED, dt.timedelta(), mail.attempts
    if code in (0, 421):
        # Nothing about this mail: the server is away. Waiting does not use up its attempts.
        outcome, wait, attempts = Outcome.SERVER_AWAY, OUTAGE_DELAY, mail.attempts - 1
    elif refused and code >= 500:
        outcome, state = Outcome.BOUNCED, State.BOUNCED
    elif attempts >= MAX_ATTEMPTS:
        outcome, state = Outcome.FAILED, State.FAILED
    else:
        outcome, wait = Outcome.LATER, BACKOFF[attempts - 1]
    _save(
        mail,
        state=state,
        attempts=attempts,
        next_attempt_at=timezone.now() + wait,
        last_error=f"{code or ''} {text}".strip().replace(mail.to_email, "<address>")[:500],
    )
    if outcome == Outcome.BOUNCED:
        status = _ENHANCED.search(text)
        addresses.note_refusal(
            email=mail.to_email,
            code=status[0] if status else str(code),
            reason=text,
            final=addresses.is_final(status[0] if status else "", str(code)),
            warn=mail.template != addresses.WARNING_TEMPLATE,
        )
    log.warning("mail.not_sent", mail=mail.pk, template=mail.template, outcome=outcome, attempts=attempts, code=code)
    return outcome


def _wiped(mail: OutgoingMail, state: str) -> dict[str, str]:
    """Return the texts of a mail that reached `state`, without what nobody should read back from the outbox."""
    if mail.template.startswith(SECRET_FOLDER) and state in (State.SENT, State.FAILED, State.BOUNCED):
        return {"body_text": "", "body_html": "", "calendar": ""}
    if state == State.SENT and mail.template == topics.DIGEST_TEMPLATE:
        # What it collected is in the rows it was made of, each with its own term; here nothing has to stay.
        return {"subject": "Verzamelmail", "body_text": "", "body_html": "", "calendar": ""}
    if state == State.SENT:
        # A secret link opens a page for whoever has it: once the mail is out, nobody reads the link back from the outbox.
        return {"body_text": mask(mail.body_text), "body_html": mask(mail.body_html)}
    return {}


def _save(mail: OutgoingMail, **values: object) -> None:
    """Save the outcome of an attempt, waiting for a database that restarts: what was sent must be known as sent."""
    values |= _wiped(mail, str(values["state"]))
    ends = time.monotonic() + SAVE_RETRY_SECONDS
    while True:
        try:
            OutgoingMail.objects.filter(pk=mail.pk, state=State.SENDING).update(**values)
        except OperationalError:
            if connection.in_atomic_block or time.monotonic() >= ends:
                raise
            connection.close()
            time.sleep(1)
        else:
            return


def _close(smtp: BaseEmailBackend) -> None:
    try:
        smtp.close()
    except (smtplib.SMTPException, OSError):
        log.info("mail.goodbye_failed")


def forget_sent(*, before: dt.datetime, dry_run: bool = False) -> int:
    """Wipe text and address of mails that were finished before a moment; the key stays, so nothing is ever sent twice.

    Returns how many rows (would) change. Called by the nightly retention with the term of docs/personal-data.csv.
    """
    finished = OutgoingMail.objects.filter(
        state__in=[State.SENT, State.FAILED, State.BOUNCED, State.BUNDLED, State.OFF], created_at__lt=before
    ).filter(~Q(body_text="") | ~Q(to_email="gewist@stagematch.invalid"))
    if dry_run:
        return finished.count()
    addresses.forget_addresses(before=before)
    with transaction.atomic():
        return finished.update(
            subject="",
            body_text="",
            body_html="",
            calendar="",
            to_email="gewist@stagematch.invalid",
            to_user=None,
            last_error="",
        )
