"""A coordinator with a keyboard alone: from the shortage to a student and a task, a what-if, and a list read in.

Every walk is done twice, with JavaScript on and off. Nothing is clicked: each step is Tab until the thing has the focus,
and a key. What gets the focus must show it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from placements.models import HelpTask
from shortages.services import take_count
from stagematch.accounts.models import User
from stagematch.clock import today
from students.models import Student
from tests import factories as f
from tests.shortages import cells
from tests.students.test_imports import HEAD, ROW

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 140  # steps with Tab before one says that it cannot be reached
HELD = """() => {
  const e = document.activeElement;
  const words = t => t.replace(/\\s+/g, ' ').trim();
  const label = e.labels && e.labels.length ? e.labels[0].textContent : '';
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const name = words(e.getAttribute('aria-label') || label || e.textContent || '');
  const seen = style.outlineStyle !== 'none' && style.outlineWidth !== '0px' || style.boxShadow !== 'none';
  return {
    tag: e.tagName.toLowerCase(), name, seen,
    marker: [...e.querySelectorAll('*')].some(c => getComputedStyle(c).outlineStyle !== 'none'),
    under: box.bottom < 0 || box.top > innerHeight,
  };
}"""


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str, *, tag: str = "") -> None:
        """Press Tab until what has the focus is called so; what is passed on the way shows its focus too."""
        wanted, passed = re.compile(name), []
        self.page.wait_for_load_state()  # a script of the page may still take the focus to a fault
        for _step in range(PATIENCE):
            self.page.keyboard.press("Tab")
            held = self.page.evaluate(HELD)
            passed.append(f"{held['tag']} {held['name'][:40]}")
            if held["tag"] == "body":
                continue  # round the end of the page
            assert held["seen"] or held["marker"], f"no visible focus on {passed[-1]}"
            assert not held["under"], f"the focus is out of sight on {passed[-1]}"
            if wanted.search(held["name"]) and tag in {"", held["tag"]}:
                return
        raise AssertionError(f"{name!r} cannot be reached with Tab: {passed}")

    def open(self, name: str, heading: str) -> None:
        """Follow a link, or press a button, and arrive at a page with this heading."""
        self.to(name)
        self.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, name: str, words: str) -> None:
        """Fill a field that one reaches with Tab, over what stood there."""
        self.to(name)
        self.press("Control+a")
        self.page.keyboard.type(words)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def keys(request: Any, new_page: Callable[..., Page], sign_in: Any, coordinator: User) -> Keys:
    """The coordinator's browser."""
    page = new_page(javascript=request.param, reduced_motion="reduce")
    sign_in(page, coordinator.email)
    return Keys(page)


@pytest.fixture
def counted(school: Any) -> list[Student]:
    """Six students of leerjaar 2 in Leiden who look on Monday and Tuesday, counted as a night does."""
    area, programme = cells.leiden().postcodes.get(), f.ProgrammeFactory(school=school)
    made = [
        f.SearchFactory(
            student__programme=programme, student__year=2, student__user__first_name=name,
            student__user__last_name="Verzonnen", home=area, weekdays=3, days_per_week=2,
        ).student
        for name in ("Aya", "Bram", "Cato", "Daan", "Esra", "Finn")
    ]  # fmt: skip
    take_count(day=today())
    return made


def test_from_the_map_and_the_table_to_a_student_and_a_task(keys: Keys, counted: list[Student]) -> None:
    keys.page.goto("/school/tekort/")
    keys.open("^Leiden 6 studenten zonder plek", "Studenten zonder plek")
    expect(keys.page.locator("main p[role=status]")).to_contain_text("6 studenten.")
    keys.open("^Tekort in beeld$", "Tekort in beeld")
    keys.open("^6 studenten, leerjaar 2", "Studenten zonder plek")
    expect(keys.page.get_by_label("Gekozen filters")).to_contain_text("Leerjaar 2")

    keys.open("^Bram Verzonnen$", "Bram Verzonnen")
    keys.to("Nieuwe taak", tag="summary")
    keys.press("Enter")
    keys.write("Wat ga je doen", "Bellen over reistijd")
    keys.to("^Maak de taak$")
    keys.press("Enter")
    expect(keys.page.locator("#taken")).to_contain_text("Bellen over reistijd")
    assert HelpTask.objects.get().student.user.first_name == "Bram"

    keys.open("^Onze studenten$", "Onze studenten")
    keys.page.go_back()
    keys.open("^Tekort in beeld$", "Tekort in beeld")


