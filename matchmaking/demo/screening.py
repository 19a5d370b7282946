"""The demo's workspace: saved views, texts to start from, and a question to forward that waits for a student."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import AnswerKind, ApplicationStatus, RejectionReason
from placements.models import AnswerTemplate, Application, ForwardRequest, SavedView, Vacancy
from stagematch.accounts.models import User

BROKER = "stagemakelaar@demo.example"
STUDENT = "student@demo.example"
_VIEWS = (
    ("Te laat", "laat=ja", True),
    ("Nog van niemand", "van=niemand", False),
    ("Uit de matching", "herkomst=proposal", False),
)
_TEXTS = (
    (
        AnswerKind.REJECTION,
        RejectionReason.DAYS,
        "De dagen passen niet",
        "Op {plek} werken we op {dagen}. Jij hebt dan les. Daarom past deze plek nu niet bij jou.",
    ),
    (
        AnswerKind.REJECTION,
        "",
        "Meer reacties dan plekken",
        "{team} kreeg meer reacties dan er plekken zijn. We konden niet iedereen uitnodigen.",
    ),
    (
        AnswerKind.INVITATION,
        "",
        "Kennismaken",
        "Je praat een half uur met de stagemakelaar van {organisatie}. Zenuwachtig zijn mag.",
    ),
)


def write_screening(day: dt.date) -> int:
    """Write the demo's views, texts and question; return how many rows that is. Everything in it is invented."""
    broker = User.objects.filter(email=BROKER).first()
    membership = Membership.objects.filter(user=broker, role=Role.BROKER).select_related("organisation").first()
    if broker is None or membership is None:
        return 0
    moment = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(10), timezone.get_default_timezone())
    views = SavedView.objects.bulk_create(
        SavedView(
            user=broker,
            organisation=membership.organisation,
            name=name,
            query=query,
            is_shared=is_shared,
            created_at=moment,
        )
        for name, query, is_shared in _VIEWS
    )
    texts = AnswerTemplate.objects.bulk_create(
        AnswerTemplate(organisation=membership.organisation, kind=kind, reason=reason, name=name, text=text)
        for kind, reason, name, text in _TEXTS
    )
    return len(views) + len(texts) + _question(moment)


def _question(moment: dt.datetime) -> int:
    """Ask the fixed student whether another team may read the first application that waits, where there is one."""
    waiting = Application.objects.filter(
        student__user__email=STUDENT, status__in=ApplicationStatus.unanswered()
    ).select_related("vacancy")
    for application in waiting.order_by("pk"):
        place = (
            Vacancy.objects.accepting()
            .filter(organisation=application.vacancy.organisation_id)
            .exclude(team=application.vacancy.team_id)
            .exclude(applications__student=application.student_id)
            .order_by("pk")
            .first()
        )
        if place is not None:
            ForwardRequest.objects.create(
                application=application,
                to_vacancy=place,
                message="Bij dit team komen meer kinderen. Dat noemde jij in je motivatie.",
                asked_at=moment,
            )
            return 1
    return 0
