"""Fixtures for tests in a real browser against a real server.

`page` opens on a desktop (1280 px), `phone` on a phone (390 px); both fail the test when the page
breaks its own Content-Security-Policy or a script throws.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from organisations.enums import Role
from organisations.models import Membership
from roadshows import services
from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow
from roadshows.services import pledges
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.clock import today
from tests import factories as f
from tests.e2e.browser import axe_source, launch_options, prepare_driver
from tests.e2e.whole_steps import HouseClock, Post

# Playwright runs its own event loop in this thread, in which Django then refuses to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000
"""Milliseconds to wait for what is expected: a worker, a browser, a server and a database share this machine."""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder that uses a browser."""
    for item in items:
        if "tests/e2e/" in str(item.path) and {"page", "phone", "new_page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright itself, once per test process."""
    prepare_driver()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """One headless Chromium per test process."""
    running = playwright_driver.chromium.launch(**launch_options())
    yield running
    running.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Make a page in a context of its own: `new_page(viewport=…, javascript=False, dark=True)`.

    Paths such as `page.goto("/stageplekken/")` are relative to the server under test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        *, viewport: dict[str, int] | None = None, javascript: bool = True, dark: bool = False, **more: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
            viewport=viewport or DESKTOP,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"broken policy: {message.text}") if "Content Security Policy" in message.text else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page on a desktop."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A page on a phone."""
    return new_page(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, str], None]:
    """Sign somebody in without going through the sign-in pages: `sign_in(page, "mail@address")`."""

    def do(page: Page, email: str) -> None:
        from django.conf import settings
        from django.contrib.auth import get_user_model
        from django.test import Client

        person = get_user_model()._default_manager.get(email=email)
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return do


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Check the page against WCAG 2.2 AA: `assert axe(page) == []`."""

    def check(page: Page) -> list[str]:
        # evaluate() is not subject to the page's Content-Security-Policy, a <script> element would be.
        page.evaluate(axe_source())
        result = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", AXE_TAGS
        )
        return [
            f"{violation['id']}: {violation['help']} ({node['target']} {node['html'][:120]})"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return check


@pytest.fixture
def organiser(db: None) -> User:
    """Who organises roadshows for a partner."""
    user: User = f.UserFactory(email="organiser@cast.example")
    partner = f.OrganisationFactory(name="Samen Voor Plek", kind="partner")
    Membership.objects.create(user=user, organisation=partner, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organiser: User) -> Roadshow:
    """A roadshow of today, confirmed and public, whose desk for promises is open."""
    made = services.create_roadshow(
        organisation=organiser.memberships.get().organisation,
        title="Wijk maakt plek",
        actor=organiser,
        day=today(),
        begins_at=dt.time(13, 0),
        ends_at=dt.time(17, 0),
        is_public=True,
        goal_places=20,
    )
    services.change_status(roadshow=made, to=RoadshowStatus.CONFIRMED, actor=organiser)
    pledges.set_desk(roadshow=made, is_open=True, actor=organiser)
    return Roadshow.objects.select_related("pledge_desk").get(pk=made.pk)


@pytest.fixture(scope="module")
def _post_office(django_db_setup: None) -> Iterator[Post]:
    office = Post()
    yield office
    office.stop()


@pytest.fixture
def post(_post_office: Post, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Post:
    """A mail server and a worker, with no mail yet; links in mail lead to the server under test, and its clock can be moved."""
    settings.BASE_URL = live_server.url
    monkeypatch.setattr(clock, "_moved", HouseClock())
    _post_office.empty()
    return _post_office
