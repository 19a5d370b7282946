"""Which students of a school need help now, and why (features B3). A fixed number of queries, whatever the number of students."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from organisations import weekdays
from organisations.models import Organisation, StagePeriod, TargetGroup
from placements.enums import ApplicationStatus, PlacementStatus
from placements.guidance.enums import HelpAction, HelpReason, Rung, TaskStatus
from placements.guidance.registry import Found, found_elsewhere
from placements.guidance.rules import Facts, reasons_of
from placements.models import Application, HelpSettings, HelpTask, LadderStep, Placement, Rejection
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.drawn import DrawnOnce
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

IN_CONVERSATION = frozenset(
    {ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE, ApplicationStatus.OFFERED}
)
MOST_GROUPS = 2
HINT_SHOWN = dt.timedelta(days=30)
_GROUPS = PlacementSearch.target_groups.through.objects.filter(placementsearch=OuterRef("pk"))
WISHES = ArraySubquery(_GROUPS.order_by("targetgroup__name").values("targetgroup__name"))
"""The names of the doelgroepen a search would like, without a query of their own."""


def weight_of(found: Iterable[Found]) -> int:
    """How urgent all that was found of one student is."""
    return sum(reason.weight for reason in found)


@dataclass(frozen=True)
class HelpRow:
    """A student who needs somebody now, as a row of a table says it."""

    student: Student  # with user
    search: PlacementSearch | None  # with home and period
    found: tuple[Found, ...]  # heaviest first, never empty
    open_applications: int

    @property
    def reasons(self) -> list[str]:
        """Why now, in whole sentences: '3 keer nee gekregen.', 'Al 16 dagen stil.'"""
        return [reason.sentence for reason in self.found]

    @property
    def codes(self) -> list[HelpReason]:
        return [reason.code for reason in self.found]

    @property
    def weight(self) -> int:
        return weight_of(self.found)

    @property
    def is_structural(self) -> bool:
        """No place fits: searching harder does not help."""
        return any(reason.is_structural for reason in self.found)

    @property
    def kind(self) -> str:
        """'structural' or 'frictional'."""
        return "structural" if self.is_structural else "frictional"

    @property
    def kind_label(self) -> str:
        return _("Structureel") if self.is_structural else _("Frictie")

    @property
    def kind_badge(self) -> str:
        return "danger" if self.is_structural else "warning"

    @property
    def where(self) -> str:
        """'Leiden, leerjaar 2'."""
        year = _("leerjaar %(n)d") % {"n": self.student.year}
        home = self.search.home.place if self.search is not None and self.search.home is not None else ""
        return ", ".join(part for part in (home, year) if part)

    @property
    def seeks(self) -> str:
        """'ma en di, jongeren'; reads the prefetched target groups."""
        if self.search is None or self.search.status != SearchStatus.OPEN:
            return _("nog niet ingevuld")
        days = self.search.days_per_week
        if weekdays.count(self.search.weekdays) <= days:
            when = weekdays.listing(weekdays.short(self.search.weekdays).split(", "))
        else:
            when = _("1 dag") if days == 1 else _("%(n)d dagen") % {"n": days}
        wishes: list[str] | None = vars(self.search).get("wishes")  # `WISHES`, read with the row
        if wishes is None:
            wishes = [group.name for group in self.search.target_groups.all()[:MOST_GROUPS]]
        groups = [name[:1].lower() + name[1:] for name in wishes[:MOST_GROUPS]]
        return ", ".join([when, *([weekdays.listing(groups)] if groups else [])])

    @property
    def max_open(self) -> int:
        return django_settings.MAX_OPEN_APPLICATIONS

    @property
    def action(self) -> HelpAction:
        return self.found[0].action

    @property
    def action_label(self) -> str:
        return str(self.action.label)

    @property
    def action_url(self) -> str:
        """Where the action is done; `?doe=` opens the right form on the student's page."""
        if self.action == HelpAction.PLACE:
            return reverse("school-inventory")
        page = reverse("school-student", args=[self.student.public_id])
        if self.action == HelpAction.CALL:
            return f"{page}#reacties"
        if self.action == HelpAction.PROFILE:
            return f"{page}#zoektocht"
        return f"{page}?doe={self.found[0].code}#taken"

    @property
    def drawn(self) -> SafeString:
        """The row as html."""
        user, first = self.student.user, self.found[0]
        who = (self.student.public_id, user.first_name, user.last_name, user.email)
        what = (self.where, *self.reasons, self.seeks, self.open_applications, self.max_open)
        return _drawn.html(self, (who, what, self.is_structural, first.action, first.code))


