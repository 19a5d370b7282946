"""The short steps in which a student tells what they look for (features S2). Each step saves by itself."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.enums import Need, Route, Weekday
from organisations.models import Programme, StagePeriod, TargetGroup, WorkField, WorkProcess
from organisations.weekdays import days_of, mask_of, needs_of
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.regions.selectors import find_place
from stagematch.ui.forms import FormMixin
from students.enums import TravelMode
from students.models import PlacementSearch, Student
from students.selectors import coming_periods, work_processes_of
from students.services.search import MAX_LEARNING_GOALS, SearchChanges

MAX_MOTIVATION = 3000
DISTANCES = (3, 5, 10, 15, 20, 30, 40, 50, 75, 100)


class StepForm(FormMixin, forms.Form):
    """A step: filled from the search, and able to say what it changes."""

    def __init__(self, *args: Any, student: Student, search: PlacementSearch | None, **kwargs: Any) -> None:
        self.student = student
        self.search = search
        kwargs["initial"] = self.values_of(search) if search else {}
        super().__init__(*args, **kwargs)

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        """Return what the fields show first."""
        return {name: getattr(search, name) for name in self.declared_fields if hasattr(search, name)}

    def changes(self) -> SearchChanges:
        """Return what to save, after `is_valid`."""
        return self.cleaned_data  # type: ignore[return-value]


class ProgrammeForm(StepForm):
    """Opleiding and period. The opleiding comes from the school; the rest the student knows best."""

    year = forms.TypedChoiceField(
        label=_("Ik zit in leerjaar"), coerce=int, choices=[(n, str(n)) for n in range(1, 5)], widget=forms.RadioSelect
    )
    route = forms.ChoiceField(
        label=_("Mijn leerweg"),
        choices=Route.choices,
        widget=forms.RadioSelect,
        help_text=_("BOL is meer school en stage. BBL is werken en leren. Weet je het niet? Vraag het op school."),
    )
    period = forms.ModelChoiceField(
        label=_("Ik zoek een stage voor"),
        queryset=StagePeriod.objects.none(),
        empty_label=_("Kies een periode"),
        error_messages={"required": _("Kies de periode waarin je stage loopt.")},
    )
    starts_on = forms.DateField(
        label=_("Eerste stagedag"),
        required=False,
        help_text=_("Laat leeg als het de eerste dag van de periode is."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Schrijf de datum zo: 1-2-2027.")},
    )
    ends_on = forms.DateField(
        label=_("Laatste stagedag"),
        required=False,
        help_text=_("Laat leeg als het de laatste dag van de periode is."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Schrijf de datum zo: 9-7-2027.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = self.fields["period"]
        assert isinstance(period, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        period.queryset = StagePeriod.objects.filter(pk__in=[p.pk for p in coming_periods()])
        self.initial.setdefault("year", self.student.year)
        self.initial.setdefault("route", self.student.programme.route)

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        values = super().values_of(search)
        values["year"] = self.student.year
        if search.starts_on == search.period.starts_on:
            values["starts_on"] = None
        if search.ends_on == search.period.ends_on:
            values["ends_on"] = None
        return values

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        period = data.get("period")
        if period is not None and not {"starts_on", "ends_on"} & self.errors.keys():
            data["starts_on"] = data.get("starts_on") or period.starts_on
            data["ends_on"] = data.get("ends_on") or period.ends_on
            if data["ends_on"] <= data["starts_on"]:
                self.add_error("ends_on", gettext("De laatste dag moet na de eerste dag zijn."))
            elif data["ends_on"] <= today():
                self.add_error("ends_on", gettext("Deze dag is al voorbij. Kies een dag in de toekomst."))
            elif (data["ends_on"] - data["starts_on"]) > dt.timedelta(days=732):
                self.add_error("ends_on", gettext("Een stage duurt hoogstens 2 jaar. Kijk of de data kloppen."))
        return data


class DaysForm(StepForm):
    """On which days one can, how many, and how many hours."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Op deze dagen kan ik"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Kies alle dagen waarop je kunt. Hoe meer dagen, hoe meer plekken."),
        error_messages={"required": _("Kies minstens 1 dag.")},
    )
    days_per_week = forms.IntegerField(
        label=_("Zoveel dagen per week loop ik stage"),
        min_value=1,
        max_value=5,
        error_messages={
            "min_value": _("Kies 1 tot 5 dagen."),
            "max_value": _("Kies 1 tot 5 dagen."),
            "invalid": _("Schrijf een getal van 1 tot 5."),
            "required": _("Schrijf hoeveel dagen per week je stage loopt."),
        },
    )
    hours_per_week = forms.IntegerField(
        label=_("Zoveel uren per week"),
        min_value=1,
        max_value=40,
        help_text=_("Een dag is meestal 8 uur."),
        error_messages={
            "min_value": _("Kies 1 tot 40 uur."),
            "max_value": _("Kies 1 tot 40 uur."),
            "invalid": _("Schrijf een getal van 1 tot 40."),
            "required": _("Schrijf hoeveel uren per week je stage loopt."),
        },
    )

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        return super().values_of(search) | {"weekdays": [int(day) for day in days_of(search.weekdays)]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days, count = data.get("weekdays"), data.get("days_per_week")
        if days and count and count > len(days):
            self.add_error(
                "weekdays",
                gettext("Je wilt %(count)s dagen stage lopen, maar je koos er %(chosen)s. Kies meer dagen.")
                % {"count": count, "chosen": len(days)},
            )
        return data

    def changes(self) -> SearchChanges:
        data = self.cleaned_data
        return {
            "weekdays": mask_of(data["weekdays"]),
            "days_per_week": data["days_per_week"],
            "hours_per_week": data["hours_per_week"],
        }


class TravelForm(StepForm):
    """Where one lives, by postcode or place, and how far is fine."""

    home = forms.CharField(
        label=_("Ik woon in"),
        max_length=80,
        help_text=_("Je postcode of je plaats. We bewaren alleen de 4 cijfers, niet je adres."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={"required": _("Schrijf je postcode of je plaats. Dan weten we hoe ver een plek is.")},
    )
    max_distance_km = forms.TypedChoiceField(
        label=_("Ik reis hoogstens"),
        coerce=int,
        choices=[(n, _("%(km)s km") % {"km": n}) for n in DISTANCES],
    )
    travel_mode = forms.ChoiceField(
        label=_("Ik reis meestal met"), choices=TravelMode.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["max_distance_km"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- narrows the type
        own = self.search.max_distance_km if self.search else None
        known = list(DISTANCES)
        if own and own not in known:  # set by an import; the student must be able to keep it
            field.choices = [(n, gettext("%(km)s km") % {"km": n}) for n in sorted([*known, own])]

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        home = search.home
        return super().values_of(search) | {"home": f"{home.pc4} {home.place}" if home else ""}

    def clean_home(self) -> Any:
        text = str(self.cleaned_data["home"]).strip()
        old = self.search.home if self.search else None
        place = old if old and text == f"{old.pc4} {old.place}" else find_place(text)
        if place is None:
            raise forms.ValidationError(
                gettext("We kennen deze plaats niet. Probeer de 4 cijfers van je postcode, bijvoorbeeld 3024.")
            )
        return place


class WishesForm(StepForm):
    """With whom and where one wants to work. Empty means: all is fine."""

    target_groups = forms.ModelMultipleChoiceField(
        label=_("Met wie wil je werken?"),
        queryset=TargetGroup.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Kies er zoveel je wilt. Kies je niets? Dan is alles goed."),
    )
    work_fields = forms.ModelMultipleChoiceField(
        label=_("Wat voor werk trekt je?"),
        queryset=WorkField.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        return {name: [o.pk for o in getattr(search, name).all()] for name in ("target_groups", "work_fields")}


class LearningForm(StepForm):
    """What one wants to learn: werkprocessen of the opleiding, and up to five goals in own words."""

    work_processes = forms.ModelMultipleChoiceField(
        label=_("Wat moet je oefenen van school?"),
        queryset=WorkProcess.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Dit zijn de werkprocessen van je opleiding. Weet je het niet? Sla het over."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        search = kwargs["search"]
        goals = [goal.text for goal in search.learning_goals.all()] if search else []
        super().__init__(*args, **kwargs)
        field = self.fields["work_processes"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = WorkProcess.objects.filter(pk__in=[p.pk for p in work_processes_of(self.student)])
        for n in range(MAX_LEARNING_GOALS):
            goal = forms.CharField(
                label=gettext("Leerdoel %(n)s") % {"n": n + 1},
                max_length=200,
                required=n == 0,
                widget=forms.TextInput(attrs={"class": "utrecht-textbox utrecht-textbox--html-input"}),
                help_text=gettext("Begin met: ik wil leren om… Bijvoorbeeld: een groep te leiden.") if n == 0 else "",
                error_messages={
                    "required": gettext("Schrijf minstens 1 leerdoel."),
                    "max_length": gettext("Dit leerdoel is te lang. Maak het korter: hoogstens 200 tekens."),
                },
            )
            self.fields[f"goal_{n + 1}"] = goal
            self.initial[f"goal_{n + 1}"] = goals[n] if n < len(goals) else ""

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        return {"work_processes": [p.pk for p in search.work_processes.all()]}

    def changes(self) -> SearchChanges:
        goals = [self.cleaned_data[f"goal_{n + 1}"] for n in range(MAX_LEARNING_GOALS)]
        return {"work_processes": self.cleaned_data["work_processes"], "learning_goals": goals}


class NeedsForm(StepForm):
    """What a place must offer. Only what it takes, never why."""

    needs = forms.TypedMultipleChoiceField(
        label=_("Wat heb je nodig op je stage?"),
        coerce=int,
        choices=[(need.value, str(need.label).capitalize()) for need in Need],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Je hoeft niet te zeggen waarom. Kies je niets? Dan is dat ook goed."),
    )

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        return {"needs": [int(need) for need in needs_of(search.needs)]}

    def changes(self) -> SearchChanges:
        return {"needs": mask_of(self.cleaned_data["needs"])}


class CvForm(StepForm):
    """The CV and a text to start every reaction from."""

    cv = forms.FileField(
        label=_("Je cv"),
        required=False,
        help_text=_(
            "Een pdf van hoogstens 5 MB en 10 bladzijden. Je naam erop is goed: die gaat pas mee bij een uitnodiging."
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={
            "empty": _("Dit bestand is leeg. Kies een ander bestand."),
            "invalid": _("Het bestand kwam niet goed aan. Kies het opnieuw."),
        },
    )
    motivation = forms.CharField(
        label=_("Vertel iets over jezelf"),
        required=False,
        max_length=MAX_MOTIVATION,
        help_text=_("Waarom kies je dit werk? Wat kun je goed? Je past deze tekst aan bij elke reactie."),
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={
            "max_length": _("Je tekst is te lang: %(show_value)s tekens. Er is plek voor %(limit_value)s tekens.")
        },
    )

    def values_of(self, search: PlacementSearch) -> dict[str, Any]:
        return {"motivation": search.motivation}

    def changes(self) -> SearchChanges:
        return {"motivation": self.cleaned_data["motivation"].strip()}


class EnrolForm(FormMixin, forms.Form):
    """What we must know of somebody who registered by themselves; the school follows from the e-mail address."""

    first_name = forms.CharField(
        label=_("Je voornaam"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Je achternaam"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    programme = forms.ChoiceField(label=_("Je opleiding"), widget=forms.RadioSelect)
    year = forms.TypedChoiceField(
        label=_("Ik zit in leerjaar"), coerce=int, choices=[(n, str(n)) for n in range(1, 5)], widget=forms.RadioSelect
    )
    class_name = forms.CharField(label=_("Je klas"), max_length=30, required=False)

    def __init__(self, *args: Any, programmes: list[Programme], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {str(p.public_id): p for p in programmes}
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(key, f"{p.name}, {p.get_route_display()}") for key, p in self.programmes.items()]
        self.initial = {"first_name": user.first_name, "last_name": user.last_name}
        if len(programmes) == 1:
            self.initial["programme"] = str(programmes[0].public_id)

    def clean_programme(self) -> Programme:
        return self.programmes[str(self.cleaned_data["programme"])]


class PhoneForm(FormMixin, forms.Form):
    """The one thing about the person that neither the school nor the search keeps up to date."""

    phone = forms.RegexField(
        label=_("Je telefoonnummer"),
        regex=r"^[0-9+ ()-]{0,20}$",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("Een organisatie ziet dit pas als je wordt uitgenodigd."),
        error_messages={"invalid": _("Schrijf je nummer met cijfers, bijvoorbeeld 06 12345678.")},
    )


class DeleteAccountForm(FormMixin, forms.Form):
    """Asked once more in words, because it cannot be undone."""

    sure = forms.BooleanField(
        label=_("Ja, verwijder mijn account en al mijn gegevens. Ik weet dat dit niet terug kan."),
        error_messages={"required": _("Zet een vinkje als je het zeker weet.")},
    )
