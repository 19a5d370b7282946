"""The steps of a search, in the order in which they are asked."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from students import forms


@dataclass(frozen=True)
class Step:
    """One page of the search. Without a form it is the last one."""

    slug: str
    name: str | Promise
    title: str | Promise
    lead: str | Promise
    form: type[forms.StepForm] | None = None

    @property
    def number(self) -> int:
        return STEPS.index(self) + 1

    @property
    def next_slug(self) -> str:
        return STEPS[min(self.number, len(STEPS) - 1)].slug

    @property
    def previous_slug(self) -> str:
        return STEPS[self.number - 2].slug if self.number > 1 else ""


STEPS: list[Step] = [
    Step(
        "opleiding",
        _("Opleiding"),
        _("Welke stage zoek je?"),
        _("We vragen alles één keer. Elke stap wordt meteen bewaard."),
        forms.ProgrammeForm,
    ),
    Step("dagen", _("Dagen"), _("Wanneer kun je?"), _("Denk aan je lesdagen en aan je bijbaan."), forms.DaysForm),
    Step(
        "reizen",
        _("Reizen"),
        _("Waar woon je en hoe ver reis je?"),
        _("Organisaties zien niet waar je woont."),
        forms.TravelForm,
    ),
    Step(
        "wensen",
        _("Wensen"),
        _("Met wie wil je werken?"),
        _("Zo vinden we plekken die je leuk vindt."),
        forms.WishesForm,
    ),
    Step(
        "leren",
        _("Leren"),
        _("Wat wil je leren?"),
        _("Je leerdoelen gaan mee met je reactie. De stagemakelaar kijkt of het daar kan."),
        forms.LearningForm,
    ),
    Step(
        "nodig",
        _("Nodig"),
        _("Wat heb je nodig?"),
        _("We zoeken dan alleen plekken waar dat kan."),
        forms.NeedsForm,
    ),
    Step(
        "cv",
        _("Cv"),
        _("Je cv en je verhaal"),
        _("Eén keer invullen. Bij elke reactie staat het al klaar."),
        forms.CvForm,
    ),
    Step("klaar", _("Klaar"), _("Klaar om te zoeken?"), _("Kijk of alles klopt.")),
]


def step_of(slug: str) -> Step | None:
    """Return the step with this address, or None."""
    return next((step for step in STEPS if step.slug == slug), None)
