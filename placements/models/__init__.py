from placements.models.agreement import VacancyAgreement
from placements.models.application import (
    Application,
    ApplicationEvent,
    ApplicationNote,
    Interview,
    InterviewSlot,
    Placement,
    Rejection,
)
from placements.models.statistic import AnswerStatistic
from placements.models.vacancy import Favourite, Vacancy, WaitingListEntry

__all__ = [
    "AnswerStatistic",
    "Application",
    "ApplicationEvent",
    "ApplicationNote",
    "Favourite",
    "Interview",
    "InterviewSlot",
    "Placement",
    "Rejection",
    "Vacancy",
    "VacancyAgreement",
    "WaitingListEntry",
]
