"""What a student does on the site, through the pages: react, follow, choose, answer, save, download."""

import datetime as dt

import pytest
from django.core.signals import request_started
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from placements import services
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, Favourite, Placement, WaitingListEntry
from stagematch.audit.models import AccessLog
from stagematch.clock import at
from students.models import Document
from students.services import save_document
from tests import factories as f
from tests.placements.steps import explanation, invite, offer, reject, submit
from tests.students.pdfs import pdf, upload

MOTIVATION = (
    "Mijn oma woont bij ons in huis en ik help haar elke dag. Bij jullie wil ik leren hoe je een groep leidt. " * 2
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def me(client, student):
    client.force_login(student)
    return client


def url_of(name, thing) -> str:
    return reverse(name, args=[thing.public_id])


def answers(**changes):
    return {"cv": "none", "motivation": MOTIVATION, "goals": [], "own_goal": "Een groep leiden"} | changes


# --- React --------------------------------------------------------------------------------------------------


def test_apply_from_start_to_confirmation(me, search, vacancy):
    page = me.get(url_of("apply", vacancy))
    assert page.status_code == 200
    response = me.post(url_of("apply", vacancy), answers(), follow=True)
    application = Application.objects.get()
    assert response.redirect_chain[-1][0] == url_of("apply-done", application)
    assert application.motivation == MOTIVATION.strip()
    assert application.learning_goals == ["Een groep leiden"]
    assert "Gelukt. Je reactie is binnen." in response.content.decode()


def test_apply_fills_in_what_the_student_told_before(me, search, vacancy):
    search.motivation = "Dit schreef ik al eens op, in mijn zoektocht."
    search.save()
    f.LearningGoalFactory(search=search, text="Signalen zien")
    cv = save_document(student=search.student, upload=upload(pdf(), "mijn-cv.pdf"), actor=search.student.user)
    page = me.get(url_of("apply", vacancy)).content.decode()
    for known in ("Dit schreef ik al eens op", "Signalen zien", "mijn-cv.pdf", str(cv.public_id)):
        assert known in page


def test_apply_with_errors_keeps_everything(me, search, vacancy):
    data = answers(motivation="Te kort", own_goal="", cv="upload", cv_file=upload(pdf(), "nieuw.pdf"))
    page = me.post(url_of("apply", vacancy), data).content.decode()
    assert "Er zijn nog 2 dingen nodig" in page
    assert "Je motivatie is nog te kort: 7 tekens." in page
    assert "Kies of schrijf minstens 1 leerdoel." in page
    assert "<title>Fout:" in page.replace("\n", "")
    assert "Te kort</textarea>" in page
    # The file is kept, and stands there as the CV to use.
    document = Document.objects.get()
    assert "nieuw.pdf" in page
    assert 'value="reuse"' in page
    assert not Application.objects.exists()
    me.post(url_of("apply", vacancy), answers(cv="reuse"))
    assert Application.objects.get().cv == document


def test_apply_takes_a_chosen_file_even_when_the_radio_says_otherwise(me, search, vacancy):
    me.post(url_of("apply", vacancy), answers(cv="none", cv_file=upload(pdf())))
    assert Application.objects.get().cv is not None


def test_apply_refuses_a_file_that_is_no_pdf_and_keeps_the_text(me, search, vacancy):
    page = me.post(
        url_of("apply", vacancy), answers(cv="upload", cv_file=upload(b"PK\x03\x04", "cv.docx"))
    ).content.decode()
    assert "Dit bestand is geen pdf." in page
    assert MOTIVATION[:50] in page
    assert not Application.objects.exists()


def test_apply_twice_is_one_reaction_and_the_second_tab_says_so(me, search, vacancy):
    me.post(url_of("apply", vacancy), answers())
    response = me.post(url_of("apply", vacancy), answers(), follow=True)
    application = Application.objects.get()
    assert response.redirect_chain[-1][0] == url_of("application-detail", application)
    assert "al verstuurd" in response.content.decode()


def test_losing_the_last_slot_is_a_friendly_409_with_the_text(me, search, vacancy):
    vacancy.applications_per_place = 1
    vacancy.save()
    assert me.get(url_of("apply", vacancy)).status_code == 200
    f.ApplicationFactory(vacancy=vacancy)
    response = me.post(url_of("apply", vacancy), answers())
    page = response.content.decode()
    assert response.status_code == 409
    assert "Net iets te laat. Dat is balen." in page
    assert MOTIVATION[:40] in page
    assert url_of("waiting-list-join", vacancy) in page


def test_the_sixth_reaction_is_refused_with_a_way_on(me, search, vacancy):
    for _ in range(5):
        f.ApplicationFactory(search=search)
    page = me.get(url_of("apply", vacancy)).content.decode()
    assert "5 open reacties" in page
    assert reverse("my-overview") in page
    assert me.post(url_of("apply", vacancy), answers()).status_code == 409


def test_apply_without_a_search_points_to_the_search(me, search, vacancy):
    search.status = "draft"
    search.save()
    page = me.get(url_of("apply", vacancy)).content.decode()
    assert "Eerst even je zoektocht" in page
    assert me.post(url_of("apply", vacancy), answers()).status_code == 409


def test_apply_asks_a_visitor_to_sign_in_and_refuses_others(client, broker, vacancy):
    assert client.get(url_of("apply", vacancy)).status_code == 302
    client.force_login(broker)
    assert client.get(url_of("apply", vacancy)).status_code == 403


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "Zoë & Noël 🙂 ", "{{ 7*7 }} ", "' or 1=1 -- "])
def test_what_a_student_writes_comes_back_as_written(me, search, vacancy, text):
    written = (text + MOTIVATION).strip()
    me.post(url_of("apply", vacancy), answers(motivation=written, own_goal=text))
    application = Application.objects.get()
    assert application.motivation == written
    page = me.get(url_of("application-detail", application)).content.decode()
    assert "<script>alert" not in page


