"""The tone guide beside a message to a student: words to avoid and why, and how easy a text reads (ui.md, section 6).

It advises and never blocks: what must be right is checked in `placements.explanation`.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

LONG_SENTENCE = 15
"""From here on a sentence is better cut in two."""


@dataclass(frozen=True)
class Hint:
    """One remark on a text. `serious` marks what may never be a reason."""

    found: str
    advice: str
    serious: bool = False


_FORBIDDEN = gettext_lazy("Dit mag geen reden zijn. Afwijzen om wie iemand is, is stagediscriminatie.")
_PLAIN = gettext_lazy("Kies een gewoon woord.")

AVOID: tuple[tuple[str, str | Promise], ...] = (
    (r"\bhelaas\b|\bjammer genoeg\b|\bhet spijt\b", gettext_lazy("Laat dit weg. Zeg het nieuws gewoon.")),
    (
        r"\bniet geschikt\b|\bongeschikt\b|\bniet goed genoeg\b|\bonvoldoende\b",
        gettext_lazy("Dit gaat over de student. Schrijf over de plek: de dagen, de taken, de begeleiding."),
    ),
    (
        r"\bbetere kandida\w+|\bbeter geschikt\w*|\bsterkere kandida\w+",
        gettext_lazy("Niemand is beter of slechter. Schrijf wat de ander al had gedaan."),
    ),
    (r"\bveel succes\b", gettext_lazy("Dit klinkt als een deur die dichtgaat. Geef liever één tip.")),
    (r"\bafgewezen\b|\bafwijz\w+", gettext_lazy("Schrijf liever: deze plek werd het niet.")),
    (r"\bsollicit\w+", gettext_lazy("Schrijf liever: reactie, reageren.")),
    (r"\bgeen klik\b|\bonderbuik\w*|\bgevoel\b", gettext_lazy("Een gevoel helpt niemand verder. Schrijf wat je zag.")),
    (r"\bmeer (?:en|of) minder\b|\bweinig ervaring\b|\bte onervaren\b", gettext_lazy("Noem welke ervaring je zoekt.")),
    (r"\bu\b|\buw\b", gettext_lazy("Zeg je en jouw.")),
    (
        r"\b(?:mededelen|derhalve|tevens|middels|dienen te|teneinde|desalniettemin|conform|inzake|vooralsnog|omtrent)\b",
        _PLAIN,
    ),
)
FORBIDDEN = (
    r"\bte (?:jong|oud)\b|\bleeftijd\b|\bhoofddoek\w*|\bgeloof\b|\bmoslim\w*|\bafkomst\b|\bhuidskleur\b|\baccent\b"
    r"|\bzwanger\w*|\bgeaardheid\b|\bgeslacht\b|\bhandicap\b|\bbeperking\b|\bliever een (?:man|vrouw|jongen|meisje)\b"
)


def hints(text: str) -> list[Hint]:
    """Return what could be said better, what may never be said first."""
    found = [
        Hint(match.group(), str(_FORBIDDEN), serious=True) for match in re.finditer(FORBIDDEN, text, re.IGNORECASE)
    ]
    for pattern, advice in AVOID:
        found += [Hint(match.group(), str(advice)) for match in re.finditer(pattern, text, re.IGNORECASE)]
    seen: set[str] = set()
    return [hint for hint in found if not (hint.found.lower() in seen or seen.add(hint.found.lower()))]  # type: ignore[func-returns-value]


@dataclass(frozen=True)
class Reading:
    """How easy a text reads: words per sentence on average, and the longest sentence."""

    sentences: int
    average: int
    longest: int

    @property
    def is_easy(self) -> bool:
        return self.longest <= LONG_SENTENCE

    @property
    def text(self) -> str:
        """Say it in one or two sentences."""
        average = ngettext("Gemiddeld %(n)d woord per zin.", "Gemiddeld %(n)d woorden per zin.", self.average) % {
            "n": self.average
        }
        if self.is_easy:
            return _("%(average)s Dat leest makkelijk.") % {"average": average}
        return _("%(average)s Je langste zin heeft er %(longest)d. Maak daar twee zinnen van.") % {
            "average": average,
            "longest": self.longest,
        }


def reading(text: str) -> Reading | None:
    """Measure a text, or return None when there is no sentence in it."""
    lengths = [len(part.split()) for part in re.split(r"[.!?;\n]+", text) if part.split()]
    if not lengths:
        return None
    return Reading(len(lengths), round(sum(lengths) / len(lengths)), max(lengths))
