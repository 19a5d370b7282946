"""Making a file, locking it, and changing what the praktijkovereenkomst says. Below the services, because an offer makes one."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.weekdays import count
from organisations.workdays import closing_days, is_working_day
from placements.dossier.enums import MomentKind, VogStatus
from placements.enums import Allowance
from placements.models import ContactMoment, Placement, PlacementFile
from placements.models.vacancy import Vacancy
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import revoke_links
from stagematch.ui.errors import RuleError

GUARDIAN = "guardian"
"""What the secret link of a parent or guardian is for."""
PREFETCH = ("file__signatures", "file__moments", "file__evaluations")
"""What the checklist of a file reads."""


def lock_placement(pk: int) -> Placement:
    """Lock a placement; after student, vacancy and rooms in the order of `placements.services.locks`."""
    return (
        Placement.objects.select_related(
            "student__user",
            "student__school",
            "student__programme__qualification",
            "search",
            "application",
            "vacancy__organisation",
            "vacancy__team",
            "vacancy__location__postcode",
            "supervisor__supervisor__user",
        )
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def draft_file(placement: Placement) -> PlacementFile:
    """Return the file as it begins, unsaved: what the reaction, the search and the vacancy say already (domain A2-12)."""
    vacancy, search = placement.vacancy, placement.search
    shared = vacancy.weekdays & search.weekdays
    # More possible days than stage days: which ones is still to be agreed.
    days = shared if count(shared) == search.days_per_week else 0
    hours = min(max(search.hours_per_week, vacancy.hours_min), vacancy.hours_max)
    weeks = ((placement.ends_on - placement.starts_on).days + 1) / 7
    return PlacementFile(
        placement=placement,
        weekdays=days,
        hours_per_week=hours,
        total_hours=round(weeks * hours),
        learning_goals=list(placement.application.learning_goals),
        guidance=vacancy.guidance[:1500],
        allowance=allowance_text(vacancy),
        vog_status=VogStatus.NEEDED if vacancy.vog_needed else VogStatus.NOT_NEEDED,
        first_day_address=", ".join(
            part for part in (vacancy.location.name, vacancy.location.street, vacancy.location.postcode.place) if part
        )[:200],
        first_day_contact=placement.supervisor.supervisor.user.get_full_name()[:120],
    )


def allowance_text(vacancy: Vacancy) -> str:
    """Return the allowance as one says it; BOL knows no legal duty, the Stagepact asks for at least the costs (domain B8)."""
    if vacancy.allowance == Allowance.MONTHLY and vacancy.allowance_amount:
        return _("€ %(amount)d per maand") % {"amount": vacancy.allowance_amount}
    return str(vacancy.get_allowance_display()).capitalize()


def file_of(placement: Placement) -> PlacementFile:
    """Return the file of a placement; make it, with three proposed contact moments, when there is none yet."""
    found = PlacementFile.objects.filter(placement=placement).select_related("school_contact").first()
    if found is not None:
        return found
    with transaction.atomic():
        locked = lock_placement(placement.pk)
        found = PlacementFile.objects.filter(placement=locked).first()
        if found is not None:
            return found
        file = draft_file(locked)
        file.save()
        ContactMoment.objects.bulk_create(
            ContactMoment(file=file, kind=kind, planned_on=day, on_spot=on_spot)
            for kind, day, on_spot in proposed_moments(locked)
        )
    return file


def proposed_moments(placement: Placement) -> list[tuple[MomentKind, dt.date, bool]]:
    """Return three moments on working days: after two weeks, halfway on the spot, two weeks before the end.

    Three per stage with at least one on the stage place itself is what the Stagepact MBO asks for (domain B7).
    """
    first, last = placement.starts_on, placement.ends_on
    length = (last - first).days
    early = min(14, length // 4)
    organisation = placement.vacancy.organisation
    days = [first + dt.timedelta(days=n) for n in (early, length // 2, length - early)]
    days = [_working_day(day, organisation) for day in days]
    return [
        (MomentKind.START, days[0], False),
        (MomentKind.MIDDLE, days[1], True),
        (MomentKind.END, days[2], False),
    ]


def _working_day(day: dt.date, organisation: Organisation) -> dt.date:
    closed = closing_days(organisation)
    for _attempt in range(30):
        if is_working_day(day, closed):
            return day
        day += dt.timedelta(days=1)
    return day


def lock_file(placement: Placement) -> PlacementFile:
    """Lock the placement and return its file with the locked placement in it. To be called inside a transaction."""
    file_of(placement)
    locked = lock_placement(placement.pk)
    file = PlacementFile.objects.select_related("school_contact").get(placement=locked)
    file.placement = locked
    return file


def require_active(placement: Placement) -> None:
    """Raise RuleError `not_active` when the stage is over."""
    if not placement.is_active:
        raise RuleError("not_active", _("Deze stage is voorbij. Je kunt dit niet meer veranderen."))


AGREEMENT_FIELDS = (
    "weekdays",
    "hours_per_week",
    "total_hours",
    "learning_goals",
    "guidance",
    "allowance",
    "insurance",
    "school_contact",
)


def update_agreement(*, placement: Placement, actor: User, reason: str = "", **values: Any) -> PlacementFile:
    """Change what the agreement says (`AGREEMENT_FIELDS`); signatures that were given lapse with the reason.

    Raises RuleError `not_active`, and `reason_needed` when somebody signed already and no reason is given.
    """
    from placements.dossier.services.signatures import reset_signatures

    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        changed = [name for name in AGREEMENT_FIELDS if name in values and getattr(file, name) != values[name]]
        if not changed:
            return file
        signed = file.signatures.filter(reset_at__isnull=True).exists()
        if signed and not reason.strip() and changed != ["school_contact"]:
            raise RuleError(
                "reason_needed",
                _("Er is al getekend. Schrijf erbij waarom je iets verandert; daarna tekent iedereen opnieuw."),
                field="reason",
            )
        for name in changed:
            setattr(file, name, values[name])
        file.save(update_fields=changed)
        if signed and changed != ["school_contact"]:
            reset_signatures(file, actor=actor, reason=reason.strip())
    return file


def answer_minor(*, placement: Placement, actor: User, is_minor: bool, guardian_name: str = "") -> PlacementFile:
    """Keep whether the student is under 18 when signing, because then a parent or guardian signs too (domain B1).

    No date of birth is asked. A signature of a guardian lapses when it turns out not to be needed. Raises RuleError
    `guardian_needed` without a name.
    """
    name = guardian_name.strip()
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if is_minor and not name:
            raise RuleError("guardian_needed", _("Vul in wie er meetekent."), field="guardian_name")
        file.is_minor, file.guardian_name = is_minor, name if is_minor else ""
        file.save(update_fields=["is_minor", "guardian_name"])
        if not is_minor:
            revoke_links(subject=file.placement, purpose=GUARDIAN, actor=actor)
            file.signatures.filter(party="guardian", reset_at__isnull=True).update(
                reset_at=now(), reset_reason=_("De student is 18 of ouder.")
            )
    return file
