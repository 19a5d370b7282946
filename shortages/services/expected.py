"""Writing down what a school expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Organisation, Programme, StagePeriod
from organisations.roles import has_role_at
from shortages.ahead.schools import school_year
from shortages.models import ExpectedIntake, NumerusFixus
from shortages.models.expected import MOST_EXPECTED
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError

Numbers = Mapping[tuple[int, int], int | None]
Limits = Mapping[int, tuple[bool, int | None] | None]


@dataclass(frozen=True)
class Saved:
    """How many numbers are new, different, taken away or as they were."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0

    @property
    def all_changes(self) -> int:
        return self.new + self.changed + self.gone


@transaction.atomic
def save_expected(
    *, school: Organisation, period: StagePeriod, numbers: Numbers, limits: Limits | None = None, actor: User
) -> Saved:
    """Keep the numbers given, by (opleiding, leerjaar); None takes one away, what is not named stays.

    `limits` are the numerus fixus of the school year of the period, by opleiding: (yes or no, number), None for not
    said. Only what differs is written, so that 'filled in by' says who changed it. Raises PermissionDenied when
    `actor` does not coordinate the school, RuleError `not_ours` for an opleiding or leerjaar the school does not give,
    `too_many` outside 0 to 2000, `limit_without_number`.
    """
    if not (actor.is_superuser or has_role_at(actor, school, Role.COORDINATOR)):
        raise PermissionDenied
    ours = {row.pk: row for row in Programme.objects.select_for_update().filter(school=school).order_by("pk")}
    for (programme, year), number in numbers.items():
        if programme not in ours or not 1 <= year <= ours[programme].years:
            raise RuleError("not_ours", _("Deze opleiding of dit leerjaar hoort niet bij de school."))
        if number is not None and not 0 <= number <= MOST_EXPECTED:
            raise RuleError("too_many", _("Een aantal ligt tussen 0 en %(most)d.") % {"most": MOST_EXPECTED})
    moment = now()
    known = {
        (row.programme_id, row.year): row
        for row in ExpectedIntake.objects.filter(programme__school=school, period=period)
    }
    new = changed = gone = same = 0
    for (programme, year), number in numbers.items():
        row = known.get((programme, year))
        if (row.number if row else None) == number:
            same += 1
        elif row is None and number is not None:
            ExpectedIntake.objects.create(
                programme_id=programme, year=year, period=period, number=number, filled_by=actor, filled_at=moment
            )
            new += 1
        elif row is not None and number is None:
            row.delete()
            gone += 1
        elif row is not None and number is not None:
            row.number, row.filled_by, row.filled_at = number, actor, moment
            row.save(update_fields=["number", "filled_by", "filled_at"])
            changed += 1
    if limits:
        _save_limits(school, school_year(period.starts_on), limits, ours, actor)
    return Saved(new, changed, gone, same)


def _save_limits(
    school: Organisation, intake_year: int, limits: Limits, ours: Mapping[int, Programme], actor: User
) -> None:
    known = {
        row.programme_id: row for row in NumerusFixus.objects.filter(programme__school=school, intake_year=intake_year)
    }
    for programme, said in limits.items():
        if programme not in ours:
            raise RuleError("not_ours", _("Deze opleiding of dit leerjaar hoort niet bij de school."))
        if said is not None and said[0] and said[1] is None:
            raise RuleError("limit_without_number", _("Vul bij een numerus fixus ook het aantal in."))
        row = known.get(programme)
        before = (row.is_limited, row.places) if row else None
        if before == said:
            continue
        if said is None:
            if row is not None:
                row.delete()
            continue
        NumerusFixus.objects.update_or_create(
            programme_id=programme,
            intake_year=intake_year,
            defaults={"is_limited": said[0], "places": said[1], "filled_by": actor, "filled_at": now()},
        )


@transaction.atomic
def import_expected(*, school: Organisation, numbers: Mapping[StagePeriod, Numbers], actor: User) -> Saved:
    """Keep the numbers of a file, of every period in it or of none. Raises what `save_expected` raises."""
    saved = [
        save_expected(school=school, period=period, numbers=found, actor=actor) for period, found in numbers.items()
    ]
    return Saved(*(sum(getattr(one, name) for one in saved) for name in ("new", "changed", "gone", "same")))
