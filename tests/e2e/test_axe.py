"""Every page, for every role: WCAG 2.2 AA, fits on a phone, no script errors, no broken policy.

The demo data is loaded once and only read; the table of pages is in `addresses`.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, TimeoutError

from matchmaking.enums import ProposalStatus
from matchmaking.models import Proposal
from shortages.enums import SnapshotStatus
from shortages.models import ShortageSnapshot
from stagematch.accounts.models import User
from tests.e2e import addresses, addresses_school
from tests.e2e.demo_site import served_demo
from tests.e2e.inspection import Onlooker, session_cookie, window

pytestmark = pytest.mark.browser

DESKTOP, PHONE, NARROWEST = 1280, 390, 320
TABLE = addresses.TABLE | addresses_school.TABLE


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, django_db_keepdb: bool, django_db_createdb: bool, browser: Browser
) -> Iterator[str]:
    """The address of the served demo."""
    keep = django_db_keepdb and not django_db_createdb
    with served_demo(django_db_blocker, keep=keep) as url, django_db_blocker.unblock():
        yield url


def _look_at_all(browser: Browser, url: str, email: str, visits: list[addresses.Visit], *, width: int) -> list[str]:
    """Visit each page; a phone is dark, so that both schemes are seen, and is also made as narrow as 400% zoom.

    The pages of a school and of everybody about the shortage are seen in both schemes at both widths, and on paper.
    """
    wrong: list[str] = []
    on_phone = width == PHONE
    cookie = session_cookie(email)
    with window(browser, url, width=width, dark=on_phone, cookie=cookie) as context:
        onlooker = Onlooker(context)
        for visit in visits:
            wrong += onlooker.visit(visit)
            if on_phone:
                wrong += onlooker.labelled(visit.label, onlooker.fits(NARROWEST))
            if addresses.is_about_the_shortage(email, visit):
                wrong += onlooker.labelled(visit.label, onlooker.other_scheme(dark=not on_phone))
                if not on_phone:
                    wrong += onlooker.labelled(visit.label, onlooker.on_paper())
                onlooker.page.emulate_media(color_scheme="dark" if on_phone else "light")
    return wrong


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("role", list(TABLE))
def test_pages_have_no_fault(demo: str, browser: Browser, role: str, width: int) -> None:
    visits = list(TABLE[role]())
    email = addresses_school.ROLES.get(role) or addresses.email_of(role)
    assert _look_at_all(browser, demo, email, visits, width=width) == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_main_pages_in_the_other_scheme(demo: str, browser: Browser, dark: bool) -> None:
    """Dark on a desktop and light on a phone: the pages people use most."""
    main = {"home", "vacancy-list", "vacancy-detail", "my-overview", "apply", "workspace", "how-matching-works"}
    wrong: list[str] = []
    for role, pages in addresses.TABLE.items():
        visits = [visit for visit in pages() if visit.label in main]
        with window(
            browser, demo, width=DESKTOP if dark else PHONE, dark=dark, cookie=session_cookie(addresses.email_of(role))
        ) as context:
            onlooker = Onlooker(context)
            wrong += [f"{role}: {fault}" for visit in visits for fault in onlooker.visit(visit)]
    assert wrong == []


@pytest.mark.parametrize(
    ("email", "width"),
    [(addresses.PLATFORM_ADMIN, DESKTOP), (addresses.PLATFORM_ADMIN, PHONE), (addresses.BROKER, PHONE)],
)
def test_the_admin_has_no_fault(demo: str, browser: Browser, email: str, width: int) -> None:
    visits = list(addresses.admin_pages(User.objects.get(email=email)))
    assert len(visits) > 5
    assert _look_at_all(browser, demo, email, visits, width=width) == []


def test_the_pages_before_the_first_count(demo: str, browser: Browser) -> None:
    """A site that never counted says so, everywhere, and does not break."""
    counts = ShortageSnapshot.objects.filter(status=SnapshotStatus.DONE)
    done = list(counts.values_list("pk", flat=True))
    names = ("dashboard", "students", "what-if", "fit", "fit-public", "forecast", "expected", "public", "area")
    try:
        counts.update(status=SnapshotStatus.RUNNING)
        wrong: list[str] = []
        for role in ("bpv", "gemeente", "public"):
            visits = [
                visit for visit in addresses.TABLE[role]()
                if visit.label in {*(f"shortage-{name}" for name in names), "own-area", "open-data"}
            ]  # fmt: skip
            wrong += _look_at_all(browser, demo, addresses.email_of(role), visits, width=DESKTOP)
        assert wrong == []
    finally:
        ShortageSnapshot.objects.filter(pk__in=done).update(status=SnapshotStatus.DONE)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_forms_with_faults_in_them(demo: str, browser: Browser, width: int) -> None:
    """Send forms empty or wrong: the page that says so has no fault either."""
    wrong: list[str] = []
    student = [visit for visit in addresses.student() if visit.label == "apply"]
    broker = [visit for visit in addresses.stagemakelaar() if visit.label in {"workspace-invite", "workspace-reject"}]
    public = [visit for visit in addresses.public() if visit.label == "account_login"]
    for email, visits in (
        (addresses.NOBODY, public),
        (addresses.STUDENT, student),
        (addresses.BROKER, broker),
    ):
        assert visits
        with window(browser, demo, width=width, dark=width == PHONE, cookie=session_cookie(email)) as context:
            onlooker = Onlooker(context)
            for visit in visits:
                onlooker.page.goto(visit.path)
                for field in onlooker.page.locator("main form[method=post] textarea").all():
                    field.fill("")
                # The first free times stand ready; without them there is nothing to choose from.
                chosen = onlooker.page.locator("input[name=slots]:checked")
                while chosen.count():
                    chosen.first.uncheck(force=True)
                onlooker.page.locator("main form[method=post] button[type=submit]").first.click()
                with suppress(TimeoutError):
                    onlooker.page.locator("[aria-invalid=true], .utrecht-alert--error").first.wait_for(state="attached")
                onlooker.page.wait_for_load_state()
                if onlooker.page.locator("[aria-invalid=true], .utrecht-alert--error").count() == 0:
                    wrong.append(f"{visit.label}: sent empty, says nothing")
                wrong += onlooker.labelled(f"{visit.label} with faults", onlooker.look())
    assert wrong == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_page_of_a_lost_race(demo: str, browser: Browser, width: int) -> None:
    """Two tabs: what was answered in the one is answered with 409 in the other, on a page without a fault."""
    email = addresses.email_of("student with a proposal")
    visit = next(visit for visit in addresses.proposed_student() if visit.label == "proposal-decline")
    open_proposal = Proposal.objects.filter(public_id=visit.path.split("/")[3])
    before = open_proposal.get().status
    with window(browser, demo, width=width, dark=width == PHONE, cookie=session_cookie(email)) as context:
        onlooker = Onlooker(context)
        onlooker.page.goto(visit.path)
        try:
            open_proposal.update(status=ProposalStatus.DECLINED)
            with onlooker.page.expect_navigation() as navigation:
                onlooker.page.locator("main form[method=post] button[type=submit]").first.click()
            assert navigation.value is not None
            assert navigation.value.status == 409
            assert onlooker.look() == []
        finally:
            open_proposal.update(status=before)
