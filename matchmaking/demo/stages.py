"""The files of the demo's placements, in every phase: papers missing, about to start, running, looking back, stopped early."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from organisations.workdays import is_working_day
from placements.dossier.enums import ORGANISATION_QUESTIONS, PACT_QUESTIONS, STUDENT_QUESTIONS

if TYPE_CHECKING:
    from matchmaking.demo.students import Students
    from matchmaking.demo.world import World

Row = dict[str, Any]

# Which phase the next placement gets.
PHASES = ("papers", "running", "soon", "ending", "new", "finished", "late", "stopped", "papers", "signed")
PACT = (
    "Een groep begeleiden en rapporteren.",
    "Van 9 tot 5, met een half uur pauze. 's Ochtends overleg, 's middags de wijk in.",
    "Elke maandag een half uur met de begeleider.",
    "Voor half negen appen naar de begeleider.",
    "Eerst met de begeleider, en anders met school.",
)


class Stages:
    """Rows for the tables of files. Moves the dates and status of placements, so make it before they are written."""

    def __init__(self, world: World, students: Students) -> None:
        self.world, self.students, self.day = world, students, world.day
        self.files: list[Row] = []
        self.signatures: list[Row] = []
        self.moments: list[Row] = []
        self.evaluations: list[Row] = []
        self.events: list[Row] = []
        self._scores: dict[tuple[int, str, int], int] = {}
        self._coordinator: dict[int, int] = {}
        for membership in world.memberships:
            if membership["role"] == "coordinator":
                self._coordinator.setdefault(membership["organisation_id"], membership["user_id"])
        for placement in students.placements:
            self._file(placement)

    def _file(self, placement: Row) -> None:
        phase = PHASES[len(self.files) % len(PHASES)]
        search = self.students.searches[placement["search_id"] - 1]
        if phase == "stopped" and search["starts_on"] <= self.day:
            phase = "papers"
        self._move(placement, phase)
        application = self.students.applications[placement["application_id"] - 1]
        vacancy = self.world.vacancies[placement["vacancy_id"] - 1]
        student = self.students.students[placement["student_id"] - 1]
        supervisor = self._user_of_supervisor(placement["supervisor_id"])
        location = self.world.locations[vacancy["location_id"] - 1]
        begun = phase in {"running", "ending", "finished", "stopped"}
        complete = begun or phase in {"soon", "signed"}
        organisation = self.world.organisations[vacancy["organisation_id"] - 1]
        organisation["sbb_number"] = f"demo-{vacancy['organisation_id']:05d}"
        weeks = ((placement["ends_on"] - placement["starts_on"]).days + 1) / 7
        pk = len(self.files) + 1
        when = dt.datetime.combine(self.day - dt.timedelta(days=3), dt.time(10), tzinfo=dt.UTC)
        self.files.append(
            {
                "id": pk,
                "placement_id": placement["id"],
                "created_at": placement["agreed_at"],
                "weekdays": vacancy["weekdays"] & search["weekdays"] if phase != "new" else 0,
                "hours_per_week": search["hours_per_week"],
                "total_hours": round(weeks * search["hours_per_week"]),
                "learning_goals": application["learning_goals"],
                "guidance": "Elke week een half uur met de praktijkbegeleider, en intervisie met andere stagiairs.",
                "allowance": "Onkosten of reiskosten",
                "school_contact_id": self._coordinator.get(student["school_id"]),
                "is_minor": None if phase == "new" else phase == "late",
                "guardian_name": "Ouder Verzonnen" if phase == "late" else "",
                "vog_status": "seen" if complete else "asked" if phase == "late" else "needed",
                "vog_seen_on": self.day - dt.timedelta(days=3) if complete else None,
                "vog_seen_by_id": supervisor["id"] if complete else None,
                "pact": dict(zip((key for key, _q, _h in PACT_QUESTIONS), PACT, strict=True)) if begun else {},
                "pact_student_at": when if begun else None,
                "pact_supervisor_at": when if begun else None,
                "first_day_time": dt.time(9, 30) if complete else None,
                "first_day_address": f"{location['name']}, {location['street']}"[:200],
                "first_day_contact": self._name(supervisor),
                "first_day_bring": "Een lunch en een pen." if complete else "",
                "extend_to": placement["ends_on"] + dt.timedelta(days=28) if phase == "ending" else None,
                "extend_reason": "De zomerweek is nog te doen." if phase == "ending" else "",
                "extend_organisation_at": when if phase == "ending" else None,
            }
        )
        names = {
            "student": self._name(self.world.users[student["user_id"] - 1]),
            "school": self._name(self.world.users[self._coordinator.get(student["school_id"], 1) - 1]),
            "organisation": self._name(supervisor),
        }
        self._sign(pk, placement, phase, names, supervisor["id"])
        self._talk(pk, placement, begun=begun)
        if phase == "finished":
            self._look_back(pk, vacancy["organisation_id"])
        self._event(placement, phase)

    def _move(self, placement: Row, phase: str) -> None:
        """Put the stage in its phase; only a demo has a stage whose days are moved."""
        day = self.day
        spans = {
            "running": (-45, 110),
            "ending": (-140, 12),
            "finished": (-170, -9),
            "stopped": (-30, 120),
            "soon": (2, 150),
            "late": (-1, 140),
            "signed": (25, 180),
        }
        if phase in spans:
            first, last = spans[phase]
            placement["starts_on"], placement["ends_on"] = _monday_or_later(day, first), day + dt.timedelta(days=last)
            agreed = dt.datetime.combine(placement["starts_on"] - dt.timedelta(days=21), dt.time(12), tzinfo=dt.UTC)
            placement["agreed_at"] = min(placement["agreed_at"], agreed)
        placement["status"] = {"running": "running", "ending": "running", "finished": "finished"}.get(phase, "agreed")
        if phase == "stopped":
            self._stop(placement)

    def _stop(self, placement: Row) -> None:
        """What `end_early` does: the place is free, the student searches on."""
        placement |= {
            "status": "ended_early",
            "ended_on": self.day - dt.timedelta(days=2),
            "end_reason": "no_guidance",
            "end_note": "De begeleider kreeg een andere baan.",
            "ended_by": "organisation",
        }
        vacancy = self.world.vacancies[placement["vacancy_id"] - 1]
        supervisor = self.world.supervisors[placement["supervisor_id"] - 1]
        vacancy["places_taken"] -= 1
        self.world.pools[vacancy["pool_id"] - 1]["taken"] -= 1
        supervisor["taken"] -= 1
        supervisor["taken_hours"] -= placement.get("guidance_hours", 1)
        self.students.searches[placement["search_id"] - 1]["status"] = "open"

    def _user_of_supervisor(self, supervisor: int) -> Row:
        membership = self.world.supervisors[supervisor - 1]["supervisor_id"]
        user: Row = self.world.users[self.world.memberships[membership - 1]["user_id"] - 1]
        return user

    @staticmethod
    def _name(user: Row) -> str:
        return f"{user['first_name']} {user['last_name']}"

    def _sign(self, file: int, placement: Row, phase: str, names: dict[str, str], recorder: int) -> None:
        parties = {"papers": ["student"], "late": ["student", "school"], "new": []}.get(
            phase, ["student", "school", "organisation"]
        )
        signed = min(self.day, placement["agreed_at"].date() + dt.timedelta(days=6))
        for party in parties:
            self.signatures.append(
                {
                    "id": len(self.signatures) + 1,
                    "file_id": file,
                    "party": party,
                    "name": names[party],
                    "signed_on": signed,
                    "how": "account" if party == "student" else "paper",
                    "version": 1,
                    "recorded_by_id": recorder,
                    "recorded_at": placement["agreed_at"],
                }
            )

    def _talk(self, file: int, placement: Row, *, begun: bool) -> None:
        length = (placement["ends_on"] - placement["starts_on"]).days
        early = min(14, length // 4)
        for kind, offset in (("start", early), ("middle", length // 2), ("end", length - early)):
            planned = _monday_or_later(placement["starts_on"], offset)
            held = begun and planned < self.day - dt.timedelta(days=5)
            self.moments.append(
                {
                    "id": len(self.moments) + 1,
                    "file_id": file,
                    "kind": kind,
                    "planned_on": planned,
                    "on_spot": kind == "middle",
                    "held_on": planned if held else None,
                    "record": "Het gaat goed. De leerdoelen kloppen, er komt meer groepswerk bij." if held else "",
                }
            )

    def _look_back(self, file: int, organisation: int) -> None:
        rng = self.world.rng
        for party, questions in (("student", STUDENT_QUESTIONS), ("organisation", ORGANISATION_QUESTIONS)):
            answers = {key: rng.choice((3, 4, 4, 5)) for key, _statement in questions}
            self.evaluations.append(
                {"id": len(self.evaluations) + 1, "file_id": file, "party": party, "answers": answers}
            )
            if party == "student":
                for key, score in answers.items():
                    self._count(organisation, key, score)

    def _count(self, organisation: int, question: str, score: int) -> None:
        self._scores[organisation, question, score] = self._scores.get((organisation, question, score), 0) + 1

    def statistics(self) -> list[Row]:
        """Return the counted scores, with those of earlier years for a few organisations."""
        rng = self.world.rng
        for organisation in list(dict.fromkeys(key[0] for key in self._scores))[:20]:
            for _answer in range(6):
                for key, _statement in STUDENT_QUESTIONS:
                    self._count(organisation, key, rng.choice((2, 3, 4, 4, 5)))
        return [
            {"id": n, "organisation_id": organisation, "question": question, "score": score, "answers": answers}
            for n, ((organisation, question, score), answers) in enumerate(sorted(self._scores.items()), start=1)
        ]

    def _event(self, placement: Row, phase: str) -> None:
        steps = {
            "running": [("agreed", "running")],
            "ending": [("agreed", "running")],
            "finished": [("agreed", "running"), ("running", "finished")],
            "stopped": [("agreed", "ended_early")],
        }.get(phase, [])
        for source, target in steps:
            self.events.append(
                {
                    "id": len(self.events) + 1,
                    "placement_id": placement["id"],
                    "from_status": source,
                    "to_status": target,
                    "at": dt.datetime.combine(self.day - dt.timedelta(days=1), dt.time(6), tzinfo=dt.UTC),
                }
            )


def _monday_or_later(start: dt.date, days: int) -> dt.date:
    """Return a working day, `days` after `start` or a little later."""
    day = start + dt.timedelta(days=days)
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day
