"""What is drawn from a count is kept until the next one, and nobody ever gets what was drawn for another school."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.template.base import Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import ApplicationStatus
from placements.guidance.selectors import needing_help
from placements.guidance.urgent import most_urgent, rows_of
from placements.models import HelpSettings
from shortages import tasks
from shortages.enums import LeverKind, Situation
from shortages.models import DemandCell
from stagematch.clock import today
from tests import factories as f
from tests.shortages import cells as nights
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db
PAGE = reverse("shortage-dashboard")


def read(client, **query):
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return tree(answer.content)


def number(found) -> str:
    return words(select(found, "main span.sm-number")[0])


def asked(client, **query) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE, query).status_code == 200
    return len(queries)


@pytest.fixture
def counted(school):
    snapshot = nights.night()
    nights.cell(snapshot, school, municipality=nights.leiden(), placed=20, open=9, structural=4.0)
    for year in (1, 2, 3):
        nights.lever(snapshot, LeverKind.CALL, school=school, year=year, amount=2, gain=2)
    return snapshot


def test_the_second_time_nothing_of_the_count_is_read_or_drawn_again(
    client, coordinator, counted, monkeypatch, settings
):
    settings.MFA_REQUIRED = True
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(coordinator)
    assert asked(client) < 12
    drawn = []
    render = Template.render
    monkeypatch.setattr(Template, "render", lambda self, context: drawn.append(self.name) or render(self, context))
    assert asked(client) <= 6
    assert "shortages/dashboard/page.html" in drawn
    assert not [name for name in drawn if name and "_geteld" in name]


def test_what_was_drawn_at_night_is_what_the_first_reader_gets(client, coordinator, other_coordinator, school, counted):
    colleague = f.UserFactory()
    Membership.objects.create(user=colleague, organisation=school, role=Role.COORDINATOR)
    drawn = tasks.draw_dashboards()
    assert drawn == 2  # two schools, three people
    for reader in (coordinator, colleague, other_coordinator):
        client.force_login(reader)
        assert asked(client) <= 6
    client.force_login(colleague)
    assert number(read(client)) == "9"


def test_drawing_at_night_asks_no_more_for_more_colleagues(coordinator, school, counted):
    def asked_at_night() -> int:
        with CaptureQueriesContext(connection) as queries:
            tasks.draw_dashboards()
        return len(queries)

    tasks.draw_dashboards()
    before = asked_at_night()
    for _colleague in range(3):
        Membership.objects.create(user=f.UserFactory(), organisation=school, role=Role.COORDINATOR)
    assert asked_at_night() == before


def test_the_kept_page_is_the_same_page(client, coordinator, counted):
    client.force_login(coordinator)
    first, second = (words(select(read(client), "main")[0]) for _time in range(2))
    assert first == second
    assert "9 studenten hebben nog geen plek" in first


def test_a_new_count_is_shown_at_once(client, coordinator, school):
    nights.cell(nights.night(today() - dt.timedelta(days=1)), school, open=9)
    client.force_login(coordinator)
    assert number(read(client)) == "9"
    nights.cell(nights.night(), school, open=7)
    assert number(read(client)) == "7"


def test_two_schools_and_two_people_never_get_each_others_page(
    client, coordinator, other_coordinator, admin_user, school, other_school, counted
):
    nights.cell(counted, other_school, municipality=nights.gouda(), open=31)
    for _round in range(2):
        for user, mine, other in ((coordinator, "9", "Gouda"), (other_coordinator, "31", "Leiden")):
            client.force_login(user)
            found = read(client)
            assert number(found) == mine
            assert other not in words(select(found, "main")[0])
            shown = select(found, "a.sm-who")[0]
            assert user.get_short_name() in words(shown)
        client.force_login(admin_user)
        assert number(read(client, school=other_school.slug)) == "31"
        assert number(read(client, school=school.slug)) == "9"
    client.force_login(coordinator)
    assert client.get(PAGE, {"school": other_school.slug}).status_code == 404


def test_the_other_schools_of_one_reader_are_not_in_the_page_of_the_next(
    client, coordinator, school, other_school, counted
):
    both = f.UserFactory()
    for one in (school, other_school):
        Membership.objects.create(user=both, organisation=one, role=Role.COORDINATOR)
    client.force_login(both)
    assert other_school.name in client.get(PAGE, {"school": school.slug}).content.decode()
    client.force_login(coordinator)
    assert other_school.name not in client.get(PAGE).content.decode()
    client.force_login(both)
    assert other_school.name in client.get(PAGE, {"school": school.slug}).content.decode()


def test_another_choice_gives_another_page(client, coordinator, school, counted):
    later = f.PeriodFactory(slug="later", name="later", starts_on=today() + dt.timedelta(days=300),
                            ends_on=today() + dt.timedelta(days=400))  # fmt: skip
    nights.cell(counted, school, period=later, open=3)
    client.force_login(coordinator)
    for _round in range(2):
        assert number(read(client)) == "9"
        assert number(read(client, periode="later")) == "3"
        assert "Leiden" in words(select(read(client, gebied="corop"), "svg.sm-regiokaart")[0])


def test_each_language_has_its_own(client, coordinator, counted):
    client.force_login(coordinator)
    dutch = [asked(client), asked(client)]
    client.cookies["taal"] = "en"
    english = [asked(client), asked(client)]
    assert english == dutch
    assert english[0] > english[1]


def test_an_address_that_was_made_up_is_not_kept(client, coordinator, counted):
    client.force_login(coordinator)
    known = asked(client)
    assert asked(client, periode="maan", alles="42") >= known - 3
    assert asked(client, periode="maan", alles="42") > asked(client)


def test_no_token_and_no_name_is_kept(client, coordinator, school, counted, monkeypatch):
    kept: list[object] = []
    real = cache.set
    monkeypatch.setattr(cache, "set", lambda key, value, *more: kept.append((key, value)) or real(key, value, *more))
    search = f.SearchFactory(student__programme=DemandCell.objects.first().programme, student__rejections=9,
                             student__user__first_name="Aaliyah", student__user__last_name="Verzonnen")  # fmt: skip
    client.force_login(coordinator)
    text = client.get(PAGE).content.decode()
    assert "Aaliyah Verzonnen" in text
    assert [key.split(":")[1] for key, _value in kept] == ["shortage-cells", "shortage-dashboard", "in-need"]
    part = next(value for _key, value in kept if hasattr(value, "above"))
    urgent = next(value for _key, value in kept if isinstance(value, list))
    for told in (part.above + part.below, repr(urgent)):
        for secret in (
            "Aaliyah",
            "Verzonnen",
            search.student.user.email,
            coordinator.email,
            "csrf",
            '<form method="post"',
        ):
            assert secret not in told


def test_without_redis_the_page_works(client, coordinator, counted, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    client.force_login(coordinator)
    for _round in range(2):
        assert number(read(client)) == "9"


def _stuck(school, number):
    programme = f.ProgrammeFactory(school=school)
    found = []
    for n in range(number):
        search = f.SearchFactory(student__programme=programme, student__rejections=3 + n % 7, max_distance_km=2 + n,
                                 student__user__last_name=f"Achternaam {n % 3}")  # fmt: skip
        search.target_groups.set([f.TargetGroupFactory(slug=f"groep-{n % 2}"), f.TargetGroupFactory(slug="groep-9")])
        if n % 4 == 0:
            nights.situation(nights.ShortageSnapshot.objects.latest("pk"), search, Situation.NONE)
        found.append(search)
    return found


def test_the_most_urgent_are_those_of_the_whole_list(school, counted):
    searches = _stuck(school, 12)
    period, settings = searches[0].period, HelpSettings(school=school)
    expected = needing_help(school, 8, settings=settings, period=period)
    found = rows_of(school, most_urgent(school, 8, period=period.pk, settings=settings), 8)
    assert len(expected) == 8

    def told(row):
        return (row.student, row.search, row.reasons, row.kind, row.where, row.seeks, row.action_url,
                row.open_applications, row.student.user.get_full_name())  # fmt: skip

    assert [told(row) for row in found] == [told(row) for row in expected]


def test_who_found_a_place_leaves_the_list_at_once(client, coordinator, school, counted):
    gone, stays = _stuck(school, 2)
    client.force_login(coordinator)

    def named():
        return {
            words(cell).split(" ")[0]
            for cell in select(read(client), "section.sm-nieuwe-bladzijde table.sm-tabel-stapel tbody th")
        }

    first = {gone.student.user.first_name, stays.student.user.first_name}
    assert named() == first
    f.ApplicationFactory(search=gone, status=ApplicationStatus.INVITED)
    assert named() == {stays.student.user.first_name}


def test_the_fields_of_what_if_are_drawn_once_for_each_school_and_never_with_what_was_filled_in(
    client, coordinator, other_coordinator, other_school, counted
):
    nights.cell(counted, other_school, municipality=nights.gouda(), open=31)
    url = reverse("shortage-what-if")

    def places(**query):
        found = tree(client.get(url, query).content)
        return [option.text for option in select(select(found, "select")[0], "option")]

    numbers = []
    for _round in range(2):
        for user, mine, other in ((coordinator, "Leiden", "Gouda"), (other_coordinator, "Gouda", "Leiden")):
            client.force_login(user)
            with CaptureQueriesContext(connection) as queries:
                assert mine in places()
            numbers.append(len(queries))
            assert other not in places()
            faulty = client.get(url, {"plekken": "77"})
            assert faulty.status_code == 422
            assert "hoogstens 50" in faulty.content.decode()
            again = client.get(url).content.decode()
            fields = {field.get("name"): field for field in select(tree(again.encode()), "form input")}
            assert fields["plekken"].get("value") == "5"
            assert "hoogstens 50" not in again
    assert max(numbers[2:]) < min(numbers[:2])
