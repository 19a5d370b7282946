"""Reporting discrimination or an unsafe place to the own school, and nobody else (features S15)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements import student_emails
from placements.enums import ReportKind
from placements.models import Application, Placement, Report, TrustPerson
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.clock import now
from stagematch.ui.errors import RuleError
from students.models import Student

MIN_TEXT, MAX_TEXT = 20, 5000
KEEP_DAYS = 365
"""Days after it was closed that a report is kept."""


def contact_of_school(school: Organisation) -> User | None:
    """Return who reads the reports of a school's students: the person it named, else its first coordinator."""
    members = Membership.objects.active().filter(organisation=school, role=Role.COORDINATOR, user__is_active=True)
    named = TrustPerson.objects.filter(school=school).values_list("user", flat=True).first()
    rows = members.select_related("user").order_by("pk")
    first = (rows.filter(user=named).first() if named else None) or rows.first()
    return first.user if first else None


def make_report(
    *,
    student: Student,
    actor: User,
    kind: str,
    text: str,
    application: Application | None = None,
    placement: Placement | None = None,
) -> Report:
    """Send a report to the contact of the student's school. The mail says only that there is one.

    Raises RuleError text_required, wrong_subject for an application or placement of somebody else, and no_contact when
    the school has nobody to read it: then nothing is kept, and the student is told to go there in person.
    """
    body = text.replace("\x00", "").strip()
    if len(body) < MIN_TEXT:
        raise RuleError("text_required", _("Schrijf in een paar zinnen wat er gebeurde."), field="text")
    if (application is not None and application.student_id != student.pk) or (
        placement is not None and placement.student_id != student.pk
    ):
        raise RuleError("wrong_subject", _("Deze plek hoort niet bij jou."))
    vacancy = application.vacancy if application else placement.vacancy if placement else None
    with transaction.atomic():
        contact = contact_of_school(student.school)
        if contact is None:
            raise RuleError(
                "no_contact",
                _("Je school heeft hier nog niemand voor meldingen. Ga naar je stagebegeleider of mentor op school."),
            )
        report = Report.objects.create(
            student=student,
            school=student.school,
            contact=contact,
            kind=ReportKind(kind),
            text=body[:MAX_TEXT],
            application=application,
            placement=placement,
            about=f"{vacancy.title}, {vacancy.organisation.name}"[:250] if vacancy else "",
            made_at=now(),
        )
        student_emails.report_made(report)
    return report


def open_report(*, report: Report, actor: User) -> Report:
    """Read a report as its contact: the look is logged and the student sees when it was read."""
    with transaction.atomic():
        locked = (
            Report.objects.select_for_update(of=("self",)).select_related("student__user", "school").get(pk=report.pk)
        )
        record_view(
            actor=actor,
            subject=locked.student.user,
            obj=locked,
            label=_("contactpersoon, %(school)s") % {"school": locked.school},
        )
        if locked.read_at is None:
            locked.read_at = now()
            locked.save(update_fields=["read_at"])
    return locked


def close_report(*, report: Report, actor: User) -> Report:
    """Say that a report was dealt with; it is deleted a year later."""
    with transaction.atomic():
        locked = Report.objects.select_for_update().get(pk=report.pk)
        if locked.closed_at is None:
            locked.closed_at = now()
            locked.save(update_fields=["closed_at"])
    return locked


def name_trust_person(*, school: Organisation, user: User, actor: User) -> TrustPerson:
    """Choose who of the school's coordinators reads new reports. Reports that were made stay with whom they went to.

    Raises RuleError not_at_school for somebody who does not work there.
    """
    if not Membership.objects.active().filter(organisation=school, role=Role.COORDINATOR, user=user).exists():
        raise RuleError("not_at_school", _("Kies iemand van je eigen school."), field="user")
    with transaction.atomic():
        row, _new = TrustPerson.objects.update_or_create(school=school, defaults={"user": user})
        take_over(school=school)
    return row


def take_over(*, school: Organisation) -> int:
    """Give open reports whose contact left the school to the contact of now; return how many. They get the mail."""
    contact = contact_of_school(school)
    if contact is None:
        return 0
    staff = Membership.objects.active().filter(organisation=school, role=Role.COORDINATOR).values("user")
    moved = list(Report.objects.filter(school=school, closed_at__isnull=True).exclude(contact__in=staff))
    moved += list(Report.objects.filter(school=school, closed_at__isnull=True, contact__isnull=True))
    for report in moved:
        report.contact = contact
        report.save(update_fields=["contact"])
        student_emails.report_made(report)
    return len(moved)


def take_over_everywhere() -> int:
    """Do `take_over` for every school with an open report; part of the morning round."""
    schools = Organisation.objects.filter(reports__closed_at__isnull=True, reports__isnull=False).distinct()
    total = 0
    for school in schools:
        with transaction.atomic():
            total += take_over(school=school)
    return total


def forget_reports(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete reports that were closed a year ago or longer; return how many."""
    last = dt.datetime.combine(day - dt.timedelta(days=KEEP_DAYS), dt.time.min, tzinfo=timezone.get_default_timezone())
    rows = Report.objects.filter(closed_at__lt=last)
    return rows.count() if dry_run else rows.delete()[0]
