"""What the fixed student of the demo keeps and is asked: a draft, searches, a row to wait in, a question, a report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from django.utils import timezone

from organisations.models import Organisation
from placements.enums import ApplicationOrigin, AssistedKind, ReportKind, SearchMailFrequency
from placements.models import (
    ApplicationDraft,
    AssistedApplication,
    Report,
    SavedSearch,
    Vacancy,
    WaitingListEntry,
)
from placements.validators import validate_can_apply
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.models import PlacementSearch

STUDENT, COORDINATOR, BROKER = "student@demo.example", "bpv@demo.example", "stagemakelaar@demo.example"
_SEARCHES = (
    ("Met jongeren op maandag", "dag=ma&doelgroep=jongeren", SearchMailFrequency.WEEKLY),
    ("Koken", "q=koken", SearchMailFrequency.NEVER),
)
_CONSIDERED = 200


def write_own(day: dt.date) -> int:
    """Write those rows; return how many. Everything in them is invented, and nothing is mailed."""
    search = (
        PlacementSearch.objects.select_related("student__user", "student__school")
        .filter(student__user__email=STUDENT)
        .first()
    )
    coordinator = User.objects.filter(email=COORDINATOR).first()
    if search is None or coordinator is None:
        return 0
    student = search.student
    moment = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(20, 14), timezone.get_default_timezone())
    places = list(islice(_possible(search), 3))
    saved = SavedSearch.objects.bulk_create(
        SavedSearch(student=student, name=name, query=query, frequency=often, looked_on=day, created_at=moment)
        for name, query, often in _SEARCHES
    )
    written = len(saved)
    if len(places) == 3:
        _about(places, search, coordinator, moment)
        written += 3
    Report.objects.create(
        student=student,
        school=student.school,
        contact=coordinator,
        kind=ReportKind.DISCRIMINATION,
        text="Verzonnen voorbeeld. Tijdens een kennismaking vroeg iemand of ik wel goed Nederlands sprak. Ik ben hier geboren.",
        made_at=moment,
    )
    return written + 1 + _from_mail(moment)


def _possible(search: PlacementSearch) -> Iterator[Vacancy]:
    rows = Vacancy.objects.accepting().exclude(applications__student=search.student).order_by("-pk")
    for vacancy in rows[:_CONSIDERED]:
        with suppress(RuleError):
            validate_can_apply(search.student, search, vacancy)
            yield vacancy


def _about(places: list[Vacancy], search: PlacementSearch, coordinator: User, moment: dt.datetime) -> None:
    student = search.student
    ApplicationDraft.objects.create(
        student=student,
        vacancy=places[0],
        motivation="Ik help graag. Vorig jaar las ik elke week voor in het buurthuis, en",
        updated_at=moment,
    )
    WaitingListEntry.objects.create(student=student, vacancy=places[1], created_at=moment)
    AssistedApplication.objects.create(
        kind=AssistedKind.APPLY,
        origin=ApplicationOrigin.SCHOOL,
        vacancy=places[2],
        student=student,
        school=student.school,
        motivation="Samira ziet snel wie er niet meedoet, en haalt diegene erbij. Op school leidt ze de lunchgroep.",
        learning_goals=["Een groep begeleiden"],
        asked_by=coordinator,
        asked_at=moment,
        expires_at=moment + dt.timedelta(days=14),
    )


def _from_mail(moment: dt.datetime) -> int:
    """A mail the demo's stagemakelaar entered, from somebody who has no account yet."""
    broker = User.objects.filter(email=BROKER).first()
    school = Organisation.objects.public().schools().exclude(email_domain="").order_by("pk").first()
    vacancy = Vacancy.objects.managed_by(broker).accepting().order_by("pk").first() if broker else None
    if school is None or vacancy is None:
        return 0
    AssistedApplication.objects.create(
        origin=ApplicationOrigin.MAIL,
        vacancy=vacancy,
        school=school,
        email=f"noor.demo@{school.email_domain}",
        first_name="Noor",
        last_name="Verzonnen (demo)",
        motivation="Ik zag jullie plek en ik zou daar graag leren. Ik ben geduldig en ik kan goed luisteren.",
        asked_by=broker,
        asked_at=moment,
        expires_at=moment + dt.timedelta(days=14),
    )
    return 1
