"""Nothing a student types is lost: drafts while typing, by the button, and when signing in expired at the worst moment."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from placements import drafts, services
from placements.models import Application, ApplicationDraft
from stagematch.clock import at, now, today
from stagematch.ui.errors import RuleError
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.steps import submit

TEXT = "Ik kook elke zondag met mijn oma en haar vriendinnen. Daar leerde ik hoe je iedereen laat meedoen. " * 2
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def goal(search):
    return f.LearningGoalFactory(search=search, text="Een groep begeleiden")


@pytest.fixture
def me(client, student, goal):
    client.force_login(student)
    return client


def url(vacancy, name: str = "apply") -> str:
    return reverse(name, args=[vacancy.public_id])


def typed(search, vacancy, **more) -> dict[str, object]:
    token = drafts.draft_token(search.student, vacancy)
    return {"cv": "none", "motivation": TEXT, "goals": ["Een groep begeleiden"], drafts.FIELD: token} | more


def test_typing_keeps_the_draft_and_says_when(me, search, vacancy):
    response = me.post(url(vacancy, "apply-draft"), typed(search, vacancy, own_goal="Koken voor 20"), **JSON)
    assert response.status_code == 200
    assert response.json()["text"].startswith("Bewaard om ")
    draft = ApplicationDraft.objects.get()
    assert (draft.student, draft.vacancy, draft.motivation) == (search.student, vacancy, TEXT.strip())
    page = me.get(url(vacancy)).content.decode()
    assert "Ik kook elke zondag" in page
    assert "Koken voor 20" in page
    assert "Je bent hier al begonnen." in page
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy, motivation="Toch anders."), **JSON)
    assert ApplicationDraft.objects.get().motivation == "Toch anders."


def test_the_button_keeps_it_without_javascript(me, search, vacancy):
    response = me.post(url(vacancy, "apply-draft"), typed(search, vacancy), follow=True)
    assert "Je concept is bewaard." in response.content.decode()
    assert "Ik kook elke zondag" in response.content.decode()
    overview = me.get(reverse("my-overview")).content.decode()
    assert "Concepten" in overview
    assert url(vacancy) in overview
    assert "Het concept is weggegooid." in me.post(url(vacancy, "draft-delete"), follow=True).content.decode()
    assert not ApplicationDraft.objects.exists()


def test_an_empty_text_is_no_draft_and_clears_one(me, search, vacancy):
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy), **JSON)
    answer = me.post(url(vacancy, "apply-draft"), typed(search, vacancy, motivation="  "), **JSON)
    assert answer.json() == {"saved_at": None, "text": ""}
    assert not ApplicationDraft.objects.exists()


def test_sending_takes_the_draft_away_and_an_old_tab_does_not_bring_it_back(me, search, vacancy):
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy), **JSON)
    assert me.post(url(vacancy), typed(search, vacancy)).status_code == 302
    assert Application.objects.count() == 1
    assert not ApplicationDraft.objects.exists()
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy), **JSON)
    assert not ApplicationDraft.objects.exists()


def test_a_text_that_is_refused_is_kept_as_well(me, search, vacancy):
    me.post(url(vacancy), typed(search, vacancy, motivation="Te kort."))
    assert ApplicationDraft.objects.get().motivation == "Te kort."


def test_a_session_that_expired_at_the_moment_of_sending_loses_nothing(me, search, vacancy, student):
    """The text is kept by the form's own proof; after signing in one is back on the form with the text."""
    me.logout()
    response = me.post(url(vacancy), typed(search, vacancy))
    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={url(vacancy)}"
    assert not Application.objects.exists()
    assert "Je tekst is bewaard" in me.get(response.url).content.decode()
    me.force_login(student)
    assert "Ik kook elke zondag" in me.get(url(vacancy)).content.decode()


def test_the_script_goes_on_keeping_when_the_session_is_over(me, search, vacancy):
    me.logout()
    assert me.post(url(vacancy, "apply-draft"), typed(search, vacancy), **JSON).status_code == 200
    assert ApplicationDraft.objects.get().student == search.student


def test_an_old_safety_token_sends_nothing_and_keeps_the_text(search, vacancy, student, goal):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(student)
    response = strict.post(url(vacancy), typed(search, vacancy))
    assert (response.status_code, response.url) == (302, url(vacancy))
    assert not Application.objects.exists()
    assert "Ik kook elke zondag" in strict.get(url(vacancy)).content.decode()
    signed_out = Client(enforce_csrf_checks=True)
    assert signed_out.post(url(vacancy), typed(search, vacancy, motivation="Nieuw.")).status_code == 302
    assert ApplicationDraft.objects.get().motivation == "Nieuw."


def test_an_old_safety_token_does_nothing_elsewhere(search, vacancy, student):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(student)
    for where in (reverse("my-data-delete"), url(vacancy, "favourite-toggle"), url(vacancy, "draft-delete")):
        assert strict.post(where, typed(search, vacancy)).status_code == 403
    assert not ApplicationDraft.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "W10:1:2", "[1, 2]"])
def test_without_the_forms_own_proof_nobody_keeps_anything(client, search, vacancy, token):
    client.post(url(vacancy), typed(search, vacancy) | {drafts.FIELD: token})
    answer = client.post(url(vacancy, "apply-draft"), typed(search, vacancy) | {drafts.FIELD: token}, **JSON)
    assert answer.status_code == 401
    assert not ApplicationDraft.objects.exists()


