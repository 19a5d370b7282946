"""Template tags every page may use: icons, addresses, days, and the pieces of a list page."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stagematch.ui.forms import widget_class
from stagematch.ui.numbers import grouped

register = template.Library()


@register.simple_tag
def i(name: str, classes: str = "") -> SafeString:
    """Draw an icon from the sprite. Always decoration: the text beside it says the same."""
    # Where static files are does not change while we run; tests may say otherwise.
    return _icon(name, classes, settings.STATIC_URL, settings.STORAGES["staticfiles"]["BACKEND"])


@lru_cache(maxsize=500)  # a page draws up to a hundred, and all pages together as many different ones
def _icon(name: str, classes: str, _address: str, _storage: str) -> SafeString:
    return format_html(
        '<svg class="sm-i {}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        classes,
        static("vendor/tabler/sprite.svg"),
        name,
    )


@register.simple_tag
def nav_url(name: str, *args: Any) -> str:
    """Return the address of a page, or nothing when this installation does not have it."""
    return _reverse(name, args) if args else _address(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


def _reverse(name: str, args: tuple[Any, ...] = ()) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=500)  # header and footer of every page ask for the same twenty
def _address(name: str, _urlconf: str, _prefix: str) -> str:
    return _reverse(name)


@register.filter
def reeks(number: int | str | None) -> range:
    """Return range(number), to draw that many tiles."""
    return range(max(0, int(number or 0)))


@register.filter
def min_(a: int | str, b: int | str) -> int:
    """Return b - a: `score|min_:5` is how many tiles stay empty."""
    return int(b) - int(a)


@register.filter
def woorden(text: str) -> list[str]:
    """Split a text into words."""
    return text.split()


@register.filter
def hoofdletter(text: object) -> str:
    """Return the text with a capital first letter; 'ijs' becomes 'IJs' as Dutch wants it."""
    words = str(text)
    return f"IJ{words[2:]}" if words[:2].lower() == "ij" else words[:1].upper() + words[1:]


@register.filter
def getal(number: object) -> object:
    """Return a whole number as one reads it: 5.925 in Dutch, 5,925 in English. Anything else stays what it is."""
    return grouped(number) if isinstance(number, int) and abs(number) >= 1000 else number


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Draw a field's widget with the design system's classes, whatever form it comes from."""
    inner = field.field.widget
    if "class" in inner.attrs:
        return field.as_widget()
    inner.attrs.pop("placeholder", None)  # a form we did not make: its placeholder repeats the label
    return field.as_widget(attrs={"class": widget_class(inner)})


def _query(context: template.Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def met_vraag(context: template.Context, **changes: Any) -> str:
    """Return '?…' with the page's own query and `changes`; None or '' takes a parameter away, and so does page 1."""
    query = _query(context)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def zonder_keuze(context: template.Context, name: str, value: object = None) -> str:
    """Return '?…' without one value of a filter (or without the whole filter), and back on the first page."""
    query = _query(context)
    kept = [v for v in query.getlist(name) if value is not None and v != str(value)]
    query.setlist(name, kept)
    query.pop("pagina", None)
    pairs = [(key, v) for key, values in query.lists() for v in values]
    return f"?{urlencode(pairs)}" if pairs else "?"


@register.filter
def bladzijden(page: Page[Any]) -> list[int | str]:
    """Return the page numbers to show, with '…' for a gap."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def apparaat(user_agent: str) -> str:
    """Say in words what somebody signed in with, e.g. 'Chrome op Windows'; only a guess, made to recognise it by."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return _("%(browser)s op %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Onbekend apparaat")
