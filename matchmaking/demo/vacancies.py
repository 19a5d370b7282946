"""The demo's agreements of teams with their vacancies, a draft that waits for one, and a place a student found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.utils import timezone

from matchmaking.demo.world import Row, World
from organisations.enums import Role
from organisations.models import Membership, StagePeriod
from placements import services
from placements.agreements import fingerprint, mark_of
from placements.enums import AgreementStatus
from placements.models import OwnPlace, Vacancy, VacancyAgreement
from stagematch.accounts.models import User
from students.models import PlacementSearch

WHAT = (
    "Ik help in het buurthuis bij de kookgroep voor ouderen. Ik wil leren hoe je een groep begeleidt en hoe je mensen "
    "erbij haalt die niet zo snel uit zichzelf komen."
)


def agreement_rows(world: World) -> list[Row]:
    """Every vacancy that is seen, or was, has its team's yes from a few days before; in bulk, without a query."""
    people: dict[int, list[int]] = defaultdict(list)
    member_of = {row["id"]: row["supervisor_id"] for row in world.supervisors}
    for vacancy_id, supervisor_id in world.vacancy_links["supervisors"]:
        people[vacancy_id].append(member_of[supervisor_id])
    zone = timezone.get_default_timezone()
    rows: list[Row] = []
    for vacancy in world.vacancies:
        if vacancy["status"] == "draft":
            continue
        moment = dt.datetime.combine(vacancy["publish_from"] - dt.timedelta(days=4), dt.time(11), tzinfo=zone)
        rows.append(
            {
                "id": len(rows) + 1,
                "public_id": world.uid(),
                "vacancy_id": vacancy["id"],
                "status": AgreementStatus.AGREED,
                "asked_at": moment - dt.timedelta(days=2),
                "asked_names": "de teamcoach",
                "answered_at": moment,
                "answered_name": "de teamcoach",
                "fingerprint": mark_of(Vacancy(**vacancy), people[vacancy["id"]]),
            }
        )
    return rows


def write_waiting(world: World) -> int:
    """A copy for the next period that waits for the teamcoach, and a place a student found at the same organisation."""
    first = Vacancy.objects.select_related("period", "team", "organisation").get(pk=world.vacancies[0]["id"])
    broker = User.objects.get(pk=world.broker_of[first.organisation_id])
    later = StagePeriod.objects.filter(starts_on__gt=first.period.starts_on).order_by("starts_on").first()
    written = 0
    if later is not None:
        draft = services.copy_vacancy(vacancy=first, period=later, actor=broker)
        lead = Membership.objects.filter(role=Role.TEAM_LEAD, teams=first.team).select_related("user").first()
        moment = dt.datetime.combine(world.day - dt.timedelta(days=2), dt.time(10), timezone.get_default_timezone())
        VacancyAgreement.objects.create(
            vacancy=draft,
            asked_at=moment,
            asked_by=broker,
            asked_names=lead.user.get_full_name() if lead else "",
            fingerprint=fingerprint(draft),
        )
        written += 1
    search = PlacementSearch.objects.filter(status="open", student__pk__gt=2).order_by("pk").first()
    if search is not None and search.home is not None:
        place = OwnPlace.objects.create(
            student=search.student,
            search=search,
            organisation=first.organisation,
            organisation_name=first.organisation.name,
            postcode=first.location.postcode,
            what=WHAT,
            weekdays=search.weekdays,
            created_at=dt.datetime.combine(
                world.day - dt.timedelta(days=1), dt.time(16), timezone.get_default_timezone()
            ),
        )
        place.target_groups.set(first.target_groups.all())
        written += 1
    return written
