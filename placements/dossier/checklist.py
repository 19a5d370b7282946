"""What is still to do for a stage, by whom and before when: read from the file, never kept apart from it."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from organisations.weekdays import listing
from placements.dossier.enums import Party, Side, VogStatus
from placements.dossier.pok import missing_fields, signing_parties
from placements.enums import PlacementStatus
from placements.models import ContactMoment, Placement, PlacementFile
from stagematch.clock import today
from students.enums import SearchStatus

SIGNED_BEFORE = dt.timedelta(days=7)
"""The agreement is signed a week before the first day, so that there is time to repair something."""
ANSWER_WITHIN = dt.timedelta(days=7)
EVALUATE_WITHIN = dt.timedelta(days=14)
REPLACEMENT = "replacement"
BLOCKING = frozenset({"minor", "agreement", "sign_student", "sign_school", "sign_organisation", "sign_guardian", "vog"})
"""Without these a stage does not start by itself (the law wants the agreement; most teams want the VOG)."""


@dataclass(frozen=True)
class Item:
    """One thing to do. `action` is the slug of the form where it is done."""

    key: str
    label: str
    owners: tuple[Side, ...]
    due: dt.date
    is_done: bool
    detail: str = ""
    action: str = ""
    own: str = ""

    @property
    def own_label(self) -> str:
        """What to call it to the person who has to do it."""
        return self.own or self.label

    @property
    def is_late(self) -> bool:
        return not self.is_done and self.due < today()

    @property
    def is_blocking(self) -> bool:
        return self.key in BLOCKING

    @property
    def owner_text(self) -> str:
        """Who does it, in words."""
        return listing(str(owner.label) for owner in self.owners)


@dataclass(frozen=True)
class Checklist:
    """All that must be done for one stage."""

    placement: Placement
    items: list[Item]

    @property
    def open(self) -> list[Item]:
        return [item for item in self.items if not item.is_done]

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.items)

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def blocking(self) -> list[Item]:
        """What keeps the stage from starting."""
        return [item for item in self.open if item.is_blocking]

    @cached_property
    def late(self) -> list[Item]:
        return [item for item in self.open if item.is_late]

    def of(self, side: Side) -> list[Item]:
        """What this side has to do now, the most urgent first."""
        return sorted((item for item in self.open if side in item.owners), key=lambda item: item.due)

    @property
    def tiles(self) -> list[bool]:
        """The progress as tiles: done first."""
        return [n < self.done for n in range(self.total)]


def checklist_of(placement: Placement, file: PlacementFile) -> Checklist:
    """Return what must be done; reads the prefetched signatures, moments and evaluations (`files.PREFETCH`).

    Once a stage is over only looking back is left to do.
    """
    items: list[Item] = []
    if placement.is_active:
        items += [*_agreement(placement, file), *_start(placement, file), *_moments(file)]
    last = placement.ended_on or placement.ends_on
    if placement.status in {PlacementStatus.FINISHED, PlacementStatus.ENDED_EARLY} or last <= today():
        items += _afterwards(placement, file, last)
    if placement.status == PlacementStatus.ENDED_EARLY:
        items.append(_replacement(placement, last))
    return Checklist(placement, items)


def _agreement(placement: Placement, file: PlacementFile) -> list[Item]:
    before = placement.starts_on - SIGNED_BEFORE
    agreed = placement.agreed_at.date() + ANSWER_WITHIN
    missing = missing_fields(placement, file)
    signed = {s.party: s for s in file.signatures.all() if s.reset_at is None}
    organisation = (Side.ORGANISATION,)
    items = [
        Item(
            "minor",
            _("Zeggen of je 18 bent"),
            (Side.STUDENT,),
            min(agreed, before),
            file.is_minor is not None,
            action="leeftijd",
            own=_("Zeg of je 18 bent"),
        ),
        Item(
            "agreement",
            _("Gegevens voor de praktijkovereenkomst (POK)"),
            organisation,
            min(placement.agreed_at.date() + 2 * ANSWER_WITHIN, before),
            not missing,
            detail=_("Mist nog: %(what)s") % {"what": ", ".join(missing)} if missing else "",
            action="overeenkomst",
        ),
    ]
    owners = {
        Party.STUDENT: (Side.STUDENT,),
        Party.SCHOOL: (Side.SCHOOL,),
        Party.ORGANISATION: organisation,
        Party.GUARDIAN: (Side.STUDENT,),
    }
    labels = {
        Party.STUDENT: _("Student tekent de POK"),
        Party.SCHOOL: _("School tekent de POK"),
        Party.ORGANISATION: _("Leerbedrijf tekent de POK"),
        Party.GUARDIAN: _("Ouder of voogd tekent de POK"),
    }
    for party in signing_parties(file):
        items.append(
            Item(
                f"sign_{party}",
                labels[party],
                owners[party],
                before,
                party in signed,
                action="" if missing else "ouder-vragen" if party == Party.GUARDIAN else "ondertekenen",
                own=_("Vraag een ouder of voogd om te tekenen") if party == Party.GUARDIAN else _("Teken de POK"),
            )
        )
    if file.vog_status != VogStatus.NOT_NEEDED:
        items.append(
            Item(
                "vog",
                _("VOG laten zien"),
                (Side.STUDENT, Side.ORGANISATION),
                before,
                file.vog_status == VogStatus.SEEN,
                detail="" if file.vog_status == VogStatus.SEEN else str(VogStatus(file.vog_status).label).capitalize(),
                action="vog",
            )
        )
    return items


def _start(placement: Placement, file: PlacementFile) -> list[Item]:
    start = placement.starts_on
    return [
        Item(
            "first_day",
            _("Kaart voor de eerste dag"),
            (Side.SUPERVISOR, Side.ORGANISATION),
            start - dt.timedelta(days=4),
            file.first_day_time is not None,
            action="eerste-dag",
        ),
        Item(
            "pact_student",
            _("Student akkoord met de startafspraken"),
            (Side.STUDENT,),
            start,
            file.pact_student_at is not None,
            action="startafspraken",
            own=_("Ga akkoord met de startafspraken"),
        ),
        Item(
            "pact_supervisor",
            _("Begeleider akkoord met de startafspraken"),
            (Side.SUPERVISOR,),
            start,
            file.pact_supervisor_at is not None,
            action="startafspraken",
            own=_("Ga akkoord met de startafspraken"),
        ),
    ]


def _moments(file: PlacementFile) -> list[Item]:
    return [
        Item(
            f"moment_{moment.pk}",
            _("%(kind)s met student, begeleider en school") % {"kind": str(moment.get_kind_display()).capitalize()},
            (Side.SCHOOL, Side.SUPERVISOR),
            moment.planned_on,
            moment.held_on is not None,
            detail=_("op de stageplek") if moment.on_spot else "",
            action="contactmoment",
        )
        for moment in file.moments.all()
    ]


def _afterwards(placement: Placement, file: PlacementFile, last: dt.date) -> list[Item]:
    given = {evaluation.party for evaluation in file.evaluations.all()}
    due = last + EVALUATE_WITHIN
    return [
        Item(
            "evaluation_student",
            _("Student vertelt hoe de stage was"),
            (Side.STUDENT,),
            due,
            Party.STUDENT in given,
            action="evaluatie",
            own=_("Vertel hoe je stage was"),
        ),
        Item(
            "evaluation_organisation",
            _("Organisatie kijkt terug op de stage"),
            (Side.SUPERVISOR, Side.ORGANISATION),
            due,
            Party.ORGANISATION in given,
            action="evaluatie",
            own=_("Kijk terug op de stage"),
        ),
        Item(
            "outcome",
            _("Waar de student nu is"),
            (Side.SUPERVISOR, Side.ORGANISATION),
            last + 3 * EVALUATE_WITHIN,
            bool(file.outcome),
            action="na-de-stage",
            own=_("Vertel waar de student nu is"),
        ),
    ]


def _replacement(placement: Placement, last: dt.date) -> Item:
    """The school finds another place when one falls away (WEB article 7.2.9, domain B1)."""
    return Item(
        REPLACEMENT,
        _("Een andere plek zoeken"),
        (Side.SCHOOL,),
        last + EVALUATE_WITHIN,
        placement.search.status != SearchStatus.OPEN,
        detail=_("De student zoekt weer, met dezelfde voorrang"),
    )


def next_moment(file: PlacementFile) -> ContactMoment | None:
    """Return the first contact moment that was not held yet."""
    return next((moment for moment in file.moments.all() if moment.held_on is None), None)


def moments_short(file: PlacementFile) -> list[str]:
    """Say what the contact moments do not meet: at least three, at least one of them on the spot (domain B7)."""
    moments = list(file.moments.all())
    short = []
    if len(moments) < 3:
        short.append(_("Er zijn nog geen 3 contactmomenten gepland."))
    if not any(moment.on_spot for moment in moments):
        short.append(_("Nog geen gesprek op de stageplek gepland."))
    return short
