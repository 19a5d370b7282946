"""Taking 'Tekort in beeld' away as PDF or XLSX: exactly the page one looks at (features B9). Each time is written down."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import describe, role_required
from shortages.dashboard.page import Dashboard
from shortages.dashboard.report import pdf_of, xlsx_of
from shortages.dashboard.students import most_in_need
from shortages.views.school import page_of
from stagematch.audit.services import record_export
from stagematch.ui.exports import XLSX, content_type
from stagematch.ui.pdf import CONTENT_TYPE

MOST_NAMES = 50


def _counted(request: HttpRequest) -> tuple[Dashboard, Organisation]:
    """The page with something to report; without a count there is no report (404)."""
    page = page_of(request)
    if page.school is None or page.night is None or not page.totals.students:
        raise Http404
    return page, page.school


def _write_down(request: HttpRequest, school: Organisation, names: int = 0) -> None:
    """Note that the page was taken along, and with how many names."""
    label = describe(request.user)
    if names:
        label = _("%(who)s: pdf met %(n)d namen") % {"who": label, "n": names}
    record_export(actor=request.user, subject=None, obj=school, label=label)


@require_safe
@role_required(Role.COORDINATOR)
def report_pdf(request: HttpRequest) -> HttpResponse:
    """Give the page as an accessible PDF; names only when asked for, on a page of their own."""
    page, school = _counted(request)
    students = most_in_need(page, MOST_NAMES) if request.GET.get("namen") == "ja" else []
    _write_down(request, school, len(students))
    return _download(pdf_of(page, students), page, school, "pdf", CONTENT_TYPE)


@require_safe
@role_required(Role.COORDINATOR)
def report_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the page as a book for a spreadsheet, without names."""
    page, school = _counted(request)
    _write_down(request, school)
    return _download(xlsx_of(page), page, school, XLSX, content_type(XLSX))


def _download(body: bytes, page: Dashboard, school: Organisation, kind: str, type_: str) -> HttpResponse:
    assert page.night is not None  # noqa: S101 -- _counted asked
    response = HttpResponse(body, content_type=type_)
    name = f"tekort-{school.slug}-{page.night.day:%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
