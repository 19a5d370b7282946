"""The part of 'Tekort in beeld' that comes from the count, drawn once and kept (docs/decisions/0008).

A count is history, so what is drawn from it stays the same until there is a newer one. It is rendered without a request:
no csrf token, name or message of who looks can be in it. Two readers get the same part only when they may see the same:
the key holds the school that `choose` let them have, and the other schools that are in the page's choice.
"""

import zlib
from dataclasses import dataclass

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from organisations.enums import Role
from organisations.models import Membership
from shortages.ahead.outlook import card_of
from shortages.dashboard.page import KEPT_SECONDS, Dashboard
from shortages.definitions import definitions
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.kept import kept

CHOICES = ("periode", "opleiding", "gebied", "alles")
"""The parameters that the counted part depends on."""


@dataclass(frozen=True)
class CountedPart:
    """What the page needs of the count, so that nothing of it is read again."""

    period: int | None
    open: int
    students: str  # addresses
    pdf_names: str
    html: tuple[bytes, bytes]
    is_plain: bool

    @property
    def above(self) -> SafeString:
        """What stands above the students."""
        return _text(self.html[0])

    @property
    def below(self) -> SafeString:
        """What stands below the students."""
        return _text(self.html[1])


def counted_part(page: Dashboard) -> CountedPart:
    """Return the counted part of this page, kept since somebody with the same rights asked for it. No query then."""
    if page.school is None or page.night is None:
        return _draw(page)
    several = [(school.slug, school.name) for school in page.schools] if len(page.schools) > 1 else []
    of = [
        *(page.school.pk, page.school.slug, page.school.name, several),
        *(page.night.pk, page.night.finished_at, today()),
        *(page.query.get(name, "") for name in CHOICES),
        getattr(page.school, "coming_forecasts", None),  # made after the count, and shown in the same part
    ]
    return kept(
        "shortage-dashboard", of, lambda: _draw(page), seconds=KEPT_SECONDS, may_keep=lambda part: part.is_plain
    )


def draw_ahead() -> int:
    """Draw the page as it opens in the morning, so that the first reader of a day does not wait; return how many.

    One for every set of schools that somebody coordinates: colleagues of one school read the same part. Safe to run
    twice, and without Redis it changes nothing.
    """
    members = Membership.objects.filter(role=Role.COORDINATOR, is_active=True, user__is_active=True)
    schools_of: dict[int, set[int]] = {}
    for user, school in members.values_list("user", "organisation").order_by("user"):
        schools_of.setdefault(user, set()).add(school)
    reader_of = {frozenset(schools): user for user, schools in schools_of.items()}
    readers = User.objects.filter(pk__in=reader_of.values()).order_by("pk")
    for reader in readers:
        counted_part(Dashboard(reader, QueryDict()))
    return len(readers)


def _draw(page: Dashboard) -> CountedPart:
    context = {
        "page": page,
        "vooruitblik": card_of(page.school, page.period) if page.school and page.period else None,
        "definitions": definitions(page.night.definition) if page.night else [],
    }
    above, below = (
        zlib.compress(render_to_string(f"shortages/dashboard/_geteld_{where}.html", context).encode(), 1)
        for where in ("boven", "onder")
    )
    return CountedPart(
        period=page.period.pk if page.period else None,
        open=page.totals.open,
        students=page.links["students"],
        pdf_names=page.links["pdf_names"],
        html=(above, below),
        is_plain=_is_plain(page),
    )


def _is_plain(page: Dashboard) -> bool:
    """Whether the address asks for what there is. Anybody can make up others without end; those are not kept."""
    understood = {
        "periode": page.period.slug if page.period else None,
        "opleiding": str(page.programme.public_id) if page.programme else None,
        "gebied": page.area_kind.value,
        "alles": "ja",
    }
    return all(page.query.get(name, "") in ("", understood[name]) for name in CHOICES)


def _text(packed: bytes) -> SafeString:
    # Made by our own templates, which escaped what came from people.
    return mark_safe(zlib.decompress(packed).decode())  # noqa: S308
