"""Werktafels: what people wrote down at a table, grouped and with votes (features W3)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roadshows.enums import NoteKind
from roadshows.models.event import Roadshow
from stagematch.clock import now


class WorkTable(models.Model):
    """One table of a roadshow. Changed by `roadshows.services.tables` only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="tables", verbose_name=_("roadshow"))
    number = models.PositiveSmallIntegerField(_("nummer"))
    title = models.CharField(_("onderwerp"), max_length=80)
    question = models.CharField(_("de vraag aan deze tafel"), max_length=200, blank=True)
    is_open = models.BooleanField(_("er kan nog bij geschreven worden"), default=True)
    is_public = models.BooleanField(_("iedereen mag de briefjes lezen"), default=False)
    source_note = models.CharField(_("herkomst van de briefjes"), max_length=240, blank=True)

    class Meta:
        verbose_name = _("werktafel")
        verbose_name_plural = _("werktafels")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["roadshow", "number"], name="table_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class NoteGroup(models.Model):
    """Notes of one roadshow that say the same, under a title the organiser gave them."""

    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="note_groups", verbose_name=_("roadshow"))
    title = models.CharField(_("titel"), max_length=80)

    class Meta:
        verbose_name = _("groep van briefjes")
        verbose_name_plural = _("groepen van briefjes")
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["roadshow", "title"], name="note_group_once")]

    def __str__(self) -> str:
        return self.title


class TableNote(models.Model):
    """A note. Nobody's name stands with it: the table wrote it. `votes` counts people, see `NoteVote`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    table = models.ForeignKey(WorkTable, models.CASCADE, related_name="notes", verbose_name=_("werktafel"))
    kind = models.CharField(_("soort"), max_length=10, choices=NoteKind)
    text = models.CharField(_("briefje"), max_length=240)
    group = models.ForeignKey(NoteGroup, models.SET_NULL, null=True, blank=True, related_name="notes")
    votes = models.PositiveIntegerField(_("stemmen"), default=0)
    is_hidden = models.BooleanField(_("verborgen"), default=False)
    # Made by the phone before it sends: the same note sent twice over a bad connection is written once.
    client_id = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("geschreven"), default=now)

    class Meta:
        verbose_name = _("briefje")
        verbose_name_plural = _("briefjes")
        ordering = ["pk"]
        indexes = [models.Index(fields=["table", "is_hidden"], name="note_shown")]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "client_id"], condition=Q(client_id__isnull=False), name="note_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return NoteKind(self.kind).icon


class NoteVote(models.Model):
    """One vote; `voter` is a hash of a random number in the visitor's browser, forgotten after the roadshow."""

    note = models.ForeignKey(TableNote, models.CASCADE, related_name="given", verbose_name=_("briefje"))
    voter = models.CharField(_("stemmer"), max_length=64)
    created_at = models.DateTimeField(_("gestemd"), default=now)

    class Meta:
        verbose_name = _("stem")
        verbose_name_plural = _("stemmen")
        indexes = [models.Index(fields=["voter"], name="vote_by")]
        constraints = [models.UniqueConstraint(fields=["note", "voter"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.note_id}"
