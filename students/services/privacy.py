"""Giving a person all data about them, and removing a person without a trace (features P3, S14).

Both walk the relations of the models instead of a list by hand: a room that is added later is in the export and in the
deletion from its first day. A room that must do more than lose its rows registers a farewell.
"""

import datetime as dt
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import ForeignObjectRel, ProtectedError, Q
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from organisations.inventory.services import forget_contact
from organisations.invitations.services import forget_invitee
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.services import forget_address
from stagematch.mail.models import MailAddress, OutgoingMail
from stagematch.ui.errors import RuleError
from students.models import Document, Student

log = structlog.get_logger(__name__)

Exporter = Callable[[User], dict[str, Any]]
Farewell = Callable[[Student, User], None]

_exporters: dict[str, Exporter] = {}
_farewells: dict[str, Farewell] = {}
_address_forgetters: dict[str, Callable[[str], object]] = {}

# Secrets are of the person, but a file on a phone is no place for them; the rest is machinery without meaning.
_SECRET = {
    "accounts.User": {"password"},
    "mfa.Authenticator": {"data"},
    "socialaccount.SocialAccount": {"extra_data"},
    "usersessions.UserSession": {"session_key", "data"},
    "links.SecretLink": {"token_hash", "object_id"},
    "links.SecretLinkUse": {"visitor"},
    "placements.HelpTask": {"cause"},
    "mail.OutgoingMail": {"body_html", "last_error", "claimed_at", "handed_at", "next_attempt_at"},
}
# What hangs under these is about other people.
_STOP = {"organisations.Membership"}


def register_export(name: str, exporter: Exporter) -> None:
    """Add a part to every export, for what no relation leads to. Called in `ready()`."""
    _exporters[name] = exporter


def register_farewell(name: str, farewell: Farewell) -> None:
    """Run `farewell(student, actor)` before a student's rows are deleted, in the same transaction. Called in `ready()`."""
    _farewells[name] = farewell


def register_address_forgetter(name: str, forget: Callable[[str], object]) -> None:
    """Run `forget(address)` when a person is deleted, for rows that know people by address and not by account.

    Runs for everybody, student or not, in the same transaction. Called in `ready()`.
    """
    _address_forgetters[name] = forget


def _relations(model: type[models.Model]) -> Iterator[ForeignObjectRel]:
    for relation in model._meta.related_objects:
        # CASCADE and PROTECT say 'this row is about the other one'; SET_NULL says 'somebody did this'.
        on_delete = getattr(relation, "on_delete", None)
        if on_delete in (models.CASCADE, models.PROTECT) and not relation.hidden:
            yield relation


def rows_about(user: User) -> dict[type[models.Model], list[models.Model]]:
    """Return every row that is about this person, per model, the person's own row first."""
    found: dict[type[models.Model], dict[Any, models.Model]] = defaultdict(dict)
    found[User][user.pk] = user
    queue: list[tuple[type[models.Model], list[Any]]] = [(User, [user.pk])]
    while queue:
        model, keys = queue.pop(0)
        if model._meta.label in _STOP:
            continue
        for relation in _relations(model):
            target = relation.related_model
            assert not isinstance(target, str)  # noqa: S101 -- narrows the type
            rows = target._base_manager.filter(**{f"{relation.field.name}__in": keys})
            fresh = {row.pk: row for row in rows if row.pk not in found[target]}
            if fresh:
                found[target].update(fresh)
                queue.append((target, list(fresh)))
    return {model: list(rows.values()) for model, rows in found.items() if rows}


def _plain(row: models.Model) -> dict[str, Any]:
    """Return one row with the names a person knows; relations as text."""
    secret = _SECRET.get(row._meta.label, set())
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in secret or field.primary_key or isinstance(field, models.GeneratedField | models.BinaryField):
            continue
        if isinstance(field, models.ForeignKey):
            related = getattr(row, field.name)
            value: Any = None if related is None else str(related)
        elif field.choices:
            value = force_str(getattr(row, f"get_{field.name}_display")())
        elif isinstance(field, models.FileField):
            continue
        else:
            value = field.value_from_object(row)
        values[force_str(field.verbose_name)] = value
    for many in row._meta.many_to_many:
        values[force_str(many.verbose_name)] = [str(item) for item in getattr(row, many.name).all()]
    return values


