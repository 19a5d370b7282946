"""'Wat als' for a school: what to choose from, and the answer in words.

The answer counts students of every school, and nobody may learn a number under five about students of others (product
R9), also not by asking for Monday and for Monday and Tuesday and taking the one from the other. So the most that helps
is reckoned whatever number was asked, and told as 'at least' like all that helps (`stagematch.few`): in fives, from ten
on. Below that nothing is said but the own students, exactly: not even whether anybody is helped.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.enums import Weekday
from organisations.models import Qualification
from organisations.weekdays import days_of
from organisations.weekdays import text as days_text
from shortages.dashboard.areas import Area, AreaKind
from shortages.dashboard.levers import chain_sentences
from shortages.dashboard.page import Dashboard
from shortages.forms import WORKING_DAYS, WhatIfForm
from shortages.models import ShortageSnapshot
from shortages.services import WhatIf, what_if
from shortages.services.whatif import MOST_PLACES
from stagematch.few import STEP, UNTOLD, at_least
from stagematch.ui.errors import RuleError


@dataclass(frozen=True)
class Answer:
    """What so many places more would do, with what stands on the house number."""

    shown: str
    headline: str
    sentences: list[str]


class WhatIfPage:
    """The form with what the school has, and the answer once it is filled in."""

    def __init__(self, page: Dashboard, query: QueryDict) -> None:
        self.page = page
        self.query = query

    @cached_property
    def _areas(self) -> list[tuple[AreaKind, list[Area]]]:
        """Gemeenten and regions where the school has students, those with most students without a place first."""
        kinds = [AreaKind.MUNICIPALITY, self.page.region_kind]
        found = []
        for kind in kinds:
            sizes: dict[Area, int] = {}
            for row in self.page.rows:
                area = self.page.atlas.of(kind).get(row.municipality or 0)
                if area is not None:
                    sizes[area] = sizes.get(area, 0) + row.open
            found.append((kind, sorted(sizes, key=lambda area: (-sizes[area], area.name))))
        return found

    @cached_property
    def _qualifications(self) -> list[Qualification]:
        """What the students are trained for, most students without a place first; versions of a crebo are one."""
        sizes: dict[int, int] = {}
        for row in self.page.rows:
            sizes[row.programme] = sizes.get(row.programme, 0) + row.open
        rows = Qualification.objects.filter(programmes__in=list(sizes)).with_first()
        found: dict[str, Qualification] = {}
        students: Counter[str] = Counter()
        for first, crebo, name, programme in rows.order_by("valid_from", "pk").values_list(
            "first", "crebo", "name", "programmes__pk"
        ):
            found[crebo] = Qualification(pk=first, crebo=crebo, name=name)
            students[crebo] += sizes.get(programme, 0)
        return sorted(found.values(), key=lambda q: (-students[q.crebo], q.name, q.crebo))

    @cached_property
    def _years(self) -> list[int]:
        return sorted({row.year for row in self.page.rows})

    def _initial(self) -> dict[str, Any]:
        """What fits most students without a place, so that the first answer says something."""
        masks: dict[int, int] = {}
        years: dict[int, int] = {}
        for row in self.page.rows:
            if row.days.bit_count() <= 3:
                masks[row.days] = masks.get(row.days, 0) + row.open
            years[row.year] = years.get(row.year, 0) + row.open
        mask = min(masks, key=lambda m: (-masks[m], m), default=int(Weekday.MONDAY | Weekday.TUESDAY))
        first = next((areas for _kind, areas in self._areas if areas), [])
        return {
            "waar": _key(AreaKind.MUNICIPALITY, first[0]) if first else "",
            "kwalificatie": self._qualifications[0].crebo if self._qualifications else "",
            "leerjaar": str(min(years, key=lambda y: (-years[y], y), default=1)),
            "dagen": [int(day) for day in days_of(mask) if day in WORKING_DAYS],
            "plekken": STEP,
        }

    @property
    def can_ask(self) -> bool:
        """Whether there is a count with students in places we know."""
        return self.page.night is not None and any(areas for _kind, areas in self._areas)

    @property
    def is_asked(self) -> bool:
        return "plekken" in self.query

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What stays in the address when the form is sent."""
        return self.page.kept

    @cached_property
    def form(self) -> WhatIfForm:
        return WhatIfForm(
            self._given if self.is_asked else None,
            initial=self._initial(),
            places=[(_plural(kind), [(_key(kind, a), a.name) for a in areas]) for kind, areas in self._areas if areas],
            qualifications=[(q.crebo, str(q)) for q in self._qualifications],
            years=self._years,
            auto_id="id_%s",
        )

    @property
    def _given(self) -> QueryDict:
        """What was asked; a link of the page gives the days as one number."""
        days = self.query.getlist("dagen")
        if len(days) == 1 and days[0].isascii() and days[0].isdigit() and len(days[0]) < 4:
            given = self.query.copy()
            given.setlist("dagen", [str(int(day)) for day in days_of(int(days[0]))])
            return given
        return self.query

    @cached_property
    def answer(self) -> Answer | None:
        """The answer, or None when nothing (that makes sense) was asked. A rule that stands in the way is on the form."""
        if not self.is_asked or not self.can_ask or not self.form.is_valid():
            return None
        assert self.page.night is not None  # noqa: S101 -- can_ask
        data = self.form.cleaned_data
        kind, area = next(
            (kind, area) for kind, areas in self._areas for area in areas if _key(kind, area) == data["waar"]
        )
        where = {"municipality": area.pk} if kind == AreaKind.MUNICIPALITY else {"region": area.pk}
        try:
            found = what_if(
                snapshot=ShortageSnapshot(pk=self.page.night.pk),
                qualification=next(q.pk for q in self._qualifications if q.crebo == data["kwalificatie"]),
                year=data["leerjaar"],
                days=data["dagen"],
                places=MOST_PLACES,
                school=self.page.school,
                **where,
            )
        except RuleError as error:
            self.form.add_error(None, error.message)
            return None
        kind_of_place = [data["waar"], data["kwalificatie"], str(data["leerjaar"]), str(data["dagen"])]
        told = at_least(found.placed, "what if", *kind_of_place)
        what = _("%(place)s, %(days)s, leerjaar %(year)d.") % {
            "place": area.name,
            "days": days_text(data["dagen"]),
            "year": data["leerjaar"],
        }
        return self._in_words(found, told, data["plekken"], what)

    def _in_words(self, found: WhatIf, told: int | None, asked: int, what: str) -> Answer:
        """The answer. Only when `told` may anything be said that follows from how many are helped."""
        if told is None:
            most = min(asked, UNTOLD - 1)
            headline = ngettext(
                "Hoogstens %(n)d student meer geplaatst", "Hoogstens %(n)d studenten meer geplaatst", most
            )
            few = _("Over kleine aantallen van alle scholen samen zeggen we niets: het kan ook niemand zijn.")
            return Answer(f"≤ {most}", headline % {"n": most}, [what, *self._own(found), few])
        number = min(asked, told)
        headline = ngettext("student meer geplaatst", "studenten meer geplaatst", number)
        sentences = [what, " ".join(self._chain(found))]
        if told >= asked:
            sentences.append(_("Elke plek erbij plaatst iemand."))
            return Answer(str(number), headline, [*sentences, *self._own(found)])
        sentences.append(
            _("Zeker %(n)d plekken helpen, meer dan %(most)d niet. Preciezer zeggen we het niet.")
            % {"n": told, "most": told + 2 * STEP - 1}
            if told + 2 * STEP <= MOST_PLACES
            else _("Zeker %(n)d plekken helpen. Preciezer zeggen we het niet.") % {"n": told}
        )
        return Answer(f"≥ {number}", _("studenten of meer geplaatst"), [*sentences, *self._own(found)])

    def _own(self, found: WhatIf) -> list[str]:
        """What it is to the school's own students, exactly."""
        if not found.own:
            return [_("Van jullie school past geen student zonder plek op zo’n plek.")]
        text = ngettext(
            "Van jullie school past %(n)d student zonder plek op zo’n plek.",
            "Van jullie school passen %(n)d studenten zonder plek op zo’n plek.",
            found.own,
        ) % {"n": found.own}
        if not found.own_stuck:
            return [text, _("Voor hen is er ook zonder deze plekken al genoeg plek die past.")]
        stuck = ngettext(
            "Voor %(n)d van hen is er nu geen plek die past, of zijn er te weinig. Daar helpt dit.",
            "Voor %(n)d van hen is er nu geen plek die past, of zijn er te weinig. Daar helpt dit.",
            found.own_stuck,
        ) % {"n": found.own_stuck}
        return [text, stuck]

    def _chain(self, found: WhatIf) -> Sequence[str]:
        """Who goes directly and who moves on, in words; gemeenten only where the school has somebody itself."""
        mine = {row.municipality for row in self.page.rows if row.open}
        names = {pk: area.name for pk, area in self.page.atlas.of(AreaKind.MUNICIPALITY).items() if pk in mine}
        return chain_sentences([names.get(pk, "") for pk in found.gemeenten])


def _key(kind: AreaKind, area: Area) -> str:
    return f"{kind.value}:{area.code}"


def _plural(kind: AreaKind) -> str:
    return {
        AreaKind.MUNICIPALITY: _("gemeenten"),
        AreaKind.LABOUR_MARKET: _("arbeidsmarktregio's"),
        AreaKind.COROP: _("COROP-gebieden"),
        AreaKind.PROVINCE: _("provincies"),
    }[kind]
