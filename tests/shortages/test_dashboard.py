"""'Tekort in beeld': the numbers, what helps, the map, the table, the line, the list behind them, and who may see it."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import ApplicationStatus
from shortages.dashboard.page import Dashboard
from shortages.enums import LeverKind, Situation
from shortages.models import DemandCell, ShortageSnapshot
from stagematch.clock import today
from stagematch.regions.models import MunicipalityRegion, Region
from tests import factories as f
from tests.shortages import cells as nights
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db
PAGE = reverse("shortage-dashboard")
LIST = reverse("shortage-students")


def page(client, path=PAGE, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return tree(answer.content)


def number(found) -> str:
    """The number of the headline."""
    return words(select(found, "main span.sm-number")[0])


def main_words(found) -> str:
    return words(select(found, "main")[0])


def hrefs(links) -> list[str]:
    return [link.get("href") for link in links]


def options(found, name: str) -> list[str]:
    """The values of a choice."""
    (choice,) = [node for node in select(found, "select") if node.get("name") == name]
    return [option.get("value") for option in select(choice, "option")]


def tiles(found):
    return select(found, "svg.sm-regiokaart a")


@pytest.fixture
def counted(school) -> ShortageSnapshot:
    """42 without a place: 27 structural, 15 frictional; 201 placed and 43 in conversation."""
    snapshot = nights.night()
    leiden, katwijk, gouda = nights.leiden(), nights.katwijk(), nights.gouda()
    nights.cell(snapshot, school, municipality=leiden, year=2, days=3, placed=200, talking=40, open=24, structural=18.4)
    nights.cell(snapshot, school, municipality=katwijk, year=1, days=12, placed=1, talking=3, open=11, structural=6.0)
    nights.cell(snapshot, school, municipality=gouda, year=3, days=15, open=6, structural=2.1)
    nights.cell(snapshot, school, municipality=None, year=3, days=15, open=1)
    return snapshot


def test_the_headline_tells_the_shortage_in_one_number_and_explains_it(client, coordinator, counted):
    client.force_login(coordinator)
    main = page(client)
    assert number(main) == "42"
    text = main_words(main)
    assert "studenten hebben nog geen plek" in text
    assert "Van 286 studenten zijn er 201 geplaatst en 43 in gesprek." in text
    assert "27 keer structureel tekort" in text
    assert "15 keer frictie" in text
    assert len(select(main, "span.sm-unit")) == 42
    assert len(select(main, "span.sm-unit--open")) == 15
    assert "Stand van vannacht 3.10 uur." in text


def test_the_page_says_by_which_words_and_when_was_counted(client, coordinator, counted):
    client.force_login(coordinator)
    text = main_words(page(client))
    assert "om 3.10 uur, met versie 1 van deze woorden" in text
    assert "Zoveel studenten blijven zonder plek, hoe je de vrije plekken ook verdeelt." in text


def test_last_year_stands_beside_this_year_as_a_line_and_as_a_table(client, coordinator, school, counted):
    period = DemandCell.objects.first().period
    before = nights.period_a_year_before(period)
    for back, number in ((364, 77), (364 + 31, 92), (364 + 62, 104)):
        then = nights.night(today() - dt.timedelta(days=back))
        nights.cell(then, school, period=before, open=number)
    for back, number in ((31, 71), (62, 88)):
        then = nights.night(today() - dt.timedelta(days=back))
        nights.cell(then, school, open=number)
    client.force_login(coordinator)
    found = page(client)
    assert "Vorig jaar waren het er op dit moment 77." in main_words(found)
    (picture,) = select(found, "svg.sm-grafiek")
    assert len(select(picture, "polyline")) == 2
    assert "42" in picture.get("aria-label")
    rows = [[words(cell) for cell in row] for row in select(found, "figure table tr")]
    assert rows[1] == ["Dit jaar", "88", "71", "42"]
    assert rows[2] == ["Vorig jaar", "104", "92", "77"]


def test_every_area_is_a_tile_with_its_number_and_leads_to_its_students(client, coordinator, counted):
    client.force_login(coordinator)
    found = page(client)
    shown = tiles(found)
    assert {tile.get("aria-label") for tile in shown} == {
        "Leiden 24 studenten zonder plek",
        "Katwijk 11 studenten zonder plek",
        "Gouda 6 studenten zonder plek",
    }
    drawn = [select(tile, "g")[0] for tile in shown]
    assert len({group.get("transform") for group in drawn}) == 3
    assert "sm-regio sm-regio--4" in {group.get("class") for group in drawn}
    assert all(len(select(group, "rect.sm-regio__patroon")) == 1 for group in drawn)  # a pattern beside the colour
    assert "gemeente=GM2312" in next(tile.get("href") for tile in shown if "Leiden" in tile.get("aria-label"))
    table = {words(row[0]): words(row[1]) for row in select(found, "table.sm-tekort-cijfers tbody tr")}
    assert table == {"Leiden": "24", "Katwijk": "11", "Gouda": "6", "Woonplaats onbekend": "1"}


def test_the_map_can_be_of_regions_and_of_labour_market_regions_once_known(client, coordinator, counted):
    client.force_login(coordinator)
    assert {tile.get("aria-label") for tile in tiles(page(client, gebied="corop"))} == {
        "Leiden 35 studenten zonder plek",
        "Oost-Zuid- Holland 6 studenten zonder plek",
    }
    assert options(page(client), "gebied") == ["gemeente", "corop", "provincie"]
    region = Region.objects.create(
        kind=Region.Kind.LABOUR_MARKET, code="AM12", name="Holland Rijnland", valid_from=nights.LONG_AGO
    )
    for place in (nights.leiden(), nights.katwijk()):
        MunicipalityRegion.objects.create(municipality=place, region=region, valid_from=nights.LONG_AGO)
    found = page(client, gebied="arbeidsmarktregio")
    assert [tile.get("aria-label") for tile in tiles(found)] == ["Holland Rijnland 35 studenten zonder plek"]


def test_the_table_counts_per_leerjaar_and_days_and_adds_up(client, coordinator, counted):
    client.force_login(coordinator)
    (table,) = select(page(client), "table.sm-heat")
    rows = [[words(cell).split(" ")[0] for cell in row] for row in select(table, "tr")]
    assert [words(cell) for cell in select(table, "thead th")] == ["ma en di", "wo en do", "ma t/m do", "Samen"]
    assert [row[1:] for row in rows[1:]] == [
        ["0", "11", "0", "11"],
        ["24", "0", "0", "24"],
        ["0", "0", "7", "7"],
        ["24", "11", "7", "42"],
    ]
    assert any("leerjaar=2&dagen=3" in link for link in hrefs(select(table, "a")))


def test_what_helps_is_ranked_with_its_number_the_chain_and_what_it_takes(client, coordinator, school, counted):
    region = nights.leiden().postcodes.get().corop
    nights.lever(counted, LeverKind.PLACE, region=region, year=2, days=3, steps=15, direct=5,
                 qualification=f.QualificationFactory(), example={"chain": ["Leiden", "Katwijk"], "length": 2})  # fmt: skip
    nights.lever(counted, LeverKind.CALL, school=school, year=2, amount=4, gain=4)
    client.force_login(coordinator)
    found = page(client)
    items = [words(item) for item in select(found, "ol.sm-hulp li")]
    assert items[0].startswith("Bel 4 studenten die stil zijn")
    assert "4 studenten geplaatst met 4 telefoontjes" in items[0]
    assert items[1].startswith("Een extra plek in Leiden op maandag en dinsdag, leerjaar 2")
    assert "Een student uit Leiden gaat direct. Daardoor schuift een student uit Katwijk door." in items[1]
    assert "24 studenten van jullie kunnen op deze dagen." in items[1]
    assert "10 studenten geplaatst met 10 extra plekken" in items[1]  # 14, rounded down: others are in it too
    (link,) = hrefs(select(select(found, "ol.sm-hulp li")[1], "a"))
    assert link.startswith(reverse("shortage-what-if"))
    assert "leerjaar=2" in link


def test_an_extra_place_is_for_the_students_of_its_opleiding(client, coordinator, school, counted):
    """A school that trains for none of it does not read about it; versions of a kwalificatie are the same opleiding."""
    region = nights.leiden().postcodes.get().corop
    newer = f.QualificationFactory(valid_from=today())
    elsewhere = f.QualificationFactory(crebo="25999", name="Iets anders")
    here = f.QualificationFactory(crebo="25998", name="Persoonlijk begeleider")
    programme = f.ProgrammeFactory(school=school, qualification=here)
    nights.cell(counted, school, programme=programme, municipality=nights.leiden(), open=6)
    for place, qualification in enumerate((newer, elsewhere, here)):
        nights.lever(
            counted, LeverKind.PLACE, region=region, year=2, days=3, steps=15 - place, qualification=qualification
        )
    client.force_login(coordinator)
    items = [words(item) for item in select(page(client), "ol.sm-hulp li")]
    assert [len(items), "Iets anders" in " ".join(items)] == [2, False]
    assert "leerjaar 2, Sociaal werker" in items[0]
    assert "24 studenten van jullie kunnen op deze dagen." in items[0]
    assert "leerjaar 2, Persoonlijk begeleider" in items[1]
    assert "6 studenten van jullie kunnen op deze dagen." in items[1]


def test_numbers_under_five_about_students_of_other_schools_are_not_told(client, coordinator, school, counted):
    region = nights.leiden().postcodes.get().corop
    nights.lever(counted, LeverKind.PLACE, region=region, year=2, days=3, steps=3, direct=2,
                 example={"chain": ["Leiden", "Noordwijk"], "length": 2})  # fmt: skip
    nights.lever(counted, LeverKind.CALL, region=region, amount=7, gain=7)
    client.force_login(coordinator)
    (item,) = select(page(client), "ol.sm-hulp li")
    text = words(item)
    assert "1 student geplaatst per extra plek" in text
    assert "3" not in text.replace("leerjaar 2", "")
    assert "Noordwijk" not in text  # the school has nobody there, so it would be about somebody else's student
    assert "Daardoor schuift een ander door." in text


def test_what_another_school_can_do_is_not_told(coordinator, other_school, counted):
    """It is exact, since it is about their own students."""
    region = nights.leiden().postcodes.get().corop
    nights.lever(counted, LeverKind.CALL, school=other_school, year=2, amount=4, gain=4)
    nights.lever(counted, LeverKind.WEEKDAY, school=other_school, days=4, amount=9, gain=3, direct=3)
    nights.lever(counted, LeverKind.WEEKDAY, school=other_school, region=region, days=8, amount=9, gain=3, direct=3)
    assert Dashboard(coordinator, QueryDict("")).levers == []


def test_the_order_of_what_helps_in_a_region_does_not_tell_which_helps_more(coordinator, school, counted):
    """Both numbers are about students of every school and are not told; a place higher or lower would tell them apart."""
    programme = f.ProgrammeFactory(school=school)
    nights.cell(counted, school, programme=programme, municipality=nights.leiden(), year=2, days=12, open=24)
    region = nights.leiden().postcodes.get().corop

    def order(first: int, second: int) -> list[str]:
        counted.levers.all().delete()
        found = (3, first), (12, second)
        for days, steps in sorted(found, key=lambda pair: -pair[1]):  # as the count ranks them
            nights.lever(counted, LeverKind.PLACE, region=region, year=2, days=days, steps=steps, direct=steps)
        return [line.what for line in Dashboard(coordinator, QueryDict("")).levers]

    assert order(2, 9) == order(9, 2)
    assert len(order(2, 9)) == 2


def test_the_list_behind_a_tile_a_cell_and_a_kind(client, coordinator, school, counted):
    programme = f.ProgrammeFactory(school=school)
    area = nights.leiden().postcodes.get()
    stuck, silent, talking = (
        f.SearchFactory(student__programme=programme, home=area, weekdays=mask, student__user__first_name=name)
        for mask, name in ((3, "Aaliyah"), (12, "Sem"), (3, "Roos"))
    )
    nights.situation(counted, stuck, Situation.NONE)
    nights.situation(counted, silent, Situation.FITS)
    f.ApplicationFactory(search=talking, status=ApplicationStatus.INVITED)
    client.force_login(coordinator)

    def names(**query):
        cells = select(page(client, LIST, **query), "table.sm-tabel-stapel tbody th")
        return {words(cell).split(" ")[0] for cell in cells}

    assert names() == {"Aaliyah", "Sem"}
    assert names(gemeente="GM2312", leerjaar="2", dagen="3") == {"Aaliyah"}
    assert names(dagen="3,12") == {"Aaliyah", "Sem"}
    assert names(gemeente="GM2225") == set()
    assert names(gebied="corop", regio="NL-Leiden") == {"Aaliyah", "Sem"}
    assert names(soort="structureel") == {"Aaliyah"}
    assert names(soort="frictie") == {"Sem"}
    text = main_words(page(client, LIST, soort="structureel"))
    assert "Er is geen plek die past." in text


@pytest.mark.parametrize("query", [
    {"periode": "bestaat-niet"}, {"gebied": "maan"}, {"opleiding": "x"}, {"leerjaar": "99", "dagen": "a,-1,9999,²"},
    {"gemeente": "'; drop table", "soort": "x"}, {"pagina": "x"}, {"regio": "NL-Leiden"}, {"alles": "ja"},
    {"dagen": "0012" + "9" * 40},
])  # fmt: skip
def test_an_address_that_makes_no_sense_is_no_error(client, coordinator, counted, query):
    client.force_login(coordinator)
    page(client, **query)
    page(client, LIST, **query)


def test_before_the_first_count_the_page_says_when_to_come_back(client, coordinator, school):
    client.force_login(coordinator)
    assert "Er is nog geen telling" in main_words(page(client))
    assert client.get(LIST).status_code == 200


def test_a_count_without_students_of_this_school(client, coordinator, school, other_school):
    nights.cell(nights.night(), other_school, open=3)
    client.force_login(coordinator)
    assert "Er zijn geen studenten geteld" in main_words(page(client))


def test_nobody_without_a_place_is_good_news_without_a_map(client, coordinator, school):
    nights.cell(nights.night(), school, placed=3, talking=1)
    client.force_login(coordinator)
    found = page(client)
    assert "Alle studenten zijn geplaatst of in gesprek." in main_words(found)
    assert not tiles(found)


def test_one_student_is_written_as_one(client, coordinator, school):
    nights.cell(nights.night(), school, municipality=nights.leiden(), open=1, structural=1.0)
    client.force_login(coordinator)
    text = main_words(page(client))
    assert "1 student heeft nog geen plek" in text
    assert "Het gaat om 1 student" in text


def test_a_count_of_days_ago_says_so(client, coordinator, school):
    nights.cell(nights.night(today() - dt.timedelta(days=3)), school, open=2)
    client.force_login(coordinator)
    assert "De telling van afgelopen nacht is er niet." in main_words(page(client))


def test_a_failed_or_later_count_is_not_shown(client, coordinator, school, counted):
    nights.cell(nights.night(today() + dt.timedelta(days=1)), school, open=900)
    nights.cell(nights.night(status="failed"), school, open=800)
    client.force_login(coordinator)
    assert number(page(client)) == "42"


def test_a_period_can_be_chosen_and_the_fullest_one_ahead_is_first(client, coordinator, school):
    snapshot = nights.night()
    later = f.PeriodFactory(slug="later", name="later", starts_on=today() + dt.timedelta(days=300),
                            ends_on=today() + dt.timedelta(days=400))  # fmt: skip
    nights.cell(snapshot, school, open=5, placed=20)
    nights.cell(snapshot, school, period=later, open=9)
    client.force_login(coordinator)
    assert number(page(client)) == "5"
    found = page(client, periode="later")
    assert number(found) == "9"
    assert all("periode=later" in link for link in hrefs(tiles(found)))


def test_an_opleiding_can_be_chosen_when_there_are_several(client, coordinator, school):
    snapshot = nights.night()
    other = f.ProgrammeFactory(
        school=school, qualification=f.QualificationFactory(crebo="25698"), name="Maatschappelijke zorg"
    )
    nights.cell(snapshot, school, open=5)
    nights.cell(snapshot, school, programme=other, open=2)
    client.force_login(coordinator)
    assert number(page(client)) == "7"
    assert number(page(client, opleiding=str(other.public_id))) == "2"


def test_who_may_see_it(client, coordinator, other_coordinator, broker, student, admin_user, school, counted):
    for path in (PAGE, LIST):
        client.logout()
        assert client.get(path).status_code == 302
        for user in (broker, student):
            client.force_login(user)
            assert client.get(path).status_code == 403
        client.force_login(other_coordinator)
        assert client.get(path, {"school": school.slug}).status_code == 404
        assert "Roc De Brug" not in client.get(path).content.decode()
        client.force_login(admin_user)
        assert client.get(path, {"school": school.slug}).status_code == 200


def test_who_works_for_two_schools_chooses_one(client, coordinator, school, other_school, counted):
    Membership.objects.create(user=coordinator, organisation=other_school, role=Role.COORDINATOR)
    client.force_login(coordinator)
    assert options(page(client), "school") == ["roc-de-brug", "roc-de-overkant"]
    links = hrefs(tiles(page(client, school="roc-de-brug")))
    assert all("school=roc-de-brug" in link for link in links)


def _full(school, snapshot, number):
    """So many gemeenten, students who need help and things that help."""
    programme = f.ProgrammeFactory(school=school)
    for n in range(number):
        place = nights.gemeente(f"Plaats {n}", f"{2400 + n}", 52 + n / 50, 4.5 + n / 40, f"Gebied {n % 3}")
        nights.cell(snapshot, school, municipality=place, year=1 + n % 3, days=1 + n, open=3, structural=1.0)
        search = f.SearchFactory(student__programme=programme, home=place.postcodes.get(), student__rejections=5)
        search.target_groups.set([f.TargetGroupFactory(slug=f"groep-{n}")])
        nights.situation(snapshot, search, Situation.NONE)
        nights.lever(snapshot, LeverKind.CALL, school=school, year=1 + n % 3, amount=2, gain=2)


def test_the_page_and_the_list_ask_the_same_few_queries_for_1_and_30(client, coordinator, school):
    client.force_login(coordinator)
    counts = {PAGE: [], LIST: []}
    for number in (1, 30):
        ShortageSnapshot.objects.all().delete()
        snapshot = nights.night()
        for back in (31, 62, 93):
            nights.cell(nights.night(today() - dt.timedelta(days=back)), school, open=4)
        _full(school, snapshot, number)
        for path, found in counts.items():
            with CaptureQueriesContext(connection) as queries:
                page(client, path)
            found.append(len(queries))
    assert counts[PAGE][0] == counts[PAGE][1] < 12, counts
    assert counts[LIST][0] == counts[LIST][1] <= 12, counts
