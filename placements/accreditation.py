"""What is known of the erkenning by SBB for a vacancy, per kwalificatie (features O1, domain B2).

A mbo student may only do a stage at a leerbedrijf that SBB has recognised for that kwalificatie; the favourable
assessment is valid for four years. Publishing asks for it, or shows clearly that nobody looked.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.enums import AccreditationStatus
from organisations.models import Accreditation, Qualification
from placements.models import Vacancy
from stagematch.clock import today

STALE_DAYS = 365
"""A check older than this is a reason to look again."""


@dataclass(frozen=True)
class Check:
    """What is known about one kwalificatie: `level` is 'ok', 'warning' or 'refused'."""

    qualification: Qualification
    level: str
    text: str
    advice: str = ""


def checks_of(vacancy: Vacancy) -> list[Check]:
    """Return one check per kwalificatie of the vacancy, by name. Two queries."""
    wanted = list(vacancy.qualifications.all())
    return _checks(wanted, _known(vacancy.organisation_id, wanted), vacancy.ends_on)


def _known(organisation: int, wanted: list[Qualification]) -> dict[str, Accreditation]:
    """By crebo: a kwalificatie can have several rows, one per version of the reference data."""
    rows = Accreditation.objects.filter(
        organisation=organisation, qualification__crebo__in=[q.crebo for q in wanted]
    ).select_related("qualification")
    return {row.qualification.crebo: row for row in rows.order_by(F("checked_on").asc(nulls_first=True), "pk")}


def _checks(wanted: list[Qualification], known: dict[str, Accreditation], ends_on: dt.date) -> list[Check]:
    return [_check(q, known.get(q.crebo), ends_on) for q in sorted(wanted, key=lambda q: q.name)]


def _check(qualification: Qualification, row: Accreditation | None, ends_on: dt.date) -> Check:
    facts = {"name": qualification.name}
    look = _("Zoek jullie leerbedrijf op bij SBB en vul de erkenning in bij 'Erkenningen'.")
    if row is None or row.status == AccreditationStatus.UNKNOWN:
        return Check(qualification, "warning", _("De erkenning voor %(name)s is nog niet nagekeken.") % facts, look)
    if row.valid_until is not None:
        facts["day"] = date_format(row.valid_until, "j F Y")
    if row.status == AccreditationStatus.EXPIRED or (row.valid_until is not None and row.valid_until < today()):
        text = (
            _("De erkenning voor %(name)s liep af op %(day)s.")
            if row.valid_until is not None
            else _("De erkenning voor %(name)s is verlopen.")
        )
        return Check(
            qualification,
            "refused",
            text % facts,
            _("Vraag bij SBB een nieuwe erkenning aan. Of haal deze opleiding van de vacature."),
        )
    if row.status == AccreditationStatus.REQUESTED:
        return Check(
            qualification,
            "warning",
            _("De erkenning voor %(name)s is aangevraagd.") % facts,
            _("Dit duurt meestal twee weken. Een stage begint pas als de erkenning er is."),
        )
    if row.valid_until is not None and row.valid_until < ends_on:
        return Check(
            qualification,
            "warning",
            _("De erkenning voor %(name)s loopt af op %(day)s, tijdens de stage.") % facts,
            _("Vraag op tijd een verlenging aan bij SBB."),
        )
    if row.checked_on is None or row.checked_on < today() - dt.timedelta(days=STALE_DAYS):
        return Check(
            qualification,
            "warning",
            _("De erkenning voor %(name)s is langer dan een jaar niet nagekeken.") % facts,
            look,
        )
    return Check(
        qualification,
        "ok",
        _("Erkend voor %(name)s, nagekeken op %(day)s.") % {**facts, "day": date_format(row.checked_on, "j F Y")},
    )
