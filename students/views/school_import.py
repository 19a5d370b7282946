"""A coordinator reads a list of students in: file, columns, check, done (features B1)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import describe, role_required
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import CSV, XLSX, table_response
from students.import_forms import ColumnsForm, UploadForm
from students.import_pages import OUTCOMES, corrected_rows, sample_of
from students.imports import columns_for
from students.models import ImportStatus, StudentImport
from students.querysets import schools_run_by
from students.services import uploads

PER_PAGE = 50
STEPS = {"file": 1, "columns": 2, "check": 3, "done": 4}
PAGES = {
    ImportStatus.UPLOADED: "school-import-columns",
    ImportStatus.CHECKING: "school-import-progress",
    ImportStatus.QUEUED: "school-import-progress",
    ImportStatus.CHECKED: "school-import-check",
    ImportStatus.REFUSED: "school-import-check",
    ImportStatus.DONE: "school-import-report",
}


def page_of(upload: StudentImport) -> str:
    """Return the address of the step this file is at."""
    if upload.wiped_at or upload.status not in PAGES:
        return reverse("school-import")
    return reverse(PAGES[ImportStatus(upload.status)], args=[upload.public_id])


def _upload(request: HttpRequest, public_id: UUID) -> StudentImport:
    found = StudentImport.objects.visible_to(request.user).select_related("school", "created_by", "token")
    return get_object_or_404(found, public_id=public_id)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return request.user


def _page(request: HttpRequest, name: str, step: str, **context: Any) -> HttpResponse:
    context |= {"tab": "school", "step": STEPS[step]}

    return render(request, f"students/import/{name}.html", context)


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    """Choose a file; below it the files of before."""
    schools = schools_run_by(request.user)
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None, schools=schools)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = uploads.keep_upload(
                school=form.cleaned_data["school"], actor=_user(request), file_name=file.name, content=file.read()
            )
        except RuleError as error:
            form.add_error("file", error.message)
        else:
            return redirect(page_of(upload))
    earlier = StudentImport.objects.visible_to(request.user).exclude(status=ImportStatus.STOPPED, created=0, updated=0)
    earlier = earlier.select_related("created_by", "token", "school").defer("content", "result")[:10]
    return _page(request, "start", "file", form=form, earlier=[(row, page_of(row)) for row in earlier])


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say which column of the file is what; most of it is guessed."""
    upload = _upload(request, public_id)
    if upload.status in ImportStatus.finished() or upload.is_waiting or upload.wiped_at:
        return redirect(page_of(upload))
    table = uploads.open_upload(bytes(upload.content))
    sample = sample_of(table)
    columns = columns_for(upload.school)
    initial = upload.mapping or uploads.guess_mapping(upload, table, columns)
    form = ColumnsForm(request.POST or None, columns=columns, sample=sample, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            upload = uploads.choose_columns(upload=upload, actor=_user(request), mapping=form.mapping)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            return redirect(page_of(upload))
    return _page(request, "columns", "columns", form=form, upload=upload, sample=sample, notes=table.notes)


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what would happen, or what is wrong; the button reads it in."""
    upload = _upload(request, public_id)
    if request.method == "POST":
        try:
            upload = uploads.confirm_import(upload=upload, actor=_user(request))
        except RuleError as error:
            messages.error(request, error.message)
            upload.refresh_from_db()
        return redirect(page_of(upload))
    if upload.status not in {ImportStatus.CHECKED, ImportStatus.REFUSED} or upload.wiped_at:
        return redirect(page_of(upload))
    page = Paginator(upload.problems, PER_PAGE).get_page(request.GET.get("pagina"))
    preview = [row | {"label": OUTCOMES[row["outcome"]]} for row in upload.result.get("preview", [])]
    return _page(request, "check", "check", upload=upload, page=page, preview=preview, result=upload.result)


@role_required(Role.COORDINATOR)
@require_safe
def import_progress(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show how far the worker is; the page loads itself again, with or without a script."""
    upload = _upload(request, public_id)
    done, total = uploads.progress_of(upload)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"done": done, "total": total, "next": "" if upload.is_waiting else page_of(upload)})
    if not upload.is_waiting:
        return redirect(page_of(upload))
    return _page(
        request, "progress", "check" if upload.status == ImportStatus.CHECKING else "done",
        upload=upload, done=done, total=total,
    )  # fmt: skip


@role_required(Role.COORDINATOR)
@require_safe
def import_report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what was read in."""
    upload = _upload(request, public_id)
    if upload.status != ImportStatus.DONE or upload.wiped_at:
        return redirect(page_of(upload))
    return _page(request, "report", "done", upload=upload, result=upload.result)


@role_required(Role.COORDINATOR)
@require_POST
def import_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Throw the file away."""
    upload = _upload(request, public_id)
    try:
        uploads.stop_import(upload=upload, actor=_user(request))
        messages.success(request, _("Het bestand is weggegooid. Er is niets ingelezen."))
    except RuleError as error:
        messages.error(request, error.message)
    return redirect("school-import")


@role_required(Role.COORDINATOR)
@require_safe
def import_download(request: HttpRequest, public_id: UUID, what: str, kind: str) -> HttpResponse:
    """Give the problems, the file with the problems beside it, or the report, as CSV or XLSX."""
    upload = _upload(request, public_id)
    if upload.wiped_at or kind not in {CSV, XLSX}:
        raise Http404
    if what == "fouten" and upload.problems:
        head: list[Any] = [_("Rij"), _("Kolom"), _("Wat klopt er niet")]
        rows: Any = [[row or "", column, message] for row, column, message in upload.problems]
    elif what == "verbeteren" and upload.problems and upload.content:
        head, rows = corrected_rows(upload)
    elif what == "verslag" and upload.status == ImportStatus.DONE:
        head = [_("Rij"), _("Studentnummer"), _("Wat is er gebeurd")]
        rows = [[row, number, str(OUTCOMES[outcome])] for row, number, outcome in upload.report_rows]
    else:
        raise Http404
    record_export(actor=request.user, subject=None, obj=upload, label=describe(request.user))
    return table_response(name=what, head=head, rows=rows, kind=kind)
