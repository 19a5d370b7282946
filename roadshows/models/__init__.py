"""The tables of roadshows, a file per subject."""

from roadshows.models.event import Outcome, ProgrammePart, Roadshow, RoadshowOrganiser

__all__ = ["Outcome", "ProgrammePart", "Roadshow", "RoadshowOrganiser"]
