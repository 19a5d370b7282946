"""A file with students on its way in: uploaded, columns chosen, checked, read. Changed by `students.services.uploads`."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now
from students.querysets import StudentImportQuerySet


class ImportStatus(models.TextChoices):
    """How far a file is. A file at work has no status of its own: the worker holds its row until it is done."""

    UPLOADED = "uploaded", _("kolommen kiezen")
    CHECKING = "checking", _("wordt nagekeken")
    CHECKED = "checked", _("nagekeken")
    QUEUED = "queued", _("wordt ingelezen")
    DONE = "done", _("ingelezen")
    REFUSED = "refused", _("niet ingelezen")
    STOPPED = "stopped", _("weggegooid")

    @classmethod
    def waiting(cls) -> frozenset[str]:
        """Files somebody or something is working on."""
        return frozenset({cls.CHECKING, cls.QUEUED})

    @classmethod
    def finished(cls) -> frozenset[str]:
        """Files that are read, or never will be; their content is gone."""
        return frozenset({cls.DONE, cls.STOPPED})


class StudentImport(models.Model):
    """One file of one school. The file and everything with names in it goes after a day; the counts stay a year."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="student_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    token = models.ForeignKey(
        "students.SchoolToken",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("koppeling"),
    )
    status = models.CharField(_("status"), max_length=10, choices=ImportStatus, default=ImportStatus.UPLOADED)
    file_name = models.CharField(_("naam van het bestand"), max_length=150)
    content = models.BinaryField(_("inhoud"), default=b"")
    sha256 = models.CharField(_("controlegetal"), max_length=64)
    row_count = models.PositiveIntegerField(_("rijen"), default=0)
    mapping: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        _("welke kolom is wat"), default=dict, blank=True
    )
    result: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("wat eruit kwam"), default=dict, blank=True
    )
    created = models.PositiveIntegerField(_("nieuw"), default=0)
    updated = models.PositiveIntegerField(_("aangepast"), default=0)
    unchanged = models.PositiveIntegerField(_("hetzelfde"), default=0)
    problem_count = models.PositiveIntegerField(_("fouten"), default=0)
    only_check = models.BooleanField(_("alleen nakijken"), default=False)
    created_at = models.DateTimeField(_("sinds"), default=now)
    finished_at = models.DateTimeField(_("klaar op"), null=True, blank=True)
    wiped_at = models.DateTimeField(_("gewist op"), null=True, blank=True)

    objects = StudentImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import van studenten")
        verbose_name_plural = _("imports van studenten")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["school", "-created_at"], name="student_import_school"),
            models.Index(fields=["created_at"], condition=Q(wiped_at=None), name="student_import_to_wipe"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(status="queued"), name="one_import_at_work_per_school"
            )
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.created_at:%d-%m-%Y %H:%M}"  # the name of a file may be that of a person

    @property
    def is_waiting(self) -> bool:
        return self.status in ImportStatus.waiting()

    @property
    def report_rows(self) -> list[list[Any]]:
        """Per row of the file: its number, the student number, and what happened."""
        rows: list[list[Any]] = self.result.get("outcomes", [])
        return rows

    @property
    def problems(self) -> list[list[Any]]:
        """What is wrong: row, column, sentence. The first two thousand; `problem_count` is how many there are."""
        rows: list[list[Any]] = self.result.get("problems", [])
        return rows