_drawn = DrawnOnce("placements/guidance/_row.html", "row", most=1024)


def settings_of(school: Organisation) -> HelpSettings:
    """Return the thresholds of a school, or the defaults, unsaved. No query when the school was read with `help_settings`."""
    kept = Organisation._meta.get_field("help_settings")
    if kept.is_cached(school):
        return getattr(school, "help_settings", None) or HelpSettings(school_id=school.pk)
    return HelpSettings.objects.filter(school=school).first() or HelpSettings(school_id=school.pk)


def needing_help(
    school: Organisation,
    limit: int | None = None,
    *,
    day: dt.date | None = None,
    settings: HelpSettings | None = None,
    period: StagePeriod | None = None,
) -> list[HelpRow]:
    """Return the school's students who need somebody now, the most urgent first; at most `limit`.

    With a `period` only those with a search in it, which saves the query for who has none. For a few of many,
    `urgent.most_urgent` and `urgent.reasons_for` are cheaper.

    Whoever is in conversation, has an offer or has the place of that search is left out. Three queries (with a limit
    four: `with_wishes`) and one for every registered reason: fixed, whatever the number of students. Only for who may see these students.
    """
    day = day or today()
    settings = settings or settings_of(school)
    found = troubled(school, day, period)
    rows = _rows(list(found.select_related("student__user", "home", "period")), settings, day)
    for absent in without_search(school) if period is None else ():
        rows += absent_rows(absent, settings, day)
    rows.sort(key=lambda row: (-row.weight, row.student.user.last_name, row.student.user.first_name, row.student.pk))
    # Without a limit the caller shows a part of them: it asks for the wishes of that part.
    return rows if limit is None else with_wishes(rows[:limit])


def with_wishes(rows: list[HelpRow]) -> list[HelpRow]:
    """Read what these students would like, for `seeks`, in one query; return the same rows."""
    searches = [row.search for row in rows if row.search is not None]
    prefetch_related_objects(searches, Prefetch("target_groups", TargetGroup.objects.order_by("name")))
    return rows


def help_for(student: Student, searches: list[PlacementSearch]) -> HelpRow | None:
    """Return why one student needs somebody now, or None; `searches` are those of `searches_of`.

    One query for every registered reason when a search is open; one when there is nothing to look at.
    """
    settings, day = settings_of(student.school), today()
    mine = [search for search in searches if search.is_troubled]  # type: ignore[attr-defined]
    if not mine:
        found = [
            row
            for one in without_search(student.school).filter(pk=student.pk)
            for row in absent_rows(one, settings, day)
        ]
    else:
        found = _rows([min(mine, key=lambda s: (s.status != SearchStatus.OPEN, s.starts_on, s.pk))], settings, day)
    return found[0] if found else None


def searches_of(student: Student) -> list[PlacementSearch]:
    """Return all a student looked for, newest period first, with what `help_for` asks; one query."""
    day = today()
    rows = _with_facts(PlacementSearch.objects.filter(student=student).select_related("home", "period"))
    rows = rows.annotate(is_troubled=Case(When(_in_trouble(day), then=True), default=False))
    found: list[PlacementSearch] = list(rows.annotate(wishes=WISHES).order_by("-starts_on", "pk"))
    for search in found:
        search.student = student
    return found


def absent_rows(student: Student, settings: HelpSettings, day: dt.date) -> list[HelpRow]:
    """Return who has no search as a row when it is time to ask why, else nothing."""
    found = reasons_of(_facts_without(student), settings, day)
    return [HelpRow(student, None, tuple(found), 0)] if found else []


