"""Numbers about students that say 'at least', for who may not know them exactly (product R9, docs/disclosure.md).

Rounding down at the same numbers for everybody tells on which night the fifth student came. Here a secret number that
never changes, another one for each figure, is taken off first.
"""

import hashlib
import math
from collections.abc import Iterable

from django.conf import settings

STEP = 5
LEAST = 10
"""Fewer than this is not told."""
UNTOLD = LEAST + STEP
"""A number that is not told is below this."""


def secret() -> bytes:
    """Return the key of what is taken off, derived from the platform's own secret key; it is never stored or shown."""
    return hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"stagematch-R9").digest()


def fraction(key: bytes, *names: str) -> float:
    """Return the secret number of this name, from 0 up to 1; the same every time."""
    digest = hashlib.blake2b("\x1e".join(names).encode(), key=key[:64], digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def fractions(key: bytes, *names: str, last: Iterable[str]) -> list[float]:
    """Return `fraction(key, *names, name)` of every last name; what they have in common is worked out once."""
    common = hashlib.blake2b("".join(f"{name}\x1e" for name in names).encode(), key=key[:64], digest_size=8)
    found = []
    for name in last:
        digest = common.copy()
        digest.update(name.encode())
        found.append(int.from_bytes(digest.digest()) / 2**64)
    return found


def at_least(number: int, *names: str, key: bytes | None = None) -> int | None:
    """Return a multiple of five that is not above `number`, or None when fewer than `LEAST` are left of it.

    `names` name the figure, the same every night. What is told lies less than ten below the number; which of the ten
    cannot be known, not from two nights either.
    """
    off = fraction(key or secret(), "offset", "lever", "\x1f".join(names)) * STEP
    down = STEP * math.floor((number - off) / STEP)
    return down if down >= LEAST else None
