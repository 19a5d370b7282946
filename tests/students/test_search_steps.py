"""The steps of the search: each saves by itself, nothing is lost, and it opens when it is complete (features S2)."""

import datetime as dt
import io
import json
import zipfile

import pytest
from django.urls import reverse

from organisations.enums import Weekday
from stagematch.audit.selectors import looks_at
from stagematch.audit.services import record_download, record_view
from stagematch.clock import at, today
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from students.models import Document, PlacementSearch
from students.services import open_search, save_document, update_search
from students.steps import STEPS
from tests import factories as f
from tests.students.pdfs import pdf, upload


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url(step: str) -> str:
    return reverse("my-search-edit", args=[step])


@pytest.fixture
def newcomer(client, school):
    """A student without any search."""
    student = f.StudentFactory(programme__school=school)
    client.force_login(student.user)
    return student


def test_from_nothing_to_an_open_search(client, newcomer):
    period, group = f.PeriodFactory(), f.TargetGroupFactory()
    f.PostcodeFactory()
    process = f.WorkProcessFactory()
    assert client.get(url("dagen"))["Location"] == url("opleiding")
    steps = {
        "opleiding": {"year": 2, "route": "bol", "period": period.pk, "starts_on": "", "ends_on": ""},
        "dagen": {"weekdays": [1, 2, 8], "days_per_week": 2, "hours_per_week": 16},
        "reizen": {"home": "2312 AB", "max_distance_km": 15, "travel_mode": "bike"},
        "wensen": {"target_groups": [group.pk], "work_fields": []},
        "leren": {"work_processes": [process.pk], "goal_1": "Een groep leiden", "goal_2": "Zoë's <b>doel</b>"},
        "nodig": {"needs": [1, 4]},
        "cv": {"motivation": "Ik help graag.", "cv": upload(pdf())},
    }
    for step, data in steps.items():
        assert client.get(url(step)).status_code == 200
        response = client.post(url(step), data)
        assert response.status_code == 302, response.context["form"].errors
    search = PlacementSearch.objects.get()
    assert search.status == SearchStatus.DRAFT
    assert search.weekdays == Weekday.MONDAY | Weekday.TUESDAY | Weekday.THURSDAY
    assert (search.home.pc4, search.max_distance_km, search.needs) == ("2312", 15, 5)
    assert [goal.text for goal in search.learning_goals.all()] == ["Een groep leiden", "Zoë's <b>doel</b>"]
    assert Document.objects.count() == 1
    assert client.get(url("klaar")).status_code == 200
    client.post(url("klaar"), {"action": "open"})
    search.refresh_from_db()
    assert search.status == SearchStatus.OPEN
    page = client.get(url("leren")).content.decode()
    assert "<b>doel</b>" not in page


def test_a_search_that_is_not_complete_does_not_open(client, newcomer):
    update_search(student=newcomer, search=None, actor=newcomer.user, period=f.PeriodFactory())
    response = client.post(url("klaar"), {"action": "open"})
    assert response.status_code == 409
    assert "waar je woont" in response.content.decode()
    assert PlacementSearch.objects.get().status == SearchStatus.DRAFT


@pytest.mark.parametrize(
    ("step", "data", "said"),
    [
        ("opleiding", {"year": 2, "route": "bol"}, "Kies de periode"),
        ("dagen", {"days_per_week": 2, "hours_per_week": 16}, "Kies minstens 1 dag."),
        ("dagen", {"weekdays": [1], "days_per_week": 3, "hours_per_week": 16}, "Kies meer dagen."),
        ("dagen", {"weekdays": [1], "days_per_week": "veel", "hours_per_week": 99}, "Schrijf een getal van 1 tot 5."),
        (
            "reizen",
            {"home": "Nergenshuizen", "max_distance_km": 15, "travel_mode": "bike"},
            "We kennen deze plaats niet.",
        ),
        ("leren", {"goal_1": ""}, "Schrijf minstens 1 leerdoel."),
        ("leren", {"goal_1": "x" * 201}, "Dit leerdoel is te lang."),
        ("nodig", {"needs": ["3"]}, "niet"),
        ("cv", {"motivation": "x" * 3001}, "Je tekst is te lang: 3001 tekens."),
    ],
)
def test_a_step_says_what_is_wrong_and_keeps_the_rest(client, search, student, step, data, said):
    client.force_login(student)
    response = client.post(url(step), data)
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert 'id="fouten"' in page


def test_a_file_is_kept_when_the_text_is_wrong(client, search, student):
    client.force_login(student)
    client.post(url("cv"), {"motivation": "x" * 3001, "cv": upload(pdf(), "bewaard.pdf")})
    assert Document.objects.get().original_name == "bewaard.pdf"


def test_a_hostile_file_is_refused_in_words(client, search, student):
    client.force_login(student)
    page = client.post(url("cv"), {"motivation": "", "cv": upload(b"MZ\x90\x00", "cv.pdf")}).content.decode()
    assert "Dit bestand is geen pdf." in page


