"""A roadshow from the first registration to a student who started, on screens the size of a phone.

Register, check in with the code of the ticket, write a note at a werktafel, promise a place, answer the question after a
month (the clock is moved), publish the vacancy that came of it, place a student; then the report shows the whole way.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from organisations.models import SupervisorCapacity
from placements.models import Vacancy
from roadshows import services
from roadshows.enums import RoadshowStatus
from roadshows.models import Pledge, Registration, Roadshow, TableNote
from roadshows.services import checkin, tables
from roadshows.services.pledge_questions import month_later, pledge_night
from stagematch.accounts.models import User
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from tests.e2e.conftest import PHONE
from tests.e2e.pledge_steps import expect_one_all_the_way, make_vacancy, publish
from tests.roadshows.pledges.cast import link_in_mail, moment, place_student

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are read from the outbox here; the walk with a real worker is test_whole_path."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)


def _path(address: str) -> str:
    return "/" + address.split("://", 1)[1].partition("/")[2]


def test_a_promise_is_followed_from_the_door_to_a_student(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    axe: Callable[[Page], list[str]],
    roadshow: Roadshow,
    organiser: User,
    broker: User,
    vacancy: Vacancy,
    capacity: SupervisorCapacity,
) -> None:
    guest = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    _register(guest, roadshow, broker.email)
    _check_in(new_page(viewport=PHONE, has_touch=True, is_mobile=True), roadshow, organiser)
    _write_a_note(guest, roadshow, organiser)
    assert axe(guest) == []
    pledge = _promise(guest, roadshow, vacancy, broker.email)
    _a_month_later(guest, pledge)
    draft = _publish(new_page(viewport=PHONE), sign_in, vacancy, pledge, broker)
    place_student(draft, capacity, status="running")
    services.change_status(roadshow=roadshow, to=RoadshowStatus.HELD, actor=organiser)
    report = new_page(viewport=PHONE)
    sign_in(report, organiser.email)
    _read_the_report(report, roadshow, vacancy.organisation.name)
    assert axe(report) == []


def _register(page: Page, roadshow: Roadshow, email: str) -> None:
    page.goto(f"/roadshows/{roadshow.slug}/")
    page.get_by_role("link", name="Meld je aan").click()
    page.get_by_label("Je naam").fill("Yara Verzonnen")
    page.get_by_label("Je e-mailadres").fill(email)
    page.get_by_label("Je komt als").select_option("employer")
    page.get_by_label("Ik heb gelezen").check()
    page.get_by_role("button", name="Meld mij aan").click()
    expect(page.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
    letters = OutgoingMail.objects.filter(to_email=email)
    link = next(
        found.group()
        for letter in letters
        if (found := re.search(r"http\S+/roadshows/aanmelding/\S+", letter.body_text))
    )
    page.goto(_path(link))
    expect(page.get_by_role("heading", name="Jouw ticket")).to_be_visible()
    expect(page.locator("svg.sm-qr")).to_be_visible()


def _check_in(page: Page, roadshow: Roadshow, organiser: User) -> None:
    """The helper's phone opens what its camera reads in the QR code."""
    page.goto(_path(checkin.make_helper_link(roadshow=roadshow, actor=organiser)))
    page.get_by_role("button", name="Begin met inchecken").click()
    page.goto(f"/roadshows/inchecken/{Registration.objects.get().code}/")
    page.get_by_role("button", name="Check in").click()
    expect(page.get_by_text(re.compile("Yara Verzonnen is binnen sinds"))).to_be_visible()
    assert Registration.objects.get().checked_in_at is not None


def _write_a_note(page: Page, roadshow: Roadshow, organiser: User) -> None:
    table = tables.add_table(roadshow=roadshow, title="Begeleiding", actor=organiser)
    page.goto(_path(tables.new_table_link(table=table, actor=organiser)))
    page.get_by_label("nodig", exact=True).check()
    page.get_by_label("Jouw briefje").fill("Twee uur per week voor elke begeleider.")
    page.get_by_role("button", name="Leg het op tafel").click()
    expect(page.locator("main")).to_contain_text("1 briefje op tafel")
    page.get_by_role("button", name="Hier ben ik voor").click()
    expect(page.locator("main")).to_contain_text("1 stem")
    assert TableNote.objects.get().votes == 1


def _promise(page: Page, roadshow: Roadshow, vacancy: Vacancy, email: str) -> Pledge:
    page.goto(f"/roadshows/{roadshow.slug}/toezeggen/?code={roadshow.pledge_desk.code}")
    page.get_by_label("Organisatie").fill(vacancy.organisation.name)
    page.get_by_label("Hoeveel plekken?").fill("1")
    page.get_by_label("Voor leerjaar").select_option("2")
    page.get_by_label("Je e-mailadres").fill(email)
    page.get_by_role("button", name="Zeg toe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    page.goto(link_in_mail("pledge_confirm"))
    page.get_by_role("button", name="Ja, dit klopt").click()
    expect(page.locator("main")).to_contain_text("De toezegging telt nu mee")
    return Pledge.objects.get()


def _a_month_later(page: Page, pledge: Pledge) -> None:
    day = month_later(today(), 1)
    with at(moment(day)):
        assert pledge_night(day=day).asked == 1
        assert pledge_night(day=day).asked == 0, "asked once, however often the night runs"
    page.goto(link_in_mail("pledge_question"))
    page.get_by_role("button", name="We zijn bezig").click()
    expect(page.locator("main")).to_contain_text("Fijn dat jullie bezig zijn")
    pledge.refresh_from_db()
    assert pledge.status == "started"


def _publish(
    desk: Page, sign_in: Callable[[Page, str], None], vacancy: Vacancy, pledge: Pledge, broker: User
) -> Vacancy:
    made = publish(make_vacancy(desk, sign_in, vacancy, pledge, broker), vacancy, broker)
    pledge.refresh_from_db()
    assert pledge.status == "published"
    return made


def _read_the_report(page: Page, roadshow: Roadshow, organisation: str) -> None:
    page.goto(f"/roadshows/{roadshow.slug}/opbrengst/")
    expect_one_all_the_way(page)
    expect(page.locator("main")).to_contain_text("1 mens kwam")
    page.locator(".sm-trechter li").nth(4).get_by_role("link").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(organisation)
    page.go_back()
