"""Every page per role, with sample arguments taken from the demo data: the table the browser tests walk."""

from matchmaking.models import Proposal
from placements.enums import ApplicationStatus
from placements.models import Application
from tests.e2e.addresses.anybody import public
from tests.e2e.addresses.base import (
    BROKER,
    CAREFUL,
    COORDINATOR,
    NOBODY,
    OBSERVER,
    ORGANISER,
    PLATFORM_ADMIN,
    SEARCHING,
    STUDENT,
    SUPERVISOR,
    TEAM_LEAD,
    Visit,
    first,
    is_about_the_shortage,
)
from tests.e2e.addresses.organisations import broker_with_pledges, pledge_broker, stagemakelaar, team, team_lead
from tests.e2e.addresses.partners import observer, organiser
from tests.e2e.addresses.platform import admin_pages, beheer
from tests.e2e.addresses.schools import bpv, second_factor
from tests.e2e.addresses.stages import (
    school_with_stages,
    stage_links,
    stage_over,
    stage_school,
    stage_student,
    stage_with,
)
from tests.e2e.addresses.students import offered_student, proposed_student, searching_student, student

__all__ = [
    "BROKER",
    "NOBODY",
    "PLATFORM_ADMIN",
    "STUDENT",
    "TABLE",
    "Visit",
    "admin_pages",
    "email_of",
    "is_about_the_shortage",
    "proposed_student",
    "public",
    "stagemakelaar",
    "student",
]

ROLES = {
    "public": NOBODY,
    "stage by link": NOBODY,
    "student": STUDENT,
    "student without reactions": SEARCHING,
    "stagemakelaar": BROKER,
    "teamcoach": TEAM_LEAD,
    "praktijkbegeleider": SUPERVISOR,
    "bpv": COORDINATOR,
    "bpv with a second factor": CAREFUL,
    "organisator": ORGANISER,
    "gemeente": OBSERVER,
    "beheer": PLATFORM_ADMIN,
}
TABLE = {
    "student with a stage": stage_student,
    "student who looks back": stage_over,
    "school with stages": stage_school,
    "stage by link": stage_links,
    "stagemakelaar with pledges": pledge_broker,
    "public": public,
    "student": student,
    "student without reactions": searching_student,
    "student with an offer": offered_student,
    "student with a proposal": proposed_student,
    "stagemakelaar": stagemakelaar,
    "teamcoach": team_lead,
    "praktijkbegeleider": team,
    "bpv": bpv,
    "bpv with a second factor": second_factor,
    "organisator": organiser,
    "gemeente": observer,
    "beheer": beheer,
}


def email_of(role: str) -> str:
    """Return whose pages these are; some roles are whoever in the demo is in that state."""
    if role == "student with an offer":
        return str(first(Application.objects.filter(status=ApplicationStatus.OFFERED)).student.user.email)
    if role == "student with a proposal":
        return str(first(Proposal.objects.all()).search.student.user.email)
    if role == "student with a stage":
        return str(stage_with(status="agreed", file__is_minor=False).student.user.email)
    if role == "student who looks back":
        return str(stage_with(status="finished").student.user.email)
    if role == "stagemakelaar with pledges":
        return str(broker_with_pledges().email)
    if role == "school with stages":
        return str(school_with_stages().email)
    return ROLES[role]
