"""Coming to a roadshow on a phone: registering, the ticket, and a door where the connection drops."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from organisations.enums import Role
from organisations.models import Membership, Organisation
from roadshows.models import CheckIn, Registration, Roadshow
from roadshows.services import checkin, registration
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from tests import factories as f
from tests.e2e.conftest import PHONE
from tests.roadshows.registration.steps import make_roadshow

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = 60_000


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are what counts here; nobody needs to knock at the worker's door."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)


@pytest.fixture
def organiser(organisation: Organisation) -> User:
    user: User = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation: Organisation, organiser: User) -> Roadshow:
    return make_roadshow(organisation, day=today(), capacity=None)


def _path(address: str) -> str:
    """Return the path of an address in a mail or on a page."""
    return "/" + address.split("://", 1)[1].partition("/")[2]


def _people(roadshow: Roadshow, count: int) -> None:
    for n in range(1, count + 1):
        registration.register(
            roadshow=roadshow, name=f"Deelnemer {n:03}", email=f"n{n}@cast.example", role="student", actor=None
        )


def _begin(page: Page, roadshow: Roadshow, organiser: User) -> None:
    """Open the link for helpers and begin."""
    page.goto(_path(checkin.make_helper_link(roadshow=roadshow, actor=organiser)))
    page.get_by_role("button", name="Begin met inchecken").click()
    expect(page.get_by_role("heading", name="Inchecken", exact=True)).to_be_visible()
    page.wait_for_load_state()  # the script of the page is there too


def _until(page: Page, question: str) -> None:
    """Ask the page until the answer is yes; Playwright's own waiting needs `eval` later on, which our policy forbids."""
    deadline = time.monotonic() + MINUTE / 1000
    while not page.evaluate(question):
        assert time.monotonic() < deadline, question
        page.wait_for_timeout(50)


def _inside() -> int:
    return Registration.objects.filter(checked_in_at__isnull=False).count()


def _tap(page: Page, first: int, last: int) -> None:
    """Click the button behind each of these names, in the page itself: a hundred clicks by the mouse take minutes."""
    page.evaluate(
        """([first, last]) => document.querySelectorAll("[data-lijst] > [data-rij]").forEach((row) => {
            const number = Number(/Deelnemer (\\d+)/.exec(row.textContent)?.[1]);
            if (number >= first && number <= last) row.querySelector("button").click();
        })""",
        [first, last],
    )


def _button(page: Page, number: int) -> Locator:
    return page.locator("[data-lijst] > [data-rij]", has_text=f"Deelnemer {number:03}").locator("button")


