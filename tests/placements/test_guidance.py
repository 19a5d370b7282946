"""Who of a school's students needs somebody now, and what is done about it (B3)."""

import datetime as dt
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from organisations import weekdays
from placements.enums import ViewPage
from placements.guidance import Found, register_reason, registry, services
from placements.guidance.enums import HelpAction, HelpReason, HelpStep, TaskStatus
from placements.guidance.selectors import needing_help
from placements.models import HelpEvent, HelpNote, HelpTask, SavedView
from placements.services import save_view
from stagematch.audit.models import AccessLog
from stagematch.clock import at, now, today
from stagematch.ui import kept
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import Student
from tests import factories as f
from tests.placements.steps import EXPLANATION, MOTIVATION, explanation, invite, reject, submit


@pytest.fixture
def told(monkeypatch):
    """A registry of its own, so that a test hears only what it registers."""
    monkeypatch.setattr(registry, "_providers", {})


def rejected(search, times: int) -> None:
    Student.objects.filter(pk=search.student_id).update(rejections=times)


def codes(school, **kwargs) -> list[HelpReason]:
    return [code for row in needing_help(school, **kwargs) for code in row.codes]


# --- Why ----------------------------------------------------------------------------------------------------


def test_a_student_who_just_began_needs_nobody(school, search, told):
    assert needing_help(school) == []


@pytest.mark.parametrize(("times", "weight"), [(3, 40), (4, 40), (5, 70), (7, 70), (8, 90), (20, 90)])
def test_every_rung_of_the_ladder_weighs_more(school, search, told, times, weight):
    rejected(search, times)
    row = needing_help(school)[0]
    assert (row.reasons, row.weight) == ([f"{times} keer nee gekregen."], weight)
    assert (row.action, row.kind, row.open_applications) == (HelpAction.TALK, "frictional", 0)


def test_two_rejections_are_no_reason(school, search, told):
    rejected(search, 2)
    assert needing_help(school) == []


def test_silence_and_a_long_search_add_up(school, search, told):
    search.opened_on = today() - dt.timedelta(days=90)
    search.save()
    row = needing_help(school)[0]
    assert row.codes == [HelpReason.SILENT, HelpReason.LONG]
    assert row.reasons == ["Al 90 dagen stil, en nog nergens gereageerd.", "Zoekt al 12 weken."]


def test_signing_in_ends_the_silence(school, search, student, told):
    search.opened_on = today() - dt.timedelta(days=20)
    search.save()
    assert codes(school) == [HelpReason.SILENT]
    student.last_login = now() - dt.timedelta(days=1)
    student.save()
    assert codes(school) == []


def test_waiting_too_long_for_an_answer_means_calling(school, search, vacancy, told):
    submit(search, vacancy)
    with at(today() + dt.timedelta(days=30)):
        row = needing_help(school)[0]
        assert row.codes == [HelpReason.WAITING]
        assert row.reasons[0].startswith("Wacht al ")
        assert row.action == HelpAction.CALL
        assert row.open_applications == 1


def test_a_student_in_conversation_needs_nobody_now(school, search, vacancy, broker, told):
    rejected(search, 9)
    invite(submit(search, vacancy), broker)
    assert needing_help(school) == []


def test_a_half_profile_is_a_reason_after_two_weeks(school, search, student, told):
    search.status = SearchStatus.DRAFT
    search.save()
    assert needing_help(school) == []
    Student.objects.update(created_at=now() - dt.timedelta(days=20))
    row = needing_help(school)[0]
    assert (row.codes, row.seeks, row.action) == ([HelpReason.PROFILE], "nog niet ingevuld", HelpAction.PROFILE)
    assert row.reasons == ["Logde nog nooit in."]


def test_who_was_invited_and_never_came_is_named(school, told):
    f.StudentFactory(programme__school=school, invited_at=now() - dt.timedelta(days=20))
    f.StudentFactory(programme__school=school)  # not invited: nobody can blame them
    assert codes(school) == [HelpReason.PROFILE]


