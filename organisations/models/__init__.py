from organisations.models.inventory import InventoryAnswer, InventoryRequest, InventoryRound
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
    "InventoryAnswer",
    "InventoryRequest",
    "InventoryRound",
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
