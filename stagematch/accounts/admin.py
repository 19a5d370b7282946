"""Accounts in the admin. What the sign-in library brings along is taken away: its rows hold secrets, or are changed by itself."""

from typing import TYPE_CHECKING, Any

from allauth.account import admin as _allauth_account
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _allauth_mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _allauth_social
from allauth.usersessions import admin as _allauth_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as _django_auth
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.ui.admin_mixins import PlatformAdminMixin

if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm

# Importing these has registered their pages; django's own discovery will not do it again.
_THEIRS = {
    module.__name__ for module in (_allauth_account, _allauth_mfa, _allauth_social, _allauth_sessions, _django_auth)
}
for _model, _page in list(admin.site._registry.items()):
    if type(_page).__module__ in _THEIRS or type(_page).__module__.startswith("allauth."):
        admin.site.unregister(_model)


class UserForm(UserModelForm):
    """An account without a password: people sign in by code or passkey, or set a password themselves."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "is_active", "is_superuser", "is_demo"]

    def clean_email(self) -> str:
        """Keep one person one row, whatever the capitals."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Er is al een account met dit e-mailadres."))
        return email


@admin.register(User)
class UserAdmin(PlatformAdminMixin):
    """People who can sign in. Closing an account ends its sessions at once."""

    form = UserForm
    list_display = ["email", "first_name", "last_name", "is_active", "is_superuser", "date_joined"]
    list_filter = ["is_active", "is_superuser", "is_demo"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    fields = ["email", "first_name", "last_name", "is_active", "is_superuser", "is_demo", "date_joined", "last_login"]
    readonly_fields = ["date_joined", "last_login"]
    actions = ["end_sessions", "remove_second_factor"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Note that this account was looked at."""
        user = self.get_object(request, object_id)
        if user is not None and request.method == "GET" and self.has_view_permission(request, user):
            record_view(actor=_actor(request), subject=user, obj=user, label="platformbeheerder")
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: "forms.ModelForm[Any]", change: bool) -> None:
        """Also drop what belongs to an old address, and the sessions of a closed account."""
        if not change:
            obj.set_unusable_password()
        obj.is_staff = obj.is_superuser
        super().save_model(request, obj, form, change)
        if change and "is_superuser" in form.changed_data:
            obj.save(update_fields=["is_staff"])
        if change and "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
        if change and not obj.is_active:
            _end_sessions(User.objects.filter(pk=obj.pk))

    @admin.action(description=_("Meld deze mensen overal af"))
    def end_sessions(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """End all sessions of these people, for a lost phone or a shared computer."""
        count = _end_sessions(queryset)
        text = ngettext("%(count)s sessie beëindigd.", "%(count)s sessies beëindigd.", count) % {"count": count}
        messages.success(request, text)

    @admin.action(description=_("Haal de tweede stap weg bij deze mensen"))
    def remove_second_factor(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """Let people who lost their second factor set up a new one; who needs one is asked at the next page."""
        people = queryset.exclude(pk=_actor(request).pk)
        Authenticator.objects.filter(user__in=people).delete()
        _end_sessions(people)
        messages.success(request, _("De tweede stap is weg. De eigen tweede stap haal je weg bij je account."))


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
    return request.user


def _end_sessions(people: "QuerySet[User]") -> int:
    sessions = list(UserSession.objects.filter(user__in=people))
    for session in sessions:
        session.end()
    return len(sessions)
