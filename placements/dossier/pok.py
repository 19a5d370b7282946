"""What goes into a praktijkovereenkomst, what is still missing, and the draft as a PDF.

The contents follow the law on vocational education (WEB article 7.2.8: at least the first and last day, the hours and
how they are spread, the guidance, the part of the kwalificatie with how it is judged, and when the agreement ends) and
SBB's list of contents: contact data, opleiding and level, kind of BPV, praktijkopleider and werkprocessen (domain B1).
It is a draft for the school's own system: the school decides on the text that is signed, so our texts say only what
usually holds.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.enums import AccreditationStatus
from organisations.models import Accreditation, Location
from organisations.weekdays import text as days_text
from placements.dossier.enums import Party, SignedHow
from placements.models import Placement, PlacementFile
from stagematch.clock import today
from stagematch.ui.pdf import render_pdf


@dataclass(frozen=True)
class Row:
    """One line of the agreement; an empty value is still to be filled in."""

    label: str
    value: str
    owner: Party | None = None
    is_needed: bool = True


@dataclass
class Section:
    """A heading of the agreement with its lines."""

    title: str
    rows: list[Row] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Agreement:
    """The agreement as data: the page, the checklist and the PDF all read this."""

    placement: Placement
    file: PlacementFile
    sections: list[Section]

    @property
    def missing(self) -> list[Row]:
        """What stagematch can hold and nobody filled in yet."""
        return [row for section in self.sections for row in section.rows if row.is_needed and not row.value]


def missing_fields(placement: Placement, file: PlacementFile) -> list[str]:
    """Return the names of what the agreement needs from the file itself; the cheap part, without queries, for lists."""
    needed = [
        (_("dagen"), file.weekdays),
        (_("uren per week"), file.hours_per_week),
        (_("uren in totaal"), file.total_hours),
        (_("leerdoelen"), file.learning_goals),
        (_("begeleiding"), file.guidance.strip()),
        (_("vergoeding"), file.allowance.strip()),
        (_("leerbedrijf-ID van SBB"), placement.vacancy.organisation.sbb_number.strip()),
    ]
    return [str(name) for name, value in needed if not value]


def agreement_of(placement: Placement, file: PlacementFile) -> Agreement:
    """Return everything the agreement says about this placement. Four queries beyond the placement's own relations."""
    sections = [
        *_parties(placement, file),
        _programme(placement),
        _period(placement, file),
        _learning(placement, file),
        _guidance(placement, file),
        _rules(),
    ]
    return Agreement(placement, file, sections)


def _address(location: Location | None) -> str:
    if location is None:
        return ""
    return ", ".join(part for part in (location.street, f"{location.postcode.pc4} {location.postcode.place}") if part)


def _parties(placement: Placement, file: PlacementFile) -> list[Section]:
    student, organisation = placement.student, placement.vacancy.organisation
    supervisor = placement.supervisor.supervisor.user
    school_location = student.school.locations.select_related("postcode").order_by("pk").first()
    number = organisation.sbb_number
    people = [
        Section(
            _("Student"),
            [
                Row(_("Naam"), student.user.get_full_name()),
                Row(_("Studentnummer"), student.student_number),
                Row(_("E-mail"), student.user.email),
                Row(_("Geboortedatum en adres"), _("vult de school aan; stagematch bewaart dit niet"), is_needed=False),
                Row(
                    _("Jonger dan 18 bij het tekenen"),
                    "" if file.is_minor is None else _("ja") if file.is_minor else _("nee"),
                    Party.STUDENT,
                ),
            ],
        ),
        Section(
            _("School"),
            [
                Row(_("Naam"), student.school.name),
                Row(_("Adres"), _address(school_location), Party.SCHOOL, is_needed=False),
                Row(
                    _("Begeleider van school"),
                    file.school_contact.get_full_name() if file.school_contact else "",
                    Party.SCHOOL,
                ),
            ],
        ),
        Section(
            _("Leerbedrijf"),
            [
                Row(_("Naam"), organisation.name),
                Row(_("Leerbedrijf-ID van SBB"), number, Party.ORGANISATION),
                Row(_("Erkenning voor deze opleiding"), _accreditation(placement), Party.ORGANISATION, is_needed=False),
                Row(_("Team"), placement.vacancy.team.name),
                Row(_("Plek"), _address(placement.vacancy.location)),
                Row(_("Praktijkopleider"), supervisor.get_full_name()),
                Row(_("E-mail van de praktijkopleider"), supervisor.email),
            ],
        ),
    ]
    if file.is_minor:
        people.insert(
            1,
            Section(_("Ouder of voogd"), [Row(_("Naam"), file.guardian_name, Party.STUDENT)]),
        )
    return people


