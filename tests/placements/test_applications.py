"""Applying: the limits of R3 and everything else that can stand in the way, each told with what then."""

import datetime as dt

import pytest

from placements import services
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, WaitingListEntry
from placements.services.aliases import TREES, pick_alias
from placements.validators import validate_can_apply
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from tests import factories as f
from tests.placements.steps import invite, reject, submit


def code_of(search, vacancy) -> str:
    with pytest.raises(RuleError) as error:
        submit(search, vacancy)
    assert error.value.message.endswith((".", "?"))
    return error.value.code


def test_submit_application_keeps_what_was_sent_and_mails_both_sides(search, vacancy, broker):
    with at(dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)):
        vacancy.publish_from = dt.date(2026, 9, 1)
        vacancy.save()
        application = submit(search, vacancy, learning_goals=[" Luisteren ", ""])
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.answer_by == dt.date(2026, 9, 21)  # ten working days (R1)
    assert application.learning_goals == ["Luisteren"]
    assert application.alias in TREES
    assert application.events.get().to_status == ApplicationStatus.SUBMITTED
    kinds = set(OutgoingMail.objects.values_list("template", "to_email"))
    assert kinds == {("application_received", "student@cast.example"), ("application_new", "broker@cast.example")}
    to_broker = OutgoingMail.objects.get(template="application_new")
    assert "Samira" not in to_broker.body_text + to_broker.body_html + to_broker.subject
    assert application.alias in to_broker.body_text


def test_submit_application_refuses_at_limit_and_takes_again_after_an_answer(search, broker, organisation, settings):
    places = [f.VacancyFactory(team__organisation=organisation) for _ in range(settings.MAX_OPEN_APPLICATIONS + 1)]
    sent = [submit(search, place) for place in places[:-1]]
    assert code_of(search, places[-1]) == "limit_reached"
    reject(sent[0], broker)
    assert submit(search, places[-1]).is_open


def test_submit_application_refuses_a_full_vacancy_and_offers_the_waiting_list(search, vacancy):
    for _ in range(vacancy.application_cap):
        submit(f.SearchFactory(), vacancy)
    assert code_of(search, vacancy) == "vacancy_full"
    assert services.join_waiting_list(student=search.student, vacancy=vacancy).told_at is None


def test_submit_application_twice_is_one_row(search, vacancy):
    submit(search, vacancy)
    assert code_of(search, vacancy) == "already_applied"
    assert Application.objects.count() == 1
    assert OutgoingMail.objects.filter(template="application_received").count() == 1


def test_submit_application_again_after_withdrawing_but_not_after_a_no(search, vacancy, student, broker):
    first = submit(search, vacancy)
    services.withdraw_application(application=first, actor=student)
    second = submit(search, vacancy)
    assert second.alias != first.alias
    reject(second, broker)
    assert code_of(search, vacancy) == "already_applied"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("not_published", {"status": VacancyStatus.DRAFT}),
        ("not_published", {"status": VacancyStatus.CLOSED}),
        ("closed", {"apply_until": lambda: today() - dt.timedelta(days=1)}),
        ("not_published", {"publish_until": lambda: today() - dt.timedelta(days=1)}),
        ("not_published", {"publish_from": lambda: today() + dt.timedelta(days=1)}),
        ("wrong_year", {"years": 0b100}),
        ("wrong_route", {"routes": 0b010}),
        ("days", {"weekdays": 1}),
        ("days", {"days_fixed": True, "weekdays": 0b1100000}),
        ("hours", {"hours_min": 20}),
        ("hours", {"hours_min": 8, "hours_max": 12}),
        ("period", {"starts_on": lambda: today() + dt.timedelta(days=150)}),
    ],
)
def test_submit_application_says_why_not(search, vacancy, code, changes):
    for name, value in changes.items():
        setattr(vacancy, name, value() if callable(value) else value)
    vacancy.save()
    assert code_of(search, vacancy) == code


def test_submit_application_refuses_another_opleiding(search, vacancy):
    vacancy.qualifications.set([f.QualificationFactory(crebo="25488", name="Maatschappelijke zorg")])
    assert code_of(search, vacancy) == "wrong_qualification"


def test_submit_application_refuses_an_organisation_that_is_not_approved(search, vacancy, organisation):
    organisation.is_approved = False
    organisation.save()
    assert code_of(search, vacancy) == "not_published"


