"""How a secret link's token looks, so that no log, history or old mail keeps one that still opens a page.

The room that makes the links is `stagematch.links`; the shape is known down here because everything that writes text
down has to recognise it.
"""

import re

PREFIX = "sl-"
RANDOM_LENGTH = 43  # 256 bits in base64url
SIGNATURE_LENGTH = 22  # 128 bits in base64url
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{{RANDOM_LENGTH + SIGNATURE_LENGTH}}}")
MASK = "sl-gewist"


def mask(text: str) -> str:
    """Return the text with every token of a secret link replaced by `sl-gewist`."""
    return TOKEN.sub(MASK, text)
