"""Students and what a school does for them; one module per subject."""

from students.models.imports import ImportStatus, StudentImport
from students.models.student import Document, LearningGoal, PlacementSearch, Student
from students.models.tokens import SchoolToken
from students.models.waves import InvitationWave, WaveStatus

__all__ = [
    "Document",
    "ImportStatus",
    "InvitationWave",
    "LearningGoal",
    "PlacementSearch",
    "SchoolToken",
    "Student",
    "StudentImport",
    "WaveStatus",
]
