"""The fit map (features B7): leerjaar, werkproces and doelgroep; wishes against places; who could fill a gap."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Organisation, TargetGroup, WorkProcess
from organisations.weekdays import listing
from placements.models import Vacancy
from shortages.areas import COUNTRY, all_names, homes_of
from shortages.enums import AreaLevel
from shortages.models import FitCell, ShortageSnapshot

MOST_GAPS = 8
MOST_ORGANISATIONS = 20
STEPS = (0, 2, 5, 9)  # missing places from which a cell is one step darker
YEARS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Cell:
    """Wishes and places of one werkproces and doelgroep; `demand` is None when there are too few students to show."""

    work: WorkProcess
    group: TargetGroup
    year: int
    demand: int | None
    supply: int
    url: str
    places: int  # the places that the wishes are held against: of the whole country when the wishes are
    is_chosen: bool = False

    @property
    def gap(self) -> int:
        """Places that are missing; 0 when there are enough, or when that may not be shown."""
        return max(0, (self.demand or 0) - self.places)

    @property
    def level(self) -> int:
        return sum(self.gap > step for step in STEPS)

    @property
    def is_empty(self) -> bool:
        return not self.demand and not self.supply

    @property
    def label(self) -> str:
        """The cell in words, for who does not see the table."""
        return f"{self.demand_text}, {self.supply_text}"

    @property
    def demand_text(self) -> str:
        if self.demand is None:
            return _("te weinig studenten om te tonen")
        return ngettext("%(n)d student", "%(n)d studenten", self.demand) % {"n": self.demand}

    @property
    def supply_text(self) -> str:
        return ngettext("%(n)d plek", "%(n)d plekken", self.supply) % {"n": self.supply}


@dataclass(frozen=True)
class Filler:
    """An organisation that could fill a gap, and what it offers now."""

    name: str
    slug: str
    why: str
    fits: int  # 2: both werkproces and doelgroep, for another leerjaar; 1: one of them


class FitPage:
    """The fit map of one school (exact) or of everybody (as published), for one leerjaar and area of supply."""

    def __init__(self, chosen: QueryDict, *, school: Organisation | None) -> None:
        self.chosen, self.school = chosen, school
        self.snapshot = ShortageSnapshot.objects.done().filter(fit__isnull=False).order_by("-day").first()

    @cached_property
    def areas(self) -> list[tuple[str, str]]:
        """Where places can be looked at: the country and its provinces."""
        names = all_names()
        return [(COUNTRY, names[AreaLevel.COUNTRY][COUNTRY]), *names[AreaLevel.PROVINCE].items()]

    @cached_property
    def area(self) -> str:
        """The chosen area; at first the province of the school."""
        wanted = self.chosen.get("gebied", "")
        if wanted in dict(self.areas):
            return wanted
        town = self.school.municipality.code if self.school and self.school.municipality else ""
        if not town or self.snapshot is None:
            return COUNTRY
        homes = homes_of(self.snapshot.day)
        return next(
            (h.get(AreaLevel.PROVINCE, COUNTRY) for h in homes if h.get(AreaLevel.MUNICIPALITY) == town), COUNTRY
        )

    @property
    def area_name(self) -> str:
        return dict(self.areas)[self.area]

    @cached_property
    def _demand(self) -> dict[tuple[int, int, int], int | None]:
        cells = FitCell.objects.filter(snapshot=self.snapshot)
        cells = cells.filter(school=self.school) if self.school else cells.filter(school=None, code=COUNTRY)
        return {
            (year, work, group): n
            for year, work, group, n in cells.values_list("year", "work_process", "target_group", "demand")
        }

    @cached_property
    def _supply(self) -> dict[tuple[int, int, int], int]:
        cells = FitCell.objects.filter(snapshot=self.snapshot, school=None, code=self.area, supply__gt=0)
        return {
            (year, work, group): n
            for year, work, group, n in cells.values_list("year", "work_process", "target_group", "supply")
        }

    @cached_property
    def _places(self) -> dict[tuple[int, int, int], int]:
        """Published wishes are of the whole country, so they are held against all places there."""
        if self.school or self.area == COUNTRY:
            return self._supply
        cells = FitCell.objects.filter(snapshot=self.snapshot, school=None, code=COUNTRY, supply__gt=0)
        return {
            (year, work, group): n
            for year, work, group, n in cells.values_list("year", "work_process", "target_group", "supply")
        }

    @cached_property
    def works(self) -> dict[int, WorkProcess]:
        """The werkprocessen that somebody wishes or offers, in the order of the dossier."""
        used = {key[1] for key in self._demand.keys() | self._supply.keys()}
        return {work.pk: work for work in WorkProcess.objects.order_by("dossier", "code") if work.pk in used}

    @cached_property
    def groups(self) -> dict[int, TargetGroup]:
        """The doelgroepen that somebody wishes or offers."""
        used = {key[2] for key in self._demand.keys() | self._supply.keys()}
        return {group.pk: group for group in TargetGroup.objects.order_by("name") if group.pk in used}

    @property
    def years(self) -> list[int]:
        return [year for year in YEARS if any(key[0] == year for key in self._demand)] or [1, 2, 3]

    @cached_property
    def year(self) -> int:
        """The chosen leerjaar; at first the one with most wishes."""
        wanted = self.chosen.get("leerjaar", "")
        if wanted in map(str, YEARS):
            return int(wanted)
        totals = {year: sum(n or 0 for key, n in self._demand.items() if key[0] == year) for year in self.years}
        return max(totals, key=lambda year: (totals[year], -year))

    @cached_property
    def rows(self) -> list[tuple[WorkProcess, list[Cell]]]:
        """The table: a row per werkproces, a cell per doelgroep."""
        return [(work, [self._cell(self.year, pk, group) for group in self.groups]) for pk, work in self.works.items()]

    @property
    def has_wishes(self) -> bool:
        """Whether somebody of this leerjaar wishes anything; else there is no gap, and no fit to praise either."""
        return any(number for key, number in self._demand.items() if key[0] == self.year)

    @cached_property
    def gaps(self) -> list[Cell]:
        """The cells of this leerjaar with most places missing."""
        cells = [cell for _work, row in self.rows for cell in row if cell.gap]
        return sorted(cells, key=lambda cell: (-cell.gap, cell.work.code, cell.group.slug))[:MOST_GAPS]

    @cached_property
    def cell(self) -> Cell | None:
        """The cell somebody asked about."""
        wanted = self.chosen.get("werkproces")
        work = next((pk for pk, w in self.works.items() if self._word_for(w) == wanted), None)
        group = next((pk for pk, g in self.groups.items() if g.slug == self.chosen.get("doelgroep")), None)
        return None if work is None or group is None else self._cell(self.year, work, group)

    def _word_for(self, work: WorkProcess) -> str:
        """How a werkproces stands in an address: its code, with the dossier before it when more dossiers have that code."""
        is_alone = sum(other.code == work.code for other in self.works.values()) == 1
        return work.code if is_alone else f"{work.dossier}-{work.code}"

    def _cell(self, year: int, work: int, group: int) -> Cell:
        process, people = self.works[work], self.groups[group]
        asked = {"leerjaar": year, "gebied": self.area, "werkproces": self._word_for(process), "doelgroep": people.slug}
        if self.school:
            asked["school"] = self.school.slug
        return Cell(
            work=process,
            group=people,
            year=year,
            demand=self._demand.get((year, work, group), 0 if self.school else None),
            supply=self._supply.get((year, work, group), 0),
            url=f"?{urlencode(asked)}#vullen",
            places=self._places.get((year, work, group), 0),
            is_chosen=self.chosen.get("werkproces") == self._word_for(process)
            and self.chosen.get("doelgroep") == people.slug,
        )

    @cached_property
    def fillers(self) -> list[Filler]:
        """Organisations in the area that offer this werkproces or doelgroep, but not together for this leerjaar."""
        cell = self.cell
        if cell is None:
            return []
        vacancies = Vacancy.objects.published()
        if self.area != COUNTRY:
            vacancies = vacancies.filter(location__postcode__province__code=self.area)
        rows = (
            vacancies.annotate(
                does_work=Exists(
                    Vacancy.work_processes.through.objects.filter(
                        vacancy=OuterRef("pk"),
                        workprocess__dossier=cell.work.dossier,  # any version of it
                        workprocess__code=cell.work.code,
                    )
                ),
                does_group=Exists(
                    Vacancy.target_groups.through.objects.filter(vacancy=OuterRef("pk"), targetgroup=cell.group)
                ),
            )
            .order_by("organisation__name", "pk")
            .values_list("organisation__slug", "organisation__name", "years", "does_work", "does_group")
        )
        found: dict[str, _Offer] = {}
        for slug, name, years, does_work, does_group in rows:
            found.setdefault(slug, _Offer(slug, name)).add(years, does_work, does_group, cell.year)
        offers = [offer for offer in found.values() if offer.could_fill]
        offers.sort(key=lambda offer: (-offer.fits, offer.name))
        return [offer.as_filler(cell) for offer in offers[:MOST_ORGANISATIONS]]


class _Offer:
    """What one organisation offers of a cell, over all its vacancies."""

    def __init__(self, slug: str, name: str) -> None:
        self.slug, self.name = slug, name
        self.fills = self.work = self.group = False
        self.other_years: set[int] = set()

    def add(self, years: int, does_work: bool, does_group: bool, year: int) -> None:
        self.work, self.group = self.work or does_work, self.group or does_group
        if does_work and does_group:
            open_to = {y for y in YEARS if years >> (y - 1) & 1}
            self.fills = self.fills or year in open_to
            self.other_years |= open_to - {year}

    @property
    def could_fill(self) -> bool:
        return not self.fills and (self.work or self.group)

    @property
    def fits(self) -> int:
        return 2 if self.other_years else 1

    def as_filler(self, cell: Cell) -> Filler:
        if self.other_years:
            years = listing(str(year) for year in sorted(self.other_years))
            why = _("Doet dit al, maar voor leerjaar %(years)s.") % {"years": years}
        elif self.group:
            why = _("Werkt met %(group)s, maar biedt dit werkproces niet aan.") % {"group": cell.group.name.lower()}
        else:
            why = _("Biedt dit werkproces aan, voor een andere doelgroep.")
        return Filler(self.name, self.slug, why, self.fits)
