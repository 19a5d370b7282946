"""Linked data for search engines, as a data block in the page."""

import json
from typing import Any

_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def as_data_block(data: dict[str, Any]) -> str:
    """Return JSON that can stand between script tags: no character in it can end or open an element.

    A data block is not run, so the content security policy has nothing against it.
    """
    return json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
