"""The demo's inventory: last year's round of every organisation near the schools, and an open one with some answers."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from organisations.enums import InventoryChoice, NoReason, Role
from organisations.models import (
    InventoryAnswer,
    InventoryRequest,
    InventoryRound,
    Membership,
    Organisation,
    StagePeriod,
    Team,
)

ORGANISATIONS = 40  # enough to fill the pages of any size of demo
OPENED_AGO = 10
LAST_YEAR = {
    "slug": "feb-jul-2026",
    "name": "februari tot juli 2026",
    "starts_on": dt.date(2026, 2, 2),
    "ends_on": dt.date(2026, 7, 10),
}
_CHOICES = {InventoryChoice.YES: 52, InventoryChoice.MAYBE: 16, InventoryChoice.NO: 24, InventoryChoice.ARRANGED: 8}
_NEEDED = (
    "Een tweede begeleider, of twee uur per week erbij voor de begeleider die er is.",
    "Een rustige plek waar een student kan zitten.",
    "Iemand van school die de eerste weken meekijkt.",
    "Een training voor wie nog nooit een student begeleidde.",
)
_WORK = (
    "Helpen bij de open inloop, samen koken en mensen leren kennen.",
    "Activiteiten bedenken en doen met jongeren op het plein.",
    "Huisbezoeken samen met een collega, en helpen met formulieren.",
)
_NOTES = ("We starten in de zomer met een nieuwe ploeg.", "Volgend jaar graag weer.", "")


def write_inventory(day: dt.date, seed: int) -> int:
    """Write the demo's two rounds per organisation; return how many answers that is. Everything in it is invented."""
    rng = random.Random(seed)  # noqa: S311 -- invented data, not secrets
    period = StagePeriod.objects.filter(starts_on__gt=day).order_by("starts_on", "ends_on").first()
    if period is None:
        return 0
    before, _new = StagePeriod.objects.get_or_create(slug=LAST_YEAR["slug"], defaults=LAST_YEAR)
    owners = list(
        Organisation.objects.hosting().filter(teams__is_active=True).distinct().order_by("pk")[:ORGANISATIONS]
    )
    brokers = dict(
        Membership.objects.filter(organisation__in=owners, role=Role.BROKER).values_list("organisation", "user")
    )
    opened = dt.datetime.combine(day - dt.timedelta(days=OPENED_AGO), dt.time(9, 30), timezone.get_default_timezone())
    last_year = _round(owners, brokers, before, opened - dt.timedelta(days=364), closed=True)
    this_year = _round(owners, brokers, period, opened, closed=False)
    return _answers(rng, last_year, share=0.9) + _answers(rng, this_year, share=0.6)


def _round(
    owners: list[Organisation], brokers: dict[int, int], period: StagePeriod, opened: dt.datetime, *, closed: bool
) -> list[InventoryRequest]:
    closes = opened + dt.timedelta(days=28)
    rounds = InventoryRound.objects.bulk_create(
        InventoryRound(
            owner=owner,
            period=period,
            opened_by_id=brokers.get(owner.pk),
            opened_at=opened,
            closes_on=closes.date(),
            closed_at=closes if closed else None,
        )
        for owner in owners
    )
    of_owner = {found.owner_id: found for found in rounds}
    teams = Team.objects.filter(organisation__in=owners, is_active=True).order_by("pk")
    return InventoryRequest.objects.bulk_create(
        InventoryRequest(
            round=of_owner[team.organisation_id],
            team=team,
            period=period,
            last_mailed_on=(opened + dt.timedelta(days=7)).date(),
            reminders=1,
        )
        for team in teams
    )


def _answers(rng: random.Random, requests: list[InventoryRequest], *, share: float) -> int:
    answers = []
    for request in requests:
        # The named teamcoach of the demo still has to answer, so that there is something to try.
        if rng.random() > share or (not request.round.closed_at and request.team.name == "Team Delfshaven"):
            continue
        choice = rng.choices(list(_CHOICES), list(_CHOICES.values()))[0]
        given = request.round.opened_at + dt.timedelta(days=rng.randint(0, 9), minutes=rng.randint(1, 400))
        answers.append(
            InventoryAnswer(
                request=request,
                choice=choice,
                places=0 if choice == InventoryChoice.NO else rng.choice((1, 2, 2, 3)),
                hours_per_week=rng.choice((2, 4, 6))
                if choice in (InventoryChoice.YES, InventoryChoice.MAYBE)
                else None,
                work=rng.choice(_WORK) if choice == InventoryChoice.YES else "",
                needed=rng.choice(_NEEDED) if choice != InventoryChoice.ARRANGED else "",
                reasons=_reasons(rng) if choice == InventoryChoice.NO else 0,
                note=rng.choice(_NOTES),
                answered_at=given,
                changed_at=given,
                through_link=True,
            )
        )
    kept = InventoryAnswer.objects.bulk_create(answers)
    _supervisors(kept)
    return len(kept)


def _reasons(rng: random.Random) -> int:
    likely = (NoReason.NO_GUIDE, NoReason.NO_HOURS, NoReason.NO_HOURS, NoReason.WORKLOAD, *NoReason)
    return sum({int(rng.choice(likely)) for _ in range(rng.choice((1, 2)))})


def _supervisors(answers: list[InventoryAnswer]) -> None:
    """Name the team's praktijkbegeleiders in each yes."""
    yes = {answer.request.team_id: answer for answer in answers if answer.choice == InventoryChoice.YES}
    link = InventoryAnswer.supervisors.through
    guides = Membership.teams.through.objects.filter(team__in=yes, membership__role=Role.SUPERVISOR)
    link.objects.bulk_create(
        link(inventoryanswer_id=yes[team].pk, membership_id=guide)
        for guide, team in guides.order_by("pk").values_list("membership_id", "team_id")
    )
