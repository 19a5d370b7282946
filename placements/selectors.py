"""Reads of placements for pages. What an organisation sees of a candidate is decided here, and only here (R4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations import weekdays
from placements import fit, rules
from placements.enums import ApplicationStatus
from placements.fit import Fit, Reason
from placements.fitting import fitting_places
from placements.masking import mask, names_of
from placements.models import Application, ApplicationEvent, Rejection, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.mail.services import render


# --- Candidates ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Candidate:
    """One candidate as the organisation may see it now. Before the invitation `name`, `email`, `phone`, `cv_url` are empty."""

    application: Application
    public_id: str
    alias: str
    display_name: str
    vacancy: Vacancy
    is_blind: bool
    badge: str
    school: str
    programme: str
    year: int
    days: str
    hours: str
    period: str
    target_groups: list[str]
    learning_goals: list[str]
    motivation: str
    fit: Fit | None
    needs: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    cv_url: str = ""
    previous: list[str] = field(default_factory=list)

    @property
    def is_unanswered(self) -> bool:
        """Whether the answer clock still runs (R1)."""
        return self.application.status in ApplicationStatus.unanswered()

    @property
    def reasons(self) -> list[Reason]:
        """The five tiles of the match as an organisation reads them: about the candidate, and without a distance."""
        if self.fit is None:
            return []
        days, programme, distance, groups, goals = (reason.ok for reason in self.fit.reasons[:5])
        wished = weekdays.listing(self.target_groups)
        return [
            Reason(days, _("Kan op %(days)s") % {"days": self.days}),
            Reason(
                programme,
                (_("Leerjaar %(year)d past") if programme else _("Leerjaar %(year)d: daar is de plek niet voor"))
                % {"year": self.year},
            ),
            Reason(distance, _("De reis past") if distance else _("De reis is verder dan de student wil")),
            Reason(groups, _("Koos voor %(groups)s") % {"groups": wished} if wished else _("Koos nog geen doelgroep")),
            Reason(goals, _("Leerdoelen kunnen hier") if goals else _("Leerdoelen kunnen hier niet")),
        ]

    @property
    def colour(self) -> str:
        """A tile colour that belongs to the alias, so that a candidate looks the same everywhere."""
        return ("mint", "zon", "roze", "bord", "steen")[sum(map(ord, self.alias)) % 5]


def screening_rows(user: User) -> QuerySet[Application]:
    """The applications this stagemakelaar works on, with all that a page of candidates reads."""
    return for_screening(Application.objects.screened_by(user))


def for_screening(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Join what `candidates_of` reads, so that a page costs the same number of queries for 1 and for 20 candidates."""
    return applications.select_related(
        "vacancy__organisation",
        "vacancy__team",
        "vacancy__location__postcode",
        "vacancy__period",
        "student__user",
        "student__school",
        "student__programme__qualification",
        "search__period",
        "search__home",
        "cv",
        "assigned_to",
    ).prefetch_related("search__target_groups")


def queue_for(
    user: User, *, vacancy: Vacancy | None = None, statuses: Iterable[str] | None = None
) -> QuerySet[Application]:
    """The queue of a stagemakelaar: what waits for an answer, most urgent first."""
    rows = screening_rows(user).filter(status__in=list(statuses or ApplicationStatus.unanswered()))
    if vacancy is not None:
        rows = rows.filter(vacancy=vacancy)
    return rows.order_by("answer_by", "submitted_at", "pk")


def application_for_screening(user: User, public_id: UUID | str) -> Candidate:
    """One candidate for a stagemakelaar; raises Application.DoesNotExist when it is not theirs to see."""
    return candidate_of(screening_rows(user).get(public_id=public_id))


def candidates_of(applications: Iterable[Application]) -> list[Candidate]:
    """The candidates of a page, in the same order."""
    rows = list(applications)
    found = fit.of_pairs([(row.search, row.vacancy) for row in rows])
    return [_candidate(row, one) for row, one in zip(rows, found, strict=True)]