def test_who_came_and_never_began_is_named(school, told):
    """No search at all is less than half a profile."""
    ago = now() - dt.timedelta(days=20)
    f.StudentFactory(programme__school=school, user__last_login=ago)
    f.StudentFactory(programme__school=school, user__last_login=now())
    assert [row.reasons for row in needing_help(school)] == [["Begon nog niet aan de zoektocht."]]


def test_not_travelling_far_is_something_to_talk_about(school, search, told):
    search.max_distance_km = 4
    search.save()
    row = needing_help(school)[0]
    assert (row.reasons, row.action_label) == (["Reist hoogstens 4 kilometer."], "Praat over reistijd")


def test_a_higher_room_says_that_no_place_fits(school, search, told):
    found = Found(HelpReason.NO_FIT, "Er is geen plek die past.", HelpAction.PLACE, 60, is_structural=True)
    register_reason("test", lambda searches: dict.fromkeys(searches, found))
    row = needing_help(school)[0]
    assert (row.reasons, row.kind, row.action_label) == (
        ["Er is geen plek die past."], "structural", "Vraag een plek aan",
    )  # fmt: skip


def test_the_words_say_what_the_student_seeks(school, search, told):
    rejected(search, 3)
    search.weekdays, search.days_per_week = 3, 2
    search.save()
    search.target_groups.set([f.TargetGroupFactory(slug="jongeren")])
    row = needing_help(school)[0]
    assert (row.seeks, row.where) == ("ma en di, jongeren", "Leiden, leerjaar 2")


def test_rejections_of_an_earlier_stage_do_not_start_a_new_search_at_the_top(school, search, told):
    rejected(search, 9)
    search.status = SearchStatus.PLACED
    search.save()
    later = f.PeriodFactory(
        slug="later", starts_on=search.ends_on + dt.timedelta(days=30), ends_on=search.ends_on + dt.timedelta(days=150)
    )
    new = f.SearchFactory(student=search.student, period=later)
    assert codes(school) == []
    new.ladder_steps.create(student=search.student, rung="hint", rejections=9, on=today())
    assert codes(school) == [HelpReason.REJECTED]


def test_the_number_of_queries_does_not_grow(school, search, told, django_assert_num_queries):
    register_reason("test", lambda searches: {})
    rejected(search, 3)
    with django_assert_num_queries(4):
        assert len(needing_help(school, 50)) == 1
    for _ in range(2):
        rejected(f.SearchFactory(student__programme=search.student.programme), 5)
    with django_assert_num_queries(4):
        assert len(needing_help(school, 50)) == 3


# --- The pages ----------------------------------------------------------------------------------------------


def test_the_page_ranks_and_gives_one_action_each(client, coordinator, school, search, told):
    rejected(search, 3)
    other = f.SearchFactory(student__programme=search.student.programme)
    rejected(other, 8)
    client.force_login(coordinator)
    page = client.get(reverse("school-help")).content.decode()
    assert page.index("8 keer nee") < page.index("3 keer nee")
    assert page.count("Plan een gesprek") == 2
    filtered = client.get(reverse("school-help"), {"reden": "waiting"}).content.decode()
    assert "keer nee gekregen" not in filtered


@pytest.mark.parametrize("name", ["school-help", "school-tasks", "school-help-settings"])
def test_a_list_page_asks_the_same_whatever_the_number_of_students(
    client, coordinator, school, search, told, django_assert_max_num_queries, monkeypatch, name
):
    client.force_login(coordinator)
    counts = []
    for n in (1, 2):
        for _ in range(n):
            found = f.SearchFactory(student__programme=search.student.programme)
            rejected(found, 5)
            services.make_task(student=found.student, actor=coordinator, title="Bellen")
        monkeypatch.setattr(kept, "SALT", f"{kept.SALT}{n}")  # with nothing kept
        with django_assert_max_num_queries(12) as queries:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]


