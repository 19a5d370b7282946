"""Where somebody goes after signing in. Rooms register what they know; accounts knows none of them."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

# Given the request, the URL name of somebody's own first page, or None when this is not for the room to say.
Guide = Callable[[HttpRequest], str | None]
_guides: list[tuple[int, Guide]] = []


def register(priority: int, guide: Guide) -> None:
    """Ask `guide` where somebody goes; lower priorities are asked first, the first answer counts.

    The platform uses: 10 student, 20 broker, 30 coordinator, 40 team lead and supervisor, 90 platform admin.
    """
    _guides.append((priority, guide))
    _guides.sort(key=lambda entry: entry[0])


def first_page(request: HttpRequest) -> str:
    """Return the address of somebody's own first page; the home page when nobody claims them."""
    for _priority, guide in _guides:
        name = guide(request)
        if name:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    try:
        return reverse("home")
    except NoReverseMatch:
        return "/"
