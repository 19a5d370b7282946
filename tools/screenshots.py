"""Make the pictures of the README from a running demo: `python tools/screenshots.py [address] [name ...] [--suffix WORD]`.

With names only those pictures; with a suffix they are called so ("shortage-sector-1280.png"), for a demo of another size.

Start the demo first (`bin/up`); without an address it is looked for at http://127.0.0.1:8000. Signing in goes through the sign-in page, with the
password of the demo accounts. Each picture is what one sees without scrolling, as PNG, in docs/screenshots/.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.e2e.browser import launch_options  # noqa: E402

FOLDER = REPOSITORY / "docs" / "screenshots"
LIMIT = 250 * 1024
PASSWORD = os.environ.get("DEMO_PASSWORD", "stagematch-demo")
STUDENT, BROKER, COORDINATOR = "student@demo.example", "stagemakelaar@demo.example", "bpv@demo.example"
DESKTOP, PHONE = (1280, 900), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One page: where it is, or which link leads to it, and who looks."""

    name: str
    path: str
    who: str = ""
    follow: str = ""  # a selector of a link on the page at `path`, and after a | one on the page behind it, and so on
    dark: bool = False


PICTURES = (
    Picture("home", "/"),
    Picture("home-dark", "/", dark=True),
    Picture("browse", "/stageplekken/"),
    Picture("map", "/stageplekken/kaart/"),
    Picture("detail", "/stageplekken/", who=STUDENT, follow="main ul.sm-list h3 a, main ul.sm-list a"),
    Picture("overview", "/mijn/", who=STUDENT),
    Picture("workspace", "/beheer/werkplek/", who=BROKER),
    Picture("candidate", "/beheer/werkplek/", who=BROKER, follow="[data-rij] a"),
    Picture("matching", "/hoe-werkt-matching/"),
    Picture(
        "why-not", "/stageplekken/?plaats=Groningen", who=STUDENT, follow="main h3 a|a[href*='/mijn/waarom-niet/']"
    ),
    Picture("fair", "/hoe-werkt-matching/eerlijk/"),
    Picture("inventory", "/beheer/inventarisatie/", who=BROKER),
    Picture("placements", "/beheer/plaatsingen/", who=BROKER),
    Picture("school", "/school/studenten/", who=COORDINATOR),
    Picture("shortage", "/school/tekort/", who=COORDINATOR),
    Picture("shortage-dark", "/school/tekort/", who=COORDINATOR, dark=True),
    Picture("school-placements", "/school/plaatsingen/", who=COORDINATOR),
    Picture("what-if", "/school/tekort/wat-als/", who=COORDINATOR),
    Picture("help", "/school/studenten/hulp/", who=COORDINATOR),
    Picture("public-shortage", "/tekort/"),
    Picture("roadshow", "/roadshows/utrecht-maakt-plek-demo/"),
    Picture("roadshow-impact", "/roadshows/rijnstreek-maakte-plek-demo/opbrengst/"),
)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_load_state("load")
    if "/account/login" in page.url:
        raise SystemExit(f"Signing in as {email} failed: is this the demo, with the password of DEMO_PASSWORD?")


def _take(
    browser: Browser, address: str, size: tuple[int, int], names: list[str], suffix: str, say: Callable[[str], None]
) -> None:
    signed_in: dict[str, list[dict[str, object]]] = {}
    width, height = size
    for picture in (one for one in PICTURES if not names or one.name in names):
        context = browser.new_context(
            base_url=address,
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
            viewport={"width": width, "height": height},
            color_scheme="dark" if picture.dark else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if picture.who:
            if picture.who not in signed_in:
                _sign_in(page, picture.who)
                signed_in[picture.who] = list(context.cookies())  # type: ignore[arg-type]
            else:
                context.add_cookies(signed_in[picture.who])  # type: ignore[arg-type]
        page.goto(picture.path)
        for selector in filter(None, picture.follow.split("|")):
            page.goto(page.locator(selector).first.get_attribute("href") or picture.path)
        target = FOLDER / f"{'-'.join(filter(None, (picture.name, suffix)))}-{width}.png"
        page.screenshot(path=target)
        weight = target.stat().st_size
        if weight > LIMIT:
            raise SystemExit(f"{target.name} is {weight // 1024} kB; at most {LIMIT // 1024} kB fits in the README.")
        say(f"{target.relative_to(REPOSITORY)}  {weight // 1024} kB")
        context.close()


def main(arguments: list[str]) -> int:
    """Take the pictures in two widths; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("names", nargs="*", help="only these: " + ", ".join(one.name for one in PICTURES))
    parser.add_argument("--suffix", default="")
    options = parser.parse_args(arguments)
    if not re.match(r"https?://", options.address):
        parser.error("the address begins with http:// or https://")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(**launch_options())
        for size in (DESKTOP, PHONE):
            _take(browser, options.address, size, options.names, options.suffix, _say)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
