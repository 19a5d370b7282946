"""Short ways to bring a stage to where a test begins, through the real services."""

import datetime as dt

from placements.dossier import services
from placements.dossier.enums import PACT_QUESTIONS, Party, Side, SignedHow, VogStatus
from placements.models import Placement
from stagematch.clock import today

AGREED = {
    "weekdays": 3,
    "hours_per_week": 16,
    "total_hours": 320,
    "learning_goals": ["Een groep begeleiden"],
    "guidance": "Elke week een half uur met Dewi.",
    "allowance": "€ 350 per maand",
}
PACT = {key: f"Antwoord op {key}" for key, _question, _help in PACT_QUESTIONS}


def complete_agreement(placement: Placement, actor, **more) -> None:
    organisation = placement.vacancy.organisation
    if not organisation.sbb_number:
        organisation.sbb_number = "100123456"
        organisation.save(update_fields=["sbb_number"])
    services.update_agreement(placement=placement, actor=actor, **AGREED | more)


def sign_all(placement: Placement, actor) -> None:
    for party in (Party.STUDENT, Party.SCHOOL, Party.ORGANISATION):
        services.sign(
            placement=placement,
            party=party,
            name="Iemand Verzonnen",
            signed_on=today(),
            how=SignedHow.PAPER,
            actor=actor,
        )


def papers(placement: Placement, actor) -> None:
    """Everything that must be there before the first day."""
    services.answer_minor(placement=placement, actor=actor, is_minor=False)
    complete_agreement(placement, actor)
    sign_all(placement, actor)
    services.set_vog(placement=placement, actor=actor, side=Side.ORGANISATION, status=VogStatus.SEEN, seen_on=today())


def first_day(placement: Placement, actor) -> None:
    services.set_first_day(
        placement=placement, actor=actor, time=dt.time(9, 30), address="Lindelaan 4, Leiden", contact="Dewi"
    )
