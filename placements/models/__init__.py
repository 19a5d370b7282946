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
from placements.models.screening import AnswerTemplate, BulkItem, BulkOperation, ForwardRequest, SavedView
from placements.models.statistic import AnswerStatistic
from placements.models.vacancy import Favourite, Vacancy, WaitingListEntry

__all__ = [
    "AnswerStatistic",
    "AnswerTemplate",
    "Application",
    "ApplicationEvent",
    "ApplicationNote",
    "BulkItem",
    "BulkOperation",
    "Favourite",
    "ForwardRequest",
    "Interview",
    "InterviewSlot",
    "Placement",
    "Rejection",
    "SavedView",
    "Vacancy",
    "VacancyAgreement",
    "WaitingListEntry",
]
