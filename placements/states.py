"""The states of vacancies and applications as a page of documentation, drawn from the tables the program uses."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import TextChoices
from django.utils import translation

from placements.enums import TRANSITIONS, VACANCY_TRANSITIONS, ApplicationStatus


def states_page() -> str:
    """Return docs/states.md; `manage.py state_docs` writes it and a test compares it."""
    with translation.override("nl"):
        return "\n".join(
            [
                "# States",
                "",
                "Made by `manage.py state_docs` from the tables in `placements/enums.py`; do not edit by hand.",
                "A status is changed by one function, `placements.services.change_status`, which locks the application,",
                "checks this table, records who, when and why, and queues the mail.",
                "",
                "## Application",
                "",
                *_diagram(TRANSITIONS, start=ApplicationStatus.SUBMITTED),
                "",
                "| status | for people | open (R3) | waits for an answer (R1) | name visible (R4) | deleted after 28 days (R8) |",
                "|---|---|---|---|---|---|",
                *(_row(status) for status in ApplicationStatus),
                "",
                "## Vacancy",
                "",
                *_diagram(VACANCY_TRANSITIONS, start=next(iter(VACANCY_TRANSITIONS))),
                "",
                "A vacancy leaves `published` only when no application is open (R1).",
                "",
            ]
        )


Status = TypeVar("Status", bound=TextChoices)


def _diagram(table: Mapping[Status, frozenset[Status]], *, start: Status) -> list[str]:
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
