"""Read the short lists that belong to a row in the same query as the row.

`prefetch_related` asks one question per list. A page about one thing with five short lists then asks six; `along` asks one:
the lists come as JSON beside the row and are put where a prefetch would have put them, so `row.children.all()` asks nothing.
For pages about one row or a few; a long list is better off with a prefetch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, ForeignKey, ManyToManyField, ManyToOneRel, Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)
_PREFIX = "along__"


class _WithLists(ModelIterable):  # type: ignore[type-arg]  # the stubs make it generic, Django does not
    """Rows with their lists filled in."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            for key in [key for key in vars(row) if key.startswith(_PREFIX)]:
                _fill(row, key.removeprefix(_PREFIX).split("__"), vars(row).pop(key))
            yield row


def along(rows: QuerySet[M], *names: str) -> QuerySet[M]:
    """Read these lists with the rows, e.g. `along(interviews, "slots", "goals")`; each in the order of its model.

    A name is a reverse foreign key or a many-to-many field, also of a row that is joined: `search__target_groups` with
    `select_related("search")`. Rows of a list carry their own columns only, nothing that is joined to them.
    """
    for name in names:
        *path, last = name.split("__")
        model: type[Model] = rows.model
        for step in path:
            field = model._meta.get_field(step)
            assert isinstance(field, ForeignKey)  # noqa: S101 -- narrows the type
            model = field.related_model
        outer = OuterRef("__".join([*path, "pk"]))
        child, link = _relation(model, last)
        found = child._default_manager.filter(**{link: outer})
        columns = JSONObject(**{f.attname: F(f.attname) for f in child._meta.concrete_fields})
        rows = rows.annotate(**{_PREFIX + name: ArraySubquery(found.values(along_row=columns))})
    rows._iterable_class = _WithLists
    return rows


def _relation(model: type[Model], name: str) -> tuple[type[Model], str]:
    """Return the model of a list and the way back from it."""
    field = model._meta.get_field(name)
    if isinstance(field, ManyToManyField):
        return field.related_model, field.related_query_name()
    assert isinstance(field, ManyToOneRel)  # noqa: S101 -- anything else is a mistake in the code
    return field.related_model, field.field.name


def _fill(row: Any, path: list[str], found: list[dict[str, Any]]) -> None:
    for step in path[:-1]:
        row = getattr(row, step)
    name = path[-1]
    child, back = _relation(type(row), name)
    rows = []
    for values in found:
        one = child.from_db(row._state.db, *_columns(child, values))
        if isinstance(child._meta.get_field(back), ForeignKey):
            setattr(one, back, row)
        rows.append(one)
    kept = getattr(row, name).get_queryset()
    kept._result_cache, kept._prefetch_done = rows, True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept


def _columns(child: type[Model], values: dict[str, Any]) -> tuple[list[str], list[Any]]:
    fields = child._meta.concrete_fields
    return [f.attname for f in fields], [f.to_python(values[f.attname]) for f in fields]
