"""The ticket: a code, and the same code as a picture that a phone reads."""

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from roadshows.models import Registration


def check_in_url(registration: Registration) -> str:
    """Return the address in the QR code: at the door it opens this person, to anybody else it says nothing."""
    return f"{settings.BASE_URL}{reverse('check-in-code', args=[registration.code])}"


def qr_svg(text: str) -> SafeString:
    """Return the text as a QR code in SVG, dark on white whatever the colours of the page, and hidden from readers.

    The text beside it must say the same: a picture is read by cameras only.
    """
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="sm-qr", lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 -- made of numbers


def spaced(code: str) -> str:
    """Return a code as people read it aloud: in groups of five."""
    return f"{code[:5]} {code[5:]}"
