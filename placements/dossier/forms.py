"""The forms of a file: one per thing that can be done."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role, Weekday
from organisations.weekdays import days_of, mask_of
from placements.dossier.access import Acting
from placements.dossier.enums import (
    ORGANISATION_QUESTIONS,
    PACT_QUESTIONS,
    SCORES,
    STUDENT_QUESTIONS,
    EndReason,
    Outcome,
    Party,
    Side,
    VogStatus,
)
from placements.dossier.pok import signing_parties
from placements.models import ContactMoment
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.forms import FormMixin

YES_NO = [("ja", _("Ja")), ("nee", _("Nee"))]


def _date(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class FileForm(FormMixin, forms.Form):
    """A form about one file, filled from it."""

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        self.acting = acting
        self.file = acting.file
        kwargs["initial"] = self.values()
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """Return what the fields show first."""
        return {name: getattr(self.file, name) for name in self.declared_fields if hasattr(self.file, name)}


class MinorForm(FileForm):
    """Asked with its purpose, because stagematch keeps no date of birth."""

    is_minor = forms.ChoiceField(
        label=_("Ben je jonger dan 18 op de dag dat je tekent?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_(
            "Dan tekent ook een ouder of voogd. Alleen daarvoor vragen we dit. Je geboortedatum bewaren we niet."
        ),
    )
    guardian_name = forms.CharField(
        label=_("Naam van de ouder of voogd"),
        max_length=120,
        required=False,
        help_text=_("Alleen als je jonger dan 18 bent."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def values(self) -> dict[str, Any]:
        known = {None: "", True: "ja", False: "nee"}[self.file.is_minor]
        return {"is_minor": known, "guardian_name": self.file.guardian_name}

    def clean_is_minor(self) -> bool:
        return bool(self.cleaned_data["is_minor"] == "ja")


class AgreementForm(FileForm):
    """What the agreement needs and stagematch does not know yet."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Stagedagen"), choices=Weekday.choices, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    hours_per_week = forms.IntegerField(label=_("Uren per week"), min_value=1, max_value=40)
    total_hours = forms.IntegerField(
        label=_("Uren in totaal"),
        min_value=1,
        max_value=2000,
        help_text=_("Het aantal dat de school voor deze stage vraagt."),
    )
    learning_goals = forms.CharField(
        label=_("Leerdoelen"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Eén per regel. Ze komen uit de reactie van de student."),
    )
    guidance = forms.CharField(
        label=_("Begeleiding"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Wie, hoe vaak en hoe lang."),
    )
    allowance = forms.CharField(label=_("Vergoeding"), max_length=200)
    insurance = forms.CharField(
        label=_("Verzekering"),
        max_length=500,
        required=False,
        help_text=_("Welke verzekering heeft de school of de organisatie voor stagiairs?"),
    )
    school_contact = forms.ModelChoiceField(
        label=_("Begeleider van school"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nog niet bekend"),
    )
    reason = forms.CharField(
        label=_("Waarom verandert de overeenkomst?"),
        max_length=200,
        required=False,
        help_text=_("Alleen nodig als er al getekend is. Iedereen tekent dan opnieuw."),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        contact = self.fields["school_contact"]
        assert isinstance(contact, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        contact.queryset = User.objects.filter(
            memberships__organisation=acting.placement.student.school_id,
            memberships__role=Role.COORDINATOR,
            memberships__is_active=True,
            is_active=True,
        ).distinct()
        if not self.file.signatures.filter(reset_at__isnull=True).exists():
            del self.fields["reason"]

    def values(self) -> dict[str, Any]:
        return super().values() | {
            "weekdays": [int(day) for day in days_of(self.file.weekdays)],
            "learning_goals": "\n".join(str(goal) for goal in self.file.learning_goals),
        }

    def clean_weekdays(self) -> int:
        return mask_of(self.cleaned_data["weekdays"])

    def clean_learning_goals(self) -> list[str]:
        lines = [line.strip()[:200] for line in self.cleaned_data["learning_goals"].splitlines() if line.strip()]
        if len(lines) > 12:
            raise forms.ValidationError(gettext("Zet er hooguit 12 leerdoelen in."))
        return lines


class SignForm(FileForm):
    """Somebody's own signature, or one that was seen on paper."""

    party = forms.ChoiceField(label=_("Wie tekende er?"), choices=Party.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Naam van wie tekende"), max_length=120)
    signed_on = _date(label=_("Getekend op"))
    is_agreed = forms.BooleanField(label=_("Ik heb de overeenkomst gelezen en ik ga akkoord."))

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        if acting.side in {Side.STUDENT, Side.SUPERVISOR}:
            del self.fields["party"], self.fields["name"], self.fields["signed_on"]
            return
        del self.fields["is_agreed"]
        signed = set(self.file.signatures.filter(reset_at__isnull=True).values_list("party", flat=True))
        party = self.fields["party"]
        assert isinstance(party, forms.ChoiceField)  # noqa: S101 -- narrows the type
        party.choices = [(p.value, str(p.label).capitalize()) for p in signing_parties(self.file) if p not in signed]
        party.help_text = gettext("Noteer alleen wat je op papier zag.")

    def values(self) -> dict[str, Any]:
        return {"signed_on": today(), "party": self.acting.side.party}


class GuardianForm(FileForm):
    email = forms.EmailField(
        label=_("E-mailadres van de ouder of voogd"),
        help_text=_("We mailen één link om te lezen en te tekenen. Voor iets anders gebruiken we dit adres niet."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class VogForm(FileForm):
    """How far the VOG is; never the document."""

    status = forms.ChoiceField(
        label=_("Hoe staat het met de VOG?"), choices=VogStatus.choices, widget=forms.RadioSelect
    )
    seen_on = _date(
        label=_("Gezien op"),
        required=False,
        help_text=_("Alleen als je de VOG zelf zag. We bewaren alleen deze datum en jouw naam, geen kopie."),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)  # noqa: S101 -- narrows the type
        if acting.side == Side.STUDENT:
            status.choices = [(VogStatus.ASKED.value, gettext("Ik heb de VOG aangevraagd"))]
            del self.fields["seen_on"]
        else:
            status.choices = [(value, str(label).capitalize()) for value, label in VogStatus.choices]

    def values(self) -> dict[str, Any]:
        return {"status": self.file.vog_status, "seen_on": self.file.vog_seen_on}


class PactForm(FileForm):
    """Five short questions, answered together."""

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        for key, question, hint in PACT_QUESTIONS:
            self.fields[key] = forms.CharField(
                label=question,  # type: ignore[arg-type]  # a lazy text
                help_text=hint,  # type: ignore[arg-type]
                max_length=500,
                initial=self.file.pact.get(key, ""),
                widget=forms.Textarea(attrs={"rows": 2, "class": "utrecht-textarea utrecht-textarea--html-textarea"}),
            )
            self.fields[key].error_messages["required"] = gettext("Beantwoord: %(question)s") % {"question": question}


class FirstDayForm(FileForm):
    first_day_time = forms.TimeField(
        label=_("Hoe laat"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    first_day_address = forms.CharField(label=_("Waar"), max_length=200)
    first_day_contact = forms.CharField(label=_("Naar wie vraagt de student"), max_length=120)
    first_day_bring = forms.CharField(
        label=_("Wat neemt de student mee"),
        max_length=300,
        required=False,
        help_text=_("Bijvoorbeeld: lunch, legitimatie."),
    )


class _MomentForm(FileForm):
    moment = forms.ModelChoiceField(
        label=_("Welk gesprek"), queryset=ContactMoment.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        moment = self.fields["moment"]
        assert isinstance(moment, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        moment.queryset = ContactMoment.objects.filter(file=self.file, held_on__isnull=True)
        moment.label_from_instance = _moment_label  # type: ignore[method-assign, assignment]  # as Django documents it

    def values(self) -> dict[str, Any]:
        first = next((m for m in self.file.moments.all() if m.held_on is None), None)
        return {"moment": first, "held_on": today(), "on_spot": bool(first and first.on_spot)}


def _moment_label(moment: Any) -> str:
    place = gettext(", op de stageplek") if moment.on_spot else ""
    day = f"{moment.planned_on:%d-%m-%Y}"
    return gettext("%(kind)s, gepland op %(day)s%(place)s") % {
        "kind": str(moment.get_kind_display()).capitalize(),
        "day": day,
        "place": place,
    }


class MomentRecordForm(_MomentForm):
    """A talk that took place."""

    held_on = _date(label=_("Wanneer was het"))
    on_spot = forms.BooleanField(label=_("Het was op de stageplek"), required=False)
    record = forms.CharField(
        label=_("Wat spraken jullie af"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kort. De student, de begeleider en de school lezen dit. Schrijf niets over gezondheid of thuis."),
    )


class MomentPlanForm(_MomentForm):
    """A new day for a talk, or one more talk."""

    planned_on = _date(label=_("Nieuwe datum"))
    on_spot = forms.BooleanField(label=_("Op de stageplek"), required=False)

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        moment = self.fields["moment"]
        assert isinstance(moment, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        moment.required = False
        moment.empty_label = gettext("Een extra gesprek")


class _ScoresForm(FileForm):
    questions: tuple[tuple[str, object], ...] = ()
    remark_label: object = ""

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        remark = self.fields.pop("remark")
        for key, statement in self.questions:
            self.fields[key] = forms.TypedChoiceField(
                label=statement,  # type: ignore[arg-type]  # a lazy text
                choices=[(value, str(label).capitalize()) for value, label in SCORES],
                coerce=int,
                widget=forms.RadioSelect(attrs={"class": "utrecht-radio-button utrecht-radio-button--html-input"}),
            )
            self.fields[key].error_messages["required"] = gettext("Kies een antwoord bij: %(what)s") % {
                "what": statement
            }
        self.fields["remark"] = remark

    remark = forms.CharField(
        label=_("Wil je nog iets kwijt?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def answers(self) -> dict[str, int]:
        """Return the scores, by key."""
        return {key: self.cleaned_data[key] for key, _statement in self.questions}


class StudentEvaluationForm(_ScoresForm):
    """The eight questions of S16."""

    questions = STUDENT_QUESTIONS


class OrganisationEvaluationForm(_ScoresForm):
    questions = ORGANISATION_QUESTIONS


class OutcomeForm(FileForm):
    outcome = forms.ChoiceField(label=_("Waar is de student nu?"), choices=Outcome.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)  # noqa: S101 -- narrows the type
        outcome.choices = [(value, str(label).capitalize()) for value, label in Outcome.choices]


class ExtendForm(FileForm):
    until = _date(label=_("Nieuwe laatste dag"))
    reason = forms.CharField(label=_("Waarom"), max_length=300, required=False)

    def values(self) -> dict[str, Any]:
        return {"until": self.acting.placement.ends_on + dt.timedelta(days=28)}


class ExtendAnswerForm(FileForm):
    answer = forms.ChoiceField(label=_("Ben je het ermee eens?"), choices=YES_NO, widget=forms.RadioSelect)


class EndForm(FileForm):
    """Stopping early: about the situation, not about the person."""

    ended_on = _date(label=_("Laatste dag"))
    reason = forms.ChoiceField(label=_("Waarom stopt de stage?"), choices=EndReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Toelichting"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "De student, de organisatie en de school kunnen dit lezen. Schrijf niets over gezondheid of thuis."
        ),
    )
    is_sure = forms.BooleanField(label=_("Ja, ik stop deze stage. Dit kan niet worden teruggedraaid."))

    def values(self) -> dict[str, Any]:
        return {"ended_on": today()}


class ExceptionForm(FileForm):
    reason = forms.CharField(
        label=_("Waarom mag de student toch beginnen?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Schrijf ook wat er nog komt en wanneer. Je naam staat erbij."),
    )
