"""A day of a BPV-coördinator with a mail server and a worker of the real kind: from a wrong list to the mail of the month.

The students on the dashboard are those of the file: nothing is made by hand but the school itself.
"""

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from organisations.workdays import add_working_days
from shortages.models import ShortageSnapshot
from shortages.services import send_month_mails, take_count
from stagematch.accounts.models import User
from stagematch.clock import at, today
from students.models import Student, StudentImport
from students.services.waves import send_waves
from tests import factories as f
from tests.e2e import whole_steps as steps
from tests.e2e.whole_steps import Post
from tests.placements.test_dossier_papers import tags_of
from tests.shortages import cells
from tests.students.test_imports import HEAD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crossprocess]
NAMES = ("Aya", "Bram", "Cato", "Daan", "Esra", "Finn", "Gijs")


def _list(path: Path, *, wrong: bool) -> Path:
    rows = [
        f"10{n};{name};;Verzonnen;{name.lower()}@student.debrug.example;25615;2;SW2A;volgend-half-jaar;ma, di;2312 AB"
        for n, name in enumerate(NAMES)
    ]
    if wrong:
        rows[1], rows[4] = rows[1].replace("25615", "11111"), rows[4].replace("esra@", "esra")
    path.write_text("\r\n".join([HEAD, *rows]), "utf-8-sig")
    return path


def test_from_a_list_with_faults_to_the_mail_of_the_month(
    school: Any, coordinator: User, post: Post, new_page: Callable[..., Page], sign_in: Any, tmp_path: Path
) -> None:
    f.ProgrammeFactory(school=school)
    f.PeriodFactory()
    cells.leiden()
    office = new_page(accept_downloads=True)
    sign_in(office, coordinator.email)
    _read_in(office, school, tmp_path)
    _invite(office, school, post, new_page())
    take_count(day=today())
    _look(office)
    _take_along(office, tmp_path)
    _month(post, coordinator)
    assert post.everything_arrived_once() == len(NAMES) + 2  # a code for one student, a mail for the coordinator


def _read_in(office: Page, school: Any, folder: Path) -> None:
    """The list with faults changes nothing and says what to mend; the mended one is read and reported."""
    _send(office, _list(folder / "fout.csv", wrong=True))
    expect(office.get_by_role("heading", level=1)).to_have_text("Er kloppen 2 dingen niet")
    wrong = office.locator("main table").first
    expect(wrong).to_contain_text("‘11111’ kennen we niet als opleiding van jullie school.")
    expect(wrong).to_contain_text("‘esrastudent.debrug.example’ is geen e-mailadres. Er hoort een @ in.")
    assert not Student.objects.exists()

    _send(office, _list(folder / "goed.csv", wrong=False))
    expect(office.locator("main")).to_contain_text("Er is nog niets veranderd.")
    assert not Student.objects.exists()
    steps.done(office, "Lees het bestand in", "De studenten staan erin")
    assert Student.objects.filter(school=school).count() == len(NAMES)
    with office.expect_download() as report:
        office.get_by_role("link", name="Verslag (Excel)").click()
    rows = list(load_workbook(io.BytesIO(report.value.path().read_bytes())).active.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["nieuw"] * len(NAMES)
    assert StudentImport.objects.filter(status="done").get().content == b""


def _send(office: Page, file: Path) -> None:
    office.goto("/school/studenten/importeren/")
    office.get_by_label("Bestand", exact=True).set_input_files(file)
    office.get_by_role("button", name="Stuur het bestand").click()
    office.get_by_role("button", name="Kijk het bestand na").click()


def _invite(office: Page, school: Any, post: Post, here: Page) -> None:
    """A wave for everybody, sent by the job of the next working morning; a student signs in with what arrived."""
    office.goto("/school/studenten/uitnodigen/golven/")
    office.get_by_label("Iedereen op één dag").check()
    steps.done(office, "Plan", "Er is 1 dag gepland.")
    morning = school.invitation_waves.get().send_on
    assert send_waves(day=morning - dt.timedelta(days=1)) == 0
    assert send_waves(day=morning) == len(NAMES)
    assert send_waves(day=morning) == 0
    who = "aya@student.debrug.example"
    letter = post.letter(who, "Je account voor je stage staat klaar")
    assert who in letter.text
    here.goto(letter.link("/account/login/code/"))
    here.get_by_label("E-mail").fill(who)
    here.locator("main form button[type=submit]").first.click()
    found = steps.CODE.search(post.letter(who, "").text)
    assert found
    here.get_by_label(re.compile("code", re.IGNORECASE)).fill(found.group())
    here.locator("main form button[type=submit]").first.click()
    expect(here).not_to_have_url(re.compile("/account/"))
    assert User.objects.get(email=who).last_login is not None


def _look(office: Page) -> None:
    """The dashboard of tonight's count shows the students of the file, down to one of them, and what would help."""
    office.goto("/school/tekort/")
    expect(office.locator("main .sm-kop-cijfer .sm-number")).to_have_text(str(len(NAMES)))
    office.get_by_role("link", name=f"Leiden {len(NAMES)} studenten zonder plek").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Studenten zonder plek")
    office.get_by_role("link", name="Cato Verzonnen", exact=True).click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Cato Verzonnen")
    office.goto("/school/tekort/wat-als/")
    office.get_by_label("Hoeveel plekken erbij?", exact=True).fill("2")
    office.get_by_role("button", name="Reken het uit", exact=True).click()
    expect(office.locator("main")).to_contain_text("Van jullie school passen")


def _take_along(office: Page, folder: Path) -> None:
    """The report is an accessible PDF and a book, with the number of the page."""
    office.goto("/school/tekort/")
    number = str(len(NAMES))
    with office.expect_download() as paper:
        office.get_by_role("link", name="Rapport als pdf").click()
    reader = PdfReader(paper.value.path())
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"][:2], bool(root["/MarkInfo"]["/Marked"])) == ("nl", True)
    assert {"/H1", "/Table", "/TH", "/TD"} <= tags_of(reader)
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert f"{number} studenten hebben nog geen plek" in text
    assert "Cato" not in text
    with office.expect_download() as sheets:
        office.get_by_role("link", name="Rapport voor Excel").click()
    book = load_workbook(io.BytesIO(sheets.value.path().read_bytes()))
    totals = {row[0]: row[1] for row in book["Totalen"].iter_rows(values_only=True)}
    assert totals["Zonder plek"] == len(NAMES)


def _month(post: Post, coordinator: User) -> None:
    """On the first working day of next month the coordinator reads the number in the mail."""
    last = (today().replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    first = add_working_days(last, 1)
    with at(first):
        take_count(day=first)
        assert send_month_mails(day=first) == 1
    assert ShortageSnapshot.objects.done().count() == 2
    letter = post.letter(coordinator.email, "Roc De Brug: ")
    assert f"{len(NAMES)} studenten hebben nog geen plek" in letter.text
    assert letter.link("/school/tekort/")
