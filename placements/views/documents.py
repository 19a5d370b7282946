"""The only way to a student's file: through a check, as a download that can do nothing (features P4)."""

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from organisations.roles import describe
from placements.models import Application
from placements.rules import name_is_visible
from stagematch.accounts.models import User
from stagematch.audit.services import record_download
from students.models import Document

log = logging.getLogger(__name__)


def _document_for(user: User, public_id: str) -> Document | None:
    """Return the document when it is one's own, or was sent with an application whose name one may know (R4)."""
    own = Document.objects.visible_to(user).select_related("student__user").filter(public_id=public_id).first()
    if own is not None:
        return own
    applications = Application.objects.visible_to(user).filter(cv__public_id=public_id)
    for application in applications.select_related("cv__student__user", "vacancy__organisation"):
        if application.cv is not None and name_is_visible(application):
            return application.cv
    return None


@require_safe
def document_download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send a PDF to whoever may read it; 404 for everybody else. A look by somebody else is written down."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- narrows the type
    document = _document_for(user, public_id)
    if document is None:
        raise Http404
    try:
        handle = document.file.storage.open(document.file.name or "")
    except FileNotFoundError as error:
        log.error("document.file_missing")
        raise Http404 from error
    record_download(actor=user, subject=document.student.user, obj=document, label=describe(user))
    response = FileResponse(handle, as_attachment=True, filename=document.original_name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
