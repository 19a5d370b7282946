"""Rules that raise. A page calls them to be kind, a service calls them under a lock to be right."""

from django.conf import settings
from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations import weekdays
from placements import rules
from placements.enums import ApplicationStatus, RejectionReason
from placements.models import Application, Vacancy
from stagematch.clock import today
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch, Student


def validate_can_apply(student: Student, search: PlacementSearch | None, vacancy: Vacancy) -> None:
    """Raise RuleError when this student may not apply to this vacancy now; `code` says which rule.

    Codes: no_search, placed, not_published, closed, already_applied, wrong_qualification, wrong_year, wrong_route,
    days, hours, period, limit_reached, vacancy_full. What can never fit is told before what is only full today.
    """
    ready = _validate_search(student, search)
    _validate_vacancy(vacancy, student)
    _validate_first_time(student, vacancy)
    validate_fits(student, ready, vacancy)
    validate_limits(student, vacancy)


def _validate_search(student: Student, search: PlacementSearch | None) -> PlacementSearch:
    if search is None or search.student_id != student.pk:
        raise RuleError("no_search", _("Vul eerst in welke stage je zoekt. Daarna kun je reageren."))
    if search.status == SearchStatus.PLACED:
        raise RuleError("placed", _("Je hebt al een stageplek voor deze periode. Je hoeft niet meer te reageren."))
    if search.status != SearchStatus.OPEN:
        raise RuleError(
            "no_search", _("Je zoektocht staat nog niet aan. Maak je gegevens compleet, dan kun je reageren.")
        )
    return search


def _validate_vacancy(vacancy: Vacancy, student: Student) -> None:
    if vacancy.apply_until is not None and vacancy.apply_until < today():
        raise RuleError(
            "closed",
            _("Je kon reageren tot en met %(day)s. Bekijk andere plekken die bij je passen.")
            % {"day": date_format(vacancy.apply_until, "j F")},
        )
    if not rules.is_open_for(vacancy, student):
        raise RuleError("not_published", _("Deze plek staat niet meer open. Bekijk andere plekken die bij je passen."))


def _validate_first_time(student: Student, vacancy: Vacancy) -> None:
    earlier = set(Application.objects.filter(student=student, vacancy=vacancy).values_list("status", flat=True))
    if earlier & ApplicationStatus.open_statuses():
        raise RuleError("already_applied", _("Je reactie op deze plek is al verstuurd. Je vindt hem bij 'Mijn stage'."))
    if ApplicationStatus.REJECTED in earlier:
        raise RuleError(
            "already_applied", _("Je kreeg op deze plek al een antwoord. Kies een andere plek die bij je past.")
        )


def validate_fits(student: Student, search: PlacementSearch, vacancy: Vacancy) -> None:
    """Raise RuleError when the facts of student and vacancy exclude each other (features M2, without distance)."""
    qualification = student.programme.qualification
    if not vacancy.qualifications.filter(crebo=qualification.crebo).exists():
        raise RuleError(
            "wrong_qualification",
            _("Deze plek is niet voor jouw opleiding, %(name)s. Zoek een plek met jouw opleiding.")
            % {"name": qualification.name},
        )
    if not rules.accepts_year(vacancy, student.year):
        raise RuleError(
            "wrong_year",
            _("Deze plek is niet voor leerjaar %(year)d. Zoek een plek voor jouw leerjaar.") % {"year": student.year},
        )
    if not rules.accepts_route(vacancy, search.route):
        raise RuleError(
            "wrong_route",
            _("Deze plek is niet voor de leerweg %(route)s. Zoek een plek met jouw leerweg.")
            % {"route": search.get_route_display()},
        )
    _validate_days(search, vacancy)
    if not vacancy.hours_min <= search.hours_per_week <= vacancy.hours_max:
        raise RuleError(
            "hours",
            _("Deze plek vraagt %(low)d tot %(high)d uur per week. Jij zoekt %(own)d uur. Klopt dat nog?")
            % {"low": vacancy.hours_min, "high": vacancy.hours_max, "own": search.hours_per_week},
        )
    _validate_period(search, vacancy)


def _validate_days(search: PlacementSearch, vacancy: Vacancy) -> None:
    shared = search.weekdays & vacancy.weekdays
    if vacancy.days_fixed and shared != vacancy.weekdays:
        raise RuleError(
            "days",
            _("Op deze plek ben je er altijd op %(days)s. Jij kunt niet op %(missing)s.")
            % {"days": weekdays.text(vacancy.weekdays), "missing": weekdays.text(vacancy.weekdays & ~search.weekdays)},
        )
    needed = max(search.days_per_week, vacancy.days_per_week)
    if weekdays.count(shared) < needed:
        raise RuleError(
            "days",
            ngettext(
                "Deze plek is op %(days)s. Jullie hebben %(needed)d dag samen nodig, en dat lukt niet.",
                "Deze plek is op %(days)s. Jullie hebben %(needed)d dagen samen nodig, en dat lukt niet.",
                needed,
            )
            % {"days": weekdays.text(vacancy.weekdays), "needed": needed},
        )


def _validate_period(search: PlacementSearch, vacancy: Vacancy) -> None:
    shared = (min(search.ends_on, vacancy.ends_on) - max(search.starts_on, vacancy.starts_on)).days + 1
    length = (search.ends_on - search.starts_on).days + 1
    if shared <= 0 or shared * 100 < length * rules.PERIOD_PERCENT:
        raise RuleError(
            "period",
            _("Deze plek is van %(start)s tot en met %(end)s. Dat past niet bij de periode die jij zoekt.")
            % {"start": date_format(vacancy.starts_on, "j F Y"), "end": date_format(vacancy.ends_on, "j F Y")},
        )


def validate_limits(student: Student, vacancy: Vacancy) -> None:
    """Raise RuleError limit_reached or vacancy_full (R3). Exact only while student and vacancy are locked."""
    limit = settings.MAX_OPEN_APPLICATIONS
    own, here = Q(student=student), Q(vacancy=vacancy)
    counted = Application.objects.filter(own | here).open()
    n = counted.aggregate(own=Count("pk", filter=own), here=Count("pk", filter=here))
    if n["own"] >= limit:
        raise RuleError(
            "limit_reached",
            ngettext(
                "Je hebt al %(n)d open reactie. Wacht op antwoord of trek hem in. Daarna kun je weer reageren.",
                "Je hebt al %(n)d open reacties. Wacht op antwoord of trek er één in. Daarna kun je weer reageren.",
                limit,
            )
            % {"n": limit},
        )
    if not rules.takes_more(vacancy, n["here"]):
        raise RuleError(
            "vacancy_full",
            _(
                "Op deze plek reageerden al genoeg studenten. Zet je op de wachtlijst. Je krijgt een mail als er ruimte is."
            ),
        )


def validate_reason(reason: str) -> RejectionReason:
    """Return the reason as a member of `RejectionReason`; raise RuleError reason_required for anything else."""
    if reason not in RejectionReason.values:
        raise RuleError("reason_required", _("Kies een reden. Die ziet de student ook."), field="reason")
    return RejectionReason(reason)
