"""Sixty invented nights in a real database: students of three schools come, go into talks, get a place and leave.

Between two nights a few rows change at once; every night is counted and published by the services themselves.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import F

from organisations.enums import Role
from organisations.models import Membership, Organisation, SupervisorCapacity, TeamCapacity
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, Placement, Vacancy
from roadshows.models import Pledge, PledgeLink, Roadshow
from roadshows.pledge_enums import LinkStatus, PledgeKind, PledgeStatus
from shortages.services import forecast_night, take_count
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region
from students.enums import SearchStatus
from students.models import PlacementSearch
from tests import factories as f

FIRST_NIGHT = dt.date(2026, 11, 9)
NIGHTS = 60
# gemeente: postcode, province, COROP, arbeidsmarktregio, latitude, longitude
HOMES = {
    "GM0546": ("2312", "PV28", "NL337", "AM01", 52.16, 4.50),
    "GM0537": ("2225", "PV28", "NL337", "AM01", 52.20, 4.40),
    "GM0513": ("2801", "PV28", "NL33B", "AM02", 52.01, 4.71),
    "GM0484": ("2401", "PV28", "NL33B", "AM01", 52.13, 4.66),
    "GM0034": ("1315", "PV24", "NL230", "AM03", 52.37, 5.22),
}
DAYS = (3, 12)
YEARS = (1, 2)
SIZES = {"roc-brug": 60, "roc-overkant": 32, "roc-klein": 4}
MINE = "roc-overkant"  # the foreign school that looks at the others


@dataclass
class Season:
    """The place where it happens, and what is true on each night."""

    chance: random.Random
    schools: dict[str, Organisation]
    areas: dict[str, PostcodeArea]
    vacancies: list[Vacancy]
    supervisors: dict[int, SupervisorCapacity]
    roadshow: Roadshow
    coordinator: User
    observers: list[User]
    days: list[dt.date] = field(default_factory=list)

    def nights(self, number: int = NIGHTS) -> Iterator[dt.date]:
        """Let so many days go by; count and publish each night and give its day, with the clock at nine that morning."""
        for night in range(number):
            day = FIRST_NIGHT + dt.timedelta(days=night)
            with clock.at(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)):
                if night:
                    self._day(night)
                take_count(day=day)
                if night % 5 == 0:
                    forecast_night(day=day)
                self.days.append(day)
                yield day

    def add(self, school: str, number: int, home: str = "") -> list[PlacementSearch]:
        """So many new students; most live in the first gemeenten."""
        found = []
        for _n in range(number):
            place = home or list(HOMES)[min(4, int(self.chance.expovariate(0.7)))]
            found.append(
                f.SearchFactory(
                    student__programme__school=self.schools[school],
                    student__year=self.chance.choice(YEARS),
                    home=self.areas[place],
                    weekdays=self.chance.choice(DAYS),
                    days_per_week=2,
                    period__slug="feb-2027",
                )
            )
        return found

    def fill(self, talks: int, placed: int) -> None:
        """Begin further on: so many students have a place, and others are spoken to."""
        while placed > 0:
            before = Placement.objects.count()
            self._talk(4)
            self._place(placed)
            placed -= max(1, Placement.objects.count() - before)
        self._talk(talks)

    def _day(self, night: int) -> None:
        """What changes: on some nights nothing, on some exactly one student, on some a whole class."""
        if night % 10 == 3:
            self.add("roc-klein", 1, "GM0034")
        elif night % 10 == 4:
            mine = self._open().filter(student__school=self.schools["roc-klein"]).order_by("-pk")[:1]
            PlacementSearch.objects.filter(pk__in=mine).update(status=SearchStatus.STOPPED)
        elif night % 10 == 5:
            self._talk(1)
        elif night % 10 == 7:
            self.add("roc-brug", 5)
        elif night % 10 != 6:
            self._talk(3)
            self._place(self.chance.choice((0, 1, 1, 2)))
            self._end_talks(1)
            self.add(self.chance.choice(list(SIZES)), 1)

    def _open(self):
        return PlacementSearch.objects.filter(status=SearchStatus.OPEN)

    def _talk(self, number: int) -> None:
        """Students are invited, one talk each."""
        free = list(Vacancy.objects.accepting().order_by("pk"))
        asked = list(self._open().exclude(applications__status=ApplicationStatus.INVITED).order_by("pk"))
        for search in self.chance.sample(asked, min(number, len(asked))):
            f.ApplicationFactory(search=search, vacancy=self.chance.choice(free), status=ApplicationStatus.INVITED)

    def _place(self, number: int) -> None:
        """Students who talk get the place, when there is one left."""
        talks = Application.objects.filter(
            status=ApplicationStatus.INVITED, vacancy__places_taken__lt=F("vacancy__places"),
            vacancy__pool__taken__lt=F("vacancy__pool__places"),
        ).order_by("vacancy_id", "pk").distinct("vacancy_id")  # fmt: skip
        for talk in self.chance.sample(list(talks), min(number, len(talks))):
            Application.objects.filter(pk=talk.pk).update(status=ApplicationStatus.ACCEPTED, closed_at=clock.now())
            PlacementSearch.objects.filter(pk=talk.search_id).update(status=SearchStatus.PLACED)
            Vacancy.objects.filter(pk=talk.vacancy_id).update(places_taken=F("places_taken") + 1)
            TeamCapacity.objects.filter(pk=talk.vacancy.pool_id).update(taken=F("taken") + 1)
            Placement.objects.create(
                application=talk, student=talk.student, vacancy=talk.vacancy, agreed_at=clock.now(),
                supervisor=self.supervisors[talk.vacancy_id], starts_on=talk.vacancy.starts_on,
                ends_on=talk.vacancy.ends_on,
            )  # fmt: skip
            if self.chance.random() < 0.2:  # full places leave the list sooner or later
                Vacancy.objects.filter(pk=talk.vacancy_id, places=F("places_taken")).update(status=VacancyStatus.CLOSED)

    def _end_talks(self, number: int) -> None:
        talks = list(Application.objects.filter(status=ApplicationStatus.INVITED).order_by("pk"))
        ended = [talk.pk for talk in self.chance.sample(talks, min(number, len(talks)))]
        Application.objects.filter(pk__in=ended).update(status=ApplicationStatus.REJECTED, closed_at=clock.now())


def begin(seed: int = 1) -> Season:
    """Make the country, the schools with their students, the places, one roadshow, and who looks along."""
    chance = random.Random(seed)
    regions: dict[str, Region] = {}
    areas = {}
    for kind, column in (("province", 1), ("corop", 2), ("labour_market", 3)):
        for code in sorted({home[column] for home in HOMES.values()}):
            regions[code], _new = Region.objects.get_or_create(
                kind=kind, code=code, defaults={"name": f"Gebied {code}", "valid_from": f.LONG_AGO}
            )
    for code, (pc4, province, corop, labour, latitude, longitude) in HOMES.items():
        town, _new = Municipality.objects.get_or_create(
            code=code, defaults={"name": f"Plaats {code}", "valid_from": f.LONG_AGO}
        )
        MunicipalityRegion.objects.create(municipality=town, region=regions[labour], valid_from=f.LONG_AGO)
        areas[code] = f.PostcodeFactory(
            pc4=pc4, municipality=town, province=regions[province], corop=regions[corop], latitude=latitude,
            longitude=longitude,
        )  # fmt: skip
    with clock.at(FIRST_NIGHT):
        f.PeriodFactory(
            slug="feb-2027", name="februari 2027", starts_on=dt.date(2027, 2, 1), ends_on=dt.date(2027, 7, 9)
        )
        schools = {
            slug: f.SchoolFactory(name=slug, slug=slug, municipality=areas["GM0546"].municipality) for slug in SIZES
        }
        vacancies, supervisors = [], {}
        for number in range(14):
            home = list(HOMES)[number % 5]
            room = chance.choice((1, 2, 3, 6))
            made = f.VacancyFactory(
                places=room, pool__places=chance.choice((room, room, max(0, room - 2))), publish_from=FIRST_NIGHT,
                team__location__postcode=areas[home], period__slug="feb-2027",
            )  # fmt: skip
            vacancies.append(made)
            supervisors[made.pk] = f.SupervisorCapacityFactory(pool=made.pool)
        season = Season(
            chance, schools, areas, vacancies, supervisors, _roadshow(vacancies[:6], regions["PV28"]),
            _member(schools[MINE], Role.COORDINATOR), _observers(areas["GM0546"].municipality),
        )  # fmt: skip
        for school, size in SIZES.items():
            season.add(school, size)
            placed = season._open().filter(student__school=schools[school]).order_by("pk")
            PlacementSearch.objects.filter(pk__in=list(placed.values_list("pk", flat=True)[: size // 4])).update(
                status=SearchStatus.PLACED
            )
    return season


def _member(organisation: Organisation, role: Role) -> User:
    member: Membership = f.MembershipFactory(organisation=organisation, role=role)
    return member.user


def _observers(town: Municipality) -> list[User]:
    """Somebody of a gemeente, and somebody of a sector body."""
    gemeente = f.OrganisationFactory(kind="municipality", name="Gemeente", slug="gemeente", municipality=town)
    sector = f.OrganisationFactory(kind="partner", name="Sectorbureau", slug="sectorbureau")
    return [_member(gemeente, Role.OBSERVER), _member(sector, Role.OBSERVER)]


def _roadshow(vacancies: list[Vacancy], region: Region) -> Roadshow:
    """A roadshow of a month ago at which these places were promised."""
    made = Roadshow.objects.create(
        title="Wijk maakt plek", slug="wijk-maakt-plek", day=FIRST_NIGHT - dt.timedelta(days=30), status="held",
        is_public=True, region=region,
    )  # fmt: skip
    for vacancy in vacancies:
        pledge = Pledge.objects.create(
            roadshow=made, organisation=vacancy.organisation, organisation_name=vacancy.organisation.name,
            kind=PledgeKind.PLACES, number=vacancy.places, status=PledgeStatus.PROMISED, promised_on=made.day,
            confirmed_at=clock.now(),
        )  # fmt: skip
        PledgeLink.objects.create(pledge=pledge, vacancy=vacancy, status=LinkStatus.CONFIRMED, decided_at=clock.now())
    return made


def talks_per_gemeente() -> Counter[str]:
    """How many students are spoken to about a place in each gemeente today."""
    return Counter(
        Application.objects.filter(status=ApplicationStatus.INVITED).values_list(
            "vacancy__location__postcode__municipality__code", flat=True
        )
    )
