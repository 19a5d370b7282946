"""A vacancy from draft to published: the team agrees, the erkenning is known, dates and copies do what they say (O1, O3)."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from organisations.models import Accreditation
from placements import accreditation, agreements, services
from placements.enums import AgreementStatus, VacancyStatus
from placements.models import Vacancy, VacancyAgreement
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import reject, submit

REASON = "De teamcoach zei ja in het overleg van mei."


@pytest.fixture
def draft(vacancy) -> Vacancy:
    Vacancy.objects.filter(pk=vacancy.pk).update(status=VacancyStatus.DRAFT)
    vacancy.refresh_from_db()
    return vacancy


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        call(*args, **kwargs)
    return error.value.code


def link_in(mail: OutgoingMail) -> str:
    found = re.search(r"https?://[^/\s]+(/akkoord/\S+)", mail.body_text)
    assert found
    return found.group(1)


def answer(agreement: VacancyAgreement, *, agrees: bool = True, **kwargs) -> VacancyAgreement:
    values = {"read": agreements.fingerprint(agreement.vacancy), "name": "Sanne"}
    return services.answer_agreement(agreement=agreement, agrees=agrees, **values | kwargs)


def test_publishing_waits_for_the_team(draft, broker, team_lead):
    assert code_of(services.publish_vacancy, vacancy=draft, actor=broker) == "agreement_needed"
    agreement = services.ask_agreement(vacancy=draft, actor=broker)
    assert code_of(services.publish_vacancy, vacancy=draft, actor=broker) == "agreement_needed"
    answer(agreement, actor=team_lead)
    assert services.publish_vacancy(vacancy=draft, actor=broker).status == VacancyStatus.PUBLISHED
    assert OutgoingMail.objects.filter(template="vacancy_agreement_answered", to_user_id=broker.pk).exists()


def test_a_teamcoach_without_an_account_reads_everything_and_agrees(client, draft, broker, capacity):
    services.update_vacancy(
        vacancy=draft, actor=broker, supervisors=[capacity], wanted_profile="Wie graag kookt.", wished_goals="Plannen"
    )
    services.ask_agreement(vacancy=draft, actor=broker, email="sanne@dekade.example", name="Sanne Stip")
    mail = OutgoingMail.objects.get(template="vacancy_agreement")
    assert mail.to_email == "sanne@dekade.example"
    assert draft.tasks not in mail.body_text
    address = link_in(mail)
    page = client.get(address)
    html = page.content.decode()
    for words in (draft.title, draft.tasks, "Wie graag kookt.", "Plannen", capacity.supervisor.user.get_full_name()):
        assert words in html
    assert page["Cache-Control"] == "no-store"
    assert draft.agreements.get().status == AgreementStatus.REQUESTED  # looking decides nothing
    read = re.search(r'name="read" value="(\w+)"', html)
    assert read
    done = client.post(address, {"answer": "yes", "name": "Sanne Stip", "read": read[1]})
    assert "Sanne Stip gaf akkoord" in done.content.decode()
    assert services.publish_vacancy(vacancy=draft, actor=broker)
    assert "gaf akkoord" in client.get(address).content.decode()


def test_changes_need_a_remark_and_reach_the_stagemakelaar(client, draft, broker, team_lead):
    services.ask_agreement(vacancy=draft, actor=broker)
    address = link_in(OutgoingMail.objects.get(template="vacancy_agreement", to_user_id=team_lead.pk))
    read = agreements.fingerprint(draft)
    refused = client.post(address, {"answer": "no", "remark": " ", "read": read})
    assert "Schrijf wat er anders moet" in refused.content.decode()
    client.post(address, {"answer": "no", "remark": "Dinsdag kan niet.", "read": read})
    agreement = draft.agreements.get()
    assert (agreement.status, agreement.remark, agreement.answered_by) == ("changes", "Dinsdag kan niet.", team_lead)
    assert code_of(services.publish_vacancy, vacancy=draft, actor=broker) == "agreement_needed"
    client.force_login(broker)
    page = client.get(reverse("admin:placements_vacancy_akkoord", args=[draft.pk])).content.decode()
    assert "Dinsdag kan niet." in page


def test_a_text_that_changes_after_the_agreement_needs_a_new_one(draft, broker, team_lead):
    answer(services.ask_agreement(vacancy=draft, actor=broker))
    services.update_vacancy(vacancy=draft, actor=broker, apply_until=today() + dt.timedelta(days=9))
    assert agreements.state_of(draft).given  # a date of the stagemakelaar's own
    services.update_vacancy(vacancy=draft, actor=broker, tasks="Je doet iets heel anders.")
    draft.refresh_from_db()
    state = agreements.state_of(draft)
    assert (state.given, state.changed) == (False, True)
    assert code_of(services.publish_vacancy, vacancy=draft, actor=broker) == "agreement_needed"


def test_nobody_agrees_with_a_text_they_did_not_read(draft, broker, team_lead):
    agreement = services.ask_agreement(vacancy=draft, actor=broker)
    read = agreements.fingerprint(draft)
    services.update_vacancy(vacancy=draft, actor=broker, tasks="Je doet iets heel anders.")
    assert code_of(services.answer_agreement, agreement=agreement, agrees=True, read=read) == "text_changed"


def test_the_first_answer_counts_and_a_new_question_ends_the_old(draft, broker, team_lead):
    old = services.ask_agreement(vacancy=draft, actor=broker)
    new = services.ask_agreement(vacancy=draft, actor=broker)
    assert code_of(answer, old) == "replaced"
    answer(new)
    with pytest.raises(Conflict) as error:
        answer(new, agrees=False, remark="Toch niet")
    assert error.value.code == "already_answered"


def test_asking_is_bounded_and_needs_somebody_to_ask(draft, broker):
    assert code_of(services.ask_agreement, vacancy=draft, actor=broker) == "no_team_lead"
    assert code_of(services.ask_agreement, vacancy=draft, actor=broker, email="geen adres") == "bad_email"
    for _ in range(5):
        services.ask_agreement(vacancy=draft, actor=broker, email="sanne@dekade.example")
    again = code_of(services.ask_agreement, vacancy=draft, actor=broker, email="sanne@dekade.example")
    assert again == "asked_too_often"


def test_skipping_keeps_the_reason_and_switching_off_asks_nothing(client, draft, broker, organisation, admin_user):
    assert code_of(services.skip_agreement, vacancy=draft, actor=broker, reason="haast") == "skip_reason"
    services.skip_agreement(vacancy=draft, actor=broker, reason=REASON)
    services.publish_vacancy(vacancy=draft, actor=broker)
    client.force_login(admin_user)
    assert REASON in client.get(reverse("admin:placements_vacancyagreement_changelist")).content.decode()
    other = f.VacancyFactory(team=draft.team, pool=draft.pool, status="draft")
    organisation.vacancy_agreement = False
    organisation.save()
    assert services.publish_vacancy(vacancy=other, actor=broker)


def test_only_the_coach_of_the_team_answers_when_signed_in(client, draft, broker, team_lead, supervisor, other_broker):
    agreement = services.ask_agreement(vacancy=draft, actor=broker)
    address = reverse("team-agreement", args=[agreement.public_id])
    stranger = f.MembershipFactory(organisation=draft.organisation, role="team_lead").user
    for user, status in ((supervisor, 403), (other_broker, 403), (stranger, 404), (team_lead, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status, user
    assert draft.title in client.get(reverse("team-overview")).content.decode()
    client.post(address, {"answer": "yes", "read": agreements.fingerprint(draft)})
    agreement.refresh_from_db()
    assert (agreement.status, agreement.answered_by) == (AgreementStatus.AGREED, team_lead)
    assert "wacht op je akkoord" not in client.get(reverse("team-overview")).content.decode()


# --- erkenning ---------------------------------------------------------------------------------------


def recognise(vacancy: Vacancy, status: str = "recognised", **dates) -> None:
    values = {"checked_on": today(), "valid_until": vacancy.ends_on + dt.timedelta(days=30)} | dates
    Accreditation.objects.update_or_create(
        organisation=vacancy.organisation,
        qualification=vacancy.qualifications.get(),
        defaults={"status": status, **values},
    )


@pytest.mark.parametrize(
    ("status", "dates", "level"),
    [
        ("recognised", {}, "ok"),
        ("recognised", {"valid_until": dt.timedelta(days=-1)}, "refused"),
        ("recognised", {"valid_until": dt.timedelta(days=70)}, "warning"),  # during the stage
        ("recognised", {"checked_on": dt.timedelta(days=-400)}, "warning"),
        ("requested", {}, "warning"),
        ("unknown", {}, "warning"),
        ("expired", {"valid_until": None}, "refused"),
    ],
)
def test_what_the_erkenning_means(vacancy, status, dates, level):
    recognise(vacancy, status, **{name: today() + days if days else None for name, days in dates.items()})
    [check] = accreditation.checks_of(vacancy)
    assert check.level == level
    assert (check.advice == "") == (level == "ok")


def test_an_erkenning_of_any_version_of_a_kwalificatie_counts(vacancy):
    """What was looked at last says it; a row nobody looked at hides nothing."""
    recognise(vacancy, "recognised")
    for days, status in ((1, "expired"), (2, "unknown")):
        Accreditation.objects.create(
            organisation=vacancy.organisation,
            qualification=f.QualificationFactory(valid_from=today() + dt.timedelta(days=days)),
            status=status,
            checked_on=today() - dt.timedelta(days=400) if status == "expired" else None,
        )
    assert [check.level for check in accreditation.checks_of(vacancy)] == ["ok"]


def test_an_expired_erkenning_refuses_and_an_unknown_one_warns(client, draft, broker):
    services.skip_agreement(vacancy=draft, actor=broker, reason=REASON)
    client.force_login(broker)
    address = reverse("admin:placements_vacancy_publiceren", args=[draft.pk])
    assert "nog niet nagekeken" in client.get(address).content.decode()
    recognise(draft, "expired")
    assert "liep af op" in client.get(address).content.decode()
    assert code_of(services.publish_vacancy, vacancy=draft, actor=broker) == "not_recognised"
    client.post(address)
    draft.refresh_from_db()
    assert draft.status == VacancyStatus.DRAFT


# --- dates -------------------------------------------------------------------------------------------


def test_a_vacancy_appears_and_disappears_by_its_dates_without_any_job(vacancy):
    first, last = today() + dt.timedelta(days=3), today() + dt.timedelta(days=6)
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_from=first, publish_until=last)
    seen = []
    for day in range(8):
        with at(today() + dt.timedelta(days=day)):
            seen.append(Vacancy.objects.published().exists())
    assert seen == [False] * 3 + [True] * 4 + [False]


def test_the_night_closes_what_is_over_and_asks_for_answers_first(vacancy, search, broker):
    last = today() + dt.timedelta(days=2)
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_until=last)
    application = submit(search, vacancy)
    assert services.close_expired(day=last) == {"closed": 0, "waiting": 0}
    late = last + dt.timedelta(days=4)  # after missed nights
    with at(late):
        assert services.close_expired(day=late, dry_run=True) == {"closed": 0, "waiting": 1}
        for _ in range(2):
            assert services.close_expired(day=late) == {"closed": 0, "waiting": 1}
        assert OutgoingMail.objects.filter(template="vacancy_over").count() == 1
        reject(application, broker)
        assert services.close_expired(day=late) == {"closed": 1, "waiting": 0}
        assert services.close_expired(day=late) == {"closed": 0, "waiting": 0}
    vacancy.refresh_from_db()
    assert vacancy.status == VacancyStatus.CLOSED


# --- copies ------------------------------------------------------------------------------------------


@pytest.fixture
def next_year(db):
    return f.PeriodFactory(
        slug="volgend-jaar", name="volgend jaar", starts_on=today() + dt.timedelta(days=400),
        ends_on=today() + dt.timedelta(days=550),
    )  # fmt: skip


def test_a_copy_is_a_draft_with_the_new_dates_and_the_people_who_have_room(vacancy, capacity, broker, next_year):
    services.update_vacancy(vacancy=vacancy, actor=broker, supervisors=[capacity], publish_until=vacancy.starts_on)
    services.skip_agreement(vacancy=vacancy, actor=broker, reason=REASON)
    pool = f.TeamCapacityFactory(team=vacancy.team, period=next_year)
    again = f.SupervisorCapacityFactory(pool=pool, supervisor=capacity.supervisor)
    made = services.copy_vacancy(vacancy=vacancy, period=next_year, actor=broker)
    assert (made.title, made.tasks, made.pool) == (vacancy.title, vacancy.tasks, pool)
    assert (made.starts_on, made.ends_on) == (next_year.starts_on, next_year.ends_on)
    assert (made.status, made.publish_from, made.publish_until) == (VacancyStatus.DRAFT, None, None)
    assert list(made.supervisors.all()) == [again]
    assert list(made.qualifications.all()) == list(vacancy.qualifications.all())
    assert not agreements.state_of(made).given
    assert code_of(services.copy_vacancy, vacancy=vacancy, period=next_year, actor=broker) == "already_copied"
    assert code_of(services.copy_vacancy, vacancy=vacancy, period=vacancy.period, actor=broker) == "same_period"


def test_copy_page_makes_the_copy_and_goes_to_it(client, vacancy, broker, next_year, other_broker):
    address = reverse("admin:placements_vacancy_kopieren", args=[vacancy.pk])
    client.force_login(other_broker)
    assert client.get(address).status_code == 404
    client.force_login(broker)
    assert "volgend jaar" in client.get(address).content.decode()
    response = client.post(address, {"period": next_year.pk}, follow=True)
    assert "nog een concept" in response.content.decode()
    assert vacancy.copies.get().period == next_year
