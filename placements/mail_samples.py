"""Invented applications for the page with every mail (`/beheer/mail/voorbeelden/`); nothing here is ever saved."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from organisations.models import Organisation, Team
from placements.emails import KINDS
from placements.enums import RejectionReason
from placements.models import Application, Interview, InterviewSlot, Placement, Rejection, Vacancy
from stagematch.accounts.models import User
from stagematch.mail import samples
from students.models import Student

TO_STUDENT = {
    "answer_overdue_student",
    "application_received",
    "interview_missed",
    "interview_moving",
    "interview_planned",
    "forward_asked",
    "forwarded",
    "interview_reminder",
    "invitation",
    "offer",
    "offer_expired",
    "offer_reminder",
    "placed",
    "rejection",
    "saved_search_news",
}


def register() -> None:
    """Give every mail of this room a sample."""
    for kind in KINDS:
        samples.register(kind, lambda kind=kind: _context(kind))  # type: ignore[misc]


def _context(kind: str) -> dict[str, Any]:
    zone = ZoneInfo(settings.TIME_ZONE)
    start = dt.datetime(2027, 1, 11, 10, 0, tzinfo=zone)
    student = User(first_name="Samira", last_name="Verzonnen", email="samira@student.example")
    broker = User(first_name="Yara", last_name="Verzonnen", email="yara@delinde.example")
    organisation = Organisation(name="Buurthuis De Linde", slug="buurthuis-de-linde")
    vacancy = Vacancy(
        title="Samen koken met ouderen",
        organisation=organisation,
        team=Team(name="Team Noord", organisation=organisation),
        starts_on=dt.date(2027, 2, 1),
        ends_on=dt.date(2027, 7, 9),
    )
    application = Application(
        vacancy=vacancy,
        student=Student(user=student, school=Organisation(name="Roc De Brug"), year=2),
        alias="Linde",
        motivation="Ik kook elke zondag met mijn oma.",
        answer_by=dt.date(2027, 1, 8),
        offer_until=dt.date(2027, 1, 20),
    )
    Placement(application=application, vacancy=vacancy, starts_on=vacancy.starts_on, ends_on=vacancy.ends_on)
    interview = Interview(
        application=application,
        round=1,
        where="Lindelaan 4, Leiden",
        host=broker,
        message="Neem gerust iemand mee.",
        wish="Ik kan op maandag en donderdag na 15 uur.",
        starts_at=start,
        ends_at=start + dt.timedelta(minutes=30),
    )
    to_student = kind in TO_STUDENT
    return {
        "recipient": student if to_student or kind == "waiting_list_room" else broker,
        "application": application,
        "vacancy": vacancy,
        "organisation": organisation,
        "link": f"{settings.BASE_URL}/voorbeeld/",
        "browse_link": f"{settings.BASE_URL}/stageplekken/",
        "to_student": to_student,
        "to_vacancy": Vacancy(
            title="Huiswerk in de buurtkamer",
            organisation=organisation,
            team=Team(name="Team Zuid", organisation=organisation),
        ),
        "answer_link": f"{settings.BASE_URL}/voorbeeld/",
        "place_link": f"{settings.BASE_URL}/stageplekken/",
        "message": "Bij Team Zuid komen meer kinderen. Dat noemde jij in je motivatie.",
        "result": application,
        "candidate": "Kandidaat Linde",
        "supervisor": "Dewi Verzonnen",
        "days_late": 7,
        "reason": "Er kwam iets tussen.",
        "until": dt.date(2027, 1, 13),
        "interview": interview,
        "in_talk": True,
        "by_student": True,
        "was": start,
        "slots": [InterviewSlot(interview=interview, starts_at=start + dt.timedelta(days=day)) for day in range(3)],
        "rejection": Rejection(
            application=application,
            reason=RejectionReason.values[0],
            explanation="Er was 1 plek en 14 studenten reageerden. We kozen iemand die al training geeft.",
            positive="Je vertelde eerlijk over je vorige stage.",
            tip="Noem in je motivatie ook wat je wilt leren.",
        ),
        "places": [
            {
                "title": "Jongeren op straat: chillen en praten",
                "organisation": "Wijkwerk West",
                "place": "Rotterdam",
                "link": f"{settings.BASE_URL}/stageplekken/",
            }
        ],
        "name": "Met jongeren in Rotterdam",
        "count": 1,
        "more": 0,
        "frequency": "elke week",
        "manage_link": f"{settings.BASE_URL}/mijn/bewaard/",
        "stop_link": f"{settings.BASE_URL}/voorbeeld/",
        "contact": User(first_name="Fatma", last_name="Verzonnen"),
    }
