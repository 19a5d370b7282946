"""The register of personal data (docs/personal-data.csv) names every column that could hold any (quality.md, hook 8)."""

import csv
from pathlib import Path

from django.apps import apps
from django.db import models

REGISTER = Path(__file__).resolve().parents[1] / "docs" / "personal-data.csv"
COULD_HOLD_PERSONAL_DATA = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.DateField,  # DateTimeField is one too
    models.FileField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.UUIDField,
)


def columns() -> set[str]:
    """Every column of every table that could hold something about a person."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, COULD_HOLD_PERSONAL_DATA)
    }


def register() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_is_in_the_register():
    assert columns() - {row["column"] for row in register()} == set()


def test_the_register_names_no_column_that_is_gone():
    assert {row["column"] for row in register()} - columns() == set()


def test_every_personal_column_has_a_purpose_and_a_term():
    rows = register()
    assert len({row["column"] for row in rows}) == len(rows)
    assert {row["personal"] for row in rows} == {"yes", "no"}
    assert [row["column"] for row in rows if row["personal"] == "yes" and not (row["purpose"] and row["term"])] == []
