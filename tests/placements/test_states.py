"""The states of an application: every pair of the table is walked, through the one setter."""

import pytest
from django.conf import settings as django_settings

from placements import services
from placements.enums import TRANSITIONS, VACANCY_TRANSITIONS, ApplicationStatus, InterviewStatus, VacancyStatus
from placements.models import Interview, Placement, Rejection
from placements.states import states_page
from stagematch.clock import now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f

PAIRS = [(source, target) for source in ApplicationStatus for target in ApplicationStatus]


def application_with_all_facts(source, search, vacancy, capacity):
    """An application in `source` that has whatever any next status asks for, so that only the table decides."""
    application = f.ApplicationFactory(
        search=search,
        vacancy=vacancy,
        status=source,
        offered_supervisor=capacity,
        offer_until=today(),
        answered_at=None if source in ApplicationStatus.unanswered() else now(),
    )
    Rejection.objects.create(application=application, reason="days", explanation="Uitleg", positive="Eerlijk")
    for number in (1, 2):
        Interview.objects.create(
            application=application, round=number, where="Hier", status=InterviewStatus.HELD, is_positive=True
        )
    Placement.objects.create(
        application=application,
        student=search.student,
        vacancy=vacancy,
        supervisor=capacity,
        starts_on=vacancy.starts_on,
        ends_on=vacancy.ends_on,
    )
    return application


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])
def test_change_status_does_what_the_table_says(source, target, search, vacancy, capacity, broker):
    application = application_with_all_facts(source, search, vacancy, capacity)
    if target not in TRANSITIONS[source]:
        with pytest.raises(Conflict) as error:
            services.change_status(application=application, to=target, actor=broker)
        assert error.value.code == "status_changed"
        assert str(source.label) in error.value.message
        application.refresh_from_db()
        assert application.status == source
        assert not application.events.exists()
        assert not OutgoingMail.objects.exists()
        return
    services.change_status(application=application, to=target, actor=broker, reason="daarom")
    application.refresh_from_db()
    event = application.events.get()
    assert (application.status, event.from_status, event.to_status) == (target, source, target)
    assert (event.actor, event.reason) == (broker, "daarom")
    assert (application.closed_at is None) == (target in ApplicationStatus.open_statuses())
    answers = source in ApplicationStatus.unanswered() and target in {"invited", "rejected"}
    assert vacancy.organisation.answer_statistics.exists() == answers
    if target in ApplicationStatus.unanswered():
        assert application.answered_at is None
    # Everybody who must know gets mail; reading and the reserve list are between colleagues.
    assert OutgoingMail.objects.exists() == (target not in {ApplicationStatus.IN_REVIEW, ApplicationStatus.RESERVE})


def test_every_status_is_in_the_table_and_the_closed_ones_are_final():
    assert set(TRANSITIONS) == set(ApplicationStatus)
    assert set(VACANCY_TRANSITIONS) == set(VacancyStatus)
    for status, targets in TRANSITIONS.items():
        assert bool(targets) == (status in ApplicationStatus.open_statuses())


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("submitted", "invited"),
        ("submitted", "rejected"),
        ("invited", "second_round"),
        ("invited", "offered"),
        ("offered", "accepted"),
    ],
)
def test_change_status_refuses_a_status_without_its_facts(source, target, search, vacancy, broker):
    application = f.ApplicationFactory(search=search, vacancy=vacancy, status=source)
    with pytest.raises(RuleError) as error:
        services.change_status(application=application, to=target, actor=broker)
    assert error.value.code == "incomplete"
    application.refresh_from_db()
    assert application.status == source


def test_states_page_is_current():
    page = django_settings.BASE_DIR / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == states_page(), "run: python manage.py state_docs"
