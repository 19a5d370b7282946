"""From the engine's outcome to rows that students see, in bulk and in the caller's transaction."""

# ruff: noqa: S608 -- the SQL is put together from this module's own text; values are parameters

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from matchmaking.columns import Column
from matchmaking.engine import score
from matchmaking.engine.extra import Suggestions
from matchmaking.engine.night import NightResult
from matchmaking.engine.types import CUTOFF_CLOSED, CUTOFF_OPEN, Outcome
from matchmaking.enums import ProposalKind, ProposalStatus
from matchmaking.models import MatchingRun
from matchmaking.services.sharded import Divided
from matchmaking.snapshot import Snapshot
from organisations.workdays import add_working_days
from placements.enums import ApplicationStatus, VacancyStatus
from stagematch.clock import now
from students.enums import SearchStatus

EXTRA_LIMIT = 2
SLOTS = (1, 2, 3)
# For every set of taken slots (bits 1 to 3) the free ones, lowest first; 0 where there is none.
_FREE = np.array(
    [[*(slot for slot in SLOTS if not mask >> slot & 1), 0, 0, 0][: len(SLOTS)] for mask in range(16)], np.int64
)


@dataclass(frozen=True)
class NewProposals:
    """One row per proposal of a night, as primary keys."""

    search: Column
    vacancy: Column
    is_extra: Column
    slot: Column
    score: Column
    parts: Column  # (n, 4)

    def __len__(self) -> int:
        return len(self.search)

    def as_set(self) -> set[tuple[int, int, str, int, int]]:
        """Search, vacancy, kind, slot and score of every proposal, for comparing."""
        kinds = np.where(self.is_extra, ProposalKind.EXTRA.value, ProposalKind.DIVISION.value).tolist()
        return set(
            zip(
                self.search.tolist(), self.vacancy.tolist(), kinds, self.slot.tolist(), self.score.tolist(), strict=True
            )
        )


def proposals_of(snapshot: Snapshot, result: NightResult | Divided) -> NewProposals:
    """The proposals of a night: one from the division, and up to two extra, within each student's free slots."""
    return _proposals(snapshot, result.outcome, result.suggestions)


def _proposals(snapshot: Snapshot, outcome: Outcome, suggestions: Suggestions) -> NewProposals:
    placed = np.flatnonzero(outcome.match >= 0)
    has_division = (outcome.match >= 0).astype(np.int64)
    open_extra = np.bitwise_count(snapshot.slots).astype(np.int64)
    allowed = np.minimum(snapshot.room - has_division, EXTRA_LIMIT - open_extra)
    order = np.argsort(suggestions.student, kind="stable")
    extra = suggestions.student[order]
    # The how-manieth suggestion of this student, from 0: position less the position of his first.
    nth = np.arange(len(extra)) - np.searchsorted(extra, extra, "left")
    keep = nth < allowed[extra]
    extra, nth, extra_vacancy = extra[keep], nth[keep], suggestions.vacancy[order][keep]
    student = np.concatenate((placed, extra)).astype(np.int64)
    vacancy = np.concatenate((outcome.match[placed], extra_vacancy)).astype(np.int64)
    place = np.concatenate((np.zeros(len(placed), np.int64), nth + has_division[extra]))
    points = score.parts(snapshot.students, student, snapshot.vacancies, vacancy, snapshot.policy)
    return NewProposals(
        search=snapshot.search_pk[student],
        vacancy=snapshot.vacancy_pk[vacancy],
        is_extra=np.arange(len(student)) >= len(placed),
        slot=_FREE[snapshot.slots[student], place],
        score=points.score.astype(np.int64),
        parts=np.stack((points.distance, points.doelgroep, points.werkprocessen, points.days), axis=1),
    )


def write(*, run: MatchingRun, snapshot: Snapshot, result: NightResult | Divided) -> dict[str, int]:
    """Write proposals, cut-offs and turns of `run`; return the counts. The caller holds the transaction.

    A search that was closed, a vacancy that was taken down and an application that was made since the snapshot get
    no proposal: what is published is true at that moment.
    """
    proposals = proposals_of(snapshot, result)
    published = _write_proposals(run, proposals, is_night=True)
    cutoffs = _write_cutoffs(run, snapshot, result.outcome)
    return {"proposals": published, "extra_proposals": int(proposals.is_extra.sum()), "cutoffs": cutoffs}


def write_suggestions(
    *, run: MatchingRun, snapshot: Snapshot, outcome: Outcome, suggestions: Suggestions
) -> dict[str, int]:
    """Write suggestions by day: no division, no turns, no cut-offs. Return the counts; the caller holds the transaction."""
    proposals = _proposals(snapshot, outcome, suggestions)
    published = _write_proposals(run, proposals, is_night=False)
    return {"proposals": published, "extra_proposals": published}


