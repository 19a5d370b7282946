"""The reference data of the trade that can be imported: kwalificaties, werkprocessen, doelgroepen, werkvelden, periodes."""

from pathlib import Path

from organisations.models import Qualification, StagePeriod, TargetGroup, WorkField, WorkProcess
from stagematch.regions.reference import DATED, Kind
from stagematch.regions.reference import register as register_kind
from stagematch.ui import tables
from stagematch.ui.tables import Column

DATA = Path(__file__).resolve().parent / "data"


def _qualifications() -> list[Column]:
    return [
        Column("crebo", "Crebo", ["crebocode"], tables.text(5), required=True),
        Column("name", "Naam", ["name"], tables.text(160), required=True),
        Column("level", "Niveau", ["level"], tables.whole_number(1, 4), default=4),
        Column("dossier", "Dossier", [], tables.text(5), default=""),
        Column("dossier_name", "Naam dossier", ["dossier_name"], tables.text(160), default=""),
        *DATED,
    ]


def _work_processes() -> list[Column]:
    return [
        Column("dossier", "Dossier", [], tables.text(5), required=True),
        Column("code", "Code", [], tables.text(12), required=True),
        Column("name", "Naam", ["name"], tables.text(200), required=True),
        Column("core_task", "Kerntaak", ["core_task"], tables.text(200), default=""),
        *DATED,
    ]


def _target_groups() -> list[Column]:
    return [
        Column("slug", "Code", ["slug"], tables.text(40), required=True),
        Column("name", "Naam", ["name"], tables.text(80), required=True),
        Column("icon", "Icoon", ["icon"], tables.text(40), default="users"),
        Column("colour", "Kleur", ["colour"], tables.text(10), default="bord"),
        *DATED,
    ]


def _work_fields() -> list[Column]:
    return [
        Column("slug", "Code", ["slug"], tables.text(40), required=True),
        Column("name", "Naam", ["name"], tables.text(80), required=True),
        *DATED,
    ]


def _periods() -> list[Column]:
    return [
        Column("slug", "Code", ["slug"], tables.text(40), required=True),
        Column("name", "Naam", ["name"], tables.text(80), required=True),
        Column("starts_on", "Begint op", ["starts_on"], tables.date, required=True),
        Column("ends_on", "Eindigt op", ["ends_on"], tables.date, required=True),
    ]


def register() -> None:
    """Make our kinds importable (called by `apps.ready`)."""
    register_kind(
        Kind("qualifications", Qualification, _qualifications, ("crebo", "valid_from"), DATA / "qualifications.csv")
    )
    register_kind(
        Kind(
            "work_processes",
            WorkProcess,
            _work_processes,
            ("dossier", "code", "valid_from"),
            DATA / "work_processes.csv",
        )
    )
    register_kind(Kind("target_groups", TargetGroup, _target_groups, ("slug",), DATA / "target_groups.csv"))
    register_kind(Kind("work_fields", WorkField, _work_fields, ("slug",), DATA / "work_fields.csv"))
    register_kind(Kind("stage_periods", StagePeriod, _periods, ("slug",), DATA / "stage_periods.csv"))
