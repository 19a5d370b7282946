"""The cast is what its names say; a stranger in a test is really a stranger."""

from placements.models import Application, Vacancy
from students.models import Student
from tests import factories as f


def test_cast_is_split_over_two_schools_and_two_organisations(
    student,
    other_student,
    broker,
    other_broker,
    coordinator,
    other_coordinator,
    team_lead,
    supervisor,
    vacancy,
    other_vacancy,
    search,
):
    application = f.ApplicationFactory(vacancy=vacancy, search=search)
    seen = Application.objects.visible_to
    assert list(seen(student)) == [application] == list(seen(broker))
    for stranger in (other_student, other_broker, coordinator, other_coordinator, team_lead, supervisor):
        assert not seen(stranger).exists()
    assert Student.objects.visible_to(coordinator).get().user == student
    assert Student.objects.visible_to(other_coordinator).get().user == other_student
    assert Vacancy.objects.managed_by(other_broker).get() == other_vacancy
