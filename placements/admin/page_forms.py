"""What the pages around a vacancy ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Membership, StagePeriod, SupervisorCapacity, TeamCapacity
from stagematch.ui.forms import FormMixin


class AskForm(FormMixin, forms.Form):
    """To whom the question goes when it is not to the teamcoaches we know."""

    name = forms.CharField(label=_("Naam"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mailadres"),
        required=False,
        help_text=_("Laat leeg om de teamcoaches van het team te mailen."),
        error_messages={"invalid": _("Dit is geen e-mailadres. Kijk het na.")},
    )


class SkipForm(FormMixin, forms.Form):
    """Why it may go on without the team's agreement."""

    skip_reason = forms.CharField(
        label=_("Waarom kan het zonder akkoord?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De platformbeheerder en je collega's kunnen dit lezen."),
    )


class CopyForm(FormMixin, forms.Form):
    """The period to copy to."""

    period = forms.ModelChoiceField(
        label=_("Naar welke periode?"),
        queryset=StagePeriod.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies een periode.")},
    )

    def __init__(self, *args: Any, periods: "QuerySet[StagePeriod]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["period"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = periods


class RoomForm(FormMixin, forms.Form):
    """Places of the team, and places and hours a week per praktijkbegeleider."""

    places = forms.IntegerField(label=_("Studenten die het team tegelijk kan begeleiden"), min_value=0, max_value=200)

    def __init__(
        self,
        *args: Any,
        pool: TeamCapacity | None,
        people: Sequence[Membership],
        known: Mapping[int, SupervisorCapacity],
        **kwargs: Any,
    ) -> None:
        self.people = list(people)
        super().__init__(*args, **kwargs)
        self.fields["places"].initial = pool.places if pool else sum(row.places for row in known.values())
        for person in self.people:
            row = known.get(person.pk)
            name = person.user.get_full_name()
            self.fields[f"places_{person.pk}"] = forms.IntegerField(
                label=_("%(name)s: studenten") % {"name": name},
                min_value=0,
                max_value=50,
                initial=row.places if row else 0,
                widget=forms.NumberInput(attrs={"class": "utrecht-textbox utrecht-textbox--html-input"}),
            )
            self.fields[f"hours_{person.pk}"] = forms.IntegerField(
                label=_("%(name)s: uren begeleiding per week") % {"name": name},
                min_value=0,
                max_value=40,
                initial=row.hours_per_week if row else 4,
                widget=forms.NumberInput(attrs={"class": "utrecht-textbox utrecht-textbox--html-input"}),
            )

    def pairs(self) -> list[tuple[Membership, forms.BoundField, forms.BoundField]]:
        """A row per praktijkbegeleider, for the template."""
        return [(person, self[f"places_{person.pk}"], self[f"hours_{person.pk}"]) for person in self.people]

    def rooms(self) -> list[tuple[Membership, int, int]]:
        """What the service wants: who, places, hours."""
        data = self.cleaned_data
        return [(person, data[f"places_{person.pk}"], data[f"hours_{person.pk}"]) for person in self.people]
