"""Signing in at the school, in the admin: the secret goes in and never comes out."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, SchoolSignIn
from stagematch.ui.admin_mixins import PlatformAdminMixin
from stagematch.ui.sealed import seal

if TYPE_CHECKING:
    SignInModelForm = forms.ModelForm[SchoolSignIn]
else:
    SignInModelForm = forms.ModelForm


class HttpsField(forms.URLField):
    """An address without a scheme is one over https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **kwargs})


class SchoolSignInForm(SignInModelForm):
    client_secret = forms.CharField(
        label=_("geheim"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Alleen invullen om het te veranderen. Het wordt versleuteld bewaard en nooit getoond."),
    )

    class Meta:
        model = SchoolSignIn
        fields = ["school", "issuer", "client_id", "staff_domain", "is_active"]
        field_classes = {"issuer": HttpsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "school" in self.fields:
            self.fields["school"].queryset = Organisation.objects.filter(kind="school").order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A sign-in without encryption, secret or domain of its own is not put in use."""
        data: dict[str, Any] = super().clean() or {}
        school, issuer = data.get("school"), data.get("issuer") or ""
        if not issuer.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            self.add_error("issuer", _("Gebruik een adres dat begint met https://."))
        if data.get("is_active") and school is not None and not (school.email_domain or data.get("staff_domain")):
            self.add_error(
                "is_active", _("Vul eerst het e-maildomein van de school in: alleen die adressen mogen naar binnen.")
            )
        if data.get("is_active") and not (data.get("client_secret") or self.instance.client_secret_sealed):
            self.add_error("client_secret", _("Vul het geheim in dat je van de school kreeg."))
        return data

    def save(self, commit: bool = True) -> SchoolSignIn:
        """Seal the secret."""
        if self.cleaned_data.get("client_secret"):
            self.instance.client_secret_sealed = seal(self.cleaned_data["client_secret"])
        return super().save(commit)


@admin.register(SchoolSignIn)
class SchoolSignInAdmin(PlatformAdminMixin):
    """Per school where its people sign in; give the school the address to come back to."""

    form = SchoolSignInForm
    list_display = ["school", "issuer", "is_active"]
    list_select_related = ["school"]
    fields = ["school", "issuer", "client_id", "client_secret", "staff_domain", "is_active"]
    may_delete = True

    def save_model(self, request: Any, obj: SchoolSignIn, form: Any, change: bool) -> None:
        """Also write the sealed secret, which is no field of the form."""
        super().save_model(request, obj, form, change)
        if change and "client_secret" in form.changed_data:
            obj.save(update_fields=["client_secret_sealed"])
