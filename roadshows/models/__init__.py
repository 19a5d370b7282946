"""The tables of roadshows, a file per subject."""

from roadshows.models.declaration import DeclarationText, Evidence, Signature
from roadshows.models.event import Outcome, ProgrammePart, Roadshow, RoadshowOrganiser
from roadshows.models.pledge import Pledge, PledgeDesk, PledgeLink, PledgeStep
from roadshows.models.registration import Attendance, CheckIn, Registration
from roadshows.models.table import NoteGroup, NoteVote, TableNote, WorkTable

__all__ = [
    "Attendance",
    "CheckIn",
    "DeclarationText",
    "Evidence",
    "NoteGroup",
    "NoteVote",
    "Outcome",
    "Pledge",
    "PledgeDesk",
    "PledgeLink",
    "PledgeStep",
    "ProgrammePart",
    "Registration",
    "Roadshow",
    "RoadshowOrganiser",
    "Signature",
    "TableNote",
    "WorkTable",
]
