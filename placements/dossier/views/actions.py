"""One page for every action in a file, and the draft agreement."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations.roles import describe
from placements.dossier.access import Acting, of_side, sides_of, with_file
from placements.dossier.actions import ACTIONS, Action
from placements.dossier.enums import Side
from placements.dossier.page import FilePage
from placements.dossier.pok import pok_pdf
from placements.models import Placement
from stagematch.accounts.models import User
from stagematch.audit.services import record_download
from stagematch.ui.errors import RuleError
from stagematch.ui.pdf import CONTENT_TYPE


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in user; signing in is asked for before every view."""
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type
    return request.user


def acting_or_404(request: HttpRequest, public_id: UUID, *sides: Side) -> Acting:
    """Return what somebody is in this stage, the first of `sides` that fits.

    404 for a stranger, 403 for somebody who has another part in it.
    """
    user = signed_in(request)
    for side in sides:
        placement = of_side(user, side).filter(public_id=public_id).first()
        if placement is not None:
            return Acting(placement, with_file(placement), side, user)
    any_placement = Placement.objects.filter(public_id=public_id).first()
    if any_placement is not None and sides_of(user, any_placement):
        raise PermissionDenied
    raise Http404


@require_safe
def placement_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send everybody to the file page of their own side."""
    return redirect(acting_or_404(request, public_id, *Side).home)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_action(request: HttpRequest, public_id: UUID, slug: str) -> HttpResponseBase:
    """Show the form of one action and do it."""
    action = ACTIONS.get(slug)
    if action is None:
        raise Http404
    acting = acting_or_404(request, public_id, *(side for side in Side if side in action.sides))
    return perform(request, acting, action, page=FilePage(acting), back=acting.home)


def perform(
    request: HttpRequest, acting: Acting, action: Action, *, page: FilePage, back: str, template: str = ""
) -> HttpResponseBase:
    """Show the form, or do what it asks and go back. An action whose moment has passed says so on the file page."""
    if not action.is_open_to(acting):
        messages.info(request, closed_message())
        return redirect(back)
    form = action.form(acting)(request.POST if request.method == "POST" else None, acting=acting)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                action.run(acting, form)
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                status = error.status
            else:
                messages.success(request, str(action.done))
                return redirect(back)
    context = page.context(action=action, form=form, back=back, by_link=acting.by_link)
    return render(request, template or "placements/dossier/action.html", context, status=status)


def closed_message() -> str:
    """Return what to say when there is nothing to do (any more)."""
    return _("Dit kan nu niet, of het is al gedaan. Hier zie je hoe het ervoor staat.")


@require_safe
def pok_download(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the draft of the agreement to everybody who has a part in the stage; taking it is written down."""
    acting = acting_or_404(request, public_id, *Side)
    record_download(
        actor=acting.user, subject=acting.placement.student.user, obj=acting.placement, label=describe(acting.user)
    )
    return pdf_response(acting)


def pdf_response(acting: Acting) -> HttpResponse:
    """Return the draft agreement as a download that nobody keeps in a cache."""
    response = HttpResponse(pok_pdf(acting.placement, acting.file), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="praktijkovereenkomst-concept.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
