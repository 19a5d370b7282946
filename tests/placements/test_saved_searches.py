"""Kept places in an own order, and kept searches: mail about what is new and nothing else, a feed, a way to stop (S6)."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from placements import services
from placements.enums import SearchMailFrequency, VacancyStatus
from placements.models import Favourite, SavedSearch, Vacancy
from placements.services.saved_searches import MAX_SAVED, canonical
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.services import delete_person, export_person
from tests import factories as f


@pytest.fixture
def me(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def youth():
    return f.TargetGroupFactory(slug="jongeren")


def save(search, query: str = "doelgroep=jongeren", frequency: str = "daily") -> SavedSearch:
    return services.save_search(
        student=search.student, name="Met jongeren", query=QueryDict(query), frequency=frequency
    )


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="saved_search_news").order_by("pk"))


def run(day: dt.date) -> None:
    with at(day):
        call_command("send_student_news", date=day.isoformat())


def day(n: int) -> dt.date:
    return today() + dt.timedelta(days=n)


# --- Order of what is kept ----------------------------------------------------------------------------------


def test_kept_places_move_up_and_down(me, search):
    titles = ["Een", "Twee", "Drie"]
    places = [f.VacancyFactory(title=title) for title in titles]
    for place in places:
        services.toggle_favourite(student=search.student, vacancy=place)

    def order() -> list[str]:
        return list(Favourite.objects.order_by("rank").values_list("vacancy__title", flat=True))

    def move(place: Vacancy, direction: str) -> str:
        response = me.post(reverse("favourite-move", args=[place.public_id]), {"richting": direction})
        assert response.status_code == 302
        return str(response.url)

    assert move(places[2], "op").endswith(f"#plek-{places[2].public_id}")
    assert order() == ["Een", "Drie", "Twee"]
    move(places[0], "neer")
    assert order() == ["Drie", "Een", "Twee"]
    move(places[2], "op")  # is first already
    assert order() == ["Drie", "Een", "Twee"]
    page = me.get(reverse("my-saved")).content.decode()
    assert page.index("Drie") < page.index("Een") < page.index("Twee")
    assert "Nummer 1 van 3" in page


def test_a_place_that_is_not_kept_does_not_move(me, vacancy):
    me.post(reverse("favourite-move", args=[vacancy.public_id]), {"richting": "op"})
    assert not Favourite.objects.exists()


# --- Keeping a search ---------------------------------------------------------------------------------------


def test_a_search_is_kept_from_the_list_with_a_name_and_how_often(me, youth, vacancy):
    link = f"{reverse('search-save')}?doelgroep=jongeren&amp;sorteer=nieuwste"
    assert reverse("search-save") in me.get("/stageplekken/?doelgroep=jongeren&sorteer=nieuwste").content.decode()
    url = link.replace("&amp;", "&")
    assert "Jongeren" in me.get(url).content.decode()
    response = me.post(url, {"name": "Met jongeren", "frequency": "weekly"}, follow=True)
    assert "Je zoekopdracht is bewaard." in response.content.decode()
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.frequency, saved.known) == ("doelgroep=jongeren", "weekly", [vacancy.pk])
    again = me.post(url, {"name": "Nog eens", "frequency": "daily"})
    assert "Deze zoekopdracht heb je al bewaard." in again.content.decode()


def test_the_same_filters_in_another_order_are_the_same_search():
    one = canonical(QueryDict("doelgroep=ouderen&doelgroep=jongeren&q=&pagina=3&utm_source=x"))
    assert one == canonical(QueryDict("doelgroep=jongeren&doelgroep=ouderen&sorteer=nieuwste"))
    assert one == "doelgroep=jongeren&doelgroep=ouderen"


def test_a_student_keeps_a_limited_number(search):
    for n in range(MAX_SAVED):
        save(search, f"q=woord{n}")
    with pytest.raises(RuleError) as error:
        save(search, "q=nog-een")
    assert error.value.code == "too_many"


@pytest.mark.parametrize("text", ["' or 1=1", "<script>alert(1)</script>", "%", "x" * 3000])
def test_no_input_breaks_keeping_a_search(me, text):
    response = me.post(
        reverse("search-save") + "?" + QueryDict(mutable=True).urlencode(), {"name": text, "frequency": "x"}
    )
    assert response.status_code == 200
    assert me.get(reverse("search-save"), {"q": text, "doelgroep": text}).status_code == 200
    assert "<script>alert" not in response.content.decode()


# --- The mail -----------------------------------------------------------------------------------------------


def test_only_what_is_new_is_mailed_once(search, youth, vacancy):
    save(search)
    run(day(1))
    assert mails() == []  # nothing new is no mail
    fresh = f.VacancyFactory(title="Nieuw op het plein")
    f.VacancyFactory(title="Iets met ouderen", target_groups=[f.TargetGroupFactory(slug="ouderen")])
    run(day(2))
    run(day(2))
    (mail,) = mails()
    assert mail.to_user == search.student.user
    assert fresh.title in mail.body_text
    assert vacancy.title not in mail.body_text
    assert "ouderen" not in mail.body_text
    run(day(3))
    assert len(mails()) == 1


def test_a_place_that_is_published_late_for_an_earlier_day_is_still_new(search, youth):
    save(search)
    late = f.VacancyFactory(title="Kwam later", status=VacancyStatus.DRAFT, publish_from=day(-30))
    run(day(1))
    Vacancy.objects.filter(pk=late.pk).update(status=VacancyStatus.PUBLISHED)
    run(day(2))
    assert "Kwam later" in mails()[0].body_text


def test_weekly_waits_a_week_and_makes_up_for_a_missed_day(search, youth):
    save(search, frequency="weekly")
    f.VacancyFactory(title="Nieuw op het plein")
    run(day(6))
    assert mails() == []
    run(day(9))  # the seventh day was missed
    assert len(mails()) == 1
    f.VacancyFactory(title="Nog een")
    run(day(15))
    assert len(mails()) == 1
    run(day(16))
    assert len(mails()) == 2


def test_never_is_never_and_asking_again_starts_from_now(search, youth):
    saved = save(search, frequency="never")
    f.VacancyFactory(title="Terwijl het uit stond")
    run(day(10))
    assert mails() == []
    services.change_frequency(saved=saved, frequency="daily")
    run(day(11))
    assert mails() == []


def test_a_dry_run_changes_nothing(search, youth):
    save(search)
    f.VacancyFactory()
    with at(day(1)):
        assert services.mail_saved_searches(day=day(0), dry_run=True) == 1
    assert mails() == []
    assert SavedSearch.objects.get().known == []


def test_the_mail_can_be_stopped_without_signing_in(client, search, youth):
    save(search)
    f.VacancyFactory()
    run(day(1))
    path = re.search(r"Stop deze mail: https?://[^/]+(/\S+)", mails()[0].body_text)
    assert path is not None
    assert "Wil je deze mail stoppen?" in client.get(path[1]).content.decode()
    assert SavedSearch.objects.get().frequency == SearchMailFrequency.DAILY  # opening stops nothing
    assert "geen mail meer" in client.post(path[1]).content.decode()
    assert SavedSearch.objects.get().frequency == SearchMailFrequency.NEVER
    assert client.get(path[1]).status_code == 200
    assert client.get(path[1][:-6] + "xxxxx/").status_code == 404


# --- The feed -----------------------------------------------------------------------------------------------


def feed_path(me, saved: SavedSearch) -> str:
    page = me.post(reverse("search-feed-address", args=[saved.public_id])).content.decode()
    found = re.search(r'value="https?://[^/]+(/feed/[^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_feed_shows_the_places_and_not_whose_search_it_is(me, client, search, student, youth, vacancy):
    saved = save(search)
    path = feed_path(me, saved)
    me.logout()
    response = client.get(path)
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(response.content)  # noqa: S314 -- our own feed
    titles = [e.text for e in root.findall(".//{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}title")]
    assert titles == [vacancy.title]
    for secret in (student.email, student.first_name, student.last_name):
        assert secret not in response.content.decode()


def test_a_new_address_ends_the_old_one_and_deleting_ends_all(me, search, youth, vacancy):
    saved = save(search)
    old, new = feed_path(me, saved), feed_path(me, saved)
    assert me.get(old).status_code == 410
    assert me.get(new).status_code == 200
    me.post(reverse("search-change", args=[saved.public_id]), {"weg": "1"})
    assert not SavedSearch.objects.exists()
    assert me.get(new).status_code == 410


def test_somebody_elses_search_does_not_exist(client, search, other_student, youth):
    saved = save(search)
    client.force_login(other_student)
    for name in ("search-change", "search-feed-address"):
        assert client.post(reverse(name, args=[saved.public_id]), {"weg": "1"}).status_code == 404
    assert SavedSearch.objects.exists()


def test_saved_searches_are_in_the_export_and_go_with_the_account(me, client, search, student, youth):
    saved = save(search)
    path = feed_path(me, saved)
    assert "Met jongeren" in str(export_person(user=student))
    delete_person(user=student)
    assert not SavedSearch.objects.exists()
    assert client.get(path).status_code == 404
