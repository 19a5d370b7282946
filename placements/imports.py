"""Import of an organisation's vacancies from a file: as concepts, all or nothing, recognised by the organisation's own number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.enums import Need, Route
from organisations.models import (
    Location,
    Organisation,
    Qualification,
    StagePeriod,
    TargetGroup,
    Team,
    TeamCapacity,
    WorkField,
    WorkProcess,
)
from placements.enums import Allowance, VacancyKind, VacancyStatus
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.tables import (
    Column,
    ImportReport,
    Sheet,
    date,
    list_of,
    one_of,
    read_table,
    text,
    weekdays,
    whole_number,
)

Progress = Callable[[int, int], None]
_RELATIONS = ("qualifications", "target_groups", "work_fields", "work_processes")
_ROUTES = {"BOL": Route.BOL.bit, "BBL": Route.BBL.bit, "certificaat": Route.CERTIFICATE.bit}
_ALLOWANCES = {
    "ja": Allowance.MONTHLY,
    "stagevergoeding": Allowance.MONTHLY,
    "onkosten": Allowance.EXPENSES,
    "reiskosten": Allowance.EXPENSES,
    "nee": Allowance.NONE,
    "geen": Allowance.NONE,
}


def _hours(cell: Any) -> tuple[int, int]:
    """Read '16', '16-24' or '16 tot 24' as least and most hours a week."""
    parts = str(cell).lower().replace("tot", "-").replace("t/m", "-").replace("uur", "").split("-")
    numbers = [whole_number(1, 40)(part.strip()) for part in parts if part.strip()]
    if not numbers or len(numbers) > 2 or numbers[0] > numbers[-1]:
        raise ValueError(_("‘%(cell)s’ zijn geen uren. Schrijf bijvoorbeeld 16 of 16-24.") % {"cell": cell})
    return numbers[0], numbers[-1]


def _yes(cell: Any) -> bool:
    word = str(cell).strip().lower()
    if word in {"ja", "j", "x", "1", "true", "waar"}:
        return True
    if word in {"nee", "n", "0", "false", "onwaar"}:
        return False
    raise ValueError(_("‘%(cell)s’ is geen ja of nee.") % {"cell": cell})


def _columns(organisation: Organisation) -> list[Column]:
    teams = {team.name: team for team in Team.objects.filter(organisation=organisation, is_active=True)}
    locations = {loc.name: loc for loc in Location.objects.filter(organisation=organisation)}
    periods = {word: p for p in StagePeriod.objects.all() for word in (p.name, p.slug)}
    kinds = {str(kind.label): kind for kind in VacancyKind}
    qualifications = {q.crebo: q for q in Qualification.objects.all()} | {
        q.name: q for q in Qualification.objects.all()
    }
    groups = {g.name: g for g in TargetGroup.objects.all()}
    fields = {f.name: f for f in WorkField.objects.all()}
    processes = {p.code: p for p in WorkProcess.objects.order_by("valid_from")}
    return [
        Column("external_id", "Nummer", ["vacaturenummer", "id", "kenmerk"], text(40), True),
        Column("team", "Team", ["afdeling"], one_of(teams, _("team van jullie organisatie")), True),
        Column(
            "location", "Locatie", ["werkplek", "vestiging"], one_of(locations, _("locatie van jullie organisatie"))
        ),
        Column("title", "Titel", ["functie", "vacature", "naam"], text(120), True),
        Column("summary", "In één zin", ["samenvatting", "korte omschrijving", "intro"], text(240), True),
        Column("tasks", "Taken", ["wat ga je doen", "werkzaamheden", "omschrijving"], text(5000), True),
        Column("expectations", "Wat verwachten we", ["verwachtingen", "eisen"], text(5000), default=""),
        Column("guidance", "Begeleiding", ["hoe begeleiden we je"], text(5000), default=""),
        Column("kind", "Soort", ["soort stage"], one_of(kinds, _("soort stage")), default=VacancyKind.INDIVIDUAL),
        Column("period", "Periode", ["stageperiode"], one_of(periods, _("stageperiode")), True),
        Column("starts_on", "Startdatum", ["begindatum", "start"], date),
        Column("ends_on", "Einddatum", ["eind"], date),
        Column("weekdays", "Dagen", ["werkdagen", "stagedagen"], weekdays, True),
        Column("days_per_week", "Dagen per week", ["aantal dagen"], whole_number(1, 5)),
        Column("hours", "Uren", ["uren per week"], _hours, True),
        Column(
            "qualifications",
            "Opleidingen",
            ["crebo", "crebo's", "opleiding"],
            list_of(one_of(qualifications, _("opleiding"))),
            True,
        ),
        Column("years", "Leerjaren", ["leerjaar"], list_of(whole_number(1, 4)), True),
        Column("routes", "Leerwegen", ["leerweg"], list_of(one_of(_ROUTES, _("leerweg"))), default=[1]),
        Column("target_groups", "Doelgroepen", ["doelgroep"], list_of(one_of(groups, _("doelgroep"))), True),
        Column("work_fields", "Werkvelden", ["werkveld"], list_of(one_of(fields, _("werkveld"))), default=[]),
        Column(
            "work_processes", "Werkprocessen", ["werkproces"], list_of(one_of(processes, _("werkproces"))), default=[]
        ),
        Column("places", "Plekken", ["aantal plekken", "aantal"], whole_number(1, 200), True),
        Column("response_term_days", "Antwoordtermijn", ["reactietermijn"], whole_number(1, 20)),
        Column(
            "allowance", "Vergoeding", ["stagevergoeding"], one_of(_ALLOWANCES, _("vergoeding")), default=Allowance.NONE
        ),
        Column("allowance_amount", "Bedrag", ["bedrag per maand", "euro per maand"], whole_number(1, 2000)),
        Column("vog_needed", "VOG", ["vog nodig"], _yes, default=True),
        Column("step_free", "Toegankelijk", ["rolstoeltoegankelijk", "zonder drempel"], _yes, default=False),
        Column("publish_from", "Te zien vanaf", ["publiceren vanaf"], date),
        Column("publish_until", "Te zien tot", ["publiceren tot", "te zien tot en met"], date),
        Column("apply_until", "Reageren tot", ["sluitingsdatum", "reageren tot en met"], date),
    ]


def import_vacancies(
    *,
    organisation: Organisation,
    source: Path | bytes,
    actor: User | None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Create or update the vacancies of `organisation` from a CSV or XLSX file; new ones are concepts.

    All rows or none. A vacancy is recognised by the organisation's own number. A published vacancy is updated in place,
    but never below the places already given away (R7). Raises TableError when the file cannot be read at all.
    """
    sheet = Sheet(_columns(organisation), read_table(source))
    rows = list(sheet.values())
    created = updated = unchanged = 0
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        known = {
            v.external_id: v
            for v in Vacancy.objects.select_for_update()
            .filter(organisation=organisation)
            .exclude(external_id="")
            .prefetch_related(*_RELATIONS)
        }
        pools = {(p.team_id, p.period_id): p for p in TeamCapacity.objects.filter(team__organisation=organisation)}
        seen: dict[str, int] = {}
        touched: list[int] = []
        for done, (number, values) in enumerate(rows, 1):
            key = values["external_id"]
            if key in seen:
                sheet.problem(number, "Nummer", _("staat ook al in rij %(row)d.") % {"row": seen[key]})
                continue
            seen[key] = number
            fields, relations = _fields(sheet, number, values, organisation, pools)
            if fields is None:
                continue
            vacancy = known.get(key)
            is_new = vacancy is None
            vacancy = vacancy or Vacancy(organisation=organisation, external_id=key, status=VacancyStatus.DRAFT)
            changed = _apply(vacancy, fields, relations, is_new)
            if not _valid(sheet, number, vacancy):
                continue
            if is_new or changed:
                vacancy.changed_at = now()
                vacancy.save()
                for name, items in relations.items():
                    getattr(vacancy, name).set(items)
                touched.append(vacancy.pk)
            created += is_new
            updated += changed and not is_new
            unchanged += not changed and not is_new
            if progress and done % 100 == 0:
                progress(done, len(rows))
        if sheet.problems or dry_run:
            transaction.set_rollback(True)
        elif touched:
            from placements.services import refresh_search_text

            refresh_search_text(Vacancy.objects.filter(pk__in=touched))
    counts = (0, 0, 0) if sheet.problems else (created, updated, unchanged)
    return ImportReport(*counts, sheet.problems, sheet.unknown_headers, dry_run)


