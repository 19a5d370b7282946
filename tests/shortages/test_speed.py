"""'Tekort in beeld' stays cheap: its computing time beside that of the bare page, in one run, by turns."""

# mypy: disable-error-code="no-untyped-def"

import statistics
from time import process_time

import pytest
from django.test import Client
from django.urls import reverse

from tests.shortages import cells as nights

pytestmark = pytest.mark.django_db
ROUNDS, MOST = 25, 14
"""Six is the goal over HTTP, where the bare page costs more than in the test client; the rest is slack for a busy machine."""


def test_the_dashboard_costs_little_more_than_the_bare_page(client, coordinator, school):
    snapshot = nights.night()
    for n in range(40):
        place = nights.gemeente(f"Plaats {n}", f"{2400 + n}", 52 + n / 50, 4.5 + n / 40, f"Gebied {n % 3}")
        nights.cell(snapshot, school, municipality=place, year=1 + n % 3, days=1 + n, open=3, structural=1.0)
    client.force_login(coordinator)
    bare, page = (Client(), reverse("alive-db"), []), (client, reverse("shortage-dashboard"), [])
    for number in range(ROUNDS + 2):
        for who, address, took in (bare, page):
            began = process_time()
            assert who.get(address).status_code == 200
            if number >= 2:  # the first ones compile templates and draw the count
                took.append(process_time() - began)
    times = statistics.median(page[2]) / statistics.median(bare[2])
    assert times < MOST, times
