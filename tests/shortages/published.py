"""A count made by hand: two schools, two gemeenten in two provinces, and what is published of it."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from organisations.models import Organisation, Programme, StagePeriod
from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot, SupplyCell
from shortages.services.publish import publish_figures
from stagematch.clock import now
from stagematch.regions.models import Municipality, Region
from tests import factories as f

DAY = dt.date(2027, 1, 4)
LONG_AGO = f.LONG_AGO


@dataclass
class World:
    """Places and schools that counts are about."""

    leiden: Municipality
    almere: Municipality
    zuid_holland: Region
    flevoland: Region
    period: StagePeriod
    programmes: list[Programme]
    employer: Organisation
    days: int = 3
    counts: list[ShortageSnapshot] = field(default_factory=list)

    def count(self, day: dt.date = DAY, *, open_: int = 60, placed: int = 30, small: int = 0) -> ShortageSnapshot:
        """Make and publish a count: `open_` without a place per school in Leiden, `small` of one school in Almere."""
        snapshot = ShortageSnapshot.objects.create(
            day=day, definition=1, status=SnapshotStatus.DONE, started_at=now(), finished_at=now()
        )
        for programme in self.programmes:
            self._cell(snapshot, programme, self.leiden, open_, placed)
        if small:
            self._cell(snapshot, self.programmes[0], self.almere, small, 0)
        SupplyCell.objects.create(
            snapshot=snapshot, organisation=self.employer, municipality=self.leiden, period=self.period, vacancies=20,
            places=40, taken=15, held=0, free=25, unused=10, blocked=3, vacant=25,
        )  # fmt: skip
        publish_figures(snapshot=snapshot)
        self.counts.append(snapshot)
        return snapshot

    def _cell(
        self, snapshot: ShortageSnapshot, programme: Programme, home: Municipality, open_: int, placed: int
    ) -> None:
        DemandCell.objects.create(
            snapshot=snapshot, school=programme.school, programme=programme, municipality=home, period=self.period,
            year=2, days=self.days, students=open_ + placed, placed=placed, talking=0, open=open_, applying=0, silent=0,
            without_fit=0, competing=open_, structural=open_ * 0.75,
        )  # fmt: skip


def world() -> World:
    """Make the places, schools and period."""
    zuid_holland = Region.objects.create(kind="province", code="PV28", name="Zuid-Holland", valid_from=LONG_AGO)
    flevoland = Region.objects.create(kind="province", code="PV24", name="Flevoland", valid_from=LONG_AGO)
    leiden = Municipality.objects.create(code="GM0546", name="Leiden", valid_from=LONG_AGO)
    almere = Municipality.objects.create(code="GM0034", name="Almere", valid_from=LONG_AGO)
    f.PostcodeFactory(pc4="2312", municipality=leiden, province=zuid_holland)
    f.PostcodeFactory(
        pc4="1315", place="Almere", municipality=almere, province=flevoland, latitude=52.37, longitude=5.22
    )
    period = f.PeriodFactory(
        slug="feb-jul-2027", name="februari tot juli 2027", starts_on=dt.date(2027, 2, 1), ends_on=dt.date(2027, 7, 9)
    )
    # What is rounded up or down follows from who the school is: one that is always the same is rounded the same way.
    schools = [
        f.SchoolFactory(name="Roc Een", slug="roc-een", public_id=UUID(int=1)),
        f.SchoolFactory(name="Roc Twee", slug="roc-twee", public_id=UUID(int=2)),
    ]
    return World(
        leiden, almere, zuid_holland, flevoland, period, [f.ProgrammeFactory(school=s) for s in schools],
        f.OrganisationFactory(),
    )  # fmt: skip
