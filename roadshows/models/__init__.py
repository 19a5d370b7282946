"""The tables of roadshows, a file per subject."""

from roadshows.models.event import Outcome, ProgrammePart, Roadshow, RoadshowOrganiser
from roadshows.models.table import NoteGroup, NoteVote, TableNote, WorkTable

__all__ = [
    "NoteGroup",
    "NoteVote",
    "Outcome",
    "ProgrammePart",
    "Roadshow",
    "RoadshowOrganiser",
    "TableNote",
    "WorkTable",
]
