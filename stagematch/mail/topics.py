"""What people may have a say in: topics of mail, and how often somebody wants them (features C2).

A room registers its topics in `ready()`. A mail of no topic is essential: it is sent at once, to everybody, and cannot
be switched off, because without it a stage gets stuck (an invitation, an offer, an answer, a code to sign in).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from stagematch.clock import now
from stagematch.mail.models import MailPreference

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Frequency = MailPreference.Frequency
DIGEST_AT = dt.time(7, 30)
"""From this time on a day's mails have been collected; what comes later waits for the next digest."""
DIGEST_TOPIC = "digest"
DIGEST_TEMPLATE = "mail/digest"
_signer = signing.Signer(sep="~", salt="stagematch.mail.unsubscribe")


@dataclass(frozen=True)
class Topic:
    """Mails that belong together for who gets them. `default` must be one of `choices`, in the order they are shown."""

    slug: str
    label: "StrOrPromise"
    explanation: "StrOrPromise"
    templates: frozenset[str]
    default: str
    choices: tuple[str, ...]
    audience: Callable[[Any], bool]
    why_not_off: "StrOrPromise" = ""

    @property
    def can_be_off(self) -> bool:
        return Frequency.OFF in self.choices


_topics: dict[str, Topic] = {}
_by_template: dict[str, Topic] = {}


def register_topic(
    slug: str,
    *,
    label: "StrOrPromise",
    explanation: "StrOrPromise",
    templates: list[str],
    default: str,
    choices: list[str],
    audience: Callable[[Any], bool],
    why_not_off: "StrOrPromise" = "",
) -> None:
    """Let people choose how often they get the mails of these templates; `audience(user)` says who sees the choice.

    Raises ValueError for a default that cannot be chosen, and for a topic that cannot be off without saying why.
    """
    if default not in choices or (Frequency.OFF not in choices and not why_not_off):
        msg = f"Topic {slug!r}: the default must be a choice, and a topic without 'off' says why."
        raise ValueError(msg)
    topic = Topic(slug, label, explanation, frozenset(templates), default, tuple(choices), audience, why_not_off)
    _topics[slug] = topic
    _by_template.update(dict.fromkeys(templates, topic))


def topics_for(user: AbstractBaseUser) -> list[Topic]:
    """Return the topics that somebody in these roles gets."""
    return [topic for topic in _topics.values() if topic.audience(user)]


def topic_of(template: str) -> Topic | None:
    """Return the topic of a mail; None means essential."""
    return _by_template.get(template)


def frequency_of(user: AbstractBaseUser, topic: Topic) -> str:
    """Return how often somebody wants this topic; a choice that no longer exists counts as the default."""
    chosen = MailPreference.objects.filter(user=user.pk, topic=topic.slug).values_list("frequency", flat=True).first()
    return chosen if chosen in topic.choices else topic.default


def choices_of(user: AbstractBaseUser) -> list[tuple[Topic, str]]:
    """Return the topics that are somebody's, each with how often they want it."""
    chosen = dict(MailPreference.objects.filter(user=user.pk).values_list("topic", "frequency"))
    return [
        (topic, chosen[topic.slug] if chosen.get(topic.slug) in topic.choices else topic.default)
        for topic in topics_for(user)
    ]


@transaction.atomic
def set_frequency(*, user: AbstractBaseUser, topic: str, frequency: str) -> bool:
    """Keep somebody's choice; return False, and change nothing, for a choice the topic does not have."""
    found = _topics.get(topic)
    if found is None or frequency not in found.choices:
        return False
    MailPreference.objects.update_or_create(
        user_id=user.pk, topic=topic, defaults={"frequency": frequency, "changed_at": now()}
    )
    return True


def switch_off(*, user: AbstractBaseUser, topic: str) -> list[Topic]:
    """Stop a topic, or for DIGEST_TOPIC every topic that can be off; return the ones that are off now."""
    asked = list(_topics.values()) if topic == DIGEST_TOPIC else [t for t in [_topics.get(topic)] if t]
    off = [t for t in asked if t.can_be_off]
    for found in off:
        set_frequency(user=user, topic=found.slug, frequency=Frequency.OFF)
    return off


def hold_until(frequency: str) -> dt.date:
    """Return the day of the digest that a mail of this moment goes into."""
    local = timezone.localtime(now())
    day = local.date() + dt.timedelta(days=local.time() >= DIGEST_AT)
    if frequency == Frequency.WEEKLY:
        day += dt.timedelta(days=-day.weekday() % 7)
    return day


def unsubscribe_path(user: Any, topic: str) -> str:
    """Return the path that stops a topic for somebody with one click. Signed; it opens and shows nothing else."""
    return reverse("mail-unsubscribe", args=[_signer.sign(f"{user.public_id}.{topic}")])


def read_unsubscribe(token: str) -> tuple[str, str] | None:
    """Return (public id, topic) of a signed token, or None for one we did not make."""
    try:
        public_id, _dot, topic = _signer.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return public_id, topic
