from placements.models.application import (
    Application,
    ApplicationEvent,
    ApplicationNote,
    Interview,
    InterviewSlot,
    Placement,
    Rejection,
)
from placements.models.vacancy import Favourite, Vacancy, WaitingListEntry

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationNote",
    "Favourite",
    "Interview",
    "InterviewSlot",
    "Placement",
    "Rejection",
    "Vacancy",
    "WaitingListEntry",
]