def test_the_page_of_a_student_asks_the_same_whatever_happened(
    client, coordinator, school, search, vacancy, broker, told, django_assert_max_num_queries
):
    client.force_login(coordinator)
    rejected(search, 5)
    counts = []
    for n in (1, 2):
        for _ in range(n):
            services.make_task(student=search.student, actor=coordinator, title="Bellen")
            services.write_note(student=search.student, actor=coordinator, text="We spraken af te bellen.")
            place = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool)
            reject(submit(search, place), broker, explanation=explanation(place.pk))
        with django_assert_max_num_queries(20) as queries:
            assert client.get(reverse("school-student", args=[search.student.public_id])).status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]


def test_opening_a_student_is_written_down_where_the_student_reads_it(client, coordinator, search, student):
    client.force_login(coordinator)
    assert client.get(reverse("school-student", args=[search.student.public_id])).status_code == 200
    look = AccessLog.objects.get(subject=student)
    assert look.actor == coordinator
    client.force_login(student)
    assert "BPV-coördinator" in client.get(reverse("my-data")).content.decode()


def test_strangers_get_nothing(client, other_coordinator, broker, team_lead, student, admin_user, coordinator, search):
    task = services.make_task(student=search.student, actor=coordinator, title="Bellen")
    note = services.write_note(student=search.student, actor=coordinator, text="Afgesproken.")
    one = [
        ("school-student", search.student), ("school-task-make", search.student), ("school-note-write", search.student),
        ("school-note-remove", note), ("school-task-move", task), ("school-task-assign", task),
    ]  # fmt: skip
    lists = ["school-help", "school-help-settings", "school-tasks"]
    for name, thing in one:
        ask = client.get if name == "school-student" else client.post
        url = reverse(name, args=[thing.public_id])
        client.logout()
        assert ask(url).status_code == 302
        for person, status in ((other_coordinator, 404), (admin_user, 404), (broker, 403), (student, 403)):
            client.force_login(person)
            assert ask(url).status_code == status, (name, person)
    for name in lists:
        for person, status in ((broker, 403), (team_lead, 403), (student, 403), (admin_user, 404)):
            client.force_login(person)
            assert client.get(reverse(name)).status_code == status
    assert HelpTask.objects.get().status == TaskStatus.OPEN
    assert HelpNote.objects.count() == 1


# --- Tasks and notes ----------------------------------------------------------------------------------------


def test_a_task_is_made_given_away_done_and_opened_again(client, coordinator, school, search):
    colleague = f.MembershipFactory(organisation=school, role="coordinator", user__first_name="Joost").user
    client.force_login(coordinator)
    make = reverse("school-task-make", args=[search.student.public_id])
    assert "Schrijf op wat je gaat doen." in client.post(make, {"title": " "}).content.decode()
    client.post(make, {"title": "Bellen over de reis", "owner": str(coordinator.public_id), "reason": "travel"})
    task = HelpTask.objects.get()
    assert (task.owner, task.reason, task.status) == (coordinator, "travel", "open")
    assert task.due_on > today()
    client.post(
        reverse("school-task-assign", args=[task.public_id]),
        {"owner": str(colleague.public_id), "due_on": str(today() + dt.timedelta(days=2))},
    )
    client.post(reverse("school-task-move", args=[task.public_id]), {"stand": "done", "uitkomst": "Gaat met de bus."})
    task.refresh_from_db()
    assert (task.owner, task.status, task.outcome) == (colleague, "done", "Gaat met de bus.")
    assert "Gaat met de bus." in client.get(reverse("school-tasks"), {"welke": "klaar"}).content.decode()
    with pytest.raises(Conflict):
        services.move_task(task=task, actor=coordinator, to="not_needed")
    services.move_task(task=task, actor=coordinator, to="open")
    assert list(HelpEvent.objects.order_by("pk").values_list("what", flat=True)) == [
        HelpStep.TASK_MADE, HelpStep.TASK_MOVED, HelpStep.TASK_TAKEN, HelpStep.TASK_DONE, HelpStep.TASK_REOPENED,
    ]  # fmt: skip


