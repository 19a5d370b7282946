"""Importing reference data with validity dates from CSV or XLSX: all or nothing, and the same file twice changes nothing.

A room registers what it can import (`register`); the commands `import_reference` and `load_reference` do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region
from stagematch.ui import tables
from stagematch.ui.tables import Column, ImportReport, Sheet, read_table

DATA = Path(__file__).resolve().parent / "data"
Prepare = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of reference data: its columns, what makes a row the same row, and the file we ship."""

    name: str
    model: type[models.Model]
    columns: Callable[[], Sequence[Column]]
    key: tuple[str, ...]
    shipped: Path | None = None
    prepare: Prepare = field(default=lambda values: values)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind importable; kinds that others refer to are registered first, because `load_reference` keeps the order."""
    _kinds[kind.name] = kind


def kinds() -> dict[str, Kind]:
    """Return the kinds by name, in the order in which they can be loaded."""
    return dict(_kinds)


def import_reference(kind: Kind, source: Path | bytes, *, dry_run: bool = False) -> ImportReport:
    """Create or update the rows of `kind` from a file.

    Rows not in the file stay: end their validity instead of taking them away. Raises TableError when the file cannot be read.
    """
    sheet = Sheet(kind.columns(), read_table(source))
    rows = [(number, kind.prepare(values)) for number, values in sheet.values()]
    seen: dict[tuple[Any, ...], int] = {}
    for number, values in rows:
        key = tuple(values[name] for name in kind.key)
        if key in seen:
            sheet.problem(number, "", _("is dezelfde als rij %(row)d.") % {"row": seen[key]})
        seen.setdefault(key, number)
        if values.get("valid_until") and values["valid_until"] <= values["valid_from"]:
            sheet.problem(number, "Geldig tot", _("ligt niet na ‘geldig vanaf’."))
    if sheet.problems:
        return ImportReport(0, 0, 0, sheet.problems, sheet.unknown_headers, dry_run)
    with transaction.atomic():
        manager = kind.model._default_manager
        existing = {tuple(getattr(obj, name) for name in kind.key): obj for obj in manager.all()}
        new, changed = [], []
        names = [name for name in rows[0][1] if name not in kind.key]
        for _number, values in rows:
            obj = existing.get(tuple(values[name] for name in kind.key))
            if obj is None:
                new.append(kind.model(**values))
            elif any(getattr(obj, name) != values[name] for name in names):
                for name in names:
                    setattr(obj, name, values[name])
                changed.append(obj)
        manager.bulk_create(new, batch_size=2000)
        if changed:
            manager.bulk_update(changed, names, batch_size=2000)
        if dry_run:
            transaction.set_rollback(True)
    return ImportReport(len(new), len(changed), len(rows) - len(new) - len(changed), [], sheet.unknown_headers, dry_run)


DATED = [
    Column("valid_from", "Geldig vanaf", ["valid_from", "ingangsdatum"], tables.date, required=True),
    Column("valid_until", "Geldig tot", ["valid_until", "einddatum"], tables.date),
    Column("source", "Bron", ["source"], tables.text(200), default=""),
]


def decimal(low: float, high: float) -> tables.Parser:
    """Read a decimal number with a comma or a point, between `low` and `high`."""

    def parse(cell: Any) -> float:
        try:
            value = float(str(cell).replace(",", "."))
        except ValueError:
            raise ValueError(_("‘%(cell)s’ is geen getal.") % {"cell": cell}) from None
        if not low <= value <= high:
            raise ValueError(_("%(value)s ligt niet in Nederland.") % {"value": cell})
        return value

    return parse


def _region_columns() -> list[Column]:
    words = {str(kind.label): kind.value for kind in Region.Kind} | {kind.value: kind.value for kind in Region.Kind}
    return [
        Column("kind", "Soort", ["kind"], tables.one_of(words, _("soort regio")), required=True),
        Column("code", "Code", [], tables.text(20), required=True),
        Column("name", "Naam", ["name"], tables.text(120), required=True),
        *DATED,
    ]


def _municipality_columns() -> list[Column]:
    return [
        Column("code", "Code", ["cbs-code", "gemeentecode"], tables.text(6), required=True),
        Column("name", "Naam", ["name", "gemeente"], tables.text(120), required=True),
        *DATED,
    ]


def _link_columns() -> list[Column]:
    municipalities = {m.code: m for m in Municipality.objects.order_by("valid_from")}
    regions = {r.code: r for r in Region.objects.order_by("valid_from")}
    return [
        Column(
            "municipality",
            "Gemeente",
            ["gemeentecode", "municipality_code"],
            tables.one_of(municipalities, _("gemeentecode")),
            required=True,
        ),
        Column("region", "Regio", ["regiocode", "region_code"], tables.one_of(regions, _("regiocode")), required=True),
        *DATED,
    ]


def _postcode_columns() -> list[Column]:
    municipalities = {m.code: m.pk for m in Municipality.objects.order_by("valid_from")}
    corop = {r.code: r.pk for r in Region.objects.filter(kind=Region.Kind.COROP)}
    provinces = {r.name: r.pk for r in Region.objects.filter(kind=Region.Kind.PROVINCE)}
    return [
        Column("pc4", "Postcode", ["pc4"], tables.text(4), required=True),
        Column("place", "Plaats", ["place", "woonplaats"], tables.text(120), required=True),
        Column(
            "municipality_id",
            "Gemeente",
            ["municipality_code", "gemeentecode"],
            tables.one_of(municipalities, _("gemeentecode")),
        ),
        Column("corop_id", "COROP", ["corop"], tables.one_of(corop, _("COROP-code"))),
        Column("province_id", "Provincie", ["province"], tables.one_of(provinces, _("provincie"))),
        Column("latitude", "Breedtegraad", ["lat", "latitude"], decimal(50.5, 53.8), required=True),
        Column("longitude", "Lengtegraad", ["lon", "lng", "longitude"], decimal(3.2, 7.4), required=True),
        Column("valid_from", "Geldig vanaf", ["valid_from"], tables.date, default=None),
        *DATED[1:],
    ]


def _postcode(values: dict[str, Any]) -> dict[str, Any]:
    """The shipped extract carries no dates of its own: it describes the postcodes of about 2024."""
    return values | {
        "valid_from": values["valid_from"] or tables.date("2024-01-01"),
        "source": values["source"] or "GeoNames (CC BY 4.0)",
    }


register(Kind("regions", Region, _region_columns, ("kind", "code", "valid_from"), DATA / "regions.csv"))
register(
    Kind("municipalities", Municipality, _municipality_columns, ("code", "valid_from"), DATA / "municipalities.csv")
)
register(
    Kind(
        "municipality_regions",
        MunicipalityRegion,
        _link_columns,
        ("municipality", "region", "valid_from"),
        DATA / "municipality_regions.csv",
    )
)
register(Kind("postcodes", PostcodeArea, _postcode_columns, ("pc4",), DATA / "postcodes.csv", _postcode))
