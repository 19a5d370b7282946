"""Cheap rows for tests: each factory makes the least that the constraints ask for. All people are invented."""

import datetime as dt
from typing import Any

import factory as factory_boy
from factory.django import DjangoModelFactory as TypedModelFactory

from organisations.enums import OrganisationKind, Role, Route
from organisations.models import (
    Location,
    Membership,
    Organisation,
    Programme,
    Qualification,
    StagePeriod,
    SupervisorCapacity,
    TargetGroup,
    Team,
    TeamCapacity,
    WorkProcess,
)
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.regions.models import PostcodeArea
from students.enums import SearchStatus
from students.models import Document, LearningGoal, PlacementSearch, Student

# factory_boy is typed only in part; for the type checker a factory gives anything.
factory: Any = factory_boy
DjangoModelFactory: Any = TypedModelFactory

PASSWORD = "een-lang-wachtwoord"
LONG_AGO = dt.date(2020, 1, 1)


def _days(n: int):
    return factory.LazyFunction(lambda: today() + dt.timedelta(days=n))


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"mens{n}@voorbeeld.example")
    first_name = factory.Iterator(["Noor", "Sem", "Aya", "Daan", "Yara", "Mees", "Femke", "Ilias"])
    last_name = factory.Sequence(lambda n: f"Verzonnen{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs)


class PostcodeFactory(DjangoModelFactory):
    class Meta:
        model = PostcodeArea
        django_get_or_create = ("pc4",)

    pc4 = "2312"
    place = "Leiden"
    latitude = 52.1601
    longitude = 4.4970
    valid_from = LONG_AGO


class QualificationFactory(DjangoModelFactory):
    class Meta:
        model = Qualification
        django_get_or_create = ("crebo", "valid_from")

    crebo = "25615"
    name = "Sociaal werker"
    dossier = "23185"
    valid_from = LONG_AGO


class WorkProcessFactory(DjangoModelFactory):
    class Meta:
        model = WorkProcess
        django_get_or_create = ("dossier", "code", "valid_from")

    dossier = "23185"
    code = factory.Sequence(lambda n: f"B1-K1-W{n + 1}")
    name = factory.Sequence(lambda n: f"Werkproces {n + 1}")
    valid_from = LONG_AGO


class TargetGroupFactory(DjangoModelFactory):
    class Meta:
        model = TargetGroup
        django_get_or_create = ("slug",)

    slug = "jongeren"
    name = factory.LazyAttribute(lambda group: group.slug.capitalize())
    valid_from = LONG_AGO


class PeriodFactory(DjangoModelFactory):
    class Meta:
        model = StagePeriod
        django_get_or_create = ("slug",)

    slug = "volgend-half-jaar"
    name = "het volgende half jaar"
    starts_on = _days(60)
    ends_on = _days(210)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    kind = OrganisationKind.EMPLOYER
    name = factory.Sequence(lambda n: f"Buurtwerk {n}")
    slug = factory.Sequence(lambda n: f"buurtwerk-{n}")
    is_approved = True


class SchoolFactory(OrganisationFactory):
    kind = OrganisationKind.SCHOOL
    name = factory.Sequence(lambda n: f"Roc {n}")
    slug = factory.Sequence(lambda n: f"roc-{n}")


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    organisation = factory.SubFactory(OrganisationFactory)
    name = "Huis van de Wijk"
    postcode = factory.SubFactory(PostcodeFactory)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    organisation = factory.SubFactory(OrganisationFactory)
    location = factory.SubFactory(LocationFactory, organisation=factory.SelfAttribute("..organisation"))
    name = factory.Sequence(lambda n: f"Team {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.BROKER

    @factory.post_generation
    def teams(self, create, extracted, **kwargs):
        if create and extracted:
            self.teams.set(extracted)


class TeamCapacityFactory(DjangoModelFactory):
    class Meta:
        model = TeamCapacity

    team = factory.SubFactory(TeamFactory)
    period = factory.SubFactory(PeriodFactory)
    places = 2


class SupervisorCapacityFactory(DjangoModelFactory):
    class Meta:
        model = SupervisorCapacity
        skip_postgeneration_save = True

    pool = factory.SubFactory(TeamCapacityFactory)
    supervisor = factory.SubFactory(
        MembershipFactory, organisation=factory.SelfAttribute("..pool.team.organisation"), role=Role.SUPERVISOR
    )
    places = 2

    @factory.post_generation
    def in_team(self, create, extracted, **kwargs):
        if create:
            self.supervisor.teams.add(self.pool.team)


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme
        django_get_or_create = ("school", "qualification", "route")

    school = factory.SubFactory(SchoolFactory)
    qualification = factory.SubFactory(QualificationFactory)
    name = "Sociaal Werker"
    route = Route.BOL


class StudentFactory(DjangoModelFactory):
    class Meta:
        model = Student

    user = factory.SubFactory(UserFactory)
    programme = factory.SubFactory(ProgrammeFactory)
    school = factory.SelfAttribute("programme.school")
    student_number = factory.Sequence(lambda n: f"{100000 + n}")
    year = 2


class SearchFactory(DjangoModelFactory):
    class Meta:
        model = PlacementSearch
        skip_postgeneration_save = True

    student = factory.SubFactory(StudentFactory)
    period = factory.SubFactory(PeriodFactory)
    status = SearchStatus.OPEN
    starts_on = factory.SelfAttribute("period.starts_on")
    ends_on = factory.SelfAttribute("period.ends_on")
    home = factory.SubFactory(PostcodeFactory)
    opened_on = factory.LazyFunction(today)

    @factory.post_generation
    def target_groups(self, create, extracted, **kwargs):
        if create and extracted:
            self.target_groups.set(extracted)


class LearningGoalFactory(DjangoModelFactory):
    class Meta:
        model = LearningGoal

    search = factory.SubFactory(SearchFactory)
    text = "Een groep begeleiden"


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    student = factory.SubFactory(StudentFactory)
    file = factory.django.FileField(filename="cv.pdf", data=b"%PDF-1.4\n%%EOF\n")
    original_name = "cv.pdf"
    size = 15
    pages = 1
    sha256 = "0" * 64


class VacancyFactory(DjangoModelFactory):
    """A published vacancy with one place, in a team with room for two."""

    class Meta:
        model = Vacancy
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    organisation = factory.SelfAttribute("team.organisation")
    location = factory.SelfAttribute("team.location")
    period = factory.SubFactory(PeriodFactory)
    pool = factory.SubFactory(
        TeamCapacityFactory, team=factory.SelfAttribute("..team"), period=factory.SelfAttribute("..period")
    )
    title = factory.Sequence(lambda n: f"Koken met de buurt {n}")
    summary = "Je kookt elke week met een groep uit de buurt."
    tasks = "Je kookt, eet en praat met mensen uit de buurt."
    starts_on = factory.SelfAttribute("period.starts_on")
    ends_on = factory.SelfAttribute("period.ends_on")
    status = VacancyStatus.PUBLISHED
    publish_from = factory.LazyFunction(today)
    places = 1

    @factory.post_generation
    def qualifications(self, create, extracted, **kwargs):
        if create:
            self.qualifications.set(extracted if extracted is not None else [QualificationFactory()])

    @factory.post_generation
    def target_groups(self, create, extracted, **kwargs):
        if create:
            self.target_groups.set(extracted if extracted is not None else [TargetGroupFactory()])


class ApplicationFactory(DjangoModelFactory):
    """An application as it stands in the database; use the services where the way there matters."""

    class Meta:
        model = Application

    vacancy = factory.SubFactory(VacancyFactory)
    search = factory.SubFactory(SearchFactory)
    student = factory.SelfAttribute("search.student")
    status = ApplicationStatus.SUBMITTED
    alias = factory.Sequence(lambda n: f"Beuk {n + 1}")
    motivation = "Ik kook graag en ik praat graag met mensen uit de buurt."
    answer_by = _days(14)
    closed_at = factory.LazyAttribute(
        lambda application: None if application.status in ApplicationStatus.open_statuses() else now()
    )
    offer_until = factory.LazyAttribute(
        lambda application: today() + dt.timedelta(days=5) if application.status == ApplicationStatus.OFFERED else None
    )
