"""Roadshows: who sees and changes them, the states, the calendar, and what the demo says of the published ones."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from icalendar import Calendar

from organisations.enums import Role
from organisations.models import Membership, Organisation
from roadshows import services
from roadshows.demo import load_published
from roadshows.enums import TRANSITIONS, RoadshowStatus
from roadshows.models import Roadshow
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(organisation: Organisation) -> User:
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def stranger(other_organisation: Organisation) -> User:
    user = f.UserFactory(email="stranger@cast.example")
    Membership.objects.create(user=user, organisation=other_organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation: Organisation, organiser: User) -> Roadshow:
    return services.create_roadshow(
        organisation=organisation,
        title="Wijk maakt plek",
        actor=organiser,
        day=today() + dt.timedelta(days=30),
        begins_at=dt.time(13, 0),
        ends_at=dt.time(17, 0),
        place="Delft",
        venue="Het Buurthuis",
    )


def _calendar(client, roadshow: Roadshow) -> Calendar:
    answer = client.get(reverse("roadshow-ics", args=[roadshow.slug]))
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    return calendar


def test_only_an_organiser_of_that_organisation_makes_one(organisation, stranger):
    with pytest.raises(PermissionDenied):
        services.create_roadshow(organisation=organisation, title="Niet van mij", actor=stranger)


def test_two_with_one_title_have_their_own_address(organisation, organiser, roadshow):
    second = services.create_roadshow(organisation=organisation, title="Wijk maakt plek", actor=organiser)
    reserved = services.create_roadshow(organisation=organisation, title="Nieuw", actor=organiser)
    assert {roadshow.slug, second.slug, reserved.slug} == {"wijk-maakt-plek", "wijk-maakt-plek-2", "nieuw-2"}


@pytest.mark.parametrize("source", RoadshowStatus)
@pytest.mark.parametrize("target", RoadshowStatus)
def test_every_pair_of_states(source, target, roadshow, organiser):
    Roadshow.objects.filter(pk=roadshow.pk).update(status=source, day=today())
    if target in TRANSITIONS[source]:
        changed = services.change_status(roadshow=roadshow, to=target, actor=organiser, reason="De zaal is dicht.")
        assert changed.status == target
        assert changed.sequence == roadshow.sequence + 1
    else:
        with pytest.raises(Conflict):
            services.change_status(roadshow=roadshow, to=target, actor=organiser, reason="De zaal is dicht.")


def test_moving_and_calling_off_need_a_reason(roadshow, organiser):
    with pytest.raises(RuleError) as error:
        services.change_status(roadshow=roadshow, to=RoadshowStatus.CANCELLED, actor=organiser)
    assert error.value.code == "reason"
    with pytest.raises(RuleError) as error:
        services.move_roadshow(
            roadshow=roadshow, day=today() - dt.timedelta(days=1), reason="Zaal dicht", actor=organiser
        )
    assert error.value.code == "past"


def test_a_roadshow_cannot_have_been_held_before_its_day(roadshow, organiser):
    services.change_status(roadshow=roadshow, to=RoadshowStatus.CONFIRMED, actor=organiser)
    with pytest.raises(RuleError) as error:
        services.change_status(roadshow=roadshow, to=RoadshowStatus.HELD, actor=organiser)
    assert error.value.code == "not_yet"


def test_without_a_day_it_cannot_go_on(organisation, organiser):
    made = services.create_roadshow(organisation=organisation, title="Ooit", actor=organiser)
    with pytest.raises(RuleError) as error:
        services.change_status(roadshow=made, to=RoadshowStatus.CONFIRMED, actor=organiser)
    assert error.value.code == "no_day"


def test_the_day_of_a_confirmed_roadshow_moves_with_a_reason_only(roadshow, organiser):
    services.change_status(roadshow=roadshow, to=RoadshowStatus.CONFIRMED, actor=organiser)
    with pytest.raises(RuleError) as error:
        services.update_roadshow(roadshow=roadshow, actor=organiser, day=today() + dt.timedelta(days=31))
    assert error.value.code == "moved_without_reason"


def test_a_moved_roadshow_moves_in_the_calendar_and_is_not_doubled(client, roadshow, organiser):
    Roadshow.objects.filter(pk=roadshow.pk).update(is_public=True)
    before = _calendar(client, roadshow).walk("VEVENT")[0]
    new_day = today() + dt.timedelta(days=45)
    services.move_roadshow(
        roadshow=roadshow,
        day=new_day,
        begins_at=dt.time(9, 30),
        ends_at=dt.time(12, 0),
        reason="De zaal was bezet.",
        actor=organiser,
    )
    after = _calendar(client, roadshow).walk("VEVENT")[0]
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART"].dt.date() == new_day
    services.change_status(roadshow=roadshow, to=RoadshowStatus.CANCELLED, actor=organiser, reason="Te weinig mensen.")
    assert str(_calendar(client, roadshow).walk("VEVENT")[0]["STATUS"]) == "CANCELLED"


def test_the_feed_holds_what_is_public_and_still_to_come(client, roadshow):
    feed = reverse("roadshow-feed")
    assert Calendar.from_ical(client.get(feed).content).walk("VEVENT") == []
    Roadshow.objects.filter(pk=roadshow.pk).update(is_public=True)
    assert [str(e["SUMMARY"]) for e in Calendar.from_ical(client.get(feed).content).walk("VEVENT")] == [roadshow.title]


def test_a_hidden_roadshow_is_there_for_its_organisers_only(client, roadshow, organiser, stranger):
    page = reverse("roadshow-detail", args=[roadshow.slug])
    assert client.get(page).status_code == 404
    client.force_login(stranger)
    assert client.get(page).status_code == 404
    assert client.get(reverse("roadshow-edit", args=[roadshow.slug])).status_code == 404
    assert client.post(reverse("roadshow-copy", args=[roadshow.slug])).status_code == 404
    assert client.post(reverse("roadshow-status", args=[roadshow.slug]), {"to": "cancelled"}).status_code == 404
    client.force_login(organiser)
    assert client.get(page).status_code == 200


def test_an_organiser_makes_changes_and_copies_one_on_the_site(client, organisation, organiser):
    client.force_login(organiser)
    answer = client.post(reverse("roadshow-new"), {"organisation": organisation.pk, "title": "Delft maakt plek"})
    made = Roadshow.objects.get()
    assert answer.url == reverse("roadshow-edit", args=[made.slug])
    data = {
        "title": "Delft maakt plek",
        "day": (today() + dt.timedelta(days=10)).isoformat(),
        "begins_at": "13:00",
        "ends_at": "17:00",
        "is_public": "on",
        "programma-TOTAL_FORMS": "2",
        "programma-INITIAL_FORMS": "0",
        "programma-0-kind": "tables",
        "programma-0-begins_at": "14:15",
        "programma-0-title": "Werktafels",
        "programma-1-kind": "talk",
    }
    assert client.post(answer.url, data).status_code == 302
    made.refresh_from_db()
    assert made.is_public
    assert [part.title for part in made.parts.all()] == ["Werktafels"]
    client.post(reverse("roadshow-status", args=[made.slug]), {"to": "confirmed"})
    made.refresh_from_db()
    assert made.status == RoadshowStatus.CONFIRMED
    client.post(reverse("roadshow-copy", args=[made.slug]))
    copied = Roadshow.objects.exclude(pk=made.pk).get()
    assert (copied.status, copied.day, copied.is_public) == (RoadshowStatus.PLANNED, None, False)
    assert [part.title for part in copied.parts.all()] == ["Werktafels"]


def test_nothing_typed_is_lost_when_something_is_wrong(client, roadshow, organiser):
    client.force_login(organiser)
    data = {
        "title": "Een nieuwe titel",
        "day": roadshow.day.isoformat(),
        "begins_at": "17:00",
        "ends_at": "13:00",
        "programma-TOTAL_FORMS": "1",
        "programma-INITIAL_FORMS": "0",
        "programma-0-kind": "talk",
        "programma-0-text": "Zonder titel",
    }
    page = client.post(reverse("roadshow-edit", args=[roadshow.slug]), data).content.decode()
    assert "Geef dit onderdeel een titel" in page
    assert "Een nieuwe titel" in page
    assert "Zonder titel" in page
    data["programma-0-title"] = "Nu wel"
    page = client.post(reverse("roadshow-edit", args=[roadshow.slug]), data).content.decode()
    assert "De eindtijd moet na de begintijd liggen" in page
    roadshow.refresh_from_db()
    assert roadshow.title == "Wijk maakt plek"
    assert not roadshow.parts.exists()


def test_the_demo_has_the_six_published_roadshows_and_invents_nothing_about_them(client):
    assert load_published() == 6
    assert load_published() == 0
    radar = Roadshow.objects.get(slug="wmo-radar")
    assert (radar.day, radar.place, radar.attendance) == (None, "", "")
    assert all(row.source_note.startswith("Uit gepubliceerde bron") for row in Roadshow.objects.all())
    page = client.get(reverse("roadshow-list")).content.decode()
    for name in ("Eindhoven", "Rotterdam en Den Haag", "Leiden", "Venlo", "Amsterdam", "wmo radar"):
        assert name in page


def test_the_list_does_the_same_queries_for_one_and_for_many(
    client, organisation, organiser, django_assert_num_queries
):
    counts = []
    for total in (1, 3):
        while Roadshow.objects.count() < total:
            services.create_roadshow(organisation=organisation, title="Meer plek", actor=organiser, is_public=True)
        with django_assert_num_queries(4, exact=False) as queries:
            client.get(reverse("roadshow-list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