def test_a_form_of_somebody_else_on_a_shared_computer_is_not_sent(client, search, other_search, vacancy):
    f.LearningGoalFactory(search=other_search)
    client.force_login(other_search.student.user)
    response = client.post(url(vacancy), typed(search, vacancy), follow=True)
    assert "Dit formulier was van iemand anders." in response.content.decode()
    assert "Ik kook elke zondag" not in response.content.decode()
    assert not Application.objects.exists()
    assert ApplicationDraft.objects.get().student == search.student


def test_drafts_go_after_60_days(search, vacancy, other_vacancy):
    services.save_draft(student=search.student, vacancy=vacancy, motivation="Oud.")
    with at(today() - dt.timedelta(days=61)):  # a day, not so many hours: the clock may have changed in between
        long_ago = now()
    ApplicationDraft.objects.update(updated_at=long_ago)
    services.save_draft(student=search.student, vacancy=other_vacancy, motivation="Vers.")
    assert services.run_retention(day=today(), dry_run=True).drafts == 1
    assert services.run_retention(day=today()).drafts == 1
    assert ApplicationDraft.objects.get().motivation == "Vers."
    later = today() + dt.timedelta(days=59)
    with at(later):
        assert services.run_retention(day=later).drafts == 0


def test_drafts_are_in_the_export_and_go_with_the_account(search, vacancy, student):
    services.save_draft(student=search.student, vacancy=vacancy, motivation="Mijn eigen concept.")
    assert "Mijn eigen concept." in str(export_person(user=student))
    delete_person(user=student)
    assert not ApplicationDraft.objects.exists()


def test_long_and_odd_texts_are_cut_and_kept(me, search, vacancy):
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy, motivation="a" * 9000, own_goal="b" * 900), **JSON)
    draft = ApplicationDraft.objects.get()
    assert (len(draft.motivation), len(draft.own_goal)) == (3000, 200)
    me.post(url(vacancy, "apply-draft"), typed(search, vacancy, motivation="<script>alert(1)</script>"), **JSON)
    assert "<script>alert" not in me.get(url(vacancy)).content.decode()


# --- One screen ---------------------------------------------------------------------------------------------


def test_with_a_complete_profile_three_fields_are_on_the_screen(me, search, vacancy, settings, tmp_path):
    """What is filled in already and folded away is no work: CV, motivation and learning goals are left."""
    import re

    settings.MEDIA_ROOT = tmp_path
    f.DocumentFactory(student=search.student)
    search.motivation = TEXT
    search.save()
    page = me.get(url(vacancy)).content.decode()
    form = page[page.index("data-concept=") : page.index("</form>", page.index("data-concept="))]
    visible = re.sub(r"<details.*?</details>", "", form, flags=re.DOTALL)
    names = set(re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]* name="(\w+)"', visible))
    assert names == {"cv", "motivation", "goals"}
    # Nothing has to be filled in at all: the form goes as it comes.
    values = {"cv": "reuse", "motivation": TEXT, "goals": "Een groep begeleiden"}
    assert me.post(url(vacancy), values).url.endswith("/verstuurd/")


def test_sending_twice_says_it_was_sent_and_makes_no_second_row(me, search, vacancy):
    me.post(url(vacancy), typed(search, vacancy))
    again = me.post(url(vacancy), typed(search, vacancy), follow=True)
    assert "Je reactie was al verstuurd." in again.content.decode()
    assert Application.objects.count() == 1


def test_who_has_five_open_chooses_which_one_to_withdraw(me, search, vacancy, settings):
    settings.MAX_OPEN_APPLICATIONS = 2
    first, second = submit(search, f.VacancyFactory(title="Eerste")), submit(search, f.VacancyFactory(title="Tweede"))
    page = me.get(url(vacancy)).content.decode()
    for running in (first, second):
        assert f"{reverse('application-withdraw', args=[running.public_id])}?next={url(vacancy)}" in page
    withdraw = reverse("application-withdraw", args=[first.public_id])
    assert "Intrekken kan niet terug" in me.get(withdraw, {"next": url(vacancy)}).content.decode()
    assert me.post(withdraw, {"reason": "", "next": url(vacancy)}).url == url(vacancy)
    assert "Verstuur je reactie" in me.get(url(vacancy)).content.decode()
    assert me.get(withdraw, {"next": "https://kwaad.example/"}).status_code == 302


def test_who_cannot_react_sees_places_that_do_fit(me, search, vacancy):
    vacancy.years = 0b1000
    vacancy.save()
    fits = f.VacancyFactory(title="Deze past")
    page = me.get(url(vacancy)).content.decode()
    assert "Deze plek is niet voor leerjaar 2" in page
    assert fits.title in page


def test_typing_in_a_limit_that_was_just_reached_keeps_the_text(me, search, vacancy):
    for _ in range(vacancy.application_cap):
        submit(f.SearchFactory(), vacancy)
    response = me.post(url(vacancy), typed(search, vacancy))
    assert response.status_code == RuleError.status
    assert "Net iets te laat" in response.content.decode()
    assert ApplicationDraft.objects.get().motivation == TEXT.strip()
