"""Uploads: honest files are taken and cleaned, hostile ones refused with a sentence (features P4)."""

import pytest
from pypdf import PdfReader

from stagematch.ui.errors import RuleError
from students.models import Document
from students.services import save_document
from tests.students.pdfs import pdf, upload


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def take(search, data, name="cv.pdf"):
    return save_document(student=search.student, upload=upload(data, name), actor=search.student.user)


@pytest.mark.parametrize("pages", [1, 10])
def test_save_document_takes_an_honest_pdf(search, pages):
    document = take(search, pdf(pages))
    assert (document.pages, document.is_current, document.original_name) == (pages, True, "cv.pdf")
    with document.file.open("rb") as handle:
        assert len(PdfReader(handle).pages) == pages
    assert "cv" not in document.file.name.rsplit("/", 1)[-1].replace(str(document.public_id), "")


def test_save_document_leaves_metadata_scripts_and_attachments_behind(search):
    document = take(search, pdf(secret="Samira El Amrani", script="app.alert('x')", attachment=b"MZ-evil"))
    with document.file.open("rb") as handle:
        data = handle.read()
    for trace in (b"Samira", b"JavaScript", b"app.alert", b"MZ-evil", b"EmbeddedFile", b"OpenAction"):
        assert trace not in data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a Word file", "not_a_pdf"),
        (b"<html><script>alert(1)</script>", "not_a_pdf"),
        (b"%PDF-1.7\nnothing more", "not_a_pdf"),
        (b"%PDF-1.7\n" + b"\x00" * 2000, "not_a_pdf"),
        (pdf(11), "too_many_pages"),
        (pdf(password="geheim"), "locked"),
        (b"%PDF-1.7\n" + b"x" * (5 * 1024 * 1024 + 1), "too_big"),
    ],
)
def test_save_document_refuses_what_is_no_honest_cv(search, data, code):
    with pytest.raises(RuleError) as error:
        take(search, data)
    assert error.value.code == code
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\noor\\Mijn cv.PDF", "Mijn cv.pdf"),
        ("cv\u202efdp.exe.pdf", "cvfdp.exe.pdf"),
        ("Zoë Çelik-'t Hart.pdf", "Zoë Çelik-'t Hart.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        (".pdf", "cv.pdf"),
    ],
)
def test_save_document_keeps_a_harmless_name(search, raw, shown):
    assert take(search, pdf(), raw).original_name == shown


def test_save_document_twice_keeps_one_and_a_new_one_becomes_current(search):
    first = take(search, pdf())
    assert take(search, pdf()) == first
    second = take(search, pdf(2))
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    assert take(search, pdf()).is_current
