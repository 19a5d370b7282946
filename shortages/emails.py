"""The mails of shortages."""

from django.conf import settings
from django.urls import reverse

from shortages.models import ShortageSnapshot
from stagematch.accounts.models import User
from stagematch.mail.services import queue_mail


def count_failed(*, to: User, snapshot: ShortageSnapshot) -> None:
    """Alarm a platform admin: the count went wrong, so nothing was published."""
    queue_mail(
        key=f"count-failed:{snapshot.public_id}:{to.public_id}",
        template="shortages/count_failed",
        to=to,
        context={
            "day": snapshot.day,
            "error": snapshot.error.splitlines()[0] if snapshot.error else "",
            "link": settings.BASE_URL + reverse("admin:shortages_shortagesnapshot_change", args=[snapshot.pk]),
        },
    )