def test_nul_in_a_field_is_no_error_of_ours(me, search, vacancy):
    response = me.post(url_of("apply", vacancy), answers(motivation="\x00" + MOTIVATION))
    assert response.status_code in {200, 400}


# --- Save and wait ------------------------------------------------------------------------------------------


def test_save_and_let_go(me, search, vacancy):
    back = "/stageplekken/?q=koken"
    response = me.post(url_of("favourite-toggle", vacancy), {"next": back})
    assert response["Location"] == back
    assert Favourite.objects.count() == 1
    assert vacancy.title in me.get(reverse("my-saved")).content.decode()
    me.post(url_of("favourite-toggle", vacancy), {"next": "https://evil.example/"})
    assert not Favourite.objects.exists()
    assert me.get(url_of("favourite-toggle", vacancy)).status_code == 405


def test_save_never_sends_you_to_another_site(me, search, vacancy):
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert me.post(url_of("favourite-toggle", vacancy), {"next": target})["Location"].startswith("/stageplekken/")


def test_wait_for_a_full_place(me, search, vacancy):
    for _ in range(4):
        f.ApplicationFactory(vacancy=vacancy)
    assert "Zet me op de wachtlijst" in me.get(url_of("vacancy-detail", vacancy)).content.decode()
    me.post(url_of("waiting-list-join", vacancy))
    assert WaitingListEntry.objects.count() == 1
    assert "Je staat op de wachtlijst" in me.get(url_of("vacancy-detail", vacancy)).content.decode()


# --- Follow -------------------------------------------------------------------------------------------------


def test_overview_puts_what_waits_for_the_student_first(
    me, search, vacancy, other_vacancy, broker, other_broker, capacity
):
    waiting = submit(search, other_vacancy)
    invite(submit(search, vacancy), broker)
    page = me.get(reverse("my-overview")).content.decode()
    assert "er is nieuws" in page
    assert page.index("Kies een tijd voor je gesprek") < page.index(other_vacancy.title)
    assert "2 van 5 open" in page
    assert str(waiting.public_id) in page


def test_overview_after_a_no_gives_reason_praise_and_a_way_on(me, search, vacancy, broker):
    reject(submit(search, vacancy), broker)
    page = me.get(reverse("my-overview")).content.decode()
    for part in ("Dat is balen", "De reden:", "Wat ze goed vonden:", "En nu?", "0 van 5 open"):
        assert part in page
    assert "helaas" not in page.lower()


def test_overview_says_when_an_answer_is_late(me, search, vacancy):
    application = submit(search, vacancy)
    with at(application.answer_by + dt.timedelta(days=1)):
        assert "Te laat met antwoord" in me.get(reverse("my-overview")).content.decode()


