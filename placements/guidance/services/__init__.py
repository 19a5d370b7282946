"""Every write on helping students; one module per subject."""

from placements.guidance.services.notes import remove_note, write_note
from placements.guidance.services.settings import change_settings
from placements.guidance.services.sharing import share_answer, stop_sharing
from placements.guidance.services.tasks import assign_task, make_task, move_task

__all__ = [
    "assign_task",
    "change_settings",
    "make_task",
    "move_task",
    "remove_note",
    "share_answer",
    "stop_sharing",
    "write_note",
]
