"""The shipped division of gemeenten into arbeidsmarktregio's, checked against the law of 2015 and against the map."""

# mypy: disable-error-code="no-untyped-def"

import csv
import datetime as dt
import json
from collections import defaultdict
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Avg

from shortages.areas import where_of
from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region
from stagematch.regions.reference import DATA
from stagematch.regions.selectors import haversine_km

DAY = dt.date(2026, 11, 22)
NEAR_KM = 30  # from the middle of a gemeente to the nearest other one of its region; Terschelling and Texel are far off


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_gemeente_lies_in_exactly_one_region_with_a_source_and_a_date():
    links = rows("municipality_regions.csv")
    assert sorted(row["gemeentecode"] for row in links) == sorted(row["code"] for row in rows("municipalities.csv"))
    assert {row["regiocode"] for row in links} == {
        row["code"] for row in rows("regions.csv") if row["kind"] == "labour_market"
    }
    assert len({row["regiocode"] for row in links}) == 35
    assert all(row["source"].startswith("CBS, Gebieden in Nederland 2026; ") for row in links)
    assert {dt.date.fromisoformat(row["valid_from"]) for row in links} == {dt.date(2026, 1, 1)}


def test_what_differs_from_the_law_of_2015_is_said_row_by_row():
    """Seven gemeenten that went to another region, thirty that are others now; the rest is as in the law."""
    changed = [row for row in rows("municipality_regions.csv") if "gelijk aan" not in row["source"]]
    moved = {row["gemeentecode"] for row in changed if row["source"][:-2].endswith("; 2015: AM")}
    assert moved == {"GM0230", "GM0246", "GM0302", "GM0450", "GM0523", "GM1706", "GM1773"}
    assert len(changed) == 37


@pytest.mark.django_db
def test_a_gemeente_lies_near_the_others_of_its_region():
    call_command("load_reference", stdout=StringIO())
    assert MunicipalityRegion.objects.count() == 342
    middles = {
        code: (lat, lon)
        for code, lat, lon in PostcodeArea.objects.order_by()
        .values_list("municipality__code")
        .annotate(Avg("latitude"), Avg("longitude"))
    }
    regions = defaultdict(list)
    for row in rows("municipality_regions.csv"):
        regions[row["regiocode"]].append(row["gemeentecode"])
    lonely = {
        code
        for members in regions.values()
        for code in members
        if min(haversine_km(*middles[code], *middles[other]) for other in members if other != code) > NEAR_KM
    }
    assert lonely <= {"GM0096", "GM0093", "GM0448"}  # Vlieland, Terschelling, Texel
    for members in regions.values():
        lat = sum(middles[code][0] for code in members) / len(members)
        lon = sum(middles[code][1] for code in members) / len(members)
        assert max(haversine_km(*middles[code], lat, lon) for code in members) < 70


@pytest.mark.django_db
def test_the_count_knows_the_region_of_every_gemeente_and_none_before_the_list_holds():
    call_command("load_reference", stdout=StringIO())
    found = {place.municipality: place.labour_market for pk, place in where_of(DAY).items() if pk}
    assert len(found) == 342
    assert all(found.values())
    assert found["GM0546"] == "AM19"  # Leiden, Holland Rijnland
    assert not any(place.labour_market for place in where_of(dt.date(2025, 12, 31)).values())


def test_map_has_every_region_once_with_its_name():
    drawn = json.loads((DATA / "labour_market_map.json").read_text(encoding="utf-8"))["regions"]
    names = {row["code"]: row["name"] for row in rows("regions.csv") if row["kind"] == "labour_market"}
    assert {code: region["name"] for code, region in drawn.items()} == names
    assert all(region["path"].startswith("M") for region in drawn.values())


@pytest.mark.django_db
def test_regions_that_were_loaded_with_our_own_numbers_become_the_official_ones_in_place():
    migration = import_module("stagematch.regions.migrations.0004_official_labour_regions")
    own = "Lijst van 2015; eigen volgnummer; vervang door de actuele lijst"
    before = Region.objects.create(
        kind="labour_market", code="AM13", name="Holland Rijnland", valid_from="2015-01-01", source=own
    )
    imported = Region.objects.create(
        kind="labour_market", code="AM21", name="Haaglanden", valid_from="2025-01-01", source="CBS"
    )
    place = Municipality.objects.create(code="GM0546", name="Leiden", valid_from="2023-01-01")
    MunicipalityRegion.objects.create(municipality=place, region=before, valid_from="2020-01-01")
    migration.use_official_codes(apps, None)
    before.refresh_from_db()
    imported.refresh_from_db()
    assert (before.code, before.name, str(before.valid_from)) == ("AM19", "Holland Rijnland", "2026-01-01")
    assert imported.code == "AM21"
    assert place.region_links.get().region == before
    assert {label[:4] for label in migration.OFFICIAL} == {
        row["code"] for row in rows("regions.csv") if row["kind"] == "labour_market"
    }
