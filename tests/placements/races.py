"""Races: the same few services at once, over connections of their own, again and again on the same rows.

A round puts the rows back as they were with SQL and runs again, so that a thousand rounds cost a minute or two and
not an hour. What must be true afterwards is read with SQL too, not with the services that are tested.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

from placements.models import Application, Placement
from stagematch.ui.errors import RuleError

Job = Callable[[], object]
COUNTED = """
    select
        (select count(*) from placements_placement where status in ('agreed', 'running', 'finished')),
        (select count(*) from placements_application where status = 'accepted'),
        (select coalesce(sum(places_taken), 0) from placements_vacancy),
        (select coalesce(sum(taken), 0) from organisations_teamcapacity),
        (select coalesce(sum(taken), 0) from organisations_supervisorcapacity),
        (select count(*) from placements_vacancy where places_taken > places),
        (select count(*) from organisations_teamcapacity where taken > places),
        (select count(*) from organisations_supervisorcapacity where taken > places or taken_hours > hours_per_week),
        (select count(*) from (
            select search_id from placements_application where status = 'accepted' group by search_id having count(*) > 1
        ) twice),
        (select count(*) from placements_placement p join placements_application a on a.id = p.application_id
            where a.status <> 'accepted'),
        (select count(*) from mail_outgoingmail where template = 'placed')
"""


class Ring:
    """A fixed number of threads, each with its own connection, that start a round together."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pool = ThreadPoolExecutor(size)
        self.gate = threading.Barrier(size)
        self._together([self._connect] * size)

    def _connect(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '60s'")

    def _together(self, jobs: list[Job]) -> list[str]:
        return list(self.pool.map(self._run, jobs))

    def _run(self, job: Job) -> str:
        self.gate.wait(120)
        try:
            job()
        except RuleError as error:
            return error.code
        except Exception as error:  # noqa: BLE001 -- a deadlock or a 500 is what a race is after
            return f"{type(error).__name__}: {error}"
        return "ok"

    def round(self, jobs: list[Job]) -> Counter[str]:
        """Run as many jobs as there are threads, started together; count what came of them."""
        assert len(jobs) == self.size
        return Counter(self._together(jobs))

    def close(self) -> None:
        """Give the connections back."""
        self._together([connections.close_all] * self.size)
        self.pool.shutdown()


class Scene:
    """The rows of a race as they are before the first round."""

    def __init__(self) -> None:
        self.applications = list(
            Application.objects.order_by("pk").values_list("pk", "status", "closed_at", "answered_at", "reserve_rank")
        )
        self.last_event = self._one("select coalesce(max(id), 0) from placements_applicationevent")[0]
        self.last_mail = self._one("select coalesce(max(id), 0) from mail_outgoingmail")[0]

    @staticmethod
    def _one(sql: str) -> tuple[Any, ...]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row: tuple[Any, ...] = cursor.fetchone()
        return row

    def reset(self) -> None:
        """Put everything back."""
        Placement.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("delete from mail_outgoingmail where id > %s", [self.last_mail])
            cursor.execute("delete from placements_applicationevent where id > %s", [self.last_event])
            cursor.execute("update placements_vacancy set places_taken = 0 where places_taken > 0")
            cursor.execute("update organisations_teamcapacity set taken = 0 where taken > 0")
            cursor.execute(
                "update organisations_supervisorcapacity set taken = 0, taken_hours = 0 where taken + taken_hours > 0"
            )
            cursor.execute("update students_placementsearch set status = 'open' where status = 'placed'")
            for pk, status, closed_at, answered_at, rank in self.applications:
                cursor.execute(
                    "update placements_application set status = %s, closed_at = %s, answered_at = %s, reserve_rank = %s"
                    " where id = %s and status <> %s",
                    [status, closed_at, answered_at, rank, pk, status],
                )

    def violations(self, *, placed: int) -> list[str]:
        """What is wrong after a round in which `placed` students should have got a place."""
        (
            placements, accepted, vacancy, pool, guide, over_vacancy, over_pool, over_guide, twice, loose, told,
        ) = self._one(COUNTED)  # fmt: skip
        found = []
        if not placements == accepted == vacancy == pool == guide == told == placed:
            found.append(f"{placed=} {placements=} {accepted=} {vacancy=} {pool=} {guide=} {told=}")
        if over_vacancy or over_pool or over_guide or twice or loose:
            found.append(f"{over_vacancy=} {over_pool=} {over_guide=} {twice=} {loose=}")
        return found
