"""The demo world: complete, repeatable, and within every rule; and the sample files fit it."""

import datetime as dt
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from matchmaking.demo.load import load
from organisations.models import Organisation
from placements.models import Application, Vacancy
from stagematch.accounts.models import User
from students.models import PlacementSearch, Student

DAY = dt.date(2026, 11, 23)
SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


def fingerprint() -> str:
    """A hash of what makes a demo this demo."""
    facts = [
        list(User.objects.order_by("pk").values_list("public_id", "email", "last_name")),
        list(
            Vacancy.objects.order_by("pk").values_list("public_id", "title", "weekdays", "places_taken", "search_text")
        ),
        list(PlacementSearch.objects.order_by("pk").values_list("public_id", "weekdays", "home__pc4", "status")),
        list(Application.objects.order_by("pk").values_list("public_id", "vacancy_id", "status", "alias", "answer_by")),
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


def load_once() -> bool:
    return load(size="small", seed=637, day=DAY, say=lambda line: None)


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_world_within_every_rule(capsys):
    prints = []
    for _turn in range(2):
        with transaction.atomic():
            assert load_once()
            assert (Student.objects.count(), Vacancy.objects.count()) == (400, 120)
            call_command("check_data")
            prints.append(fingerprint())
            transaction.set_rollback(True)
    assert prints[0] == prints[1]
    assert "0 broken" in capsys.readouterr().out


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    load_once()
    before = fingerprint()
    assert not load_once()
    assert fingerprint() == before


@pytest.mark.django_db
def test_real_data_is_never_mixed_with_a_demo():
    Organisation.objects.create(kind="school", name="Echt", slug="echt")
    with pytest.raises(CommandError, match="no demo"):
        call_command("load_demo")


@pytest.mark.django_db
def test_production_refuses_a_demo(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("load_demo")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "file", "option", "rows"),
    [
        ("import_students", "studenten-zadkine.csv", {"school": "zadkine"}, 12),
        ("import_vacancies", "stagevacatures-wmo-radar.xlsx", {"organisation": "wmo-radar"}, 4),
    ],
)
def test_the_sample_files_import_and_change_nothing_the_second_time(command, file, option, rows):
    load_once()
    first, second = io.StringIO(), io.StringIO()
    call_command(command, SAMPLES / file, **option, stdout=first)
    call_command(command, SAMPLES / file, **option, stdout=second)
    assert f"Klaar: {rows} nieuw, 0 aangepast, 0 hetzelfde." in first.getvalue()
    assert f"Klaar: 0 nieuw, 0 aangepast, {rows} hetzelfde." in second.getvalue()
