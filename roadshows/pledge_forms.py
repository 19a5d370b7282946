"""What people fill in about pledges. Forms only check: the services write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import Weekday
from organisations.models import Organisation, StagePeriod, Team
from organisations.weekdays import days_of, mask_of
from placements.enums import VacancyStatus
from placements.models import Vacancy
from roadshows.models import Pledge
from roadshows.models.pledge import MOST
from roadshows.pledge_enums import LinkStatus, PledgeKind
from stagematch.clock import today
from stagematch.ui.forms import FormMixin

if TYPE_CHECKING:
    OrganisationField = forms.ModelChoiceField[Organisation]
else:
    OrganisationField = forms.ModelChoiceField

YEARS = [("0", _("Weet ik nog niet")), ("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")]
SHORT_DAYS = [
    (Weekday.MONDAY.value, _("ma")),
    (Weekday.TUESDAY.value, _("di")),
    (Weekday.WEDNESDAY.value, _("wo")),
    (Weekday.THURSDAY.value, _("do")),
    (Weekday.FRIDAY.value, _("vr")),
]


class DaysField(forms.TypedMultipleChoiceField):
    """The days as buttons in a row, as the prototype draws them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Op welke dagen?"),
            choices=SHORT_DAYS,
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )
        self.template_name = "roadshows/_dagen.html"


