"""`/api/v1/students/import`: the same import as in the browser, for a school's own system."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stagematch.ui.errors import RuleError
from stagematch.ui.problems import problem
from students.api.doors import with_key
from students.models import ImportStatus, SchoolToken, StudentImport
from students.services import uploads

CSV_TYPES = {"text/csv", "application/csv"}
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_TYPE = "application/json"
YES, NO = {"1", "true", "yes", "ja"}, {"", "0", "false", "no", "nee"}
ERRORS_SHOWN = 500
COLUMN = "column."


class BadRequest(Exception):  # noqa: N818 -- named for the answer it becomes
    """The request makes no sense as a request; the message says why."""


@with_key("POST")
def send_students(request: HttpRequest, token: SchoolToken) -> HttpResponse:
    """Check, and unless `dry_run`, read a list: at once, or by the worker when it is large (202)."""
    kind = (request.content_type or "").lower()
    if kind not in {*CSV_TYPES, XLSX_TYPE, JSON_TYPE}:
        return problem(415, "media_type", _("Stuur text/csv, application/json of een .xlsx-bestand."))
    content = _body(request)
    if content is None:
        return problem(
            413, "too_large", _("Het bestand is groter dan %(mb)d MB. Verdeel het over meer bestanden.")
            % {"mb": uploads.MAX_UPLOAD_BYTES // 2**20},
        )  # fmt: skip
    try:
        dry_run = _flag(request.GET.get("dry_run", ""))
        mapping = {
            key.removeprefix(COLUMN): value for key, value in request.GET.dict().items() if key.startswith(COLUMN)
        }
        if kind == JSON_TYPE:
            content = _csv_of(content)
        name = {XLSX_TYPE: "api.xlsx", JSON_TYPE: "api.json"}.get(kind, "api.csv")
        upload = uploads.send_import(
            token=token,
            file_name=name,
            content=content,
            mapping=mapping,
            dry_run=dry_run,
            language=get_language() or "nl",
        )
    except BadRequest as error:
        return problem(400, "bad_request", str(error))
    except RuleError as error:
        status = 409 if error.code == "import_running" else 422
        response = problem(status, error.code, error.message)
        if status == 409:
            response["Retry-After"] = "30"
        return response
    return _answer(upload, sent=True)


@with_key("GET", "HEAD")
def sent_students(request: HttpRequest, token: SchoolToken, public_id: UUID) -> HttpResponse:
    """Say how a list that was sent is doing."""
    found = StudentImport.objects.filter(school=token.school_id, token__isnull=False, public_id=public_id)
    upload = found.defer("content").first()
    if upload is None:
        return problem(404, "not_found", _("Deze lijst is er niet, of niet meer."))
    return _answer(upload, sent=False)


def _answer(upload: StudentImport, *, sent: bool) -> HttpResponse:
    where = reverse("api-students-import-state", args=[upload.public_id])
    if upload.status == ImportStatus.REFUSED and sent:
        return problem(
            422, "faults", _("Er klopt iets niet in de lijst. Er is niets veranderd."),
            error_count=upload.problem_count, errors=_errors(upload), location=where,
        )  # fmt: skip
    result = upload.result
    body: dict[str, Any] = {
        "id": str(upload.public_id),
        "status": _state(upload),
        "dry_run": upload.only_check,
        "rows": upload.row_count,
        "created": upload.created,
        "updated": upload.updated,
        "unchanged": upload.unchanged,
        "not_in_file": result.get("missing", 0),
        "ignored_columns": result.get("unknown_headers", []),
        "notes": result.get("notes", []),
        "error_count": upload.problem_count,
        "errors": _errors(upload),
    }
    waiting = upload.is_waiting
    response = JsonResponse(body, status=202 if waiting and sent else 200, json_dumps_params={"ensure_ascii": False})
    if sent:
        response["Location"] = where
    if waiting:
        response["Retry-After"] = "5"
    return response


def _state(upload: StudentImport) -> str:
    """One of waiting, checked, done, refused, forgotten."""
    if upload.is_waiting:
        return "waiting"
    return {ImportStatus.STOPPED: "forgotten"}.get(ImportStatus(upload.status), upload.status)


def _errors(upload: StudentImport) -> list[dict[str, Any]]:
    return [
        {"row": row, "column": column, "detail": message} for row, column, message in upload.problems[:ERRORS_SHOWN]
    ]


def _body(request: HttpRequest) -> bytes | None:
    """Read the body, but never more than is allowed; None when it is larger."""
    limit = uploads.MAX_UPLOAD_BYTES
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:12]) > limit:
        return None
    content: bytes = request.read(limit + 1)
    return content if len(content) <= limit else None


def _flag(value: str) -> bool:
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise BadRequest(_("dry_run is ‘true’ of ‘false’."))


def _csv_of(content: bytes) -> bytes:
    """Turn `{"students": [{…}, …]}` into a table: every key is a column. The first student is row 2, as in a file.

    Raises BadRequest for anything else.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("Dit is geen JSON.")) from error
    students = body.get("students") if isinstance(body, dict) else None
    if not isinstance(students, list) or not all(isinstance(student, dict) for student in students):
        raise BadRequest(_("Stuur een object met ‘students’: een lijst met per student een object."))
    headers: dict[str, None] = {}
    for student in students:
        headers |= dict.fromkeys(student)
        if any(isinstance(value, dict | list) for value in student.values()):
            raise BadRequest(_("Een waarde van een student is tekst, een getal of leeg."))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_plain(student.get(header)) for header in headers] for student in students)
    # A character that stands for half of one cannot be written down; it is refused as what it is: damaged.
    return text.getvalue().encode("utf-8", "replace")


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value).replace("\x00", "\ufffd")
