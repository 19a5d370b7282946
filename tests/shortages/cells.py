"""Counts as a night would leave them, by hand: for pages that show them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from organisations.models import Organisation, StagePeriod
from shortages.enums import LeverKind, Situation, SnapshotStatus
from shortages.models import DemandCell, Lever, SearchSituation, ShortageSnapshot
from stagematch.clock import today
from stagematch.regions.models import Municipality, PostcodeArea, Region
from students.models import PlacementSearch
from tests import factories as f

LONG_AGO = dt.date(2020, 1, 1)


def night(day: dt.date | None = None, **more: Any) -> ShortageSnapshot:
    """A finished count of `day` (today), made at ten past three at night."""
    day = day or today()
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(3, 10)))
    found: ShortageSnapshot = ShortageSnapshot.objects.create(
        **{"day": day, "definition": 1, "status": SnapshotStatus.DONE, "started_at": moment, "finished_at": moment}
        | more
    )
    return found


def gemeente(name: str, pc4: str, latitude: float, longitude: float, corop: str = "Leiden") -> Municipality:
    """A gemeente with one postcode, in a COROP-gebied and in Zuid-Holland."""
    found: Municipality
    found, _new = Municipality.objects.get_or_create(code=f"GM{pc4}", defaults={"name": name, "valid_from": LONG_AGO})
    region, _new = Region.objects.get_or_create(
        kind=Region.Kind.COROP, code=f"NL-{corop}", defaults={"name": corop, "valid_from": LONG_AGO}
    )
    province, _new = Region.objects.get_or_create(
        kind=Region.Kind.PROVINCE, code="PV28", defaults={"name": "Zuid-Holland", "valid_from": LONG_AGO}
    )
    PostcodeArea.objects.update_or_create(
        pc4=pc4,
        defaults={
            "place": name,
            "municipality": found,
            "corop": region,
            "province": province,
            "latitude": latitude,
            "longitude": longitude,
            "valid_from": LONG_AGO,
        },
    )
    return found


def leiden() -> Municipality:
    return gemeente("Leiden", "2312", 52.1601, 4.4970)


def katwijk() -> Municipality:
    return gemeente("Katwijk", "2225", 52.2030, 4.3990)


def gouda() -> Municipality:
    return gemeente("Gouda", "2801", 52.0110, 4.7110, "Oost-Zuid-Holland")


def cell(snapshot: ShortageSnapshot, school: Organisation, **counts: Any) -> DemandCell:
    """Students of a school in one cell; those without a place are frictional unless `structural` is said."""
    placed, talking, open_ = counts.pop("placed", 0), counts.pop("talking", 0), counts.pop("open", 0)
    defaults: dict[str, Any] = {
        "programme": counts.pop("programme", None) or f.ProgrammeFactory(school=school),
        "municipality": counts.pop("municipality", None),
        "period": counts.pop("period", None) or f.PeriodFactory(),
        "year": 2,
        "days": 3,
        "students": placed + talking + open_,
        "placed": placed,
        "talking": talking,
        "open": open_,
        "applying": 0,
        "silent": 0,
        "without_fit": 0,
        "competing": 0,
        "structural": 0.0,
    }
    found: DemandCell = DemandCell.objects.create(snapshot=snapshot, school=school, **(defaults | counts))
    return found


def lever(snapshot: ShortageSnapshot, kind: LeverKind, **more: Any) -> Lever:
    found: Lever = Lever.objects.create(
        **{"snapshot": snapshot, "kind": kind, "gain": 1, "position": Lever.objects.count() + 1} | more
    )
    return found


def situation(snapshot: ShortageSnapshot, search: PlacementSearch, kind: Situation) -> SearchSituation:
    found: SearchSituation = SearchSituation.objects.create(snapshot=snapshot, search=search, kind=kind)
    return found


def period_a_year_before(period: StagePeriod) -> StagePeriod:
    year = dt.timedelta(days=364)
    found: StagePeriod = f.PeriodFactory(
        slug="vorig-jaar", name="vorig jaar", starts_on=period.starts_on - year, ends_on=period.ends_on - year
    )
    return found