def test_the_question_what_if(keys: Keys, counted: list[Student]) -> None:
    keys.page.goto("/school/tekort/")
    keys.open("^Wat als", "Wat als er plekken bij komen")
    keys.to("^Waar komen de plekken")
    keys.page.keyboard.type("Leiden")  # as one chooses in a list with a keyboard
    keys.write("^Hoeveel plekken erbij\\?", "900")
    keys.press("Enter")
    expect(keys.page.locator("#fouten")).to_contain_text("hoogstens 50")
    keys.open("Vul bij .Hoeveel plekken erbij", "Wat als")  # the fault leads to its field
    expect(keys.page.get_by_label("Hoeveel plekken erbij?", exact=True)).to_be_focused()
    keys.press("Control+a")
    keys.page.keyboard.type("3")
    keys.press("Enter")
    expect(keys.page.locator("section", has=keys.page.locator("#antwoord-kop"))).to_contain_text(
        "Van jullie school passen 6 studenten zonder plek op zo’n plek."
    )


def test_filters_of_the_dashboard_and_the_list(keys: Keys, counted: list[Student]) -> None:
    keys.page.goto("/school/tekort/")
    keys.to("^Kaart per")
    keys.page.keyboard.type("provincie")
    keys.to("^Toon$")
    keys.press("Enter")
    expect(keys.page.locator("svg.sm-regiokaart")).to_contain_text("Holland")
    keys.page.goto("/school/studenten/")
    keys.write("Naam of studentnummer", "Cato")
    keys.press("Enter")
    expect(keys.page.locator("main table tbody tr")).to_have_count(1)
    keys.to("Bewaar deze keuze", tag="summary")
    keys.press("Enter")
    keys.write("^Naam$", "Cato alleen")
    keys.press("Enter")
    expect(keys.page.get_by_role("link", name="Cato alleen")).to_be_visible()


def test_a_list_from_the_file_to_done(keys: Keys, school: Any, tmp_path: Path) -> None:
    f.PostcodeFactory()
    f.PeriodFactory()
    f.ProgrammeFactory(school=school)
    wrong, right = tmp_path / "fout.csv", tmp_path / "goed.csv"
    wrong.write_text("\r\n".join([HEAD, ROW.format(n=1), ROW.format(n=2).replace("25615", "99999")]), "utf-8-sig")
    right.write_text("\r\n".join([HEAD, ROW.format(n=1), ROW.format(n=2)]), "utf-8-sig")
    keys.page.goto("/school/studenten/")
    keys.open("^Lees een lijst in$", "Lees studenten in")
    _send(keys, wrong)
    keys.open("^Kijk het bestand na$", "Er klopt 1 ding niet")
    expect(keys.page.locator("main table")).to_contain_text("99999")
    assert not Student.objects.exists()

    keys.open("Stuur het verbeterde bestand", "Lees studenten in")
    _send(keys, right)
    keys.open("^Kijk het bestand na$", "Dit gaat er gebeuren")
    keys.open("Lees het bestand in", "De studenten staan erin")
    assert Student.objects.filter(school=school).count() == 2


def _send(keys: Keys, file: Path) -> None:
    """Choose the file as a keyboard does: the space bar on the field opens the window of the system."""
    # Listen before the field has the focus: the order to catch the window and the key reach the page by two ways,
    # and the key may be first.
    with keys.page.expect_file_chooser() as chooser:
        keys.to("^Bestand", tag="input")
        keys.press("Space")
    chooser.value.set_files(file)
    keys.open("Stuur het bestand", "Welke kolom is wat")