def _accreditation(placement: Placement) -> str:
    """SBB must have recognised the organisation for this kwalificatie (WEB article 7.2.10)."""
    rows = Accreditation.objects.filter(
        organisation=placement.vacancy.organisation,
        qualification__crebo=placement.student.programme.qualification.crebo,  # of any version of it
    )
    known = rows.order_by(F("checked_on").desc(nulls_last=True), "-pk").first()
    if known is None or known.status == AccreditationStatus.UNKNOWN:
        return ""
    label = str(known.get_status_display())
    return (
        _("%(status)s, nagekeken op %(day)s") % {"status": label, "day": date_format(known.checked_on, "j F Y")}
        if known.checked_on
        else label
    )


def _programme(placement: Placement) -> Section:
    programme = placement.student.programme
    qualification = programme.qualification
    return Section(
        _("Opleiding"),
        [
            Row(_("Opleiding"), programme.name),
            Row(_("Kwalificatie"), qualification.name),
            Row(_("Crebo"), qualification.crebo),
            Row(_("Niveau"), str(qualification.level)),
            Row(_("Leerweg"), str(placement.search.get_route_display())),
            Row(_("Leerjaar"), str(placement.student.year)),
        ],
    )


def _period(placement: Placement, file: PlacementFile) -> Section:
    org = Party.ORGANISATION
    return Section(
        _("Periode en uren"),
        [
            Row(_("Eerste dag"), date_format(placement.starts_on, "j F Y")),
            Row(_("Laatste dag"), date_format(placement.ends_on, "j F Y")),
            Row(_("Dagen"), days_text(file.weekdays) if file.weekdays else "", org),
            Row(_("Uren per week"), str(file.hours_per_week or ""), org),
            Row(_("Uren in totaal"), str(file.total_hours or ""), org),
            Row(_("Tijden"), placement.vacancy.times, org, is_needed=False),
        ],
    )


def _learning(placement: Placement, file: PlacementFile) -> Section:
    processes = [f"{p.code} {p.name}" for p in placement.vacancy.work_processes.all()]
    return Section(
        _("Wat de student leert"),
        [
            Row(_("Werkprocessen"), "\n".join(processes), Party.SCHOOL, is_needed=False),
            Row(_("Leerdoelen"), "\n".join(str(goal) for goal in file.learning_goals), Party.ORGANISATION),
        ],
    )


def _guidance(placement: Placement, file: PlacementFile) -> Section:
    moments = [
        f"{moment.get_kind_display()}: {date_format(moment.planned_on, 'j F Y')}"
        + (f" ({_('op de stageplek')})" if moment.on_spot else "")
        for moment in file.moments.all()
    ]
    return Section(
        _("Begeleiding, vergoeding en verzekering"),
        [
            Row(_("Begeleiding"), file.guidance, Party.ORGANISATION),
            Row(_("Contactmomenten met school"), "\n".join(moments), Party.SCHOOL),
            Row(_("Vergoeding"), file.allowance, Party.ORGANISATION),
            Row(_("Verzekering"), file.insurance, Party.SCHOOL, is_needed=False),
            Row(_("VOG"), _("nodig vóór de eerste dag") if file.vog_status != "not_needed" else _("niet nodig")),
        ],
    )


