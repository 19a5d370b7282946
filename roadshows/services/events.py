"""Making, changing, moving and calling off a roadshow."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import has_role_at
from roadshows import rules
from roadshows.enums import TRANSITIONS, RoadshowStatus
from roadshows.models import ProgrammePart, Roadshow, RoadshowOrganiser
from roadshows.registration_rules import GOES_ON
from roadshows.services.registration import announce, fill_seats
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError

# Addresses of our own below /roadshows/.
RESERVED = frozenset({"nieuw", "beheer", "agenda", "tafel", "opbrengst", "aanmelding", "inchecken", "helpen"})
# A change of these is a change in people's calendars.
_IN_CALENDAR = frozenset({"title", "day", "begins_at", "ends_at", "venue", "address", "place"})


@transaction.atomic
def create_roadshow(*, organisation: Organisation, title: str, actor: User, **fields: Any) -> Roadshow:
    """Make a planned roadshow that only its organisers see yet.

    Raises PermissionDenied when `actor` is no organiser at `organisation`, and RuleError as `update_roadshow` does.
    """
    if not (actor.is_superuser or has_role_at(actor, organisation, Role.ORGANISER)):
        raise PermissionDenied
    _check(fields)
    roadshow = Roadshow.objects.create(title=title, slug=_free_slug(title), **fields)
    RoadshowOrganiser.objects.create(roadshow=roadshow, organisation=organisation, name=organisation.name)
    return roadshow


@transaction.atomic
def update_roadshow(
    *, roadshow: Roadshow, actor: User, parts: list[dict[str, Any]] | None = None, **fields: Any
) -> Roadshow:
    """Change texts, place or times, and the whole programme when `parts` are given (kind, title, begins_at and text each).

    The day of a roadshow that goes on moves with `move_roadshow`, which says why. Everybody who registered hears of other
    times or another place, and more seats go to the waiting list.

    Raises PermissionDenied when `actor` does not organise it, RuleError `moved_without_reason`, `times`.
    """
    _require_organiser(actor, roadshow)
    roadshow = Roadshow.objects.select_for_update().get(pk=roadshow.pk)
    goes_on = roadshow.status in {RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED}
    if goes_on and "day" in fields and fields["day"] != roadshow.day:
        raise RuleError(
            "moved_without_reason",
            _(
                "Deze roadshow gaat door op de dag die er staat. Kies 'Verplaats' om een nieuwe dag met een reden te geven."
            ),
        )
    _check({"day": roadshow.day, "begins_at": roadshow.begins_at, "ends_at": roadshow.ends_at} | fields)
    if parts is not None:
        roadshow.parts.all().delete()
        ProgrammePart.objects.bulk_create(ProgrammePart(roadshow=roadshow, **part) for part in parts)
    changed = {name for name, value in fields.items() if getattr(roadshow, name) != value}
    saved = _save(roadshow, {name: fields[name] for name in changed})
    if changed & _IN_CALENDAR and saved.status in GOES_ON and saved.registrations.open().exists():
        announce(roadshow=saved, what="details")
    if "capacity" in changed:
        fill_seats(roadshow=saved)
    return saved


@transaction.atomic
def move_roadshow(
    *,
    roadshow: Roadshow,
    day: dt.date,
    reason: str,
    actor: User,
    begins_at: dt.time | None = None,
    ends_at: dt.time | None = None,
) -> Roadshow:
    """Give a roadshow another day, with the reason people will read.

    Raises PermissionDenied, RuleError `reason`, `past`, `times`, and Conflict `status_changed` when it is over.
    """
    if day < today():
        raise RuleError("past", _("Deze dag is al geweest. Kies een dag in de toekomst."))
    _check({"day": day, "begins_at": begins_at, "ends_at": ends_at})
    return change_status(
        roadshow=roadshow,
        to=RoadshowStatus.MOVED,
        actor=actor,
        reason=reason,
        day=day,
        begins_at=begins_at,
        ends_at=ends_at,
    )


@transaction.atomic
def change_status(*, roadshow: Roadshow, to: str, actor: User, reason: str = "", **fields: Any) -> Roadshow:
    """Move a roadshow to status `to`: lock, check the table, save.

    Moving and calling off need a reason. When it goes on, moves or is called off, everybody who registered and the
    organisers get a mail. Raises PermissionDenied, RuleError `reason`, `no_day`, `not_yet`, and Conflict
    `status_changed` when the table does not allow the step from where it is now.
    """
    _require_organiser(actor, roadshow)
    target = RoadshowStatus(to)
    roadshow = Roadshow.objects.select_for_update().get(pk=roadshow.pk)
    source = RoadshowStatus(roadshow.status)
    if target not in TRANSITIONS[source]:
        raise Conflict(
            "status_changed",
            _("Deze roadshow staat nu op '%(status)s'. Wat je wilde doen, kan daarom niet meer.")
            % {"status": source.label},
        )
    if target in {RoadshowStatus.MOVED, RoadshowStatus.CANCELLED} and not reason.strip():
        raise RuleError("reason", _("Schrijf in één zin waarom. Mensen die wilden komen, lezen dit."))
    day = fields.get("day", roadshow.day)
    if target == RoadshowStatus.CONFIRMED and day is None:
        raise RuleError("no_day", _("Vul eerst de dag in. Daarna kan de roadshow doorgaan."))
    if target == RoadshowStatus.HELD and day is not None and day > today():
        raise RuleError("not_yet", _("Deze dag moet nog komen. Daarna kun je zeggen dat de roadshow geweest is."))
    keeps = target in {RoadshowStatus.CONFIRMED, RoadshowStatus.HELD, RoadshowStatus.REPORTED}
    fields |= {"status": target, "status_reason": roadshow.status_reason if keeps else reason.strip()[:300]}
    saved = _save(roadshow, fields)
    if target in {RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED, RoadshowStatus.CANCELLED}:
        announce(roadshow=saved, what=target.value)
    return saved


@transaction.atomic
def copy_roadshow(*, roadshow: Roadshow, actor: User) -> Roadshow:
    """Start a next roadshow from this one: texts, programme and organisers, without a day and only for the organisers."""
    _require_organiser(actor, roadshow)
    title = _("%(title)s (kopie)") % {"title": roadshow.title[:150]}
    copied = Roadshow.objects.create(
        title=title,
        slug=_free_slug(title),
        question=roadshow.question,
        summary=roadshow.summary,
        region=roadshow.region,
        place=roadshow.place,
        venue=roadshow.venue,
        address=roadshow.address,
        access_info=roadshow.access_info,
        goal_places=roadshow.goal_places,
        capacity=roadshow.capacity,
        takes_registrations=roadshow.takes_registrations,
        is_demo=roadshow.is_demo,
    )
    RoadshowOrganiser.objects.bulk_create(
        RoadshowOrganiser(roadshow=copied, organisation=row.organisation, name=row.name)
        for row in roadshow.organisers.all()
    )
    ProgrammePart.objects.bulk_create(
        ProgrammePart(roadshow=copied, kind=row.kind, begins_at=row.begins_at, title=row.title, text=row.text)
        for row in roadshow.parts.all()
    )
    return copied


def _require_organiser(actor: User, roadshow: Roadshow) -> None:
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied


def _check(fields: dict[str, Any]) -> None:
    day, begins, ends = fields.get("day"), fields.get("begins_at"), fields.get("ends_at")
    if begins is not None and day is None:
        raise RuleError("times", _("Vul bij de tijd ook de dag in."))
    if ends is not None and (begins is None or ends <= begins):
        raise RuleError("times", _("De eindtijd moet na de begintijd liggen."))


def _save(roadshow: Roadshow, fields: dict[str, Any]) -> Roadshow:
    if not fields:
        return roadshow
    if fields.keys() & (_IN_CALENDAR | {"status"}):
        fields["sequence"] = roadshow.sequence + 1
    fields["changed_at"] = now()
    for name, value in fields.items():
        setattr(roadshow, name, value)
    roadshow.save(update_fields=list(fields))
    return roadshow


def _free_slug(title: str) -> str:
    base = slugify(title)[:100] or "roadshow"
    taken = set(Roadshow.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