@pytest.mark.parametrize("step", [step.slug for step in STEPS])
def test_steps_are_for_students(client, broker, step):
    client.force_login(broker)
    assert client.get(url(step)).status_code == 403


def test_an_unknown_step_does_not_exist(client, search, student):
    client.force_login(student)
    assert client.get(url("onzin")).status_code == 404


def test_one_search_per_period(search, school):
    later = f.PeriodFactory(slug="later", name="later")
    second = update_search(student=search.student, search=None, actor=search.student.user, period=later)
    with pytest.raises(RuleError) as error:
        update_search(student=search.student, search=second, actor=search.student.user, period=search.period)
    assert error.value.code == "period_taken"


def test_a_placed_search_does_not_move(search):
    search.status = SearchStatus.PLACED
    search.save()
    with pytest.raises(RuleError):
        update_search(student=search.student, search=search, actor=search.student.user, hours_per_week=8)
    with pytest.raises(RuleError):
        open_search(search=search, actor=search.student.user)


def test_stop_and_start_again(client, search, student):
    client.force_login(student)
    f.LearningGoalFactory(search=search)
    client.post(url("klaar"), {"action": "stop"})
    search.refresh_from_db()
    assert search.status == SearchStatus.STOPPED
    client.post(url("klaar"), {"action": "open"})
    search.refresh_from_db()
    assert search.status == SearchStatus.OPEN


# --- My data ------------------------------------------------------------------------------------------------


def test_download_is_a_zip_with_my_data_and_my_files(client, search, student):
    save_document(student=search.student, upload=upload(pdf(), "Mijn cv.pdf"), actor=student)
    client.force_login(student)
    assert client.get(reverse("my-data-download")).status_code == 405
    response = client.post(reverse("my-data-download"))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["gegevens.json", "bestanden/1-Mijn cv.pdf"]
        assert json.loads(archive.read("gegevens.json"))["van"] == str(student)
        assert student.email in archive.read("gegevens.json").decode()
        assert archive.read("bestanden/1-Mijn cv.pdf").startswith(b"%PDF")


def test_a_file_that_is_gone_does_not_stop_the_download(client, search, student):
    document = save_document(student=search.student, upload=upload(pdf(), "weg.pdf"), actor=student)
    document.file.storage.delete(document.file.name)
    client.force_login(student)
    with zipfile.ZipFile(io.BytesIO(client.post(reverse("my-data-download")).content)) as archive:
        assert archive.namelist() == ["gegevens.json"]


def test_looks_are_told_per_person_and_day(client, search, student, broker):
    with at(dt.date(2027, 1, 4)):
        for _ in range(3):
            record_view(actor=broker, subject=student, obj=search, label="stagemakelaar, Buurthuis De Kade")
        record_download(actor=broker, subject=student, obj=search, label="stagemakelaar, Buurthuis De Kade")
    with at(dt.date(2027, 1, 5)):
        record_view(actor=broker, subject=student, obj=search, label="stagemakelaar, Buurthuis De Kade")
    looks = looks_at(student, limit=10)
    assert [(look.day, look.times, look.what) for look in looks] == [
        (dt.date(2027, 1, 5), 1, "bekeken"),
        (dt.date(2027, 1, 4), 4, "gedownload, bekeken"),
    ]
    client.force_login(student)
    page = client.get(reverse("my-data")).content.decode()
    assert broker.get_full_name() in page
    assert "4 keer" in page


def test_reactions_are_kept_a_year_when_the_student_wants_it(client, search, student):
    client.force_login(student)
    url = reverse("my-data-keep")
    assert "een jaar." in client.post(url, {"bewaar": "jaar"}, follow=True).content.decode()
    search.student.refresh_from_db()
    assert search.student.keep_applications_until == today() + dt.timedelta(days=365)
    assert "Je koos om afgesloten reacties te bewaren tot" in client.get(reverse("my-data")).content.decode()
    client.post(url, {"bewaar": "kort"})
    search.student.refresh_from_db()
    assert search.student.keep_applications_until is None


def test_the_telephone_number_can_be_corrected(client, search, student):
    client.force_login(student)
    client.post(reverse("my-data-phone"), {"phone": "06 87654321"})
    search.student.refresh_from_db()
    assert search.student.phone == "06 87654321"
    wrong = client.post(reverse("my-data-phone"), {"phone": "<script>"})
    assert "Schrijf je nummer met cijfers" in wrong.content.decode()
    search.student.refresh_from_db()
    assert search.student.phone == "06 87654321"


def test_delete_asks_once_more_and_then_is_gone(client, search, student):
    client.force_login(student)
    page = client.post(reverse("my-data-delete"), {}).content.decode()
    assert "Zet een vinkje als je het zeker weet." in page
    response = client.post(reverse("my-data-delete"), {"sure": "on"}, follow=True)
    assert response.status_code == 200
    assert not PlacementSearch.objects.filter(pk=search.pk).exists()
    assert client.get(reverse("my-overview")).status_code == 302