def candidate_of(application: Application) -> Candidate:
    """What the organisation may see of this application now (R4)."""
    return _candidate(application, fit.fit(application.search, application.vacancy))


def _candidate(application: Application, found: Fit | None) -> Candidate:
    student, search, vacancy = application.student, application.search, application.vacancy
    visible = rules.name_is_visible(application)
    names = names_of(student)
    goals = [str(goal) for goal in application.learning_goals]
    qualification = student.programme.qualification
    return Candidate(
        application=application,
        public_id=str(application.public_id),
        alias=application.alias,
        display_name=student.user.get_full_name()
        if visible
        else _("Kandidaat %(alias)s") % {"alias": application.alias},
        vacancy=vacancy,
        is_blind=not visible,
        badge=ApplicationStatus(application.status).badge,
        school=student.school.name,
        programme=f"{qualification.name}, {search.get_route_display()}",
        year=student.year,
        days=weekdays.text(search.weekdays),
        hours=_("%(n)d uur") % {"n": search.hours_per_week},
        period=_("%(start)s tot en met %(end)s")
        % {"start": date_format(search.starts_on, "j F Y"), "end": date_format(search.ends_on, "j F Y")},
        target_groups=[group.name for group in search.target_groups.all()],
        learning_goals=goals if visible else [mask(goal, names) for goal in goals],
        motivation=application.motivation if visible else mask(application.motivation, names),
        fit=found,
        needs=weekdays.needs_text(search.needs),
        name=student.user.get_full_name() if visible else "",
        email=student.user.email if visible else "",
        phone=student.phone if visible else "",
        cv_url=reverse("document-download", args=[application.cv.public_id]) if visible and application.cv else "",
    )


# --- The way of an application --------------------------------------------------------------------
@dataclass(frozen=True)
class TimelineEntry:
    """One step that was taken."""

    at: dt.datetime
    label: str
    status: str
    reason: str


def timeline(application: Application) -> list[TimelineEntry]:
    """What happened to an application, oldest first."""
    events: Iterable[ApplicationEvent] = application.events.all()
    return [
        TimelineEntry(at=e.at, label=str(ApplicationStatus(e.to_status).label), status=e.to_status, reason=e.reason)
        for e in events
    ]


@dataclass(frozen=True)
class Step:
    """A square of the hinkelbaan (templates/ui/pad.html)."""

    naam: str
    klas: str


_REACHED = {
    ApplicationStatus.SUBMITTED: 0,
    ApplicationStatus.IN_REVIEW: 1,
    ApplicationStatus.INVITED: 2,
    ApplicationStatus.SECOND_ROUND: 3,
    ApplicationStatus.RESERVE: 3,
    ApplicationStatus.OFFERED: 4,
    ApplicationStatus.ACCEPTED: 6,
}


def pad_stappen(application: Application, reached: Iterable[str] | None = None) -> list[Step]:
    """The six squares of an application for `ui/pad.html`; a closed one stops where it had come to.

    `reached` are the statuses it passed (from its events); pass them on lists, so that they cost no query per row.
    """
    names = [_("Verstuurd"), _("Gelezen"), _("Kennismaking"), _("2e gesprek"), _("Aanbod"), _("Geplaatst")]
    status = ApplicationStatus(application.status)
    if status in _REACHED:
        now_at, stopped = _REACHED[status], False
        # In status 'ontvangen' sending is done and reading is what is waited for.
        now_at = 1 if status == ApplicationStatus.SUBMITTED else now_at
    else:
        passed = reached if reached is not None else [event.from_status for event in application.events.all()]
        now_at = max([_REACHED.get(ApplicationStatus(s), 0) for s in passed if s] or [0])
        stopped = True

    def css(n: int) -> str:
        if n < now_at:
            return "is-done"
        if n == now_at:
            return "is-stop" if stopped else "is-now"
        return "is-off" if stopped else ""

    return [Step(naam, css(n)) for n, naam in enumerate(names)]


