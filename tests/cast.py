"""The cast: the same few invented people in every test, so that 'a stranger gets nothing' is one line.

`student` and `coordinator` belong to one school, `broker`, `team_lead` and `supervisor` to one organisation that
has `vacancy`; the `other_` people belong to another school or organisation, with `other_vacancy`.
"""

# mypy: disable-error-code="no-any-return"

import pytest

from organisations.enums import Role
from organisations.models import Membership, Organisation, SupervisorCapacity, Team
from placements.models import Vacancy
from stagematch.accounts.models import User
from students.models import PlacementSearch
from tests import factories as f


@pytest.fixture
def school(db) -> Organisation:
    return f.SchoolFactory(name="Roc De Brug", slug="roc-de-brug", email_domain="student.debrug.example")


@pytest.fixture
def other_school(db) -> Organisation:
    return f.SchoolFactory(name="Roc De Overkant", slug="roc-de-overkant")


@pytest.fixture
def organisation(db) -> Organisation:
    return f.OrganisationFactory(name="Buurthuis De Kade", slug="buurthuis-de-kade")


@pytest.fixture
def other_organisation(db) -> Organisation:
    return f.OrganisationFactory(name="Wijkwerk West", slug="wijkwerk-west")


@pytest.fixture
def search(school) -> PlacementSearch:
    """The open search of `student`."""
    return f.SearchFactory(
        student__user__email="student@cast.example",
        student__user__first_name="Samira",
        student__user__last_name="El Amrani",
        student__programme__school=school,
        student__phone="06 12345678",
    )


@pytest.fixture
def student(search) -> User:
    return search.student.user


@pytest.fixture
def other_search(other_school) -> PlacementSearch:
    """The open search of `other_student`, at another school."""
    return f.SearchFactory(
        student__user__email="other_student@cast.example",
        student__user__first_name="Joris",
        student__user__last_name="de Wit",
        student__programme__school=other_school,
    )


@pytest.fixture
def other_student(other_search) -> User:
    return other_search.student.user


@pytest.fixture
def vacancy(organisation) -> Vacancy:
    """A published vacancy with one place; its team has room for two students."""
    return f.VacancyFactory(team__organisation=organisation, team__name="Team Noord", title="Samen koken met ouderen")


@pytest.fixture
def other_vacancy(other_organisation) -> Vacancy:
    return f.VacancyFactory(team__organisation=other_organisation, title="Voetballen op het plein")


def _member(name: str, organisation: Organisation, role: Role, teams: tuple[Team, ...] = ()) -> User:
    member: Membership = f.MembershipFactory(
        user__email=f"{name}@cast.example", organisation=organisation, role=role, teams=teams
    )
    return member.user


@pytest.fixture
def broker(organisation) -> User:
    return _member("broker", organisation, Role.BROKER)


@pytest.fixture
def other_broker(other_organisation) -> User:
    return _member("other_broker", other_organisation, Role.BROKER)


@pytest.fixture
def coordinator(school) -> User:
    return _member("coordinator", school, Role.COORDINATOR)


@pytest.fixture
def other_coordinator(other_school) -> User:
    return _member("other_coordinator", other_school, Role.COORDINATOR)


@pytest.fixture
def team_lead(vacancy) -> User:
    return _member("team_lead", vacancy.organisation, Role.TEAM_LEAD, (vacancy.team,))


@pytest.fixture
def capacity(vacancy) -> SupervisorCapacity:
    """The room of `supervisor` in the team of `vacancy`: two students."""
    return f.SupervisorCapacityFactory(pool=vacancy.pool, supervisor__user__email="supervisor@cast.example")


@pytest.fixture
def supervisor(capacity) -> User:
    return capacity.supervisor.user


@pytest.fixture
def admin_user(db) -> User:
    return User.objects.create_superuser("admin@cast.example", f.PASSWORD, first_name="Anna", last_name="Beheer")


@pytest.fixture
def mailbox_keys(db):
    """Give the keys of all queued mails, when asked."""
    from stagematch.mail.models import OutgoingMail

    return lambda: set(OutgoingMail.objects.values_list("key", flat=True))
