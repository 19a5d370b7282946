"""Secrets that must be in the database, kept so that a copy of the database alone does not give them away.

The key is made from SECRET_KEY, which is not in the database; SECRET_KEY_FALLBACKS keep old ones readable.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"stagematch.ui.sealed:" + str(key).encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(text: str) -> str:
    """Return `text` so that only this installation can read it."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Return what was sealed, or nothing when it was sealed with a key that is gone."""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, UnicodeError):
        return ""
