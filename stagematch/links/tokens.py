"""The secret itself: 256 random bits and a signature over them and the purpose.

The signature lets a guess, or a link of another purpose, be refused without looking in the database. The database keeps a
hash only, so who reads the table cannot open a page.
"""

import base64
import hashlib
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from stagematch.ui.secrets import PREFIX, RANDOM_LENGTH, SIGNATURE_LENGTH, TOKEN

_SALT = "stagematch.links.token"


def new_token(purpose: str) -> str:
    """Return a fresh token that only opens pages of this purpose."""
    random = secrets.token_urlsafe(32)
    return f"{PREFIX}{random}{_signature(random, purpose, settings.SECRET_KEY)}"


def is_signed(token: str, purpose: str) -> bool:
    """Tell whether we made this token for this purpose, with the key of today or one it replaced."""
    if not TOKEN.fullmatch(token):
        return False
    random = token[len(PREFIX) : len(PREFIX) + RANDOM_LENGTH]
    signature = token[len(PREFIX) + RANDOM_LENGTH :]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(signature, _signature(random, purpose, key)) for key in keys)


def hash_of(token: str) -> str:
    """Return what the database keeps of a token. No salt: the token is random enough by itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor_hash(address: str, day: str) -> str:
    """Return a short code for a visitor's address that differs every day and cannot be made without our key."""
    return salted_hmac("stagematch.links.visitor", f"{day} {address}", algorithm="sha256").hexdigest()[:16]


def _signature(random: str, purpose: str, key: str | bytes) -> str:
    digest = salted_hmac(_SALT, f"{purpose}:{random}", secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode()[:SIGNATURE_LENGTH]
