"""The states of vacancies, applications and placements as a page of documentation, drawn from the tables the program uses."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db.models import TextChoices
from django.utils import translation

from placements.enums import (
    PLACEMENT_TRANSITIONS,
    TRANSITIONS,
    VACANCY_TRANSITIONS,
    ApplicationStatus,
    PlacementStatus,
)
from placements.guidance.enums import TASK_TRANSITIONS, TaskStatus

Chapter = Callable[[], list[str]]
_chapters: dict[str, Chapter] = {}


def register_chapter(title: str, chapter: Chapter) -> None:
    """Let a room above this one describe its states; `chapter` gives the lines below its title. Called in `ready()`."""
    _chapters[title] = chapter


def states_page() -> str:
    """Return docs/states.md; `manage.py state_docs` writes it and a test compares it."""
    with translation.override("nl"):
        return "\n".join(
            [
                "# States",
                "",
                "Made by `manage.py state_docs` from the tables in `placements/enums.py` and `placements/guidance/enums.py`; do not edit by hand.",
                "A status is changed by one function, `placements.services.change_status`, which locks the application,",
                "checks this table, records who, when and why, and queues the mail.",
                "",
                "## Application",
                "",
                *diagram(TRANSITIONS, start=ApplicationStatus.SUBMITTED),
                "",
                "| status | for people | open (R3) | waits for an answer (R1) | name visible (R4) | deleted after 28 days (R8) |",
                "|---|---|---|---|---|---|",
                *(_row(status) for status in ApplicationStatus),
                "",
                "## Vacancy",
                "",
                *diagram(VACANCY_TRANSITIONS, start=next(iter(VACANCY_TRANSITIONS))),
                "",
                "A vacancy leaves `published` only when no application is open (R1).",
                "",
                "## Placement",
                "",
                *diagram(PLACEMENT_TRANSITIONS, start=PlacementStatus.AGREED),
                "",
                "| status | for people | holds a place (R7) | work to do |",
                "|---|---|---|---|",
                *(
                    f"| `{status.value}` | {status.label} | {'yes' if status in PlacementStatus.holding() else ''}"
                    f" | {'yes' if status in PlacementStatus.active() else ''} |"
                    for status in PlacementStatus
                ),
                "",
                "Only `placements.dossier.services.move_placement` moves a placement. The night starts it on its first day",
                "when the papers are complete or somebody wrote why it may start anyway, and finishes it after its last day.",
                "An early end gives the place back and opens the student's search again.",
                "",
                "## Task of a school for a student",
                "",
                *diagram(TASK_TRANSITIONS, start=TaskStatus.OPEN),
                "",
                "Only `placements.guidance.services.move_task` moves a task by hand. The night makes tasks, once per cause,",
                "and sets those to `not_needed` whose cause is gone.",
                "",
                *(line for title in sorted(_chapters) for line in (f"## {title}", "", *_chapters[title](), "")),
            ]
        )


Status = TypeVar("Status", bound=TextChoices)


def diagram(table: Mapping[Status, frozenset[Status]], *, start: Status) -> list[str]:
    """Return the lines of a drawing of a table of transitions."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {start.value}"]
    order = list(table)
    for source, targets in table.items():
        lines += [f"    {source.value} --> {target.value}" for target in sorted(targets, key=order.index)]
        if not targets:
            lines.append(f"    {source.value} --> [*]")
    return [*lines, "```"]


def _row(status: ApplicationStatus) -> str:
    sets = (
        ApplicationStatus.open_statuses(),
        ApplicationStatus.unanswered(),
        ApplicationStatus.name_visible(),
        ApplicationStatus.forgotten(),
    )
    marks = " | ".join("yes" if status in members else "" for members in sets)
    return f"| `{status.value}` | {status.label} | {marks} |"
