"""The one setter of a placement's status, and what happens by itself on the first and the last day."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dossier.checklist import checklist_of
from placements.dossier.files import PREFETCH, file_of, lock_placement
from placements.enums import PLACEMENT_TRANSITIONS, PlacementStatus
from placements.models import Placement, PlacementEvent
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict


def move_placement(
    placement: Placement, *, to: PlacementStatus, actor: User | None, reason: str = "", **fields: Any
) -> Placement:
    """Move a placement that the caller has locked; check the table, save, and record who, when and why.

    `fields` are saved in the same statement. Raises Conflict `status_changed` when the table does not allow the step.
    """
    source = PlacementStatus(placement.status)
    if to not in PLACEMENT_TRANSITIONS[source]:
        raise Conflict(
            "status_changed",
            _("Deze stage staat nu op '%(status)s'. Wat je wilde doen, kan daarom niet meer.")
            % {"status": source.label},
        )
    fields |= {"status": to}
    for name, value in fields.items():
        setattr(placement, name, value)
    placement.save(update_fields=list(fields))
    PlacementEvent.objects.create(
        placement=placement, from_status=source, to_status=to, actor=actor, reason=reason[:300], at=now()
    )
    return placement


@dataclass
class NightCounts:
    """What the night did, or would do, with stages."""

    files: int = 0
    started: int = 0
    not_started: int = 0
    finished: int = 0
    reminders: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"files made: {self.files}",
            f"stages started: {self.started}",
            f"stages that cannot start yet: {self.not_started}",
            f"stages finished: {self.finished}",
            f"reminders: {self.reminders}",
        ]


def start_and_finish(*, day: dt.date, counts: NightCounts, dry_run: bool = False) -> None:
    """Start what begins on or before `day` and is complete, finish what ended before it. Safe to run twice.

    A stage whose papers miss something starts when they are complete, or when somebody named why it may start anyway.
    One that is over is finished even so: the steps say that its papers never were complete.
    """
    ready = Placement.objects.filter(status=PlacementStatus.AGREED, starts_on__lte=day).order_by("pk")
    for pk in ready.values_list("pk", flat=True):
        with transaction.atomic():
            placement = lock_placement(pk)
            if placement.status != PlacementStatus.AGREED or placement.starts_on > day:
                continue
            _start(placement, day, counts, dry_run=dry_run)
    over = Placement.objects.filter(status=PlacementStatus.RUNNING, ends_on__lt=day).order_by("pk")
    for pk in over.values_list("pk", flat=True):
        with transaction.atomic():
            placement = lock_placement(pk)
            if placement.status != PlacementStatus.RUNNING or placement.ends_on >= day:
                continue
            counts.finished += 1
            if not dry_run:
                move_placement(
                    placement, to=PlacementStatus.FINISHED, actor=None, reason=_("De laatste dag is voorbij.")
                )


def _start(placement: Placement, day: dt.date, counts: NightCounts, *, dry_run: bool) -> None:
    if dry_run and not hasattr(placement, "file"):
        counts.not_started += 1
        return
    file = file_of(placement)
    full = Placement.objects.prefetch_related(*PREFETCH).select_related("vacancy__organisation").get(pk=placement.pk)
    blocking = checklist_of(full, full.file).blocking
    is_over = placement.ends_on < day
    if blocking and not file.start_exception and not is_over:
        counts.not_started += 1
        return
    counts.started += 1
    if dry_run:
        return
    reason = ""
    if blocking:
        reason = file.start_exception or _("De stage is voorbij; niet alle papieren waren compleet.")
    move_placement(placement, to=PlacementStatus.RUNNING, actor=None, reason=reason)
