"""Writing down who looked at, or took away, somebody's data (features P6)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from stagematch.audit.models import AccessLog


def record_view(
    *, actor: AbstractBaseUser | AnonymousUser | None, subject: AbstractBaseUser | None, obj: Model, label: str = ""
) -> AccessLog | None:
    """Note that `actor` looked at data of `subject`; `label` is the role and organisation they did it in.

    Returns None, and notes nothing, for somebody who looks at their own data.
    """
    return _record(actor=actor, subject=subject, obj=obj, label=label, action=AccessLog.Action.VIEW)


def record_download(
    *, actor: AbstractBaseUser | AnonymousUser | None, subject: AbstractBaseUser | None, obj: Model, label: str = ""
) -> AccessLog | None:
    """Note that `actor` fetched a file of `subject`."""
    return _record(actor=actor, subject=subject, obj=obj, label=label, action=AccessLog.Action.DOWNLOAD)


def record_export(
    *, actor: AbstractBaseUser | AnonymousUser | None, subject: AbstractBaseUser | None, obj: Model, label: str = ""
) -> AccessLog | None:
    """Note that `actor` took data of `subject` (or, with None, of several people) out of the system."""
    return _record(actor=actor, subject=subject, obj=obj, label=label, action=AccessLog.Action.EXPORT)


def record_import(*, actor: AbstractBaseUser | AnonymousUser | None, obj: Model, label: str = "") -> AccessLog | None:
    """Note that `actor` (None: a school's own system, named in `label`) brought data of several people into the system."""
    return _record(actor=actor, subject=None, obj=obj, label=label, action=AccessLog.Action.IMPORT)


def _record(
    *,
    actor: AbstractBaseUser | AnonymousUser | None,
    subject: AbstractBaseUser | None,
    obj: Model,
    label: str,
    action: AccessLog.Action,
) -> AccessLog | None:
    if actor is not None and subject is not None and actor.pk == subject.pk:
        return None
    return AccessLog.objects.create(
        actor_id=actor.pk if actor is not None else None,
        actor_label=label[:200],
        subject_id=subject.pk if subject is not None else None,
        action=action,
        object_type=obj._meta.label_lower[:60],
        # The public id where there is one: a log that leaks must not give away how many students there are.
        object_id=str(getattr(obj, "public_id", obj.pk))[:64],
    )
