"""Importing reference data, and what the shipped files hold."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import call_command

from organisations.models import Qualification
from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region
from stagematch.regions.reference import DATA, import_reference, kinds

pytestmark = pytest.mark.django_db


def load(kind: str, text: str, *, dry_run: bool = False):
    return import_reference(kinds()[kind], text.encode(), dry_run=dry_run)


REGIONS = "kind,code,name,valid_from\nprovincie,PV28,Zuid-Holland,1986-01-01\ncorop,NL363,Leiden e.o.,2024-01-01\n"


def test_everything_that_ships_loads_and_a_second_time_changes_nothing():
    call_command("load_reference", stdout=StringIO())
    assert Municipality.objects.count() == 342
    assert PostcodeArea.objects.count() == 4072
    assert Region.objects.filter(kind=Region.Kind.COROP).count() == 40
    assert Region.objects.filter(kind=Region.Kind.LABOUR_MARKET).count() == 35
    for kind in kinds().values():
        if kind.shipped is not None:
            report = import_reference(kind, kind.shipped)
            assert (report.ok, report.created, report.updated) == (True, 0, 0), kind.name


def test_every_shipped_postcode_has_a_gemeente_corop_and_province():
    call_command("load_reference", stdout=StringIO())
    incomplete = PostcodeArea.objects.filter(municipality=None) | PostcodeArea.objects.filter(corop=None)
    assert not (incomplete | PostcodeArea.objects.filter(province=None)).exists()


def test_only_verified_crebos_ship():
    call_command("load_reference", stdout=StringIO())
    assert set(Qualification.objects.values_list("crebo", "dossier")) == {
        ("25615", "23185"),
        ("25488", "23185"),
        ("25489", "23185"),
    }


def test_import_is_all_or_nothing_and_names_the_row():
    report = load("regions", REGIONS + "kanton,XX,Nergens,2024-01-01\n")
    assert not report.ok
    assert any("4" in line for line in report.lines())
    assert not Region.objects.exists()


def test_dry_run_says_what_would_happen_and_changes_nothing():
    report = load("regions", REGIONS, dry_run=True)
    assert (report.ok, report.created) == (True, 2)
    assert not Region.objects.exists()


def test_changed_row_is_updated_and_missing_row_stays():
    load("regions", REGIONS)
    report = load("regions", "kind;code;name;valid_from\ncorop;NL363;Leiden en Bollenstreek;1-1-2024\n")
    assert (report.created, report.updated) == (0, 1)
    assert Region.objects.get(code="NL363").name == "Leiden en Bollenstreek"
    assert Region.objects.filter(code="PV28").exists()


def test_same_row_twice_in_one_file_is_refused():
    report = load("regions", REGIONS + "corop,NL363,Nog eens,2024-01-01\n")
    assert not report.ok


def test_term_that_ends_before_it_begins_is_refused():
    report = load("regions", "kind,code,name,valid_from,valid_until\ncorop,NL363,Leiden,2024-01-01,2023-01-01\n")
    assert not report.ok


def test_gemeente_can_be_put_in_a_region_from_a_file():
    load("regions", REGIONS)
    load("municipalities", "code,name,valid_from\nGM0546,Leiden,2023-01-01\n")
    text = "gemeentecode;regiocode;valid_from;source\nGM0546;NL363;2024-01-01;CBS\n"
    assert load("municipality_regions", text).created == 1
    assert load("municipality_regions", text).created == 0
    assert MunicipalityRegion.objects.get().region.code == "NL363"


def test_swapped_coordinates_are_refused():
    report = load("postcodes", "pc4,place,lat,lon\n2312,Leiden,4.4934,52.1608\n")
    assert not report.ok
    assert not PostcodeArea.objects.exists()


def test_map_has_every_corop_region_once():
    drawn = json.loads((DATA / "corop_map.json").read_text(encoding="utf-8"))["regions"]
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as handle:
        codes = {row["code"] for row in csv.DictReader(handle) if row["kind"] == "corop"}
    assert set(drawn) == codes
    assert all(region["path"].startswith("M") for region in drawn.values())
