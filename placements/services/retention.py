"""Forgetting what is over (R8): closed applications go after four weeks, with all that was written about them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet, Value
from django.utils import timezone

from organisations.inventory.services import forget_inventory
from organisations.invitations.services import KEEP_DAYS as INVITATION_DAYS
from organisations.invitations.services import forget_invitations
from placements import emails, rules
from placements.dossier.retention import forget_files
from placements.enums import ApplicationStatus
from placements.models import Application
from placements.own_places.services import forget_own_places
from placements.services.assisted import forget_requests
from placements.services.drafts import KEEP_DAYS, forget_old_drafts
from placements.services.reports import forget_reports
from stagematch.audit.models import AccessLog
from stagematch.links.services import forget_links
from stagematch.mail.delivery import forget_sent
from stagematch.mail.models import OutgoingMail
from students.models import Document
from students.services.tokens import forget_tokens
from students.services.uploads import forget_imports

BATCH = 200
MAIL_TERM = dt.timedelta(days=365)
VIEW_LOG_TERM = dt.timedelta(days=730)


class Forgetter(Protocol):
    """Deletes what a room kept long enough on `day`; in a dry run only counts. Returns how many rows."""

    def __call__(self, *, day: dt.date, dry_run: bool) -> int: ...


_forgetters: dict[str, Forgetter] = {}


def register_forgetter(label: str, forgetter: Forgetter) -> None:
    """Let a room above this one take part in `run_retention`; `label` says what it deletes, for the command's output."""
    _forgetters[label] = forgetter


@dataclass
class RetentionCounts:
    """What was, or in a dry run would be, deleted."""

    applications: int = 0
    mails: int = 0
    documents: int = 0
    old_mails: int = 0
    old_views: int = 0
    old_links: int = 0
    drafts: int = 0
    old_inventory: int = 0
    own_places: int = 0
    stage_files: int = 0
    stage_wiped: int = 0
    requests: int = 0
    reports: int = 0
    invitations: int = 0
    imports: int = 0
    keys: int = 0
    others: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"applications: {self.applications}",
            f"mails about them: {self.mails}",
            f"old documents: {self.documents}",
            f"mails wiped after a year: {self.old_mails}",
            f"lines of the view log older than two years: {self.old_views}",
            f"secret links 90 days after they expired: {self.old_links}",
            f"drafts that nobody touched for {KEEP_DAYS} days: {self.drafts}",
            f"places found by students, four weeks after they were closed: {self.own_places}",
            f"answers of teams three years after the period: {self.old_inventory}",
            f"files of stages that ended a year ago: {self.stage_files}",
            f"files wiped of VOG, age and guardian: {self.stage_wiped}",
            f"requests on behalf of students: {self.requests}",
            f"reports a year after they were closed: {self.reports}",
            f"invitations {INVITATION_DAYS} days after they ended: {self.invitations}",
            f"files with students after a day: {self.imports}",
            f"keys of schools a year after they stopped working: {self.keys}",
            *(f"{label}: {number}" for label, number in self.others.items()),
        ]


def due_for_deletion(day: dt.date) -> QuerySet[Application]:
    """Closed applications whose term ended on or before `day`, but for students who asked to keep theirs longer."""
    last = dt.datetime.combine(
        day - dt.timedelta(days=rules.RETENTION_DAYS - 1), dt.time.min, tzinfo=timezone.get_default_timezone()
    )
    return (
        Application.objects.filter(status__in=ApplicationStatus.forgotten(), closed_at__lt=last)
        .exclude(student__keep_applications_until__gt=day)
        .order_by("pk")
    )


def run_retention(*, day: dt.date, dry_run: bool = False) -> RetentionCounts:
    """Delete closed applications of 28 days and older, their talks, notes, mails and the CVs only they used.

    Counts without names stay (`AnswerStatistic`, `Student.rejections`). Safe to run twice; stops and goes on per batch.
    """
    counts = RetentionCounts()
    _forget_the_rest(counts, day, dry_run=dry_run)
    if dry_run:
        due = list(due_for_deletion(day))
        counts.applications = len(due)
        counts.mails = _mails_about(due).count() if due else 0
        counts.documents = sum(_is_left_over(pk, due) for pk in {a.cv_id for a in due if a.cv_id is not None})
        return counts
    while batch := list(due_for_deletion(day).select_related("student")[:BATCH]):
        with transaction.atomic():
            _forget(batch, counts)
    return counts


def _forget_the_rest(counts: RetentionCounts, day: dt.date, *, dry_run: bool) -> None:
    """Wipe mails after a year, who-saw-what after two, links after 90 days (the terms of docs/personal-data.csv)."""
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    counts.old_mails = forget_sent(before=midnight - MAIL_TERM, dry_run=dry_run)
    counts.drafts = forget_old_drafts(day=day, dry_run=dry_run)
    counts.requests = forget_requests(day=day, dry_run=dry_run)
    counts.reports = forget_reports(day=day, dry_run=dry_run)
    counts.invitations = forget_invitations(day=day, dry_run=dry_run)
    counts.imports = forget_imports(day=day, dry_run=dry_run)
    counts.keys = forget_tokens(day=day, dry_run=dry_run)
    views = AccessLog.objects.filter(at__lt=midnight - VIEW_LOG_TERM)
    counts.old_views = views.count() if dry_run else views.delete()[0]
    counts.old_links = forget_links(day=day, dry_run=dry_run)
    counts.own_places = forget_own_places(day=day, dry_run=dry_run)
    counts.old_inventory = forget_inventory(day=day, dry_run=dry_run)
    counts.stage_files, counts.stage_wiped = forget_files(day=day, dry_run=dry_run)
    for label, forgetter in _forgetters.items():
        counts.others[label] = forgetter(day=day, dry_run=dry_run)


def _forget(batch: list[Application], counts: RetentionCounts) -> None:
    mails, _rows = _mails_about(batch).delete()
    counts.mails += mails
    cvs = {application.cv_id for application in batch if application.cv_id is not None}
    Application.objects.filter(pk__in=[application.pk for application in batch]).delete()
    counts.applications += len(batch)
    unused = Document.objects.filter(pk__in=cvs, is_current=False).filter(
        ~Exists(Application.objects.filter(cv=OuterRef("pk")))
    )
    for document in unused:
        _delete_document(document)
        counts.documents += 1


def _delete_document(document: Document) -> None:
    """Delete the row now and the file once that is final."""
    stored, name = document.file.storage, document.file.name
    document.delete()
    if name:
        transaction.on_commit(lambda: stored.delete(name))


def _mails_about(applications: list[Application]) -> QuerySet[OutgoingMail]:
    """Every mail whose key names one of these applications: `emails` puts its number right behind the kind."""
    about = Func(F("key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    numbers = [str(application.public_id) for application in applications]
    return OutgoingMail.objects.filter(template__in=emails.KINDS).alias(about=about).filter(about__in=numbers)


def _is_left_over(document_pk: int, due: list[Application]) -> bool:
    stays = Application.objects.filter(cv=document_pk).exclude(pk__in=[a.pk for a in due]).exists()
    return not stays and Document.objects.filter(pk=document_pk, is_current=False).exists()
