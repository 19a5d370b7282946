"""The mails about a stage that was agreed. A key is `<kind>:<number of the placement>:…`, one per cause and person."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from placements.dossier.checklist import Item
from placements.dossier.enums import Side
from placements.models import Placement, PlacementFile
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail

KINDS = (
    "placement_changed",
    "placement_ended",
    "placement_evaluate",
    "placement_extension",
    "placement_first_day",
    "placement_guardian",
    "placement_outcome",
    "placement_todo",
)
"""Every kind of mail about a placement."""


def people_of(placement: Placement, side: Side) -> list[User]:
    """Return who acts for a side: student, praktijkbegeleider, stagemakelaars, or the school's contact (else coordinators)."""
    if side == Side.STUDENT:
        return [placement.student.user]
    if side == Side.SUPERVISOR:
        return [placement.supervisor.supervisor.user]
    if side == Side.SCHOOL:
        file: PlacementFile | None = getattr(placement, "file", None)
        if file is not None and file.school_contact is not None and file.school_contact.is_active:
            return [file.school_contact]
        return _members(placement.student.school_id, Role.COORDINATOR)
    assigned = placement.application.assigned_to
    if assigned is not None and assigned.is_active:
        return [assigned]
    return _members(placement.vacancy.organisation_id, Role.BROKER)


def _members(organisation: int, role: Role) -> list[User]:
    rows = Membership.objects.active().filter(organisation=organisation, role=role).select_related("user")
    return [row.user for row in rows.order_by("pk")]


def file_link(placement: Placement, side: Side) -> str:
    """Return the whole address of the file page of a side."""
    return f"{settings.BASE_URL}{file_path(placement, side)}"


def action_link(placement: Placement, action: str) -> str:
    """Return the whole address of the form of one action, for who signs in."""
    return f"{settings.BASE_URL}{reverse('placement-action', args=[placement.public_id, action])}"


def file_path(placement: Placement, side: Side) -> str:
    """Return the path of the file page of a side."""
    if side == Side.STUDENT:
        return reverse("my-stage")
    name = {
        Side.SUPERVISOR: "guidance-file",
        Side.SCHOOL: "school-placement",
        Side.ORGANISATION: "admin:placement-file",
    }
    return reverse(name[side], args=[placement.public_id])


def _send(
    kind: str, placement: Placement, side: Side, *cause: object, link: Callable[[], str] | None = None, **more: Any
) -> int:
    """Queue one mail for everybody of a side who did not get it yet; return to how many.

    `link` is made for a new mail only: a secret link cannot be had twice.
    """
    new = 0
    for person in people_of(placement, side):
        key = ":".join(str(part) for part in (kind, placement.public_id, *cause, person.pk))
        if OutgoingMail.objects.filter(key=key).exists():
            continue
        queued = queue_mail(
            key=key,
            template=kind,
            to=person,
            context={
                "placement": placement,
                "vacancy": placement.vacancy,
                "organisation": placement.vacancy.organisation,
                "student": placement.student.user,
                "to_student": side == Side.STUDENT,
                "link": link() if link else file_link(placement, side),
                **more,
            },
        )
        new += queued is not None
    return new


def todo(placement: Placement, side: Side, *, item: Item, late: bool) -> int:
    """Remind a side of one open item of the checklist: once before it is due, once when it is late."""
    from placements.dossier.links import personal_link

    return _send(
        "placement_todo",
        placement,
        side,
        item.key,
        item.due,
        side,
        "late" if late else "soon",
        what=item.own_label,
        due=item.due,
        detail=item.detail,
        late=late,
        link=lambda: personal_link(placement, side),
    )


def first_day(placement: Placement, file: PlacementFile) -> int:
    """Tell the student where to be, when, and what to bring."""
    return _send("placement_first_day", placement, Side.STUDENT, placement.starts_on, file=file)


def agreement_changed(file: PlacementFile, *, reason: str, actor: User | None) -> None:
    """Tell everybody that the agreement changed, so that all sign again."""
    for side in (Side.STUDENT, Side.SCHOOL, Side.ORGANISATION):
        _send("placement_changed", file.placement, side, file.version, reason=reason, version=file.version)


def ended(placement: Placement) -> None:
    """Tell everybody that the stage stopped early; the school hears that a replacement is needed."""
    for side in Side:
        _send(
            "placement_ended",
            placement,
            side,
            side,
            reason=str(placement.get_end_reason_display()),
            to_school=side == Side.SCHOOL,
            to_organisation=side == Side.ORGANISATION,
        )


def extension_asked(file: PlacementFile, side: Side) -> int:
    """Ask a side to agree with a later last day."""
    from placements.dossier.links import personal_link

    return _send(
        "placement_extension",
        file.placement,
        side,
        file.extend_to,
        side,
        file=file,
        link=lambda: personal_link(file.placement, side),
    )


def evaluate(placement: Placement, side: Side) -> int:
    """Ask a side how the stage was."""
    from placements.dossier.links import personal_link

    return _send("placement_evaluate", placement, side, side, link=lambda: personal_link(placement, side, "evaluatie"))


def outcome(placement: Placement) -> int:
    """Ask the praktijkbegeleider, once, where the student is now."""
    from placements.dossier.links import personal_link

    return _send(
        "placement_outcome",
        placement,
        Side.SUPERVISOR,
        link=lambda: personal_link(placement, Side.SUPERVISOR, "na-de-stage"),
    )


def guardian(file: PlacementFile, *, email: str, link: str) -> None:
    """Send a parent or guardian the address where they can read and sign."""
    placement = file.placement
    queue_mail(
        key=f"placement_guardian:{placement.public_id}:{now():%Y%m%d%H%M%S%f}",
        template="placement_guardian",
        to=email,
        context={
            "placement": placement,
            "vacancy": placement.vacancy,
            "organisation": placement.vacancy.organisation,
            "student": placement.student.user,
            "file": file,
            "to_student": False,
            "link": link,
        },
    )
