"""Vacancies that came of a pledge: suggested by the platform, confirmed by a person, and the state that follows.

The places of a pledge are counted here and nowhere else: `counts_of` says per pledge how many places are published, in
conversation, filled and started, and `roadshows.selectors.pledges` adds them up.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Location, StagePeriod, Team
from organisations.roles import has_role_at
from placements.enums import ApplicationStatus, PlacementStatus, VacancyStatus
from placements.models import Application, Placement, Vacancy
from placements.services import create_vacancy
from placements.services.locks import lock_vacancy
from roadshows.models import Pledge, PledgeLink
from roadshows.pledge_enums import LinkStatus, PledgeKind, PledgeStatus, PledgeStepKind
from roadshows.pledge_querysets import PledgeQuerySet
from roadshows.services.pledge_status import lock_pledge, move_pledge, write_step
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

IN_CONVERSATION = frozenset(
    {
        ApplicationStatus.INVITED,
        ApplicationStatus.SECOND_ROUND,
        ApplicationStatus.RESERVE,
        ApplicationStatus.OFFERED,
    }
)
STARTED = frozenset({PlacementStatus.RUNNING, PlacementStatus.FINISHED})


@dataclass(frozen=True)
class PlaceCounts:
    """Places of one pledge per step of the way; each is at most the one before it, and at most what was promised."""

    published: int = 0
    in_conversation: int = 0
    filled: int = 0
    started: int = 0


@dataclass(frozen=True)
class _VacancyCounts:
    published: int
    talking: int
    filled: int
    started: int


def counts_of(pledges: Iterable[Pledge]) -> dict[int, PlaceCounts]:
    """Return per pledge (by number) what became of its places, in one query whatever the number of pledges.

    A published vacancy counts with its places. One that was closed counts with the students it got: a place that was
    taken down with nobody in it is no place. A student who is placed counts as in conversation too, one who started as
    placed. A stage that ended early counts no more, for the place is free again.
    """
    promised = {pledge.pk: pledge.number for pledge in pledges if pledge.kind == PledgeKind.PLACES}
    links: dict[int, list[_VacancyCounts]] = defaultdict(list)
    rows = PledgeLink.objects.filter(pledge__in=promised, status=LinkStatus.CONFIRMED).order_by("pk")
    placed = Placement.objects.filter(status__in=PlacementStatus.holding())
    numbers = rows.values_list(
        "pledge",
        "vacancy__status",
        "vacancy__places",
        _of_vacancy(placed),
        _of_vacancy(placed.filter(status__in=STARTED)),
        _of_vacancy(Application.objects.filter(status__in=IN_CONVERSATION)),
    )
    for pledge, status, places, holders, started, talking in numbers:
        links[pledge].append(_vacancy_counts(status, places, holders, started, talking))
    found = {}
    for pledge, number in promised.items():
        mine = links[pledge]
        found[pledge] = PlaceCounts(
            published=min(number, sum(one.published for one in mine)),
            in_conversation=min(number, sum(one.talking for one in mine)),
            filled=min(number, sum(one.filled for one in mine)),
            started=min(number, sum(one.started for one in mine)),
        )
    return found


def _of_vacancy(rows: QuerySet[Any]) -> Coalesce:
    """How many of these rows are about the vacancy of a link."""
    counted = rows.filter(vacancy=OuterRef("vacancy")).order_by().values("vacancy").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def _vacancy_counts(status: str, places: int, holders: int, started: int, talking: int) -> _VacancyCounts:
    seen = places if status == VacancyStatus.PUBLISHED else min(places, holders)
    filled = min(seen, holders)
    return _VacancyCounts(
        published=seen, talking=min(seen, holders + talking), filled=filled, started=min(filled, started)
    )


# --- the state follows --------------------------------------------------------------------------------


def refresh_locked(pledge: Pledge, *, actor: User | None) -> Pledge:
    """Move a pledge of places, that the caller has locked, to the state its vacancies and students give it."""
    to = _state(pledge)
    if to != pledge.status:
        move_pledge(pledge, to=to, actor=actor)
    return pledge


def _state(pledge: Pledge) -> PledgeStatus:
    current = PledgeStatus(pledge.status)
    if not pledge.is_places or not pledge.is_confirmed or current == PledgeStatus.WITHDRAWN:
        return current
    counts = counts_of([pledge])[pledge.pk]
    if counts.filled >= pledge.number:
        return PledgeStatus.FILLED
    if counts.published:
        return PledgeStatus.PUBLISHED
    was_further = current in (PledgeStatus.PUBLISHED, PledgeStatus.FILLED)
    has_draft = current == PledgeStatus.PROMISED and pledge.links.filter(status=LinkStatus.CONFIRMED).exists()
    return PledgeStatus.STARTED if was_further or has_draft else current


@transaction.atomic
def refresh_for(vacancy_id: int) -> None:
    """Let the pledge of a vacancy follow what happened to it, or to its students. Nothing for other vacancies."""
    found = Pledge.objects.filter(links__vacancy=vacancy_id, links__status=LinkStatus.CONFIRMED)
    for pledge in found.order_by("pk"):
        refresh_locked(lock_pledge(pledge), actor=None)


# --- suggesting ---------------------------------------------------------------------------------------


def fitting_vacancies(pledge: Pledge) -> QuerySet[Vacancy]:
    """Return the vacancies that may have come of this pledge: same organisation, published since, and nothing that
    contradicts it in team, period, leerjaar or days. What one does not know yet contradicts nothing."""
    if pledge.organisation_id is None or not pledge.is_places:
        return Vacancy.objects.none()
    found = Vacancy.objects.filter(
        organisation=pledge.organisation_id,
        status=VacancyStatus.PUBLISHED,
        publish_from__gte=pledge.promised_on,
        reserved_for=None,
    )
    if pledge.team_id is not None:
        found = found.filter(team=pledge.team_id)
    if pledge.period is not None:
        found = found.filter(starts_on__lte=pledge.period.ends_on, ends_on__gte=pledge.period.starts_on)
    if pledge.years:
        found = found.filter(_bits("years", pledge.years))
    if pledge.weekdays:
        found = found.filter(_bits("weekdays", pledge.weekdays))
    return found


def _bits(field: str, mask: int) -> Q:
    """Rows whose set of bits in `field` shares one with `mask`."""
    top = 128 if field == "weekdays" else 16
    return Q(**{f"{field}__in": [value for value in range(1, top) if value & mask]})


@transaction.atomic
def suggest_links(*, pledges: PledgeQuerySet, vacancy: Vacancy | None = None) -> int:
    """Suggest vacancies for these pledges; return how many new suggestions that is. Safe to run again.

    What a person rejected stays rejected, and a vacancy that belongs to a pledge is not suggested for another.
    """
    made = 0
    for pledge in pledges.open().places().select_related("period").order_by("pk"):
        found = fitting_vacancies(pledge).exclude(pledge_links__status=LinkStatus.CONFIRMED)
        found = found.exclude(pledge_links__pledge=pledge)
        if vacancy is not None:
            found = found.filter(pk=vacancy.pk)
        rows = [
            PledgeLink(pledge=pledge, vacancy_id=pk, suggested_at=now())
            for pk in found.order_by("pk").values_list("pk", flat=True)
        ]
        made += len(PledgeLink.objects.bulk_create(rows, ignore_conflicts=True))
    return made


# --- deciding -----------------------------------------------------------------------------------------


@transaction.atomic
def link_vacancy(*, pledge: Pledge, vacancy: Vacancy, actor: User) -> PledgeLink:
    """Say that this vacancy came of this pledge, by the organiser of the roadshow or a stagemakelaar of both.

    Raises PermissionDenied, RuleError `wrong_organisation`, Conflict `linked_elsewhere`.
    """
    vacancy = lock_vacancy(vacancy.pk)
    locked = lock_pledge(pledge)
    _require_linker(locked, actor)
    if not locked.is_places or vacancy.organisation_id != locked.organisation_id or vacancy.reserved_for_id:
        raise RuleError("wrong_organisation", _("Deze vacature is van een andere organisatie."), field="vacancy")
    if locked.status == PledgeStatus.WITHDRAWN:
        raise Conflict("status_changed", _("Deze toezegging is ingetrokken."))
    other = PledgeLink.objects.filter(vacancy=vacancy, status=LinkStatus.CONFIRMED).exclude(pledge=locked)
    if other.exists():
        raise Conflict("linked_elsewhere", _("Deze vacature hoort al bij een andere toezegging."))
    link, _new = PledgeLink.objects.update_or_create(
        pledge=locked,
        vacancy=vacancy,
        defaults={"status": LinkStatus.CONFIRMED, "decided_at": now(), "decided_by": actor},
    )
    PledgeLink.objects.filter(vacancy=vacancy, status=LinkStatus.SUGGESTED).delete()
    write_step(locked, PledgeStepKind.LINKED, actor=actor, text=vacancy.title)
    refresh_locked(locked, actor=actor)
    return link


@transaction.atomic
def unlink_vacancy(*, pledge: Pledge, vacancy: Vacancy, actor: User) -> Pledge:
    """Say that a vacancy did not come of this pledge; it is not suggested for it again. Raises PermissionDenied."""
    locked = lock_pledge(pledge)
    _require_linker(locked, actor)
    changed = PledgeLink.objects.filter(pledge=locked, vacancy=vacancy).exclude(status=LinkStatus.REJECTED)
    if changed.update(status=LinkStatus.REJECTED, decided_at=now(), decided_by=actor):
        write_step(locked, PledgeStepKind.UNLINKED, actor=actor, text=vacancy.title)
        refresh_locked(locked, actor=actor)
    return locked


def _require_linker(pledge: Pledge, actor: User) -> None:
    mine = Pledge.objects.filter(pk=pledge.pk)
    if not (
        mine.filter(pk__in=Pledge.objects.of_organiser(actor).values("pk")).exists()
        or mine.filter(pk__in=Pledge.objects.of_broker(actor).values("pk")).exists()
    ):
        raise PermissionDenied


@transaction.atomic
def draft_vacancy(*, pledge: Pledge, team: Team, period: StagePeriod, actor: User) -> Vacancy:
    """Start a concept vacancy with all the promise says, and link it; the stagemakelaar finishes and publishes it.

    Raises PermissionDenied, RuleError `wrong_team`, `no_location`, `not_places` and Conflict `status_changed`.
    """
    locked = lock_pledge(pledge)
    if locked.organisation is None or not has_role_at(actor, locked.organisation, Role.BROKER):
        raise PermissionDenied
    if not locked.is_places:
        raise RuleError("not_places", _("Alleen van toegezegde plekken kun je een vacature maken."))
    if not locked.is_confirmed or locked.status in (PledgeStatus.WITHDRAWN, PledgeStatus.FILLED):
        raise Conflict("status_changed", _("Deze toezegging staat nu op '%(s)s'.") % {"s": locked.status_label})
    if team.organisation_id != locked.organisation_id:
        raise RuleError("wrong_team", _("Dit team is van een andere organisatie."), field="team")
    location = team.location or Location.objects.filter(organisation=team.organisation_id).order_by("pk").first()
    if location is None:
        raise RuleError("no_location", _("Geef het team eerst een locatie, bij Beheer onder Teams."), field="team")
    known = {"weekdays": locked.weekdays} if locked.weekdays else {}
    if locked.years:
        known["years"] = locked.years
    vacancy = create_vacancy(
        team=team,
        actor=actor,
        location=location,
        period=period,
        title=(_("Stage bij %(team)s") % {"team": team.name})[:120],
        summary=_("Deze tekst schrijf je nog: in één zin wat een student hier doet."),
        tasks="",
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        places=max(1, locked.number - counts_of([locked])[locked.pk].published),
        response_term_days=team.organisation.response_term_days,
        **known,
    )
    PledgeLink.objects.create(
        pledge=locked, vacancy=vacancy, status=LinkStatus.CONFIRMED, decided_at=now(), decided_by=actor
    )
    write_step(locked, PledgeStepKind.LINKED, actor=actor, text=vacancy.title)
    refresh_locked(locked, actor=actor)
    if locked.status == PledgeStatus.LAPSED:
        move_pledge(locked, to=PledgeStatus.STARTED, actor=actor)
    return vacancy


def first_period(pledge: Pledge, day: dt.date) -> StagePeriod | None:
    """The period to propose for a vacancy: the pledge's own while it is to come, else the next one."""
    if pledge.period is not None and pledge.period.ends_on > day:
        return pledge.period
    return StagePeriod.objects.filter(starts_on__gt=day).order_by("starts_on", "pk").first()
