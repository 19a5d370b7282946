"""How long pages take over HTTP, against the page that only asks the database for 1, in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from matchmaking.bench.server import Web, running
from organisations.enums import Role
from organisations.models import Membership
from placements.browse.cards import vacancy_url
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.ui import kept
from students.models import PlacementSearch

BROWSE, OTHER = 4, 6
"""A page may take so many times as long as the bare one (goals of the product): pages to browse, and all others."""
PAGES: list[tuple[str, str, int]] = [
    ("home", "", OTHER),
    ("vacancy-list", "", BROWSE),
    ("vacancy-detail", "", BROWSE),
    ("how-matching-works", "", OTHER),
    ("shortage-public", "", OTHER),
    ("open-data", "", OTHER),
    ("vacancy-list", "student", BROWSE),
    ("my-overview", "student", OTHER),
    ("admin:workspace", Role.BROKER, OTHER),
    ("shortage-dashboard", Role.COORDINATOR, OTHER),
    ("shortage-students", Role.COORDINATOR, OTHER),
    ("shortage-what-if", Role.COORDINATOR, OTHER),
    ("school-students", Role.COORDINATOR, OTHER),
    ("school-help", Role.COORDINATOR, OTHER),
    ("own-area", Role.OBSERVER, OTHER),
]
"""Name of the address, whose page it is ('' for everybody), and the goal."""
COLD_TIMES = 5
MOST_BACK_TO_BACK = 20
Say = Callable[[str], None]


@dataclass
class Page:
    """A page and what was measured of it; seconds."""

    address: str
    who: str = ""
    goal: int = 1
    cookie: str = ""
    cold_queries: int = 1
    queries: int = 1
    cold: float = 0.0
    times: list[float] = field(default_factory=list)
    cpu: float = 0.0


def table(repeats: int, say: Say) -> str:
    """Measure every page there is data for; return markdown. Sessions made for it are gone afterwards."""
    base = Page(reverse("alive-db"))
    with signed_in() as cookies:
        pages = [base, *_pages(cookies)]
        with running() as web:
            for page in pages:
                _cold(web, page)
            for number in range(repeats):  # in turn, so that noise hits all of them
                for page in pages:
                    page.times.append(_ask(web, page))
                if number % 20 == 19:
                    say(f"  {number + 1} of {repeats}")
            for page in pages:
                _compute(web, page)
    return table_of(base, pages)


def _cold(web: Web, page: Page) -> None:
    """With nothing kept, but in a process that has its templates and connections: what the first visitor of a day waits for."""
    _ask(web, page)
    cold = []
    for _time in range(COLD_TIMES):
        forget_kept()
        cold.append(_ask(web, page))
    page.cold = statistics.median(cold)
    for _time in range(3):
        _ask(web, page)


def _compute(web: Web, page: Page) -> None:
    """CPU of the server per request: many in a row, since it is counted in hundredths of a second."""
    before = web.cpu_seconds()
    for _time in range(MOST_BACK_TO_BACK):
        _ask(web, page)
    page.cpu = (web.cpu_seconds() - before) / MOST_BACK_TO_BACK


def _ask(web: Web, page: Page) -> float:
    status, took = web.get(page.address, page.cookie)
    if status != 200:
        raise ValueError(f"{page.address} ({page.who}) answered {status}")
    return took


def forget_kept() -> None:
    """Throw away what pages keep (`stagematch.ui.kept`), and nothing else that is in Redis."""
    client = cache._cache.get_client()  # type: ignore[attr-defined]  # only Django's own client of Redis can look for keys
    keys = list(client.scan_iter(f"*{kept.PREFIX}*"))
    if keys:
        client.delete(*keys)


def table_of(base: Page, pages: list[Page]) -> str:
    """Return the markdown of what was measured; `base` is the bare page, the first of `pages`."""
    told = (
        "Over HTTP, from gunicorn with the settings of production and `bin/up`'s workers; one client that stays connected; "
        f"{len(base.times)} rounds in which every page is asked for once. Nothing kept: the median of {COLD_TIMES} visits with an "
        "empty cache. A page holds its goal when its median, its p95 and its CPU are each at most so many times those of "
        "`/gezond/db/`: on a busy machine the bare page has bad moments too, and the p95 alone would flatter. CPU is that "
        "of the server's Python, without the database."
    )
    lines = [
        told,
        "",
        "| page | as | queries, nothing kept | queries | nothing kept ms | median ms | p95 ms | median x | p95 x | CPU ms | CPU x | goal |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for page in pages:
        median, p95_ = statistics.median(page.times), p95(page.times)
        times = [
            median / statistics.median(base.times),
            p95_ / p95(base.times),
            page.cpu / base.cpu if base.cpu else 0.0,
        ]
        goal = "" if page is base else f"{page.goal} {'holds' if max(times) <= page.goal else '**missed**'}"
        lines.append(
            f"| `{page.address}` | {page.who} | {page.cold_queries} | {page.queries} | {page.cold * 1000:.1f} "
            f"| {median * 1000:.1f} | {p95_ * 1000:.1f} | {times[0]:.1f} | {times[1]:.1f} "
            f"| {page.cpu * 1000:.1f} | {times[2]:.1f} | {goal} |"
        )
    return "\n".join(lines) + "\n"


def p95(times: list[float]) -> float:
    """The time that 95 of 100 stay under."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def _pages(cookies: dict[str, tuple[Client, str]]) -> Iterator[Page]:
    for name, who, goal in PAGES:
        address = _address(name)
        if address is None or who not in cookies:
            continue
        client, cookie = cookies[who]
        forget_kept()
        asked = []
        for _time in range(2):
            with CaptureQueriesContext(connection) as queries:
                status = client.get(address).status_code
            if status != 200:
                raise ValueError(f"{address} ({who}) answered {status}")
            asked.append(len(queries))
        yield Page(address, str(who), goal, cookie, cold_queries=asked[0], queries=asked[1])


@contextmanager
def signed_in() -> Iterator[dict[str, tuple[Client, str]]]:
    """Yield a client and its cookie per role there is somebody for; with a second factor, which production asks for."""
    found: dict[str, tuple[Client, str]] = {"": (Client(), "")}
    made: list[Authenticator] = []
    try:
        for who in dict.fromkeys(who for _name, who, _goal in PAGES if who):
            user = _somebody(who)
            if user is None:
                continue
            if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
                made.append(Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={}))
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            # Production without https has the plain name, whatever this process calls it.
            found[who] = client, f"sessie={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        yield found
    finally:
        for authenticator in made:
            authenticator.delete()
        keys = [client.session.session_key for client, cookie in found.values() if cookie]
        Session.objects.filter(session_key__in=keys).delete()


def _somebody(who: str) -> User | None:
    if who == "student":
        searches = PlacementSearch.objects.open().select_related("student__user")
        search = searches.order_by("-student__user__is_demo", "pk").first()
        return search.student.user if search else None
    member = Membership.objects.filter(role=who, is_active=True).select_related("user").order_by("pk").first()
    return member.user if member else None


def _address(name: str) -> str | None:
    try:
        if name != "vacancy-detail":
            return reverse(name)
        vacancy = Vacancy.objects.published().first()
        return None if vacancy is None else vacancy_url(vacancy)
    except NoReverseMatch:
        return None
