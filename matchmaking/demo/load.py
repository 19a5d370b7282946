"""Writing the demo world to an empty database, in one transaction."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection, models, transaction

from matchmaking.demo import hooks
from matchmaking.demo.bulk import copy_links, copy_rows, set_sequences, without_triggers
from matchmaking.demo.extras import answer_statistics, write_cvs
from matchmaking.demo.guidance import write_help
from matchmaking.demo.inventory import write_inventory
from matchmaking.demo.invitations import write_invitations
from matchmaking.demo.kwalificaties import add_qualifications
from matchmaking.demo.lists import write_lists
from matchmaking.demo.own import write_own
from matchmaking.demo.screening import write_screening
from matchmaking.demo.stages import Stages
from matchmaking.demo.students import Students
from matchmaking.demo.vacancies import agreement_rows, write_waiting
from matchmaking.demo.world import SIZES, World
from organisations.models import (
    Accreditation,
    Location,
    Membership,
    Organisation,
    Programme,
    SupervisorCapacity,
    Team,
    TeamCapacity,
)
from placements.models import (
    AnswerStatistic,
    Application,
    ApplicationEvent,
    ContactMoment,
    Evaluation,
    EvaluationStatistic,
    Favourite,
    Interview,
    InterviewBooking,
    InterviewSlot,
    Placement,
    PlacementEvent,
    PlacementFile,
    Rejection,
    Signature,
    Vacancy,
    VacancyAgreement,
)
from stagematch.accounts.models import User
from stagematch.regions.reference import import_reference, kinds
from students.models import LearningGoal, PlacementSearch, Student

Say = Callable[[str], None]


class NotEmptyError(Exception):
    """The database holds people or organisations that are no demo."""


def load(*, size: str, seed: int, day: dt.date, say: Say) -> bool:
    """Fill an empty database with the demo of `size`; return False when a demo is there already.

    The same seed and day give the same demo. `say` gets a line per step. Raises NotEmptyError when there is real data.
    """
    if Organisation.objects.filter(is_demo=False).exists() or User.objects.filter(is_demo=False).exists():
        raise NotEmptyError
    if Organisation.objects.exists():
        return False
    begin = time.monotonic()
    for kind in kinds().values():
        if kind.shipped is not None:
            import_reference(kind, kind.shipped)
    say(f"Reference data ({time.monotonic() - begin:.1f} s)")
    with transaction.atomic():
        add_qualifications(SIZES[size].invented)
        world = World(SIZES[size], seed, day, settings.DEMO_PASSWORD)
        students = Students(world)
        say(
            f"Invented {len(students.students)} students and {len(world.vacancies)} vacancies ({time.monotonic() - begin:.1f} s)"
        )
        _write(world, students, say, begin)
        # What follows asks the tables that were just filled: without their sizes the database looks through all of them.
        _analyze()
        say(f"  {write_cvs(world):>7} cv's ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_waiting(world):>7} vragen aan team en organisatie ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_inventory(day, seed):>7} antwoorden van teams ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_screening(day):>7} weergaven en teksten ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_own(day):>7} dingen van de student ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_invitations(day):>7} uitnodigingen ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_lists(day):>7} lijsten en golven van de school ({time.monotonic() - begin:.1f} s)")
        say(f"  {write_help(day):>7} taken en notities van scholen ({time.monotonic() - begin:.1f} s)")
        for line in hooks.fill(day):
            say(f"  {line} ({time.monotonic() - begin:.1f} s)")
    _analyze()
    say(f"Done in {time.monotonic() - begin:.1f} s")
    return True


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def _write(world: World, students: Students, say: Say, begin: float) -> None:
    stages = Stages(world, students)  # moves placements to their phase, so before anything is written
    tables: Sequence[tuple[type[models.Model], Sequence[Mapping[str, Any]]]] = (
        (User, world.users),
        (EmailAddress, students.addresses()),
        (Organisation, world.organisations),
        (Location, world.locations),
        (Team, world.teams),
        (Membership, world.memberships),
        (Programme, world.programmes),
        (Accreditation, world.accreditations),
        (TeamCapacity, world.pools),
        (SupervisorCapacity, world.supervisors),
        (Vacancy, world.vacancies),
        (Student, students.students),
        (PlacementSearch, students.searches),
        (LearningGoal, students.goals),
        (Favourite, students.favourites),
        (Application, students.applications),
        (ApplicationEvent, students.events),
        (Rejection, students.rejections),
        (Interview, students.interviews),
        (InterviewSlot, students.slots),
        (InterviewBooking, students.bookings),
        (Placement, students.placements),
        (PlacementEvent, stages.events),
        (PlacementFile, stages.files),
        (Signature, stages.signatures),
        (ContactMoment, stages.moments),
        (Evaluation, stages.evaluations),
        (EvaluationStatistic, stages.statistics()),
        (VacancyAgreement, agreement_rows(world)),
        (AnswerStatistic, answer_statistics(world, students)),
    )
    with without_triggers(Organisation, Membership, Vacancy):
        for model, rows in tables:
            count = copy_rows(model, rows)
            say(f"  {count:>7} {model._meta.verbose_name_plural} ({time.monotonic() - begin:.1f} s)")
        copy_links(Membership.teams.through, "membership_id", "team_id", world.membership_teams)
        for name, pairs in world.vacancy_links.items():
            _links(Vacancy, name, pairs)
        for name, pairs in students.search_links.items():
            _links(PlacementSearch, name, pairs)
        set_sequences(*(model for model, _rows in tables))
        # Constraints that wait until the end of the transaction must speak before the triggers come back.
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")


def _links(model: type[models.Model], name: str, pairs: list[tuple[int, int]]) -> None:
    """Write one many-to-many relation of `model`; the columns are named after both models."""
    relation = model._meta.get_field(name)
    assert isinstance(relation, models.ManyToManyField)  # noqa: S101 -- narrows the type
    through = relation.remote_field.through
    assert through is not None  # noqa: S101 -- narrows the type
    copy_links(through, relation.m2m_column_name(), relation.m2m_reverse_name(), pairs)
