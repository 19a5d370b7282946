"""The demo world in memory: organisations, people, capacity and vacancies, made from one seed."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from matchmaking.demo import people, places, texts
from matchmaking.demo.kwalificaties import is_invented, popularity
from organisations.enums import OrganisationKind, Role
from organisations.models import Qualification, StagePeriod, TargetGroup, WorkField, WorkProcess
from stagematch.regions.models import PostcodeArea
from stagematch.regions.selectors import distance_km

Row = dict[str, Any]
T = TypeVar("T")
TEAMS_PER_HOST = 4
CELL = 0.25  # degrees: about 25 km, wide enough to find neighbours in the nine cells around


@dataclass(frozen=True)
class Size:
    """How large the demo is."""

    students: int
    vacancies: int
    hosts: int
    # How close to the school people and hosts are: the mean place in a list of all areas around it, nearest first.
    closeness: float
    # Invented opleidingen besides those of the sector: a whole country has some sixty that look for such places.
    invented: int = 0


SIZES = {
    "small": Size(400, 120, 32, 0.08),
    "sector": Size(10_000, 4_000, 220, 0.15),
    "national": Size(100_000, 60_000, 3_000, 1.0, 57),
}

# role -> (e-mail, first name, last name)
ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "student": ("student@demo.example", "Samira", "el Amrani"),
    "student2": ("student2@demo.example", "Joris", "de Wit"),
    "stagemakelaar": ("stagemakelaar@demo.example", "Yara", "Hendriks"),
    "stagemakelaar2": ("stagemakelaar2@demo.example", "Bas", "Kloosterman"),
    "teamcoach": ("teamcoach@demo.example", "Anouk", "Visser"),
    "praktijkbegeleider": ("praktijkbegeleider@demo.example", "Dewi", "Pinas"),
    "bpv": ("bpv@demo.example", "Elif", "Yılmaz"),
    "bpv2": ("bpv2@demo.example", "Thijs", "Postma"),
    "organisator": ("organisator@demo.example", "Noor", "van Tongeren"),
    "gemeente": ("gemeente@demo.example", "Wout", "Ritsema"),
    "beheer": ("beheer@demo.example", "Robin", "Faber"),
}


@dataclass
class Reference:
    """The reference data the world is made of, read once."""

    areas: list[PostcodeArea] = field(default_factory=lambda: list(PostcodeArea.objects.order_by("pc4")))
    periods: list[StagePeriod] = field(
        default_factory=lambda: list(StagePeriod.objects.order_by("starts_on", "ends_on"))
    )
    qualifications: list[Qualification] = field(default_factory=lambda: list(Qualification.objects.order_by("crebo")))
    # Those of the sector; `qualifications` has the invented ones after them.
    real: list[Qualification] = field(default_factory=list)
    groups: dict[str, TargetGroup] = field(default_factory=lambda: {g.slug: g for g in TargetGroup.objects.all()})
    fields: dict[str, WorkField] = field(default_factory=lambda: {f.slug: f for f in WorkField.objects.all()})
    processes: dict[str, WorkProcess] = field(default_factory=lambda: {p.code: p for p in WorkProcess.objects.all()})

    def __post_init__(self) -> None:
        self.real = [q for q in self.qualifications if not is_invented(q)]
        self.qualifications = self.real + [q for q in self.qualifications if is_invented(q)]
        self.popular = popularity(self.qualifications)
        self.by_place: dict[str, list[PostcodeArea]] = defaultdict(list)
        self.cells: dict[tuple[int, int], list[PostcodeArea]] = defaultdict(list)
        for area in self.areas:
            self.by_place[area.place].append(area)
            self.cells[cell_of(area.latitude, area.longitude)].append(area)

    def near(self, area: PostcodeArea) -> list[PostcodeArea]:
        """Return the areas in the nine cells around one, nearest first."""
        y, x = cell_of(area.latitude, area.longitude)
        around = [a for dy in (-1, 0, 1) for dx in (-1, 0, 1) for a in self.cells.get((y + dy, x + dx), ())]
        return sorted(around, key=lambda a: (distance_km(a, area), a.pc4))


def cell_of(latitude: float, longitude: float) -> tuple[int, int]:
    """Return the grid cell of a point."""
    return int(latitude / CELL), int(longitude / CELL)


class World:
    """Builds the rows of everything but students and applications. Ids count from 1: the database is empty."""

    def __init__(self, size: Size, seed: int, day: dt.date, password: str) -> None:
        self.size, self.day = size, day
        self.rng = random.Random(seed)  # noqa: S311 -- invented data, not secrets
        self.ref = Reference()
        self.areas = {area.pk: area for area in self.ref.areas}
        self.users: list[Row] = []
        self.organisations: list[Row] = []
        self.locations: list[Row] = []
        self.teams: list[Row] = []
        self.memberships: list[Row] = []
        self.membership_teams: list[tuple[int, int]] = []
        self.pools: list[Row] = []
        self.supervisors: list[Row] = []
        self.programmes: list[Row] = []
        self.accreditations: list[Row] = []
        self.vacancies: list[Row] = []
        self.vacancy_links: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.user_of: dict[str, int] = {}
        self.broker_of: dict[int, int] = {}
        self.pools_of_team: dict[tuple[int, int], Row] = {}
        self.supervisors_of_pool: dict[int, list[Row]] = defaultdict(list)
        self.recognised: dict[int, list[Qualification]] = {}
        self._hash = make_password(password)
        self._organisations()
        self._vacancies()

    def uid(self) -> uuid.UUID:
        """Return the next public id of the seed."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def close(self, nearest_first: Sequence[T]) -> T:
        """Choose one, the nearest ones most often (exponential, cut off at the end of the list)."""
        return nearest_first[
            int(self.rng.expovariate(1 / (self.size.closeness * len(nearest_first))) % len(nearest_first))
        ]

    def user(self, account: str = "") -> int:
        """Add a person and return the id; a named account gets the demo password, the rest cannot sign in with one."""
        pk = len(self.users) + 1
        if account:
            email, first, last = ACCOUNTS[account]
            self.user_of[account] = pk
        else:
            first, last = self.rng.choice(people.FIRST_NAMES), self.rng.choice(people.LAST_NAMES)
            email = f"{slugify(first)}.{slugify(last)}.{pk}@demo.example"
        self.users.append(
            {
                "id": pk,
                "public_id": self.uid(),
                "email": email,
                "first_name": first,
                "last_name": last,
                "password": self._hash if account else "!demo",
                "is_superuser": account == "beheer",
                "is_staff": account == "beheer",
                "is_demo": True,
            }
        )
        return pk

    def _organisations(self) -> None:
        for name, slug, place in places.SCHOOLS:
            pk = self._organisation(OrganisationKind.SCHOOL, name, slug, place, places.SOURCE)
            self._school(pk, slug)
        hosts = [(OrganisationKind.EMPLOYER, *entry) for entry in places.EMPLOYERS]
        hosts += [(OrganisationKind.MUNICIPALITY, *entry) for entry in places.MUNICIPALITIES]
        for kind, name, slug, place in hosts:
            pk = self._organisation(kind, name, slug, place, places.SOURCE)
            self._host(pk, slug, place)
        for name, slug, place in places.PARTNERS:
            pk = self._organisation(OrganisationKind.PARTNER, name, slug, place, places.SOURCE)
            self._member(self.user("organisator"), pk, Role.ORGANISER)
        # Students live around their school, so that is where the invented hosts are too.
        centres = [self.ref.by_place[place][0] for _name, _slug, place in places.SCHOOLS]
        around = [[a.place for a in self.ref.near(c) if len(self.ref.by_place[a.place]) >= 2] for c in centres]
        for number in range(self.size.hosts - len(hosts)):
            town = self.close(around[number % len(around)])
            title = f"{self.rng.choice(places.INVENTED_KINDS)} {self.rng.choice(places.INVENTED)}"
            name = f"{title} {town} (demo)" if number >= len(places.INVENTED) else f"{title} (demo)"
            pk = self._organisation(OrganisationKind.EMPLOYER, name, f"{slugify(name)}-{number}", town, "")
            self._host(pk, "", town)
        self.user("beheer")
        leiden = next(row["id"] for row in self.organisations if row["slug"] == "gemeente-leiden")
        self._member(self.user("gemeente"), leiden, Role.OBSERVER)

    def _organisation(self, kind: str, name: str, slug: str, place: str, source: str) -> int:
        pk = len(self.organisations) + 1
        area = self.rng.choice(self.ref.by_place[place])
        self.organisations.append(
            {
                "id": pk,
                "public_id": self.uid(),
                "kind": kind,
                "name": name[:160],
                "slug": slug[:160],
                "description": "Dit is een voorbeeldtekst voor de demo. De organisatie schrijft hier zelf wie zij is en wat zij doet.",
                "vision": "Dit is een voorbeeldtekst voor de demo. Hier staat hoe de organisatie over stage denkt.",
                "email_domain": f"student.{slug}.example" if kind == OrganisationKind.SCHOOL else "",
                "municipality_id": area.municipality_id,
                "is_approved": True,
                "second_interview": self.rng.random() < 0.7,
                "response_term_days": self.rng.choice((5, 10, 10, 10)),
                "source_note": source,
                "is_demo": True,
            }
        )
        return pk

    def _member(self, user: int, organisation: int, role: str, teams: Sequence[int] = ()) -> int:
        pk = len(self.memberships) + 1
        self.memberships.append(
            {
                "id": pk,
                "user_id": user,
                "organisation_id": organisation,
                "role": role,
                "level": self.rng.choice(("mbo", "hbo")),
            }
        )
        self.membership_teams += [(pk, team) for team in teams]
        return pk

    def _school(self, pk: int, slug: str) -> None:
        account = {"zadkine": "bpv", "mborijnland": "bpv2"}.get(slug, "")
        self._member(self.user(account), pk, Role.COORDINATOR)
        for qualification in self.ref.qualifications:
            self.programmes.append(
                {
                    "id": len(self.programmes) + 1,
                    "public_id": self.uid(),
                    "school_id": pk,
                    "qualification_id": qualification.pk,
                    "name": qualification.name,
                    "years": 3,
                }
            )

    def _host(self, pk: int, slug: str, place: str) -> None:
        row = self.organisations[pk - 1]
        if slug == "wmo-radar":
            row |= {"second_interview": True, "response_term_days": 10}
        account = {"wmo-radar": "stagemakelaar", "dock": "stagemakelaar2"}.get(slug, "")
        broker = self.user(account)
        self.broker_of[pk] = broker
        self._member(broker, pk, Role.BROKER)
        self.recognised[pk] = self._recognised(named=bool(slug))
        for qualification in self.recognised[pk]:
            self.accreditations.append(
                {
                    "id": len(self.accreditations) + 1,
                    "organisation_id": pk,
                    "qualification_id": qualification.pk,
                    "status": "recognised",
                    "checked_on": self.day - dt.timedelta(days=90),
                    "valid_until": self.day + dt.timedelta(days=900),
                }
            )
        centre = self.rng.choice(self.ref.by_place[place])
        around = [a for a in self.ref.near(centre) if a.place == place] or [centre]
        names = ("Delfshaven", "Noord", "Feijenoord") if slug == "wmo-radar" else texts_team_names(self.rng)
        for number, name in enumerate(names):
            self._team(pk, name, self.rng.choice(around), named=slug == "wmo-radar" and number == 0)

    def _team(self, organisation: int, name: str, area: PostcodeArea, *, named: bool) -> None:
        location, team = len(self.locations) + 1, len(self.teams) + 1
        step_free = self.rng.random() < 0.6
        self.locations.append(
            {
                "id": location,
                "organisation_id": organisation,
                "name": f"Huis van de Wijk {name}",
                "street": f"Voorbeeldstraat {self.rng.randint(1, 180)}",
                "postcode_id": area.pk,
                "neighbourhood": name,
                "step_free": step_free,
                "access_info": "De ingang is gelijkvloers." if step_free else "Er is een trap bij de ingang.",
            }
        )
        self.teams.append(
            {"id": team, "organisation_id": organisation, "location_id": location, "name": f"Team {name}"}
        )
        self._member(self.user("teamcoach" if named else ""), organisation, Role.TEAM_LEAD, [team])
        guides = [
            self._member(
                self.user("praktijkbegeleider" if named and n == 0 else ""), organisation, Role.SUPERVISOR, [team]
            )
            for n in range(2)
        ]
        for period in self.ref.periods:
            pool: Row = {"id": len(self.pools) + 1, "team_id": team, "period_id": period.pk, "places": 0, "taken": 0}
            self.pools.append(pool)
            self.pools_of_team[team, period.pk] = pool
            for guide in guides:
                row: Row = {
                    "id": len(self.supervisors) + 1,
                    "supervisor_id": guide,
                    "pool_id": pool["id"],
                    "places": self.rng.choice((1, 2, 2, 3)),
                    "taken": 0,
                    "hours_per_week": self.rng.choice((2, 4, 6)),
                    "taken_hours": 0,
                    "weekdays": self.rng.choice((3, 7, 15, 31)),
                }
                pool["places"] += row["places"]
                self.supervisors.append(row)
                self.supervisors_of_pool[pool["id"]].append(row)

    def _vacancies(self) -> None:
        teams_of: dict[int, list[Row]] = defaultdict(list)
        for team in self.teams:
            teams_of[team["organisation_id"]].append(team)
        hosts = list(teams_of)
        radar = next(row["id"] for row in self.organisations if row["slug"] == "wmo-radar")
        order = [radar] * 8 + [hosts[n % len(hosts)] for n in range(self.size.vacancies - 8)]
        for number, organisation in enumerate(order):
            teams = teams_of[organisation]
            # Team after team in each round of hosts, so that every team has its share and its room is used.
            turn = number if number < 8 else (number - 8) // len(hosts)
            self._vacancy(organisation, teams[turn % len(teams)], number)

    def _vacancy(self, organisation: int, team: Row, number: int) -> None:
        rng, pk = self.rng, len(self.vacancies) + 1
        title, summary, tasks, group, fields, processes = texts.TEMPLATES[number % len(texts.TEMPLATES)]
        period = self.ref.periods[0] if number < 8 else rng.choices(self.ref.periods, (80, 12, 8))[0]
        location = self.locations[team["location_id"] - 1]
        area_place = location["neighbourhood"]
        weekdays = 3 if number < 8 else rng.choice((31, 31, 15, 7, 3, 12, 24, 30, 27, 15))
        days = min(weekdays.bit_count(), rng.choice((2, 2, 2, 2, 3)))
        hours = days * 8
        draft, closed = rng.random() < 0.05, rng.random() < 0.03
        status = "published" if number < 8 or not (draft or closed) else "draft" if draft else "closed"
        published = self.day - dt.timedelta(days=rng.randint(3, 60))
        allowance = rng.choices(("monthly", "expenses", "none"), (50, 30, 20))[0]
        name = self.organisations[organisation - 1]["name"]
        group_rows = [self.ref.groups[group]]
        if group != "buurtbewoners" and rng.random() < 0.25:
            group_rows.append(self.ref.groups["buurtbewoners"])
        field_rows = [self.ref.fields[slug] for slug in fields.split()]
        codes = [full_code(short) for short in processes.split()]
        self.vacancies.append(
            {
                "id": pk,
                "public_id": self.uid(),
                "organisation_id": organisation,
                "team_id": team["id"],
                "pool_id": self.pools_of_team[team["id"], period.pk]["id"],
                "location_id": location["id"],
                "period_id": period.pk,
                "kind": rng.choices(("individual", "team", "project", "wijklab", "informal_care"), (70, 10, 8, 6, 6))[
                    0
                ],
                "title": title,
                "summary": summary,
                "tasks": tasks,
                "expectations": rng.choice(texts.EXPECTATIONS),
                "guidance": rng.choice(texts.GUIDANCE),
                "day_in_team": rng.choice(texts.DAYS),
                "wanted_profile": texts.PROFILES[number % 3],
                "wished_goals": texts.GOALS[number % 3],
                "starts_on": period.starts_on,
                "ends_on": period.ends_on,
                "weekdays": weekdays,
                "days_per_week": days,
                "days_fixed": days == weekdays.bit_count() and days < 4,
                "hours_min": max(8, hours - 8),
                "hours_max": min(40, hours + 16),
                "times": "tussen 9.00 en 17.00 uur",
                "years": rng.choice((0b110, 0b110, 0b111, 0b010, 0b100, 0b011)),
                "routes": rng.choice((1, 1, 1, 3)),
                "offers": (1 if location["step_free"] else 0) | rng.choice((0, 2, 6, 6, 14, 30)),
                "vog_needed": rng.random() < 0.8,
                "allowance": allowance,
                "allowance_amount": rng.choice((100, 150, 250, 300, 350, 400)) if allowance == "monthly" else None,
                "places": rng.choice((1, 1, 2, 2, 3)),
                "places_taken": 0,
                "response_term_days": self.organisations[organisation - 1]["response_term_days"],
                "status": status,
                "publish_from": published,
                "publish_until": period.starts_on,
                "created_at": dt.datetime.combine(published, dt.time(9, number % 60), dt.UTC),
                # In the order of placements.services.refresh_search_text, which writes it after any change.
                "search_text": " ".join(
                    [
                        name,
                        team["name"],
                        self._place(location),
                        area_place,
                        *sorted(g.name for g in group_rows),
                        *sorted(f.name for f in field_rows),
                    ]
                ),
            }
        )
        links = self.vacancy_links
        # Every other vacancy names one praktijkbegeleider, the rest all of the team; one in seven still nobody.
        guides = self.supervisors_of_pool[self.pools_of_team[team["id"], period.pk]["id"]]
        links["supervisors"] += [(pk, row["id"]) for row in (guides[: number % 2 + 1] if number % 7 != 3 else [])]
        links["qualifications"] += [(pk, q.pk) for q in self._accepted(organisation, number)]
        links["target_groups"] += [(pk, g.pk) for g in group_rows]
        links["work_fields"] += [(pk, f.pk) for f in field_rows]
        links["work_processes"] += [
            (pk, self.ref.processes[code].pk)
            for code in dict.fromkeys([*codes, "B1-K2-W1", "B1-K2-W2", *rng.sample(sorted(self.ref.processes), 3)])
        ]

    def _recognised(self, *, named: bool) -> list[Qualification]:
        """Return what a host is recognised for: all of the sector, or in a national demo some eight of everything."""
        if not self.size.invented:
            return self.ref.real
        chosen = dict.fromkeys(self.ref.real if named else ())
        while len(chosen) < 8:
            chosen[self.rng.choices(self.ref.qualifications, self.ref.popular)[0]] = None
        return list(chosen)

    def _accepted(self, organisation: int, number: int) -> list[Qualification]:
        """Return for which opleidingen a vacancy is."""
        known = self.recognised[organisation]
        if not self.size.invented or number < 8:
            return [q for q in self.ref.real if q.crebo == "25615" or self.rng.random() < 0.8]
        weights = popularity(known)
        chosen = self.rng.choices(known, weights, k=1 + (self.rng.random() < 0.3))
        return list(dict.fromkeys(chosen))

    def _place(self, location: Row) -> str:
        return self.areas[location["postcode_id"]].place

    def area_of_vacancy(self, vacancy: Row) -> PostcodeArea:
        """Return the postcode area where a vacancy is."""
        return self.areas[self.locations[vacancy["location_id"] - 1]["postcode_id"]]


def full_code(short: str) -> str:
    """Write a short code of the texts in full: 'W3' is B1-K1-W3, 'K2-W1' is B1-K2-W1, 'P1-W2' is P1-K1-W2."""
    if short.startswith("P"):
        return f"{short[:2]}-K1-{short[3:]}"
    return f"B1-{short}" if short.startswith("K") else f"B1-K1-{short}"


def texts_team_names(rng: random.Random) -> list[str]:
    """Pick the names of an organisation's teams."""
    return rng.sample(places.TEAM_NAMES, TEAMS_PER_HOST)
