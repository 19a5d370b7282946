"""Vacancies and applications in the admin: own organisation only, through the services, and nameless until invited (R4)."""

# mypy: disable-error-code="comparison-overlap"

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements import services
from placements.enums import VacancyStatus
from placements.models import Placement, Vacancy
from tests import factories as f
from tests.placements.steps import invite, reject, rename, slots, submit


@pytest.fixture
def at_work(client, broker):
    client.force_login(broker)
    return client


def form_of(vacancy: Vacancy, **changes) -> dict[str, Any]:
    """What the change form would send for this vacancy."""
    data = {
        "title": vacancy.title, "summary": vacancy.summary, "tasks": vacancy.tasks, "kind": vacancy.kind,
        "team": vacancy.team_id, "location": vacancy.location_id, "period": vacancy.period_id,
        "starts_on": vacancy.starts_on, "ends_on": vacancy.ends_on, "weekdays": ["1", "2", "4"], "days_per_week": 2,
        "hours_min": 16, "hours_max": 24, "qualifications": [f.QualificationFactory().pk], "years": ["2", "4"],
        "routes": ["1"], "target_groups": [f.TargetGroupFactory().pk], "offers": ["1", "8"], "places": 2,
        "applications_per_place": 4, "response_term_days": 10, "publish_from": vacancy.publish_from or "",
        "allowance": "none", "external_id": "", "vog_needed": "on", "guidance_hours": 1,
    }  # fmt: skip
    return data | changes


def test_broker_changes_a_vacancy_through_the_service(at_work, vacancy):
    address = reverse("admin:placements_vacancy_change", args=[vacancy.pk])
    assert at_work.get(address).status_code == 200
    response = at_work.post(address, form_of(vacancy, title="Soep koken"))
    assert response.status_code == 302, response.context["adminform"].errors
    vacancy.refresh_from_db()
    assert (vacancy.title, vacancy.weekdays, vacancy.years, vacancy.offers, vacancy.places) == (
        "Soep koken",
        7,
        6,
        9,
        2,
    )
    assert vacancy.status == VacancyStatus.PUBLISHED
    assert "Jongeren" in vacancy.search_text


def test_broker_adds_a_draft(at_work, vacancy):
    form = form_of(vacancy, title="Nieuw", publish_from="")
    response = at_work.post(reverse("admin:placements_vacancy_add"), form)
    assert response.status_code == 302, response.context["adminform"].errors
    made = Vacancy.objects.get(title="Nieuw")
    assert (made.status, made.pool, made.organisation) == (VacancyStatus.DRAFT, vacancy.pool, vacancy.organisation)
    assert made.target_groups.exists()


@pytest.mark.parametrize("field", ["team", "location"])
def test_broker_cannot_use_what_is_of_another_organisation(at_work, vacancy, other_vacancy, field):
    form = form_of(vacancy, **{field: getattr(other_vacancy, f"{field}_id")})
    response = at_work.post(reverse("admin:placements_vacancy_change", args=[vacancy.pk]), form)
    assert response.status_code == 200
    assert field in response.context["adminform"].errors


def test_broker_sees_nothing_of_another_organisation(at_work, other_vacancy, other_search):
    application = submit(other_search, other_vacancy)
    assert other_vacancy.title not in at_work.get(reverse("admin:placements_vacancy_changelist")).content.decode()
    assert at_work.get(reverse("admin:placements_vacancy_change", args=[other_vacancy.pk])).status_code == 404
    assert at_work.get(reverse("admin:placements_vacancy_sluiten", args=[other_vacancy.pk])).status_code == 404
    assert at_work.get(reverse("admin:placements_application_change", args=[application.pk])).status_code == 404


