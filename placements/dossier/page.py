"""What the page of a file shows to one side: only what that side needs (R8)."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from organisations.weekdays import text as days_text
from placements.dossier.access import Acting
from placements.dossier.actions import Action, open_actions
from placements.dossier.checklist import (
    REPLACEMENT,
    Checklist,
    Item,
    checklist_of,
    moments_short,
    next_moment,
)
from placements.dossier.enums import PACT_QUESTIONS, Party, Side, VogStatus
from placements.dossier.pok import missing_fields, signing_parties
from placements.enums import PlacementStatus
from placements.models import ContactMoment, Signature
from stagematch.clock import today


@dataclass(frozen=True)
class Line:
    """One item of the checklist, with where to do it when this person can."""

    item: Item
    url: str


@dataclass(frozen=True)
class SignatureLine:
    party: Party
    signature: Signature | None


class FilePage:
    """The file of one stage for one person. Costs no queries beyond `access.whole_files`."""

    def __init__(self, acting: Acting, *, base: str = "") -> None:
        self.acting = acting
        self.placement = acting.placement
        self.file = acting.file
        self.side = acting.side
        self.base = base or reverse("placement-file", args=[acting.placement.public_id])
        self.actions: dict[str, Action] = open_actions(acting)
        self.checklist: Checklist = checklist_of(self.placement, self.file)

    def url(self, slug: str) -> str:
        """Return where an action is done; empty when this person cannot do it now."""
        return f"{self.base}{slug}/" if slug in self.actions else ""

    @property
    def urls(self) -> dict[str, str]:
        """Every open action by slug, with underscores, as templates like it."""
        return {slug.replace("-", "_"): self.url(slug) for slug in self.actions}

    @property
    def pok_url(self) -> str:
        return f"{self.base}pok.pdf"

    @property
    def mine(self) -> list[Line]:
        """What this side has to do, the most urgent first; what cannot be done yet is left out."""
        found = [Line(item, self._where(item)) for item in self.checklist.of(self.side)]
        return [line for line in found if line.url]

    def _where(self, item: Item) -> str:
        if item.key == REPLACEMENT and self.side == Side.SCHOOL:
            number = urlencode({"q": self.placement.student.student_number})
            return f"{reverse('school-students')}?{number}"
        if item.key == "agreement" and self.only_sbb and self.side == Side.ORGANISATION:
            return self.sbb_url
        return self.url(item.action)

    @property
    def only_sbb(self) -> bool:
        """Whether only the organisation's own number is missing, which has its own page."""
        return len(self.missing) == 1 and not self.placement.vacancy.organisation.sbb_number.strip()

    @property
    def sbb_url(self) -> str:
        """Where the stagemakelaar fills in the leerbedrijf-ID."""
        return reverse("admin:organisations_organisation_change", args=[self.placement.vacancy.organisation_id])

    @property
    def lines(self) -> list[Line]:
        """The whole checklist."""
        return [
            Line(item, self._where(item) if not item.is_done and self.side in item.owners else "")
            for item in self.checklist.items
        ]

    @property
    def signatures(self) -> list[SignatureLine]:
        signed = {s.party: s for s in self.file.signatures.all() if s.reset_at is None}
        return [SignatureLine(party, signed.get(party)) for party in signing_parties(self.file)]

    @property
    def lapsed(self) -> Signature | None:
        """The last signature that lapsed, while not everybody signed the new version."""
        lapsed = [s for s in self.file.signatures.all() if s.reset_at is not None]
        return lapsed[-1] if lapsed and not all(line.signature for line in self.signatures) else None

    @property
    def missing(self) -> list[str]:
        return missing_fields(self.placement, self.file)

    @property
    def pact(self) -> list[tuple[object, str]]:
        """The start pact, question and answer; nothing while it is empty."""
        if not self.file.pact:
            return []
        return [(question, self.file.pact.get(key, "")) for key, question, _hint in PACT_QUESTIONS]

    @property
    def moments(self) -> list[ContactMoment]:
        return list(self.file.moments.all())

    @property
    def moments_short(self) -> list[str]:
        return moments_short(self.file)

    @property
    def next_moment(self) -> ContactMoment | None:
        return next_moment(self.file)

    @property
    def days(self) -> str:
        return days_text(self.file.weekdays) if self.file.weekdays else ""

    @property
    def shows_papers(self) -> bool:
        """Signatures, and what the agreement misses."""
        return self.placement.is_active

    @property
    def shows_contact(self) -> bool:
        """The student's phone number: for who works with the student, as long as that lasts."""
        return self.side != Side.STUDENT and self.placement.is_active

    @property
    def vog_warning(self) -> bool:
        """Whether the first day comes near, or has passed, without a VOG that was seen."""
        return self.vog_open and self.placement.is_active and (self.placement.starts_on - today()).days <= 14

    @property
    def badge(self) -> str:
        """The colour of the status."""
        return PlacementStatus(self.placement.status).badge

    @property
    def signed(self) -> int:
        return sum(line.signature is not None for line in self.signatures)

    @property
    def held(self) -> int:
        return sum(moment.held_on is not None for moment in self.moments)

    @property
    def vog_open(self) -> bool:
        return self.file.vog_status not in {VogStatus.SEEN, VogStatus.NOT_NEEDED}

    @property
    def first_open(self) -> Item | None:
        """What comes first, whoever does it."""
        return min(self.checklist.open, key=lambda item: item.due, default=None)

    @property
    def days_to_start(self) -> int:
        return (self.placement.starts_on - today()).days

    def context(self, **more: Any) -> dict[str, Any]:
        """Return what a template needs."""
        return {"page": self, "placement": self.placement, "file": self.file, "side": self.side.value, **more}
