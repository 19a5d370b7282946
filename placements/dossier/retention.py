"""Forgetting what was kept about a stage (R8)."""

import datetime as dt

from django.db import transaction
from django.db.models import DateField, Q, QuerySet
from django.db.models.functions import Coalesce

from placements.dossier.enums import VogStatus
from placements.enums import PlacementStatus
from placements.models import Placement, PlacementFile

FILE_TERM = dt.timedelta(days=365)
"""The file goes a year after the last day: the school keeps the signed agreement in its own system."""
SENSITIVE_TERM = dt.timedelta(days=28)
"""VOG, age and guardian matter until the stage is over; four weeks later they go, as rejected reactions do."""


def _over(before: dt.date) -> QuerySet[Placement]:
    return (
        Placement.objects.filter(status__in=[PlacementStatus.FINISHED, PlacementStatus.ENDED_EARLY])
        .annotate(last=Coalesce("ended_on", "ends_on", output_field=DateField()))
        .filter(last__lte=before)
    )


def files_to_delete(day: dt.date) -> QuerySet[PlacementFile]:
    """Return the files of stages that were over a year ago or longer."""
    return PlacementFile.objects.filter(placement__in=_over(day - FILE_TERM).values("pk"))


def files_to_wipe(day: dt.date) -> QuerySet[PlacementFile]:
    """Return the files that still hold a VOG date, an age or a guardian four weeks after the stage."""
    holds = Q(vog_seen_on__isnull=False) | Q(is_minor__isnull=False) | ~Q(guardian_name="")
    return PlacementFile.objects.filter(holds, placement__in=_over(day - SENSITIVE_TERM).values("pk"))


@transaction.atomic
def forget_files(*, day: dt.date, dry_run: bool = False) -> tuple[int, int]:
    """Delete old files, with signatures, talks and evaluations, and wipe what is sensitive earlier; return both numbers.

    Counts without names stay (`EvaluationStatistic`), and so does that there was a stage.
    """
    old, sensitive = files_to_delete(day), files_to_wipe(day)
    if dry_run:
        return old.count(), sensitive.count()
    wiped = sensitive.update(
        vog_status=VogStatus.NOT_NEEDED, vog_seen_on=None, vog_seen_by=None, is_minor=None, guardian_name=""
    )
    Placement.objects.filter(pk__in=old.values("placement")).update(end_note="")
    _rows, per_model = old.delete()
    return per_model.get(PlacementFile._meta.label, 0), wiped
