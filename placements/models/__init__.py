from placements.models.agreement import VacancyAgreement
from placements.models.application import (
    Application,
    ApplicationEvent,
    ApplicationNote,
    Rejection,
)
from placements.models.dossier import (
    ContactMoment,
    Evaluation,
    EvaluationStatistic,
    PlacementFile,
    Signature,
)
from placements.models.interview import (
    Interview,
    InterviewBooking,
    InterviewGoal,
    InterviewParticipant,
    InterviewSlot,
)
from placements.models.own import ApplicationDraft, SavedSearch
from placements.models.own_place import OwnPlace
from placements.models.placement import Placement, PlacementEvent
from placements.models.screening import AnswerTemplate, BulkItem, BulkOperation, ForwardRequest, SavedView
from placements.models.statistic import AnswerStatistic
from placements.models.vacancy import Favourite, Vacancy, WaitingListEntry

__all__ = [
    "AnswerStatistic",
    "AnswerTemplate",
    "Application",
    "ApplicationDraft",
    "ApplicationEvent",
    "ApplicationNote",
    "BulkItem",
    "BulkOperation",
    "ContactMoment",
    "Evaluation",
    "EvaluationStatistic",
    "Favourite",
    "ForwardRequest",
    "Interview",
    "InterviewBooking",
    "InterviewGoal",
    "InterviewParticipant",
    "InterviewSlot",
    "OwnPlace",
    "Placement",
    "PlacementEvent",
    "PlacementFile",
    "Rejection",
    "SavedSearch",
    "SavedView",
    "Signature",
    "Vacancy",
    "VacancyAgreement",
    "WaitingListEntry",
]
