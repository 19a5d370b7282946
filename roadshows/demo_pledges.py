"""Invented promises for the demo, of invented organisations only, at an invented roadshow that was four months ago."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from organisations.models import Organisation, StagePeriod
from placements.enums import PlacementStatus, VacancyStatus
from placements.models import Placement, Vacancy
from roadshows.enums import RoadshowStatus
from roadshows.models import Pledge, PledgeDesk, PledgeLink, PledgeStep, Roadshow, RoadshowOrganiser
from roadshows.pledge_enums import LinkStatus, PledgeKind, PledgeRoute, PledgeStatus, PledgeStepKind
from roadshows.services.pledge_links import refresh_locked, suggest_links
from roadshows.services.pledge_status import lock_pledge, move_pledge
from stagematch.clock import at
from stagematch.regions.models import Region

PAST = "rijnstreek-maakte-plek-demo"
COMING = "utrecht-maakt-plek-demo"
DAYS_AGO = 125


def fill(day: dt.date) -> str:
    """Add the past roadshow with its promises, and the first ones for the coming one; return a line that says so."""
    past = _past_roadshow(day)
    coming = Roadshow.objects.get(slug=COMING)
    for roadshow in (past, coming):
        PledgeDesk.objects.get_or_create(roadshow=roadshow, defaults={"code": "PLEK26", "is_open": roadshow == coming})
    hosts = _hosts_with_places(past.day or day)
    made = [
        _promise(past, host, number, when=past.day or day, day=day)
        for host, number in zip(hosts[:6], (3, 2, 4, 1, 2, 2), strict=False)
    ]
    made += [
        _promise(coming, host, number, when=day, day=day)
        for host, number in zip(hosts[-4:], (2, 3, 1, 5), strict=False)
    ]
    made += _others(past, coming, day)
    with transaction.atomic():
        for pledge in made[:6]:
            _follow(pledge)
    return f"{len(made):>7} verzonnen toezeggingen"


def _past_roadshow(day: dt.date) -> Roadshow:
    roadshow = Roadshow.objects.create(
        slug=PAST,
        title="De Rijnstreek maakte plek (demo)",
        question="Welke plek kun jij maken, als een ander helpt met begeleiden?",
        summary="Een verzonnen roadshow, om te laten zien hoe beloftes worden gevolgd tot er een student begint.",
        region=Region.objects.filter(kind=Region.Kind.PROVINCE, name="Zuid-Holland").first(),
        place="Alphen aan den Rijn",
        venue="Wijkhuis De Fuut (demo)",
        day=day - dt.timedelta(days=DAYS_AGO),
        begins_at=dt.time(13, 0),
        ends_at=dt.time(17, 0),
        attendance="ongeveer 60 mensen (verzonnen)",
        status=RoadshowStatus.HELD,
        goal_places=20,
        is_public=True,
        is_demo=True,
        source_note="Verzonnen voor de demo",
    )
    partner = Organisation.objects.filter(slug="sociaal-werk-nederland").first()
    RoadshowOrganiser.objects.create(roadshow=roadshow, organisation=partner, name="Organisator (demo)")
    return roadshow


def _hosts_with_places(since: dt.date) -> list[Organisation]:
    """Invented organisations, those with students in places that came after the roadshow first."""
    invented = Organisation.objects.filter(is_demo=True, name__endswith="(demo)", kind="employer")
    placed = Placement.objects.filter(
        vacancy__organisation__in=invented,
        vacancy__publish_from__gte=since,
        vacancy__reserved_for=None,
        vacancy__status=VacancyStatus.PUBLISHED,
        status__in=PlacementStatus.active(),
    )
    first = list(
        dict.fromkeys(placed.order_by("vacancy__organisation__name").values_list("vacancy__organisation", flat=True))
    )
    rows = {row.pk: row for row in invented.order_by("pk")}
    return [rows[pk] for pk in [*first[:5], *(pk for pk in rows if pk not in first[:5])]]


def _promise(roadshow: Roadshow, host: Organisation, number: int, *, when: dt.date, day: dt.date) -> Pledge:
    moment = dt.datetime.combine(when, dt.time(15, 50), tzinfo=timezone.get_default_timezone())
    pledge = Pledge.objects.create(
        roadshow=roadshow,
        organisation=host,
        organisation_name=host.name,
        number=number,
        years=0b010,
        has_guide=number > 1,
        contact_name="Yara Verzonnen",
        contact_email=f"contact@{host.slug}.example",
        route=PledgeRoute.HELPER,
        created_at=moment,
        confirmed_at=moment,
        promised_on=when,
        asked_months=3 if when < day else 0,
        asked_on=when + dt.timedelta(days=92) if when < day else None,
        is_demo=True,
    )
    PledgeStep.objects.create(
        pledge=pledge, kind=PledgeStepKind.RECORDED, at=moment, to_number=number, text=str(PledgeRoute.HELPER.label)
    )
    return pledge


def _follow(pledge: Pledge) -> None:
    """Link the vacancies with students, suggest the others, and let the state follow."""
    found = Vacancy.objects.filter(
        organisation=pledge.organisation_id,
        status=VacancyStatus.PUBLISHED,
        publish_from__gte=pledge.promised_on,
        reserved_for=None,
    )
    with_students = found.filter(placements__status__in=PlacementStatus.active()).order_by("pk").distinct()
    for vacancy in list(with_students[:2]) or (list(found.order_by("pk")[:1]) if pledge.number != 4 else []):
        moment = dt.datetime.combine(
            vacancy.publish_from or pledge.promised_on, dt.time(11, 0), tzinfo=timezone.get_default_timezone()
        )
        PledgeLink.objects.create(
            pledge=pledge, vacancy=vacancy, status=LinkStatus.CONFIRMED, suggested_at=moment, decided_at=moment
        )
        with at(moment):
            refresh_locked(lock_pledge(pledge), actor=None)
    suggest_links(pledges=Pledge.objects.filter(pk=pledge.pk))


def _others(past: Roadshow, coming: Roadshow, day: dt.date) -> list[Pledge]:
    """What is no place, what nobody confirmed, what was taken back, and what a typed name promised."""
    when = past.day or day
    moment = dt.datetime.combine(when, dt.time(16, 5), tzinfo=timezone.get_default_timezone())
    rows: list[Pledge] = []
    for roadshow, name, kind, number, confirmed in (
        (past, "Buurtcollectief De Verzonnen Tuin (demo)", PledgeKind.PLACES, 1, True),
        (past, "Wijkzorg Verzonnen (demo)", PledgeKind.GUEST_LESSON, 1, True),
        (past, "Stichting De Verzonnen Brug (demo)", PledgeKind.PLACES, 2, True),
        (past, "Stichting De Verzonnen Haven (demo)", PledgeKind.EXPLORE, 1, True),
        (coming, "Buurtkamer De Verzonnen Linde (demo)", PledgeKind.PLACES, 2, False),
        (coming, "Werkplaats Verzonnen (demo)", PledgeKind.COMMUNITY, 1, True),
    ):
        made_at = moment if roadshow == past else dt.datetime.combine(day, dt.time(9), tzinfo=moment.tzinfo)
        rows.append(
            Pledge.objects.create(
                roadshow=roadshow,
                organisation_name=name,
                kind=kind,
                number=number,
                contact_name="Sem Verzonnen",
                contact_email="sem@verzonnen.example",
                route=PledgeRoute.PUBLIC,
                with_code=True,
                created_at=made_at,
                confirmed_at=made_at if confirmed else None,
                promised_on=made_at.date(),
                is_demo=True,
                period=StagePeriod.objects.filter(starts_on__gt=day).order_by("starts_on").first(),
            )
        )
        PledgeStep.objects.create(
            pledge=rows[-1], kind=PledgeStepKind.RECORDED, at=made_at, text=str(PledgeRoute.PUBLIC.label)
        )
    with at(moment + dt.timedelta(days=34)), transaction.atomic():
        move_pledge(
            lock_pledge(rows[2]), to=PledgeStatus.WITHDRAWN, actor=None, reason="Het team verhuist dit jaar.",
            through_link=True,
        )  # fmt: skip
        move_pledge(lock_pledge(rows[1]), to=PledgeStatus.FILLED, actor=None, through_link=True)
    return rows
