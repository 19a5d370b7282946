"""Keys with which a school's own system sends students: made, shown once, found by their hash, revoked."""

import datetime as dt
import hashlib
import re
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError
from students.models import SchoolToken

PREFIX = "smk_"
SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
MOST_WORKING = 5
LONGEST_DAYS = 400
KEEP_AFTER_END = dt.timedelta(days=365)
USE_NOTED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def make_token(*, school: Organisation, actor: User, name: str, days: int) -> tuple[SchoolToken, str]:
    """Make a key that works for `days` days; return its row and the key itself, which is nowhere else.

    Raises RuleError `name_taken` when a working key has this name (so that sending the form again makes no second one),
    `too_many_keys` above five working ones, and `too_long` above 400 days.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)
    working = SchoolToken.objects.filter(school=school).working()
    name = name.strip()
    if working.filter(name__iexact=name).exists():
        raise RuleError("name_taken", _("Er is al een sleutel met deze naam. Kies een andere naam."), field="name")
    if working.count() >= MOST_WORKING:
        raise RuleError("too_many_keys", _("Je hebt al %(n)d sleutels. Trek er eerst één in.") % {"n": MOST_WORKING})
    if not 1 <= days <= LONGEST_DAYS:
        raise RuleError("too_long", _("Een sleutel werkt hoogstens 400 dagen."), field="days")
    key = PREFIX + secrets.token_urlsafe(32)
    token = SchoolToken.objects.create(
        school=school,
        name=name,
        token_hash=_hash(key),
        ending=key[-4:],
        created_by=actor,
        expires_at=now() + dt.timedelta(days=days),
    )
    return token, key


@transaction.atomic
def revoke_token(*, token: SchoolToken, actor: User) -> SchoolToken:
    """Stop a key for good, from now on. Doing it twice changes nothing."""
    locked = SchoolToken.objects.select_for_update(of=("self",), no_key=True).get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at, locked.revoked_by = now(), actor
        locked.save(update_fields=["revoked_at", "revoked_by"])
    return locked


def find_token(key: str) -> SchoolToken | None:
    """Return the row of a key that works, or None for any other text."""
    if not SHAPE.fullmatch(key):
        return None
    return SchoolToken.objects.working().select_related("school").filter(token_hash=_hash(key)).first()


def note_use(token: SchoolToken) -> None:
    """Note that a key was used; at most once a minute, so that a busy system does not write all day."""
    moment = now()
    if token.last_used_at is None or token.last_used_at < moment - USE_NOTED_EVERY:
        SchoolToken.objects.filter(pk=token.pk).update(last_used_at=moment)


def forget_tokens(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete keys that stopped working a year before `day` or earlier; return how many."""
    moment = dt.datetime.combine(day, dt.time.max, tzinfo=dt.UTC) - KEEP_AFTER_END
    old = SchoolToken.objects.filter(expires_at__lt=moment) | SchoolToken.objects.filter(revoked_at__lt=moment)
    return old.count() if dry_run else old.delete()[1].get(SchoolToken._meta.label, 0)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()  # no salt: the key is random enough by itself
