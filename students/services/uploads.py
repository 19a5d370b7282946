"""A school's file on its way in: kept, checked, read, forgotten. The import itself is `students.imports`.

The file stands in the database, not on a disk, so that web server and worker see the same one and a deleted row is gone.
Checking and reading happen while the worker holds the row: a second worker passes it by, and a worker that dies leaves
the row as it was, for the next.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import PurePath

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from organisations.models import Organisation
from stagematch.accounts.models import User
from stagematch.audit.services import record_import
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError
from stagematch.ui.tables import Column, OpenTable, Sheet, TableError, normalise, open_table
from students.imports import StudentReport, columns_for, import_students
from students.models import ImportStatus, SchoolToken, StudentImport

log = structlog.get_logger(__name__)

MAX_UPLOAD_BYTES = 7 * 1024 * 1024
"""Just under what the proxy lets through (deploy/Caddyfile)."""
LARGE = 500
"""Rows above which the worker does it."""
KEEP_FILE = dt.timedelta(days=1)
KEEP_COUNTS = dt.timedelta(days=365)
SAME_UPLOAD = dt.timedelta(minutes=10)
STUCK = dt.timedelta(minutes=2)

Enqueue = Callable[[int], None]
_enqueue: list[Enqueue] = []


def register_worker(enqueue: Enqueue) -> None:
    """Tell how a file is handed to the worker (`students.tasks`). Called in `ready()`."""
    _enqueue[:] = [enqueue]


def open_upload(content: bytes) -> OpenTable:
    """Open a file somebody sent. Raises RuleError `unreadable` on the field `file` with what is wrong with it."""
    try:
        return open_table(content, max_bytes=MAX_UPLOAD_BYTES)
    except TableError as error:
        raise RuleError("unreadable", error.message, field="file") from error


def keep_upload(
    *, school: Organisation, actor: User | None, file_name: str, content: bytes, token: SchoolToken | None = None
) -> StudentImport:
    """Keep a file for at most a day; the same file of the same person again is the same row.

    Raises RuleError `unreadable` when it cannot be read at all.
    """
    table = open_upload(content)
    try:
        row_count = sum(1 for _row in table.rows)
    except TableError as error:
        raise RuleError("unreadable", error.message, field="file") from error
    digest = hashlib.sha256(content).hexdigest()
    name = PurePath(file_name.replace("\\", "/")).name[:150] or _("bestand")
    with transaction.atomic():
        # Pressing twice uploads twice at once: the second finds the row of the first.
        Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)
        again = StudentImport.objects.filter(
            school=school, created_by=actor, sha256=digest, status=ImportStatus.UPLOADED, wiped_at=None, token=None,
            created_at__gt=now() - SAME_UPLOAD,
        )  # fmt: skip
        if token is None and (same := again.first()) is not None:
            return same
        return StudentImport.objects.create(
            school=school, created_by=actor, token=token, file_name=name, content=content, sha256=digest,
            row_count=row_count,
        )  # fmt: skip


def send_import(
    *, token: SchoolToken, file_name: str, content: bytes, mapping: Mapping[str, str], dry_run: bool, language: str
) -> StudentImport:
    """Take a file from a school's own system: check it and, unless `dry_run`, read it; the worker does so when it is large.

    `mapping` may be empty: then headers are recognised. Raises RuleError `unreadable`, `unknown_column` for a column we do
    not know, and Conflict `import_running` while another file of this school is being read.
    """
    known = {column.name for column in columns_for(token.school)}
    if unknown := sorted(set(mapping) - known):
        raise RuleError(
            "unknown_column",
            _("De kolom ‘%(name)s’ kennen we niet. Bekend zijn: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(sorted(known))},
        )
    upload = keep_upload(school=token.school, actor=None, token=token, file_name=file_name, content=content)
    upload.status = ImportStatus.CHECKING if dry_run else ImportStatus.QUEUED
    upload.mapping, upload.only_check, upload.result = dict(mapping), dry_run, {"language": language}
    try:
        with transaction.atomic():
            upload.save(update_fields=["status", "mapping", "only_check", "result"])
    except IntegrityError as error:
        upload.delete()
        raise Conflict(
            "import_running", _("Er wordt nu al een bestand van je school ingelezen. Wacht tot dat klaar is.")
        ) from error
    return _hand_over(upload)


def guess_mapping(upload: StudentImport, table: OpenTable, columns: list[Column] | None = None) -> dict[str, str]:
    """Return the header of each column: what the school chose last time when it fits, else what it looks like.

    `columns` are those of the school, for who has them already.
    """
    columns = columns or columns_for(upload.school)
    guess = Sheet(columns, table).used_headers
    last = (
        StudentImport.objects.filter(school=upload.school, token=None)
        .exclude(mapping={})
        .exclude(pk=upload.pk)
        .order_by("-created_at")
        .values_list("mapping", flat=True)
        .first()
    ) or {}
    there = {normalise(header): header for header in table.headers if header}
    for column in columns:
        remembered = there.get(normalise(last.get(column.name, "")))
        if remembered:
            guess = {name: header for name, header in guess.items() if header != remembered or name == column.name}
            guess[column.name] = remembered
    return guess


def choose_columns(*, upload: StudentImport, actor: User | None, mapping: Mapping[str, str]) -> StudentImport:
    """Keep which header is which column, and check the file: at once, or by the worker when it is large.

    Raises Conflict `file_gone` when the file is read or forgotten already, and RuleError on a column that is missing or
    chosen twice.
    """
    columns = columns_for(upload.school)
    chosen = {column.name: mapping.get(column.name, "") for column in columns}
    for column in columns:
        if column.required and not chosen[column.name]:
            raise RuleError(
                "column_missing",
                _("Kies in welke kolom ‘%(label)s’ staat.") % {"label": column.label},
                field=column.name,
            )
    for column in columns:
        header = chosen[column.name]
        if header and list(chosen.values()).count(header) > 1:
            raise RuleError(
                "column_twice",
                _("‘%(header)s’ is bij meer vragen gekozen. Kies elke kolom één keer.") % {"header": header},
                field=column.name,
            )
    with transaction.atomic():
        row = _lock(upload)
        if row.status == ImportStatus.QUEUED or row.status in ImportStatus.finished() or row.wiped_at:
            raise _gone()
        row.mapping = {name: header for name, header in chosen.items() if header}
        row.status, row.result, row.finished_at = ImportStatus.CHECKING, {}, None
        row.save(update_fields=["mapping", "status", "result", "finished_at"])
    return _hand_over(row)


def confirm_import(*, upload: StudentImport, actor: User | None) -> StudentImport:
    """Read the file for real: at once, or by the worker when it is large. Doing it twice reads it once.

    Raises Conflict `import_running` while another file of this school is at work, `file_gone` when it is forgotten, and
    RuleError `not_checked` when it has not been looked at, or has faults.
    """
    try:
        with transaction.atomic():
            row = _lock(upload)
            if row.status in {ImportStatus.QUEUED, ImportStatus.DONE}:
                return row  # pressed twice
            if row.status == ImportStatus.STOPPED or row.wiped_at:
                raise _gone()
            if row.status != ImportStatus.CHECKED or row.problem_count:
                raise RuleError("not_checked", _("Dit bestand is nog niet nagekeken, of er klopt iets niet."))
            row.status = ImportStatus.QUEUED
            row.save(update_fields=["status"])
    except IntegrityError as error:
        raise Conflict(
            "import_running", _("Er wordt nu al een bestand van je school ingelezen. Wacht tot dat klaar is.")
        ) from error
    return _hand_over(row)


@transaction.atomic
def stop_import(*, upload: StudentImport, actor: User) -> StudentImport:
    """Throw the file away before it is read. Raises Conflict `file_gone` when that is too late."""
    row = _lock(upload)
    if row.status in {ImportStatus.QUEUED, ImportStatus.DONE}:
        raise _gone()
    row.status = ImportStatus.STOPPED
    _wipe(row)
    return row


def work_on(import_id: int) -> bool:
    """Check or read one waiting file; return whether there was anything to do. Safe to run twice, and at once by two."""
    with transaction.atomic():
        row = (
            StudentImport.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("school", "created_by", "token")
            .filter(pk=import_id, status__in=ImportStatus.waiting())
            .first()
        )
        if row is None:
            return False
        dry_run = row.status == ImportStatus.CHECKING
        language = row.result.get("language", settings.LANGUAGE_CODE) if row.token_id else get_language()
        try:
            with translation.override(language), transaction.atomic():
                report = import_students(
                    school=row.school,
                    source=bytes(row.content),
                    actor=row.created_by,
                    mapping=row.mapping or None,
                    dry_run=dry_run,
                    progress=_teller(row, dry_run=dry_run),
                )
        except (TableError, RuleError) as error:
            _refuse(row, error.message)
            return True
        except Exception:  # a file that stops the worker would come back every few minutes
            log.exception("students.import_failed", number=row.pk)
            _refuse(row, _("Er ging bij ons iets mis. Er is niets ingelezen. Probeer het opnieuw, of vraag om hulp."))
            return True
        _keep_report(row, report, dry_run=dry_run)
    return True


def progress_of(upload: StudentImport) -> tuple[int, int]:
    """Return (rows done, rows to do) of a file at work: every row is read once to check and once more to write."""
    passes = 1 if upload.status == ImportStatus.CHECKING else 2
    done = cache.get(_progress_key(upload)) or 0
    return min(int(done), passes * upload.row_count), passes * upload.row_count


def sweep_imports() -> int:
    """Work on files that were left waiting, after the queue or a worker was away; return how many."""
    left = StudentImport.objects.filter(
        status__in=ImportStatus.waiting(), wiped_at=None, created_at__lt=now() - STUCK
    ).order_by("pk")
    return sum(work_on(pk) for pk in left.values_list("pk", flat=True))


def forget_imports(*, day: dt.date, dry_run: bool = False) -> int:
    """Wipe files of a day and older with everything that has names in it, and rows of a year and older; return how many."""
    moment = min(now(), _end_of(day))
    stale = StudentImport.objects.filter(wiped_at=None, created_at__lt=moment - KEEP_FILE)
    old = StudentImport.objects.filter(created_at__lt=moment - KEEP_COUNTS)
    if dry_run:
        return (stale | old).count()
    count = 0
    for pk in stale.values_list("pk", flat=True):
        with transaction.atomic():
            row = StudentImport.objects.select_for_update(skip_locked=True).filter(pk=pk, wiped_at=None).first()
            if row is not None:
                _wipe(row)
                count += 1
    return count + old.delete()[0]


def forget_files_of(school: Organisation) -> int:
    """Wipe every file of a school that is still kept, when one of its students is deleted; return how many.

    A list holds everybody, and a waiting one would make the student again: the school sends a new list. Waits for a file
    that is being read.
    """
    rows = StudentImport.objects.select_for_update(of=("self",)).filter(school=school, wiped_at=None).order_by("pk")
    count = 0
    with transaction.atomic():
        for row in rows:
            _wipe(row)
            count += 1
    return count


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.max, tzinfo=dt.UTC)


def _lock(upload: StudentImport) -> StudentImport:
    """Lock the row. Raises Conflict `import_running` while the worker has it."""
    try:
        with transaction.atomic():
            return StudentImport.objects.select_for_update(of=("self",), nowait=True).get(pk=upload.pk)
    except OperationalError as error:
        raise Conflict("import_running", _("We zijn met dit bestand bezig. Wacht tot dat klaar is.")) from error


def _gone() -> Conflict:
    return Conflict("file_gone", _("Dit bestand is al ingelezen of weggegooid. Stuur het opnieuw."))


def _hand_over(row: StudentImport) -> StudentImport:
    cache.delete(_progress_key(row))  # of the check before
    if row.row_count > LARGE and _enqueue:
        transaction.on_commit(lambda: _enqueue[0](row.pk))
    else:
        work_on(row.pk)
        row.refresh_from_db()
    return row


def _keep_report(row: StudentImport, report: StudentReport, *, dry_run: bool) -> None:
    row.created, row.updated, row.unchanged = report.created, report.updated, report.unchanged
    row.problem_count = report.problem_count
    row.result = {
        "problems": [[p.row, p.column, p.message] for p in sorted(report.problems, key=lambda p: p.row)],
        "outcomes": report.outcomes,
        "preview": report.preview,
        "changed": report.changed,
        "missing": report.missing,
        "missing_names": report.missing_names,
        "unknown_headers": report.unknown_headers,
        "notes": report.notes,
    }
    if report.problems:
        row.status, row.finished_at = ImportStatus.REFUSED, now()
    elif dry_run:
        row.status = ImportStatus.CHECKED
    else:
        row.status, row.finished_at, row.content = ImportStatus.DONE, now(), b""
        record_import(actor=row.created_by, obj=row, label=_label(row))
    if row.only_check and dry_run:
        row.finished_at = now()
    row.save()
    log.info("students.import", status=row.status, rows=report.rows, created=report.created, updated=report.updated)


def _refuse(row: StudentImport, message: str) -> None:
    """Note the one thing that is wrong with the file as a whole."""
    row.status, row.problem_count, row.finished_at = ImportStatus.REFUSED, 1, now()
    row.result = {"problems": [[0, "", message]]}
    row.save()


def _label(row: StudentImport) -> str:
    who = _("koppeling ‘%(name)s’") % {"name": row.token} if row.token_id else _("BPV-coördinator")
    return f"{who}, {row.school}"


def _wipe(row: StudentImport) -> None:
    """Take away the file and everything with names in it; what was not read by now never will be."""
    if row.status not in {ImportStatus.DONE, ImportStatus.REFUSED}:
        row.status = ImportStatus.STOPPED
    row.content, row.result, row.wiped_at = b"", {}, now()
    row.save()


def _progress_key(row: StudentImport) -> str:
    return f"student-import:{row.pk}"


def _teller(row: StudentImport, *, dry_run: bool) -> Callable[[int, int], None]:
    """Keep count in the cache: what the worker writes in the database is not to be seen until it is done."""

    def tell(done: int, total: int) -> None:
        cache.set(_progress_key(row), done + total, 3600)

    return tell


__all__ = [
    "LARGE",
    "MAX_UPLOAD_BYTES",
    "choose_columns",
    "confirm_import",
    "forget_files_of",
    "forget_imports",
    "guess_mapping",
    "keep_upload",
    "open_upload",
    "progress_of",
    "register_worker",
    "send_import",
    "stop_import",
    "sweep_imports",
    "work_on",
]
