"""The public list, the map and a place's page: words, filters with counts, order, pages, and who sees what."""

import datetime as dt
import json
import re

import pytest
from django.core.signals import request_started
from django.db import connection, reset_queries
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from organisations.enums import Weekday
from placements import services
from placements.browse.cards import _drawn, card_of, for_cards
from placements.browse.listing import Listing, rough_fit
from placements.browse.map import to_drawing
from placements.enums import VacancyStatus
from placements.fit import Fit
from placements.models import Vacancy
from stagematch.clock import today
from stagematch.regions.models import Region
from tests import factories as f
from tests.placements.steps import submit

HOSTILE = [
    "' or 1=1 --",
    '"><script>alert(1)</script>',
    "%",
    "\\",
    "a" * 5000,
    "ouderen & | ! ( ) : * <->",
    "-",
    '"',
    "or or or",
    "=cmd|' /C calc'!A0",
    "🙂 Ðeķşįğ",
]
HONEST = ["'s-Gravenhage", "Zoë", "IJsselstein", "Çelik", "van 't Hoff", "Bergen op Zoom"]


def queries(client, url: str) -> int:
    """How many queries a page costs, the second time: what is kept in memory is then there."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        request_started.disconnect(reset_queries)
        try:
            assert client.get(url).status_code == 200
        finally:
            request_started.connect(reset_queries)
        return len(captured)


def titles(query: str, **kwargs) -> list[str]:
    listing = Listing(QueryDict(query), student=None, search=None, **kwargs)
    found = [card.titel for card in listing.cards()]
    assert listing.total >= len(found)
    return found


@pytest.fixture
def leiden(db):
    return f.PostcodeFactory()


@pytest.fixture
def groningen(db):
    return f.PostcodeFactory(pc4="9711", place="Groningen", latitude=53.2189, longitude=6.5680)


@pytest.fixture
def two(leiden, groningen):
    """Two places that differ in everything a filter can ask."""
    elderly, youth = f.TargetGroupFactory(slug="ouderen"), f.TargetGroupFactory(slug="jongeren")
    cooking = f.VacancyFactory(
        title="Samen koken met ouderen",
        team__location__postcode=leiden,
        target_groups=[elderly],
        weekdays=Weekday.MONDAY | Weekday.TUESDAY,
        days_fixed=True,
        years=0b0010,
        allowance="monthly",
        hours_min=16,
        hours_max=16,
    )
    football = f.VacancyFactory(
        title="Voetballen op het plein",
        team__location__postcode=groningen,
        team__location__step_free=True,
        target_groups=[youth],
        weekdays=Weekday.THURSDAY | Weekday.FRIDAY,
        days_per_week=2,
        years=0b0100,
        kind="wijklab",
        hours_min=24,
        hours_max=32,
    )
    services.refresh_search_text(Vacancy.objects.all())
    return cooking, football


@pytest.mark.parametrize(
    "words", ["ouderen", "oudere", "oudern", "Ouderren", "kokn", "samen oudern", '"koken met ouderen"']
)
def test_words_find_the_place_despite_spelling(two, words):
    assert titles(f"q={words}") == ["Samen koken met ouderen"]


@pytest.mark.parametrize("words", ["xyzzy", "ouderen -koken", "zz zz"])
def test_words_that_nobody_wrote_find_nothing(two, words):
    assert titles(f"q={words}") == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("doelgroep=ouderen", True),
        ("doelgroep=jongeren", False),
        ("dag=ma&dag=di", True),
        ("dag=ma&dag=di&dag=wo", True),
        ("dag=do&dag=vr", False),
        ("leerjaar=2", True),
        ("leerjaar=3", False),
        ("vergoeding=monthly", True),
        ("vergoeding=none", False),
        ("soort=wijklab", False),
        ("toegankelijk=1", False),
        ("uren=16", True),
        ("uren=28", False),
        ("plaats=2312&afstand=5", True),
        ("plaats=Leiden", True),
        ("plaats=9711 AB&afstand=10", False),
    ],
)
def test_each_filter_leaves_what_it_should(two, query, first):
    assert titles(query) == [two[0 if first else 1].title]


def test_fixed_days_ask_for_all_of_them(two):
    assert titles("dag=ma") == []


def test_doelgroepen_add_up_and_other_filters_narrow(two):
    assert len(titles("doelgroep=ouderen&doelgroep=jongeren")) == 2
    assert titles("doelgroep=ouderen&doelgroep=jongeren&leerjaar=3") == [two[1].title]


def test_regions_by_province_and_by_smaller_area(two, leiden):
    long_ago = dt.date(2020, 1, 1)
    leiden.province = Region.objects.create(kind="province", code="PV28", name="Zuid-Holland", valid_from=long_ago)
    leiden.corop = Region.objects.create(kind="corop", code="NL337", name="Leiden en Bollenstreek", valid_from=long_ago)
    leiden.save()
    assert titles("regio=PV28") == titles("regio=NL337") == [two[0].title]
    assert len(titles("regio=onbekend")) == 2


def test_counts_say_what_a_choice_would_leave(two):
    listing = Listing(QueryDict("doelgroep=ouderen"), student=None, search=None)
    assert listing.total == 1
    # The own filter is left out of its counts, the others are not.
    assert {c.value: c.number for c in listing.doelgroep} == {"ouderen": 1, "jongeren": 1}
    assert {c.value: c.number for c in listing.leerjaar} == {"2": 1}
    assert {c.value: c.number for c in listing.dag if c.number} == {"ma": 1, "di": 1}
    assert {c.value: c.number for c in listing.vergoeding} == {"monthly": 1}


def test_a_count_is_what_the_list_then_shows(two):
    listing = Listing(QueryDict(""), student=None, search=None)
    for name in ("doelgroep", "leerjaar", "vergoeding", "soort", "opleiding", "periode"):
        for choice in getattr(listing, name):
            assert len(titles(f"{name}={choice.value}")) == choice.number, (name, choice)


def test_versions_of_a_kwalificatie_are_one_choice(two, search):
    """Students, and the places themselves, stand on different versions; whoever chooses the opleiding sees all."""
    old = f.QualificationFactory()
    new = f.QualificationFactory(valid_from=today(), name="Sociaal werker, nieuwe versie")
    f.QualificationFactory(valid_from=today() + dt.timedelta(days=1), name="Van morgen")
    two[0].qualifications.set([old, new])
    two[1].qualifications.set([new])
    [choice] = Listing(QueryDict(""), student=None, search=None).opleiding
    assert (choice.value, choice.label, choice.number) == ("25615", new.name, 2)
    assert len(titles("opleiding=25615")) == 2
    rough = dict(Vacancy.objects.annotate(rough=rough_fit(search)).values_list("pk", "rough"))
    two[1].qualifications.set([old])
    assert dict(Vacancy.objects.annotate(rough=rough_fit(search)).values_list("pk", "rough")) == rough


def test_only_published_places_of_approved_organisations(client, two):
    f.VacancyFactory(title="Concept", status=VacancyStatus.DRAFT)
    f.VacancyFactory(title="Later", publish_from=today() + dt.timedelta(days=1))
    f.VacancyFactory(title="Voorbij", publish_until=today() - dt.timedelta(days=1))
    f.VacancyFactory(title="Niet goedgekeurd", team__organisation__is_approved=False)
    assert len(titles("")) == 2


def test_sorts(two, search):
    by_distance = titles("sorteer=dichtbij&plaats=9711&afstand=")
    assert by_distance[0] == two[1].title
    submit_to = two[0]
    f.ApplicationFactory(vacancy=submit_to)
    asked = Listing(QueryDict("sorteer=reacties"), student=search.student, search=search)
    assert [card.titel for card in asked.cards()] == [two[1].title, two[0].title]
    assert "reacties" in {choice.value for choice in asked.sorts}
    two[0].publish_from = today() - dt.timedelta(days=9)
    two[0].save()
    assert titles("sorteer=nieuwste") == [two[1].title, two[0].title]


def test_how_many_students_react_is_told_to_students_only(client, two, search, coordinator):
    """Few students stand behind it, so nobody outside their school may count them (R9); students choose by it (S4)."""
    f.ApplicationFactory(vacancy=two[1])
    Vacancy.objects.filter(pk=two[1].pk).update(places=3, places_taken=1)
    pages = ("/stageplekken/", "/stageplekken/?sorteer=reacties", f"/stageplekken/{two[1].public_id}/",
             f"/stageplekken/{two[0].public_id}/", "/stageplekken/kaart/", "/stageplekken/feed.json",
             f"/organisaties/{two[1].organisation.slug}/")  # fmt: skip
    before = {}
    for user in (None, coordinator):
        if user is not None:
            client.force_login(user)
        for page in pages:
            before[user, page] = client.get(page, follow=True).content.decode()
            said = " ".join(re.sub("<[^>]+>", "", before[user, page]).split())
            assert not re.search(r"\d reactie|wacht(en)? op antwoord|Nog niemand reageerde", said), page
    f.ApplicationFactory(vacancy=two[1])
    assert titles("sorteer=reacties") == titles("sorteer=nieuwste")
    for page in pages[:2]:
        found = re.findall(r"<article.*?</article>", before[None, page], re.S)
        client.logout()
        assert re.findall(r"<article.*?</article>", client.get(page).content.decode(), re.S) == found
    posting = json.loads(re.search(r'application/ld\+json"[^>]*>(.*?)</script>', before[None, pages[2]], re.S).group(1))
    assert posting["totalJobOpenings"] == 2
    item = next(i for i in json.loads(before[None, pages[5]])["items"] if i["title"] == two[1].title)
    assert {k: v for k, v in item["_stagematch"].items() if "places" in k} == {"places_free": 2}
    client.force_login(search.student.user)
    assert "2 reacties" in " ".join(re.sub("<[^>]+>", "", client.get(pages[0]).content.decode()).split())
    assert "2 studenten wachten op antwoord" in client.get(pages[2], follow=True).content.decode()


def test_best_fit_first_for_a_student(two, search):
    listing = Listing(QueryDict(""), student=search.student, search=search)
    found = listing.cards()
    assert found[0].titel == two[0].title  # year 2, near Leiden
    assert all(card.bewaar_url for card in found)


def test_chips_take_one_thing_off(client, two):
    page = client.get("/stageplekken/?doelgroep=ouderen&doelgroep=jongeren&dag=ma&dag=di").content.decode()
    chips = re.findall(r'class="sm-chip" href="([^"]+)"', page)
    assert len(chips) == 4
    assert "?doelgroep=jongeren&amp;dag=ma&amp;dag=di" in chips or any("doelgroep=ouderen" not in c for c in chips)


def test_pages_keep_the_search_and_never_run_out(client, organisation):
    team = f.TeamFactory(organisation=organisation)
    pool = f.TeamCapacityFactory(team=team, places=99)
    for _ in range(41):
        f.VacancyFactory(team=team, pool=pool, period=pool.period)
    last = client.get("/stageplekken/?leerjaar=2&pagina=3").content.decode()
    assert last.count("sm-plek__head") == 1
    for wild in ("999", "999999999999999999999", "-1", "abc", "0", "", "٣", "1e9"):
        assert client.get("/stageplekken/", {"leerjaar": "2", "pagina": wild}).status_code == 200
    assert client.get("/stageplekken/?leerjaar=2&pagina=999").content.decode().count("sm-plek__head") == 1
    assert "?leerjaar=2&amp;pagina=2" in last


def test_empty_state_offers_ways_out(client, two):
    page = client.get("/stageplekken/?q=xyzzy&leerjaar=2").content.decode()
    assert "Hier is nu geen plek. Dat ligt niet aan jou." in page
    assert "?leerjaar=2" in page
    assert "?q=xyzzy" in page


NAMES = ["plaats", "regio", "doelgroep", "leerjaar", "dag", "afstand", "sorteer", "pagina", "uren", "opleiding"]


@pytest.mark.parametrize("text", HOSTILE + HONEST)
def test_no_input_breaks_the_list(client, two, text):
    for view in ("vacancy-list", "vacancy-map"):
        for query in ({"q": text}, dict.fromkeys(NAMES, text)):
            response = client.get(reverse(view), query)
            assert response.status_code == 200
            assert "<script>alert" not in response.content.decode()


def test_list_costs_the_same_for_one_and_three(client, student, two):
    client.force_login(student)
    url = "/stageplekken/?leerjaar=2&sorteer=past"
    f.VacancyFactory()
    one = queries(client, url)
    for _ in range(2):
        f.VacancyFactory()
    assert queries(client, url) == one <= 12


@pytest.mark.parametrize("path", ["/stageplekken/", "/stageplekken/kaart/"])
def test_visitors_cost_few_queries(client, two, path):
    assert queries(client, f"{path}?q=ouderen&plaats=2312&afstand=20&doelgroep=ouderen") <= 12


def test_map_draws_a_number_per_area_with_a_link(client, two, leiden):
    leiden.corop = Region.objects.create(kind="corop", code="NL337", name="Leiden", valid_from=dt.date(2020, 1, 1))
    leiden.save()
    page = client.get("/stageplekken/kaart/").content.decode()
    assert 'aria-label="Leiden: 1 vrije plek"' in page
    assert "regio=NL337" in page
    near = client.get("/stageplekken/kaart/?plaats=2312&afstand=20").content.decode()
    assert 'aria-label="Leiden: 1 vrije plek"' in near


def test_drawing_puts_the_north_above_and_the_east_to_the_right():
    (gx, gy), (mx, my) = to_drawing(53.2189, 6.5680), to_drawing(50.8514, 5.6910)
    assert gx > mx
    assert gy < my
    assert 0 < mx < 535
    assert 0 < gy < 635


# --- One place ----------------------------------------------------------------------------------------------


def test_detail_tells_all_facts_to_a_visitor(client, vacancy):
    page = client.get(reverse("vacancy-detail", args=[vacancy.public_id])).content.decode()
    for fact in (
        vacancy.title,
        vacancy.organisation.name,
        "Team Noord",
        "Leiden",
        "10 werkdagen",
        "Reageer op deze plek",
    ):
        assert fact in page
    assert "style=" not in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S).group(1))
    assert data["@type"] == "JobPosting"
    assert data["title"] == vacancy.title


def test_detail_escapes_what_an_organisation_writes(client, vacancy):
    nasty = "</script><script>alert(1)</script>"
    Vacancy.objects.filter(pk=vacancy.pk).update(title=nasty, tasks=nasty, guidance=nasty)
    page = client.get(reverse("vacancy-detail", args=[vacancy.public_id])).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("role", [None, "student", "other_broker", "coordinator"])
def test_a_draft_does_not_exist_for_others(client, request, vacancy, role):
    Vacancy.objects.filter(pk=vacancy.pk).update(status=VacancyStatus.DRAFT)
    if role:
        client.force_login(request.getfixturevalue(role))
    assert client.get(reverse("vacancy-detail", args=[vacancy.public_id])).status_code == 404


def test_a_closed_place_stays_readable_for_who_reacted(client, search, student, other_student, vacancy):
    submit(search, vacancy)
    Vacancy.objects.filter(pk=vacancy.pk).update(status=VacancyStatus.CLOSED)
    url = reverse("vacancy-detail", args=[vacancy.public_id])
    client.force_login(student)
    assert client.get(url).status_code == 200
    client.force_login(other_student)
    assert client.get(url).status_code == 404


def test_detail_costs_few_queries(client, student, vacancy):
    client.force_login(student)
    assert queries(client, reverse("vacancy-detail", args=[vacancy.public_id])) <= 12


@pytest.mark.parametrize("path", ["/stageplekken/", "/stageplekken/kaart/"])
def test_a_place_by_name_and_a_misspelled_word_cost_a_student_few_queries(client, student, two, path):
    """The dearest search there is: the place is looked up by its name, and the exact words find nothing."""
    f.VacancyFactory(title="Wandelen met ouderen")
    client.force_login(student)
    url = f"{path}?q=wandellen&plaats=Leid&afstand=20"
    assert "Wandelen met ouderen" in client.get(url).content.decode()
    assert queries(client, url) <= 12


def test_a_new_doelgroep_is_a_choice_at_once(client, two):
    client.get("/stageplekken/")
    f.VacancyFactory(target_groups=[f.TargetGroupFactory(slug="dak-en-thuislozen", name="Dak- en thuislozen")])
    assert "Dak- en thuislozen" in client.get("/stageplekken/").content.decode()


def test_a_card_is_drawn_once_for_everybody_and_never_with_something_of_a_person(student, vacancy):
    """What is kept in the process says what any visitor reads: no way from home, no button, no number of reactions."""
    everybody = card_of(for_cards(Vacancy.objects.filter(pk=vacancy.pk), None).get())
    assert everybody.drawn == render_to_string("ui/plek_kaart.html", {"p": everybody})
    home = f.PostcodeFactory()
    for_student = for_cards(Vacancy.objects.filter(pk=vacancy.pk), student.student).get()
    visitor = for_cards(Vacancy.objects.filter(pk=vacancy.pk), None).get()
    assert card_of(for_student).drawn == ""
    assert card_of(visitor, can_save=True).drawn == ""
    assert card_of(visitor, origin=home).drawn == ""
    assert card_of(visitor, fit=Fit(score=900, tiles=5)).drawn == ""


def test_a_drawn_card_changes_with_what_it_says_and_with_the_language(client, two):
    vacancy = two[0]
    Vacancy.objects.filter(pk=vacancy.pk).update(places=2, places_taken=0)
    assert "2</strong> plekken vrij" in client.get("/stageplekken/").content.decode()
    Vacancy.objects.filter(pk=vacancy.pk).update(places_taken=1, title="Een heel andere plek")
    page = client.get("/stageplekken/").content.decode()
    assert "Een heel andere plek" in page
    assert "2</strong> plekken vrij" not in page
    card = card_of(for_cards(Vacancy.objects.filter(pk=vacancy.pk), None).get())
    assert card.drawn
    kept = len(_drawn)
    with translation.override("en"):
        assert card.drawn
    assert len(_drawn) == kept + 1
