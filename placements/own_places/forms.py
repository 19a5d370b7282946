"""What a student tells about a place they found, and what others answer."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role, Weekday
from organisations.models import Membership, Organisation, TargetGroup, Team
from organisations.weekdays import days_of, mask_of
from stagematch.clock import today
from stagematch.regions.selectors import find_place
from stagematch.ui.forms import FormMixin
from students.models import PlacementSearch

MOST_ALIKE = 5
NONE_OF_THESE = "geen"


def with_broker(name: str) -> "QuerySet[Organisation]":
    """Organisations on stagematch whose name looks like this one and where a stagemakelaar reads the mail."""
    brokers = Membership.objects.active().filter(organisation=OuterRef("pk"), role=Role.BROKER)
    words = Q(name__icontains=name) | Q(name__trigram_similar=name)
    return Organisation.objects.public().hosting().filter(words, Exists(brokers)).order_by("name")


class OwnPlaceForm(FormMixin, forms.Form):
    """Organisation, what and which days; the period and the hours are known from the search.

    When the name looks like organisations we know, the student first says whether it is one of those.
    """

    organisation_name = forms.CharField(label=_("Bij welke organisatie?"), max_length=80)
    organisation = forms.ChoiceField(
        label=_("Bedoel je een van deze?"), required=False, widget=forms.RadioSelect, choices=[]
    )
    place = forms.CharField(
        label=_("In welke plaats?"), max_length=80, help_text=_("Een plaats of een postcode, bijvoorbeeld 2312.")
    )
    contact_name = forms.CharField(
        label=_("Wie werkt daar en weet ervan?"), max_length=100, required=False, help_text=_("Voor- en achternaam.")
    )
    contact_email = forms.EmailField(
        label=_("E-mailadres van die persoon"),
        required=False,
        help_text=_(
            "Alleen nodig als de organisatie nog niet op stagematch staat. We mailen één vraag, met jouw naam erbij."
        ),
        error_messages={"invalid": _("Dit is geen e-mailadres. Kijk het na.")},
    )
    what = forms.CharField(
        label=_("Wat ga je daar doen?"),
        min_length=60,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Vertel ook wat je er wilt leren. Minstens 60 tekens. Dit wordt ook je motivatie."),
        error_messages={"min_length": _("Vertel iets meer: minstens 60 tekens. Je hebt er nu %(show_value)s.")},
    )
    target_groups = forms.ModelMultipleChoiceField(
        label=_("Met wie ga je werken?"),
        queryset=TargetGroup.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies minstens 1 doelgroep.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Op welke dagen?"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies de dagen waarop je er bent.")},
    )

    def __init__(self, *args: Any, search: PlacementSearch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["target_groups"]
        assert isinstance(groups, forms.ModelMultipleChoiceField)  # noqa: S101 -- narrows the type
        groups.queryset = TargetGroup.objects.exclude(valid_until__lte=today())
        self.initial.setdefault("weekdays", [int(day) for day in days_of(search.weekdays)])
        self.alike: dict[str, Organisation] = {}
        name = str(self.data.get("organisation_name", "")).strip() if self.is_bound else ""
        if len(name) >= 3:
            self.alike = {one.slug: one for one in with_broker(name)[:MOST_ALIKE]}
        if self.alike:
            field = self.fields["organisation"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
            field.choices = [
                *((slug, one.name) for slug, one in self.alike.items()),
                (NONE_OF_THESE, gettext("Nee, een andere organisatie")),
            ]
        else:
            del self.fields["organisation"]

    def clean_place(self) -> Any:
        """The postcode area of what was typed."""
        found = find_place(self.cleaned_data["place"])
        if found is None:
            raise forms.ValidationError(gettext("Deze plaats kennen we niet. Vul de vier cijfers van de postcode in."))
        return found

    def clean_weekdays(self) -> int:
        """The days as one number."""
        return mask_of(self.cleaned_data["weekdays"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("organisation", "")
        if self.alike and not chosen:
            self.add_error("organisation", gettext("Kies of het een van deze organisaties is."))
        data["known"] = self.alike.get(chosen)
        if data["known"] is None and not (self.alike and not chosen):
            for name, text in (
                ("contact_name", gettext("Vul in wie daar werkt en van je stage weet.")),
                ("contact_email", gettext("Vul het e-mailadres van die persoon in.")),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return data


class AnswerForm(FormMixin, forms.Form):
    """Yes or no; a no says why."""

    answer = forms.ChoiceField(
        label=_("Klopt dit?"),
        choices=[("yes", _("Ja, dit klopt")), ("no", _("Nee"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies ja of nee.")},
    )
    remark = forms.CharField(
        label=_("Waarom niet?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Alleen bij nee. De student leest dit."),
    )


class ContactForm(AnswerForm):
    """For the contact, who has no account."""

    name = forms.CharField(label=_("Je naam"), max_length=100, error_messages={"required": _("Vul je naam in.")})
    stop = forms.BooleanField(label=_("Mail mij niet meer over stages van studenten"), required=False)


class TakeUpForm(AnswerForm):
    """For the stagemakelaar: yes goes with a team."""

    team = forms.ModelChoiceField(
        label=_("Bij welk team?"), queryset=Team.objects.none(), required=False, empty_label=_("Kies een team")
    )
    field_order = ["answer", "team", "remark"]

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = Team.objects.filter(organisation=organisation, is_active=True).order_by("name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "yes" and data.get("team") is None and "team" not in self.errors:
            self.add_error("team", gettext("Kies het team waar de student komt."))
        return data
