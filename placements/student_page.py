"""What a student reads about their own applications: where it stands, what comes next and when."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
    prefetch_related_objects,
)
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from placements.enums import ApplicationStatus, AssistedKind, AssistedStatus, ForwardStatus, InterviewStatus
from placements.guidance.selectors import HINT_SHOWN, hints_shown
from placements.models import (
    Application,
    ApplicationDraft,
    AssistedApplication,
    Favourite,
    ForwardRequest,
    Interview,
    Placement,
    WaitingListEntry,
)
from placements.selectors import next_step
from stagematch.along import along
from stagematch.clock import now, today
from stagematch.ui.prepared import Prepared
from students.models import PlacementSearch, Student

# How long a closed application stays on the overview; retention removes it after 28 days unless the student keeps it.
SHOW_CLOSED_DAYS = 60
MOST_SAVED = 5


def day_text(day: dt.date) -> str:
    """'dinsdag 22 september'."""
    return date_format(day, "l j F")


def moment_text(moment: dt.datetime) -> str:
    """'dinsdag 22 september om 10.30 uur'."""
    local = timezone.localtime(moment)
    return _("%(day)s om %(time)s uur") % {"day": day_text(local.date()), "time": date_format(local, "H.i")}


def _talks() -> "Prefetch[Any]":
    interviews = along(Interview.objects.exclude(status=InterviewStatus.CANCELLED).select_related("host"), "slots")
    return Prefetch("interviews", queryset=interviews, to_attr="talks")


def own_applications(student: Student) -> QuerySet[Application]:
    """Return the student's applications with all a page shows of them; two queries, whatever their number."""
    return _own_applications(student.pk).prefetch_related(_talks())


def _own_applications(student: int) -> QuerySet[Application]:
    asked = ForwardRequest.objects.filter(application=OuterRef("pk"), status=ForwardStatus.ASKED)
    rows = (
        Application.objects.filter(student=student)
        .select_related(
            "vacancy__organisation",
            "vacancy__team",
            "vacancy__location__postcode",
            "rejection__shared",
            "cv",
            "offered_supervisor__supervisor__user",
        )
        .defer("vacancy__search_vector", "vacancy__search_text")
        .annotate(
            forward_question=Subquery(asked.values("public_id")),
            forward_team=Subquery(asked.values("to_vacancy__team__name")),
        )
    )
    return along(rows, "events")


def own_application(student: Student, public_id: object) -> Application:
    """Return one's own application; somebody else's does not exist (404)."""
    found = get_object_or_404(own_applications(student).select_related("search__home"), public_id=public_id)
    found.student = found.search.student = student
    return found


def open_for_choice(student: Student) -> list[Application]:
    """The open applications of a student who has reached the limit, the one that waits longest without news first."""
    unanswered = Q(status__in=ApplicationStatus.unanswered())
    return list(
        Application.objects.filter(student=student)
        .open()
        .select_related("vacancy__organisation")
        .defer("vacancy__search_vector", "vacancy__search_text")
        .annotate(is_waiting=Case(When(unanswered, then=Value(0)), default=Value(1), output_field=IntegerField()))
        .order_by("is_waiting", "submitted_at", "pk")
    )


@dataclass(frozen=True)
class Unsent:
    """A text about a place that went nowhere yet: an own draft, or a request that waits for a yes or no."""

    what: str  # 'draft', 'request' or 'introduced'
    vacancy: UUID
    title: str
    organisation: str
    at: dt.datetime  # when the draft was kept, until when the request can be answered, or when the student said yes
    request: UUID | None
    kind: str
    origin: str
    reply: str

    @property
    def reply_label(self) -> str:
        """What the organisation said to the introduction, in words."""
        return str(dict(AssistedApplication._meta.get_field("reply").flatchoices).get(self.reply, ""))


@dataclass(frozen=True)
class Texts:
    """Everything about a place that is no reaction, or not yet."""

    drafts: list[Unsent] = field(default_factory=list)  # last touched first
    requests: list[Unsent] = field(default_factory=list)  # to answer, most urgent first
    introduced: list[Unsent] = field(default_factory=list)  # by the own school, the newest first


