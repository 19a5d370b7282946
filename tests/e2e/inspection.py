"""Looking at one page: axe, the console, the policy, and whether it fits the screen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.addresses import Visit
from tests.e2e.browser import axe_source

COLOURS = ["color-contrast", "link-in-text-block"]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without preload: axe would copy @import-ed sheets into <style> elements, which our own policy rightly refuses.
RUN_AXE = """async only => {
  const result = await axe.run(document, {runOnly: only, resultTypes: ['violations'], preload: false});
  return result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
}"""
# What sticks out to the right of the page without standing in a region that scrolls by itself.
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const names = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1);
  const outer = names.map(e => e.tagName.toLowerCase() + '.' + e.className).slice(0, 4);
  return [`wider than the screen (${document.documentElement.scrollWidth} > ${room}): ${outer.join(', ')}`];
}"""


# On paper nobody can scroll: what an element hides on its right is lost. A box of one pixel is a hidden word.
CUT_OFF = """() => [...document.querySelectorAll('main *')]
  .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
  .map(e => `cut off on paper: ${e.tagName.toLowerCase()}.${e.className} (${e.scrollWidth} > ${e.clientWidth})`)"""
PAPER = 688
"""An A4 sheet without its margins (182 mm), in CSS pixels."""


class Onlooker:
    """A browser page that remembers what went wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.heard: list[str] = []
        self.page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        self.page.on("console", self._console)

    def _console(self, message: Any) -> None:
        # The browser itself reports every answer of 400 and up; the status is checked apart.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.heard.append(f"console: {message.text[:200]}")

    def visit(self, visit: Visit) -> list[str]:
        """Open a page and return what is wrong with it."""
        answer = self.page.goto(visit.path, wait_until="load")
        status = answer.status if answer else 0
        wrong = [] if status == visit.status else [f"status {status}, not {visit.status}"]
        return self.labelled(visit.label, wrong + self.look())

    def look(self, *, only_colours: bool = False) -> list[str]:
        """Return what is wrong with the page as it stands now, or only what its colours can make wrong."""
        # evaluate() is not subject to the page's Content-Security-Policy, a <script> element would be.
        if not self.page.evaluate("() => 'axe' in window"):  # looked at before, in other colours
            self.page.evaluate(axe_source())
        only = {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": AXE_TAGS}
        wrong = [*self.page.evaluate(RUN_AXE, only), *self.page.evaluate(TOO_WIDE), *self.heard]
        self.heard.clear()
        return wrong

    def fits(self, width: int) -> list[str]:
        """Make the window narrower and return what sticks out."""
        before = self.page.viewport_size or {"width": 1280, "height": 900}
        self.page.set_viewport_size({"width": width, "height": before["height"]})
        wrong: list[str] = self.page.evaluate(TOO_WIDE)
        self.page.set_viewport_size(before)
        return [f"at {width} px {fault}" for fault in wrong]

    def other_scheme(self, *, dark: bool) -> list[str]:
        """Look at the colours of the same page in the other scheme; it stays in them until the next `other_scheme`."""
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        return [f"{'dark' if dark else 'light'}: {fault}" for fault in self.look(only_colours=True)]

    def on_paper(self) -> list[str]:
        """Look at the same page as it is printed, on a sheet of A4; it is back on the screen afterwards."""
        before = self.page.viewport_size or {"width": 1280, "height": 900}
        self.page.emulate_media(media="print", color_scheme="light")
        self.page.set_viewport_size({"width": PAPER, "height": before["height"]})
        wrong = [*self.look(), *self.page.evaluate(CUT_OFF)]
        self.page.set_viewport_size(before)
        self.page.emulate_media(media="screen")
        return [f"in print: {fault}" for fault in wrong]

    @staticmethod
    def labelled(label: str, wrong: list[str]) -> list[str]:
        """Return the faults with the page's name before each."""
        return [f"{label}: {fault}" for fault in wrong]


@contextmanager
def window(
    browser: Browser,
    base_url: str,
    *,
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    javascript: bool = True,
    cookie: dict[str, str] | None = None,
) -> Iterator[BrowserContext]:
    """A browser window of its own, signed in when a session cookie is given."""
    context = browser.new_context(
        base_url=base_url,
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    if cookie is not None:
        context.add_cookies([{**cookie, "url": base_url}])  # type: ignore[typeddict-item]
    yield context
    context.close()


def session_cookie(email: str) -> dict[str, str] | None:
    """Sign somebody in without the sign-in pages and return the cookie; None for nobody."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    if not email:
        return None
    client = Client()
    client.force_login(get_user_model()._default_manager.get(email=email))
    # Signed in just now, so that the pages that ask for it again (second factor, passkeys) open at once.
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time(), "email": email}]
    session.save()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value}
