"""Drafting, publishing and closing a vacancy, and what students keep of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Location, Organisation, TargetGroup, Team, TeamCapacity, WorkField
from organisations.weekdays import listing
from placements import accreditation
from placements.enums import VACANCY_TRANSITIONS, ApplicationStatus, VacancyStatus
from placements.models import Application, Favourite, Vacancy
from placements.services.agreement import require_agreement
from placements.services.locks import lock_student, lock_vacancy
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student

_MANY = ("qualifications", "target_groups", "work_fields", "work_processes", "supervisors")


class OpenApplicationsError(RuleError):
    """A vacancy cannot be closed while students wait for an answer (R1); `applications` are those."""

    def __init__(self, applications: list[Application]) -> None:
        self.applications = applications
        names = listing(application.alias for application in applications[:10])
        super().__init__(
            "open_applications",
            ngettext(
                "Er wacht nog %(n)d student op antwoord: %(names)s. Antwoord eerst, daarna kun je de vacature sluiten.",
                "Er wachten nog %(n)d studenten op antwoord: %(names)s. Antwoord eerst, daarna kun je de vacature sluiten.",
                len(applications),
            )
            % {"n": len(applications), "names": names},
        )


def create_vacancy(*, team: Team, actor: User | None, **fields: Any) -> Vacancy:
    """Make a draft for `team`; `fields` are those of `Vacancy`, with lists for qualifications, target_groups, ….

    The organisation is the team's, and the pool is the team's room in the period when none is named.
    """
    many = {name: fields.pop(name) for name in _MANY if name in fields}
    with transaction.atomic():
        fields.setdefault("location", team.location)
        fields.setdefault("pool", TeamCapacity.objects.filter(team=team, period=fields.get("period")).first())
        vacancy = Vacancy(team=team, organisation=team.organisation, **fields)
        vacancy.status = VacancyStatus.DRAFT
        _validate_pool(vacancy)
        vacancy.save(force_insert=True)
        _set_many(vacancy, many)
        _validate_supervisors(vacancy)
        refresh_search_text(Vacancy.objects.filter(pk=vacancy.pk))
    return vacancy


def update_vacancy(*, vacancy: Vacancy, actor: User | None, **fields: Any) -> Vacancy:
    """Change a vacancy. Places already given stay given: `places` cannot go below them (RuleError places_taken)."""
    many = {name: fields.pop(name) for name in _MANY if name in fields}
    with transaction.atomic():
        locked = lock_vacancy(vacancy.pk)
        _validate_move(locked, fields)
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.organisation = locked.team.organisation
        if locked.places < locked.places_taken:
            raise RuleError(
                "places_taken",
                ngettext(
                    "Er is al %(n)d plek vergeven. Het aantal plekken kan niet lager zijn.",
                    "Er zijn al %(n)d plekken vergeven. Het aantal plekken kan niet lager zijn.",
                    locked.places_taken,
                )
                % {"n": locked.places_taken},
                field="places",
            )
        if {"team", "period"} & fields.keys() and "pool" not in fields:
            locked.pool = TeamCapacity.objects.filter(team=locked.team, period=locked.period).first()
        _validate_pool(locked)
        locked.changed_at = now()
        locked.save()
        _set_many(locked, many)
        _validate_supervisors(locked)
        refresh_search_text(Vacancy.objects.filter(pk=locked.pk))
    return locked


def _validate_move(vacancy: Vacancy, fields: dict[str, Any]) -> None:
    """Places and hours that were given, or offered, were counted with this team, this period and these hours (R7)."""
    changes: set[str] = {
        name for name in ("team", "period", "pool") if name in fields and fields[name] != getattr(vacancy, name)
    }
    if "guidance_hours" in fields and fields["guidance_hours"] > vacancy.guidance_hours:
        changes.add("guidance_hours")
    if not changes:
        return
    offered = Application.objects.filter(vacancy=vacancy, status=ApplicationStatus.OFFERED).exists()
    if vacancy.places_taken and changes != {"guidance_hours"}:
        raise RuleError(
            "has_students",
            _("Er zijn al studenten geplaatst. Team en periode kunnen niet meer veranderen."),
            field="team",
        )
    if offered:
        raise RuleError(
            "has_offers", _("Er wacht nog een aanbod op antwoord. Wacht daarop, en verander dan het team of de uren.")
        )


def _validate_pool(vacancy: Vacancy) -> None:
    if vacancy.pool is not None and (
        vacancy.pool.team_id != vacancy.team_id or vacancy.pool.period_id != vacancy.period_id
    ):
        raise RuleError(
            "wrong_pool",
            _("Deze ruimte is van een ander team of een andere periode. Kies de ruimte van dit team."),
            field="pool",
        )


def _validate_supervisors(vacancy: Vacancy) -> None:
    """The people on the vacancy are of its own team and period; who is not any more, since it moved, is taken off."""
    others = vacancy.supervisors.all()
    if vacancy.pool_id is not None:
        others = others.exclude(pool=vacancy.pool_id)
    vacancy.supervisors.remove(*others)


def _set_many(vacancy: Vacancy, many: dict[str, Iterable[Any]]) -> None:
    for name, rows in many.items():
        getattr(vacancy, name).set(rows)


def _move(vacancy: Vacancy, to: VacancyStatus) -> None:
    source = VacancyStatus(vacancy.status)
    if to not in VACANCY_TRANSITIONS[source]:
        raise Conflict(
            "status_changed",
            _("Deze vacature staat nu op '%(status)s'. Ververs de pagina en kijk hoe het er nu voor staat.")
            % {"status": source.label},
        )
    vacancy.status = to


def publish_vacancy(*, vacancy: Vacancy, actor: User | None, publish_from: dt.date | None = None) -> Vacancy:
    """Show the vacancy to everybody, from `publish_from` (default: what it says, or today).

    Raises RuleError `incomplete` that lists what is missing, `not_approved` for an organisation that waits for approval,
    `agreement_needed` without the team's agreement with this text, and `not_recognised` when the erkenning by SBB for
    one of its opleidingen has expired.
    """
    with transaction.atomic():
        if vacancy.reserved_for_id is not None:
            lock_student(vacancy.reserved_for_id)  # whose application follows; the student comes first
        locked = lock_vacancy(vacancy.pk)
        missing = missing_for_publishing(locked)
        if missing:
            raise RuleError(
                "incomplete",
                _("De vacature is nog niet compleet. Vul nog in: %(missing)s.") % {"missing": listing(missing)},
            )
        # A place kept for one student is not public: the school has approved it.
        if not locked.organisation.is_approved and locked.reserved_for_id is None:
            raise RuleError(
                "not_approved", _("Jullie organisatie is nog niet goedgekeurd. Je hoort het als dat klaar is.")
            )
        require_agreement(locked)
        _require_recognised(locked)
        _move(locked, VacancyStatus.PUBLISHED)
        locked.publish_from = publish_from or locked.publish_from or today()
        locked.changed_at = now()
        locked.save(update_fields=["status", "publish_from", "changed_at"])
        refresh_search_text(Vacancy.objects.filter(pk=locked.pk))
        if locked.reserved_for_id is not None:
            from placements.own_places.services import apply_to_own_place  # it makes vacancies with this module

            apply_to_own_place(locked)
    return locked


def _require_recognised(vacancy: Vacancy) -> None:
    refused = [check for check in accreditation.checks_of(vacancy) if check.level == "refused"]
    if refused:
        raise RuleError("not_recognised", f"{refused[0].text} {refused[0].advice}")


def missing_texts(vacancy: Vacancy) -> list[str]:
    """What a draft needs before somebody can judge it."""
    return [] if vacancy.tasks.strip() else [_("wat de student gaat doen")]


def missing_for_publishing(vacancy: Vacancy) -> list[str]:
    """What a draft still needs before students may see it, in words; empty when it is complete."""
    missing = missing_texts(vacancy)
    if vacancy.pool is None or vacancy.pool.places == 0:
        missing.append(_("de ruimte van het team"))
    if not vacancy.qualifications.exists():
        missing.append(_("de opleiding"))
    if not vacancy.target_groups.exists():
        missing.append(_("de doelgroep"))
    if vacancy.publish_until is not None and vacancy.publish_until < today():
        missing.append(_("een datum in de toekomst bij 'te zien tot en met'"))
    return missing


def unpublish_vacancy(*, vacancy: Vacancy, actor: User | None) -> Vacancy:
    """Take the vacancy back to draft; like closing, not while students wait for an answer (R1)."""
    return _end(vacancy, VacancyStatus.DRAFT)


def close_vacancy(*, vacancy: Vacancy, actor: User | None) -> Vacancy:
    """Close the vacancy. Raises OpenApplicationsError while an application is open: those get their answer first (R1)."""
    return _end(vacancy, VacancyStatus.CLOSED)


def _end(vacancy: Vacancy, to: VacancyStatus) -> Vacancy:
    with transaction.atomic():
        locked = lock_vacancy(vacancy.pk)
        waiting = list(Application.objects.filter(vacancy=locked).open().order_by("answer_by", "pk"))
        if waiting:
            raise OpenApplicationsError(waiting)
        _move(locked, to)
        locked.changed_at = now()
        locked.save(update_fields=["status", "changed_at"])
    return locked


def refresh_search_text(vacancies: QuerySet[Vacancy]) -> int:
    """Write the names that full-text search must find beside the vacancy's own words; one statement for all rows."""

    def names(related: QuerySet[Any]) -> Coalesce:
        return Coalesce(Subquery(related), Value(""), output_field=TextField())

    def joined(model: Any) -> QuerySet[Any]:
        rows = model.objects.filter(vacancies=OuterRef("pk")).order_by().values("vacancies")
        names_in_order: QuerySet[Any] = rows.annotate(all=StringAgg("name", " ", order_by="name")).values("all")
        return names_in_order

    locations = Location.objects.filter(pk=OuterRef("location"))
    space = Value(" ")
    text = Concat(
        names(Organisation.objects.filter(pk=OuterRef("organisation")).values("name")),
        space,
        names(Team.objects.filter(pk=OuterRef("team")).values("name")),
        space,
        names(locations.values("postcode__place")),
        space,
        names(locations.values("neighbourhood")),
        space,
        names(joined(TargetGroup)),
        space,
        names(joined(WorkField)),
        output_field=TextField(),
    )
    return vacancies.order_by().update(search_text=text)