def _rules() -> Section:
    """What usually holds, in our own words; the school's own text goes before."""
    return Section(
        _("Afspraken"),
        paragraphs=[
            _(
                "De school beoordeelt de stage en weegt het oordeel van de praktijkopleider mee. "
                "De student werkt aan de leerdoelen hierboven en laat zien wat er geleerd is."
            ),
            _(
                "Het leerbedrijf zorgt voor een veilige plek en voor tijd om te begeleiden. Het leerbedrijf is "
                "verantwoordelijk voor schade die de student tijdens het werk maakt, behalve bij opzet of roekeloosheid. "
                "De school vertelt welke verzekering er voor studenten is."
            ),
            _("De student houdt geheim wat vertrouwelijk is over cliënten en collega's, ook na de stage."),
            _(
                "De overeenkomst eindigt op de laatste dag, of eerder: als alle partijen dat willen, als de student van "
                "school gaat, als het leerbedrijf zijn erkenning verliest, of als doorgaan niet redelijk is. Dan is er "
                "eerst een gesprek, en de reden staat op papier."
            ),
            _(
                "Valt de plek weg buiten de schuld van de student, dan zorgt de school samen met de student voor een andere."
            ),
        ],
    )


@translation.override(settings.LANGUAGE_CODE)  # an agreement under Dutch law, whoever asks for it
def pok_pdf(placement: Placement, file: PlacementFile) -> bytes:
    """Return the draft agreement as an accessible PDF; what is not known says so. Costs the queries of `agreement_of`."""
    agreement = agreement_of(placement, file)
    title = _("Praktijkovereenkomst van %(student)s bij %(organisation)s") % {
        "student": placement.student.user.get_full_name(),
        "organisation": placement.vacancy.organisation.name,
    }
    data: dict[str, Any] = {
        "title": title,
        "watermark": _("concept"),
        "footer": _("Concept, versie %(n)d, gemaakt op %(day)s met stagematch")
        % {"n": file.version, "day": date_format(today(), "j F Y")},
        "intro": _(
            "Dit is een concept. De school maakt er de overeenkomst van die student, school en leerbedrijf tekenen. "
            "Klopt er iets niet? Zeg het vóór je tekent."
        ),
        "missing_title": _("Nog invullen"),
        "missing": [row.label for row in agreement.missing],
        "to_fill": _("nog invullen"),
        "head_what": _("Onderdeel"),
        "head_value": _("Afspraak"),
        "sections": [
            {
                "title": section.title,
                "rows": [{"label": row.label, "value": row.value} for row in section.rows],
                "paragraphs": section.paragraphs,
                "items": section.items,
            }
            for section in agreement.sections
        ],
        "sign_title": _("Handtekeningen"),
        "sign_text": _("Wie tekent, heeft de overeenkomst gelezen en gaat akkoord."),
        "sign_head": [_("Partij"), _("Naam"), _("Datum"), _("Handtekening")],
        "signatures": _signature_rows(placement, file),
    }
    return render_pdf("pok", data)


def signing_parties(file: PlacementFile) -> list[Party]:
    """Who must sign: student, school and leerbedrijf, and a parent or guardian of a minor (domain B1)."""
    parties = [Party.STUDENT, Party.SCHOOL, Party.ORGANISATION]
    return [*parties, Party.GUARDIAN] if file.is_minor else parties


def _signature_rows(placement: Placement, file: PlacementFile) -> list[dict[str, str]]:
    signed = {s.party: s for s in file.signatures.all() if s.reset_at is None}
    names = {
        Party.STUDENT: placement.student.user.get_full_name(),
        Party.SCHOOL: file.school_contact.get_full_name() if file.school_contact else "",
        Party.ORGANISATION: placement.supervisor.supervisor.user.get_full_name(),
        Party.GUARDIAN: file.guardian_name,
    }
    rows = []
    for party in signing_parties(file):
        found = signed.get(party)
        rows.append(
            {
                "party": str(party.label).capitalize(),
                "name": found.name if found else names[party],
                "date": date_format(found.signed_on, "j F Y") if found else "",
                "how": str(SignedHow(found.how).label) if found else "",
            }
        )
    return rows
