"""The pages of invitations: of who is asked, and of the BPV-coördinator who asks."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.enums import Role
from organisations.invitations import services
from organisations.invitations.forms import AcceptForm, ColleagueForm
from organisations.models import Invitation, Membership, Organisation
from organisations.roles import role_required
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError

PER_PAGE = 50


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


# --- who is asked ------------------------------------------------------------------------------------


@secret_link(services.PURPOSE)
def invitation_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Say yes: with a new account, or after signing in to the one that this address has."""
    invitation = link.subject
    assert isinstance(invitation, Invitation)  # noqa: S101 -- the purpose says so; narrows the type
    account = services.account_of(invitation)
    names = {"first_name": invitation.first_name, "last_name": invitation.last_name}
    form = AcceptForm(request.POST or None, initial=names) if account is None else None
    page = {"invitation": invitation, "form": form, "account": account, "is_me": request.user == account}
    if request.method == "POST":
        try:
            if form is None:
                return redirect("my-invitations")
            if form.is_valid():
                services.accept_by_link(link=link, **form.cleaned_data)
                return render(request, "organisations/invitations/accepted.html", page)
        except LinkClosed:
            raise  # the page behind the decorator says so
        except RuleError as error:
            messages.error(request, error.message)
    return render(request, "organisations/invitations/link.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def my_invitations(request: HttpRequest) -> HttpResponse:
    """Say yes with one's own account, to what was sent to its address."""
    user = _user(request)
    waiting = services.invitations_for(user).select_related("organisation", "inviter")
    if request.method == "POST":
        invitation = get_object_or_404(waiting, public_id=_uuid(request.POST.get("uitnodiging")))
        try:
            member = services.accept_as(invitation=invitation, actor=user)
        except RuleError as error:
            messages.error(request, error.message)
            return redirect("my-invitations")
        text = _("Welkom! Je bent nu %(role)s bij %(organisation)s.")
        messages.success(request, text % {"role": member.get_role_display(), "organisation": member.organisation})
        return redirect("home-after-sign-in")
    return render(request, "organisations/invitations/mine.html", {"waiting": list(waiting[:20])})


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None


# --- the BPV-coördinator -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COORDINATOR)
def school_colleagues(request: HttpRequest) -> HttpResponse:
    """The colleagues at one's school, who is invited, and a form to invite somebody."""
    user = _user(request)
    schools = list(Organisation.objects.of(user, Role.COORDINATOR).order_by("name"))
    form = ColleagueForm(request.POST or None, schools=schools) if schools else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            made = services.invite_member(actor=user, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("%(email)s krijgt een uitnodiging per mail.") % {"email": made.email})
            return redirect("school-colleagues")
    members = Membership.objects.active().filter(organisation__in=schools).select_related("user", "organisation")
    pages = Paginator(members.order_by("user__last_name", "user__first_name", "pk"), PER_PAGE)
    waiting = Invitation.objects.pending().filter(organisation__in=schools).select_related("organisation", "inviter")
    page = {
        "form": form,
        "schools": schools,
        "pages": pages.get_page(request.GET.get("pagina")),
        "waiting": list(waiting[:100]),
        "tab": "school",
    }
    return render(request, "organisations/invitations/colleagues.html", page)


@require_POST
@role_required(Role.COORDINATOR)
def school_invitation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send an invitation again, or take it back."""
    user = _user(request)
    invitation = get_object_or_404(Invitation.objects.visible_to(user), public_id=public_id)
    try:
        if request.POST.get("actie") == "intrekken":
            services.revoke_invitation(invitation=invitation, actor=user)
            messages.success(request, _("De uitnodiging is ingetrokken. De link in de mail werkt niet meer."))
        else:
            services.send_again(invitation=invitation, actor=user)
            messages.success(request, _("De uitnodiging is opnieuw gestuurd."))
    except RuleError as error:
        messages.error(request, error.message)
    return redirect("school-colleagues")
