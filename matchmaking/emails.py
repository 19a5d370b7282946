"""The mail after the night: 'er zijn nieuwe plekken voor je', at most one per student per night.

Rendering thousands of mails one by one would take longer than the matching itself. They differ in the name and the
number of places only, so each number is rendered once and the name filled in.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from matchmaking.bulk import copy_rows
from matchmaking.enums import ProposalStatus
from matchmaking.models import MatchingRun, Proposal
from stagematch.accounts.models import User
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import message_id, planner, queue_mail, render
from stagematch.mail.tasks import sweep_outbox

log = structlog.get_logger(__name__)

TEMPLATE = "matchmaking/new_proposals"
# Letters only: no filter changes them, and no text has them by chance.
_NAME = "NaamVanDeStudentQX"


def queue_night_mails(run: MatchingRun) -> int:
    """Queue one mail for every student with a new proposal of `run`, in the caller's transaction; return how many.

    The key is the night and the student, so a second run of the night mails nobody twice. The worker sends them
    after the commit.
    """
    counted = (
        run.proposals.exclude(status=ProposalStatus.CONCEPT)
        .filter(search__student__user__is_active=True)
        .order_by()
        .values_list("search__student__user_id")
        .annotate(number=Count("pk"))
    )
    numbers: dict[int, int] = dict(counted.values_list("search__student__user_id", "number"))
    if not numbers:
        return 0
    common = {
        "recipient": User(first_name=_NAME),
        "expires_on": run.proposals.order_by("expires_on").values_list("expires_on", flat=True)[0],
        "link": settings.BASE_URL + reverse("my-overview"),
    }
    texts = {
        number: render(template=TEMPLATE, context={**common, "number": number})
        for number in sorted(set(numbers.values()))
    }
    # All that is asked of the database comes before the COPY, which has the connection to itself.
    users = list(User.objects.filter(pk__in=numbers).only("pk", "public_id", "email", "first_name").order_by("pk"))
    # Runs of one night wait for each other, so nobody else adds to these.
    mailed = OutgoingMail.objects.filter(template=TEMPLATE, key__startswith=f"proposals:{run.night}:")
    known = set(mailed.values_list("key", flat=True))
    plan = planner(TEMPLATE)
    rows = (_row(run, user, texts[numbers[user.pk]]) | plan(user) for user in users)
    queued = copy_rows(OutgoingMail, (row for row in rows if row["key"] not in known), own_keys=False)
    transaction.on_commit(_start_sending, robust=True)
    return queued


def released(proposals: list[Proposal], day: dt.date) -> None:
    """Tell one student of proposals that the school let through."""
    student = proposals[0].search.student
    queue_mail(
        key=f"proposals:{day}:{student.user.public_id}",
        template=TEMPLATE,
        to=student.user,
        context={
            "number": len(proposals),
            "expires_on": proposals[0].expires_on,
            "link": settings.BASE_URL + reverse("my-overview"),
        },
    )


def last_day(proposal: Proposal, number: int) -> None:
    """Remind a student that this is the last working day for an answer; a yes or no, both are fine."""
    queue_mail(
        key=f"proposal-last-day:{proposal.expires_on}:{proposal.search.student.user.public_id}",
        template="matchmaking/proposal_last_day",
        to=proposal.search.student.user,
        context={
            "number": number,
            "expires_on": proposal.expires_on,
            "link": settings.BASE_URL + reverse("my-overview"),
        },
    )


def school_looks_first(*, to: User, number: int, day: dt.date) -> None:
    """Tell a coordinator that proposals wait for a look."""
    queue_mail(
        key=f"school-proposals:{day}:{to.public_id}",
        template="matchmaking/school_proposals",
        to=to,
        context={"number": number, "link": settings.BASE_URL + reverse("school-proposals")},
    )


def run_refused(*, to: User, run: MatchingRun) -> None:
    """Alarm a platform admin: the check found something, so nothing was published."""
    queue_mail(
        key=f"run-refused:{run.public_id}:{to.public_id}",
        template="matchmaking/run_refused",
        to=to,
        context={
            "night": run.night,
            "error": run.error.splitlines()[0] if run.error else "",
            "link": settings.BASE_URL + reverse("admin:matchmaking_matchingrun_change", args=[run.pk]),
        },
    )


def _row(run: MatchingRun, user: User, text: tuple[str, str, str]) -> dict[str, Any]:
    subject, body_text, body_html = text
    name, key = user.get_short_name(), f"proposals:{run.night}:{user.public_id}"
    return {
        "key": key,
        "template": TEMPLATE,
        "to_email": user.email,
        "to_user_id": user.pk,
        "subject": subject.replace(_NAME, name)[:250],
        "body_text": body_text.replace(_NAME, name),
        "body_html": body_html.replace(_NAME, escape(name)),
        "next_attempt_at": timezone.now(),  # transport follows the wall clock (stagematch.mail.services)
        "message_id": message_id(key),
    }


def _start_sending() -> None:
    """Tell the worker once for all of them; without a queue the sweeper of beat sends them within a minute."""
    try:
        sweep_outbox.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 -- kombu, redis and socket errors alike: the rows are safe
        log.warning("matching.mail_queue_unavailable", error=type(error).__name__)
