"""Every write about werktafels: tables, notes, votes and groups (features W3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshows import rules
from roadshows.enums import NoteKind
from roadshows.models import NoteGroup, NoteVote, Roadshow, TableNote, WorkTable
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link, make_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError

PURPOSE = "work_table"
MOST_VOTES = 5
"""Stickers somebody may put on the notes of one roadshow."""
MOST_NOTES = 300
"""Notes of one table; more than a room can write in an afternoon, so that nobody fills the database."""
KEEP_VOTES = dt.timedelta(days=30)
LINK_AFTER = dt.timedelta(days=8)


@transaction.atomic
def add_table(*, roadshow: Roadshow, title: str, actor: User, question: str = "") -> WorkTable:
    """Put one more table in the room, with the next number. Raises PermissionDenied for who does not organise it."""
    _require_organiser(actor, roadshow)
    Roadshow.objects.select_for_update().get(pk=roadshow.pk)  # two at once would take one number
    last = WorkTable.objects.filter(roadshow=roadshow).aggregate(last=Max("number"))["last"] or 0
    return WorkTable.objects.create(roadshow=roadshow, number=last + 1, title=title, question=question)


@transaction.atomic
def update_table(*, table: WorkTable, title: str, question: str, is_open: bool, is_public: bool, actor: User) -> None:
    """Change what a table is about, whether one can still write, and whether everybody may read it."""
    _require_organiser(actor, table.roadshow)
    WorkTable.objects.filter(pk=table.pk).update(title=title, question=question, is_open=is_open, is_public=is_public)


@transaction.atomic
def remove_table(*, table: WorkTable, actor: User) -> None:
    """Take an empty table away. Raises RuleError `has_notes` when somebody wrote on it."""
    _require_organiser(actor, table.roadshow)
    locked = WorkTable.objects.select_for_update().get(pk=table.pk)
    if locked.notes.exists():
        raise RuleError(
            "has_notes", _("Op deze tafel staan briefjes. Die gooien we niet weg. Sluit de tafel als hij klaar is.")
        )
    revoke_links(subject=locked, purpose=PURPOSE, actor=actor)
    locked.delete()


@transaction.atomic
def new_table_link(*, table: WorkTable, actor: User) -> str:
    """Return a new secret address for the people at the table; the one before it stops working.

    It works until a week after the day of the roadshow (or of today, when no day is known).
    """
    _require_organiser(actor, table.roadshow)
    WorkTable.objects.select_for_update().get(pk=table.pk)
    revoke_links(subject=table, purpose=PURPOSE, actor=actor)
    last = max(table.roadshow.day or today(), today()) + LINK_AFTER
    expires = dt.datetime.combine(last, dt.time.min, tzinfo=timezone.get_default_timezone())
    return make_link(purpose=PURPOSE, subject=table, expires_at=expires, actor=actor)


@transaction.atomic
def write_note(
    *,
    table: WorkTable,
    kind: str,
    text: str,
    actor: User | None = None,
    link: SecretLink | None = None,
    client_id: uuid.UUID | None = None,
) -> TableNote:
    """Write a note at a table, as an organiser or through the table's link; the same `client_id` again is the same note.

    Raises PermissionDenied, LinkClosed, RuleError `empty`, and Conflict `table_closed` or `table_full`.
    """
    _require_at_table(table, actor, link)
    locked = WorkTable.objects.select_for_update().get(pk=table.pk)
    if client_id is not None:
        before = TableNote.objects.filter(table=locked, client_id=client_id).first()
        if before is not None:
            return before
    words = " ".join(text.split())
    if not words:
        raise RuleError("empty", _("Schrijf eerst iets op."), field="text")
    if not locked.is_open:
        raise Conflict("table_closed", _("Deze tafel is gesloten. Er kan niets meer bij."))
    if locked.notes.count() >= MOST_NOTES:
        raise Conflict("table_full", _("Deze tafel ligt vol met briefjes. Vraag de organisatie om een nieuwe tafel."))
    return TableNote.objects.create(table=locked, kind=NoteKind(kind), text=words[:240], client_id=client_id)


@transaction.atomic
def vote(*, note: TableNote, voter: str, actor: User | None = None, link: SecretLink | None = None) -> bool:
    """Give a note a vote, or take it back; return whether the vote is on it now.

    `voter` is a random secret of the browser; only its hash is kept. Raises PermissionDenied, LinkClosed, and RuleError
    `no_votes_left` after `MOST_VOTES` notes of one roadshow.
    """
    _require_at_table(note.table, actor, link)
    who = hashlib.sha256(voter.encode()).hexdigest()
    # One lock per roadshow: the sixth vote of somebody with two phones in hand is refused.
    Roadshow.objects.select_for_update().get(pk=note.table.roadshow_id)
    if NoteVote.objects.filter(note=note, voter=who).delete()[0]:
        TableNote.objects.filter(pk=note.pk).update(votes=F("votes") - 1)
        return False
    if NoteVote.objects.filter(voter=who, note__table__roadshow=note.table.roadshow_id).count() >= MOST_VOTES:
        raise RuleError(
            "no_votes_left", _("Je hebt al %(n)d stemmen gegeven. Haal er eerst een weg.") % {"n": MOST_VOTES}
        )
    NoteVote.objects.create(note=note, voter=who)
    TableNote.objects.filter(pk=note.pk).update(votes=F("votes") + 1)
    return True


@transaction.atomic
def group_notes(*, roadshow: Roadshow, notes: Iterable[TableNote], title: str, actor: User) -> NoteGroup | None:
    """Put notes of one roadshow together under a title; an empty title takes them out of their group.

    A group nobody is in any more goes away. Raises PermissionDenied, RuleError `no_notes`.
    """
    _require_organiser(actor, roadshow)
    chosen = [note.pk for note in notes]
    if not chosen:
        raise RuleError("no_notes", _("Kies eerst een of meer briefjes."))
    group = None
    if title.strip():
        try:
            with transaction.atomic():
                group, _made = NoteGroup.objects.get_or_create(roadshow=roadshow, title=title.strip()[:80])
        except IntegrityError:  # somebody else made it a moment ago
            group = NoteGroup.objects.get(roadshow=roadshow, title=title.strip()[:80])
    TableNote.objects.filter(pk__in=chosen, table__roadshow=roadshow).update(group=group)
    NoteGroup.objects.filter(roadshow=roadshow, notes__isnull=True).delete()
    return group


@transaction.atomic
def hide_note(*, note: TableNote, hidden: bool, actor: User) -> None:
    """Take a note off the screen (a name, something hurtful), or put it back. It stays in the database."""
    _require_organiser(actor, note.table.roadshow)
    TableNote.objects.filter(pk=note.pk).update(is_hidden=hidden)


def forget_votes(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete who voted for what, 30 days after it was given; the number of votes stays. Return how many rows."""
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    over = NoteVote.objects.filter(created_at__lt=midnight - KEEP_VOTES)
    return over.count() if dry_run else over.delete()[0]


def _require_organiser(actor: User, roadshow: Roadshow) -> None:
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied


def _require_at_table(table: WorkTable, actor: User | None, link: SecretLink | None) -> None:
    if link is not None:
        locked = lock_link(link)
        if locked.purpose != PURPOSE or locked.object_id != table.pk:
            raise PermissionDenied
    elif actor is None or not rules.may_manage(actor, table.roadshow):
        raise PermissionDenied


__all__ = [
    "MOST_VOTES",
    "PURPOSE",
    "add_table",
    "forget_votes",
    "group_notes",
    "hide_note",
    "new_table_link",
    "remove_table",
    "update_table",
    "vote",
    "write_note",
]
