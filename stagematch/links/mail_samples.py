"""What the mail with a new link looks like, with invented data."""

import datetime as dt
from typing import Any

from stagematch.clock import now


def renewed() -> dict[str, Any]:
    """Return the context of `links/renewed`."""
    return {
        "link": "https://stagematch.example/inventarisatie/voorbeeld/",
        "label": "stageplekken doorgeven",
        "expires_at": now() + dt.timedelta(days=14),
    }
