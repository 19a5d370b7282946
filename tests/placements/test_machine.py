"""From any sequence of actions by anybody no rule of R1-R7 is broken: a machine that tries, and SQL that looks.

Hypothesis picks who does what with whom, and moves the clock; after every step the invariants are read from the tables
with SQL of `machine_rules`, not with the code that is tested. A refusal (RuleError) is fine: that is the program saying no.
MACHINE_EXAMPLES asks for more and for other sequences than the fixed ones of a normal run.
"""

# ruff: noqa: S608 -- only the values of our own enums are put into these queries
# mypy: disable-error-code="union-attr, arg-type, operator, misc, no-untyped-call"

import datetime as dt
import os
import random
from collections import Counter
from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from organisations.models import SupervisorCapacity
from placements import rules, services
from placements.dossier.enums import EndReason, Party
from placements.dossier.services import end_early
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, Interview, Placement, Vacancy
from placements.texts import REJECTION_TEMPLATES
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.models import PlacementSearch
from tests import factories as f
from tests.placements.machine_rules import AFTER_A_NIGHT, ALWAYS, OPEN, WORDS
from tests.placements.steps import MOTIVATION

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("MACHINE_STEPS", "25"))


class World:
    """Two organisations, three places, four students: built once, rolled back to after every example."""

    def __init__(self) -> None:
        school = f.SchoolFactory()
        programme = f.ProgrammeFactory(school=school)
        self.coordinator = f.MembershipFactory(organisation=school, role="coordinator").user
        self.searches = [
            f.SearchFactory(
                student__programme=programme,
                student__user__last_name=f"Zonneveld{letter}",
                student__user__email=f"{letter}@machine.example",
            ).pk
            for letter in ("Aa", "Bee", "Cee", "Dee")
        ]
        strict = f.OrganisationFactory()
        quick = f.OrganisationFactory(second_interview=False, offers_reserve_itself=True)
        team = f.TeamFactory(organisation=strict)
        pool = f.TeamCapacityFactory(team=team, places=1)
        one = f.VacancyFactory(team=team, pool=pool, places=1, applications_per_place=3)
        two = f.VacancyFactory(team=team, pool=pool, places=2, applications_per_place=2, response_term_days=3)
        three = f.VacancyFactory(team__organisation=quick, places=2, applications_per_place=2, pool__places=2)
        self.vacancies = [one.pk, two.pk, three.pk]
        f.SupervisorCapacityFactory(pool=pool, places=2, hours_per_week=2)
        f.SupervisorCapacityFactory(pool=three.pool, places=1, hours_per_week=4)
        f.SupervisorCapacityFactory(pool=three.pool, places=2, hours_per_week=1)
        f.MembershipFactory(organisation=strict, role="team_lead", teams=[team])
        self.brokers = {
            strict.pk: [f.MembershipFactory(organisation=strict).user for _ in range(2)],
            quick.pk: [f.MembershipFactory(organisation=quick).user],
        }