def test_closing_asks_first_and_refuses_while_somebody_waits(at_work, vacancy, search, broker):
    address = reverse("admin:placements_vacancy_sluiten", args=[vacancy.pk])
    application = submit(search, vacancy)
    page = at_work.get(address).content.decode()
    assert "Er wacht nog 1 student op antwoord" in page
    assert reverse("admin:workspace-candidate", args=[application.public_id]) in page
    assert application.alias in at_work.post(address, follow=True).content.decode()
    reject(application, broker)
    assert at_work.get(address).status_code == 200
    vacancy.refresh_from_db()
    assert vacancy.status == VacancyStatus.PUBLISHED  # looking changes nothing
    at_work.post(address)
    vacancy.refresh_from_db()
    assert vacancy.status == VacancyStatus.CLOSED


def test_bulk_publishing_shows_the_plan_then_does_it_and_says_what_was_skipped(at_work, vacancy, broker):
    good, bare = (f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, status="draft") for _ in range(2))
    services.skip_agreement(vacancy=good, actor=broker, reason="Besproken in het teamoverleg van mei.")
    bare.qualifications.clear()
    data = {"action": "operation_publiceren", "_selected_action": [good.pk, bare.pk, vacancy.pk]}
    address = reverse("admin:placements_vacancy_changelist")
    planned = at_work.post(address, data)
    assert planned.status_code == 200
    assert "nog niet compleet: de opleiding" in planned.content.decode()
    good.refresh_from_db()
    assert good.status == VacancyStatus.DRAFT
    done = at_work.post(address, data | {"confirmed": "ja"}, follow=True).content.decode()
    assert "1 vacature is aangepast" in done
    assert "Overgeslagen" in done
    good.refresh_from_db()
    assert good.status == VacancyStatus.PUBLISHED


def test_applications_have_no_names_until_invited(at_work, vacancy, search, broker):
    application = rename(submit(search, vacancy))
    pages = [
        reverse("admin:placements_application_changelist"),
        reverse("admin:placements_application_change", args=[application.pk]),
    ]
    for page in pages:
        html = at_work.get(page).content.decode()
        assert application.alias in html
        for secret in ("Samira", "Amrani", "student@cast.example", application.motivation[:20]):
            assert secret not in html
    assert application.alias not in at_work.get(pages[0], {"q": "Samira"}).content.decode().partition("<table")[2]
    invite(application, broker)
    for page in pages:
        assert "Samira El Amrani" in at_work.get(page).content.decode()


def test_nothing_but_vacancies_can_be_changed_here(client, admin_user, vacancy, search, broker, capacity):
    client.force_login(admin_user)
    application = submit(search, vacancy)
    address = reverse("admin:placements_application_change", args=[application.pk])
    assert client.post(address, {"status": "accepted"}).status_code == 403
    assert client.get(reverse("admin:placements_application_add")).status_code == 403
    assert client.post(reverse("admin:placements_vacancy_delete", args=[vacancy.pk])).status_code == 403


def test_editor_asks_whose_vacancy_it_is_together_with_the_vacancy(at_work, vacancy):
    with CaptureQueriesContext(connection) as queries:
        assert at_work.get(reverse("admin:placements_vacancy_change", args=[vacancy.pk])).status_code == 200
    whose = [q["sql"] for q in queries if q["sql"].startswith('SELECT 1 AS "a" FROM "placements_vacancy"')]
    assert whose == []


@pytest.mark.parametrize("name", ["vacancy", "application", "interview", "placement", "answerstatistic"])
def test_lists_cost_the_same_for_one_and_three_rows(at_work, vacancy, broker, capacity, name):
    address = reverse(f"admin:placements_{name}_changelist")
    counts: list[int] = []
    for rows in (1, 2):
        for _ in range(rows):
            one = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool)
            invite(submit(f.SearchFactory(), one), broker, slots=slots(1, days=3 + len(counts)))
            application = f.ApplicationFactory(vacancy=one, status="accepted")
            Placement.objects.create(
                application=application, student=application.student, vacancy=one, supervisor=capacity,
                starts_on=one.starts_on, ends_on=one.ends_on,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert at_work.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14