def _write_proposals(run: MatchingRun, proposals: NewProposals, *, is_night: bool) -> int:
    _copy(
        "CREATE TEMP TABLE tonight (search_id int8, vacancy_id int8, kind text, slot int2, score int2, parts int2[]) "
        "ON COMMIT DROP",
        "COPY tonight FROM STDIN",
        _proposal_lines(proposals),
    )
    still_true = """
        FROM tonight t
        JOIN students_placementsearch s ON s.id = t.search_id AND s.status = %s
        JOIN placements_vacancy v ON v.id = t.vacancy_id AND v.status = %s
        JOIN students_student cst ON cst.id = s.student_id
        JOIN organisations_organisation sc ON sc.id = cst.school_id
        LEFT JOIN moved o ON o.search_id = t.search_id AND o.kind = t.kind
        WHERE NOT EXISTS (SELECT FROM placements_application a WHERE a.student_id = s.student_id
                          AND a.vacancy_id = t.vacancy_id AND a.status = ANY(%s))
    """
    market: list[Any] = [SearchStatus.OPEN, VacancyStatus.PUBLISHED, sorted(ApplicationStatus.open_statuses())]
    concept = "sc.sees_proposals_first"
    moment = now()
    with connection.cursor() as cursor:
        # A new table has no statistics, and Postgres would then take it for a handful of rows.
        cursor.execute("ANALYZE tonight")
        # Filled below; a subquery per row would read the growing table again for each of tens of thousands.
        cursor.execute("CREATE TEMP TABLE moved (search_id int8, kind text, since timestamptz) ON COMMIT DROP")
        # Students first and in the order of their keys, as everywhere: so nobody who answers now and we wait in a ring.
        cursor.execute(
            "SELECT st.id FROM students_student st WHERE st.id IN "
            "(SELECT s.student_id FROM tonight t JOIN students_placementsearch s ON s.id = t.search_id) "
            "ORDER BY st.id FOR NO KEY UPDATE"
        )
        cursor.execute(
            """
            UPDATE students_student st SET turns = st.turns + n.turns
            FROM (SELECT s.student_id, count(*) AS turns """
            + still_true
            + f""" AND t.kind = %s AND NOT {concept} GROUP BY s.student_id) n WHERE st.id = n.student_id
            """,
            [*market, ProposalKind.DIVISION],
        )
        # What a school has not looked at yet makes place for tonight's, unless tonight says the same again.
        cursor.execute(
            """
            UPDATE matchmaking_proposal p SET status = %s, answered_at = %s WHERE p.status = %s AND %s
            AND NOT EXISTS (SELECT FROM tonight t WHERE t.search_id = p.search_id AND t.vacancy_id = p.vacancy_id
                            AND t.kind = p.kind)
            """,
            [ProposalStatus.WITHDRAWN, moment, ProposalStatus.CONCEPT, is_night],
        )
        cursor.execute(
            """
            INSERT INTO moved SELECT search_id, kind, min(created_at) FROM matchmaking_proposal
            WHERE status = %s AND answered_at = %s AND seen_at IS NULL GROUP BY search_id, kind
            """,
            [ProposalStatus.WITHDRAWN, moment],
        )
        cursor.execute("ANALYZE moved")
        # What a school still looks at stays as it is. Before the insert, which must not read the table it writes to.
        cursor.execute(
            "DELETE FROM tonight t USING matchmaking_proposal p WHERE p.search_id = t.search_id"
            " AND p.vacancy_id = t.vacancy_id AND p.kind = t.kind AND p.status = %s",
            [ProposalStatus.CONCEPT],
        )
        cursor.execute(
            """
            INSERT INTO matchmaking_proposal (public_id, run_id, search_id, vacancy_id, kind, status, slot, score,
                                              parts, created_at, expires_on, decline_reason)
            SELECT gen_random_uuid(), %s, t.search_id, t.vacancy_id, t.kind,
                CASE WHEN """
            + concept
            + """ THEN %s ELSE %s END, t.slot, t.score, t.parts,
                -- The school's day to look does not begin again when tonight's place is another one.
                coalesce(o.since, %s), %s, ''
            """
            + still_true,
            [
                run.pk,
                ProposalStatus.CONCEPT,
                ProposalStatus.PROPOSED,
                moment,
                term_ends(run.night),
                *market,
            ],
        )
        published = cursor.rowcount
        cursor.execute("DROP TABLE tonight, moved")
        # So that the mails, later in this transaction, are counted by a plan for as many rows as there are now.
        cursor.execute("ANALYZE matchmaking_proposal (run_id, search_id, vacancy_id)")
    return int(published)


def term_ends(night: dt.date) -> dt.date:
    """Return the last day on which a proposal of `night` can be answered, in working days."""
    return add_working_days(night, settings.PROPOSAL_TERM_DAYS, None)


def _proposal_lines(proposals: NewProposals) -> str:
    kinds = np.where(proposals.is_extra, ProposalKind.EXTRA.value, ProposalKind.DIVISION.value).tolist()
    rows = zip(
        proposals.search.tolist(),
        proposals.vacancy.tolist(),
        kinds,
        proposals.slot.tolist(),
        proposals.score.tolist(),
        proposals.parts.tolist(),
        strict=True,
    )
    return "".join(
        f"{s}\t{v}\t{kind}\t{slot}\t{points}\t{{{','.join(map(str, parts))}}}\n"
        for s, v, kind, slot, points, parts in rows
    )


def _write_cutoffs(run: MatchingRun, snapshot: Snapshot, outcome: Outcome) -> int:
    """Keep the last priority that got a place, for the vacancies that refused somebody."""
    cutoff = outcome.cutoff
    full = np.flatnonzero((cutoff != CUTOFF_OPEN) & (cutoff != CUTOFF_CLOSED) & (cutoff >= 0))
    band, rank = np.divmod(cutoff[full], max(snapshot.students.n, 1))
    rows = zip(snapshot.vacancy_pk[full].tolist(), band.tolist(), rank.tolist(), strict=True)
    lines = "".join(f"{run.pk}\t{vacancy}\t{b}\t{r}\n" for vacancy, b, r in rows)
    _copy("", "COPY matchmaking_vacancycutoff (run_id, vacancy_id, band, rank) FROM STDIN", lines)
    return len(full)


def _copy(before: str, copy: str, lines: str) -> None:
    with connection.cursor() as cursor:
        if before:
            cursor.execute(before)
    raw: Any = connection.connection
    with raw.cursor() as cursor, cursor.copy(copy) as stream:
        stream.write(lines)
