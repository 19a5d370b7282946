"""The pages of the inventory: the link in the mail, the stagemakelaar, the school and the team; and who sees nothing."""

# mypy: disable-error-code="no-any-return"

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from organisations.enums import InventoryChoice, NoReason
from organisations.inventory import services
from organisations.models import InventoryAnswer, InventoryRequest, InventoryRound, Membership
from placements.models import Vacancy
from stagematch.audit.models import AccessLog
from stagematch.clock import today
from stagematch.links.models import SecretLink
from stagematch.ui.exports import safe_cell
from tests import factories as f
from tests.access import address, patterns
from tests.organisations.inventory.steps import days, give, link_in, mails

pytestmark = pytest.mark.django_db
MARK = "Zeepaardje-42"  # nothing else in any page is called this


@pytest.fixture
def path(asked, team_lead) -> str:
    """The address in the mail to the teamcoach."""
    return link_in(mails("inventory_request", team_lead)[0])


@pytest.fixture
def phone() -> Client:
    """Somebody without an account, with forms that are checked as in a browser."""
    return Client()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


class Fields(HTMLParser):
    """The names one can fill in on a page: a group of boxes counts once, a hidden field or button does not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(html.partition("<main")[2].partition("</main")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("input", "textarea", "select") and found.get("type") not in ("hidden", "submit"):
            self.names.add(found.get("name") or "")


def text_of(answer) -> str:
    return answer.content.decode()


# --- the link in the mail ---------------------------------------------------------------------------------


def test_a_team_answers_through_the_link_in_three_clicks_and_at_most_six_fields(path, phone, asked, supervisor):
    clicks = 1  # the link in the mail
    page = text_of(phone.get(path))
    assert "Heb je een stageplek?" in page
    counted = {}
    for word in ("ja", "misschien", "nee", "geregeld"):
        assert f'href="?antwoord={word}"' in page
        counted[word] = len(Fields(text_of(phone.get(f"{path}?antwoord={word}"))).names)
    clicks += 1  # one of the four answers
    assert counted == {"ja": 6, "misschien": 4, "nee": 3, "geregeld": 2}
    answer = phone.post(path, {"antwoord": "ja", "places": "2"})  # the shortest way: one field
    clicks += 1  # send
    assert clicks == 3
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    given = InventoryAnswer.objects.get()
    assert (given.choice, given.places, given.through_link) == ("yes", 2, True)
    assert "Dank je wel" in text_of(phone.get(path))


def test_opening_the_link_answers_nothing(path, phone, asked):
    for word in ("", "?antwoord=ja", "?antwoord=nee", "?antwoord=wat"):
        assert phone.get(path + word).status_code == 200
        assert phone.head(path + word).status_code == 200
    assert not InventoryAnswer.objects.exists()


def test_the_answer_is_complete_and_can_be_changed(path, phone, supervisor, asked):
    guide = Membership.objects.get(user=supervisor)
    phone.post(
        path,
        {
            "antwoord": "ja",
            "places": "2",
            "hours_per_week": "4",
            "supervisors": [guide.pk],
            "other_supervisors": "de beheerder",
            "work": "Samen koken",
            "needed": "Een begeleider erbij",
        },
    )
    page = text_of(phone.get(path))
    for part in (str(supervisor), "de beheerder", "Samen koken", "Een begeleider erbij", "4 uur"):
        assert part in page
    again = text_of(phone.get(f"{path}?antwoord=ja"))
    assert 'value="2"' in again
    assert "Samen koken" in again
    phone.post(path, {"antwoord": "nee", "reasons": [NoReason.NO_HOURS, NoReason.NO_GUIDE], "note": "Jammer"})
    given = InventoryAnswer.objects.get()
    assert (given.choice, given.places, given.work) == ("no", 0, "")
    assert given.reasons == NoReason.NO_HOURS | NoReason.NO_GUIDE
    assert not given.supervisors.exists()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(path, phone):
    answer = phone.post(path, {"antwoord": "ja", "places": "", "work": "Samen koken met de buurt"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Fout:" in page
    assert "Samen koken met de buurt" in page
    assert phone.post(path, {"antwoord": "nee"}).status_code == 422
    assert phone.post(path, {"antwoord": "nee", "note": "Geen plek"}).status_code == 302


def test_a_closed_round_shows_what_was_said_and_takes_no_more(path, phone, asked, broker):
    phone.post(path, {"antwoord": "ja", "places": "2"})
    services.close_round(round_=asked.round, actor=broker)
    page = text_of(phone.get(path))
    assert "ja, 2 plekken" in page
    assert "Is er iets veranderd?" not in page
    phone.post(path, {"antwoord": "nee", "note": "Toch niet"})
    assert InventoryAnswer.objects.get().choice == "yes"


def test_the_link_tells_nothing_about_other_teams(path, phone, unreached, team_south):
    page = text_of(phone.get(path)) + text_of(phone.get(f"{path}?antwoord=ja"))
    assert team_south.name not in page
    assert SecretLink.objects.get().email not in page


def test_the_form_of_the_link_needs_its_token(path):
    checked = Client(enforce_csrf_checks=True)
    assert checked.post(path, {"antwoord": "ja", "places": "2"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(checked.get(f"{path}?antwoord=ja")))
    assert token is not None
    sent = checked.post(path, {"antwoord": "ja", "places": "2", "csrfmiddlewaretoken": token.group(1)})
    assert sent.status_code == 302


# --- the teamcoach, signed in -------------------------------------------------------------------------------


def test_the_teamcoach_sees_the_question_on_the_team_page_and_answers_there(asked, team_lead):
    client = signed_in(team_lead)
    here = reverse("team-inventory", args=[asked.public_id])
    assert here in text_of(client.get(reverse("team-overview")))
    assert client.post(here, {"antwoord": "misschien", "places": "1"}).status_code == 302
    given = InventoryAnswer.objects.get()
    assert (given.choice, given.through_link, given.answered_by) == ("maybe", False, team_lead)
    assert "misschien, 1 plek" in text_of(client.get(reverse("team-overview")))


@pytest.mark.parametrize("who", ["broker", "other_broker", "coordinator", "student", "supervisor"])
def test_nobody_else_gets_at_the_question_of_a_team(who, asked, request):
    client = signed_in(request.getfixturevalue(who))
    here = reverse("team-inventory", args=[asked.public_id])
    assert client.get(here).status_code in (403, 404)
    assert client.post(here, {"antwoord": "ja", "places": "9"}).status_code in (403, 404)
    assert not InventoryAnswer.objects.exists()


# --- 'maybe' stays among those who plan -----------------------------------------------------------------------


@pytest.mark.parametrize("who", ["anonymous", "student", "other_student"])
def test_no_page_of_the_site_shows_a_maybe_to_students_or_the_public(
    who, asked, unreached, team_lead, vacancy, search, other_search, request
):
    """Every address of the site is asked; none of them may know what a team said, or that it was asked."""
    give(asked, team_lead, InventoryChoice.MAYBE, places=7, hours_per_week=13, needed=MARK)
    InventoryAnswer.objects.create(request=unreached, choice="yes", places=5, note=MARK, work=MARK)
    client = Client(raise_request_exception=False) if who == "anonymous" else signed_in(request.getfixturevalue(who))
    client.raise_request_exception = False
    samples = {
        "public_id": str(vacancy.public_id),
        "slug": vacancy.organisation.slug,
        "vacancy-detail:slug": "samen-koken",
        "stap": "reizen",
    }
    own = {
        "team-inventory:public_id": str(asked.public_id),
        "admin:inventory-team:public_id": str(asked.public_id),
        "admin:inventory-round:public_id": str(asked.round.public_id),
        "admin:inventory-period:slug": asked.period.slug,
        "admin:inventory-csv:slug": asked.period.slug,
        "admin:inventory-xlsx:slug": asked.period.slug,
    }
    seen = 0
    for pattern, name in patterns():
        url = address(pattern, name, samples | own)
        if url.startswith("/account/"):
            continue
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert MARK.encode() not in body, url
        seen += answer.status_code == 200
    assert seen >= 10
    assert MARK not in text_of(client.get(reverse("vacancy-list"), {"q": MARK.lower()})).partition("<main")[2].replace(
        f'value="{MARK}', ""
    )


def test_a_maybe_makes_no_place_that_search_or_matching_could_find(asked, team_lead, vacancy):
    before = list(Vacancy.objects.values_list("pk", "places", "status"))
    room = list(asked.team.capacities.values_list("pk", "places"))
    give(asked, team_lead, InventoryChoice.MAYBE, places=7)
    assert list(Vacancy.objects.values_list("pk", "places", "status")) == before
    assert list(asked.team.capacities.values_list("pk", "places")) == room


# --- the stagemakelaar ----------------------------------------------------------------------------------------


def test_the_stagemakelaar_opens_follows_chases_and_closes(organisation, broker, team_lead, team_south, period):
    client = signed_in(broker)
    index = reverse("admin:inventory")
    assert "Begin een ronde" in text_of(client.get(index))
    new = reverse("admin:inventory-new")
    assert client.post(new, {"owner": organisation.pk, "period": period.pk, "closes_on": ""}).status_code == 422
    sent = client.post(new, {"owner": organisation.pk, "period": period.pk, "closes_on": days(20).isoformat()})
    here = reverse("admin:inventory-period", args=[period.slug])
    assert sent.headers["Location"] == here
    assert client.get(index).headers["Location"] == here
    page = text_of(client.get(here))
    assert "2 teams krijgen nu een mail." in page
    assert "Geen adres" in page
    assert "Herinner 2 teams" in page
    chased = text_of(client.post(reverse("admin:inventory-chase", args=[period.slug]), follow=True))
    assert "vandaag al mail" in chased
    round_ = InventoryRound.objects.get()
    change = reverse("admin:inventory-round", args=[round_.public_id])
    client.post(change, {"closes_on": days(40).isoformat()})
    round_.refresh_from_db()
    assert round_.closes_on == days(40)
    client.post(change, {"closes_on": "morgen"})
    client.post(change, {"sluit": "ja"})
    round_.refresh_from_db()
    assert not round_.is_open


def test_the_stagemakelaar_gives_an_address_and_takes_a_yes_over(asked, unreached, broker, team_lead):
    client = signed_in(broker)
    here = reverse("admin:inventory-team", args=[unreached.public_id])
    assert client.post(here, {"email": "geen adres"}).status_code == 422
    assert client.post(here, {"email": "zuid@voorbeeld.example"}).status_code == 302
    phone = Client()
    phone.post(link_in(mails("inventory_request", "zuid@voorbeeld.example")[0]), {"antwoord": "ja", "places": "2"})
    page = text_of(client.get(here))
    assert "zonder account" in page
    over = client.post(reverse("admin:inventory-take-over", args=[unreached.public_id]))
    vacancy = Vacancy.objects.get(team=unreached.team)
    assert over.headers["Location"] == reverse("admin:placements_vacancy_change", args=[vacancy.pk])
    assert client.get(over.headers["Location"]).status_code == 200
    assert "Overgenomen" in text_of(client.get(here))
    services.give_answer(request=asked, choice="no", actor=team_lead, reasons=1)
    refused = client.post(reverse("admin:inventory-take-over", args=[asked.public_id]), follow=True)
    assert "Alleen een ‘ja’" in text_of(refused)


@pytest.mark.parametrize("who", ["other_broker", "team_lead", "coordinator", "student", "supervisor"])
def test_other_people_see_nothing_of_an_organisations_inventory(who, asked, team_lead, request):
    give(asked, team_lead, needed=MARK)
    client = signed_in(request.getfixturevalue(who))
    pages = [
        reverse("admin:inventory-period", args=[asked.period.slug]),
        reverse("admin:inventory-csv", args=[asked.period.slug]),
        reverse("admin:inventory-team", args=[asked.public_id]),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in (200, 403, 404)
        assert MARK not in text_of(answer)
        assert "Team Noord" not in text_of(answer)
    posts = [
        reverse("admin:inventory-chase", args=[asked.period.slug]),
        reverse("admin:inventory-round", args=[asked.round.public_id]),
        reverse("admin:inventory-take-over", args=[asked.public_id]),
        reverse("admin:inventory-team", args=[asked.public_id]),
    ]
    for post in posts:
        assert client.post(post, {"sluit": "ja", "email": "x@voorbeeld.example"}).status_code in (302, 403, 404)
    asked.refresh_from_db()
    assert asked.taken_over_at is None
    assert asked.round.closed_at is None
    assert asked.contact_email == ""


def test_a_platform_admin_looks_along(asked, team_lead, admin_user):
    give(asked, team_lead)
    client = signed_in(admin_user)
    for page in ("admin:inventory-period", "admin:inventory-csv"):
        assert client.get(reverse(page, args=[asked.period.slug])).status_code == 200
    assert "Als platformbeheerder kijk je alleen mee" in text_of(client.get(reverse("admin:inventory-new")))


def test_the_page_costs_the_same_whatever_the_number_of_teams(
    asked, unreached, broker, opened, organisation, django_assert_num_queries, team_lead
):
    client = signed_in(broker)
    here = reverse("admin:inventory-period", args=[asked.period.slug])
    give(asked, team_lead)
    client.get(here)
    with CaptureQueriesContext(connection) as few:
        client.get(here)
    for number in range(3):
        team = f.TeamFactory(organisation=organisation, name=f"Team {number}")
        f.MembershipFactory(organisation=organisation, role="team_lead", teams=[team])
        request = InventoryRequest.objects.create(round=opened, team=team, period=opened.period)
        answer = InventoryAnswer.objects.create(request=request, choice="yes", places=1)
        answer.supervisors.set([f.MembershipFactory(organisation=organisation, role="supervisor")])
    with django_assert_num_queries(len(few)):
        client.get(here)


# --- the school -------------------------------------------------------------------------------------------------


def test_a_school_sees_counts_per_organisation_and_nobodys_name_or_words(
    region,
    asked,
    team_lead,
    coordinator,
    supervisor,
    period,
):
    guide = Membership.objects.get(user=supervisor)
    give(asked, team_lead, InventoryChoice.MAYBE, places=3, needed=MARK, supervisors=[guide])
    client = signed_in(coordinator)
    page = text_of(client.get(reverse("school-inventory")))
    assert "Buurthuis De Kade" in page
    assert "Leiden en Bollenstreek" in page
    assert "(misschien 3)" in page
    assert "1 van 2" in page
    table = text_of(client.get(reverse("school-inventory-csv")))
    assert "Buurthuis De Kade;2;1;0;1;0;0;0;3" in table
    for hidden in (MARK, team_lead.get_full_name(), supervisor.get_full_name(), "Team Noord", team_lead.email):
        assert hidden not in page
        assert hidden not in table
    book = load_workbook(io.BytesIO(client.get(reverse("school-inventory-xlsx")).content))
    assert book.active is not None
    assert book.active["A2"].value == "Buurthuis De Kade"


def test_a_school_in_another_region_sees_none_of_it(region, asked, other_coordinator, other_school):
    client = signed_in(other_coordinator)
    assert "Buurthuis De Kade" not in text_of(client.get(reverse("school-inventory")))
    assert client.get(reverse("school-inventory-csv")).status_code == 302
    assert "in welke regio je school ligt" in text_of(client.get(reverse("school-inventory-new")))


def test_a_school_asks_its_region_from_its_own_page(region, school, coordinator, vacancy, team_lead):
    client = signed_in(coordinator)
    values = {"owner": school.pk, "period": vacancy.period_id, "closes_on": days(20).isoformat(), "message": "Help mee"}
    assert client.post(reverse("school-inventory-new"), values).status_code == 302
    assert "Help mee" in mails("inventory_request", team_lead)[0].body_text
    round_ = InventoryRound.objects.get(owner=school)
    change = reverse("school-inventory-round", args=[round_.public_id])
    assert change in text_of(client.get(reverse("school-inventory")))
    client.post(change, {"sluit": "ja"})
    round_.refresh_from_db()
    assert round_.closed_at is not None


def test_the_pages_of_the_school_are_for_coordinators(asked, broker, student, team_lead):
    for user in (broker, student, team_lead):
        for name in ("school-inventory", "school-inventory-new", "school-inventory-csv", "school-inventory-xlsx"):
            assert signed_in(user).get(reverse(name)).status_code == 403


# --- taking the table along -------------------------------------------------------------------------------------


def test_the_table_of_the_stagemakelaar_runs_nothing_in_a_spreadsheet(asked, unreached, broker, team_lead):
    nasty = '=HYPERLINK("https://kwaad.example";"klik")'
    give(asked, team_lead, needed=nasty, work="@SUM(1)", other_supervisors="+31612345678")
    client = signed_in(broker)
    answer = client.get(reverse("admin:inventory-csv", args=[asked.period.slug]))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    line = next(row for row in rows if row[1] == "Team Noord")
    assert f"'{nasty}" in line
    assert "'@SUM(1)" in line
    assert "'+31612345678" in line
    assert next(row for row in rows if row[1] == "Team Zuid")[3] == "nog geen antwoord"
    book = load_workbook(io.BytesIO(client.get(reverse("admin:inventory-xlsx", args=[asked.period.slug])).content))
    sheet = book.active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert f"'{nasty}" in [cell.value for cell in cells]
    assert AccessLog.objects.filter(action=AccessLog.Action.EXPORT, actor=broker).count() == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\u00a0=1", "\r=1", "|a", "%a"])
def test_text_that_starts_like_a_formula_gets_an_apostrophe(text):
    assert str(safe_cell(text)).startswith("'")


@pytest.mark.parametrize("value", ["Samen koken", "3 - 4", 3, -2, today(), "a=b", ""])
def test_other_values_stay_what_they_are(value):
    assert safe_cell(value) == value


def test_nothing_at_all_is_an_empty_cell():
    assert safe_cell(None) == ""
