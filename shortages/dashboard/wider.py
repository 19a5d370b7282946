"""'Wat als onze studenten meer kunnen?': another weekday, a longer way or another leerjaar, for the school's own (B6).

About the school's own students, so told exactly, as the same things are in the list of what helps.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.enums import Weekday
from shortages.dashboard.page import Dashboard
from shortages.forms import EVERYBODY, WORKING_DAYS, WiderForm
from shortages.models import ShortageSnapshot
from shortages.services import Wider, another_weekday, as_another_year, longer_way
from stagematch.ui.errors import RuleError

KILOMETRES = (2, 5, 10, 20)
YEARS = (1, 2, 3, 4)
Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class WiderAnswer:
    """How many more could be placed at most, and for whom something comes in reach."""

    number: int
    headline: str
    sentences: list[str]


class WiderPage:
    """The form with what the own students could do more, and the answer once it is filled in, over all periods."""

    def __init__(self, page: Dashboard, query: QueryDict) -> None:
        self.page = page
        self.query = query

    @cached_property
    def _years(self) -> list[int]:
        return sorted({row.year for row in self.page.rows})

    @property
    def changes(self) -> list[Group]:
        """What can be chosen, in groups; the value says what and how much: 'dag-16', 'km-5', 'jaar-1-2'."""
        days = [(f"dag-{day.value}", _("ook op %(day)s op stage") % {"day": day.label}) for day in WORKING_DAYS]
        ways = [(f"km-{n}", _("%(n)d kilometer verder reizen") % {"n": n}) for n in KILOMETRES]
        years = [
            (f"jaar-{year}-{other}", _("leerjaar %(year)d ook op plekken voor leerjaar %(other)d") % {"year": year, "other": other})
            for year in self._years
            for other in YEARS
            if other != year
        ]  # fmt: skip
        return [(_("een dag erbij"), days), (_("verder weg"), ways), (_("een ander leerjaar"), years)]

    @property
    def is_asked(self) -> bool:
        return "kan" in self.query

    @property
    def _given(self) -> QueryDict:
        """What was asked; who names no leerjaar means all."""
        given = self.query.copy()
        given.setdefault("voor", EVERYBODY)
        return given

    @cached_property
    def form(self) -> WiderForm:
        return WiderForm(
            self._given if self.is_asked else None, changes=self.changes, years=self._years, auto_id="wij_%s"
        )

    @cached_property
    def answer(self) -> WiderAnswer | None:
        """The answer, or None when nothing (that makes sense) was asked. A rule that stands in the way is on the form."""
        night, school = self.page.night, self.page.school
        if night is None or school is None or not self.is_asked or not self.form.is_valid():
            return None
        try:
            found = self._ask(ShortageSnapshot(pk=night.pk), school.pk)
        except RuleError as error:
            self.form.add_error(None, error.message)
            return None
        return _in_words(found)

    def _ask(self, snapshot: ShortageSnapshot, school: int) -> Wider:
        kind, *values = self.form.cleaned_data["kan"].split("-")
        year = self.form.cleaned_data["voor"]
        ask: dict[str, Callable[[], Wider]] = {
            "dag": lambda: another_weekday(snapshot=snapshot, school=school, day=Weekday(int(values[0])), year=year),
            "km": lambda: longer_way(snapshot=snapshot, school=school, kilometres=int(values[0]), year=year),
            "jaar": lambda: as_another_year(
                snapshot=snapshot, school=school, year=int(values[0]), as_year=int(values[1])
            ),
        }
        return ask[kind]()


def _in_words(found: Wider) -> WiderAnswer:
    if not found.students:
        return WiderAnswer(
            0, _("Dit helpt nu niemand"), [_("Voor al jullie studenten om wie het gaat, is er al een plek die past.")]
        )
    about = ngettext(
        "Het gaat om %(n)d student van jullie voor wie er nu geen plek is, of te weinig.",
        "Het gaat om %(n)d studenten van jullie voor wie er nu geen plek is, of te weinig.",
        found.students,
    ) % {"n": found.students}
    if not found.placed:
        why = (
            _("De plekken die zo in zicht komen, zijn al nodig voor anderen.")
            if found.fit
            else _("Er komt geen plek bij die past.")
        )
        return WiderAnswer(0, _("Dit plaatst nu niemand extra"), [about, why])
    headline = ngettext("student meer geplaatst", "studenten meer geplaatst", found.placed)
    reach = ngettext(
        "%(n)d student krijgt er een plek bij die past.", "%(n)d studenten krijgen er een plek bij die past.", found.fit
    ) % {"n": found.fit}
    return WiderAnswer(found.placed, headline, [about, *([reach] if found.fit else [])])
