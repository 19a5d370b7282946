"""What a student fills in to apply."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placements.enums import SearchMailFrequency
from placements.models import ApplicationDraft
from stagematch.ui.forms import FormMixin
from students.models import Document, PlacementSearch

MIN_MOTIVATION = 150
MAX_MOTIVATION = 3000
MAX_GOALS = 5


class ApplyForm(FormMixin, forms.Form):
    """A reaction on one screen. What the student told before is filled in; nothing is asked twice."""

    cv = forms.ChoiceField(
        label=_("Je cv"), widget=forms.RadioSelect, error_messages={"required": _("Kies welk cv je meestuurt.")}
    )
    cv_file = forms.FileField(
        label=_("Kies een pdf"),
        required=False,
        help_text=_("Een pdf van hoogstens 5 MB en 10 bladzijden."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={
            "empty": _("Dit bestand is leeg. Kies een ander bestand."),
            "invalid": _("Het bestand kwam niet goed aan. Kies het opnieuw."),
        },
    )
    motivation = forms.CharField(
        label=_("Waarom past deze plek bij jou?"),
        max_length=MAX_MOTIVATION,
        widget=forms.Textarea(attrs={"rows": 9, "data-tel": "motivatie-teller"}),
        error_messages={
            "required": _("Schrijf waarom deze plek bij jou past. Minstens 150 tekens, dat is ongeveer 3 zinnen."),
            "max_length": _("Je motivatie is te lang: %(show_value)s tekens. Er is plek voor %(limit_value)s tekens."),
        },
    )
    goals = forms.MultipleChoiceField(
        label=_("Wat wil je hier leren?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    own_goal = forms.CharField(
        label=_("Nog iets anders dat je wilt leren"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("Dit leerdoel is te lang. Maak het korter: hoogstens 200 tekens.")},
    )

    def __init__(
        self,
        *args: Any,
        search: PlacementSearch | None,
        current_cv: Document | None,
        goals: list[str],
        draft: ApplicationDraft | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.current_cv = current_cv
        self.goal_texts = goals
        other = gettext("Kies een ander bestand") if current_cv else gettext("Kies een bestand")
        choices = [("upload", other), ("none", gettext("Ik heb geen cv"))]
        if current_cv is not None:
            choices.insert(0, ("reuse", current_cv.original_name))
        cv_field = self.fields["cv"]
        goals_field = self.fields["goals"]
        assert isinstance(cv_field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        assert isinstance(goals_field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        cv_field.choices = choices
        goals_field.choices = [(text, text) for text in goals]
        self.initial.setdefault("cv", "reuse" if current_cv else "upload")
        self.initial.setdefault("motivation", draft.motivation if draft else search.motivation if search else "")
        self.initial.setdefault("goals", [g for g in goals if g in draft.learning_goals] if draft else goals[:3])
        self.initial.setdefault("own_goal", draft.own_goal if draft else "")

    def clean_motivation(self) -> str:
        text = str(self.cleaned_data["motivation"]).strip()
        if len(text) < MIN_MOTIVATION:
            raise forms.ValidationError(
                gettext(
                    "Je motivatie is nog te kort: %(n)s tekens. Schrijf minstens %(min)s tekens. Dat is ongeveer 3 zinnen."
                )
                % {"n": len(text), "min": MIN_MOTIVATION},
                code="min_length",
            )
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # A file that was chosen is meant, whatever the radio says: without JavaScript nothing ticks it.
        if data.get("cv_file"):
            data["cv"] = "upload"
            self.errors.pop("cv", None)
        elif data.get("cv") == "upload" and "cv_file" not in self.errors:
            self.add_error("cv_file", gettext("Kies het bestand met je cv, of kies ‘Ik heb geen cv’."))
        goals = [*data.get("goals", []), str(data.get("own_goal", "")).strip()]
        data["learning_goals"] = [goal for goal in goals if goal][:MAX_GOALS]
        if not data["learning_goals"] and "goals" not in self.errors and "own_goal" not in self.errors:
            self.add_error("goals", gettext("Kies of schrijf minstens 1 leerdoel."))
        return data


class ReasonForm(FormMixin, forms.Form):
    """A word of explanation that nobody has to give."""

    reason = forms.CharField(
        label=_("Wil je zeggen waarom? Dat hoeft niet."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Dit is te lang. Maak het korter: hoogstens 300 tekens.")},
    )


class SavedSearchForm(FormMixin, forms.Form):
    """A name for a search, and how often to hear."""

    name = forms.CharField(
        label=_("Naam van je zoekopdracht"),
        max_length=80,
        error_messages={"max_length": _("Deze naam is te lang. Maak hem korter: hoogstens 80 tekens.")},
    )
    frequency = forms.ChoiceField(
        label=_("Mail mij nieuwe plekken"),
        choices=SearchMailFrequency.choices,
        initial=SearchMailFrequency.WEEKLY,
        widget=forms.RadioSelect,
        help_text=_("Je krijgt alleen mail als er iets nieuws is."),
    )
