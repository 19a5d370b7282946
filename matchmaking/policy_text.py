"""The rules of a policy version in plain Dutch, for the page that explains the matching to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaking.engine.types import MAX_SCORE
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.models import Policy
from matchmaking.words import kilometres


@dataclass(frozen=True)
class Weight:
    """One part of the score: its points and what they are for."""

    name: str
    points: int
    text: str

    @property
    def width(self) -> str:
        """The length of its bar, as an SVG attribute."""
        return f"{self.points * 100 / MAX_SCORE:.1f}%"


def page_of(policy: Policy) -> dict[str, Any]:
    """Context of the page: `weights`, `rules` and `order`, all from the numbers of this version."""
    values = EnginePolicy.from_dict(policy.settings)
    return {
        "weights": _weights(values),
        "rules": _rules(values),
        "order": _order(values),
        "hard_case": values.hard_case,
        "max_score": MAX_SCORE,
        "max_proposals": settings.MAX_OPEN_PROPOSALS,
        "term_days": settings.PROPOSAL_TERM_DAYS,
        "max_applications": settings.MAX_OPEN_APPLICATIONS,
    }


def _weights(values: EnginePolicy) -> list[Weight]:
    near, far = kilometres(values.near_metres), kilometres(values.far_metres)
    parts = [
        Weight(
            _("Leerdoelen"),
            values.werkprocessen,
            _("Hoe meer van jouw leerdoelen op de plek kunnen, hoe meer punten."),
        ),
        Weight(
            _("Afstand"),
            values.distance,
            _("Tot %(near)s krijgt een plek alle punten. Vanaf %(far)s geen.") % {"near": near, "far": far},
        ),
        Weight(
            _("Doelgroep en werkveld"),
            values.doelgroep,
            _("Werk je er met mensen die jij koos, in een werkveld dat jij koos?"),
        ),
        Weight(_("Dagen"), values.days, _("Op hoeveel dagen van de plek kun jij er zijn?")),
    ]
    return sorted(parts, key=lambda weight: -weight.points)


def _rules(values: EnginePolicy) -> list[str]:
    return [
        _("De plek is voor jouw opleiding, jouw leerjaar en jouw leerweg."),
        _("De plek duurt minstens %(percent)d procent van de periode die jij zoekt.")
        % {"percent": values.period_percent},
        _("Er zijn genoeg dagen waarop jullie allebei kunnen, en de uren kloppen."),
        _("De plek is niet verder weg dan jij wilt reizen."),
        _("Wat jij praktisch nodig hebt, kan daar. Bijvoorbeeld: zonder trap of drempel."),
        _("Minstens %(percent)d procent van je leerdoelen kan daar.") % {"percent": values.werkprocessen_percent},
        _("Je hebt er nog niet gereageerd, en je zei er nog geen nee tegen."),
        _("Er is nog een plek vrij, en een begeleider die tijd heeft."),
    ]


def _order(values: EnginePolicy) -> list[str]:
    turn = _("Wie minder voorstellen kreeg, gaat voor.")
    tier = ngettext(
        "Daarna: wie vaker nee kreeg van organisaties, gaat voor. We tellen per %(n)d keer.",
        "Daarna: wie vaker nee kreeg van organisaties, gaat voor. We tellen per %(n)d keer.",
        values.tier_size,
    ) % {"n": values.tier_size}
    history = [turn, tier] if values.order == "turn" else [tier.removeprefix(_("Daarna: ")), turn]
    first = _(
        "Eerst kijken we naar de feiten: afstand, leerdoelen en dagen. Wie goed past, gaat voor wie redelijk past."
    )
    last = [
        _("Daarna: wie langer zoekt, gaat voor."),
        _("Is alles gelijk? Dan loten we. Jouw lot blijft het hele schooljaar hetzelfde."),
    ]
    hard = []
    if values.hard_case:
        hard = [
            _("Kreeg je %(n)d keer of vaker nee van een organisatie? Dan ga je overal voor.") % {"n": values.hard_case}
        ]
    by_hand = []
    if values.hand_over:
        by_hand = [
            _("Kreeg je %(n)d keer nee van een organisatie? Dan zoekt een mens met je mee, en niet meer de computer.")
            % {"n": values.hand_over}
        ]
    return [*by_hand, *hard, first, *history, *last]


def differences(old: Policy, new: Policy) -> list[tuple[str, str, str]]:
    """Return (what, number now, number then) for every rule that another version changes."""
    from matchmaking.policy_form import NUMBERS, ORDERS

    before, after = EnginePolicy.from_dict(old.settings).as_dict(), EnginePolicy.from_dict(new.settings).as_dict()
    orders = {value: str(label) for value, label in ORDERS}
    rows = []
    for name, value in after.items():
        if name == "version" or before[name] == value:
            continue
        label = str(NUMBERS[name][0]) if name in NUMBERS else _("Wie gaat voor")
        rows.append((label, orders.get(str(before[name]), str(before[name])), orders.get(str(value), str(value))))
    return rows