@pytest.mark.parametrize("name", ["application-detail", "apply-done", "application-withdraw", "offer-answer"])
@pytest.mark.parametrize("who", ["other_student", "broker", "coordinator"])
def test_a_stranger_gets_nothing(client, request, search, vacancy, name, who):
    application = submit(search, vacancy)
    client.force_login(request.getfixturevalue(who))
    assert client.get(url_of(name, application)).status_code == (404 if who == "other_student" else 403)


def test_withdraw_asks_once_and_then_does_it(me, search, vacancy):
    application = submit(search, vacancy)
    assert me.get(url_of("application-withdraw", application)).status_code == 200
    application.refresh_from_db()
    assert application.is_open
    me.post(url_of("application-withdraw", application), {"reason": "Ik heb al iets"})
    me.post(url_of("application-withdraw", application))  # the second tab does no harm
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
    assert "ingetrokken" in me.get(url_of("application-detail", application)).content.decode()


# --- Talks --------------------------------------------------------------------------------------------------


def test_choose_a_time_and_put_it_in_the_calendar(me, search, vacancy, broker):
    interview = invite(submit(search, vacancy), broker)
    first, second = interview.slots.all()
    me.post(url_of("interview-choose-slot", interview), {"slot": first.pk})
    interview.refresh_from_db()
    assert (interview.status, interview.starts_at) == (InterviewStatus.PLANNED, first.starts_at)
    one = Calendar.from_ical(me.get(url_of("interview-ics", interview)).content)
    me.post(url_of("interview-choose-slot", interview), {"slot": second.pk})
    response = me.get(url_of("interview-ics", interview))
    two = Calendar.from_ical(response.content)
    assert response["Content-Type"].startswith("text/calendar")
    assert one["METHOD"] == two["METHOD"] == "PUBLISH"
    (before,), (after,) = one.walk("VEVENT"), two.walk("VEVENT")
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == second.starts_at.replace(microsecond=0)


@pytest.mark.parametrize("slot", ["", "abc", "-1", "999999", "9" * 30])
def test_a_time_that_was_not_offered(me, search, vacancy, broker, slot):
    interview = invite(submit(search, vacancy), broker)
    response = me.post(url_of("interview-choose-slot", interview), {"slot": slot})
    assert response.status_code == 409
    assert "Kies een tijd uit de lijst." in response.content.decode()


def test_somebody_elses_talk_does_not_exist(client, other_student, search, vacancy, broker):
    interview = invite(submit(search, vacancy), broker)
    services.choose_slot(interview=interview, slot=interview.slots.first(), actor=search.student.user)
    client.force_login(other_student)
    for name in ("interview-choose-slot", "interview-ics"):
        assert client.get(url_of(name, interview)).status_code == 404


# --- Offers -------------------------------------------------------------------------------------------------


def test_say_yes_on_the_page_with_the_consequences(me, search, vacancy, other_vacancy, broker, capacity):
    submit(search, other_vacancy)
    application = submit(search, vacancy)
    offer(application, broker, capacity)
    page = me.get(url_of("offer-answer", application)).content.decode()
    assert "Je andere reactie voor deze periode" in page
    assert not Placement.objects.exists()  # looking is not answering
    response = me.post(url_of("offer-answer", application), {"answer": "yes"}, follow=True)
    assert "Gefeliciteerd" in response.content.decode()
    assert Placement.objects.count() == 1
    again = me.post(url_of("offer-answer", application), {"answer": "yes"})
    assert again.status_code == 409
    assert "Dit kan niet meer" in again.content.decode()


def test_say_no_costs_nothing(me, search, vacancy, broker, capacity):
    application = submit(search, vacancy)
    offer(application, broker, capacity)
    me.post(url_of("offer-answer", application), {"answer": "no", "reason": ""})
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DECLINED


def test_an_answer_that_is_neither(me, search, vacancy, broker, capacity):
    application = submit(search, vacancy)
    offer(application, broker, capacity)
    assert "Kies ja of nee." in me.post(url_of("offer-answer", application), {"answer": "misschien"}).content.decode()


# --- Documents ----------------------------------------------------------------------------------------------


