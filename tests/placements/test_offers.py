"""Offers and placements: a place is never given twice (R7), and a no costs nothing."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt

import pytest
from django.contrib.postgres.search import SearchQuery
from django.core.management import call_command

from placements import services
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, Placement, Vacancy
from placements.services import OpenApplicationsError
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from tests import factories as f
from tests.placements.steps import offer, place, reject, submit, talk, talks


def mails(template: str) -> set[str]:
    return set(OutgoingMail.objects.filter(template=template).values_list("to_email", flat=True))


def test_accept_offer_takes_the_place_at_all_three_levels(search, student, vacancy, broker, team_lead, capacity):
    placement = place(search, vacancy, broker, capacity)
    for row, field in ((vacancy, "places_taken"), (vacancy.pool, "taken"), (capacity, "taken")):
        row.refresh_from_db()
        assert getattr(row, field) == 1
    search.refresh_from_db()
    assert search.status == SearchStatus.PLACED
    assert placement.supervisor == capacity
    assert (placement.starts_on, placement.ends_on) == (vacancy.starts_on, vacancy.ends_on)
    assert mails("offer") == {student.email}
    assert mails("offer_accepted") == {broker.email, team_lead.email, "supervisor@cast.example"}
    call_command("check_data")


def test_accept_offer_withdraws_the_other_applications_kindly(
    search, vacancy, other_vacancy, broker, other_broker, capacity
):
    other = submit(search, other_vacancy)
    place(search, vacancy, broker, capacity)
    other.refresh_from_db()
    assert other.status == ApplicationStatus.WITHDRAWN
    assert "andere plek gevonden" in other.events.last().reason
    mail = OutgoingMail.objects.get(template="application_withdrawn")
    assert mail.to_user == other_broker
    assert "Samira" not in mail.body_text  # never invited there, so still nobody (R4)
    with pytest.raises(RuleError) as error:
        submit(search, other_vacancy)
    assert error.value.code == "placed"


def test_accept_offer_twice_is_one_placement(search, student, vacancy, broker, capacity):
    placement = place(search, vacancy, broker, capacity)
    with pytest.raises(Conflict) as error:
        services.accept_offer(application=placement.application, actor=student)
    assert error.value.code == "already_accepted"
    assert Placement.objects.count() == 1


def test_offers_that_are_out_count_as_taken(search, other_search, vacancy, broker, capacity):
    offer(submit(search, vacancy), broker, capacity)
    second = submit(other_search, vacancy)
    talks(second, broker)
    with pytest.raises(Conflict) as error:
        services.make_offer(application=second, actor=broker, supervisor=capacity)
    assert error.value.code == "vacancy_full"
    assert "reservelijst" in error.value.message


@pytest.mark.parametrize(
    ("code", "level"), [("pool_full", "pool"), ("supervisor_full", "supervisor"), ("vacancy_full", "vacancy")]
)
def test_make_offer_needs_room_at_every_level(
    search, other_search, organisation, vacancy, broker, capacity, code, level
):
    Vacancy.objects.filter(pk=vacancy.pk).update(places=1 if level == "vacancy" else 5)
    type(vacancy.pool).objects.filter(pk=vacancy.pool_id).update(places=1 if level == "pool" else 5)
    type(capacity).objects.filter(pk=capacity.pk).update(places=1 if level == "supervisor" else 5)
    place(other_search, vacancy, broker, capacity)
    application = f.ApplicationFactory(search=search, vacancy=vacancy)
    talks(application, broker)
    with pytest.raises(Conflict) as error:
        services.make_offer(application=application, actor=broker, supervisor=capacity)
    assert error.value.code == code


def test_make_offer_needs_the_last_talk_to_be_good(search, vacancy, broker, capacity, organisation):
    application = submit(search, vacancy)
    talk(application, broker)
    with pytest.raises(RuleError) as error:
        services.make_offer(application=application, actor=broker, supervisor=capacity)
    assert error.value.code == "interview_first"
    organisation.second_interview = False
    organisation.save()
    application.refresh_from_db()
    assert services.make_offer(application=application, actor=broker, supervisor=capacity).offer_until > today()


def test_make_offer_refuses_a_begeleider_of_another_team(search, vacancy, broker):
    application = submit(search, vacancy)
    talks(application, broker)
    with pytest.raises(RuleError) as error:
        services.make_offer(application=application, actor=broker, supervisor=f.SupervisorCapacityFactory())
    assert error.value.code == "wrong_supervisor"


@pytest.mark.parametrize("days", [0, -1, 31])
def test_make_offer_refuses_a_term_nobody_can_use(search, vacancy, broker, capacity, days):
    application = submit(search, vacancy)
    with pytest.raises(RuleError) as error:
        offer(application, broker, capacity, until=today() + dt.timedelta(days=days))
    assert error.value.code == "term"


def test_decline_offer_frees_the_place_and_names_the_next_reserve(
    search, other_search, vacancy, student, broker, capacity
):
    first, second = submit(search, vacancy), submit(other_search, vacancy)
    offer(first, broker, capacity)
    talks(second, broker)
    reserve = services.put_on_reserve(application=second, actor=broker)
    assert reserve.reserve_rank == 1
    services.decline_offer(application=first, actor=student, reason="Het is te ver")
    services.decline_offer(application=first, actor=student)
    assert OutgoingMail.objects.get(template="offer_declined").body_text.count("Het is te ver") == 1
    assert "Joris de Wit" in OutgoingMail.objects.get(template="reserve_next").body_text
    services.make_offer(application=second, actor=broker, supervisor=capacity)
    search.student.refresh_from_db()
    assert search.student.rejections == 0


def test_put_on_reserve_needs_a_good_last_talk(search, vacancy, broker):
    application = submit(search, vacancy)
    talk(application, broker)
    with pytest.raises(RuleError) as error:
        services.put_on_reserve(application=application, actor=broker)
    assert error.value.code == "not_talked_yet"


def test_expire_offers_after_the_last_day_once(search, vacancy, student, broker, capacity, capsys):
    application = offer(submit(search, vacancy), broker, capacity, until=today() + dt.timedelta(days=3))
    application.refresh_from_db()
    last = application.offer_until
    assert services.expire_offers(day=last) == 0
    assert services.expire_offers(day=last + dt.timedelta(days=1), dry_run=True) == 1
    for _ in range(2):
        call_command("expire_overdue", date=str(last + dt.timedelta(days=1)))
    assert "offers expired: 1" in capsys.readouterr().out
    application.refresh_from_db()
    assert application.status == ApplicationStatus.EXPIRED
    assert mails("offer_expired") == {student.email, broker.email}
    with pytest.raises(Conflict):
        services.accept_offer(application=application, actor=student)


def test_accept_offer_too_late_says_what_then(search, vacancy, student, broker, capacity):
    application = offer(submit(search, vacancy), broker, capacity, until=today() + dt.timedelta(days=3))
    with at(today() + dt.timedelta(days=5)), pytest.raises(RuleError) as error:
        services.accept_offer(application=application, actor=student)
    assert error.value.code == "offer_expired"


# --- Closing (R1) -----------------------------------------------------------------------------------
def test_close_vacancy_asks_for_the_answers_first(search, vacancy, broker):
    application = submit(search, vacancy)
    for end in (services.close_vacancy, services.unpublish_vacancy):
        with pytest.raises(OpenApplicationsError) as error:
            end(vacancy=vacancy, actor=broker)
        assert error.value.applications == [application]
        assert application.alias in error.value.message
    reject(application, broker)
    assert services.close_vacancy(vacancy=vacancy, actor=broker).status == VacancyStatus.CLOSED
    with pytest.raises(Conflict):
        services.close_vacancy(vacancy=vacancy, actor=broker)


def test_vacancy_from_draft_to_published(vacancy, broker):
    draft = services.create_vacancy(
        team=vacancy.team, actor=broker, period=vacancy.period, title="Schaken in het buurthuis", summary="Schaken.",
        tasks="Je schaakt.", starts_on=vacancy.starts_on, ends_on=vacancy.ends_on,
    )  # fmt: skip
    assert (draft.organisation, draft.pool, draft.status) == (vacancy.organisation, vacancy.pool, VacancyStatus.DRAFT)
    with pytest.raises(RuleError) as error:
        services.publish_vacancy(vacancy=draft, actor=broker)
    assert error.value.code == "incomplete"
    assert "de opleiding en de doelgroep" in error.value.message
    services.update_vacancy(
        vacancy=draft, actor=broker, qualifications=[f.QualificationFactory()], target_groups=[f.TargetGroupFactory()]
    )
    services.skip_agreement(vacancy=draft, actor=broker, reason="Besproken in het teamoverleg van mei.")
    published = services.publish_vacancy(vacancy=draft, actor=broker)
    assert published.publish_from == today()
    assert Vacancy.objects.published().filter(pk=draft.pk).exists()
    assert Vacancy.objects.filter(search_vector=SearchQuery("leiden", config="nl"), pk=draft.pk).exists()


def test_update_vacancy_keeps_given_places(search, vacancy, broker, capacity):
    Vacancy.objects.filter(pk=vacancy.pk).update(places=2)
    place(search, vacancy, broker, capacity)
    assert services.update_vacancy(vacancy=vacancy, actor=broker, places=1).places == 1
    with pytest.raises(RuleError) as error:
        services.update_vacancy(vacancy=vacancy, actor=broker, places=0)
    assert error.value.code == "places_taken"


def test_publish_vacancy_needs_an_approved_organisation(vacancy, organisation, broker):
    services.unpublish_vacancy(vacancy=vacancy, actor=broker)
    organisation.is_approved = False
    organisation.save()
    with pytest.raises(RuleError) as error:
        services.publish_vacancy(vacancy=vacancy, actor=broker)
    assert error.value.code == "not_approved"


def test_check_data_finds_what_is_wrong(search, vacancy, broker, capacity, capsys):
    place(search, vacancy, broker, capacity)
    Application.objects.update(answered_at=None)
    type(vacancy.pool).objects.update(taken=0)
    with pytest.raises(SystemExit) as exit_:
        call_command("check_data")
    assert exit_.value.code == 1
    out = capsys.readouterr().out
    assert "FOUT taken places of a team are its placements (R7): 1" in out
    assert "FOUT an invited or later application was answered: 1" in out
