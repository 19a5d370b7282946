"""A promise made on a phone in the room, asked after a month later, and followed to a student, in a real browser."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from organisations.models import SupervisorCapacity
from placements.models import Vacancy
from roadshows.models import Pledge, Roadshow
from roadshows.services.pledge_questions import month_later, pledge_night
from stagematch.accounts.models import User
from stagematch.clock import at, today
from tests.e2e.pledge_steps import expect_one_all_the_way, make_vacancy, publish
from tests.roadshows.pledges.cast import link_in_mail, moment, place_student

pytestmark = pytest.mark.django_db(transaction=True)
Sign = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]


def test_from_a_promise_on_a_phone_to_a_student(
    phone: Page,
    new_page: Callable[..., Page],
    sign_in: Sign,
    axe: Axe,
    roadshow: Roadshow,
    organiser: User,
    broker: User,
    vacancy: Vacancy,
    capacity: SupervisorCapacity,
) -> None:
    # In the room: the picture on the screen leads here. Two fields, three taps, one button.
    phone.goto(f"/roadshows/{roadshow.slug}/toezeggen/?code={roadshow.pledge_desk.code}")
    assert axe(phone) == []
    begin = time.monotonic()
    phone.get_by_label("Organisatie").fill(vacancy.organisation.name)
    phone.get_by_label("Voor leerjaar").select_option("2")
    phone.get_by_label("ma", exact=True).check()
    phone.get_by_label("Je e-mailadres").fill(broker.email)
    phone.get_by_label("Hoeveel plekken?").fill("1")
    phone.get_by_role("button", name="Zeg toe").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    assert time.monotonic() - begin < 180  # seconds; on a quiet machine two, and most of a minute is for reading
    assert Pledge.objects.get().with_code

    # The counter in the room moves by itself, once the mail is confirmed.
    screen = new_page()
    screen.goto(f"/roadshows/{roadshow.slug}/teller/")
    expect(screen.locator("h2").first).to_have_text("0 van de 20 plekken zijn toegezegd")
    phone.goto(link_in_mail("pledge_confirm"))
    phone.get_by_role("button", name="Ja, dit klopt").click()
    expect(phone.locator("main")).to_contain_text("De toezegging telt nu mee")
    assert axe(phone) == []
    expect(screen.locator("h2").first).to_have_text("1 van de 20 plekken is toegezegd")
    expect(screen.locator("main")).to_contain_text(vacancy.organisation.name)

    # A month later: one mail, one button.
    day = month_later(today(), 1)
    with at(moment(day)):
        assert pledge_night(day=day).asked == 1
    phone.goto(link_in_mail("pledge_question"))
    phone.get_by_role("button", name="We zijn bezig").click()
    expect(phone.locator("main")).to_contain_text("Fijn dat jullie bezig zijn")
    pledge = Pledge.objects.get()
    assert pledge.status == "started"

    # The stagemakelaar makes a vacancy of it; the text is theirs, the rest is there already.
    draft = make_vacancy(new_page(), sign_in, vacancy, pledge, broker)
    assert (draft.places, draft.years, draft.weekdays) == (1, 0b10, 1)
    publish(draft, vacancy, broker)
    pledge.refresh_from_db()
    assert pledge.status == "published"

    # A student has the place, and the organiser sees the way from promise to student.
    place_student(draft, capacity, status="running")
    sign_in(phone, organiser.email)
    phone.goto(f"/roadshows/{roadshow.slug}/toezeggingen/")
    expect_one_all_the_way(phone)
    phone.locator(".sm-trechter li").nth(3).get_by_role("link").click()
    expect(phone.locator("tbody tr")).to_have_count(1)
    phone.get_by_role("link", name=vacancy.organisation.name).click()
    expect(phone.locator("main")).to_contain_text("gevuld")
    assert axe(phone) == []


def test_a_promise_is_made_without_javascript(new_page: Callable[..., Page], roadshow: Roadshow) -> None:
    page = new_page(javascript=False, viewport={"width": 390, "height": 844})
    page.goto(f"/roadshows/{roadshow.slug}/")
    page.get_by_label("Organisatie").fill("Buurthuis De Kade")
    page.get_by_role("button", name="Zeg toe").click()
    expect(page.locator("main")).to_contain_text("Vul ‘Je e-mailadres’ in.")
    page.get_by_label("Je e-mailadres").fill("contact@buurt.example")
    page.get_by_role("button", name="Zeg toe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    assert not Pledge.objects.get().is_confirmed
