"""Invented stages for the page with every mail; nothing here is ever saved."""

import datetime as dt
from typing import Any

from django.conf import settings

from organisations.models import Organisation, Team
from placements.dossier.emails import KINDS
from placements.models import Placement, PlacementFile, Vacancy
from stagematch.accounts.models import User
from stagematch.mail import samples
from students.models import Student

TO_STUDENT = {"placement_first_day", "placement_evaluate", "placement_changed", "placement_extension"}


def register() -> None:
    """Give every mail about a placement a sample."""
    for kind in KINDS:
        samples.register(kind, lambda kind=kind: _context(kind))  # type: ignore[misc]


def _context(kind: str) -> dict[str, Any]:
    student = User(first_name="Samira", last_name="Verzonnen", email="samira@student.example")
    supervisor = User(first_name="Dewi", last_name="Verzonnen", email="dewi@delinde.example")
    organisation = Organisation(name="Buurthuis De Linde", slug="buurthuis-de-linde")
    vacancy = Vacancy(
        title="Samen koken met ouderen",
        organisation=organisation,
        team=Team(name="Team Noord", organisation=organisation),
    )
    placement = Placement(
        student=Student(user=student, school=Organisation(name="Roc De Brug"), year=2),
        vacancy=vacancy,
        starts_on=dt.date(2027, 2, 1),
        ends_on=dt.date(2027, 7, 9),
        ended_on=dt.date(2027, 4, 2),
    )
    file = PlacementFile(
        placement=placement,
        first_day_time=dt.time(9, 30),
        first_day_address="Lindelaan 4, Leiden",
        first_day_contact="Dewi Verzonnen",
        first_day_bring="Een lunch en je agenda.",
        extend_to=dt.date(2027, 8, 27),
        extend_reason="De zomerweek is in augustus.",
    )
    to_student = kind in TO_STUDENT
    return {
        "recipient": None if kind == "placement_guardian" else student if to_student else supervisor,
        "placement": placement,
        "vacancy": vacancy,
        "organisation": organisation,
        "student": student,
        "file": file,
        "to_student": to_student,
        "to_school": kind == "placement_ended",
        "to_organisation": False,
        "what": "Kaart voor de eerste dag",
        "detail": "",
        "due": dt.date(2027, 1, 28),
        "late": False,
        "reason": "De dagen zijn veranderd.",
        "version": 2,
        "link": f"{settings.BASE_URL}/voorbeeld/",
    }