def export_person(*, user: User, actor: User | None = None) -> dict[str, Any]:
    """Return everything stagematch knows about a person, ready for JSON, in Dutch words (AVG article 15 and 20).

    Files are named; `export_archive` brings them along. The caller records the export in the access log.
    """
    parts: dict[str, Any] = {
        force_str(model._meta.verbose_name_plural): [_plain(row) for row in rows]
        for model, rows in rows_about(user).items()
    }
    for name, exporter in _exporters.items():
        parts[name] = exporter(user)
    return {"van": str(user), "gemaakt": now(), "gegevens": parts}


def export_archive(*, user: User, actor: User | None = None) -> bytes:
    """Return a zip with everything: `gegevens.json`, and every file of the person as it was kept.

    A file that is missing on disk is named in the JSON and left out of the archive; the rest still comes.
    """
    text = json.dumps(export_person(user=user, actor=actor), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gegevens.json", text)
        for number, document in enumerate(Document.objects.filter(student__user=user).order_by("uploaded_at"), start=1):
            try:
                with document.file.open("rb") as stored:
                    archive.writestr(f"bestanden/{number}-{document.original_name.replace('/', '-')}", stored.read())
            except (FileNotFoundError, ValueError):
                log.warning("export.file_missing", document=document.pk)
    return out.getvalue()


KEEP_LONGER_DAYS = 365
"""Days that a student may choose to keep closed reactions (R8)."""


@transaction.atomic
def keep_applications(*, student: Student, actor: User, longer: bool) -> Student:
    """Let closed reactions stay for a year from today, or go after four weeks again, as the student chooses (R8)."""
    locked = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    locked.keep_applications_until = today() + dt.timedelta(days=KEEP_LONGER_DAYS) if longer else None
    locked.save(update_fields=["keep_applications_until"])
    return locked


@transaction.atomic
def correct_phone(*, student: Student, actor: User, phone: str) -> Student:
    """Change the telephone number; empty takes it away."""
    locked = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    locked.phone = phone.strip()[:20]
    locked.save(update_fields=["phone"])
    return locked


@transaction.atomic
def delete_person(*, user: User, actor: User | None = None) -> None:
    """Remove a person and everything about them; this cannot be undone.

    Open applications are withdrawn first, so that no organisation keeps waiting, and places are given back. Raises
    RuleError `has_duties` for somebody whose work for an organisation is still in use.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    name, email = user.get_full_name(), user.email
    # Nameless first: what is written to others from here on cannot say who this was.
    user.first_name, user.last_name = _("Een student"), ""
    user.email = f"{user.public_id}@verwijderd.invalid"
    user.save(update_fields=["first_name", "last_name", "email"])
    student = Student.objects.filter(user=user).first()
    if student is not None:
        for farewell in _farewells.values():
            farewell(student, actor or user)
    _forget_in_texts(name, email)
    forget_address(email)
    forget_contact(email)
    forget_invitee(email)
    for forget in _address_forgetters.values():
        forget(email)
    files = [
        (document.file.storage, document.file.name)
        for document in Document.objects.filter(student__user=user)
        if document.file.name
    ]
    from allauth.usersessions.models import UserSession

    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    try:
        user.delete()
    except ProtectedError as error:
        raise RuleError(
            "has_duties",
            _("Dit account is nog nodig voor stages die lopen. Vraag de platformbeheerder om het over te dragen."),
        ) from error
    for storage, name in files:
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]


def _forget_in_texts(name: str, email: str) -> None:
    """Delete what was written about this person where no relation leads to: mail to others, and notes of the admin."""
    about = Q(to_email__iexact=email) | Q(body_text__icontains=email) | Q(subject__icontains=email)
    told = Q(object_repr__icontains=email)
    if name:
        about |= Q(body_text__icontains=name) | Q(subject__icontains=name)
        told |= Q(object_repr__icontains=name)
    OutgoingMail.objects.filter(about).delete()
    MailAddress.objects.filter(email__iexact=email).delete()
    LogEntry.objects.filter(told).delete()
