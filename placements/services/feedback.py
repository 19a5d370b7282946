"""'Hier kan ik iets mee': what an organisation hears about its explanations, as a number and never by name (features S12)."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from organisations.models import Organisation
from placements.models import Application, HelpfulStatistic, Rejection, RejectionFeedback
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import RuleError

FEWEST = 5
"""An organisation sees the number from so many on: fewer would point at a person (R9)."""


def mark_helpful(*, application: Application, actor: User) -> bool:
    """Note that the explanation of this rejection helped; return whether it was the first time.

    Raises RuleError not_rejected when there is no rejection to say it about.
    """
    rejection = Rejection.objects.filter(application=application).first()
    if rejection is None:
        raise RuleError("not_rejected", _("Hier is geen uitleg om iets over te zeggen."))
    with transaction.atomic():
        _row, is_new = RejectionFeedback.objects.get_or_create(rejection=rejection, defaults={"at": now()})
        if is_new:
            row, _new = HelpfulStatistic.objects.get_or_create(
                organisation_id=application.vacancy.organisation_id, month=today().replace(day=1)
            )
            HelpfulStatistic.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return is_new


def helpful_count(organisations: Iterable[Organisation]) -> int | None:
    """How many explanations of these organisations helped; None below five. `organisations`: a queryset or list of them."""
    total = HelpfulStatistic.objects.filter(organisation__in=organisations).aggregate(n=Sum("count"))["n"] or 0
    return total if total >= FEWEST else None
