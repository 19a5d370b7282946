"""Looking back on a stage: the student's eight questions (S16), the organisation's, and where the student went."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from placements.dossier.enums import ORGANISATION_QUESTIONS, STUDENT_QUESTIONS, Outcome, Party
from placements.dossier.files import lock_file
from placements.models import Evaluation, EvaluationStatistic, Placement, PlacementFile
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError


def evaluate(
    *, placement: Placement, actor: User | None, party: Party, answers: dict[str, int], remark: str = ""
) -> Evaluation:
    """Keep what student or organisation thinks, once. A student's scores are also counted without a name, for the
    organisation's page. Raises RuleError `too_early` before the last fortnight, `incomplete`, and Conflict `already_given`.
    """
    questions = STUDENT_QUESTIONS if party == Party.STUDENT else ORGANISATION_QUESTIONS
    clean = {key: answers.get(key) for key, _label in questions}
    if any(score not in {1, 2, 3, 4, 5} for score in clean.values()):
        raise RuleError("incomplete", _("Beantwoord alle vragen."))
    with transaction.atomic():
        file = lock_file(placement)
        if not may_evaluate(file.placement):
            raise RuleError("too_early", _("Terugkijken kan vanaf twee weken voor de laatste dag."))
        if file.evaluations.filter(party=party).exists():
            raise Conflict("already_given", _("Je hebt dit al ingevuld. Dank je wel."))
        made = Evaluation.objects.create(file=file, party=party, answers=clean, remark=remark.strip()[:1000])
        if party == Party.STUDENT:
            _count(file, made)
    return made


def may_evaluate(placement: Placement) -> bool:
    """Whether it is time to look back: from two weeks before the last day, or after an early end."""
    return not placement.is_active or (placement.ends_on - today()).days <= 14


def _count(file: PlacementFile, evaluation: Evaluation) -> None:
    organisation = file.placement.vacancy.organisation
    for key, score in sorted(evaluation.answers.items()):
        row, _created = EvaluationStatistic.objects.get_or_create(organisation=organisation, question=key, score=score)
        EvaluationStatistic.objects.filter(pk=row.pk).update(answers=F("answers") + 1)


def set_outcome(*, placement: Placement, actor: User | None, outcome: Outcome) -> PlacementFile:
    """Keep where the student went after the stage (domain A2-14). Raises RuleError `too_early` while it is going on."""
    with transaction.atomic():
        file = lock_file(placement)
        if file.placement.is_active and file.placement.ends_on > today():
            raise RuleError("too_early", _("Vul dit in na de laatste dag van de stage."))
        file.outcome = outcome
        file.save(update_fields=["outcome"])
    return file
