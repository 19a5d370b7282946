"""The mail of the month: three lines about the school's shortage, on the first working day (features B9)."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.workdays import add_working_days
from shortages.dashboard.page import Dashboard
from shortages.dashboard.trend import Trend
from stagematch.accounts.models import User
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail

TEMPLATE = "shortages/month"
CATCH_UP_DAYS = 5
"""Working days on which a mail that did not go out on the first one still does; after that the month is skipped."""
FRESH_DAYS = 2
"""A count that is older waits for a new one, as long as there is time; then it goes with its date."""


def send_month_mails(*, day: dt.date, dry_run: bool = False) -> int:
    """Mail the coordinators of every school once a month; return how many mails were (or would be) queued.

    On the first working day of the month, or in the days after it when that night was missed. Safe to run twice: the
    school, the person and the month are the key. A school without a count or without students gets nothing; when the last
    nights were not counted, the mail waits for a fresh count until the last of those days.
    """
    if not is_mail_day(day):
        return 0
    members = (
        Membership.objects.active()
        .filter(role=Role.COORDINATOR, organisation__kind="school")
        .select_related("user", "organisation")
        .order_by("organisation", "pk")
    )
    return sum(_mail(row.user, row.organisation, day, dry_run=dry_run) for row in members)


def is_mail_day(day: dt.date) -> bool:
    """Tell whether the first working day of the month was today or at most a few working days ago."""
    before = day.replace(day=1) - dt.timedelta(days=1)
    return add_working_days(before, 1) <= day <= add_working_days(before, 1 + CATCH_UP_DAYS)


@transaction.atomic
@translation.override(settings.LANGUAGE_CODE)
def _mail(user: User, school: Organisation, day: dt.date, *, dry_run: bool) -> bool:
    key = f"shortage-month:{day:%Y-%m}:{school.public_id}:{user.public_id}"
    if OutgoingMail.objects.filter(key=key).exists():
        return False
    page = Dashboard(user, QueryDict(f"school={school.slug}"))
    if page.night is None or page.period is None or not page.totals.students:
        return False
    if (day - page.night.day).days > FRESH_DAYS and is_mail_day(day + dt.timedelta(days=1)):
        return False
    if dry_run:
        return True
    sent = queue_mail(
        key=key,
        template=TEMPLATE,
        to=user,
        context={
            "school": school.name,
            "period": page.period.name,
            "day": page.night.day,
            "open": page.totals.open,
            "lines": lines_of(page),
            "link": f"{settings.BASE_URL}{reverse('shortage-dashboard')}?school={school.slug}",
        },
    )
    return sent is not None


def lines_of(page: Dashboard) -> list[str]:
    """Return the three lines that matter: how it goes, what kind of shortage it is, what helps most. No names."""
    total = page.totals
    lines = [_how_it_goes(page.trend, total.open)]
    if total.open:
        lines.append(
            ngettext(
                "Voor %(n)d van hen is er geen plek die past. Daar is een extra plek nodig.",
                "Voor %(n)d van hen is er geen plek die past, of zijn er te weinig. Daar zijn extra plekken nodig.",
                total.structural,
            )
            % {"n": total.structural}
            if total.structural
            else _("Voor iedereen is er een plek die past. Begeleiding helpt.")
        )
    if page.levers:
        best = page.levers[0]
        lines.append(
            _("Dit helpt het meest: %(what)s (%(n)d %(unit)s).")
            % {"what": best.what[:1].lower() + best.what[1:], "n": best.number, "unit": best.unit}
        )
    return lines


def _how_it_goes(trend: Trend, number: int) -> str:
    last_month = trend.points[-2] if len(trend.points) > 1 else None
    text = ngettext("%(n)d student heeft nog geen plek.", "%(n)d studenten hebben nog geen plek.", number) % {
        "n": number
    }
    if last_month is not None:
        text += " " + _("Bij de telling daarvoor waren het er %(n)d.") % {"n": last_month.now}
    if trend.before is not None:
        text += " " + _("Vorig jaar om deze tijd %(n)d.") % {"n": trend.before}
    return text
