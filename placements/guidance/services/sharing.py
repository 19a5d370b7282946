"""A student decides whether the own school reads why an organisation said no."""

from django.db import transaction
from django.utils.translation import gettext as _

from placements.models import Application, Rejection, SharedAnswer
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError


@transaction.atomic
def share_answer(*, application: Application, actor: User) -> SharedAnswer:
    """Let the coordinators of one's own school read the answer to this reaction. Twice is once.

    Raises RuleError `not_yours` for anybody but the student, and `no_answer` when there is no rejection.
    """
    if application.student.user_id != actor.pk:
        raise RuleError("not_yours", _("Alleen je eigen antwoorden kun je delen."))
    rejection = Rejection.objects.filter(application=application).first()
    if rejection is None:
        raise RuleError("no_answer", _("Er is nog geen antwoord om te delen."))
    shared, _new = SharedAnswer.objects.get_or_create(rejection=rejection, defaults={"at": now()})
    return shared


@transaction.atomic
def stop_sharing(*, application: Application, actor: User) -> None:
    """Take that back: from now on the school sees only that it did not work out."""
    if application.student.user_id != actor.pk:
        raise RuleError("not_yours", _("Alleen je eigen antwoorden kun je delen."))
    SharedAnswer.objects.filter(rejection__application=application).delete()