def _rows(searches: list[PlacementSearch], settings: HelpSettings, day: dt.date) -> list[HelpRow]:
    told = found_elsewhere([search.pk for search in searches if search.status == SearchStatus.OPEN])
    rows = []
    for search in searches:
        found = [*told.get(search.pk, []), *reasons_of(facts_of(search), settings, day)]
        if found:
            found.sort(key=lambda reason: -reason.weight)
            rows.append(HelpRow(search.student, search, tuple(found), open_of(vars(search))))
    return rows


def troubled(school: Organisation, day: dt.date, period: StagePeriod | int | None = None) -> QuerySet[PlacementSearch]:
    """One search per student who may need help: the open one, else the draft; the nearest to now wins. With `FACTS`."""
    found = PlacementSearch.objects.filter(_in_trouble(day), student__school=school)
    if period is not None:
        found = found.filter(period=period)
    # 'open' comes after 'draft' in the alphabet, so the other way round.
    return _with_facts(found).order_by("student_id", "-status", "starts_on", "pk").distinct("student_id")


def _in_trouble(day: dt.date) -> Q:
    """Searches that go on without a place and without a conversation."""
    talking = Application.objects.filter(search=OuterRef("pk"), status__in=IN_CONVERSATION)
    has_place = Placement.objects.filter(search=OuterRef("pk"), status__in=PlacementStatus.holding())
    elsewhere = Placement.objects.filter(
        student=OuterRef("student"), status__in=PlacementStatus.active(), ends_on__gte=day
    )
    going_on = Q(student__is_active=True, status__in=[SearchStatus.OPEN, SearchStatus.DRAFT], ends_on__gte=day)
    # A draft for later is no trouble while the stage of now goes on.
    for_later = Q(status=SearchStatus.DRAFT) & Q(Exists(elsewhere))
    return going_on & ~Q(Exists(has_place)) & ~Q(Exists(talking)) & ~for_later


def _with_facts(rows: QuerySet[PlacementSearch]) -> QuerySet[PlacementSearch]:
    """What `facts_of` reads of a search."""
    mine = Application.objects.filter(student=OuterRef("student"))
    unanswered = mine.filter(search=OuterRef("pk")).unanswered().order_by("submitted_at", "pk")
    stopped = Placement.objects.filter(search=OuterRef("pk"), status=PlacementStatus.ENDED_EARLY).order_by("-ended_on")
    earlier = PlacementSearch.objects.filter(
        student=OuterRef("student"), starts_on__lt=OuterRef("starts_on"), status=SearchStatus.PLACED
    )
    begun = LadderStep.objects.filter(search=OuterRef("pk"))
    rejected_now = Rejection.objects.filter(application__search=OuterRef("pk"))
    is_open = Q(status__in=ApplicationStatus.open_statuses())
    counted = (
        mine.order_by()
        .values("student")
        .annotate(json=JSONObject(open=Count("pk", filter=is_open), all=Count("pk"), last=Max("submitted_at")))
    )
    # Each is one look-up in an index: planning many takes the database longer than answering them.
    return rows.annotate(
        reacted=Subquery(counted.values("json")),
        oldest_waiting=Subquery(unanswered.values(json=JSONObject(pk="pk", at="submitted_at"))[:1]),
        fell_away=Subquery(stopped.values(json=JSONObject(pk="pk", on="ended_on", since="starts_on"))[:1]),
        # `Student.rejections` counts everything ever; it says something about this search when it is the first one.
        counts_rejections=~Exists(earlier) | Exists(begun) | Exists(rejected_now),
    )


