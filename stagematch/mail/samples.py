"""Sample data for every mail, so that people can see what goes out (`/beheer/mail/voorbeelden/`).

Each room registers its own: `register("invitation", lambda: {"organisation": …})`. A test fails when a folder in
templates/email has no sample. Samples are invented and never saved.
"""

from collections.abc import Callable
from typing import Any

Sample = Callable[[], dict[str, Any]]
_samples: dict[str, Sample] = {}


def register(template: str, sample: Sample) -> None:
    """Give the context of one mail; `recipient` may be in it, else an invented student gets the mail."""
    _samples[template] = sample


def names() -> list[str]:
    """Return every mail with a sample."""
    return sorted(_samples)


def context_of(template: str) -> dict[str, Any]:
    """Return the sample context of a mail; raises KeyError when there is none."""
    return {"recipient": {"get_short_name": "Samira", "first_name": "Samira"}, **_samples[template]()}
