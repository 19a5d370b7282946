"""Reacting in a real browser: counted clicks and fields, and a text that is kept while it is typed (features S7)."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from placements.models import Application, ApplicationDraft, Vacancy
from students.models import PlacementSearch
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)

MOTIVATION = (
    "Ik help mijn oma elke week met koken en boodschappen. Daar leerde ik om rustig te luisteren. "
    "Bij jullie wil ik leren hoe je een groep begeleidt, want dat vind ik nog spannend om te doen."
)


@pytest.fixture
def complete(search: PlacementSearch, settings: Any, tmp_path: Any) -> PlacementSearch:
    """A student who has filled in everything there is."""
    settings.MEDIA_ROOT = tmp_path
    f.LearningGoalFactory(search=search)
    f.DocumentFactory(student=search.student)
    search.motivation = MOTIVATION
    search.save()
    return search


def sign_in(page: Page, search: PlacementSearch, live_server: Any) -> Client:
    client = Client()
    client.force_login(search.student.user)
    page.context.add_cookies([{"name": "sessie", "value": client.cookies["sessie"].value, "url": live_server.url}])
    return client


def test_two_clicks_and_three_fields_with_a_complete_profile(
    page: Page, complete: PlacementSearch, vacancy: Vacancy, live_server: Any
) -> None:
    sign_in(page, complete, live_server)
    page.goto(f"/stageplekken/{vacancy.public_id}/")
    page.get_by_role("link", name="Reageer op deze plek").first.click()
    page.wait_for_url("**/reageren/**")
    shown = page.locator("form[data-concept] :is(input:not([type=hidden]), textarea, select):visible")
    assert {field.get_attribute("name") for field in shown.all()} == {"cv", "motivation", "goals"}
    page.get_by_role("button", name="Verstuur je reactie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gelukt. Je reactie is binnen.")
    assert Application.objects.get().motivation == MOTIVATION


def test_what_is_typed_is_kept_and_comes_back_after_signing_in_again(
    page: Page, complete: PlacementSearch, vacancy: Vacancy, live_server: Any
) -> None:
    client = sign_in(page, complete, live_server)
    page.goto(f"/stageplekken/{vacancy.public_id}/reageren/")
    page.get_by_label("Waarom past deze plek bij jou?").fill("Dit is nog niet af.")
    expect(page.locator("[data-concept-melding]")).to_contain_text("Bewaard om ")
    assert ApplicationDraft.objects.get().motivation == "Dit is nog niet af."
    client.session.flush()  # the sign-in runs out, exactly before sending
    page.get_by_label("Waarom past deze plek bij jou?").fill(MOTIVATION + " En dit typte ik het laatst.")
    page.get_by_role("button", name="Verstuur je reactie").click()
    expect(page.locator("main")).to_contain_text("Je tekst is bewaard")
    assert not Application.objects.exists()
    sign_in(page, complete, live_server)
    page.goto(f"/stageplekken/{vacancy.public_id}/reageren/")
    expect(page.get_by_label("Waarom past deze plek bij jou?")).to_have_value(
        MOTIVATION + " En dit typte ik het laatst."
    )


def test_a_double_click_sends_once(page: Page, complete: PlacementSearch, vacancy: Vacancy, live_server: Any) -> None:
    sign_in(page, complete, live_server)
    page.goto(f"/stageplekken/{vacancy.public_id}/reageren/")
    page.get_by_role("button", name="Verstuur je reactie").dblclick()
    expect(page.locator("main")).to_contain_text("Je reactie is binnen")
    assert Application.objects.count() == 1
