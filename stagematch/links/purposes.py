"""What secret links are for. A room registers each purpose it makes links for, in `ready()`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from stagematch.links.models import SecretLink

Renewal = Callable[["SecretLink"], "dt.datetime | None"]
Renewed = Callable[["SecretLink", "dt.datetime"], None]


@dataclass(frozen=True)
class Purpose:
    """One kind of secret link.

    `label` says in a few words what the page is for ("stageplekken doorgeven"); it is all a closed link tells. `renew`
    answers until when a new link would work when somebody comes with an expired one, or None when there is no use.
    `renewed` is told, in the same transaction, that a new link was made and until when it works.
    """

    key: str
    url_name: str
    label: "StrOrPromise"
    renew: Renewal | None = None
    renewed: Renewed | None = None


_purposes: dict[str, Purpose] = {}


def register_purpose(
    key: str,
    *,
    url_name: str,
    label: "StrOrPromise",
    renew: Renewal | None = None,
    renewed: Renewed | None = None,
) -> None:
    """Say that links for `key` open the address named `url_name`, which takes one argument `token`.

    With `renew`, an expired link offers to mail a new one to the address it was for; without, it never does.
    """
    _purposes[key] = Purpose(key, url_name, label, renew, renewed)


def purpose_of(key: str) -> Purpose:
    """Return a registered purpose; raises LookupError for one nobody registered, which is a mistake in the program."""
    try:
        return _purposes[key]
    except KeyError:
        msg = f"No purpose {key!r} for secret links: call register_purpose in ready()."
        raise LookupError(msg) from None
