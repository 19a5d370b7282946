from organisations.models.organisation import (
    Accreditation,
    ClosingDay,
    Location,
    Membership,
    Organisation,
    Programme,
    SupervisorCapacity,
    Team,
    TeamCapacity,
)
from organisations.models.reference import Qualification, StagePeriod, TargetGroup, WorkField, WorkProcess

__all__ = [
    "Accreditation",
    "ClosingDay",
    "Location",
    "Membership",
    "Organisation",
    "Programme",
    "Qualification",
    "StagePeriod",
    "SupervisorCapacity",
    "TargetGroup",
    "Team",
    "TeamCapacity",
    "WorkField",
    "WorkProcess",
]