def test_a_task_stays_within_the_school(coordinator, other_coordinator, search):
    with pytest.raises(RuleError, match="niet bij jouw school"):
        services.make_task(student=search.student, actor=other_coordinator, title="Bellen")
    with pytest.raises(RuleError, match="eigen school"):
        services.make_task(student=search.student, actor=coordinator, title="Bellen", owner=other_coordinator)
    with pytest.raises(RuleError, match="dag die nog komt"):
        services.make_task(
            student=search.student, actor=coordinator, title="Bellen", due_on=today() - dt.timedelta(days=1)
        )


def test_a_note_is_taken_away_by_its_writer_only(client, school, coordinator, search):
    colleague = f.MembershipFactory(organisation=school, role="coordinator").user
    client.force_login(coordinator)
    page = client.post(
        reverse("school-note-write", args=[search.student.public_id]), {"text": "Belt maandag."}, follow=True
    )
    assert "Belt maandag." in page.content.decode()
    note = HelpNote.objects.get()
    with pytest.raises(RuleError, match="van een collega"):
        services.remove_note(note=note, actor=colleague)
    client.post(reverse("school-note-remove", args=[note.public_id]))
    assert not HelpNote.objects.exists()


def test_the_thresholds_are_the_schools_own(client, coordinator, school, search, told):
    rejected(search, 3)
    client.force_login(coordinator)
    url = reverse("school-help-settings")
    values = {
        "hint_at": 4, "task_at": 4, "talk_at": 9, "long_weeks": 8, "silent_days": 14, "waiting_days": 12,
        "profile_days": 14, "short_km": 5, "task_term_days": 5, "sends_hints": "on",
    }  # fmt: skip
    assert "Laat de getallen oplopen" in client.post(url, values).content.decode()
    assert "getal van 3 tot en met 180" in client.post(url, values | {"silent_days": 1000}).content.decode()
    assert codes(school) == [HelpReason.REJECTED]
    assert client.post(url, values | {"task_at": 6}).status_code == 302
    assert codes(school) == []
    assert school.help_settings.task_reasons == []


# --- The list (B2) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["school-students", "school-classes"])
def test_the_list_asks_the_same_whatever_the_number_of_students(
    client, coordinator, school, search, django_assert_max_num_queries, name
):
    client.force_login(coordinator)
    counts = []
    for n in (1, 2):
        for _ in range(n):
            f.SearchFactory(student__programme=search.student.programme, student__class_name="SW2A")
            save_view(actor=coordinator, page=ViewPage.STUDENTS, name=f"Weergave {n}", query="klas=SW2A")
        with django_assert_max_num_queries(12) as queries:
            assert client.get(reverse(name), {"klas": "SW2A"}).status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]


def test_a_choice_is_kept_shared_and_where_one_begins(client, coordinator, other_coordinator, school, search):
    client.force_login(coordinator)
    url = reverse("school-view-save")
    client.post(url, {"name": "Mijn klas", "query": "klas=SW2A&rommel=1&stand=seeking", "is_default": "on"})
    client.post(url, {"name": "Zoekend", "query": "stand=seeking", "is_shared": "on"})
    assert SavedView.objects.get(name="Mijn klas").query == "klas=SW2A&stand=seeking"
    assert client.get(reverse("school-students")).url.endswith("?klas=SW2A&stand=seeking")
    assert client.get(reverse("school-students") + "?stand=").status_code == 200
    colleague = f.MembershipFactory(organisation=school, role="coordinator").user
    client.force_login(colleague)
    page = client.get(reverse("school-students")).content.decode()
    assert "Zoekend" in page
    assert "Mijn klas" not in page
    view = SavedView.objects.get(name="Zoekend")
    assert client.post(reverse("school-view-remove", args=[view.pk])).status_code == 404
    client.force_login(other_coordinator)
    assert "Zoekend" not in client.get(reverse("school-students")).content.decode()
    client.force_login(coordinator)
    client.post(reverse("school-view-remove", args=[view.pk]))
    assert not SavedView.objects.filter(name="Zoekend").exists()


