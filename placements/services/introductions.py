"""What becomes of an introduction the student said yes to: the stagemakelaar answers, the student can take the yes back (B4)."""

from django.db import transaction
from django.utils.translation import gettext as _

from placements import rules, student_emails
from placements.enums import AssistedKind, AssistedStatus, IntroductionReply
from placements.models import AssistedApplication
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError


def _lock(asked: AssistedApplication) -> AssistedApplication:
    locked = (
        AssistedApplication.objects.select_related(
            "vacancy__organisation", "vacancy__team", "student__user", "student__school", "asked_by"
        )
        .select_for_update(of=("self",), no_key=True)
        .get(pk=asked.pk)
    )
    if locked.kind != AssistedKind.INTRODUCE or locked.status != AssistedStatus.AGREED:
        raise Conflict("no_introduction", _("Deze student wordt niet meer voorgesteld."))
    return locked


@transaction.atomic
def withdraw_introduction(*, asked: AssistedApplication, actor: User) -> AssistedApplication:
    """Take the consent back as the student: the text is wiped and the organisation sees nothing of it any more.

    The stagemakelaars hear that there is nothing to answer, without a name. Raises RuleError not_yours and Conflict
    no_introduction.
    """
    locked = _lock(asked)
    if locked.student is None or locked.student.user_id != actor.pk:
        raise RuleError("not_yours", _("Deze vraag is niet aan jou gesteld."))
    answered = bool(locked.reply)
    locked.status, locked.answered_at = AssistedStatus.WITHDRAWN, now()
    locked.motivation, locked.learning_goals = "", []
    locked.reply, locked.reply_text = "", ""
    locked.save(update_fields=["status", "answered_at", "motivation", "learning_goals", "reply", "reply_text"])
    if not answered:
        student_emails.introduction_withdrawn(locked)
    student_emails.assisted_answer(locked)
    return locked


@transaction.atomic
def reply_to_introduction(
    *, asked: AssistedApplication, actor: User, reply: str, text: str = ""
) -> AssistedApplication:
    """Answer as the stagemakelaar: 'I would like to meet' or 'not now', with a line why; student and school hear it.

    It is an invitation to react, no invitation for a talk: the student then reacts as everybody does. Raises RuleError
    not_yours and text_required ('not now' says why), Conflict no_introduction and already_answered.
    """
    locked = _lock(asked)
    if not rules.may_manage(actor, locked.vacancy) or actor.is_superuser:
        raise RuleError("not_yours", _("Deze plek hoort niet bij jouw organisatie."))
    if locked.reply:
        raise Conflict("already_answered", _("Hier is al op geantwoord."))
    words = text.replace("\x00", "").strip()[:300]
    if reply == IntroductionReply.NOT_NOW and len(words) < 10:
        raise RuleError("text_required", _("Schrijf in een zin waarom het nu niet past."), field="text")
    locked.reply, locked.reply_text = IntroductionReply(reply), words
    locked.replied_by, locked.replied_at = actor, now()
    locked.save(update_fields=["reply", "reply_text", "replied_by", "replied_at"])
    student_emails.introduction_answer(locked)
    return locked
