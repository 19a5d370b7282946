"""Texts an organisation may start from. A rejection that is nothing but such a text is refused (R2)."""

from placements.enums import RejectionReason

REJECTION_TEMPLATES: dict[RejectionReason, str] = {
    RejectionReason.DAYS: (
        "Je kunt niet op alle dagen dat we je nodig hebben. Daarom past deze plek nu niet bij jou. "
        "Dat ligt aan ons rooster en niet aan jou."
    ),
    RejectionReason.PERIOD: (
        "We zoeken iemand voor een andere periode. Daarom past deze plek nu niet bij jou. "
        "Kijk later in het jaar nog eens bij ons."
    ),
    RejectionReason.YEAR: (
        "Deze taken horen bij een ander leerjaar. Daarom past deze plek nu niet bij jou. "
        "Kijk volgend jaar nog eens bij ons."
    ),
    RejectionReason.OTHER_CANDIDATE: (
        "Er waren meer reacties dan plekken. We kozen iemand die al met deze doelgroep werkte. "
        "Dat zegt niets over hoe goed jij bent."
    ),
    RejectionReason.NO_SUPERVISOR: (
        "We hebben op dit moment geen begeleider voor je. Dat ligt niet aan jou. "
        "We willen geen stage geven zonder goede begeleiding."
    ),
    RejectionReason.LEARNING_GOALS: ("Wat jij wilt leren, kan op deze plek niet. Op een andere plek leer je meer."),
    RejectionReason.MANY: (
        "Er waren meer reacties dan plekken. We konden niet iedereen uitnodigen. Dat zegt niets over hoe goed jij bent."
    ),
    RejectionReason.TRAVEL: (
        "De werktijden en de reis passen voor jou niet goed samen. Daarom past deze plek nu niet bij jou. "
        "Dichter bij huis leer je meer."
    ),
    RejectionReason.SAFETY: (
        "Op deze plek gebeurt soms iets waar we een student nog niet goed bij kunnen helpen. "
        "Daarom kiezen we nu voor iemand die al verder is in de opleiding."
    ),
    RejectionReason.CHANGED: (
        "De plek is veranderd sinds je reageerde. Daarom kunnen we hem nu niet aan jou geven. Dat ligt niet aan jou."
    ),
    RejectionReason.FILLED: ("De plek is al vergeven aan iemand die eerder reageerde. Dat ligt niet aan jou."),
    RejectionReason.NO_SHOW: ("We spraken elkaar niet op de afgesproken tijd. Daarom gaan we nu niet verder."),
}
"""The words to start from per reason; always about the situation, never about the person (ui.md, writing guide)."""