def texts_of(student: Student) -> Texts:
    """Return the student's drafts, the requests to answer, and where the school introduces them. One query."""
    place = ("vacancy__public_id", "vacancy__title", "vacancy__organisation__name")
    drafts = (
        ApplicationDraft.objects.filter(student=student)
        .order_by()
        .values_list(
            Value("draft"), *place, "updated_at", Value(None, output_field=UUIDField()), Value(""), Value(""), Value("")
        )
    )
    requests = (
        AssistedApplication.objects.waiting()
        .filter(student=student)
        .order_by()
        .values_list(Value("request"), *place, "expires_at", "public_id", "kind", "origin", Value(""))
    )
    introduced = (
        AssistedApplication.objects.filter(
            student=student, kind=AssistedKind.INTRODUCE, status=AssistedStatus.AGREED, answered_at__isnull=False
        )
        .order_by()
        .values_list(Value("introduced"), *place, "answered_at", "public_id", "kind", "origin", "reply")
    )
    rows = sorted((Unsent(*row) for row in drafts.union(requests, introduced, all=True)), key=lambda row: row.at)
    return Texts(
        drafts=[row for row in reversed(rows) if row.what == "draft"],
        requests=[row for row in rows if row.what == "request"],
        introduced=[row for row in reversed(rows) if row.what == "introduced"][:10],
    )


@dataclass
class Row:
    """One application as the student sees it."""

    application: Application
    talks: list[Interview] = field(default_factory=list)

    @property
    def status(self) -> ApplicationStatus:
        return ApplicationStatus(self.application.status)

    @property
    def talk(self) -> Interview | None:
        """The talk that matters now: the last one."""
        return self.talks[-1] if self.talks else None

    @property
    def to_choose(self) -> Interview | None:
        """A talk that waits for the student to pick a time, with times that are still to come."""
        talk = self.talk
        waiting = self.application.is_open and talk is not None and talk.status == InterviewStatus.PROPOSED
        return talk if waiting else None

    @property
    def slots(self) -> list[object]:
        return [slot for slot in self.talk.slots.all() if slot.starts_at > now()] if self.talk else []

    @property
    def planned(self) -> Interview | None:
        talk = self.talk
        return talk if talk is not None and talk.status == InterviewStatus.PLANNED else None

    @property
    def is_offer(self) -> bool:
        return self.status == ApplicationStatus.OFFERED

    @property
    def needs_answer(self) -> bool:
        """Whether the student has to do something now."""
        talk = self.to_choose
        return self.is_offer or (talk is not None and talk.asked_at is None)

    @property
    def overdue(self) -> bool:
        """Whether the organisation should have answered by now (R1)."""
        return self.status in ApplicationStatus.unanswered() and self.application.answer_by < today()

    @property
    def days_left(self) -> int | None:
        """Days until an offer ends."""
        until = self.application.offer_until
        return (until - today()).days if self.is_offer and until else None

    @property
    def now(self) -> str:
        """One or two sentences: where it stands, what comes next and when."""
        application, talk = self.application, self.talk
        if self.to_choose is not None and talk is not None and talk.asked_at is not None:
            return _("Je vroeg om andere tijden. %(who)s stuurt je nieuwe.") % {
                "who": application.vacancy.organisation.name
            }
        if self.to_choose is not None:
            return _("Je bent uitgenodigd voor een gesprek. Kies een tijd die jou past.")
        if self.planned is not None and self.planned.starts_at and application.is_open:
            return _("Je gesprek is op %(when)s. Plek: %(where)s.") % {
                "when": moment_text(self.planned.starts_at),
                "where": self.planned.where,
            }
        if talk is not None and talk.status == InterviewStatus.MISSED and application.is_open:
            return _("Jullie spraken elkaar niet. %(who)s kan je nieuwe tijden sturen.") % {
                "who": application.vacancy.organisation.name
            }
        if talk is not None and talk.status == InterviewStatus.HELD and self.status == ApplicationStatus.INVITED:
            return _("Je gesprek is geweest. %(who)s laat weten hoe het verder gaat.") % {
                "who": application.vacancy.organisation.name
            }
        return next_step(application)


@dataclass(frozen=True)
class Overview:
    """The student's own page: what needs an answer first, then everything that runs, then what has ended."""

    urgent: list[Row]
    running: list[Row]
    ended: list[Row]
    limit: int

    @property
    def open_count(self) -> int:
        return sum(row.application.is_open for row in [*self.urgent, *self.running])

    @property
    def tiles(self) -> list[bool]:
        return [n < self.open_count for n in range(self.limit)]

    @property
    def all(self) -> list[Row]:
        return [*self.urgent, *self.running, *self.ended]


