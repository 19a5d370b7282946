"""Taking in a PDF: parsed, copied page by page into a clean file, and never served as it came (features P4)."""

import hashlib
import io
import re
import socket
import struct
import unicodedata
from pathlib import PurePosixPath
from typing import IO, Any

import environ
import filetype
import structlog
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject

from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError
from students.enums import DocumentKind
from students.models import Document, Student

log = structlog.get_logger(__name__)

MAX_BYTES = 5 * 1024 * 1024
MAX_PAGES = 10
# Parts of a page that can do something or hide something; a CV needs none of them. Annotations go as a whole: links,
# forms, attachments and scripts all live there.
_ACTIVE = (
    "/AA",
    "/A",
    "/Annots",
    "/JS",
    "/JavaScript",
    "/OpenAction",
    "/AF",
    "/PieceInfo",
    "/Metadata",
    "/LastModified",
)


def _refuse(code: str, message: str) -> RuleError:
    return RuleError(code, message, field="cv")


def _clean_name(raw: str) -> str:
    """Return the file name as the student will see it: no folders, no control characters, at most 150 long, ends in .pdf."""
    name = PurePosixPath(raw.replace("\\", "/")).name
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    stem = re.sub(r"(\.pdf)+$", "", name, flags=re.IGNORECASE).strip(" .") or "cv"
    return f"{stem[:146]}.pdf"


def _strip(node: PdfObject | None, seen: set[int], depth: int = 0) -> None:
    """Remove what is active or descriptive from a page and everything it points at; a picture has no business with either."""
    if isinstance(node, IndirectObject):
        if node.idnum in seen:
            return
        seen.add(node.idnum)
        node = node.get_object()
    if depth > 60 or node is None:
        return
    if isinstance(node, DictionaryObject):
        for key in _ACTIVE:
            node.pop(NameObject(key), None)
        for key in list(node):
            if key != "/Parent":
                _strip(node.raw_get(key), seen, depth + 1)
    elif isinstance(node, ArrayObject):
        for item in list(node):
            _strip(item, seen, depth + 1)


def rewrite_pdf(data: bytes) -> tuple[bytes, int]:
    """Return a clean copy of a PDF and its number of pages.

    Raises RuleError `not_a_pdf`, `locked`, `too_many_pages` or `no_pages`. Only what the pages draw is copied:
    metadata, scripts, forms, links and attachments stay behind.
    """
    kind = filetype.guess(data)
    if kind is None or kind.mime != "application/pdf":
        raise _refuse("not_a_pdf", _("Dit bestand is geen pdf. Sla je cv op als pdf en kies het opnieuw."))
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise _refuse(
                "locked", _("Op dit bestand zit een wachtwoord. Haal het wachtwoord weg en kies het opnieuw.")
            )
        pages = len(reader.pages)
        if pages == 0:
            raise _refuse("no_pages", _("Dit bestand heeft geen bladzijden. Kies een ander bestand."))
        if pages > MAX_PAGES:
            raise _refuse(
                "too_many_pages",
                _("Je cv heeft %(pages)s bladzijden. Maak het korter: hoogstens %(max)s bladzijden.")
                % {"pages": pages, "max": MAX_PAGES},
            )
        writer = PdfWriter()
        seen: set[int] = set()
        for page in reader.pages:
            for key in _ACTIVE:
                page.pop(NameObject(key), None)
            _strip(writer.add_page(page), seen)
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
        clean = out.getvalue()
        # What was written must be readable: a copy that nobody can open helps nobody.
        if len(PdfReader(io.BytesIO(clean), strict=False).pages) != pages:
            raise _refuse(
                "not_a_pdf", _("Dit bestand is beschadigd. Sla je cv opnieuw op als pdf en kies het nog eens.")
            )
    except RuleError:
        raise
    except Exception as error:
        log.info("document.unreadable", error=type(error).__name__)
        raise _refuse(
            "not_a_pdf", _("Dit bestand is beschadigd. Sla je cv opnieuw op als pdf en kies het nog eens.")
        ) from error
    if len(clean) > MAX_BYTES:
        raise _refuse("too_big", _("Je bestand is te groot. Kies een bestand van hoogstens 5 MB."))
    return clean, pages


def _scan(data: bytes) -> None:
    """Let ClamAV look at the bytes when CLAMAV_HOST is set (INSTREAM protocol); off by default.

    Raises RuleError `infected`, or `no_scanner` when the scanner is on but does not answer: fail closed.
    """
    env = environ.Env()
    host: str = env.str("CLAMAV_HOST", default="")
    if not host:
        return
    try:
        with socket.create_connection((host, env.int("CLAMAV_PORT", default=3310)), timeout=10) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), 65536):
                chunk = data[start : start + 65536]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = connection.recv(4096)
    except OSError as error:
        log.warning("document.scanner_away")
        raise _refuse("no_scanner", _("We kunnen je bestand nu niet nakijken. Probeer het straks nog eens.")) from error
    if b"OK" not in answer:
        raise _refuse("infected", _("In dit bestand zit iets dat niet veilig is. Kies een ander bestand."))


def _read(upload: "UploadedFile[Any] | IO[bytes]") -> bytes:
    size = getattr(upload, "size", None)
    data = b"" if size is not None and size > MAX_BYTES else upload.read(MAX_BYTES + 1)
    if (size is not None and size > MAX_BYTES) or len(data) > MAX_BYTES:
        raise _refuse("too_big", _("Je bestand is te groot. Kies een bestand van hoogstens 5 MB."))
    if not data:
        raise _refuse("empty", _("Dit bestand is leeg. Kies een ander bestand."))
    return data


@transaction.atomic
def save_document(
    *, student: Student, upload: "UploadedFile[Any]", actor: User, kind: str = DocumentKind.CV
) -> Document:
    """Keep a clean copy of an uploaded PDF as the student's current document of its kind.

    The same file again gives the document that is there already. Earlier documents stay, because an application
    that was sent keeps the CV it was sent with. Raises RuleError (field `cv`) with a sentence for the student.
    """
    data = _read(upload)
    _scan(data)
    clean, pages = rewrite_pdf(data)
    digest = hashlib.sha256(clean).hexdigest()
    Student.objects.select_for_update().get(pk=student.pk)
    same = Document.objects.filter(student=student, kind=kind, sha256=digest).first()
    Document.objects.filter(student=student, kind=kind, is_current=True).exclude(pk=same.pk if same else 0).update(
        is_current=False
    )
    if same is not None:
        same.is_current = True
        same.save(update_fields=["is_current"])
        return same
    document = Document(
        student=student,
        kind=kind,
        original_name=_clean_name(upload.name or ""),
        size=len(clean),
        pages=pages,
        sha256=digest,
        uploaded_at=now(),
    )
    document.file.save(f"{document.public_id}.pdf", ContentFile(clean), save=False)
    stored = document.file.name or ""
    try:
        document.save()
    except Exception:
        document.file.storage.delete(stored)
        raise
    return document


def forget_file(document: Document) -> None:
    """Delete a document and, once the transaction holds, its file."""
    storage, name = document.file.storage, document.file.name
    document.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
