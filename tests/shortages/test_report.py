"""The report of the page: a PDF for everybody's eyes, a book for a spreadsheet, without names unless asked for."""

# mypy: disable-error-code="no-untyped-def"

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from shortages.enums import LeverKind, Situation
from stagematch.audit.models import AccessLog
from tests import factories as f
from tests.placements.test_dossier_papers import tags_of, text_of
from tests.shortages import cells as nights

pytestmark = pytest.mark.django_db
PDF = reverse("shortage-pdf")
XLSX = reverse("shortage-xlsx")


@pytest.fixture
def counted(school):
    snapshot = nights.night()
    nights.cell(snapshot, school, municipality=nights.leiden(), placed=7, talking=2, open=24, structural=18.4)
    nights.cell(snapshot, school, municipality=nights.katwijk(), year=1, days=12, open=3, structural=3.0)
    region = nights.leiden().postcodes.get().corop
    nights.lever(snapshot, LeverKind.PLACE, region=region, year=2, days=3, steps=15, example={"chain": ["Leiden"]})
    search = f.SearchFactory(student__programme__school=school, student__user__first_name="Aaliyah",
                             student__user__last_name="Verzonnen", home=nights.leiden().postcodes.get())  # fmt: skip
    nights.situation(snapshot, search, Situation.NONE)
    return snapshot


def test_the_pdf_is_accessible_and_says_what_the_page_says(client, coordinator, counted):
    client.force_login(coordinator)
    answer = client.get(PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="tekort-roc-de-brug-{counted.day}.pdf"'
    assert answer["Cache-Control"] == "no-store"
    reader = PdfReader(io.BytesIO(answer.content))
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("nl")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Tekort in beeld: Roc De Brug, het volgende half jaar"
    assert {"/H1", "/Table", "/TH", "/TD", "/L"} <= tags_of(reader)
    text = " ".join(text_of(answer.content).split())
    for part in (
        "27", "studenten hebben nog geen plek", "21 keer structureel tekort", "6 keer frictie", "Leiden", "Katwijk",
        "Een extra plek in Leiden op maandag en dinsdag, leerjaar 2", "met 10 extra plekken", "Leerjaar 1",
        "om 3.10 uur, met versie 1", "hoe je de vrije plekken ook verdeelt",
    ):  # fmt: skip
        assert part in text, part


def test_names_come_along_only_when_asked_for_and_on_a_page_of_their_own(client, coordinator, counted):
    client.force_login(coordinator)
    assert "Aaliyah" not in text_of(client.get(PDF).content)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(client.get(PDF, {"namen": "ja"}).content)).pages]
    assert "Aaliyah" in pages[-1]
    assert "Deel deze bladzijde niet buiten de school." in " ".join(pages[-1].split())
    assert not any("Aaliyah" in page for page in pages[:-1])
    plain, named = AccessLog.objects.filter(action=AccessLog.Action.EXPORT).order_by("pk")
    assert "namen" not in plain.actor_label
    assert "pdf met 1 namen" in named.actor_label


def test_the_book_has_a_sheet_per_subject_and_no_names(client, coordinator, counted):
    client.force_login(coordinator)
    book = load_workbook(io.BytesIO(client.get(XLSX).content))
    assert book.sheetnames == ["Totalen", "Leerjaar en dagen", "Gebieden", "Wat helpt", "Verloop", "Woorden"]
    totals = {row[0]: row[1] for row in book["Totalen"].iter_rows(values_only=True)}
    assert totals["Zonder plek"] == 27
    assert totals["Zonder plek: structureel tekort"] + totals["Zonder plek: frictie"] == 27
    assert [cell.value for cell in book["Leerjaar en dagen"][4]] == ["Samen", 24, 3, 27]
    areas = {row[0]: row[1] for row in book["Gebieden"].iter_rows(min_row=2, max_row=3, values_only=True)}
    assert areas == {"Leiden": 24, "Katwijk": 3}
    assert book["Wat helpt"]["C2"].value == 10
    assert book["Verloop"]["B2"].value == 27
    everything = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any("Aaliyah" in cell for cell in everything)


def test_the_report_has_the_filters_of_the_page(client, coordinator, school, counted):
    client.force_login(coordinator)
    book = load_workbook(io.BytesIO(client.get(XLSX, {"gebied": "corop"}).content))
    assert book["Gebieden"]["A1"].value == "COROP-gebied"
    assert book["Gebieden"]["A2"].value == "Leiden"
    assert book["Gebieden"]["B2"].value == 27


def test_a_name_that_looks_like_a_formula_stays_text(client, coordinator, school):
    place = nights.gemeente("=1+1", "2999", 52.0, 4.5)
    nights.cell(nights.night(), school, municipality=place, open=2)
    client.force_login(coordinator)
    book = load_workbook(io.BytesIO(client.get(XLSX).content))
    assert book["Gebieden"]["A2"].value == "'=1+1"
    assert "=1+1" in text_of(client.get(PDF).content)


def test_taking_a_report_away_is_written_down(client, coordinator, school, counted):
    client.force_login(coordinator)
    for path in (PDF, XLSX):
        client.get(path)
    logged = AccessLog.objects.filter(actor=coordinator, action=AccessLog.Action.EXPORT)
    assert [row.object_id for row in logged] == [str(school.public_id)] * 2


def test_who_may_take_a_report_away(client, other_coordinator, broker, admin_user, school, counted):
    for path in (PDF, XLSX):
        client.logout()
        assert client.get(path).status_code == 302
        client.force_login(broker)
        assert client.get(path).status_code == 403
        client.force_login(other_coordinator)
        assert client.get(path, {"school": school.slug}).status_code == 404
        assert client.get(path).status_code == 404  # nothing was counted for that school
        client.force_login(admin_user)
        assert client.get(path, {"school": school.slug}).status_code == 200
    assert not AccessLog.objects.filter(actor=other_coordinator).exists()
