"""The outbox: a mail becomes a row in the transaction of its cause, and is sent after that transaction is final.

`queue_mail` writes the row, `deliver` sends one row, `sweep` sends whatever was left behind. A row is claimed by
compare-and-set, so two workers never send the same one; docs/mail.md draws the states.

Times in this module that concern transport (claims, next attempts) follow the wall clock, not `stagematch.clock`:
a job that is run for another day must still send its mail now.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.template import Context, engines
from django.utils import timezone, translation

from stagematch.mail import addresses, topics
from stagematch.mail.delivery import SECRET_FOLDER, Outcome, deliver, forget_sent, sweep
from stagematch.mail.models import MailAddress, MailPreference, OutgoingMail
from stagematch.mail.topics import Topic

__all__ = ["Outcome", "deliver", "forget_sent", "message_id", "planner", "queue_mail", "render", "requeue", "sweep"]

log = structlog.get_logger(__name__)
State = OutgoingMail.State
Frequency = MailPreference.Frequency

# After the queue could not be reached, do not try again for this long: a nightly job that queues two thousand mails
# must not wait for two thousand time-outs. The sweeper sends them.
QUEUE_REST_SECONDS = 30.0
_queue_rests_until = 0.0


def queue_mail(
    *, key: str, template: str, to: AbstractBaseUser | str, context: dict[str, Any], calendar: str = ""
) -> OutgoingMail | None:
    """Render `templates/email/<template>/{subject.txt,body.txt,body.html}` and keep it for sending after the commit.

    `key` names the cause, e.g. `invitation:8f0c…`: asking again with the same key returns the row that is there and
    sends nothing. Returns None when there is nobody to write to (an account that is closed, or has no address).
    What the person chose for its topic decides whether it is sent now, held for a digest or not sent (mail.topics); an
    address that does not work keeps the row as bounced (mail.addresses). There is a row in each case.
    The templates get `context`, `recipient` (the user, or None) and `base_url`; text templates are not HTML-escaped.
    `calendar` is an iCalendar file that goes along, so that a mail program offers to put it in the agenda.
    Raises ValueError for a key over 200 characters and TemplateDoesNotExist for an unknown template.
    """
    if not 0 < len(key) <= 200:
        msg = "A mail's key has 1 to 200 characters."
        raise ValueError(msg)
    if isinstance(to, AbstractBaseUser):
        user, address = to, str(getattr(to, to.get_email_field_name()) or "")
        if not user.is_active:
            return None
    else:
        user, address = None, to
    if not address:
        return None
    known = OutgoingMail.objects.filter(key=key).first()
    if known is not None:
        return known
    topic, plan = _plan(template, user, address)
    if calendar and plan.get("state") == State.HELD:
        plan = {"topic": plan["topic"]}  # a file for the agenda cannot be collected: this one goes by itself
    extra = {"unsubscribe_url": _unsubscribe_url(user, topic)}
    subject, body_text, body_html = render(template=template, context={**extra, **context, "recipient": user})
    if plan.get("state") == State.OFF:
        body_text = body_html = ""
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "template": template,
            "to_email": address,
            "to_user_id": user.pk if user is not None else None,
            "subject": subject,
            "body_text": body_text,
            "body_html": body_html,
            "calendar": calendar,
            "next_attempt_at": timezone.now(),
            "message_id": message_id(key),
            **plan,
        },
    )
    if is_new and mail.state == State.QUEUED:
        transaction.on_commit(lambda: _hand_over(mail.pk), robust=True)
    return mail


def _plan(template: str, user: AbstractBaseUser | None, address: str) -> tuple[Topic | None, dict[str, Any]]:
    """Decide what happens to a new mail: its topic, and the fields that differ from 'send it now'."""
    topic = topics.topic_of(template) if user is not None else None
    stopped = not template.startswith(SECRET_FOLDER) and addresses.is_stopped(address)
    frequency = topics.frequency_of(user, topic) if topic is not None and user is not None else Frequency.NOW
    return topic, _fields(topic, frequency, is_stopped=stopped)


def _fields(topic: Topic | None, frequency: str, *, is_stopped: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"topic": topic.slug if topic else ""}
    if topic is not None and frequency == Frequency.OFF:
        return {**fields, "state": State.OFF}
    if is_stopped:
        return {**fields, "state": State.BOUNCED, "last_error": "address stopped"}
    if topic is not None and frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return {**fields, "state": State.HELD, "hold_until": topics.hold_until(frequency)}
    return fields


def planner(template: str) -> Callable[[Any], dict[str, Any]]:
    """Return what `queue_mail` decides per person, for who writes thousands of rows at once; reads twice in all.

    The function takes a user and returns the fields of its `OutgoingMail` that depend on choices and address.
    """
    topic = topics.topic_of(template)
    chosen: dict[Any, str] = {}
    if topic is not None:
        chosen = dict(MailPreference.objects.filter(topic=topic.slug).values_list("user", "frequency"))
    stopped = set(MailAddress.objects.filter(stopped_at__isnull=False).values_list("email", flat=True))

    def plan(user: Any) -> dict[str, Any]:
        frequency = chosen.get(user.pk, "")
        if topic is not None and frequency not in topic.choices:
            frequency = topic.default
        return _fields(topic, frequency, is_stopped=user.email.lower() in stopped)

    return plan


def _unsubscribe_url(user: AbstractBaseUser | None, topic: Topic | None) -> str:
    if user is None or topic is None or not topic.can_be_off:
        return ""
    return f"{settings.BASE_URL}{topics.unsubscribe_path(user, topic.slug)}"


def render(*, template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Return subject, text and HTML of a mail, in Dutch; the subject is one line of at most 250 characters."""
    full = {"base_url": settings.BASE_URL, "recipient": None, **context}
    engine = engines["django"].engine  # type: ignore[attr-defined]
    folder = f"email/{template}"

    def part(name: str, *, is_html: bool) -> str:
        return str(engine.get_template(f"{folder}/{name}").render(Context(full, autoescape=is_html))).strip()

    with translation.override(settings.LANGUAGE_CODE):
        # split() also folds line breaks, which a header may not have.
        subject = " ".join(part("subject.txt", is_html=False).split())[:250]
        return subject, part("body.txt", is_html=False) + "\n", part("body.html", is_html=True) + "\n"


