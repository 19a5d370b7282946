from organisations.models.inventory import InventoryAnswer, InventoryRequest, InventoryRound
from organisations.models.invitation import Invitation, InvitationState
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
from organisations.models.sign_in import SchoolSignIn

__all__ = [
    "Accreditation",
    "ClosingDay",
    "InventoryAnswer",
    "InventoryRequest",
    "InventoryRound",
    "Invitation",
    "InvitationState",
    "Location",
    "Membership",
    "Organisation",
    "Programme",
    "Qualification",
    "SchoolSignIn",
    "StagePeriod",
    "SupervisorCapacity",
    "TargetGroup",
    "Team",
    "TeamCapacity",
    "WorkField",
    "WorkProcess",
]
