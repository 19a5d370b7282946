from placements.models.agreement import VacancyAgreement
from placements.models.application import (
    Application,
    ApplicationEvent,
    ApplicationNote,
    Rejection,
)
from placements.models.assisted import AssistedApplication
from placements.models.dossier import (
    ContactMoment,
    Evaluation,
    EvaluationStatistic,
    PlacementFile,
    Signature,
)
from placements.models.guidance import (
    HelpEvent,
    HelpNote,
    HelpSettings,
    HelpTask,
    LadderStep,
    SharedAnswer,
)
from placements.models.interview import (
    Interview,
    InterviewBooking,
    InterviewGoal,
    InterviewParticipant,
    InterviewSlot,
)
from placements.models.own import ApplicationDraft, HelpfulStatistic, RejectionFeedback, SavedSearch
from placements.models.own_place import OwnPlace
from placements.models.placement import Placement, PlacementEvent
from placements.models.report import Report, TrustPerson
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
    "AssistedApplication",
    "BulkItem",
    "BulkOperation",
    "ContactMoment",
    "Evaluation",
    "EvaluationStatistic",
    "Favourite",
    "ForwardRequest",
    "HelpEvent",
    "HelpNote",
    "HelpSettings",
    "HelpTask",
    "HelpfulStatistic",
    "Interview",
    "InterviewBooking",
    "InterviewGoal",
    "InterviewParticipant",
    "InterviewSlot",
    "LadderStep",
    "OwnPlace",
    "Placement",
    "PlacementEvent",
    "PlacementFile",
    "Rejection",
    "RejectionFeedback",
    "Report",
    "SavedSearch",
    "SavedView",
    "SharedAnswer",
    "Signature",
    "TrustPerson",
    "Vacancy",
    "VacancyAgreement",
    "WaitingListEntry",
]