def rows_of(applications: Iterable[Application]) -> list[Row]:
    """Return the rows with their talks, round by round."""
    return [Row(a, sorted(a.talks, key=lambda t: (t.round, t.pk))) for a in applications]  # type: ignore[attr-defined]


def _shown_of(student: int, since: dt.datetime) -> QuerySet[Application]:
    return (
        _own_applications(student)
        .select_related("search")
        .filter(Q(closed_at__isnull=True) | Q(closed_at__gte=since) | Q(status=ApplicationStatus.ACCEPTED))
        .annotate(
            place_first=Case(
                When(status=ApplicationStatus.ACCEPTED, then=Value(0)), default=Value(1), output_field=IntegerField()
            )
        )
        .order_by("place_first", "-submitted_at", "pk")
    )


_shown = Prepared(_shown_of, student=int, since=dt.datetime)


def overview(student: Student, limit: int) -> Overview:
    """Return the overview of a student. Two queries."""
    shown = _shown.objects(student=student.pk, since=now() - dt.timedelta(days=SHOW_CLOSED_DAYS))
    prefetch_related_objects(shown, _talks())
    rows = rows_of(shown)
    urgent = sorted([r for r in rows if r.needs_answer], key=lambda r: (not r.is_offer, r.application.answer_by))
    running = [
        r for r in rows if not r.needs_answer and (r.application.is_open or r.status == ApplicationStatus.ACCEPTED)
    ]
    ended = [r for r in rows if not r.needs_answer and r not in running]
    return Overview(urgent, running, ended, limit)


@dataclass(frozen=True)
class Has:
    """What a student has, so that the overview only asks for what is there."""

    cv: bool
    wishes: bool
    goals: bool
    waiting: bool
    unsent: bool
    saved: bool
    stage: bool
    hint: bool


def _student_with(student: int, search: int, since: dt.date) -> QuerySet[Student]:
    from students.models import Document, LearningGoal

    through = PlacementSearch.target_groups.through
    mine = {"student": OuterRef("pk")}
    rows = (
        Student.objects.filter(pk=student)
        .only("pk")
        .annotate(
            has_cv=Exists(Document.objects.filter(**mine, is_current=True)),
            has_wishes=Exists(through._default_manager.filter(placementsearch=search)),
            has_goals=Exists(LearningGoal.objects.filter(search_id=search)),
            has_waiting=Exists(WaitingListEntry.objects.filter(**mine)),
            has_drafts=Exists(ApplicationDraft.objects.filter(**mine)),
            has_requests=Exists(AssistedApplication.objects.filter(**mine)),
            has_saved=Exists(Favourite.objects.filter(**mine)),
            has_stage=Exists(Placement.objects.active().filter(**mine)),
            has_hint=Exists(hints_shown(since).filter(**mine)),
        )
    )
    return along(rows, "own_places")


_with = Prepared(_student_with, student=int, search=int, since=dt.date)


def what_there_is(search: PlacementSearch | None, student: Student) -> Has:
    """Return what this student has to show, and read the own places, for their panel; one query."""
    [row] = _with.objects(student=student.pk, search=search.pk if search else 0, since=today() - HINT_SHOWN)
    kept = student.__dict__.setdefault("_prefetched_objects_cache", {})
    kept["own_places"] = row.own_places.all()
    return Has(
        row.has_cv,
        row.has_wishes,
        row.has_goals,
        row.has_waiting,
        unsent=row.has_drafts or row.has_requests,
        saved=row.has_saved,
        stage=row.has_stage,
        hint=row.has_hint,
    )


def _saved_of(student: int) -> QuerySet[Favourite]:
    return (
        Favourite.objects.filter(student=student)
        .select_related("vacancy__organisation", "vacancy__location__postcode")
        .defer("vacancy__search_vector", "vacancy__search_text")
        .order_by("rank", "-created_at", "pk")[:MOST_SAVED]
    )


_saved = Prepared(_saved_of, student=int)


def saved_places(student: Student) -> list[Favourite]:
    """Return what the student keeps, in their own order; the first few."""
    return _saved.objects(student=student.pk)
