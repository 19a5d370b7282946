"""Names of reference data for the sentences of an explanation, kept in memory for a few minutes."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.db.models import Model

from organisations.models import TargetGroup, WorkProcess

KEEP_SECONDS = 300.0
_kept: dict[type[Model], tuple[float, dict[int, str]]] = {}


def target_groups(keys: Iterable[int]) -> list[str]:
    """The names of these doelgroepen in small letters, in the order of their names."""
    return sorted(name.lower() for name in _names(TargetGroup, keys))


def work_processes(keys: Iterable[int]) -> list[str]:
    """The names of these werkprocessen, in the order of their keys."""
    return _names(WorkProcess, keys)


def _names(model: type[TargetGroup] | type[WorkProcess], keys: Iterable[int]) -> list[str]:
    wanted = sorted(set(keys))
    read_at, names = _kept.get(model, (0.0, {}))
    if time.monotonic() - read_at > KEEP_SECONDS or any(key not in names for key in wanted):
        names = dict(model.objects.values_list("pk", "name"))
        _kept[model] = (time.monotonic(), names)
    return [names[key] for key in wanted if key in names]