@pytest.mark.parametrize(
    ("status", "code"),
    [(SearchStatus.DRAFT, "no_search"), (SearchStatus.STOPPED, "no_search"), (SearchStatus.PLACED, "placed")],
)
def test_submit_application_needs_an_open_search(search, vacancy, status, code):
    search.status = status
    search.save()
    assert code_of(search, vacancy) == code


def test_validate_can_apply_needs_a_search_of_this_student(search, other_search, vacancy):
    for wrong in (None, other_search):
        with pytest.raises(RuleError, match="Vul eerst in"):
            validate_can_apply(search.student, wrong, vacancy)


def test_submit_application_refuses_somebody_elses_cv(search, vacancy, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(RuleError) as error:
        submit(search, vacancy, cv=f.DocumentFactory())
    assert error.value.code == "wrong_cv"


def test_withdrawing_makes_room_and_tells_the_first_who_waits_once(
    search, other_search, vacancy, student, django_capture_on_commit_callbacks
):
    application = submit(search, vacancy)
    for _ in range(vacancy.application_cap - 1):
        submit(f.SearchFactory(), vacancy)
    entry = services.join_waiting_list(student=other_search.student, vacancy=vacancy)
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_application(application=application, actor=student)
    entry.refresh_from_db()
    assert entry.told_at is not None
    mail = OutgoingMail.objects.get(template="waiting_list_room")
    assert mail.to_user == other_search.student.user
    services.withdraw_application(application=application, actor=student)  # a second click changes nothing
    assert OutgoingMail.objects.filter(template__in=["waiting_list_room", "application_withdrawn"]).count() == 1
    submit(other_search, vacancy)
    assert not WaitingListEntry.objects.exists()


def test_join_waiting_list_is_for_full_places_only(search, vacancy):
    with pytest.raises(RuleError) as error:
        services.join_waiting_list(student=search.student, vacancy=vacancy)
    assert error.value.code == "not_full"


def test_mark_read_moves_once_and_leaves_the_clock_running(search, vacancy, broker):
    application = submit(search, vacancy)
    for _ in range(2):
        application = services.mark_read(application=application, actor=broker)
    assert application.status == ApplicationStatus.IN_REVIEW
    assert application.read_at is not None
    assert application.answered_at is None
    assert application.events.count() == 2


def test_toggle_favourite_keeps_and_lets_go(search, vacancy, other_vacancy):
    student = search.student
    assert services.toggle_favourite(student=student, vacancy=vacancy) is True
    assert services.toggle_favourite(student=student, vacancy=other_vacancy) is True
    assert list(student.favourites.values_list("rank", flat=True)) == [0, 1]
    assert services.toggle_favourite(student=student, vacancy=vacancy) is False


def test_assign_takes_only_a_broker_of_the_organisation(search, vacancy, broker, other_broker):
    application = submit(search, vacancy)
    assert services.assign(application=application, actor=broker, to=broker).assigned_to == broker
    with pytest.raises(RuleError) as error:
        services.assign(application=application, actor=broker, to=other_broker)
    assert error.value.code == "not_a_broker"
    assert services.assign(application=application, actor=broker, to=None).assigned_to is None


def test_add_note_refuses_nothing(search, vacancy, broker):
    application = submit(search, vacancy)
    services.add_note(application=application, actor=broker, text=" Bellen over dinsdag ")
    assert application.notes.get().text == "Bellen over dinsdag"
    with pytest.raises(RuleError):
        services.add_note(application=application, actor=broker, text="  ")


def test_aliases_are_unique_and_tell_no_order():
    taken: set[str] = set()
    for n in range(2 * len(TREES) + 1):
        taken.add(pick_alias(f"reactie {n}", taken))
    assert len(taken) == 2 * len(TREES) + 1
    assert len(TREES) >= 60
    assert all(len(alias) <= 30 for alias in taken)
    assert [pick_alias(f"reactie {n}", ()) for n in range(20)] != sorted(
        pick_alias(f"reactie {n}", ()) for n in range(20)
    )


def test_invitation_answers_the_application_and_counts_it(search, vacancy, broker, organisation):
    application = submit(search, vacancy)
    invite(application, broker)
    application.refresh_from_db()
    assert application.answered_at is not None
    assert organisation.answer_statistics.get().answers == 1
    assert organisation.answer_statistics.get().in_time
