"""What students thought of an organisation, counted without names (S16)."""

from collections import defaultdict
from dataclasses import dataclass

from organisations.models import Organisation
from placements.dossier.enums import STUDENT_QUESTIONS
from placements.models import EvaluationStatistic

FEWEST = 5
"""Below five answers a number could point at one student (R9)."""
POSITIVE = 4


@dataclass(frozen=True)
class EvaluationLine:
    """One statement: how many of the answers agree."""

    statement: str
    agree: int
    answers: int

    @property
    def percent(self) -> int:
        return round(100 * self.agree / self.answers)


def evaluation_of(organisation: Organisation) -> list[EvaluationLine]:
    """Return the eight statements with who agreed; nothing below five answers. One query."""
    answers: dict[str, int] = defaultdict(int)
    agree: dict[str, int] = defaultdict(int)
    rows = EvaluationStatistic.objects.filter(organisation=organisation).values_list("question", "score", "answers")
    for question, score, count in rows:
        answers[question] += count
        agree[question] += count if score >= POSITIVE else 0
    if min((answers[key] for key, _statement in STUDENT_QUESTIONS), default=0) < FEWEST:
        return []
    return [EvaluationLine(str(statement), agree[key], answers[key]) for key, statement in STUDENT_QUESTIONS]
