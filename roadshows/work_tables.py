"""Reading werktafels: for a phone, for the screen, for the organiser and for everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from roadshows.enums import NoteKind
from roadshows.models import NoteGroup, NoteVote, Roadshow, TableNote, WorkTable
from roadshows.services.tables import MOST_VOTES


@dataclass(frozen=True)
class KindOfNotes:
    """The notes of one kind on one table."""

    kind: NoteKind
    notes: list[TableNote]


@dataclass(frozen=True)
class TableWithNotes:
    """A table with what lies on it, most votes first."""

    table: WorkTable
    kinds: list[KindOfNotes]

    @property
    def number_of_notes(self) -> int:
        return sum(len(kind.notes) for kind in self.kinds)


@dataclass(frozen=True)
class GroupOfNotes:
    """Notes that say the same, of all tables together."""

    group: NoteGroup
    notes: list[TableNote]

    @property
    def votes(self) -> int:
        return sum(note.votes for note in self.notes)


@dataclass(frozen=True)
class Board:
    """Everything that was written at a roadshow. Three queries, whatever the number of notes."""

    tables: list[TableWithNotes]
    groups: list[GroupOfNotes]

    @property
    def number_of_notes(self) -> int:
        return sum(table.number_of_notes for table in self.tables)


def _hash(voter: str) -> str:
    return hashlib.sha256(voter.encode()).hexdigest()


def notes_for(table: WorkTable, voter: str) -> list[TableNote]:
    """The notes of a table that are shown, newest first, each with `is_mine_voted`."""
    notes = table.notes.filter(is_hidden=False).order_by("-pk")
    mine = NoteVote.objects.filter(note=OuterRef("pk"), voter=_hash(voter) if voter else "")
    return list(notes.annotate(is_mine_voted=Exists(mine)))


def votes_left(roadshow: Roadshow, voter: str) -> int:
    """How many more notes of this roadshow somebody may vote for."""
    if not voter:
        return MOST_VOTES
    given = NoteVote.objects.filter(voter=_hash(voter), note__table__roadshow=roadshow).count()
    return max(0, MOST_VOTES - given)


def board(roadshow: Roadshow, *, with_hidden: bool = False, only_public: bool = False) -> Board:
    """All tables with their notes per kind, and all groups, most votes first."""
    tables = list(roadshow.tables.filter(is_public=True) if only_public else roadshow.tables.all())
    notes = TableNote.objects.filter(table__in=tables).order_by("-votes", "pk")
    if not with_hidden:
        notes = notes.filter(is_hidden=False)
    by_table: dict[int, list[TableNote]] = {table.pk: [] for table in tables}
    by_group: dict[int, list[TableNote]] = {}
    for note in notes:
        by_table[note.table_id].append(note)
        if note.group_id is not None:
            by_group.setdefault(note.group_id, []).append(note)
    found = roadshow.note_groups.filter(pk__in=by_group)  # asks nothing when no note is in a group
    groups = [GroupOfNotes(group, by_group[group.pk]) for group in found]
    return Board(
        [TableWithNotes(table, list(_by_kind(by_table[table.pk]))) for table in tables],
        sorted(groups, key=lambda found: (-found.votes, found.group.title)),
    )


def _by_kind(notes: list[TableNote]) -> Iterator[KindOfNotes]:
    for kind in NoteKind:
        chosen = [note for note in notes if note.kind == kind]
        if chosen:
            yield KindOfNotes(kind, chosen)


def export_rows(roadshow: Roadshow) -> tuple[list[str], list[list[object]]]:
    """Head and rows of the download: one row a note that is shown, by table, kind and votes."""
    head = [_("Tafel"), _("Onderwerp"), _("Soort"), _("Briefje"), _("Groep"), _("Stemmen")]
    notes = TableNote.objects.filter(table__roadshow=roadshow, is_hidden=False).select_related("table", "group")
    rows = [
        [
            note.table.number,
            note.table.title,
            str(NoteKind(note.kind).label),
            note.text,
            note.group.title if note.group else "",
            note.votes,
        ]
        for note in notes.order_by("table__number", "kind", "-votes", "pk")
    ]
    return head, rows