class PledgeForm(FormMixin, forms.Form):
    """A promise, in under a minute: three fields must be filled, three more are a tap each, the rest is folded away."""

    organisation_name = forms.CharField(
        label=_("Organisatie"), max_length=160, widget=forms.TextInput({"autocomplete": "organization"})
    )
    kind = forms.ChoiceField(label=_("Wat zeg je toe?"), choices=PledgeKind.choices, initial=PledgeKind.PLACES)
    number = forms.IntegerField(
        label=_("Hoeveel plekken?"),
        min_value=1,
        max_value=MOST,
        initial=2,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    year = forms.ChoiceField(label=_("Voor leerjaar"), choices=YEARS, initial="0")
    weekdays = DaysField()
    contact_email = forms.EmailField(
        label=_("Je e-mailadres"),
        help_text=_("Je krijgt een mail om te bevestigen."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    has_guide = forms.BooleanField(label=_("We hebben een begeleider met uren"), required=False)
    contact_name = forms.CharField(
        label=_("Je naam"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    period = forms.ModelChoiceField(
        label=_("Voor welke periode?"),
        queryset=StagePeriod.objects.none(),
        required=False,
        empty_label=_("Weet ik nog niet"),
    )
    note = forms.CharField(label=_("Opmerking"), max_length=500, required=False, widget=forms.Textarea({"rows": 2}))
    code = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    FOLDED = ("contact_name", "period", "note")

    def __init__(self, *args: Any, email_needed: bool = True, is_short: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_short:  # on the page of the roadshow: it only shows the fields, the page of the form reads them
            del self.fields["period"]
            return
        period = self.fields["period"]
        assert isinstance(period, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        period.queryset = StagePeriod.objects.filter(ends_on__gt=today()).order_by("starts_on", "pk")
        if not email_needed:
            self.fields["contact_email"].required = False
            self.fields["contact_email"].label = _("E-mailadres van de contactpersoon")
            self.fields["contact_email"].help_text = _("Daarheen sturen we wat er is toegezegd.")
            self.fields["contact_name"].label = _("Naam van de contactpersoon")

    @property
    def folded(self) -> list[forms.BoundField]:
        """The fields that may stay closed."""
        return [self[name] for name in self.FOLDED if name in self.fields]

    @property
    def has_folded_errors(self) -> bool:
        """Whether a closed field must be opened to show what is wrong."""
        return any(name in self.errors for name in self.FOLDED)

    def values(self) -> dict[str, Any]:
        """What `record_pledge` takes."""
        data = self.cleaned_data
        is_places = data["kind"] == PledgeKind.PLACES
        return {
            "organisation_name": data["organisation_name"],
            "kind": data["kind"],
            "contact_email": data["contact_email"],
            "number": data["number"] if is_places else 1,
            "years": 1 << int(data["year"]) - 1 if data["year"] != "0" and is_places else 0,
            "weekdays": mask_of(data["weekdays"]) if is_places else 0,
            "has_guide": data["has_guide"],
            "contact_name": data["contact_name"].strip(),
            "period": data.get("period"),
            "note": data["note"].strip(),
        }


class HelperPledgeForm(PledgeForm):
    """What a helper or organiser types for somebody at the meeting; an address is asked for and may be missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, email_needed=False, **kwargs)


class PledgeEditForm(FormMixin, forms.Form):
    """What an organiser corrects, and to which organisation a typed name belongs."""

    organisation_name = forms.CharField(label=_("Naam zoals opgegeven"), max_length=160)
    organisation = OrganisationField(
        label=_("Organisatie op stagematch"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Nog niet gekoppeld"),
        help_text=_("Na het koppelen krijgt de stagemakelaar deze toezegging als taak."),
    )
    years = forms.TypedMultipleChoiceField(
        label=_("Leerjaren"),
        choices=[(1 << n - 1, str(n)) for n in range(1, 5)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    weekdays = DaysField()
    period = forms.ModelChoiceField(
        label=_("Periode"), queryset=StagePeriod.objects.all(), required=False, empty_label=_("Nog niet bekend")
    )
    has_guide = forms.BooleanField(label=_("Er is een begeleider met uren"), required=False)
    contact_name = forms.CharField(label=_("Naam van de contactpersoon"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("E-mailadres van de contactpersoon"), required=False)
    note = forms.CharField(label=_("Opmerking"), max_length=500, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        initial = {
            name: getattr(pledge, name)
            for name in (
                "organisation_name", "organisation", "period", "has_guide", "contact_name", "contact_email", "note",
            )
        }  # fmt: skip
        initial["years"] = [1 << n for n in range(4) if pledge.years & 1 << n]
        initial["weekdays"] = [day.value for day in days_of(pledge.weekdays)]
        super().__init__(*args, initial=initial, **kwargs)
        setattr(self.fields["years"], "template_name", "roadshows/_dagen.html")  # noqa: B010 -- Django reads it, its types do not know it
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        own = pledge.organisation_id or 0
        field.queryset = (Organisation.objects.public().hosting() | Organisation.objects.filter(pk=own)).order_by(
            "name"
        )

    def values(self) -> dict[str, Any]:
        """What `update_pledge` takes."""
        data = dict(self.cleaned_data)
        return {**data, "years": mask_of(data["years"]), "weekdays": mask_of(data["weekdays"])}


class NumberForm(FormMixin, forms.Form):
    """Another number."""

    number = forms.IntegerField(
        label=_("Hoeveel plekken worden het?"),
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=_("Waarom?"), max_length=300, required=False)


class ReasonForm(FormMixin, forms.Form):
    """Why it will not be."""

    reason = forms.CharField(label=_("Waarom lukt het niet?"), max_length=300)


class OfferForm(FormMixin, forms.Form):
    """An organisation without an account that wants to offer a place now."""

    reason = forms.CharField(
        label=_("Wat kan een student bij jullie doen?"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("De organisatie van de roadshow helpt je dan verder."),
    )


class VacancyChoiceForm(FormMixin, forms.Form):
    """Which vacancy came of a pledge, when the platform did not think of it."""

    vacancy = forms.ModelChoiceField(
        label=_("Welke vacature hoort erbij?"), queryset=Vacancy.objects.none(), empty_label=_("Kies een vacature")
    )

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["vacancy"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = (
            Vacancy.objects.filter(
                organisation=pledge.organisation_id,
                status__in=[VacancyStatus.PUBLISHED, VacancyStatus.CLOSED],
                reserved_for=None,
            )
            .exclude(pledge_links__status=LinkStatus.CONFIRMED)
            .order_by("title", "pk")
        )
        rows = [(vacancy.pk, str(vacancy)) for vacancy in field.queryset]
        field.choices = [("", field.empty_label), *rows]
        self.has_vacancies = bool(rows)


class DraftForm(FormMixin, forms.Form):
    """For which team and period a vacancy is made of a pledge."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Kies een team"))
    period = forms.ModelChoiceField(
        label=_("Periode"), queryset=StagePeriod.objects.none(), empty_label=_("Kies een periode")
    )

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team, period = self.fields["team"], self.fields["period"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        assert isinstance(period, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        team.queryset = Team.objects.filter(organisation=pledge.organisation_id, is_active=True).order_by("name")
        period.queryset = StagePeriod.objects.filter(ends_on__gt=today()).order_by("starts_on", "pk")


class TeamForm(FormMixin, forms.Form):
    """Whose task a pledge is."""

    team = forms.ModelChoiceField(
        label=_("Welk team pakt dit op?"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("Nog geen team"),
    )

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, initial={"team": pledge.team_id}, **kwargs)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        team.queryset = Team.objects.filter(organisation=pledge.organisation_id, is_active=True).order_by("name")
