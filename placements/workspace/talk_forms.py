"""The forms about talks: times, place and people, and what was said."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Location, Membership
from placements.enums import GoalVerdict, PlaceKind
from placements.free_times import Grid, grid
from placements.models import Application, Interview
from placements.services import Person
from placements.services.bookings import person_of
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.forms import FormMixin

LENGTHS = [(30, _("een half uur")), (45, _("drie kwartier")), (60, _("een uur"))]
PHONE_TEXT = _("We bellen je op je eigen nummer.")


class Place(TypedDict):
    """Where a talk is, as the services ask it."""

    place_kind: str
    location: Location | None
    where: str


class TimesForm(FormMixin, forms.Form):
    """Times to choose from, and where. The grid says who is busy when; a time of one's own may be added."""

    slots = forms.MultipleChoiceField(
        label=_("Welke tijden passen jullie?"),
        required=False,
        help_text=_("Kies minstens 2 tijden. De student kiest er één. De eerste vrije tijden staan klaar."),
    )
    own_day = forms.DateField(
        label=_("Een andere dag"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Schrijf de dag als 2027-01-31.")},
    )
    own_time = forms.TimeField(
        label=_("Begint om"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Schrijf de tijd als 14:30.")},
    )
    length = forms.TypedChoiceField(label=_("Hoe lang?"), choices=LENGTHS, coerce=int, initial=30)
    place_kind = forms.ChoiceField(
        label=_("Hoe praten jullie?"), choices=PlaceKind.choices, widget=forms.RadioSelect, initial=PlaceKind.LOCATION
    )
    location = forms.ModelChoiceField(
        label=_("Locatie"), queryset=Location.objects.none(), required=False, empty_label=_("Geen vaste locatie")
    )
    room = forms.CharField(
        label=_("Ruimte of adres"),
        required=False,
        max_length=120,
        help_text=_("Bijvoorbeeld: vraag bij de balie naar De Kas."),
    )
    video_link = forms.URLField(
        label=_("Link naar het videogesprek"),
        required=False,
        max_length=300,
        assume_scheme="https",
        error_messages={"invalid": _("Vul de hele link in. Die begint met https://")},
    )
    message = forms.CharField(
        label=_("Bericht aan de student"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Zeg met wie de student praat. Zenuwachtig zijn mag."),
    )
    least = 2

    def __init__(
        self,
        *args: Any,
        application: Application,
        people: Mapping[str, str],
        week: int = 0,
        moving: Interview | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.week = week
        self.grid: Grid = grid(
            application.vacancy.organisation, people, week=week, length=self._length(), moving=moving
        )
        field = self.fields["slots"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [
            (cell.value, date_format(timezone.localtime(cell.starts_at), "l j F, H.i")) for cell in self.grid.cells
        ]
        places = self.fields["location"]
        assert isinstance(places, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        places.queryset = Location.objects.filter(organisation=application.vacancy.organisation).select_related(
            "postcode"
        )
        self.initial.setdefault("location", application.vacancy.location_id)

    def _length(self) -> dt.timedelta:
        raw = str(self.data.get("length", "30")) if self.is_bound else "30"
        return dt.timedelta(minutes=int(raw) if raw in {"30", "45", "60"} else 30)

    @property
    def own_time_fields(self) -> list[forms.BoundField]:
        """The fields for a time that is not in the grid."""
        return [self["own_day"], self["own_time"]]

    @property
    def chosen(self) -> set[str]:
        """What is ticked: as it was sent, or the suggestions."""
        if self.is_bound:
            return set(self.data.getlist("slots"))  # type: ignore[attr-defined]
        return {cell.value for cell in self.grid.cells if cell.suggested}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts = [timezone.make_aware(dt.datetime.fromisoformat(value)) for value in data.get("slots", [])]
        day, time = data.get("own_day"), data.get("own_time")
        if day and time:
            starts.append(timezone.make_aware(dt.datetime.combine(day, time)))
        elif day or time:
            self.add_error("own_time" if day else "own_day", gettext("Vul de dag en de tijd allebei in."))
        if "slots" not in self.errors:
            if any(start <= now() for start in starts):
                self.add_error("slots", gettext("Een van de tijden is al voorbij. Kies een latere tijd."))
            elif len(set(starts)) < self.least:
                self.add_error("slots", self._too_few())
        length = dt.timedelta(minutes=data.get("length") or 30)
        data["times"] = [(start, start + length) for start in sorted(set(starts))]
        self._clean_place(data)
        return data

    def _too_few(self) -> str:
        return gettext("Kies minstens 2 tijden, dan heeft de student iets te kiezen.")

    def _clean_place(self, data: dict[str, Any]) -> None:
        kind = data.get("place_kind")
        if kind == PlaceKind.VIDEO and not data.get("video_link") and "video_link" not in self.errors:
            self.add_error("video_link", gettext("Vul de link naar het videogesprek in. Die begint met https://"))
        if kind == PlaceKind.LOCATION and not data.get("location") and not data.get("room"):
            self.add_error("room", gettext("Kies een locatie, of vul een adres in."))

    @property
    def place(self) -> Place:
        """Where, in words people read and as data."""
        data = self.cleaned_data
        kind, location, room = data["place_kind"], data.get("location"), (data.get("room") or "").strip()
        if kind == PlaceKind.VIDEO:
            return Place(place_kind=kind, location=None, where=data["video_link"])
        if kind == PlaceKind.PHONE:
            return Place(place_kind=kind, location=None, where=room or str(PHONE_TEXT))
        parts = [location.name, location.street, location.postcode.place] if location else []
        return Place(place_kind=kind, location=location, where=", ".join(part for part in [*parts, room] if part)[:300])


class InviteForm(TimesForm):
    """An invitation: times and place, and who of the organisation is there."""

    participants = forms.MultipleChoiceField(
        label=_("Wie praten er mee?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Wie meepraat, geeft na het gesprek een advies. Die mensen krijgen het in hun agenda."),
    )
    guest_name = forms.CharField(label=_("Naam van iemand zonder account"), required=False, max_length=120)
    guest_email = forms.EmailField(
        label=_("E-mailadres"),
        required=False,
        help_text=_("Deze persoon krijgt een link om advies te geven."),
        error_messages={"invalid": _("Dit e-mailadres klopt niet. Kijk het na.")},
    )
    joins = forms.BooleanField(label=_("Ik ben er zelf bij"), required=False, initial=True)

    def __init__(self, *args: Any, application: Application, actor: User, round: int, **kwargs: Any) -> None:
        self.actor, self.round = actor, round
        self.colleagues = {str(user.pk): user for user in colleagues(application, actor)}
        self.leads = default_team(application) if round == 2 else []
        ticked = self._ticked(args[0] if args else kwargs.get("data"))
        people = {person_of(actor): actor.get_full_name()} | {
            person_of(self.colleagues[pk]): self.colleagues[pk].get_full_name() for pk in ticked
        }
        super().__init__(*args, application=application, people=people, **kwargs)
        field = self.fields["participants"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(pk, user.get_full_name()) for pk, user in self.colleagues.items()]
        self.initial.setdefault("participants", ticked)
        if round == 1:
            del self.fields["joins"]
        if not self.colleagues:
            del self.fields["participants"]

    def _ticked(self, data: Any) -> list[str]:
        if data:
            return [pk for pk in data.getlist("participants") if pk in self.colleagues]
        return [str(user.pk) for user in self.leads if str(user.pk) in self.colleagues]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("guest_name")) != bool(data.get("guest_email")) and "guest_email" not in self.errors:
            self.add_error(
                "guest_email" if data.get("guest_name") else "guest_name",
                gettext("Vul de naam en het e-mailadres allebei in."),
            )
        if self.round == 2 and not data.get("joins") and not data.get("participants"):
            self.add_error("participants", gettext("Kies wie het gesprek voert."))
        return data

    @property
    def people(self) -> list[Person]:
        """Who joins, as the service asks it; the first colleague leads a talk that the stagemakelaar is not at."""
        chosen = [Person(user=self.colleagues[pk]) for pk in self.cleaned_data.get("participants", [])]
        if self.cleaned_data.get("guest_email"):
            chosen.append(Person(name=self.cleaned_data["guest_name"], email=self.cleaned_data["guest_email"]))
        return chosen

    @property
    def host(self) -> User:
        """Who leads the talk."""
        ticked = self.cleaned_data.get("participants", [])
        if self.round == 2 and not self.cleaned_data.get("joins") and ticked:
            return self.colleagues[ticked[0]]
        return self.actor


class MoveForm(TimesForm):
    """Other times for a talk: some to choose from, or one that was agreed with the student."""

    agreed = forms.BooleanField(
        label=_("Deze tijd sprak ik al af met de student"),
        required=False,
        help_text=_("Kies dan 1 tijd. Het gesprek staat meteen vast."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("agreed"):
            self.least = 1

    @property
    def chosen(self) -> set[str]:
        """Nothing is ticked beforehand: one may want to fix a single time."""
        return set(self.data.getlist("slots")) if self.is_bound else set()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("agreed") and len(data.get("times", [])) > 1:
            self.add_error("slots", gettext("Kies 1 tijd als je die al afsprak met de student."))
        return data


class CallOffForm(FormMixin, forms.Form):
    """Why a talk does not go on; the other side reads it."""

    reason = forms.CharField(
        label=_("Waarom gaat het niet door?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De student leest dit."),
        error_messages={"required": _("Schrijf kort op waarom het gesprek niet doorgaat.")},
    )


class NoShowForm(FormMixin, forms.Form):
    """A note about a talk to which nobody came."""

    note = forms.CharField(
        label=_("Wat weet je erover?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Voor jou en je collega's. De student kan dit opvragen."),
    )


class InterviewRecordForm(FormMixin, forms.Form):
    """What was said, per leerdoel and in a few lines, and whether both want to go on."""

    is_positive = forms.TypedChoiceField(
        label=_("Hoe ging het gesprek?"),
        choices=[("yes", _("Goed: we gaan samen verder")), ("no", _("We gaan niet verder"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        empty_value=None,
        error_messages={"required": _("Kies of jullie verder gaan.")},
    )
    record = forms.CharField(
        label=_("Kort verslag"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Wat spraken jullie af? De student kan dit verslag opvragen."),
        error_messages={"required": _("Schrijf kort op wat jullie hebben besproken.")},
    )

    def __init__(self, *args: Any, goals: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = list(dict.fromkeys(str(goal)[:300] for goal in goals))
        fields: dict[str, forms.Field] = {"is_positive": self.fields["is_positive"]}
        for number, goal in enumerate(self.goals):
            fields[f"goal_{number}"] = forms.ChoiceField(
                label=goal, choices=GoalVerdict.choices, widget=forms.RadioSelect, required=False
            )
        fields["record"] = self.fields["record"]
        self.fields = fields
        for number in range(len(self.goals)):
            widget = self.fields[f"goal_{number}"].widget
            widget.attrs["class"] = "utrecht-radio-button utrecht-radio-button--html-input"

    @property
    def goal_fields(self) -> list[forms.BoundField]:
        """The fields of the leerdoelen, in order."""
        return [self[f"goal_{number}"] for number in range(len(self.goals))]

    @property
    def verdicts(self) -> dict[str, str]:
        """The leerdoelen something was said about."""
        found = {goal: self.cleaned_data.get(f"goal_{number}", "") for number, goal in enumerate(self.goals)}
        return {goal: verdict for goal, verdict in found.items() if verdict}


def colleagues(application: Application, actor: User) -> list[User]:
    """Who can join a talk: the people of the team and the other stagemakelaars."""
    vacancy = application.vacancy
    rows = Membership.objects.active().filter(organisation=vacancy.organisation_id)
    team = rows.filter(role__in=[Role.TEAM_LEAD, Role.SUPERVISOR], teams=vacancy.team_id)
    brokers = rows.filter(role=Role.BROKER)
    found = [row.user for part in (team, brokers) for row in part.select_related("user").order_by("role", "pk")]
    return [user for user in dict.fromkeys(found) if user.pk != actor.pk]


def default_team(application: Application) -> list[User]:
    """Who is ticked for a second talk: the teamcoaches, and the praktijkbegeleider when there is one with room."""
    vacancy = application.vacancy
    leads = Membership.objects.active().filter(
        organisation=vacancy.organisation_id, role=Role.TEAM_LEAD, teams=vacancy.team_id
    )
    found = [row.user for row in leads.select_related("user").order_by("pk")]
    guides = list(
        Membership.objects.active()
        .filter(capacities__pool=vacancy.pool_id, capacities__taken__lt=models.F("capacities__places"))
        .select_related("user")
        .order_by("pk")[:2]
    )
    if vacancy.pool_id is not None and len(guides) == 1:
        found.append(guides[0].user)
    return list(dict.fromkeys(found))


class ReserveMoveForm(FormMixin, forms.Form):
    """Move one candidate on the reserve list, with the reason."""

    candidate = forms.ChoiceField(
        label=_("Wie verplaats je?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies wie je verplaatst."), "invalid_choice": _("Kies wie je verplaatst.")},
    )
    direction = forms.ChoiceField(
        label=_("Waarheen?"),
        choices=[("up", _("1 plaats omhoog")), ("down", _("1 plaats omlaag"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Waarom?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Dit komt als notitie in het dossier. De student kan het opvragen."),
        error_messages={"required": _("Schrijf kort op waarom de volgorde verandert.")},
    )

    def __init__(self, *args: Any, rows: list[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.public_id): row for row in rows}
        field = self.fields["candidate"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(key, row.student.user.get_full_name()) for key, row in self.rows.items()]

    @property
    def chosen(self) -> Application:
        """The candidate to move."""
        return self.rows[self.cleaned_data["candidate"]]