def toggle_favourite(*, student: Student, vacancy: Vacancy) -> bool:
    """Keep the place, or let it go; return whether it is kept now. New ones come last in the ranking."""
    with transaction.atomic():
        lock_student(student.pk)
        deleted, _rows = Favourite.objects.filter(student=student, vacancy=vacancy).delete()
        if deleted:
            return False
        last = Favourite.objects.filter(student=student).aggregate(last=Max("rank"))["last"]
        Favourite.objects.create(student=student, vacancy=vacancy, rank=0 if last is None else last + 1)
    return True


def move_favourite(*, student: Student, vacancy: Vacancy, up: bool) -> bool:
    """Move a kept place one up or down in the student's own order; return whether anything moved.

    Ranks are written anew from the order on the screen, so gaps and doubles from before do no harm.
    """
    with transaction.atomic():
        lock_student(student.pk)
        rows = list(Favourite.objects.filter(student=student).order_by("rank", "-created_at", "pk"))
        at = next((n for n, row in enumerate(rows) if row.vacancy_id == vacancy.pk), None)
        to = None if at is None else at - 1 if up else at + 1
        moved = at is not None and to is not None and 0 <= to < len(rows)
        if moved:
            rows[at], rows[to] = rows[to], rows[at]  # type: ignore[index]
        for rank, row in enumerate(rows):
            row.rank = rank
        Favourite.objects.bulk_update(rows, ["rank"])
    return moved
