"""Forms with which somebody prepares a reaction for a student, and with which a student reports something."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.enums import AssistedKind, IntroductionReply, ReportKind
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.ui.forms import FormMixin

MAX_TEXT = 3000


def lines(text: str) -> list[str]:
    """Return the lines of a text area that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class _PlaceForm(FormMixin, forms.Form):
    """A place out of a short list, chosen by its public number."""

    vacancy = forms.ChoiceField(label=_("Voor welke plek?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, vacancies: list[Vacancy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vacancies = {str(v.public_id): v for v in vacancies}
        field = self.fields["vacancy"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [
            (key, f"{v.title}. {v.organisation.name}, {v.location.postcode.place}") for key, v in self.vacancies.items()
        ]

    def clean_vacancy(self) -> Vacancy:
        return self.vacancies[str(self.cleaned_data["vacancy"])]

    def clean_learning_goals(self) -> list[str]:
        return lines(str(self.cleaned_data["learning_goals"]))


_GOALS = {
    "label": _("Leerdoelen"),
    "required": False,
    "max_length": 1200,
    "widget": forms.Textarea(attrs={"rows": 4}),
    "help_text": _("Zet elk leerdoel op een eigen regel, hoogstens 5."),
}


class AskStudentForm(_PlaceForm):
    """What a coordinator asks a student to agree with."""

    kind = forms.ChoiceField(
        label=_("Wat wil je doen?"),
        choices=[(kind.value, capfirst(kind.label)) for kind in AssistedKind],
        initial=AssistedKind.APPLY,
        widget=forms.RadioSelect,
        help_text=_("Voorstellen is een bericht aan de stagemakelaar, met naam. Er komt dan nog geen reactie."),
    )
    motivation = forms.CharField(
        label=_("Motivatie, of je woord vooraf"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Schrijf zoals de student het zou zeggen. De student leest alles voordat het weggaat."),
    )
    learning_goals = forms.CharField(**_GOALS)  # type: ignore[arg-type]


class IntroductionReplyForm(FormMixin, forms.Form):
    """What a stagemakelaar says to an introduction."""

    reply = forms.ChoiceField(
        label=_("Wat zeg je?"),
        choices=[
            (IntroductionReply.INTERESTED, _("Ik wil graag kennismaken")),
            (IntroductionReply.NOT_NOW, _("Nu past het niet")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies wat je zegt.")},
    )
    text = forms.CharField(
        label=_("Wat wil je erbij zeggen?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Over de plek, niet over de persoon. Student en school lezen dit."),
        error_messages={"max_length": _("Dit is te lang. Maak het korter: hoogstens 300 tekens.")},
    )


class EnterMailForm(_PlaceForm):
    """An application that came by mail, as its writer is asked to confirm it."""

    vacancy = forms.ChoiceField(label=_("Voor welke plek?"), widget=forms.Select)
    first_name = forms.CharField(label=_("Voornaam"), max_length=100)
    last_name = forms.CharField(label=_("Achternaam"), max_length=120)
    email = forms.EmailField(
        label=_("E-mailadres"), help_text=_("Hier sturen we de vraag of dit klopt."), max_length=200
    )
    school = forms.ModelChoiceField(
        label=_("School"), queryset=Organisation.objects.none(), empty_label=_("Kies een school")
    )
    motivation = forms.CharField(
        label=_("Wat schreef de student?"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plak hier de tekst uit de mail. Laat weg wat niet over de stage gaat."),
    )
    learning_goals = forms.CharField(**_GOALS)  # type: ignore[arg-type]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        school = self.fields["school"]
        assert isinstance(school, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        school.queryset = Organisation.objects.public().schools().order_by("name")


class ReportForm(FormMixin, forms.Form):
    """What happened, in the student's own words. No name of anybody is asked for."""

    kind = forms.ChoiceField(label=_("Waar gaat het over?"), choices=ReportKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Wat gebeurde er?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Schrijf wat je zag en hoorde, en wanneer. Je hoeft niets te bewijzen."),
    )


class ContactForm(FormMixin, forms.Form):
    """Which coordinator reads the reports."""

    user = forms.ChoiceField(label=_("Wie leest de meldingen van onze studenten?"))

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(key, person.get_full_name() or person.email) for key, person in self.people.items()]

    def clean_user(self) -> User:
        return self.people[str(self.cleaned_data["user"])]
