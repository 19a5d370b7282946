"""What an organiser fills in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Organisation
from roadshows.enums import TRANSITIONS, PartKind, RoadshowStatus
from roadshows.models import ProgrammePart, Roadshow
from stagematch.accounts.models import User
from stagematch.regions.models import Region
from stagematch.ui.forms import FormMixin

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Roadshow]
    ModelChoiceField = forms.ModelChoiceField[Region]
else:
    ModelForm = forms.ModelForm
    ModelChoiceField = forms.ModelChoiceField

EMPTY_PARTS = 3
FIELDS = (
    "title",
    "question",
    "summary",
    "region",
    "place",
    "venue",
    "address",
    "access_info",
    "day",
    "begins_at",
    "ends_at",
    "goal_places",
    "capacity",
    "takes_registrations",
    "is_public",
)


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class RegionField(ModelChoiceField):
    """A region with its kind, because a province and a city may share a name."""

    def label_from_instance(self, obj: Region) -> str:
        return f"{obj.name} ({obj.get_kind_display()})"


class RoadshowForm(FormMixin, ModelForm):
    """Texts, place and time of one roadshow. It only checks: the service writes."""

    region = RegionField(
        label=_("Regio"),
        queryset=Region.objects.filter(valid_until__isnull=True).order_by("kind", "name"),
        required=False,
        empty_label=_("Kies een regio"),
    )

    class Meta:
        model = Roadshow
        fields = FIELDS
        widgets = {"day": _date(), "begins_at": _time(), "ends_at": _time(), "summary": forms.Textarea({"rows": 5})}
        help_texts = {
            "question": _("Eén vraag die iedereen aan het denken zet."),
            "access_info": _("Bijvoorbeeld: de ingang is gelijkvloers, er is een lift en een rolstoeltoilet."),
            "day": _("Weet je de dag nog niet? Laat dit dan leeg."),
            "goal_places": _("Hoeveel nieuwe stageplekken willen jullie samen vinden?"),
            "capacity": _("Is het vol, dan komen mensen op een wachtlijst. Leeg: geen grens."),
            "takes_registrations": _("Zonder vinkje kan niemand zich hier aanmelden."),
            "is_public": _("Zonder vinkje zien alleen de organisatoren deze roadshow."),
        }


class NewRoadshowForm(RoadshowForm):
    """A first roadshow also needs to know for which organisation."""

    organisation = forms.ModelChoiceField(
        label=_("Namens welke organisatie?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Kies een organisatie"),
    )
    field_order = ["organisation"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.all() if user.is_superuser else Organisation.objects.of(user, Role.ORGANISER)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = own.order_by("name")


class PartForm(FormMixin, forms.Form):
    """One part of the programme; a row without a title is no part."""

    begins_at = forms.TimeField(label=_("Begint om"), required=False, widget=_time())
    kind = forms.ChoiceField(label=_("Soort"), choices=PartKind.choices, initial=PartKind.TALK)
    title = forms.CharField(label=_("Titel"), max_length=120, required=False)
    text = forms.CharField(label=_("In één zin"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A part with words but no title would be lost."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("title") and (cleaned.get("text") or cleaned.get("begins_at")):
            self.add_error("title", _("Geef dit onderdeel een titel, of maak de regel leeg."))
        return cleaned


PartFormSet = forms.formset_factory(PartForm, extra=EMPTY_PARTS, max_num=30)


def parts_of(roadshow: Roadshow) -> list[dict[str, Any]]:
    """Return the programme as the formset shows it first."""
    rows = ProgrammePart.objects.filter(roadshow=roadshow)
    return [{"kind": row.kind, "begins_at": row.begins_at, "title": row.title, "text": row.text} for row in rows]


class StatusForm(FormMixin, forms.Form):
    """Say how a roadshow stands; only steps that are possible now are offered."""

    to = forms.ChoiceField(label=_("Hoe staat het ermee?"), widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Nieuwe dag"), required=False, widget=_date(), help_text=_("Alleen als je de roadshow verplaatst.")
    )
    begins_at = forms.TimeField(label=_("Begint om"), required=False, widget=_time())
    ends_at = forms.TimeField(label=_("Eindigt om"), required=False, widget=_time())
    reason = forms.CharField(
        label=_("Waarom?"),
        required=False,
        max_length=300,
        help_text=_("Nodig als je verplaatst of afzegt. Iedereen kan dit lezen."),
    )

    def __init__(self, *args: Any, roadshow: Roadshow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins_at"].initial, self.fields["ends_at"].initial = roadshow.begins_at, roadshow.ends_at
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 -- narrows the type
        possible = TRANSITIONS[RoadshowStatus(roadshow.status)]
        to.choices = [(status.value, status.label) for status in RoadshowStatus if status in possible]

    def clean(self) -> dict[str, Any]:
        """A move needs its new day."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("to") == RoadshowStatus.MOVED and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Vul de nieuwe dag in."))
        return cleaned
