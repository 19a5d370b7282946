"""What placements shows on the pages of an organisation and of a team (organisations may not know placements)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations import panels
from organisations.models import Organisation, Team
from organisations.roles import describe
from placements.agreements import agreements_for
from placements.answers import answer_figures
from placements.enums import ApplicationStatus, PlacementStatus
from placements.models import Application, Placement, Vacancy
from stagematch.accounts.models import User
from stagematch.audit.models import AccessLog
from stagematch.audit.services import record_view
from stagematch.clock import now

MOST_PLACES = 12


def register() -> None:
    """Hang the blocks and numbers of placements on those pages."""
    panels.register_for_organisation("places", places_block)
    panels.register_figures("answers", answer_times)
    panels.register_for_team("agreements", agreements_block)
    panels.register_for_team("students", students_block)


def places_block(organisation: Organisation, request: HttpRequest) -> list[panels.Panel]:
    """The places one can apply for now, the newest first; nothing for a school without places."""
    from placements.browse.cards import cards, for_cards  # needs the URLs, which need this

    found = Vacancy.objects.accepting().filter(organisation=organisation)
    rows = list(for_cards(found, None).order_by("-publish_from", "pk")[: MOST_PLACES + 1])
    if not rows and not organisation.vacancies.exists():
        return []
    block = {"cards": cards(rows[:MOST_PLACES]), "more": len(rows) > MOST_PLACES, "organisation": organisation}
    return [("placements/_organisation_places.html", block)]


def answer_times(organisation: Organisation) -> list[panels.Figure]:
    """The median answer time, from ten answers on: fewer says nothing and could point at one student."""
    figures = answer_figures(organisation.pk)
    if figures is None:
        return []
    label = ngettext("werkdag tot het antwoord, meestal", "werkdagen tot het antwoord, meestal", figures.median_days)
    return [
        panels.Figure(figures.median_days, label),
        panels.Figure(figures.in_time_percent, _("procent van de antwoorden kwam op tijd")),
    ]


def agreements_block(teams: list[Team], request: HttpRequest) -> list[panels.Panel]:
    """Vacancies that wait for this teamcoach's agreement; nothing for a praktijkbegeleider, or when none waits."""
    user = request.user
    asked = list(agreements_for(user)[:MOST_PLACES]) if isinstance(user, User) else []
    return [("placements/_team_agreements.html", {"asked": asked})] if asked else []


def students_block(teams: list[Team], request: HttpRequest) -> list[panels.Panel]:
    """Students who have a place in these teams, and those who were passed on for a second talk; each look is noted."""
    user = request.user
    if not isinstance(user, User) or not teams:
        return []
    placed = list(
        _with_look(Placement.objects.visible_to(user), user)
        .filter(vacancy__team__in=teams, status__in=[PlacementStatus.AGREED, PlacementStatus.RUNNING])
        .select_related("student__user", "student__school", "vacancy__team", "supervisor__supervisor__user")
        .order_by("starts_on", "pk")
    )
    passed_on = list(
        _with_look(Application.objects.visible_to(user), user)
        .filter(
            vacancy__team__in=teams,
            status__in=[ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE, ApplicationStatus.OFFERED],
        )
        .select_related("student__user", "student__school", "vacancy__team", "cv")
        .order_by("answer_by", "pk")
    )
    _note_looks(user, [*placed, *passed_on])
    return [("placements/_team_students.html", {"placed": placed, "passed_on": passed_on})]


def _with_look(rows: "QuerySet[Any]", user: User) -> "QuerySet[Any]":
    """Add whether this person looked at the row today already."""
    since = now().replace(hour=0, minute=0, second=0, microsecond=0)
    looks = AccessLog.objects.filter(actor=user, at__gte=since, object_id=Cast(OuterRef("public_id"), CharField()))
    found: QuerySet[Any] = rows.annotate(is_looked_at=Exists(looks))
    return found


def _note_looks(user: User, rows: Iterable[Placement | Application]) -> None:
    """Write down whose data was looked at, once a day per row: opening a page ten times is one look."""
    new = [row for row in rows if not row.is_looked_at]  # type: ignore[union-attr]
    label = describe(user) if new else ""
    for row in new:
        record_view(actor=user, subject=row.student.user, obj=row, label=label)
