"""Which vacancies, applications and placements a user may see; the words a page uses to ask for them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import (
    ApplicationOrigin,
    ApplicationStatus,
    AssistedKind,
    AssistedStatus,
    PlacementStatus,
    VacancyStatus,
)
from stagematch.clock import now, today

if TYPE_CHECKING:
    from placements.models import (  # noqa: F401 -- generic parameters
        Application,
        AssistedApplication,
        Interview,
        Placement,
        Report,
        Vacancy,
    )
    from stagematch.accounts.models import User


def works_on(user: User, team: str, *roles: str) -> Q:
    """Condition: `user` is broker of the organisation of the team at path `team`, or has one of `roles` in that team.

    Subqueries instead of joins, so that rows are never doubled and one person's role is never mixed with another's team.
    """
    mine = Membership.objects.filter(user=user, is_active=True)
    condition = Q(**{f"{team}__organisation__in": mine.filter(role=Role.BROKER).values("organisation")})
    if roles:
        condition |= Q(**{f"{team}__in": mine.filter(role__in=roles).values("teams")})
    return condition


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def published(self, day: dt.date | None = None) -> Self:
        """What anybody may see today: by its dates, and not kept for one student who found it (features S13)."""
        day = day or today()
        return self.filter(
            Q(publish_until__isnull=True) | Q(publish_until__gte=day),
            status=VacancyStatus.PUBLISHED,
            publish_from__lte=day,
            organisation__is_approved=True,
            reserved_for__isnull=True,
        )

    def accepting(self, day: dt.date | None = None) -> Self:
        """Published, with a free place, and not past the last day to apply."""
        day = day or today()
        return self.published(day).filter(
            Q(apply_until__isnull=True) | Q(apply_until__gte=day), places_taken__lt=F("places")
        )

    def with_open_applications(self) -> Self:
        """Add `open_applications`: how many applications wait for an outcome."""
        from placements.models import Application

        counted = (
            Application.objects.filter(vacancy=OuterRef("pk"), status__in=ApplicationStatus.open_statuses())
            .order_by()
            .values("vacancy")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(open_applications=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The published ones, and for people of an organisation also their own drafts and closed ones."""
        if not user.is_authenticated:
            return self.published()
        if user.is_superuser:
            return self
        return self.filter(
            Q(pk__in=self.model.objects.published().values("pk"))
            | Q(reserved_for__user=user, status=VacancyStatus.PUBLISHED)
            | works_on(user, "team", Role.TEAM_LEAD, Role.SUPERVISOR)
        )

    def managed_by(self, user: User | AnonymousUser) -> Self:
        """Vacancies this user may edit: those of the organisations where one is stagemakelaar."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(works_on(user, "team"))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        return self.filter(status__in=ApplicationStatus.open_statuses())

    def unanswered(self) -> Self:
        """Waiting for the first answer: invitation or rejection (R1)."""
        return self.filter(status__in=ApplicationStatus.unanswered())

    def overdue(self) -> Self:
        return self.unanswered().filter(answer_by__lt=today())

    def of_student(self, user: User | AnonymousUser) -> Self:
        return self.filter(student__user=user) if user.is_authenticated else self.none()

    def screened_by(self, user: User | AnonymousUser) -> Self:
        """Applications to vacancies of the organisations where the user is stagemakelaar."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(works_on(user, "vacancy__team"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The student's own; a broker's organisation; a team's once passed on (second round and later).

        A coordinator sees the status of the own students, through selectors that leave out notes and texts.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        passed_on = [s for s in ApplicationStatus.name_visible() if s != ApplicationStatus.INVITED]
        teams = Membership.objects.filter(user=user, is_active=True, role__in=[Role.TEAM_LEAD, Role.SUPERVISOR]).values(
            "teams"
        )
        return self.filter(
            Q(student__user=user) | works_on(user, "vacancy__team") | Q(vacancy__team__in=teams, status__in=passed_on)
        )


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        from placements.models import Application

        return self.filter(Exists(Application.objects.visible_to(user).filter(pk=OuterRef("application"))))

    def joined_by(self, user: User | AnonymousUser) -> Self:
        """Talks this person leads or takes part in, as somebody who works at the organisation now."""
        from placements.models import InterviewParticipant

        if not user.is_authenticated:
            return self.none()
        at_work = Membership.objects.filter(user=user, is_active=True).values("organisation")
        seats = InterviewParticipant.objects.filter(user=user, interview=OuterRef("pk"))
        return self.filter(Q(host=user) | Exists(seats), application__vacancy__organisation__in=at_work)


