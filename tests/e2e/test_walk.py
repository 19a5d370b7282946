"""The walking street in a real browser with JavaScript off: from finding a place to having it, and one honest no."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from organisations.models import SupervisorCapacity
from placements.enums import ApplicationStatus
from placements.models import Application, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from students.models import PlacementSearch
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)

MOTIVATION = (
    "Ik help mijn oma elke week met koken en boodschappen. Daar leerde ik om rustig te luisteren. "
    "Bij jullie wil ik leren hoe je een groep begeleidt, want dat vind ik nog spannend om te doen."
)
EXPLANATION = "Onze groep kookt op dinsdag. Jij hebt dan les, en een andere dag hebben we dit half jaar niet."
Sign = Callable[[str], Page]


@pytest.fixture
def with_code(new_page: Callable[..., Page]) -> Sign:
    """Sign in with the code from the mail, in a browser without JavaScript."""

    def do(email: str) -> Page:
        page = new_page(javascript=False)
        page.goto("/account/login/")
        page.get_by_role("link", name="Stuur mij een code").click()
        page.get_by_label("E-mail").fill(email)
        page.locator("main form button[type=submit]").first.click()
        field = page.get_by_label(re.compile("code", re.IGNORECASE))
        expect(field).to_be_visible()  # so the mail was written
        letter = OutgoingMail.objects.filter(to_email=email).latest("created_at")
        code = re.search(r"\b(?=[A-Z0-9-]*\d|[A-Z-]{6,})[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", letter.body_text)
        assert code, letter.body_text
        field.fill(code.group())
        page.locator("main form button[type=submit]").first.click()
        expect(page).not_to_have_url(re.compile("/account/"))
        return page

    return do


def _mails(user: User) -> list[str]:
    rows = OutgoingMail.objects.filter(to_user=user).exclude(template__startswith="account").order_by("pk")
    return list(rows.values_list("template", flat=True))


def _apply(page: Page, vacancy: Vacancy) -> Application:
    """Find the place with a filter, open it, react."""
    page.goto("/stageplekken/")
    page.get_by_label("Zoek op woord").first.fill(vacancy.title.split()[-1])
    page.get_by_role("button", name="Toon de plekken").click()
    page.get_by_role("link", name=vacancy.title).first.click()
    page.get_by_role("link", name="Reageer op deze plek").click()
    page.get_by_label("Ik heb geen cv").check()
    page.get_by_label("Waarom past deze plek bij jou?").fill(MOTIVATION)
    page.get_by_label("Nog iets anders dat je wilt leren").fill("Een groep begeleiden")
    page.get_by_role("button", name="Verstuur je reactie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gelukt. Je reactie is binnen.")
    return Application.objects.get(vacancy=vacancy)


def _invite(page: Page, application: Application, first: int) -> None:
    """Offer three times, each talk on days of its own."""
    boxes = page.locator("input[name=slots]")
    for number in range(first, first + 3):
        boxes.nth(number).check(force=True)  # the box lies under its own label, which is the button people see
    page.get_by_label("Bericht aan de student").fill("Je praat met Yara en met de teamcoach. Het duurt een half uur.")
    page.get_by_role("button", name="Verstuur de uitnodiging").click()
    expect(page.locator("main")).to_contain_text("De uitnodiging is verstuurd")


def _choose(page: Page, application: Application) -> None:
    page.goto(f"/mijn/reacties/{application.public_id}/")
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_role("button", name="Kies deze tijd").click()
    expect(page.locator("main")).to_contain_text("Je gesprek staat vast")


def _record(page: Page, application: Application, name: str) -> None:
    page.goto(f"/beheer/werkplek/{application.public_id}/")
    page.get_by_role("link", name="Schrijf het verslag").click()
    page.get_by_label("Goed: we gaan samen verder").check()
    page.locator("textarea[name=record]").fill(f"{name}: rustig, luistert goed, vraagt door.")
    page.get_by_role("button", name="Bewaar het verslag").click()
    expect(page.locator("main")).to_contain_text("Het verslag is bewaard")


def test_from_the_first_look_to_the_place(
    student: User,
    search: PlacementSearch,
    vacancy: Vacancy,
    broker: User,
    capacity: SupervisorCapacity,
    with_code: Sign,
) -> None:
    here = with_code(student.email)
    application = _apply(here, vacancy)

    desk = with_code(broker.email)
    desk.goto("/beheer/werkplek/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("1 reactie wacht op jou")
    for page_of_desk in ("/beheer/werkplek/", f"/beheer/werkplek/{application.public_id}/"):
        desk.goto(page_of_desk)
        shown = desk.content()
        for personal in ("Samira", "Amrani", student.email, "06 12345678"):
            assert personal not in shown, f"{page_of_desk} shows {personal} before the invitation"
    expect(desk.locator("main")).to_contain_text(MOTIVATION[:40])

    desk.get_by_role("link", name="Nodig uit").click()
    _invite(desk, application, 0)
    expect(desk.get_by_role("heading", level=1)).to_have_text(student.get_full_name())
    _choose(here, application)
    _record(desk, application, "Kennismaking")

    desk.get_by_role("link", name="Plan het 2e gesprek").click()
    _invite(desk, application, 5)
    _choose(here, application)
    _record(desk, application, "Tweede gesprek")

    desk.get_by_role("link", name="Bied de plek aan").click()
    desk.get_by_role("radio", name=re.compile(capacity.supervisor.user.get_full_name())).check()
    desk.get_by_role("button", name="Verstuur het aanbod").click()
    expect(desk.locator("main")).to_contain_text("Het aanbod is verstuurd")

    here.goto(f"/mijn/reacties/{application.public_id}/aanbod/")
    expect(here.locator("main")).to_contain_text(capacity.supervisor.user.get_full_name())
    here.get_by_role("button", name="Ja, ik neem de plek").click()
    expect(here.locator("main")).to_contain_text("Gefeliciteerd")
    application.refresh_from_db()
    assert application.status == ApplicationStatus.ACCEPTED
    assert application.placement.supervisor == capacity

    here.wait_for_load_state()
    steps = here.locator("main").inner_text()
    positions = [steps.lower().rfind(word) for word in ("ontvangen", "gelezen", "kennismaking", "aanbod")]
    assert -1 not in positions, steps
    assert date_format(today(), "j F Y") in steps, "the steps have no date"
    talk = ["invitation", "interview_planned"]
    assert _mails(student) == ["application_received", *talk, *talk, "offer", "placed"]
    assert _mails(broker) == ["application_new", "slot_chosen", "slot_chosen", "offer_accepted"]

    here.goto("/stageplekken/")  # the only place is taken now: the list no longer offers it
    expect(here.get_by_role("link", name="Reageer op deze plek")).to_have_count(0)


def test_an_honest_no_with_a_look_at_the_message_first(
    student: User,
    search: PlacementSearch,
    vacancy: Vacancy,
    broker: User,
    capacity: SupervisorCapacity,
    with_code: Sign,
) -> None:
    here = with_code(student.email)
    application = _apply(here, vacancy)

    desk = with_code(broker.email)
    desk.goto(f"/beheer/werkplek/{application.public_id}/")
    desk.get_by_role("link", name="Wijs af met reden").click()
    desk.locator("textarea[name=explanation]").fill("Niet geschikt.")
    desk.get_by_role("button", name="Bekijk eerst het bericht").click()
    expect(desk.locator("#fouten, .sm-errors").first).to_be_visible()
    assert desk.locator("textarea[name=explanation]").input_value() == "Niet geschikt."

    desk.locator("input[name=reason]").first.check()
    desk.locator("textarea[name=explanation]").fill(EXPLANATION)
    desk.locator("[name=positive]").fill("Je schreef eerlijk over wat je spannend vindt.")
    desk.get_by_role("button", name="Bekijk eerst het bericht").click()
    expect(desk.get_by_role("heading", name="Zo leest de student het")).to_be_visible()
    expect(desk.locator("#voorbeeld")).to_contain_text(EXPLANATION)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.IN_REVIEW, "a look at the message sends nothing"

    desk.get_by_role("button", name="Verstuur het bericht").click()
    expect(desk.locator("main")).to_contain_text("Je bericht is verstuurd")
    assert _mails(student) == ["application_received", "rejection"]
    letter = OutgoingMail.objects.get(to_user=student, template="rejection")
    assert EXPLANATION in letter.body_text

    here.goto(f"/mijn/reacties/{application.public_id}/")
    expect(here.locator("main")).to_contain_text(EXPLANATION)


def test_the_keys_and_the_menu_of_the_workspace(
    search: PlacementSearch, vacancy: Vacancy, broker: User, new_page: Callable[..., Page], sign_in: Any
) -> None:
    """With JavaScript: one walks the queue with keys, not in a field, and the keys can be switched off."""
    rows = [f.ApplicationFactory(vacancy=vacancy) for _ in range(2)]
    assert len(rows) == 2
    desk = new_page()
    sign_in(desk, broker.email)
    desk.goto("/beheer/werkplek/")
    focused = "document.activeElement.closest('[data-rij]') && [...document.querySelectorAll('[data-rij]')].indexOf(document.activeElement.closest('[data-rij]'))"
    desk.keyboard.press("j")
    assert desk.evaluate(focused) == 0
    desk.keyboard.press("j")
    assert desk.evaluate(focused) == 1
    desk.keyboard.press("k")
    assert desk.evaluate(focused) == 0
    box = desk.locator("[data-rij] input").first
    before = box.is_checked()
    desk.keyboard.press("x")
    assert box.is_checked() is not before
    desk.keyboard.press("?")
    expect(desk.locator("details.sm-sneltoetsen")).to_have_attribute("open", "")
    desk.get_by_label("Sneltoetsen staan aan").uncheck()
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.id") == "sneltoetsen-aan"
    desk.get_by_label("Sneltoetsen staan aan").check()
    desk.keyboard.press("u")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("uitnodigen")

    small = new_page(viewport={"width": 390, "height": 844})
    sign_in(small, broker.email)
    small.goto("/beheer/werkplek/")
    menu = small.get_by_role("button", name="Menu", exact=True)
    menu.click()
    expect(small.locator("#menu")).to_be_visible()
    expect(small.locator("#menu :focus")).to_have_count(1)  # the focus follows a moment after the menu
    small.keyboard.press("Escape")
    expect(small.locator("#menu")).to_be_hidden()
    expect(menu).to_be_focused()