def without_search(school: Organisation) -> QuerySet[Student]:
    """Students who have no search: those who were invited and never came, or came and never began."""
    never_came = Q(invited_at__isnull=False, user__last_login=None)
    return (
        Student.objects.filter(school=school, is_active=True, user__is_active=True)
        .filter(never_came | Q(user__last_login__isnull=False))
        .exclude(Exists(PlacementSearch.objects.filter(student=OuterRef("pk"))))
        .select_related("user")
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(moment).date() if moment is not None else None


def facts_of(search: PlacementSearch) -> Facts:
    """Return what the rules look at, for a search of `troubled` or `searches_of` with its student and user."""
    student = search.student
    return facts_from(
        vars(search)
        | {
            "pk": search.pk,
            "student__rejections": student.rejections,
            "student__invited_at": student.invited_at,
            "student__created_at": student.created_at,
            "student__user__last_login": student.user.last_login,
        }
    )


FACTS = (
    *("pk", "student_id", "status", "opened_on", "max_distance_km", "student__rejections", "student__invited_at"),
    *(
        "student__created_at",
        "student__user__last_login",
        "reacted",
        "oldest_waiting",
        "fell_away",
        "counts_rejections",
    ),
)
"""The columns that `facts_from` needs of a search."""


def facts_from(row: Mapping[str, Any]) -> Facts:
    """Return what the rules look at, from the columns `FACTS` of a search."""
    reacted, waiting, stopped = row["reacted"] or {}, row["oldest_waiting"] or {}, row["fell_away"] or {}
    last_login = _day(row["student__user__last_login"])
    on, since = _date(stopped.get("on")), _date(stopped.get("since"))
    return Facts(
        search=row["pk"],
        student=row["student_id"],
        is_open=row["status"] == SearchStatus.OPEN,
        rejections=row["student__rejections"] if row["counts_rejections"] else 0,
        opened_on=row["opened_on"],
        last_seen=_latest([row["opened_on"], last_login, _day(_moment(reacted.get("last")))]),
        waiting_since=_day(_moment(waiting.get("at"))),
        waiting_for=waiting.get("pk"),
        reactions=reacted.get("all", 0),
        began_on=last_login or _day(row["student__invited_at"]) or _day(row["student__created_at"]),
        never_signed_in=last_login is None,
        max_km=row["max_distance_km"],
        stopped=stopped.get("pk"),
        stopped_on=on,
        stopped_after=(on - since).days if on and since else 0,
    )


def open_of(row: Mapping[str, Any]) -> int:
    """How many reactions of this student wait for an outcome, from a row with `FACTS`."""
    return int((row["reacted"] or {}).get("open", 0))


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _facts_without(student: Student) -> Facts:
    seen = student.user.last_login
    return Facts(
        search=None,
        student=student.pk,
        is_open=False,
        began_on=_day(seen or student.invited_at),
        never_signed_in=seen is None,
    )


def _latest(days: Iterable[dt.date | None]) -> dt.date | None:
    return max((day for day in days if day is not None), default=None)


def task_rows(school: Organisation, user: User, which: str) -> tuple[QuerySet[HelpTask], dict[str, int]]:
    """Return the school's tasks of one tab, and how many each tab has: '' (open), 'mijn', 'niemand', 'klaar'. One query so far."""
    tasks = HelpTask.objects.visible_to(user).filter(school=school)
    conditions = {
        "": Q(status=TaskStatus.OPEN),
        "mijn": Q(status=TaskStatus.OPEN, owner=user),
        "niemand": Q(status=TaskStatus.OPEN, owner=None),
        "klaar": ~Q(status=TaskStatus.OPEN),
    }
    counts = tasks.aggregate(**{f"n{key}": Count("pk", filter=found) for key, found in conditions.items()})
    rows = tasks.filter(conditions.get(which, conditions[""])).select_related("student__user", "owner")
    order = ("-closed_at", "pk") if which == "klaar" else ("due_on", "pk")
    return rows.order_by(*order), {key: counts[f"n{key}"] for key in conditions}


def hints_shown(since: dt.date) -> QuerySet[LadderStep]:
    """The kind words students see now: reached after `since`, which is HINT_SHOWN ago, while the search is open."""
    return LadderStep.objects.filter(rung=Rung.HINT, on__gt=since, search__status=SearchStatus.OPEN)
