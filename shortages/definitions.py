"""What every word of the count means, by version. A count keeps the version it was counted by; a text never changes.

Pages, the PDF and the open data show these very texts. A change of meaning is a new version, never an edit.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIRST = CURRENT = 1
"""The version a count is made by from now on."""
SILENT_DAYS = 21
"""Days without a visit or a reaction from which version 1 calls a student silent."""


@dataclass(frozen=True)
class Definition:
    """One word: `key` for programs, `term` as shown, `sentence` in plain Dutch, `exact` for who wants to recount it."""

    key: str
    term: str | Promise
    sentence: str | Promise
    exact: str | Promise


_VERSION_1 = (
    Definition(
        "students",
        _("studenten"),
        _("Alle studenten die in deze periode een stageplek nodig hebben of hebben."),
        _(
            "Elke zoektocht van een student die de opleiding volgt, in een stageperiode die nog niet voorbij is, "
            "behalve zoektochten die gestopt zijn. Zoekt een student voor twee periodes, dan telt die twee keer. "
            "Studenten = geplaatst + in gesprek + zonder plek."
        ),
    ),
    Definition(
        "placed",
        _("geplaatst"),
        _("Studenten die een plek hebben."),
        _("De zoektocht heeft de status ‘heeft een plek’: een aanbod is aangenomen en niet teruggedraaid."),
    ),
    Definition(
        "talking",
        _("in gesprek"),
        _("Studenten die met een organisatie in gesprek zijn of een aanbod hebben."),
        _(
            "Zonder plek, met minstens één reactie met de status kennismaking, 2e gesprek, reservelijst of aanbod. "
            "Een student in gesprek houdt één plek bezet: bij de vacature van de reactie die het verst is "
            "(aanbod, dan 2e gesprek, dan kennismaking, dan reservelijst; bij gelijke stand de nieuwste)."
        ),
    ),
    Definition(
        "open",
        _("zonder plek"),
        _("Studenten die nog geen plek hebben en met niemand in gesprek zijn."),
        _("Studenten die niet geplaatst zijn en niet in gesprek. Ook wie het profiel nog niet af heeft, telt mee."),
    ),
    Definition(
        "applying",
        _("wacht op antwoord"),
        _("Studenten zonder plek die gereageerd hebben en op antwoord wachten."),
        _("Zonder plek, met minstens één reactie met de status ontvangen of gelezen."),
    ),
    Definition(
        "silent",
        _("stil"),
        _("Studenten zonder plek voor wie er een passende plek is, en van wie we niets horen."),
        _(
            "Zonder plek, met minstens één passende vrije plek, en 21 dagen of langer niet ingelogd, niet gereageerd "
            "en niet uitgenodigd of begonnen met zoeken."
        ),
    ),
    Definition(
        "places",
        _("plekken"),
        _("Stageplekken die bezet zijn, waarover een gesprek loopt of waarop je vandaag kunt reageren."),
        _(
            "Plekken = bezet + in gesprek + vrij, over alle vacatures in een periode die nog niet voorbij is. "
            "Een plek zonder student telt alleen als de vacature vandaag reacties aanneemt."
        ),
    ),
    Definition(
        "taken", _("bezet"), _("Plekken die een student heeft."), _("De plekken die op de vacature vergeven zijn.")
    ),
    Definition(
        "held",
        _("plek in gesprek"),
        _("Plekken waarover een organisatie met een student in gesprek is."),
        _(
            "Eén plek per student in gesprek, bij één vacature. Nooit meer dan er op die vacature over zijn: "
            "gaan drie gesprekken over één plek, dan is één plek in gesprek."
        ),
    ),
    Definition(
        "free",
        _("vrij"),
        _("Plekken waarop een student vandaag nog kan reageren."),
        _(
            "Plekken − bezet − in gesprek van een vacature die te zien is en reacties aanneemt. Open voorstellen en "
            "het maximum aan open reacties maken een plek niet minder vrij."
        ),
    ),
    Definition(
        "vacant",
        _("plekken om op te reageren"),
        _("Plekken waarop een student vandaag nog kan reageren, ook als er al een gesprek over loopt."),
        _(
            "Plekken − bezet van een vacature die te zien is en reacties aanneemt, zoals iedereen ze in de lijst met "
            "stageplekken kan natellen. Dit getal is openbaar in plaats van ‘vrij’: het verschil zou zeggen hoeveel "
            "studenten ergens in gesprek zijn."
        ),
    ),
    Definition(
        "unused",
        _("vrij, niemand reageerde"),
        _("Vrije plekken waarvoor geen reactie openstaat."),
        _("Per vacature: vrije plekken min reacties met de status ontvangen of gelezen, nooit minder dan 0."),
    ),
    Definition(
        "blocked",
        _("vrij, geen begeleider"),
        _("Vrije plekken waarvoor in het team geen begeleiding over is."),
        _(
            "Per team en periode: vrije plekken min de begeleiding die over is (studenten die het team kan begeleiden, "
            "min bezet en in gesprek), nooit minder dan 0. Ze tellen als vrij, maar niemand kan er geplaatst worden."
        ),
    ),
    Definition(
        "fitting",
        _("passende plek"),
        _("Een vrije plek die volgens alle regels van de matching bij de student past."),
        _(
            "Opleiding, leerjaar, leerweg, periode, dagen, uren, afstand, wat nodig is en werkprocessen passen, er is "
            "vandaag te reageren, er is begeleiding, en er was niet eerder een nee voor deze plek."
        ),
    ),
    Definition(
        "structural",
        _("structureel tekort"),
        _("Zoveel studenten blijven zonder plek, hoe je de vrije plekken ook verdeelt."),
        _(
            "Het aantal studenten zonder plek min het hoogste aantal dat tegelijk op passende vrije plekken kan "
            "(per vacature en per team). Een bewijs staat erbij: deze studenten passen samen alleen op zoveel plekken. "
            "Per groep: wie geen passende plek heeft, plus voor elke student die met te veel anderen op te weinig "
            "plekken past, één min de eerlijke kans. Alle groepen samen zijn precies het tekort van het hele land. "
            "Wie nog geen postcode invulde, telt hier niet mee."
        ),
    ),
    Definition(
        "without_fit",
        _("geen passende plek"),
        _("Studenten zonder plek voor wie er nu geen enkele passende vrije plek is."),
        _("Zonder plek, met een postcode, en nul passende plekken."),
    ),
    Definition(
        "competing",
        _("te weinig passende plekken"),
        _("Studenten die samen met anderen op te weinig plekken passen."),
        _(
            "De groep uit het bewijs, zonder wie geen passende plek heeft: studenten die in ten minste één beste "
            "verdeling overblijven. Voor alle anderen is er in elke beste verdeling een plek."
        ),
    ),
    Definition(
        "chance",
        _("eerlijke kans"),
        _("De kans op een plek als niemand voorgaat."),
        _(
            "De plekken worden 20 keer uitgedeeld, steeds aan wie past en tot dan toe het minst vaak een plek kreeg. "
            "De kans is het aantal keer met een plek, gedeeld door 20."
        ),
    ),
    Definition(
        "frictional",
        _("oplosbaar tekort"),
        _("Studenten zonder plek die met de plekken van nu wel geplaatst kunnen worden."),
        _("Zonder plek − structureel tekort. Ook wie nog geen postcode invulde, zit hierin."),
    ),
)
_VERSIONS: dict[int, tuple[Definition, ...]] = {1: _VERSION_1}


def definitions(version: int = CURRENT) -> tuple[Definition, ...]:
    """All words of a version, in the order in which they are best read. Raises `KeyError` for an unknown version."""
    return _VERSIONS[version]


def definition(key: str, version: int = CURRENT) -> Definition:
    """One word of a version. Raises `KeyError` when it has none with that key."""
    return {found.key: found for found in _VERSIONS[version]}[key]
