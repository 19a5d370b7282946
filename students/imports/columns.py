"""The columns of a list of students: under which names they come, and how a cell of each is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from organisations.enums import Route
from organisations.models import Organisation, Programme, StagePeriod
from stagematch.clock import today
from stagematch.regions.models import PostcodeArea
from stagematch.ui.tables import Column, Parser, date, email, one_of, text, weekdays, whole_number
from students.services.enrol import SELF_PREFIX

YEARS_AROUND = 10


def columns_for(school: Organisation) -> list[Column]:
    """Return what an import of this school reads, with its own opleidingen and the periods there are. Four queries."""
    programmes: dict[str, list[Programme]] = {}
    for programme in sorted(Programme.objects.filter(school=school).select_related("qualification"), key=_usual_first):
        for word in {programme.qualification.crebo: None, programme.name: None}:
            programmes.setdefault(word, []).append(programme)
    periods = {word: p for p in StagePeriod.objects.all() for word in (p.name, p.slug)}
    routes = {"BOL": Route.BOL, "BBL": Route.BBL, "certificaat": Route.CERTIFICATE}
    postcodes = dict(PostcodeArea.objects.values_list("pc4", "pk"))
    return [
        Column(
            "number",
            "Studentnummer",
            ["student nr", "studentnr", "leerlingnummer", "leerlingnr", "nummer", "deelnemernummer", "onderwijsnummer"],
            _student_number,
            True,
        ),
        Column("first_name", "Voornaam", ["roepnaam", "voornamen"], _name(80), True),
        Column(
            "prefix", "Tussenvoegsel", ["voorvoegsel", "voorvoegsels", "tussenvoegsels", "tv"], _name(20), default=""
        ),
        Column("last_name", "Achternaam", ["familienaam", "naam"], _name(95), True),
        Column(
            "email", "E-mail", ["e-mailadres", "emailadres", "mail", "school e-mail", "e-mail school"], _email, True
        ),
        Column(
            "programme",
            "Crebo",
            ["opleiding", "opleidingscode", "crebonummer"],
            one_of(programmes, _("opleiding van jullie school")),
            True,
        ),
        Column("year", "Leerjaar", ["jaar", "studiejaar"], whole_number(1, 4), True),
        Column("class_name", "Klas", ["groep", "basisgroep", "lesgroep", "stamgroep"], text(30), default=""),
        Column("phone", "Telefoon", ["mobiel", "telefoonnummer", "mobiele nummer"], _phone, default=""),
        Column("route", "Leerweg", ["traject"], one_of(routes, _("leerweg"))),
        Column("period", "Stageperiode", ["periode"], one_of(periods, _("stageperiode"))),
        Column("starts_on", "Startdatum", ["begin stage", "start bpv", "begindatum", "startdatum stage"], _near_date),
        Column("ends_on", "Einddatum", ["einde stage", "eind bpv", "einddatum stage"], _near_date),
        Column("weekdays", "Stagedagen", ["dagen", "bpv-dagen"], weekdays),
        Column("hours", "Uren per week", ["uren", "stage-uren"], whole_number(1, 40)),
        Column("home", "Postcode", ["woonpostcode", "pc"], _postcode(postcodes)),
    ]


def _usual_first(programme: Programme) -> tuple[bool, int, bool, int]:
    """Order opleidingen of one crebo: the newest version that holds, and BOL before the others."""
    version = programme.qualification
    return version.valid_from > today(), -version.valid_from.toordinal(), programme.route != Route.BOL, programme.pk


def _student_number(cell: Any) -> str:
    """Read a student number. Excel's own ways of spoiling one each get their sentence."""
    value = str(cell)
    if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", value):
        raise ValueError(
            _("‘%(cell)s’ is door Excel ingekort. Maak de kolom op als ‘Tekst’ en plak de nummers opnieuw.")
            % {"cell": value}
        )
    if re.search(r"\s", value):
        raise ValueError(_("‘%(cell)s’ heeft een spatie. Haal die weg.") % {"cell": value})
    if len(value) > 20:
        raise ValueError(_("is langer dan %(max)d tekens.") % {"max": 20})
    if value.lower().startswith(SELF_PREFIX):
        raise ValueError(
            _("een nummer kan niet met ‘%(prefix)s’ beginnen. Zet er het nummer van de school.")
            % {"prefix": SELF_PREFIX}
        )
    if not re.fullmatch(r"[\w./-]+", value):
        raise ValueError(_("‘%(cell)s’ is geen studentnummer. Gebruik alleen cijfers en letters.") % {"cell": value})
    return value


def _name(max_length: int) -> Parser:
    read = text(max_length)

    def parse(cell: Any) -> str:
        value: str = read(cell)
        if "@" in value:
            raise ValueError(_("‘%(cell)s’ lijkt een e-mailadres. Staan de kolommen goed?") % {"cell": value[:60]})
        if not re.search(r"[^\W\d_]|['’.-]", value):
            raise ValueError(_("‘%(cell)s’ is geen naam. Staan de kolommen goed?") % {"cell": value[:60]})
        return value

    return parse


def _email(cell: Any) -> str:
    value = email(cell)
    if len(value) > 254:
        raise ValueError(_("is langer dan %(max)d tekens.") % {"max": 254})
    return value


def _phone(cell: Any) -> str:
    """Read a telephone number; a nought that Excel took off the front comes back."""
    value = str(cell)
    digits = re.sub(r"\D", "", value)
    if not re.fullmatch(r"[+0-9()/. -]+", value) or not 9 <= len(digits) <= 15:
        raise ValueError(
            _("‘%(cell)s’ is geen telefoonnummer. Schrijf bijvoorbeeld 06 12345678.") % {"cell": value[:40]}
        )
    if len(value) > 20:
        raise ValueError(_("is langer dan %(max)d tekens.") % {"max": 20})
    return f"0{value}" if re.fullmatch(r"[1-9]\d{8}", value) else value


def _near_date(cell: Any) -> dt.date:
    """Read a date of a stage: not a birthday, and not the year 0207."""
    day = date(cell)
    if abs(day.year - today().year) > YEARS_AROUND:
        raise ValueError(_("%(day)s ligt te ver weg. Klopt het jaar?") % {"day": f"{day.day}-{day.month}-{day.year}"})
    return day


def _postcode(known: dict[str, int]) -> Callable[[Any], int]:
    def parse(cell: Any) -> int:
        found = re.fullmatch(r"(\d{4})\s*([A-Za-z]{2})?", str(cell))
        if not found:
            raise ValueError(_("‘%(cell)s’ is geen postcode. Schrijf bijvoorbeeld 3024 AB.") % {"cell": str(cell)[:20]})
        if found.group(1) not in known:
            raise ValueError(_("‘%(cell)s’ is geen bekende postcode.") % {"cell": cell})
        return known[found.group(1)]

    return parse
