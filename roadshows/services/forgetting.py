"""Forgetting who came to a roadshow: access needs after days, people after weeks, counts never (features W2, P3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, F, Func, Q, QuerySet, Value

from roadshows.enums import RegistrationStatus
from roadshows.models import Attendance, Registration, Roadshow
from roadshows.registration_emails import FOLDER
from roadshows.registration_selectors import count_people
from roadshows.services.registration import fill_seats
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail

_COUNTS = ("registered", "came", "walk_ins", "cancelled", "waited", "no_shows")


def forget_needs(*, day: dt.date, dry_run: bool = False) -> int:
    """Empty access needs and diet ROADSHOW_NEEDS_DAYS after the roadshow; return of how many people."""
    last = day - dt.timedelta(days=settings.ROADSHOW_NEEDS_DAYS)
    due = Registration.objects.filter(_of_before(last)).exclude(access_needs="", diet="")
    # Whoever does not come needs nothing any more.
    gone = Registration.objects.exclude(status__in=RegistrationStatus.open()).exclude(access_needs="", diet="")
    rows = due | gone
    return rows.count() if dry_run else rows.update(access_needs="", diet="")


def forget_participants(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete everything about participants ROADSHOW_PARTICIPANT_DAYS after the roadshow; return how many people.

    What stays is how many there were per role (`Attendance`). Goes per roadshow, and is safe to run twice.
    """
    last = day - dt.timedelta(days=settings.ROADSHOW_PARTICIPANT_DAYS)
    due = Registration.objects.filter(_of_before(last))
    if dry_run:
        return due.count()
    return sum(_forget_roadshow(pk) for pk in due.order_by("roadshow").values_list("roadshow", flat=True).distinct())


def forget_address(email: str) -> int:
    """Delete every registration with this address, its links and its mails; return how many. A seat goes to who waits."""
    mine = Registration.objects.of_address(email)
    roadshows = list(Roadshow.objects.filter(pk__in=mine.open().values("roadshow")).order_by("pk"))
    count = _delete(mine)
    for roadshow in roadshows:
        fill_seats(roadshow=roadshow)
    return count


def told_by(user: User) -> dict[str, Any]:
    """Return every registration with somebody's address, in the words of the page (AVG article 15)."""
    rows = Registration.objects.of_address(user.email).select_related("roadshow").order_by("registered_at")
    return {
        str(row.roadshow): {
            "naam": row.name,
            "e-mailadres": row.email,
            "rol": row.get_role_display(),
            "organisatie": row.organisation_name,
            "wat je nodig hebt": row.access_needs,
            "wat je niet eet": row.diet,
            "status": row.get_status_display(),
            "aangemeld op": row.registered_at,
            "binnen sinds": row.checked_in_at,
        }
        for row in rows
    }


def _of_before(last: dt.date) -> Q:
    """Of roadshows before `last`; without a day the registration's own last change counts."""
    return Q(roadshow__day__lt=last) | Q(roadshow__day__isnull=True, changed_at__date__lt=last)


@transaction.atomic
def _forget_roadshow(pk: int) -> int:
    roadshow = Roadshow.objects.select_for_update(no_key=True).get(pk=pk)
    people = Registration.objects.filter(roadshow=roadshow)
    for row in count_people(people):
        kept, _is_new = Attendance.objects.get_or_create(roadshow=roadshow, role=row["role"])
        Attendance.objects.filter(pk=kept.pk).update(**{name: F(name) + row[name] for name in _COUNTS})
    return _delete(people)


def _delete(people: QuerySet[Registration]) -> int:
    """Delete people with what was written about them elsewhere: secret links and mails."""
    found = list(people.values_list("pk", "public_id"))
    keys = [pk for pk, _public_id in found]
    kind = ContentType.objects.get_for_model(Registration)
    SecretLink.objects.filter(content_type=kind, object_id__in=keys).delete()
    about = Func(F("key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    numbers = [str(public_id) for _pk, public_id in found]
    mails = OutgoingMail.objects.filter(template__startswith=f"{FOLDER}/").alias(about=about)
    mails.filter(about__in=numbers).delete()
    Registration.objects.filter(pk__in=keys).delete()
    return len(found)