class PlacementQuerySet(models.QuerySet["Placement"]):
    def active(self) -> Self:
        """Agreed or running."""
        return self.filter(status__in=PlacementStatus.active())

    def of_student(self, user: User | AnonymousUser) -> Self:
        return self.filter(student__user=user) if user.is_authenticated else self.none()

    def managed_by(self, user: User | AnonymousUser) -> Self:
        """Placements of the organisations where the user is stagemakelaar; all for a platform admin."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(works_on(user, "vacancy__team"))

    def guided_by(self, user: User | AnonymousUser) -> Self:
        """Placements of one's own students as praktijkbegeleider, and those in the teams one is teamcoach of (O14)."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(user=user, is_active=True)
        own = Q(supervisor__supervisor__in=mine.filter(role=Role.SUPERVISOR))
        return self.filter(own | Q(vacancy__team__in=mine.filter(role=Role.TEAM_LEAD).values("teams")))

    def of_school(self, user: User | AnonymousUser) -> Self:
        """Placements of the students of the schools where the user is coordinator (B10)."""
        if not user.is_authenticated:
            return self.none()
        schools = Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")
        return self.filter(student__school__in=schools)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The student, the coordinator of the school, and the people of the team and broker of the organisation."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        schools = Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")
        teams = Membership.objects.filter(user=user, is_active=True, role__in=[Role.TEAM_LEAD, Role.SUPERVISOR]).values(
            "teams"
        )
        return self.filter(
            Q(student__user=user)
            | Q(student__school__in=schools)
            | Q(vacancy__team__in=teams)
            | works_on(user, "vacancy__team")
        )


class AssistedApplicationQuerySet(models.QuerySet["AssistedApplication"]):
    def waiting(self) -> Self:
        """What a student can still answer."""
        return self.filter(status=AssistedStatus.WAITING, expires_at__gt=now())

    def asked_of(self, user: User | AnonymousUser) -> Self:
        """What this student was asked."""
        return self.filter(student__user=user) if user.is_authenticated else self.none()

    def asked_by_school_of(self, user: User | AnonymousUser) -> Self:
        """What coordinators asked students of the schools where `user` is coordinator."""
        if not user.is_authenticated:
            return self.none()
        schools = Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")
        return self.filter(origin=ApplicationOrigin.SCHOOL, student__school__in=schools)

    def introduced_to(self, user: User | AnonymousUser) -> Self:
        """Students whom a school introduces, with their yes, to the organisations where `user` is stagemakelaar.

        Not to a platform admin: the student said yes to one organisation.
        """
        if not user.is_authenticated:
            return self.none()
        agreed = self.filter(kind=AssistedKind.INTRODUCE, status=AssistedStatus.AGREED, student__isnull=False)
        return agreed.filter(works_on(user, "vacancy__team"))

    def entered_for(self, user: User | AnonymousUser) -> Self:
        """What stagemakelaars of the organisations of `user` entered from mail."""
        if not user.is_authenticated:
            return self.none()
        rows = self.filter(origin=ApplicationOrigin.MAIL)
        return rows if user.is_superuser else rows.filter(works_on(user, "vacancy__team"))


class ReportQuerySet(models.QuerySet["Report"]):
    def of_student(self, user: User | AnonymousUser) -> Self:
        return self.filter(student__user=user) if user.is_authenticated else self.none()

    def readable_by(self, user: User | AnonymousUser) -> Self:
        """Reports this person is the contact for, while they work at that school. Nobody else, not even a platform admin.

        When the contact has left the school, whoever is the contact now takes over (`services.reports` sees to that).
        """
        if not user.is_authenticated:
            return self.none()
        schools = Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")
        return self.filter(contact=user, school__in=schools)
