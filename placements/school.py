"""How far a school's own students are: seeking, in conversation, offered, placed or stopped (features B2)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Organisation, StagePeriod
from placements.browse.pager import Pager, address
from placements.models import HelpSettings
from placements.progress import Progress, with_progress
from placements.student_rows import PER_PAGE, StudentRow, rows_of
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.prepared import Prepared, instance
from students.models import PlacementSearch, Student
from students.services import never_seen

MOST_TILES = 120


@dataclass(frozen=True)
class State:
    """A tab: a state with its number of students."""

    value: str
    label: str
    number: int
    chosen: bool
    url: str


def schools_of(user: User) -> list[Organisation]:
    """Return the schools where somebody is coordinator, by name, each with its thresholds. One query."""
    return [school_from(row) for row in _schools.rows(user=user.pk)]


def _own_schools(user: int) -> QuerySet[Organisation, dict[str, Any]]:
    rows = Organisation.objects.of(User(pk=user), Role.COORDINATOR).order_by("name", "pk")
    found: QuerySet[Organisation, dict[str, Any]] = rows.values(*SCHOOL_COLUMNS)
    return found


_SETTINGS = "help_settings__"
SCHOOL_COLUMNS = (
    *("id", "kind", "name", "slug"),
    *(_SETTINGS + field.attname for field in HelpSettings._meta.concrete_fields),
)
"""What `school_from` needs of a school: for a page that shows no more of it than its name."""
_schools = Prepared(_own_schools, user=int)


def school_from(row: Mapping[str, Any]) -> Organisation:
    """Return a school with its thresholds from `SCHOOL_COLUMNS`; asking for anything else of it costs a query."""
    school = instance(Organisation, row)
    has_settings = row[_SETTINGS + "id"] is not None
    school._state.fields_cache["help_settings"] = instance(HelpSettings, row, _SETTINGS) if has_settings else None
    return school


class ClassView:
    """The classes of one school with their numbers per state, and the students of one class as tiles.

    Who works at two schools chooses one: both may have a class 2A. A platform admin without a school sees all classes.
    """

    def __init__(self, user: User, query: QueryDict) -> None:
        self.schools = schools_of(user)
        wanted = query.get("school")
        self.school = next((s for s in self.schools if s.slug == wanted), self.schools[0] if self.schools else None)
        everyone = Student.objects.filter(school=self.school) if self.school else Student.objects.all()
        if self.school is None and not user.is_superuser:
            everyone = everyone.none()
        self.query = query
        self.everyone: QuerySet[Any] = with_progress(everyone.filter(is_active=True))
        self.chosen = (query.get("klas") or "").strip()[:30]

    @cached_property
    def rows(self) -> list[tuple[str, int, list[tuple[Progress, int]]]]:
        """Each class with its total and its number per state; without a class comes last."""
        counts: dict[str, dict[str, int]] = {}
        for row in self.everyone.order_by().values("class_name", "progress").annotate(n=Count("pk")):
            counts.setdefault(row["class_name"], {})[row["progress"]] = row["n"]
        return [
            (name, sum(found.values()), [(state, found.get(state.value, 0)) for state in Progress])
            for name, found in sorted(counts.items(), key=lambda item: (not item[0], item[0]))
        ]

    @cached_property
    def tiles(self) -> list[Student]:
        """The students of the chosen class, those who need a place first; at most a big class."""
        order = list(Progress)
        rows = self.everyone.filter(class_name=self.chosen).select_related("user")
        found = list(rows.order_by("user__last_name", "user__first_name", "pk")[:MOST_TILES])
        for student in found:
            student.progress = Progress(student.progress)
        return sorted(found, key=lambda student: order.index(student.progress))

    @property
    def label(self) -> str:
        return self.chosen or gettext("zonder klas")

    @property
    def kept(self) -> str:
        """What every address of this page keeps: '&school=…' for who has several."""
        return f"&school={self.school.slug}" if self.school is not None and len(self.schools) > 1 else ""

    @property
    def is_chosen(self) -> bool:
        return "klas" in self.query


def _per_state(students: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    rows: QuerySet[Any, dict[str, Any]] = students.order_by().values("progress").annotate(n=Count("pk"))
    return rows


def _per_state_of(school: int, day: dt.date) -> QuerySet[Any, dict[str, Any]]:
    return _per_state(with_progress(Student.objects.filter(school=school), day=day))


def _in_order(students: QuerySet[Any]) -> QuerySet[Any]:
    return students.order_by("class_name", "user__last_name", "user__first_name", "pk")


_of_school = Prepared(_per_state_of, school=int, day=dt.date)


class StudentOverview:
    """The students of one coordinator, as asked for in the address. Nine queries, whatever the number of students."""

    def __init__(self, user: User, query: QueryDict) -> None:
        self.query = query
        self.words = (query.get("q") or "").strip()[:80]
        self.class_name = (query.get("klas") or "").strip()[:30]
        year = query.get("leerjaar") or ""
        self.year = int(year) if year in {"1", "2", "3", "4"} else None
        state = query.get("stand") or ""
        self.state = state if state in Progress.values else ""
        # Through the visibility of the queryset, narrowed to the own school: a coordinator who is also a student
        # elsewhere does not find themselves here.
        self.schools = schools_of(user)
        self.school = next((school for school in self.schools if school.slug == query.get("school")), None)
        everyone = Student.objects.all() if user.is_superuser else Student.objects.filter(school__in=self.schools)
        if self.school is not None:
            everyone = everyone.filter(school=self.school)
        self.everyone = everyone
        wanted = query.get("periode")
        self.period = next((period for period in self.periods if period.slug == wanted), None)
        asked = everyone
        if self.words:
            asked = asked.annotate(full_name=Concat("user__first_name", Value(" "), "user__last_name")).filter(
                Q(full_name__icontains=self.words) | Q(student_number__istartswith=self.words)
            )
        if self.class_name:
            asked = asked.filter(class_name=self.class_name)
        if self.year:
            asked = asked.filter(year=self.year)
        if self.period is not None:
            asked = asked.filter(Exists(PlacementSearch.objects.filter(student=OuterRef("pk"), period=self.period)))
        self._asked = asked
        # All students of one school are what is opened most; that query is the same for everybody.
        only = self.school or (self.schools[0] if len(self.schools) == 1 else None)
        self._all_of = only.pk if only is not None and asked is everyone and not user.is_superuser else None

    @cached_property
    def asked(self) -> QuerySet[Any]:  # Any: the type checker does not know the annotations that are filtered on below
        """Who match everything but the state, each with how far they are."""
        return with_progress(self._asked, self.period)

    @cached_property
    def periods(self) -> list[StagePeriod]:
        """Periods that are not over in which one of these students looks for a place or has one."""
        theirs = PlacementSearch.objects.filter(period=OuterRef("pk"), student__in=self.everyone.order_by())
        return list(StagePeriod.objects.filter(Exists(theirs), ends_on__gte=today()).order_by("starts_on", "pk"))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of students per state, within the search, class and year."""
        if self._all_of is not None:
            rows: Iterable[Mapping[str, Any]] = _of_school.rows(school=self._all_of, day=today())
        else:
            rows = _per_state(self.asked)
        return {row["progress"]: row["n"] for row in rows}

    @property
    def total(self) -> int:
        """How many students match everything but the state."""
        return sum(self.counts.values())

    @cached_property
    def pager(self) -> Pager:
        return Pager(self.query, self.counts.get(self.state, 0) if self.state else self.total, PER_PAGE)

    @cached_property
    def students(self) -> list[StudentRow]:
        """This page of students, by class and name. Two queries."""
        # Who is on it first: only for them the database looks up the rest.
        keys = _in_order(self._in_state(self._asked)).values_list("pk", flat=True)
        page = keys[self.pager.start : self.pager.stop]
        names_school = len(self.schools) > 1 and self.school is None
        return rows_of(list(page), self.period, names_school=names_school)

    @cached_property
    def to_invite(self) -> int:
        """How many of this class and year never signed in and can be invited now."""
        rows = self.everyone
        if self.class_name:
            rows = rows.filter(class_name=self.class_name)
        if self.year:
            rows = rows.filter(year=self.year)
        return never_seen(rows).count()

    @cached_property
    def classes(self) -> list[str]:
        names = self.everyone.exclude(class_name="").order_by("class_name").values_list("class_name", flat=True)
        return list(names.distinct())

    @property
    def states(self) -> list[State]:
        """All states with their numbers; the first one is 'everybody'."""
        rows = [State("", str(_("iedereen")), self.total, not self.state, address(self.query, stand=None))]
        for progress in Progress:
            rows.append(
                State(
                    progress.value,
                    str(progress.label),
                    self.counts.get(progress.value, 0),
                    self.state == progress.value,
                    address(self.query, stand=progress.value),
                )
            )
        return rows

    def everyone_asked(self) -> QuerySet[Any]:
        """All students that match, by class and name: for a file and for paper."""
        return _in_order(self._in_state(self.asked)).select_related("user", "programme", "school")

    def _in_state(self, students: QuerySet[Any]) -> QuerySet[Any]:
        return self.asked.filter(progress=self.state) if self.state else students

    @property
    def filters(self) -> str:
        """Only what is a filter of the address, the same for the same choice, to keep under a name."""
        return urlencode({key: value for key, value in self.chosen.items() if value})

    @property
    def chosen(self) -> dict[str, str]:
        """Every filter with its value; '' for one that is not used."""
        return {
            "school": self.school.slug if self.school else "",
            "q": self.words,
            "klas": self.class_name,
            "leerjaar": str(self.year or ""),
            "periode": self.period.slug if self.period else "",
            "stand": self.state,
        }

    @property
    def is_filtered(self) -> bool:
        return any(self.chosen.values())
