"""The words a page uses to ask for counts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models

from shortages.definitions import FIRST
from shortages.enums import SnapshotStatus

if TYPE_CHECKING:
    from shortages.models import ShortageSnapshot


class SnapshotQuerySet(models.QuerySet["ShortageSnapshot"]):
    def done(self) -> Self:
        """Finished counts, without the packed market: it is big and no list reads it."""
        return self.filter(status=SnapshotStatus.DONE).defer("market")

    def newest(self) -> ShortageSnapshot | None:
        """The last finished count, or None when nothing was counted yet."""
        return self.done().order_by("-day").first()

    def until(self, day: dt.date) -> Self:
        """Finished counts up to and including a day, newest first."""
        return self.done().filter(day__lte=day).order_by("-day")

    def began_with(self, definition: int) -> dt.date | None:
        """The first day that was counted by this version of the definitions; None for the first version there was.

        Counts of before mean something else, so no line or forecast puts them beside those of after.
        """
        if definition == FIRST:
            return None
        first = self.done().filter(definition=definition).order_by("day").first()
        return first.day if first else None