def test_a_document_is_for_the_owner_and_for_who_invited(
    client, search, student, vacancy, broker, other_broker, coordinator
):
    cv = save_document(student=search.student, upload=upload(pdf(), "Zoë's cv.pdf"), actor=student)
    application = submit(search, vacancy, cv=cv)
    for who in (other_broker, coordinator, broker):  # the broker does not know the name yet (R4)
        client.force_login(who)
        assert client.get(url_of("document-download", cv)).status_code == 404
    invite(application, broker)
    assert not AccessLog.objects.filter(action="download").exists()
    client.force_login(broker)
    response = client.get(url_of("document-download", cv))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    seen = AccessLog.objects.get(action="download")
    assert (seen.actor, seen.subject) == (broker, student)
    client.force_login(student)
    own = client.get(url_of("document-download", cv))
    assert own.status_code == 200
    assert b"".join(own.streaming_content).startswith(b"%PDF")
    assert "stagemakelaar, Buurthuis De Kade" in client.get(reverse("my-data")).content.decode()


# --- Costs --------------------------------------------------------------------------------------------------


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        request_started.disconnect(reset_queries)
        try:
            assert client.get(url).status_code == 200
        finally:
            request_started.connect(reset_queries)
        return len(captured)


def test_overview_costs_the_same_for_one_and_three(me, search, vacancy, broker):
    reject(submit(search, vacancy), broker)
    one = queries(me, reverse("my-overview"))
    for _ in range(2):
        extra = f.VacancyFactory(team__organisation=vacancy.organisation)
        reject(
            submit(search, extra),
            broker,
            explanation=explanation(extra.pk),
        )
    assert queries(me, reverse("my-overview")) == one <= 12


def test_saved_places_cost_the_same_for_one_and_three(me, search, vacancy):
    services.toggle_favourite(student=search.student, vacancy=vacancy)
    one = queries(me, reverse("my-saved"))
    for _ in range(2):
        services.toggle_favourite(student=search.student, vacancy=f.VacancyFactory())
    assert queries(me, reverse("my-saved")) == one <= 12


# --- School -------------------------------------------------------------------------------------------------


def test_school_sees_only_the_own_students_with_how_far_they_are(
    client, coordinator, search, other_search, vacancy, broker
):
    f.StudentFactory(programme=search.student.programme, user__first_name="Daan", user__last_name="Bakker")
    invite(submit(search, vacancy), broker)
    client.force_login(coordinator)
    page = client.get(reverse("school-students")).content.decode()
    assert "Samira El Amrani" in page
    assert "In gesprek" in page
    assert "Profiel niet compleet" in page
    assert "Joris" not in page
    assert "Bakker" not in client.get(reverse("school-students"), {"stand": "talking"}).content.decode()
    assert "Samira" not in client.get(reverse("school-students"), {"q": "Bakker"}).content.decode()


def test_school_states_follow_the_furthest_step(client, coordinator, search, vacancy, broker, capacity):
    client.force_login(coordinator)
    application = submit(search, vacancy)
    offer(application, broker, capacity)
    assert "Heeft een aanbod" in client.get(reverse("school-students"), {"stand": "offered"}).content.decode()
    services.accept_offer(application=application, actor=search.student.user)
    assert "Samira" in client.get(reverse("school-students"), {"stand": "placed"}).content.decode()


@pytest.mark.parametrize("who", ["student", "broker", "supervisor"])
def test_school_page_is_for_coordinators(client, request, who, search):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("school-students")).status_code == 403


def test_school_page_costs_the_same_for_one_and_three(client, coordinator, search):
    client.force_login(coordinator)
    one = queries(client, reverse("school-students"))
    for _ in range(2):
        extra = f.SearchFactory(student__programme=search.student.programme)
        f.ApplicationFactory(search=extra)
    assert queries(client, reverse("school-students")) == one <= 12


@pytest.mark.parametrize("text", ["' or 1=1", "<script>alert(1)</script>", "%", "\\", "x" * 3000, "Çelik"])
def test_no_input_breaks_the_school_page(client, coordinator, search, text):
    client.force_login(coordinator)
    response = client.get(reverse("school-students"), dict.fromkeys(["q", "klas", "leerjaar", "stand", "pagina"], text))
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


# --- When the answer stays away, and one click to withdraw --------------------------------------------------


def test_a_late_answer_says_what_one_can_do_and_withdrawing_is_one_click(me, search, vacancy, coordinator):
    application = submit(search, vacancy)
    url = url_of("application-detail", application)
    page = me.get(url).content.decode()
    assert "Dit ligt niet aan jou" not in page
    assert "Dit gebeurt meteen en kan niet terug." in page
    with at(application.answer_by + dt.timedelta(days=1)):
        late = me.get(url).content.decode()
    assert "Dit ligt niet aan jou" in late
    assert coordinator.email in late
    me.post(url_of("application-withdraw", application))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
