"""What people fill in about the erkenningsverklaring."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from roadshows.enums import Commitment
from roadshows.models import Signature
from stagematch.clock import today
from stagematch.ui.forms import FormMixin


class SignerForm(FormMixin, forms.Form):
    """Who may sign."""

    signer_name = forms.CharField(
        label=_("Wie mag tekenen?"),
        max_length=120,
        help_text=_("Bijvoorbeeld de directeur. Alleen jullie zien de naam."),
    )
    signer_function = forms.CharField(
        label=_("Functie"), max_length=120, help_text=_("Deze staat in het register, de naam niet.")
    )
    signer_email = forms.EmailField(
        label=_("E-mailadres van wie tekent"), help_text=_("Daar gaat een persoonlijke link naartoe.")
    )


class OwnSignatureForm(SignerForm):
    """A stagemakelaar asks for the own organisation."""

    organisation = forms.ModelChoiceField(
        label=_("Voor welke organisatie?"), queryset=Organisation.objects.none(), empty_label=_("Kies een organisatie")
    )
    field_order = ["organisation"]

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = Organisation.objects.filter(pk__in=[row.pk for row in organisations])
        if len(organisations) == 1:
            field.initial = organisations[0]


class RoadshowSignatureForm(SignerForm):
    """An organiser asks at a roadshow, also for an organisation that is not on the platform."""

    name = forms.CharField(label=_("Organisatie"), max_length=160)
    field_order = ["name"]


class SignForm(FormMixin, forms.Form):
    """The person who signs."""

    may_sign = forms.BooleanField(label=_("Ik mag namens de organisatie tekenen"), required=False)


class EvidenceForm(FormMixin, forms.Form):
    """What was done for one commitment in one year."""

    commitment = forms.ChoiceField(label=_("Bij welke belofte hoort het?"), choices=Commitment.choices)
    year = forms.TypedChoiceField(label=_("In welk jaar?"), coerce=int)
    text = forms.CharField(
        label=_("Wat deden jullie?"),
        max_length=400,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "Iets wat een ander kan nagaan, zonder namen van mensen. Bijvoorbeeld: 4 begeleiders kregen 2 uur per week."
        ),
    )
    url = forms.URLField(label=_("Link"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, signature: Signature, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- narrows the type
        first = signature.signed_on.year if signature.signed_on else today().year
        field.choices = [(year, str(year)) for year in range(today().year, first - 1, -1)]


class WithdrawForm(FormMixin, forms.Form):
    """Why a signature is taken back."""

    reason = forms.CharField(label=_("Waarom trekken jullie de handtekening in?"), max_length=300)