class Machine(RuleBasedStateMachine):
    """Everybody who can do something with a reaction or a place, in any order, on any day."""

    world: World
    tried: Counter[str] = Counter()
    done: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.moment = now().replace(hour=9, minute=0, second=0, microsecond=0)
        self.rejections: Counter[int] = Counter()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        connection.run_on_commit = []

    # --- helpers ---
    def act(self, name: str, call, **kwargs) -> object:
        """Do something at the machine's moment; what follows a commit happens too. None when the program said no."""
        self.moment += dt.timedelta(minutes=1)
        self.tried[name] += 1
        result = None
        with at(self.moment):
            with suppress(RuleError):
                with transaction.atomic():
                    result = call(**kwargs)
                self.done[name] += 1
                result = result if result is not None else True
            while connection.run_on_commit:
                after, connection.run_on_commit = connection.run_on_commit, []
                for _ids, job, _robust in after:
                    job()
        return result

    def pick(self, number: int, *statuses: str) -> Application | None:
        """An application, one in these statuses when there is one; sometimes any, because people press old buttons."""
        rows = Application.objects.select_related("student__user", "vacancy__organisation", "search").order_by("pk")
        fitting = list(rows.filter(status__in=statuses)) if statuses and number % 7 else []
        found = fitting or list(rows)
        return found[number % len(found)] if found else None

    def broker(self, application: Application, number: int = 0):
        """A stagemakelaar of the organisation that got it."""
        found = self.world.brokers[application.vacancy.organisation_id]
        return found[number % len(found)]

    def times(self, hours: int, count: int = 2) -> list[tuple[dt.datetime, dt.datetime]]:
        """Times a few days ahead; few enough that people get in each other's way."""
        first = self.moment.replace(hour=10, minute=0) + dt.timedelta(days=2 + hours // 4, hours=hours % 4)
        return [(first + dt.timedelta(minutes=30 * n), first + dt.timedelta(minutes=30 * n + 30)) for n in range(count)]

    numbers = st.integers(0, 10**6)
    hours = st.integers(0, 7)

    # --- students ---
    @initialize(
        first=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=3, max_size=5), yes=st.booleans()
    )
    def begin(self, first, yes: bool) -> None:
        """A few reactions that are well on their way, so that what follows is about offers and places too."""
        for number, (student, vacancy) in enumerate(first):
            self.submit(student, vacancy)
            self.whole_talk(number, hours=number, positive=True)
        for number in (1, 2, 3):
            self.offer(number, days=5)
        self.reserve(1, direction="up")
        if yes:
            self.answer_offer(1, yes=True)

    @rule(student=st.integers(0, 3), vacancy=st.integers(0, 2))
    def submit(self, student: int, vacancy: int) -> None:
        search = PlacementSearch.objects.select_related("student__user").get(pk=self.world.searches[student])
        place = Vacancy.objects.get(pk=self.world.vacancies[vacancy])
        with connection.cursor() as cursor:
            cursor.execute(
                f"select count(*) from placements_application where vacancy_id = %s and status in {OPEN}",
                [place.pk],
            )
            before = cursor.fetchone()[0]
        sent = self.act(
            "submit", services.submit_application, student=search.student, search=search, vacancy=place,
            actor=search.student.user, motivation=MOTIVATION, learning_goals=["Een groep begeleiden"], cv=None,
        )  # fmt: skip
        if sent is not None:
            assert before < max(1, place.places - place.places_taken) * place.applications_per_place, "R3: was full"

    @rule(number=numbers)
    def withdraw(self, number: int) -> None:
        if application := self.pick(number, *ApplicationStatus.open_statuses()):
            student = application.student.user
            self.act("withdraw", services.withdraw_application, application=application, actor=student)

    @rule(number=numbers, yes=st.sampled_from([True, True, False]))
    def answer_offer(self, number: int, yes: bool) -> None:
        if application := self.pick(number, ApplicationStatus.OFFERED):
            call = services.accept_offer if yes else services.decline_offer
            self.act(f"answer {yes}", call, application=application, actor=application.student.user)

    @rule(number=numbers, what=st.sampled_from(["choose", "other", "off"]))
    def student_and_talk(self, number: int, what: str) -> None:
        rows = list(Interview.objects.select_related("application__student__user").order_by("-pk")[:6])
        if not rows:
            return
        interview = rows[number % len(rows)]
        student = interview.application.student.user
        if what == "choose":
            slots = list(interview.slots.all())
            if slots:
                slot = slots[number % len(slots)]
                self.act("choose", services.choose_slot, interview=interview, slot=slot, actor=student)
        elif what == "other":
            self.act("other times", services.ask_other_times, interview=interview, actor=student, wish="Maandag")
        else:
            self.act("call off", services.cancel_interview, interview=interview, actor=student, reason="")

    # --- stagemakelaars and teams ---
    @rule(number=numbers)
    def read(self, number: int) -> None:
        if application := self.pick(number, ApplicationStatus.SUBMITTED):
            self.act("read", services.mark_read, application=application, actor=self.broker(application))

    @rule(number=numbers, hours=hours)
    def invite(self, number: int, hours: int) -> None:
        if application := self.pick(number, "submitted", "in_review", "invited", "second_round"):
            round_ = 1 if application.status in ApplicationStatus.unanswered() else 1 + number % 2
            self.act(
                "invite", services.invite, application=application, actor=self.broker(application, number),
                slots=self.times(hours), where="Hier", round=round_,
            )  # fmt: skip

    @rule(number=numbers, hours=hours, positive=st.sampled_from([True, True, True, False]))
    def whole_talk(self, number: int, hours: int, positive: bool) -> None:
        """Invite, choose and record in one go, so that sequences get far."""
        application = self.pick(number, "submitted", "in_review", "invited", "second_round")
        if application is None:
            return
        held = application.interviews.filter(status=InterviewStatus.HELD, is_positive=True).count()
        interview = self.act(
            "invite", services.invite, application=application, actor=self.broker(application, number),
            slots=self.times(hours), where="Hier", round=min(2, held + 1),
        ) or application.interviews.filter(status__in=InterviewStatus.ahead()).first()  # fmt: skip
        if isinstance(interview, Interview) and (slot := interview.slots.first()):
            self.act("choose", services.choose_slot, interview=interview, slot=slot, actor=application.student.user)
            self._record(interview, positive)

    def _record(self, interview: Interview, positive: bool) -> None:
        broker = self.broker(Application.objects.select_related("vacancy").get(pk=interview.application_id))
        self.act(
            f"record {positive}", services.record_interview, interview=interview, actor=broker, is_positive=positive,
            record="We praatten.",
        )  # fmt: skip

    @rule(number=numbers, what=st.sampled_from(["record", "missed", "times", "move", "off", "advice"]), hours=hours)
    def broker_and_talk(self, number: int, what: str, hours: int) -> None:
        rows = list(Interview.objects.select_related("application__vacancy").order_by("-pk")[:6])
        if not rows:
            return
        interview = rows[number % len(rows)]
        broker = self.broker(interview.application, number)
        slots = self.times(hours)
        if what == "record":
            self._record(interview, positive=bool(number % 3))
        elif what == "missed":
            self.act("missed", services.record_no_show, interview=interview, actor=broker)
        elif what == "times":
            self.act("times", services.propose_times, interview=interview, actor=broker, slots=slots)
        elif what == "move":
            start, end = slots[0]
            self.act("move", services.move_interview, interview=interview, actor=broker, starts_at=start, ends_at=end)
        elif what == "off":
            self.act("call off", services.cancel_interview, interview=interview, actor=broker, reason="Ziek")
        elif (seat := interview.participants.first()) is not None:
            advice = ["positive", "doubt", "negative"][number % 3]
            self.act(
                "advice", services.give_advice, participant=seat, actor=seat.user, advice=advice, words="Zo zie ik het."
            )

    @rule(number=numbers, lazy=st.sampled_from([False, False, True]))
    def reject(self, number: int, lazy: bool) -> None:
        application = self.pick(number, "submitted", "in_review", "invited", "second_round", "reserve")
        if application is None:
            return
        text = " ".join(random.Random(number).sample(WORDS, 18))
        if lazy:
            text = random.Random(number).choice([*REJECTION_TEMPLATES.values(), "Nee.", ""])
        rejected = self.act(
            f"reject lazy={lazy}", services.reject, application=application, actor=self.broker(application, number),
            reason="days", explanation=text, positive="Je was eerlijk.",
        )  # fmt: skip
        if rejected is not None:
            assert not lazy, "R2: a text that explains nothing was sent"
            self.rejections[application.student_id] += 1

    @rule(number=numbers, direction=st.sampled_from(["up", "down"]))
    def reserve(self, number: int, direction: str) -> None:
        if application := self.pick(number, "invited", "second_round", "reserve"):
            broker = self.broker(application, number)
            if application.status == ApplicationStatus.RESERVE:
                self.act(
                    "move reserve", services.move_reserve, application=application, actor=broker, direction=direction,
                    reason="Overlegd met het team.",
                )  # fmt: skip
            else:
                self.act("reserve", services.put_on_reserve, application=application, actor=broker)

    @rule(number=numbers, days=st.integers(1, 9))
    def offer(self, number: int, days: int) -> None:
        if application := self.pick(number, "invited", "second_round", "reserve"):
            guides = list(SupervisorCapacity.objects.order_by("pk"))
            fitting = [guide for guide in guides if guide.pool_id == application.vacancy.pool_id]
            chosen = (fitting if number % 5 else guides)[number % len(fitting if number % 5 else guides)]
            with at(self.moment):
                until = today() + dt.timedelta(days=days)
            self.act(
                "offer", services.make_offer, application=application, actor=self.broker(application), supervisor=chosen,
                until=until,
            )  # fmt: skip

    @rule(vacancy=st.integers(0, 2), what=st.sampled_from(["close", "unpublish"]))
    def stop_vacancy(self, vacancy: int, what: str) -> None:
        place = Vacancy.objects.get(pk=self.world.vacancies[vacancy])
        call = services.close_vacancy if what == "close" else services.unpublish_vacancy
        self.act(what, call, vacancy=place, actor=self.world.brokers[place.organisation_id][0])

    @rule(vacancy=st.integers(0, 2))
    def publish_vacancy(self, vacancy: int) -> None:
        place = Vacancy.objects.get(pk=self.world.vacancies[vacancy])
        self.act("publish", services.publish_vacancy, vacancy=place, actor=self.world.brokers[place.organisation_id][0])

    @rule(number=numbers)
    def stop_early(self, number: int) -> None:
        rows = list(Placement.objects.order_by("pk"))
        if rows:
            with at(self.moment):
                ended_on = today()
            self.act(
                "end early", end_early, placement=rows[number % len(rows)], actor=self.world.coordinator,
                party=Party.STUDENT, reason=EndReason.OTHER, ended_on=ended_on, note="Het liep anders.",
            )  # fmt: skip

    # --- strangers, the clock and the nights ---
    @rule(number=numbers, name=st.sampled_from(["invite", "reject", "offer", "record", "reserve", "candidate"]))
    def stranger_knocks(self, number: int, name: str) -> None:
        """A stagemakelaar of another organisation and the school get nothing, and change nothing (R4, R8)."""
        application = self.pick(number)
        if application is None or number % 4:
            return
        others = [
            b for pk, found in self.world.brokers.items() if pk != application.vacancy.organisation_id for b in found
        ]
        before = (application.status, OutgoingMail.objects.count())
        for person in (others[0], self.world.coordinator):
            client = Client()
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
            response = client.post(reverse(f"admin:workspace-{name}", args=[application.public_id]), {"reason": "days"})
            assert response.status_code in {302, 403, 404, 405}, response.status_code
            assert application.student.user.last_name not in response.content.decode()
        application.refresh_from_db()
        assert before == (application.status, OutgoingMail.objects.count())

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.moment += dt.timedelta(days=days)

    @rule(days=st.sampled_from([0, 1, 3, 15, 30]))
    def night(self, days: int) -> None:
        self.moment += dt.timedelta(days=days)
        with at(self.moment):
            day = today()
        self.act("expire", services.expire_offers, day=day)
        self.act("remind", services.send_reminders, day=day)
        self.act("retention", services.run_retention, day=day)
        self.look(AFTER_A_NIGHT, day=day)

    # --- what must be true ---
    def look(self, checks: dict[str, str], **values) -> None:
        from django.conf import settings as django_settings

        values["limit"] = django_settings.MAX_OPEN_APPLICATIONS
        with connection.cursor() as cursor:
            for name, sql in checks.items():
                cursor.execute(sql, values)
                wrong = cursor.fetchall()
                assert not wrong, f"{name}: {wrong}"

    @invariant()
    def rules_hold(self) -> None:
        self.look(ALWAYS)
        with connection.cursor() as cursor:
            cursor.execute("select id, rejections from students_student where rejections > 0")
            assert dict(cursor.fetchall()) == dict(self.rejections), "R6: the count that gives earlier turns"


@pytest.fixture
def world(db, settings, monkeypatch) -> World:
    settings.MAX_OPEN_APPLICATIONS = 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)
    return World()


def test_no_rule_is_broken_by_any_sequence_of_actions(world):
    assert rules.MIN_EXPLANATION == 60
    Machine.world = world
    Machine.tried, Machine.done = Counter(), Counter()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES or 5,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not EXAMPLES,
            report_multiple_bugs=False,
            phases=[Phase.generate],  # no shrinking: it takes minutes, and a sequence of this length reads well
            suppress_health_check=list(HealthCheck),
        ),
    )
    for name in ("submit", "invite", "choose", "record True", "offer", "answer True"):
        assert Machine.done[name], f"{name} never worked: the machine does not get far enough"
