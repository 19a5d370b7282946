"""Distances and finding what somebody typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagematch.regions.reference import DATA, import_reference, kinds
from stagematch.regions.selectors import distance_km, find_place, haversine_km

LATITUDE, LONGITUDE = st.floats(50.5, 53.8), st.floats(3.2, 7.4)


@pytest.fixture
def postcodes(db) -> None:
    for name in ("regions", "municipalities", "postcodes"):
        import_reference(kinds()[name], DATA / f"{name}.csv")


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_distance_is_symmetric_and_fits_in_the_country(lat_a, lon_a, lat_b, lon_b):
    there, back = haversine_km(lat_a, lon_a, lat_b, lon_b), haversine_km(lat_b, lon_b, lat_a, lon_a)
    assert there == pytest.approx(back)
    assert 0 <= there < 470


def test_known_distances(postcodes):
    leiden, rotterdam, venlo = (find_place(text) for text in ("Leiden", "3011", "5911"))
    assert leiden is not None
    assert rotterdam is not None
    assert venlo is not None
    assert distance_km(leiden, rotterdam) == pytest.approx(27, abs=3)
    assert distance_km(leiden, venlo) == pytest.approx(145, abs=6)
    assert distance_km(leiden, leiden) == 0


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("2312 AB", "Leiden"),
        ("2312ab", "Leiden"),
        (" 2312 ", "Leiden"),
        ("leiden", "Leiden"),
        ("Den Haag", "Den Haag"),
        ("1012", "Amsterdam"),
        ("alphen aan den", "Alphen aan den Rijn"),
    ],
)
def test_find_place_understands_what_people_type(postcodes, typed, place):
    found = find_place(typed)
    assert found is not None
    assert found.place == place


@pytest.mark.parametrize("typed", ["", "  ", "0123", "9999 ZZZ", "Atlantis", "x", "<script>", "a" * 500])
def test_find_place_is_silent_about_what_it_does_not_know(postcodes, typed):
    assert find_place(typed) is None


def test_place_is_its_middle(postcodes):
    """Of Rotterdam one gets the town, not the Maasvlakte at its edge."""
    rotterdam, edge = find_place("Rotterdam"), find_place("3198")
    assert rotterdam is not None
    assert edge is not None
    assert distance_km(rotterdam, edge) > 15
