"""Pages behind a secret link: a praktijkbegeleider without an account, and a parent or guardian who signs."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.roles import describe
from placements.dossier import services
from placements.dossier.access import Acting, of_side, whole_files, with_file
from placements.dossier.actions import ACTIONS
from placements.dossier.enums import Party, Side, SignedHow
from placements.dossier.links import GUARDIAN, GUIDANCE
from placements.dossier.page import FilePage
from placements.dossier.pok import agreement_of, missing_fields
from placements.dossier.views.actions import pdf_response, perform
from placements.models import Placement
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.clock import today
from stagematch.links.models import SecretLink
from stagematch.links.services import finish, lock_link
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from stagematch.ui.forms import FormMixin


def _acting(link: SecretLink) -> Acting:
    """Return who holds the link; 404 when they no longer guide this student."""
    if not isinstance(link.subject, Placement) or not isinstance(link.user, User) or not link.user.is_active:
        raise Http404
    placement = of_side(link.user, Side.SUPERVISOR).filter(pk=link.subject.pk).first()
    if placement is None or placement.supervisor.supervisor.user_id != link.user.pk:
        raise Http404
    return Acting(placement, with_file(placement), Side.SUPERVISOR, link.user, by_link=True)


def _token(request: HttpRequest) -> str:
    assert request.resolver_match is not None  # noqa: S101 -- narrows the type
    return str(request.resolver_match.kwargs["token"])


def _page(request: HttpRequest, acting: Acting) -> FilePage:
    return FilePage(acting, base=reverse("guidance-link", args=[_token(request)]))


@secret_link(GUIDANCE, read_only=False)  # it notes who looked, and nothing else
def guidance_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Show the student's file to the begeleider of the mail, with what waits for them."""
    acting = _acting(link)
    record_view(
        actor=acting.user,
        subject=acting.placement.student.user,
        obj=acting.placement,
        label=_("%(who)s, met een link") % {"who": describe(acting.user)},
    )
    return render(request, "placements/dossier/file.html", _page(request, acting).context(by_link=True))


@secret_link(GUIDANCE)
def guidance_link_action(request: HttpRequest, link: SecretLink, slug: str) -> HttpResponseBase:
    """Do one thing with the link. The link must still work at the moment of sending."""
    acting = _acting(link)
    action = ACTIONS.get(slug)
    if action is None or not action.by_link or acting.side not in action.sides:
        raise Http404
    page = _page(request, acting)
    if request.method != "POST":
        return perform(request, acting, action, page=page, back=page.base)
    with transaction.atomic():
        lock_link(link)
        return perform(request, acting, action, page=page, back=page.base)


@secret_link(GUIDANCE)
def guidance_link_pok(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Give the draft agreement to the begeleider."""
    return pdf_response(_acting(link))


class GuardianSignForm(FormMixin, forms.Form):
    """A parent or guardian agrees."""

    name = forms.CharField(label=gettext_lazy("Je naam"), max_length=120)
    is_agreed = forms.BooleanField(label=gettext_lazy("Ik heb de overeenkomst gelezen en ik ga akkoord."))


def _guardian_placement(link: SecretLink) -> Placement:
    if not isinstance(link.subject, Placement):
        raise Http404
    return whole_files().get(pk=link.subject.pk)


@secret_link(GUARDIAN)
def guardian_link(request: HttpRequest, link: SecretLink) -> HttpResponseBase:
    """Show a parent or guardian the agreement, and sign it once."""
    placement = _guardian_placement(link)
    file = with_file(placement)
    form = GuardianSignForm(request.POST if request.method == "POST" else None, initial={"name": file.guardian_name})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    finish(link)
                    services.sign(
                        placement=placement,
                        party=Party.GUARDIAN,
                        name=form.cleaned_data["name"],
                        signed_on=today(),
                        how=SignedHow.LINK,
                        actor=None,
                    )
            except RuleError as error:
                if error.code.startswith("link_"):
                    raise
                form.add_error(None, error.message)
                status = error.status
            else:
                return render(request, "placements/dossier/guardian_done.html", {"placement": placement})
    context: dict[str, Any] = {
        "placement": placement,
        "agreement": agreement_of(placement, file),
        "missing": missing_fields(placement, file),
        "form": form,
        "pok_url": reverse("guardian-link-pok", args=[_token(request)]),
    }
    return render(request, "placements/dossier/guardian.html", context, status=status)


@secret_link(GUARDIAN)
def guardian_link_pok(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Give the draft agreement to a parent or guardian."""
    placement = _guardian_placement(link)
    return pdf_response(Acting(placement, with_file(placement), Side.STUDENT, placement.student.user, by_link=True))


__all__ = ["guardian_link", "guardian_link_pok", "guidance_link", "guidance_link_action", "guidance_link_pok"]
