"""Offering a place with a named praktijkbegeleider and a term (features O8)."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import SupervisorCapacity
from organisations.workdays import add_working_days
from placements.enums import ApplicationStatus
from placements.models import Application
from placements.services.locks import lock_application, lock_room, lock_student
from placements.services.room import require_room
from placements.services.status import has_positive_interview, last_round, move
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import RuleError

MAX_TERM_DAYS = 30


def default_term(application: Application) -> dt.date:
    """The last day of an offer made today: five working days of the organisation (OFFER_TERM_DAYS)."""
    return add_working_days(today(), settings.OFFER_TERM_DAYS, application.vacancy.organisation)


def make_offer(
    *, application: Application, actor: User | None, supervisor: SupervisorCapacity, until: dt.date | None = None
) -> Application:
    """Offer the place with a named praktijkbegeleider; the student answers up to and including `until`.

    `actor` is None when the next in line gets it by itself. Offers that are out count as taken: nobody gets an offer for a place somebody else may still accept. Raises
    RuleError: interview_first, wrong_supervisor, term, vacancy_full, pool_full, supervisor_full,
    supervisor_hours_full; Conflict status_changed.
    """
    term = until or default_term(application)
    if not today() < term <= today() + dt.timedelta(days=MAX_TERM_DAYS):
        raise RuleError(
            "term", _("Kies een dag na vandaag en binnen %(n)d dagen.") % {"n": MAX_TERM_DAYS}, field="until"
        )
    with transaction.atomic():
        lock_student(application.student_id)
        room = lock_room(application.vacancy_id, supervisor.pk)
        locked = lock_application(application.pk)
        if not has_positive_interview(locked, last_round(locked)):
            raise RuleError(
                "interview_first",
                _("Een aanbod kan na een goed laatste gesprek. Schrijf eerst het verslag van dat gesprek."),
            )
        if room.supervisor is None or room.supervisor.pool_id != room.vacancy.pool_id:
            raise RuleError(
                "wrong_supervisor",
                _("Deze begeleider hoort niet bij het team van deze plek. Kies een ander."),
                field="supervisor",
            )
        require_room(room, offers_count=True)
        return move(
            locked,
            to=ApplicationStatus.OFFERED,
            actor=actor,
            offer_until=term,
            offered_supervisor=room.supervisor,
            reserve_rank=None,
        )
