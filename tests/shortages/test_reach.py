"""Nobody but the own school reads a number made of students of others, on any page or in any file (product R9).

What `test_downloads.py` attacks are published figures and numbers that say 'at least'. Here is shown that there are no
others: every address these readers reach is registered (`reach.py`), fetched, and fetched again when all students of
other schools are gone. Nothing may have changed but what is attacked.
"""

# mypy: disable-error-code="no-untyped-def"

import io
import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from openpyxl import load_workbook

from placements.browse import listing
from placements.browse.cards import for_cards
from placements.models import Application, Placement
from shortages.ahead.published import expected_of
from shortages.models import (
    DemandCell,
    FitCell,
    Lever,
    PublishedForecast,
    SearchSituation,
    ShortageSnapshot,
    SupplyCell,
)
from shortages.public import files
from stagematch import clock
from students.models import PlacementSearch, Student
from tests.shortages import reach
from tests.shortages import season as nights
from tests.shortages.downloads import Reader
from tests.shortages.season import MINE

pytestmark = pytest.mark.django_db
OF_A_PDF = re.compile(rb"/(?:CreationDate|ModDate) ?\([^)]*\)|<xmp:\w+Date>[^<]*|/ID ?\[[^\]]*\]|<xmpMM:\w+ID>[^<]*")


def test_every_address_these_readers_reach_is_registered():
    """A new page or download fails here, until somebody says why nobody can count students of others in it."""
    missing, gone = reach.reachable() - reach.ALL.keys(), reach.ALL.keys() - reach.reachable()
    assert not missing, f"say in tests/shortages/reach.py what these are: {sorted(missing)}"
    assert not gone, f"these are no longer there: {sorted(gone)}"
    templates = {template for _path, template in reach.addresses(reach.ALL, _Anything())}
    assert reach.ATTACKED.keys() <= templates


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "x"


def test_pages_and_files_are_made_of_published_rows_and_of_places_only(monkeypatch):
    """Take all students of other schools away: nobody else's pages or files change by a single byte."""
    season = nights.begin(seed=3)
    for _day in season.nights(12):
        cache.clear()
    samples = _samples(season)
    public, foreign = Reader(Client()), _signed_in(season.coordinator)
    looking_along = [_signed_in(user) for user in season.observers]
    inside = ("/tekort/", "/open-data/2026", "/open-data/laatste", "/hoe-werkt-matching/", "/sitemap")
    with clock.at(season.days[-1]):
        template_of = dict(reach.addresses(reach.ALL, samples))
        for reader, asked in (
            (public, reach.PUBLIC), *((reader, reach.OBSERVER) for reader in looking_along),
            (foreign, reach.SCHOOL | reach.ELSEWHERE),
        ):  # fmt: skip
            for address, _template in reach.addresses(asked, samples):
                assert reader.client.get(address).status_code == 200, address
                reader.get(address)
        public.walk(["/tekort/", "/open-data/tellingen.json", "/sitemap.xml"], inside, 60)
        for reader in looking_along:
            reader.walk(["/gebied/"], ("/gebied/",), 8)
        for template in ("/stageplekken/{vacancy}/", "/stageplekken/", "/organisaties/{host}/", "/roadshows/{show}/"):
            foreign.get(template.format(**samples))  # what everybody reads, it reads no other way
        leaky = Reader(Client())
        with monkeypatch.context() as old:
            _put_back(old)
            leaky.get("/stageplekken/")
            leaky.get("/open-data/laatste/gebieden.json")
        cache.clear()
        assert _changed([public, foreign, *looking_along]) == set(), "a page that is never the same twice shows nothing"
        _take_away(season)
        cache.clear()
        again = [(row.level, row.code, row.low, row.middle, row.high) for row in expected_of(season.days[10])]
        assert again == list(
            PublishedForecast.objects.filter(day=season.days[10])
            .order_by("pk")
            .values_list("level", "code", "low", "middle", "high")
        )
        changed = {template_of.get(address, address) for address in _changed([public, foreign, *looking_along])}
        with monkeypatch.context() as old:
            _put_back(old)
            assert _changed([leaky]) == leaky.bodies.keys(), "a page that counts students of others is not found"
    assert len(public.bodies) > 100
    assert len(foreign.bodies) > 30
    assert changed <= reach.ATTACKED.keys()


def _put_back(monkeypatch) -> None:
    """The list of places tells everybody how many react, and a column of open data is read from exact rows."""
    monkeypatch.setattr(listing, "for_cards", lambda rows, student: for_cards(rows.with_open_applications(), student))

    def exact(row) -> tuple:
        return (*of_places(row)[:-1], DemandCell.objects.filter(snapshot=row.snapshot).count())

    of_places = files._places
    monkeypatch.setattr(files, "_places", exact)


def _signed_in(user) -> Reader:
    client = Client()
    client.force_login(user)
    return Reader(client)


def _samples(season) -> dict[str, str]:
    """Rows of the season that an address can be about."""
    vacancies = sorted(season.vacancies, key=lambda v: v.pk)
    for vacancy in vacancies:
        vacancy.refresh_from_db()
    talked_about = Application.objects.filter(status="invited").values_list("vacancy", flat=True)
    busy = next(v for v in vacancies if v.pk in set(talked_about) and v.places_free)
    taken = next(v for v in vacancies if v.places_taken)
    mine = season.schools[MINE]
    return {
        "vacancy": str(busy.public_id),
        "full": str(taken.public_id),
        "title": "een-plek",
        "host": busy.organisation.slug,
        "school": next(slug for slug in season.schools if slug != MINE),
        "show": season.roadshow.slug,
        "day": str(season.days[4]),
        "student": str(Student.objects.filter(school=mine).order_by("pk")[0].public_id),
        "placement": str(Placement.objects.filter(student__school=mine).order_by("pk")[0].public_id),
    }


def _changed(readers: list[Reader]) -> set[str]:
    """The addresses whose body is another one than it was."""
    changed = set()
    for reader in readers:
        for address, body in list(reader.bodies.items()):
            if _plain(address, reader.get(address)) != _plain(address, body):
                changed.add(address)
            reader.bodies[address] = body
    return changed


def _plain(address: str, body: bytes):
    """What a file says, without the moment it was made."""
    if body.startswith(b"PK"):
        return [row for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True)]
    path = urlsplit(address).path
    if path == "/erkenningsverklaring/register.atom":  # empty in the season: made at this moment
        return re.sub(rb"<updated>[^<]*", b"", body)
    return OF_A_PDF.sub(b"", body) if path.endswith("pdf") else body


def _take_away(season) -> None:
    """All students of other schools and all that is exact about them; places and what is published stay."""
    mine = season.schools[MINE]
    DemandCell.objects.exclude(school=mine).delete()
    SupplyCell.objects.all().delete()
    FitCell.objects.filter(school__isnull=False).exclude(school=mine).delete()
    SearchSituation.objects.exclude(search__student__school=mine).delete()
    Lever.objects.filter(school__isnull=False).exclude(school=mine).delete()
    ShortageSnapshot.objects.update(counts={}, market=None)
    Placement.objects.exclude(student__school=mine).delete()
    Application.objects.exclude(student__school=mine).delete()
    PlacementSearch.objects.exclude(student__school=mine).delete()
    Student.objects.exclude(school=mine).delete()
