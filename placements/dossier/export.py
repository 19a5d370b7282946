"""The stages of a school as rows for a spreadsheet (features B10)."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from placements.dossier.access import with_file
from placements.dossier.checklist import checklist_of, next_moment
from placements.dossier.enums import Party
from placements.models import Placement

Cell = str | int | dt.date | None


def export_rows(placements: Iterable[Placement]) -> tuple[list[str], list[list[Cell]]]:
    """Return the head and a row per stage: what the school's own system asks for, no reasons, talks or evaluations."""
    head = [
        _("student"),
        _("studentnummer"),
        _("klas"),
        _("crebo"),
        _("organisatie"),
        _("leerbedrijf-ID"),
        _("team"),
        _("praktijkopleider"),
        _("eerste dag"),
        _("laatste dag"),
        _("uren in totaal"),
        _("status"),
        _("student getekend"),
        _("school getekend"),
        _("leerbedrijf getekend"),
        _("ouder of voogd getekend"),
        _("VOG"),
        _("gesprekken gehouden"),
        _("volgende gesprek"),
        _("mist nog"),
    ]
    return head, [_row(placement) for placement in placements]


def _row(placement: Placement) -> list[Cell]:
    file = with_file(placement)
    signed = {s.party: s.signed_on for s in file.signatures.all() if s.reset_at is None}
    upcoming = next_moment(file) if placement.is_active else None
    checklist = checklist_of(placement, file)
    return [
        placement.student.user.get_full_name(),
        placement.student.student_number,
        placement.student.class_name,
        placement.student.programme.qualification.crebo,
        placement.vacancy.organisation.name,
        placement.vacancy.organisation.sbb_number,
        placement.vacancy.team.name,
        placement.supervisor.supervisor.user.get_full_name(),
        placement.starts_on,
        placement.ended_on or placement.ends_on,
        file.total_hours,
        str(placement.get_status_display()),
        signed.get(Party.STUDENT),
        signed.get(Party.SCHOOL),
        signed.get(Party.ORGANISATION),
        signed.get(Party.GUARDIAN),
        str(file.get_vog_status_display()) if placement.is_active else "",
        sum(moment.held_on is not None for moment in file.moments.all()),
        upcoming.planned_on if upcoming else None,
        "; ".join(item.label for item in checklist.blocking) if placement.is_active else "",
    ]