def next_step(application: Application) -> str:
    """What happens now, in one sentence for the student."""
    organisation = application.vacancy.organisation.name
    match ApplicationStatus(application.status):
        case ApplicationStatus.SUBMITTED | ApplicationStatus.IN_REVIEW if application.answer_by < today():
            return _("%(who)s is te laat met antwoorden. De stagemakelaar en je school zien dat ook.") % {
                "who": organisation
            }
        case ApplicationStatus.SUBMITTED | ApplicationStatus.IN_REVIEW:
            day = date_format(application.answer_by, "l j F")
            return _("%(who)s leest je reactie. Je hoort uiterlijk %(day)s iets.") % {"who": organisation, "day": day}
        case ApplicationStatus.INVITED:
            return _("Je mag op gesprek bij %(who)s.") % {"who": organisation}
        case ApplicationStatus.SECOND_ROUND:
            return _("Je mag op gesprek met het team van %(who)s.") % {"who": organisation}
        case ApplicationStatus.RESERVE:
            return _("Je staat op de reservelijst. Komt er een plek vrij, dan hoor je het meteen.")
        case ApplicationStatus.OFFERED:
            day = date_format(application.offer_until, "l j F") if application.offer_until else ""
            return _("Je krijgt een plek aangeboden. Zeg ja of nee uiterlijk %(day)s.") % {"day": day}
        case ApplicationStatus.ACCEPTED:
            return _("Je hebt deze plek. Je hoort van %(who)s wanneer je begint.") % {"who": organisation}
        case ApplicationStatus.REJECTED:
            return _("Deze plek werd het niet. Lees waarom, en bekijk andere plekken.")
        case ApplicationStatus.DECLINED:
            return _("Je hebt nee gezegd tegen het aanbod.")
        case ApplicationStatus.EXPIRED:
            return _("Het aanbod is verlopen, omdat er geen antwoord kwam.")
        case ApplicationStatus.WITHDRAWN:
            return _("Je hebt deze reactie ingetrokken.")


def alternatives_for(application: Application, *, limit: int = 3) -> list[Vacancy]:
    """Open places that fit the student after a rejection (features S12), best first; never one already applied to."""
    return fitting_places(application.search, limit=limit, exclude=[application.vacancy])


# --- Lists for others -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Preview:
    """A mail as the student will read it. `hidden_places` are in the mail, but lie near a home nobody may know yet (R4)."""

    subject: str
    text: str
    hidden_places: int = 0


def preview_rejection(
    *,
    application: Application,
    reason: str,
    explanation: str,
    positive: str,
    tip: str = "",
    actor: User | None = None,
    others: Iterable[str] = (),
) -> Preview:
    """The rejection mail before it is sent (features O7), by the same templates; writes nothing.

    Raises the same RuleErrors as sending it. Before the invitation the greeting has the alias instead of the name.
    """
    from placements import emails, validators  # emails reads selectors
    from placements.explanation import validate_rejection

    chosen = validators.validate_reason(reason)
    validate_rejection(application=application, explanation=explanation, positive=positive, actor=actor, others=others)
    draft = Rejection(
        application_id=application.pk,
        reason=chosen,
        explanation=explanation.strip(),
        positive=positive.strip(),
        tip=tip.strip(),
    )
    context: dict[str, Any] = emails.rejection_context(application) | {
        "rejection": draft,
        "application": application,
        "vacancy": application.vacancy,
        "organisation": application.vacancy.organisation,
        "link": emails.student_link(application),
        "to_student": True,
        "recipient": application.student.user,
    }
    hidden = 0
    if not rules.name_is_visible(application):
        hidden = len(context["places"])
        context |= {"recipient": {"get_short_name": application.alias}, "places": []}
    subject, text, _html = render(template="rejection", context=context)
    return Preview(subject, text, hidden)
