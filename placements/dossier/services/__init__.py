"""Every write to the file of a placement. Each function is one sentence, one transaction, and names who does it."""

from placements.dossier.files import PREFETCH, answer_minor, draft_file, file_of, update_agreement
from placements.dossier.services.ending import answer_extension, end_early, propose_extension
from placements.dossier.services.evaluations import evaluate, may_evaluate, set_outcome
from placements.dossier.services.guidance import (
    agree_pact,
    allow_start,
    plan_moment,
    record_moment,
    set_first_day,
    set_vog,
)
from placements.dossier.services.signatures import reset_signatures, sign
from placements.dossier.services.status import NightCounts, move_placement, start_and_finish

__all__ = [
    "PREFETCH",
    "NightCounts",
    "agree_pact",
    "allow_start",
    "answer_extension",
    "answer_minor",
    "draft_file",
    "end_early",
    "evaluate",
    "file_of",
    "may_evaluate",
    "move_placement",
    "plan_moment",
    "propose_extension",
    "record_moment",
    "reset_signatures",
    "set_first_day",
    "set_outcome",
    "set_vog",
    "sign",
    "start_and_finish",
    "update_agreement",
]