def _fields(
    sheet: Sheet,
    number: int,
    values: dict[str, Any],
    organisation: Organisation,
    pools: dict[tuple[int, int], TeamCapacity],
) -> tuple[dict[str, Any] | None, dict[str, list[Any]]]:
    """Turn a row into the fields and relations of a vacancy; None when the row cannot be one."""
    team, period = values["team"], values["period"]
    location = values["location"] or team.location
    if location is None:
        sheet.problem(number, "Locatie", _("is leeg, en dit team heeft zelf geen locatie."))
        return None, {}
    days = values["weekdays"].bit_count()
    per_week = values["days_per_week"] or min(5, days)
    if per_week > days:
        sheet.problem(number, "Dagen per week", _("is meer dan het aantal dagen in de kolom Dagen."))
        return None, {}
    if values["allowance_amount"] and values["allowance"] != Allowance.MONTHLY:
        sheet.problem(number, "Bedrag", _("er staat een bedrag, maar geen stagevergoeding."))
        return None, {}
    pool = pools.get((team.pk, period.pk))
    hours_min, hours_max = values["hours"]
    fields = {
        name: values[name]
        for name in (
            "title",
            "summary",
            "tasks",
            "expectations",
            "guidance",
            "kind",
            "weekdays",
            "places",
            "allowance",
            "allowance_amount",
            "vog_needed",
            "publish_from",
            "publish_until",
            "apply_until",
        )
    } | {
        "team_id": team.pk,
        "location_id": location.pk,
        "period_id": period.pk,
        "pool_id": pool.pk if pool else None,
        "starts_on": values["starts_on"] or period.starts_on,
        "ends_on": values["ends_on"] or period.ends_on,
        "days_per_week": per_week,
        "days_fixed": per_week == days,
        "hours_min": hours_min,
        "hours_max": hours_max,
        "years": sum({1 << (year - 1) for year in values["years"]}),
        "routes": sum(set(values["routes"])),
        "offers": Need.STEP_FREE if values["step_free"] or location.step_free else 0,
        "response_term_days": values["response_term_days"] or organisation.response_term_days,
    }
    return fields, {name: values[name] for name in _RELATIONS}


def _apply(vacancy: Vacancy, fields: dict[str, Any], relations: dict[str, list[Any]], is_new: bool) -> bool:
    changed = False
    for name, value in fields.items():
        if getattr(vacancy, name) != value:
            setattr(vacancy, name, value)
            changed = True
    if is_new:
        return True
    return changed or any(
        {item.pk for item in getattr(vacancy, name).all()} != {item.pk for item in items}
        for name, items in relations.items()
    )


def _valid(sheet: Sheet, number: int, vacancy: Vacancy) -> bool:
    """Let the model and its constraints judge, and say it in the words of the file."""
    if vacancy.places < vacancy.places_taken:
        sheet.problem(number, "Plekken", _("er zijn al %(taken)d plekken vergeven.") % {"taken": vacancy.places_taken})
        return False
    try:
        vacancy.full_clean(exclude=["organisation", "pool"])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            label = "" if name == "__all__" else str(getattr(vacancy._meta.get_field(name), "verbose_name", name))
            for message in messages:
                sheet.problem(number, label, message)
        return False
    return True
