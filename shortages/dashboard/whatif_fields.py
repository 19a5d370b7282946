"""The fields of both forms of 'Wat als'. Before anything is asked they say the same to everybody of a school, so they are kept.

What can be chosen comes from the count alone (docs/decisions/0008). What was filled in, and what is wrong with it, never is kept.
"""

from dataclasses import dataclass

from django.forms import Form
from django.utils.safestring import SafeString, mark_safe

from shortages.dashboard.page import KEPT_SECONDS
from shortages.dashboard.whatif import WhatIfPage
from shortages.dashboard.wider import WiderPage
from stagematch.ui.kept import kept


@dataclass(frozen=True)
class Fields:
    """The fields as html, or that there is nothing to ask about."""

    can_ask: bool
    places: SafeString
    wider: SafeString


def fields_of(asked: WhatIfPage, wider: WiderPage) -> Fields:
    """Return the fields, with the answer's faults when something was asked: work out the answers first."""
    page = asked.page
    if asked.is_asked or wider.is_asked or page.school is None or page.night is None:
        return _draw(asked, wider)
    of = [
        *(page.school.pk, page.night.pk, page.night.finished_at, page.area_kind.value),
        *(chosen.pk if chosen else None for chosen in (page.period, page.programme)),
    ]
    return kept("what-if-fields", of, lambda: _draw(asked, wider), seconds=KEPT_SECONDS)


def _draw(asked: WhatIfPage, wider: WiderPage) -> Fields:
    if not asked.can_ask:
        return Fields(can_ask=False, places=SafeString(), wider=SafeString())
    return Fields(can_ask=True, places=_groups(asked.form), wider=_groups(wider.form))


def _groups(form: Form) -> SafeString:
    # Each was escaped by the template that drew it.
    return mark_safe("".join(field.as_field_group() for field in form))  # noqa: S308
