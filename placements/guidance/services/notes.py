"""Short notes of a school about what was agreed with a student."""

from django.db import transaction
from django.utils.translation import gettext as _

from placements.guidance.enums import HelpStep
from placements.guidance.services.tasks import log, require_coordinator
from placements.models import HelpNote
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError
from students.models import Student

MAX_TEXT = 500
MOST = 50


@transaction.atomic
def write_note(*, student: Student, actor: User, text: str) -> HelpNote:
    """Write down what was agreed. The student can ask for it; it goes a year later, or with the student.

    Raises RuleError not_own_student, text_required, too_many.
    """
    require_coordinator(actor, student.school)
    words = text.replace("\x00", "").strip()[:MAX_TEXT]
    if not words:
        raise RuleError("text_required", _("Schrijf op wat jullie afspraken."), field="text")
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    if HelpNote.objects.filter(student=student).count() >= MOST:
        raise RuleError("too_many", _("Er staan al %(n)d notities. Haal er eerst een weg.") % {"n": MOST}, field="text")
    note = HelpNote.objects.create(student=student, school=student.school, author=actor, text=words, at=now())
    log(student, HelpStep.NOTE, actor=actor)
    return note


@transaction.atomic
def remove_note(*, note: HelpNote, actor: User) -> None:
    """Take away a note; its writer can, and any coordinator of the school when the writer has left.

    Raises RuleError not_own_student, not_yours.
    """
    require_coordinator(actor, note.school)
    if note.author is not None and note.author_id != actor.pk:
        raise RuleError("not_yours", _("Deze notitie is van een collega. Alleen die kan hem weghalen."))
    student = note.student
    note.delete()
    log(student, HelpStep.NOTE_REMOVED, actor=actor)
