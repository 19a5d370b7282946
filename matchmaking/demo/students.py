"""The students of the demo with their searches, and what became of some of their applications."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from matchmaking.demo import people, places
from matchmaking.demo.bulk import noon
from matchmaking.demo.world import Row, World, cell_of
from organisations.workdays import add_working_days, is_working_day
from placements.services.aliases import pick_alias
from stagematch.regions.models import PostcodeArea

# What becomes of an application; the rest of the students have none yet.
OUTCOMES = (
    ("submitted", 30),
    ("in_review", 18),
    ("invited", 14),
    ("second_round", 6),
    ("reserve", 3),
    ("offered", 4),
    ("accepted", 8),
    ("rejected", 22),
    ("withdrawn", 6),
    ("declined", 2),
    ("expired", 2),
)
PATHS: dict[str, tuple[str, ...]] = {
    "submitted": ("submitted",),
    "in_review": ("submitted", "in_review"),
    "invited": ("submitted", "in_review", "invited"),
    "second_round": ("submitted", "in_review", "invited", "second_round"),
    "reserve": ("submitted", "in_review", "invited", "second_round", "reserve"),
    "offered": ("submitted", "in_review", "invited", "second_round", "offered"),
    "accepted": ("submitted", "in_review", "invited", "second_round", "offered", "accepted"),
    "rejected": ("submitted", "in_review", "rejected"),
    "withdrawn": ("submitted", "withdrawn"),
    "declined": ("submitted", "in_review", "invited", "second_round", "offered", "declined"),
    "expired": ("submitted", "in_review", "invited", "second_round", "offered", "expired"),
}
WAITING = {"submitted", "in_review"}
OPEN = {"submitted", "in_review", "invited", "second_round", "reserve", "offered"}


class Students:
    """Builds students, searches and applications on top of a `World`."""

    def __init__(self, world: World) -> None:
        self.world, self.rng, self.day = world, world.rng, world.day
        self.students: list[Row] = []
        self.searches: list[Row] = []
        self.goals: list[Row] = []
        self.search_links: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.favourites: list[Row] = []
        self.applications: list[Row] = []
        self.events: list[Row] = []
        self.rejections: list[Row] = []
        self.interviews: list[Row] = []
        self.bookings: list[Row] = []
        self.slots: list[Row] = []
        self.placements: list[Row] = []
        self._aliases: dict[int, set[str]] = defaultdict(set)
        self._open_at: dict[int, int] = defaultdict(int)
        self._offers_at: dict[int, int] = defaultdict(int)
        self._busy: dict[int, int] = defaultdict(int)
        self._terms: dict[tuple[dt.date, int], dt.date] = {}
        self._mine: dict[int, list[Row]] = defaultdict(list)
        self._goal_texts: dict[int, list[str]] = defaultdict(list)
        self._accepts = set(world.vacancy_links["qualifications"])
        # In a national demo by opleiding too: most places around are for others.
        self._by_cell: dict[tuple[int, int, tuple[int, int]], list[Row]] = defaultdict(list)
        accepted: dict[int, list[int]] = defaultdict(list)
        if world.size.invented:
            for vacancy_id, qualification_id in world.vacancy_links["qualifications"]:
                accepted[vacancy_id].append(qualification_id)
        for vacancy in world.vacancies:
            if vacancy["status"] == "published":
                area = world.area_of_vacancy(vacancy)
                for kind in accepted.get(vacancy["id"], [0]):
                    key = vacancy["period_id"], kind, cell_of(area.latitude, area.longitude)
                    self._by_cell[key].append(vacancy)
        self._near_cache: dict[tuple[int, int, tuple[int, int]], list[Row]] = {}
        self._people()
        self._named()
        self._apply()
        self._earlier()

    # --- people -----------------------------------------------------------------------------------
    def _people(self) -> None:
        world, rng = self.world, self.rng
        homes = [(world.ref.by_place[place][0], slug) for _name, slug, place in places.SCHOOLS]
        programmes: dict[int, list[Row]] = defaultdict(list)
        for programme in world.programmes:
            programmes[programme["school_id"]].append(programme)
        near = [world.ref.near(centre) for centre, _slug in homes]
        weights = (12, 12, 10, 10, 6, 14, 10, 5, 5, 6, 6, 6)
        for number in range(world.size.students):
            named = {0: "student", 1: "student2"}.get(number, "")
            index = {0: 0, 1: 3}.get(number, rng.choices(range(len(homes)), weights)[0])
            offered = programmes[index + 1]
            if world.size.invented and not named:
                programme = rng.choices(offered, world.ref.popular)[0]
            else:
                programme = offered[rng.choices((0, 1, 2), (10, 10, 80))[0] % len(offered)]
            area = world.ref.by_place["Rotterdam"][5] if number == 0 else world.close(near[index])
            self._student(world.user(named), index + 1, programme, area, named)

    def _student(self, user: int, school: int, programme: Row, area: PostcodeArea, named: str) -> None:
        rng, pk = self.rng, len(self.students) + 1
        year = 2 if named else rng.choices((1, 2, 3), (20, 50, 30))[0]
        self.students.append(
            {
                "id": pk,
                "public_id": self.world.uid(),
                "user_id": user,
                "school_id": school,
                "programme_id": programme["id"],
                "student_number": f"{school:02d}{pk:06d}",
                "year": year,
                "class_name": f"SW{year}{'ABCD'[pk % 4]}",
                "rejections": 0,
                "turns": 0,
                "created_at": noon(self.day - dt.timedelta(days=120)),
            }
        )
        period = self.world.ref.periods[0] if named else rng.choices(self.world.ref.periods, (80, 12, 8))[0]
        status = "open" if named else rng.choices(("open", "draft", "stopped"), (88, 9, 3))[0]
        days = rng.choice((2, 2, 2, 2, 3))
        weekdays = 3 if named else rng.choice((3, 7, 12, 24, 31, 31, 31, 15, 28, 30))
        days = min(days, weekdays.bit_count())
        self.searches.append(
            {
                "id": pk,
                "public_id": self.world.uid(),
                "student_id": pk,
                "period_id": period.pk,
                "status": status,
                "starts_on": period.starts_on,
                "ends_on": period.ends_on,
                "weekdays": weekdays,
                "days_per_week": days,
                "hours_per_week": days * 8,
                "home_id": area.pk,
                "max_distance_km": 15 if named else rng.choice((10, 15, 20, 25, 30, 40)),
                "travel_mode": rng.choice(("bike", "transit", "transit", "car")),
                "needs": 0 if named else rng.choices((0, 1, 2, 6, 16), (80, 4, 8, 5, 3))[0],
                "motivation": rng.choice(people.MOTIVATIONS),
                "opened_on": None if status == "draft" else self.day - dt.timedelta(days=rng.randint(5, 110)),
            }
        )
        links = self.search_links
        groups, fields = self.world.ref.groups, self.world.ref.fields
        wished = ["ouderen", "jongeren"] if named else rng.sample(sorted(groups), rng.choice((0, 1, 2, 2, 3)))
        links["target_groups"] += [(pk, groups[slug].pk) for slug in wished]
        links["work_fields"] += [(pk, fields[slug].pk) for slug in rng.sample(sorted(fields), rng.choice((0, 1, 2)))]
        processes = rng.sample(sorted(self.world.ref.processes), rng.choice((1, 2, 2, 3)))
        links["work_processes"] += [(pk, self.world.ref.processes[code].pk) for code in processes]
        for position, text in enumerate(rng.sample(people.GOALS, rng.choice((1, 2, 2, 3)))):
            self.goals.append({"id": len(self.goals) + 1, "search_id": pk, "text": text, "position": position})
            self._goal_texts[pk].append(text)

    # --- applications -----------------------------------------------------------------------------
    def _near(self, search: Row) -> list[Row]:
        """Return the published vacancies of the search's period in the nine cells around home."""
        area = self.world.areas[search["home_id"]]
        y, x = cell_of(area.latitude, area.longitude)
        kind = 0
        if self.world.size.invented:
            student = self.students[search["student_id"] - 1]
            kind = self.world.programmes[student["programme_id"] - 1]["qualification_id"]
        key = (search["period_id"], kind, (y, x))
        if key not in self._near_cache:
            self._near_cache[key] = [
                vacancy
                for dy in (-1, 0, 1)
                for dx in (-1, 0, 1)
                for vacancy in self._by_cell.get((search["period_id"], kind, (y + dy, x + dx)), ())
            ]
        return self._near_cache[key]

    def _fits(self, search: Row, vacancy: Row) -> bool:
        """Whether the rules would let this student apply there (placements.validators.validate_fits)."""
        student = self.students[search["student_id"] - 1]
        programme = self.world.programmes[student["programme_id"] - 1]
        shared = search["weekdays"] & vacancy["weekdays"]
        return bool(
            (vacancy["id"], programme["qualification_id"]) in self._accepts
            and vacancy["years"] >> (student["year"] - 1) & 1
            and vacancy["routes"] & 1
            and not (vacancy["days_fixed"] and shared != vacancy["weekdays"])
            and shared.bit_count() >= max(search["days_per_week"], vacancy["days_per_week"])
            and vacancy["hours_min"] <= search["hours_per_week"] <= vacancy["hours_max"]
        )

    def _named(self) -> None:
        """Give the fixed accounts something on every page: a full queue, a talk tomorrow, an offer, a rejection."""
        radar = self.world.vacancies[:8]
        samira = self.searches[0]
        for vacancy, outcome, ago in ((radar[1], "invited", 6), (radar[3], "in_review", 4), (radar[4], "rejected", 12)):
            self._application(samira, vacancy, outcome, ago=ago, slots=outcome == "invited")
        # An offer takes a student out of tonight's matching, so it goes to the other student.
        joris = self.searches[1]
        if nearby := [v for v in self._near(joris) if v not in radar and self._fits(joris, v)]:
            self._application(joris, nearby[0], "offered", ago=20)
        for rank, vacancy in enumerate((radar[0], radar[2], radar[6])):
            self.favourites.append(
                {
                    "id": rank + 1,
                    "student_id": 1,
                    "vacancy_id": vacancy["id"],
                    "rank": rank,
                    "created_at": noon(self.day - dt.timedelta(days=2)),
                }
            )
        others = [s for s in self.searches[2:] if s["status"] == "open" and s["period_id"] == radar[0]["period_id"]]
        plan = [
            ("submitted", 16), ("in_review", 14), ("submitted", 13), ("submitted", 9), ("submitted", 7), ("in_review", 5),
            ("submitted", 3), ("submitted", 2), ("submitted", 1), ("invited", 8), ("invited", 10), ("second_round", 14),
            ("reserve", 20), ("rejected", 18), ("rejected", 25),
        ]  # fmt: skip
        for number, ((outcome, ago), search) in enumerate(zip(plan, others, strict=False)):
            self._application(search, radar[number % 8], outcome, ago=ago, tomorrow=number == 9, yesterday=number == 10)

    def _apply(self) -> None:
        names, weights = zip(*OUTCOMES, strict=True)
        for search in self.searches[2:]:
            if search["status"] != "open" or self.rng.random() < 0.35:
                continue
            nearby = self._near(search)
            tries = self.rng.sample(nearby, min(len(nearby), 24))
            fitting = [vacancy for vacancy in tries if self._fits(search, vacancy)]
            for vacancy in fitting[: self.rng.choice((1, 1, 2, 3))]:
                outcome = self.rng.choices(names, weights)[0]
                # Most organisations answer in time; a few are late, so that the page that says so has something to say.
                is_late = outcome in WAITING and self.rng.random() < 0.05
                longest = vacancy["response_term_days"] if outcome in WAITING else 24
                ago = self.rng.randint(18, 24) if is_late else self.rng.randint(1, longest)
                self._application(search, vacancy, outcome, ago=ago)

    def _earlier(self) -> None:
        """Give students a past: answers 'no' whose applications were deleted since (R8), and proposals they had."""
        for student in self.students[2:]:
            student["rejections"] += self.rng.choices((0, 1, 3, 6, 11, 16), (66, 16, 9, 5, 3, 1))[0]
            student["turns"] = self.rng.choices((0, 1, 2, 3), (70, 18, 8, 4))[0]

    def _application(self, search: Row, vacancy: Row, outcome: str, *, ago: int, **how: bool) -> None:
        """Add one application with its whole history, unless a limit of the rules (R3, R7) stands in the way."""
        student = self.students[search["student_id"] - 1]
        outcome = self._possible(search, vacancy, outcome)
        if not outcome or any(a["vacancy_id"] == vacancy["id"] for a in self._mine[student["id"]]):
            return
        path = PATHS[outcome]
        sent = _at_work(self.day - dt.timedelta(days=max(ago, 2 * len(path) - 1)))
        pk = len(self.applications) + 1
        alias = pick_alias(f"{vacancy['id']}:{pk}", self._aliases[vacancy["id"]])
        self._aliases[vacancy["id"]].add(alias)
        # Everything is before the day of the demo, one step a day at the fastest, so that nothing lies ahead of the clock.
        pace = max(1, ((self.day - sent).days - 1) // max(1, len(path) - 1))
        times = [noon(_at_work(sent + dt.timedelta(days=min(pace, 3) * n)), hour=8 + n) for n in range(len(path))]
        answered = next((t for s, t in zip(path, times, strict=True) if s in {"invited", "rejected"}), None)
        supervisor = None
        if "offered" in path:
            supervisor = self._supervisor(vacancy)
        row: Row = {
            "id": pk,
            "public_id": self.world.uid(),
            "vacancy_id": vacancy["id"],
            "student_id": student["id"],
            "search_id": search["id"],
            "status": outcome,
            "alias": alias,
            "motivation": search["motivation"],
            "learning_goals": self._goal_texts[search["id"]],
            "submitted_at": times[0],
            "answer_by": self._term(sent, vacancy["response_term_days"]),
            "read_at": times[1] if "in_review" in path else None,
            "answered_at": answered,
            "closed_at": None if outcome in OPEN else times[-1],
            "offer_until": self._offer_until(outcome, times[-1].date()) if "offered" in path else None,
            "offered_supervisor_id": supervisor["id"] if supervisor else None,
            "reserve_rank": 1 if outcome == "reserve" else None,
        }
        self.applications.append(row)
        self._mine[student["id"]].append(row)
        if outcome in OPEN:
            self._open_at[vacancy["id"]] += 1
        actor = self.world.broker_of[vacancy["organisation_id"]]
        before = ""
        for status, at in zip(path, times, strict=True):
            by = student["user_id"] if status in {"submitted", "withdrawn", "accepted", "declined"} else actor
            by = None if status == "expired" else by  # a term passes by itself
            self.events.append(
                {
                    "id": len(self.events) + 1,
                    "application_id": pk,
                    "from_status": before,
                    "to_status": status,
                    "at": at,
                    "actor_id": by,
                }
            )
            before = status
        self._consequences(row, vacancy, search, student, supervisor, times, actor, how)

    def _possible(self, search: Row, vacancy: Row, outcome: str) -> str:
        """Bend an outcome to what the rules allow: no more open than five, no place given twice."""
        open_now = sum(a["status"] in OPEN for a in self._mine[search["student_id"]])
        room = vacancy["places"] - vacancy["places_taken"] - self._offers_at[vacancy["id"]]
        if "offered" in PATHS[outcome] and (room < 1 or self._supervisor(vacancy) is None):
            outcome = "rejected"
        if outcome == "accepted" and open_now:
            outcome = "withdrawn"
        cap = max(1, vacancy["places"] - vacancy["places_taken"]) * 4
        if search["status"] != "open" or (outcome in OPEN and (open_now >= 4 or self._open_at[vacancy["id"]] >= cap)):
            return ""
        return outcome

    def _offer_until(self, outcome: str, ended: dt.date) -> dt.date:
        return self._term(self.day, 3) if outcome == "offered" else ended - dt.timedelta(days=outcome == "expired")

    def _term(self, start: dt.date, days: int) -> dt.date:
        if (start, days) not in self._terms:
            self._terms[start, days] = add_working_days(start, days)
        return self._terms[start, days]

    def _supervisor(self, vacancy: Row) -> Row | None:
        """Return a praktijkbegeleider with room that no offer has claimed."""
        pool = self.world.pools[vacancy["pool_id"] - 1]
        rows = self.world.supervisors_of_pool[pool["id"]]
        if pool["taken"] + sum(self._busy[r["id"]] for r in rows) >= pool["places"]:
            return None
        # A student of the demo takes an hour of begeleiding a week, so hours and places count alike.
        room = ((r, min(r["places"], r["hours_per_week"]) - self._busy[r["id"]]) for r in rows)
        return next((r for r, places in room if r["taken"] < places), None)

    def _consequences(
        self, row: Row, vacancy: Row, search: Row, student: Row, supervisor: Row | None,
        times: list[dt.datetime], actor: int, how: dict[str, bool],
    ) -> None:  # fmt: skip
        outcome, pk = row["status"], row["id"]
        if outcome == "rejected":
            reason, explanation, positive, tip = self.rng.choice(people.REJECTIONS)
            student["rejections"] += 1
            self.rejections.append(
                {
                    "id": len(self.rejections) + 1,
                    "application_id": pk,
                    "reason": reason,
                    "explanation": explanation,
                    "positive": positive,
                    "tip": tip,
                }
            )
        if outcome == "offered" and supervisor:
            self._offers_at[vacancy["id"]] += 1
            self._busy[supervisor["id"]] += 1
        if outcome == "accepted" and supervisor:
            vacancy["places_taken"] += 1
            self.world.pools[vacancy["pool_id"] - 1]["taken"] += 1
            supervisor["taken"] += 1
            supervisor["taken_hours"] += 1
            search["status"] = "placed"
            self.placements.append(
                {
                    "id": len(self.placements) + 1,
                    "public_id": self.world.uid(),
                    "application_id": pk,
                    "student_id": student["id"],
                    "search_id": search["id"],
                    "vacancy_id": vacancy["id"],
                    "supervisor_id": supervisor["id"],
                    "starts_on": vacancy["starts_on"],
                    "ends_on": vacancy["ends_on"],
                    "agreed_at": times[-1],
                }
            )
        if "invited" in PATHS[outcome]:
            self._talks(row, vacancy, outcome, actor, times, how)

    def _talks(
        self, row: Row, vacancy: Row, outcome: str, actor: int, times: list[dt.datetime], how: dict[str, bool]
    ) -> None:  # fmt: skip
        path = PATHS[outcome]
        for number, step in ((1, "invited"), (2, "second_round")):
            if step not in path:
                continue
            after = path.index(step) + 1
            # Held before the next step was set; the talk of the last step is still to come.
            held = times[after] - dt.timedelta(minutes=30) if after < len(path) else None
            self._talk(row, vacancy, actor, number, times[after - 1], held, how)

    def _talk(
        self, row: Row, vacancy: Row, actor: int, number: int, asked: dt.datetime, held: dt.datetime | None,
        how: dict[str, bool],
    ) -> None:  # fmt: skip
        pk = len(self.interviews) + 1
        status, start = ("held", held) if held else ("proposed", noon(self.day))
        if how.get("tomorrow"):
            status, start = "planned", noon(self.day + dt.timedelta(days=1), hour=8 + pk % 8)
        elif how.get("yesterday"):
            status, start = "planned", noon(self.day - dt.timedelta(days=1), hour=8 + pk % 8)
        location = self.world.locations[vacancy["location_id"] - 1]
        timed = status in {"held", "planned"}
        self.interviews.append(
            {
                "id": pk,
                "public_id": self.world.uid(),
                "application_id": row["id"],
                "round": number,
                "status": status,
                "where": f"{location['name']}, {location['street']}",
                "message": "We praten een half uur. Neem je leerdoelen mee. Zenuwachtig zijn mag.",
                "host_id": actor,
                "starts_at": start if timed else None,
                "ends_at": start + dt.timedelta(minutes=30) if timed else None,
                "is_positive": True if status == "held" else None,
                "record": "We spraken over de leerdoelen. De meeste kunnen hier." if status == "held" else "",
                "created_at": asked,
            }
        )
        if status == "planned":
            student = self.students[row["student_id"] - 1]["user_id"]
            self.bookings += [
                {
                    "id": len(self.bookings) + n,
                    "interview_id": pk,
                    "person": f"u{user}",
                    "starts_at": start,
                    "ends_at": start + dt.timedelta(minutes=30),
                }
                for n, user in enumerate((student, actor), start=1)
            ]
        if status == "proposed":
            for n in range(3):
                begin = noon(self._term(self.day, 2 + n), hour=9 + 2 * n)
                self.slots.append(
                    {
                        "id": len(self.slots) + 1,
                        "interview_id": pk,
                        "starts_at": begin,
                        "ends_at": begin + dt.timedelta(minutes=30),
                    }
                )

    def addresses(self) -> list[Row]:
        """Return the confirmed e-mail addresses that signing in asks for."""
        return [
            {"id": user["id"], "user_id": user["id"], "email": user["email"], "verified": True, "primary": True}
            for user in self.world.users
        ]


def _at_work(day: dt.date) -> dt.date:
    """Return the day, or the last working day before it."""
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day
