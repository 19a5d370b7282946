"""A school's own way to sign in (OpenID Connect, features S1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from stagematch.ui.sealed import unseal


class SchoolSignIn(models.Model):
    """Where a school's people sign in. The secret is sealed; the form in the admin takes a new one and never shows it."""

    school = models.OneToOneField(
        Organisation,
        models.CASCADE,
        related_name="sign_in",
        limit_choices_to={"kind": "school"},
        verbose_name=_("school"),
    )
    issuer = models.URLField(
        _("adres van de inlogdienst (issuer)"),
        help_text=_("Hieronder staat /.well-known/openid-configuration."),
    )
    client_id = models.CharField(_("client-ID"), max_length=200)
    client_secret_sealed = models.TextField(_("geheim"), blank=True)
    staff_domain = models.CharField(
        _("e-maildomein van medewerkers"),
        max_length=120,
        blank=True,
        help_text=_("Naast het domein voor studenten, dat bij de school staat."),
    )
    is_active = models.BooleanField(_("in gebruik"), default=False)

    class Meta:
        verbose_name = _("inloggen via de school")
        verbose_name_plural = _("inloggen via de school")

    def __str__(self) -> str:
        return f"{self.school}"

    @property
    def provider_id(self) -> str:
        """The part of the address that names this school's sign-in."""
        return self.school.slug

    @property
    def client_secret(self) -> str:
        return unseal(self.client_secret_sealed) if self.client_secret_sealed else ""

    @property
    def domains(self) -> frozenset[str]:
        """The parts after the @ that this school answers for."""
        return frozenset(d.strip().lower() for d in (self.school.email_domain, self.staff_domain) if d.strip())