def test_from_the_form_to_the_door_without_javascript(
    new_page: Callable[..., Page], roadshow: Roadshow, organiser: User
) -> None:
    guest = new_page(viewport=PHONE, javascript=False, has_touch=True, is_mobile=True)
    guest.goto(f"/roadshows/{roadshow.slug}/")
    guest.get_by_role("link", name="Meld je aan").click()
    guest.get_by_label("Je naam").fill("Samira Verzonnen")
    guest.get_by_label("Je e-mailadres").fill("samira@cast.example")
    guest.get_by_label("Je komt als").select_option("student")
    guest.get_by_label("Ik heb gelezen").check()
    guest.get_by_role("button", name="Meld mij aan").click()
    expect(guest.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
    letter = OutgoingMail.objects.get(to_email="samira@cast.example")
    link = re.search(r"http\S+/roadshows/aanmelding/\S+", letter.body_text)
    assert link
    guest.goto(_path(link.group()))
    expect(guest.get_by_role("heading", name="Jouw ticket")).to_be_visible()
    samira = Registration.objects.get()
    helper = new_page(viewport=PHONE, javascript=False, has_touch=True, is_mobile=True)
    _begin(helper, roadshow, organiser)
    helper.goto(f"/roadshows/inchecken/{samira.code}/")  # what the camera of a phone opens
    helper.get_by_role("button", name="Check in").click()
    expect(helper.get_by_text(re.compile("Samira Verzonnen is binnen sinds"))).to_be_visible()
    guest.reload()
    expect(guest.get_by_text(re.compile("Je bent binnen sinds"))).to_be_visible()
    assert _inside() == 1


def test_a_hundred_people_come_in_while_the_connection_is_gone_for_a_minute(
    phone: Page, roadshow: Roadshow, organiser: User, axe: Callable[[Page], list[str]]
) -> None:
    """Nobody lost, nobody twice: also not when the page is opened again while there is no connection."""
    _people(roadshow, 100)
    phone.clock.install()
    _begin(phone, roadshow, organiser)
    _until(phone, "navigator.serviceWorker.controller !== null")
    _until(phone, "caches.open('inchecken').then((kept) => kept.match(location.href)).then(Boolean)")
    _tap(phone, 1, 10)
    expect(phone.get_by_text("Alles is verstuurd.")).to_be_visible(timeout=MINUTE)
    assert _inside() == 10

    phone.context.set_offline(True)
    _tap(phone, 11, 60)
    expect(_button(phone, 60)).to_contain_text("Toch niet")
    _button(phone, 60).click()
    phone.get_by_label("Naam", exact=True).fill("Zij van hiernaast")
    phone.get_by_label("Komt als").select_option("employer")
    phone.get_by_role("button", name="Voeg toe en check in").click()
    expect(phone.get_by_text("Nog 52 niet verstuurd", exact=False)).to_be_visible()
    phone.clock.fast_forward(MINUTE)
    phone.reload()  # somebody closes the page by mistake
    expect(phone.get_by_text("Nog 52 niet verstuurd", exact=False)).to_be_visible()
    expect(phone.get_by_text("Zij van hiernaast", exact=True)).to_be_visible()
    assert axe(phone) == []
    _tap(phone, 60, 100)
    assert _inside() == 10

    phone.context.set_offline(False)
    phone.clock.fast_forward(MINUTE)
    expect(phone.get_by_text("Alles is verstuurd.")).to_be_visible(timeout=MINUTE)
    expect(phone.locator("[data-binnen]")).to_have_text("101")
    assert _inside() == 101
    assert Registration.objects.filter(is_walk_in=True).count() == 1
    assert Registration.objects.count() == 101
    assert CheckIn.objects.filter(kind="in").count() == 102  # number 60 came in twice and was undone once
    assert phone.evaluate(f"localStorage.getItem('inchecken:{roadshow.slug}')") == "[]"


def test_an_answer_that_gets_lost_on_the_way_back_counts_nobody_twice(
    new_page: Callable[..., Page], roadshow: Roadshow, organiser: User
) -> None:
    _people(roadshow, 5)
    page = new_page(viewport=PHONE, service_workers="block")
    _begin(page, roadshow, organiser)
    lost: list[Any] = []

    def lose(route: Route) -> None:
        """Let the server do its work, and drop its first two answers."""
        if len(lost) >= 2:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/versturen/", lose)
    _tap(page, 1, 5)
    expect(page.get_by_text("niet verstuurd", exact=False)).to_be_visible()
    expect(page.get_by_text("Alles is verstuurd.")).to_be_visible(timeout=MINUTE)
    assert lost == [200, 200]
    assert _inside() == 5
    assert CheckIn.objects.count() == 5


def test_two_phones_see_each_others_people(
    new_page: Callable[..., Page], roadshow: Roadshow, organiser: User, sign_in: Callable[[Page, str], None]
) -> None:
    _people(roadshow, 3)
    one, two = new_page(viewport=PHONE), new_page(viewport=PHONE)
    for page in (one, two):
        page.clock.install()
        sign_in(page, organiser.email)
        page.goto(f"/roadshows/{roadshow.slug}/inchecken/")
    one.get_by_label("Zoek op naam").fill("deelnemer 002")
    expect(one.get_by_text("Deelnemer 001", exact=True)).to_be_hidden()
    _button(one, 2).click()
    expect(one.get_by_text("Alles is verstuurd.")).to_be_visible()
    two.clock.fast_forward(MINUTE)
    expect(_button(two, 2)).to_contain_text("Toch niet", timeout=MINUTE)
    expect(two.locator("[data-binnen]")).to_have_text("1")


def test_the_page_reads_codes_with_the_camera_where_the_browser_can(
    new_page: Callable[..., Page], roadshow: Roadshow, organiser: User
) -> None:
    """The camera and the reader belong to the browser; here they give what a real one gives: a frame and its text."""
    _people(roadshow, 2)
    code = Registration.objects.get(name="Deelnemer 002").code
    page = new_page(viewport=PHONE)
    page.add_init_script(
        f"""
        navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream(5);
        window.BarcodeDetector = class {{
          static async getSupportedFormats() {{ return ["qr_code"]; }}
          async detect() {{ return [{{ rawValue: "https://stagematch.example/roadshows/inchecken/{code}/" }}]; }}
        }};
        HTMLMediaElement.prototype.play = async () => undefined;
        """
    )
    _begin(page, roadshow, organiser)
    page.get_by_role("button", name="Scan een ticket").click()
    expect(page.get_by_text("Deelnemer 002 is binnen.")).to_be_visible()
    expect(page.get_by_text("Alles is verstuurd.")).to_be_visible()
    page.get_by_role("button", name="Scan een ticket").click()
    assert CheckIn.objects.count() == 1
    assert _inside() == 1