def test_a_class_shows_everybody_with_their_state_and_nobody_else(client, coordinator, other_search, search):
    Student.objects.update(class_name="SW2A")
    client.force_login(coordinator)
    page = client.get(reverse("school-classes"), {"klas": "SW2A"}).content.decode()
    assert "Samira El Amrani" in page
    assert "Zoekt" in page
    assert "Joris" not in page
    assert "Samira" not in client.get(reverse("school-classes"), {"klas": "ANDERS"}).content.decode()


def test_the_file_has_the_columns_one_chose_is_safe_and_is_written_down(client, coordinator, other_search, search):
    search.student.user.last_name = '=HYPERLINK("https://kwaad.example")'
    search.student.user.first_name = ""
    search.student.user.save()
    client.force_login(coordinator)
    response = client.get(reverse("school-students-export"), {"kolom": ["naam", "stand"], "soort": "csv"})
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Naam;Stand"
    assert len(lines) == 2
    assert lines[1].strip('"').startswith("'=HYPERLINK")
    look = AccessLog.objects.get(action="export")
    assert "1 rijen, naam, stand" in look.actor_label
    sheet = load_workbook(BytesIO(client.get(reverse("school-students-export"), {"soort": "xlsx"}).content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == [
        "Naam", "Studentnummer", "Klas", "Leerjaar", "Stand", "Periode", "Zoekt sinds", "Open reacties", "Keer nee",
    ]  # fmt: skip
    assert sheet.max_row == 2


def test_only_a_coordinator_gets_the_list_as_a_file_or_per_class(
    client, broker, student, other_coordinator, admin_user, search
):
    client.force_login(admin_user)
    assert client.get(reverse("school-students-export")).status_code == 404
    client.logout()
    for name in ("school-students-export", "school-classes"):
        assert client.get(reverse(name)).status_code == 302
        for person in (broker, student):
            client.force_login(person)
            assert client.get(reverse(name)).status_code == 403
        client.force_login(other_coordinator)
        assert b"Samira" not in client.get(reverse(name)).content
        client.logout()


# --- What the student shares ----------------------------------------------------------------------------------


def test_the_school_reads_why_it_was_no_only_when_the_student_shares_that(
    client, coordinator, broker, student, other_student, search, vacancy
):
    application = submit(search, vacancy)
    reject(application, broker)
    page = reverse("school-student", args=[search.student.public_id])
    share = reverse("answer-share", args=[application.public_id])
    client.force_login(coordinator)
    before = client.get(page).content.decode()
    assert "Niet gelukt" in before
    assert EXPLANATION not in before
    assert "De dagen of uren passen niet" not in before
    assert client.post(share, {"deel": "ja"}).status_code == 403
    client.force_login(other_student)
    assert client.post(share, {"deel": "ja"}).status_code == 404
    client.force_login(student)
    detail = reverse("application-detail", args=[application.public_id])
    assert share in client.get(detail).content.decode()
    client.post(share, {"deel": "ja"})
    client.post(share, {"deel": "ja"})
    assert "Deel het niet meer met school" in client.get(detail).content.decode()
    client.force_login(coordinator)
    assert EXPLANATION in client.get(page).content.decode()
    client.force_login(student)
    client.post(share, {"deel": "nee"})
    client.force_login(coordinator)
    after = client.get(page).content.decode()
    assert EXPLANATION not in after
    assert MOTIVATION not in after


def test_what_the_student_keeps_to_oneself_is_not_on_the_page_of_the_school(client, coordinator, search):
    search.needs, search.motivation = 1, "Dit schrijf ik alleen voor mezelf op."
    search.save()
    client.force_login(coordinator)
    page = client.get(reverse("school-student", args=[search.student.public_id])).content.decode()
    assert "Dit schrijf ik alleen" not in page
    assert weekdays.needs_text(1) not in page
    assert search.student.phone not in page
