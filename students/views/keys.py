"""A coordinator makes and revokes the keys of the school's own system."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from organisations.enums import Role
from organisations.roles import role_required
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.forms_school import KeyForm
from students.models import SchoolToken
from students.querysets import schools_run_by
from students.services.tokens import make_token, revoke_token


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return request.user


@never_cache
@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys, and make one. The new key stands on the answer to the form only; it is kept nowhere."""
    schools = schools_run_by(request.user)
    posted = request.method == "POST"
    form = KeyForm(request.POST if posted else None, schools=schools)
    made = ""
    if posted and form.is_valid():
        try:
            _token, made = make_token(actor=_user(request), **form.cleaned_data)
            form = KeyForm(schools=schools)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
    rows = SchoolToken.objects.visible_to(request.user).select_related("created_by", "revoked_by", "school")
    context = {"tab": "school", "form": form, "made": made, "keys": rows[:50]}
    return render(request, "students/keys.html", context)


@role_required(Role.COORDINATOR)
@require_POST
def key_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop a key."""
    token = get_object_or_404(SchoolToken.objects.visible_to(request.user), public_id=public_id)
    revoke_token(token=token, actor=_user(request))
    messages.success(request, _("De sleutel ‘%(name)s’ werkt niet meer.") % {"name": token.name})
    return redirect("school-tokens")