def message_id(key: str) -> str:
    """Return the Message-ID for a cause: always the same, so that a receiver recognises a mail that was sent twice."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.BASE_URL).hostname or 'stagematch.invalid'}>"


def _hand_over(mail_id: int) -> None:
    """Tell the worker about a committed row. A page never fails or waits for this: the sweeper is the safety net."""
    global _queue_rests_until
    if time.monotonic() < _queue_rests_until:
        return
    from stagematch.mail.tasks import deliver_mail  # the task imports this module

    try:
        deliver_mail.apply_async((mail_id,), retry=False)
    except Exception as error:  # noqa: BLE001 -- kombu, redis, socket: the row is safe, the sweeper sends it
        _queue_rests_until = time.monotonic() + QUEUE_REST_SECONDS
        log.warning("mail.queue_unavailable", mail=mail_id, error=type(error).__name__)


def requeue(*, mail: OutgoingMail, actor: AbstractBaseUser) -> bool:
    """Give a failed or bounced mail a fresh start ('verstuur opnieuw'); return whether there was something to restart.

    A mail whose text was wiped (a sign-in code) cannot be sent again.
    """
    restarted = (
        OutgoingMail.objects.filter(pk=mail.pk, state__in=[OutgoingMail.State.FAILED, OutgoingMail.State.BOUNCED])
        .exclude(body_text="")
        .update(
            state=OutgoingMail.State.QUEUED,
            attempts=0,
            next_attempt_at=timezone.now(),
            claimed_at=None,
            handed_at=None,
            last_error="",
        )
    )
    if restarted:
        log.info("mail.requeued", mail=mail.pk, actor=actor.pk)
        transaction.on_commit(lambda: _hand_over(mail.pk), robust=True)
    return bool(restarted)
