"""What a place looks like in a list: one object with everything its card says, so that templates only place words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.weekdays import listing
from organisations.weekdays import text as days_text
from placements.enums import Allowance
from placements.fit import Fit, fits
from placements.models import Favourite, Vacancy
from stagematch.along import along
from stagematch.clock import today
from stagematch.regions.models import PostcodeArea
from stagematch.regions.selectors import distance_km
from stagematch.ui.drawn import DrawnOnce
from students.models import PlacementSearch, Student

# Long texts that a list does not show; the vector is kilobytes per row.
NOT_IN_LISTS = ("search_vector", "search_text", "tasks", "expectations", "guidance", "day_in_team", "requirements")

_NOT_OF_ORGANISATIONS = ("organisation__description", "organisation__vision", "organisation__source_note")


def for_cards(vacancies: QuerySet[Vacancy], student: Student | int | None) -> QuerySet[Vacancy]:
    """Return the vacancies with all that `cards` needs: one query, whatever their number.

    How many wait for an answer is for students, who choose by it: few students stand behind it (R9).
    """
    saved = (
        Exists(Favourite.objects.filter(student=student, vacancy=OuterRef("pk")))
        if student
        else Value(False, output_field=BooleanField())
    )
    if student is not None:
        vacancies = vacancies.with_open_applications()  # type: ignore[attr-defined]
    rows: QuerySet[Vacancy] = (
        vacancies.annotate(is_saved=saved)
        .select_related("organisation", "team", "location__postcode")
        .defer(*NOT_IN_LISTS, *_NOT_OF_ORGANISATIONS)
    )
    return along(rows, "target_groups")


@dataclass(frozen=True)
class Card:
    """A place as it stands in a list; the names are those of the partial `ui/plek_kaart.html`."""

    vacancy: Vacancy
    url: str
    titel: str
    organisatie: str
    plaats: str
    icoon: str
    kleur: str
    dagen: str
    reis: str
    doelgroep: str
    vergoeding: str
    vrij: int
    reacties: int | None
    termijn: int
    full: bool
    fit: Fit | None = None
    bewaard: bool = False
    bewaar_url: str = ""
    reis_icoon: str = "map-pin"

    @property
    def drawn(self) -> SafeString:
        """The card as html when it says nothing that is not the same for everybody, else empty: then it is drawn by itself.

        Never with a way from home, a fit, a button to keep it or a number of reactions.
        """
        if self.reis or self.fit is not None or self.bewaar_url or self.reacties is not None:
            return SafeString("")
        says = (self.url, self.titel, self.organisatie, self.plaats, self.icoon, self.kleur)
        facts = (self.dagen, self.doelgroep, self.vergoeding, self.vrij, self.termijn)
        return _drawn.html(self, says + facts)


_drawn = DrawnOnce("ui/plek_kaart.html", "p", most=512)


def distance_text(km: float | None) -> str:
    """Return how far it is, in whole kilometres from three on; empty when nobody knows."""
    if km is None:
        return ""
    if km < 1:
        return _("minder dan 1 km")
    return _("%(km)s km") % {"km": number_format(km, decimal_pos=1 if km < 3 else 0)}


def vacancy_url(vacancy: Vacancy) -> str:
    """Return the address of a place's own page, with the title in it for people."""
    slug = slugify(vacancy.title)[:60].strip("-")
    return reverse("vacancy-detail", args=[vacancy.public_id, slug] if slug else [vacancy.public_id])


def allowance_text(vacancy: Vacancy) -> str:
    """Return what a student gets, as one says it."""
    if vacancy.allowance == Allowance.MONTHLY and vacancy.allowance_amount:
        return _("€ %(amount)s per maand") % {"amount": number_format(vacancy.allowance_amount)}
    label = str(Allowance(vacancy.allowance).label)
    return label[:1].upper() + label[1:]


def vacancy_days(vacancy: Vacancy) -> str:
    """Return the days: the fixed ones by name, else how many and out of which."""
    names = days_text(vacancy.weekdays)
    names = names[:1].upper() + names[1:]
    if vacancy.days_fixed or vacancy.weekdays.bit_count() <= vacancy.days_per_week:
        return names
    count = ngettext("%(n)s dag", "%(n)s dagen", vacancy.days_per_week) % {"n": vacancy.days_per_week}
    return _("%(count)s, %(days)s") % {"count": count, "days": names.lower()}


def place_text(vacancy: Vacancy) -> str:
    """Return place and, where known, the neighbourhood: 'Rotterdam-Delfshaven'."""
    place, hood = vacancy.location.postcode.place, vacancy.location.neighbourhood
    return f"{place}-{hood}" if hood and hood.casefold() not in place.casefold() else place


def is_full(vacancy: Vacancy, applications: int) -> bool:
    """Tell whether no more applications are taken (R3): no place left, or the cap on open applications is reached."""
    return vacancy.places_free <= 0 or applications >= vacancy.application_cap


def can_still_apply(vacancy: Vacancy) -> bool:
    """Tell whether the last day to apply has not passed."""
    return vacancy.apply_until is None or vacancy.apply_until >= today()


def card_of(
    vacancy: Vacancy, *, origin: PostcodeArea | None = None, fit: Fit | None = None, can_save: bool = False
) -> Card:
    """Return the card of a vacancy read through `for_cards`."""
    groups = list(vacancy.target_groups.all())
    applications: int | None = getattr(vacancy, "open_applications", None)
    km = distance_km(origin, vacancy.location.postcode) if origin else None
    return Card(
        vacancy=vacancy,
        url=vacancy_url(vacancy),
        titel=vacancy.title,
        organisatie=_("%(organisation)s, %(team)s")
        % {"organisation": vacancy.organisation.name, "team": vacancy.team.name},
        plaats=place_text(vacancy),
        icoon=groups[0].icon if groups else "users",
        kleur=groups[0].colour if groups else "mint",
        dagen=vacancy_days(vacancy),
        reis=distance_text(km),
        doelgroep=listing(group.name for group in groups[:3]) or _("Alle buurtbewoners"),
        vergoeding=allowance_text(vacancy),
        vrij=max(0, vacancy.places_free),
        reacties=applications,
        termijn=vacancy.response_term_days,
        full=is_full(vacancy, applications or 0),
        fit=fit,
        bewaard=bool(getattr(vacancy, "is_saved", False)),
        bewaar_url=reverse("favourite-toggle", args=[vacancy.public_id]) if can_save else "",
    )


def cards(
    vacancies: Iterable[Vacancy],
    *,
    search: PlacementSearch | None = None,
    origin: PostcodeArea | None = None,
    known: dict[int, Fit] | None = None,
    can_save: bool = False,
) -> list[Card]:
    """Return the cards in the order given, with the fit of each when somebody can say it.

    `known` are fits that were read before; `can_save` gives each card its button, for a student.
    """
    rows = list(vacancies)
    scores = known if known is not None else fits(search, rows) if rows else {}
    return [card_of(v, origin=origin, fit=scores.get(v.pk), can_save=can_save) for v in rows]
