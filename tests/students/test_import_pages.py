"""A coordinator reads a list in through the browser: file, columns, check, done."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from stagematch.audit.models import AccessLog
from stagematch.clock import now, today
from students.models import ImportStatus, Student, StudentImport
from students.services import delete_person, uploads
from tests import factories as f
from tests.students.test_imports import HEAD, ROW

pytestmark = pytest.mark.django_db
START = reverse("school-import")


@pytest.fixture
def programme(school):
    f.PostcodeFactory()
    f.PeriodFactory()
    return f.ProgrammeFactory(school=school)


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows]).encode()


def send(client, data: bytes, name: str = "lijst.csv", **extra):
    return client.post(START, {"file": SimpleUploadedFile(name, data), **extra})


def send_and_check(client, data: bytes) -> StudentImport:
    """Upload a file and agree with the columns that were recognised."""
    send(client, data)
    upload = StudentImport.objects.latest("pk")
    page = client.get(reverse("school-import-columns", args=[upload.public_id]))
    client.post(page.request["PATH_INFO"], page.context["form"].initial)
    upload.refresh_from_db()
    return upload


def address(name: str, upload: StudentImport, *args: str) -> str:
    return reverse(f"school-import-{name}", args=[upload.public_id, *args])


def test_the_whole_way_without_a_script(client, coordinator, programme):
    client.force_login(coordinator)
    response = send(client, table(ROW.format(n=1), ROW.format(n=2)))
    upload = StudentImport.objects.get()
    assert response["Location"] == address("columns", upload)
    text = client.get(response["Location"]).content.decode()
    assert "lijst.csv heeft 2 rijen" in text
    assert "Studentnummer (bijvoorbeeld 1001)" in text
    initial = client.get(response["Location"]).context["form"].initial
    response = client.post(response["Location"], initial)
    assert response["Location"] == address("check", upload)
    text = client.get(response["Location"]).content.decode()
    assert "Dit gaat er gebeuren" in text
    assert "Zoë de Vries1" in text
    assert not Student.objects.exists()
    response = client.post(response["Location"])
    assert response["Location"] == address("report", upload)
    assert Student.objects.filter(school=coordinator.memberships.get().organisation).count() == 2
    text = client.get(response["Location"]).content.decode()
    assert "De studenten staan erin" in text
    upload.refresh_from_db()
    assert (upload.status, bytes(upload.content), upload.created) == (ImportStatus.DONE, b"", 2)
    assert AccessLog.objects.filter(action="import", object_id=str(upload.public_id), actor=coordinator).count() == 1


def test_other_names_for_columns_are_chosen_once_and_remembered(client, coordinator, programme):
    client.force_login(coordinator)
    head = "Code;Doopnaam;Achternaam;E-mail;Crebo;Leerjaar"
    first = table("77;Bo;Berg;bo@school.example;25615;1", head=head)
    send(client, first)
    upload = StudentImport.objects.get()
    page = client.get(address("columns", upload))
    chosen = page.context["form"].initial
    assert "number" not in chosen
    response = client.post(address("columns", upload), chosen)
    assert "Kies in welke kolom ‘Studentnummer’ staat." in response.content.decode()
    response = client.post(address("columns", upload), chosen | {"number": "Code", "first_name": "Achternaam"})
    assert "‘Achternaam’ is bij meer vragen gekozen" in response.content.decode()
    client.post(address("columns", upload), chosen | {"number": "Code", "first_name": "Doopnaam"})
    client.post(address("check", upload))
    assert Student.objects.get().user.first_name == "Bo"
    send(client, table("77;Bo;Berg;bo@school.example;25615;2", head=head))
    page = client.get(address("columns", StudentImport.objects.latest("pk")))
    assert page.context["form"].initial["number"] == "Code"
    assert page.context["form"].initial["first_name"] == "Doopnaam"


def test_the_same_file_again_changes_nothing_and_says_so(client, coordinator, programme):
    client.force_login(coordinator)
    data = table(ROW.format(n=1))
    client.post(address("check", send_and_check(client, data)))
    again = send_and_check(client, data)
    assert "Er verandert niets" in client.get(address("check", again)).content.decode()
    client.post(address("check", again))
    assert "Er is niets veranderd" in client.get(address("report", again)).content.decode()
    assert Student.objects.count() == 1


def test_a_fault_is_shown_per_row_and_column_and_can_be_downloaded(client, coordinator, programme):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1), ROW.format(n=2).replace("25615", "=1+1")))
    text = client.get(address("check", upload)).content.decode()
    assert "Er klopt 1 ding niet" in text
    assert "Hier staat een formule. Zet de waarde zelf in de cel." in text
    assert "Dit gaat er gebeuren" not in text
    client.post(address("check", upload))
    assert not Student.objects.exists()
    content = client.get(address("download", upload, "fouten", "csv")).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content), delimiter=";"))[1] == [
        "3", "Crebo", "hier staat een formule. Zet de waarde zelf in de cel.",
    ]  # fmt: skip
    content = client.get(address("download", upload, "verbeteren", "xlsx")).content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("Wat klopt er niet", "Rij", "Studentnummer")
    assert rows[1][2] == "1002"
    assert "'=1+1" in rows[1]
    assert AccessLog.objects.filter(action="export", object_id=str(upload.public_id)).count() == 2


def test_many_faults_are_paged(client, coordinator, programme):
    client.force_login(coordinator)
    upload = send_and_check(client, table(*(ROW.format(n=n).replace(";2;SW2A", ";9;SW2A") for n in range(120))))
    assert upload.problem_count == 120
    assert client.get(address("check", upload), {"pagina": 3}).content.decode().count("9 kan niet") == 20


def test_who_is_not_in_the_file_is_named_and_stays(client, coordinator, search, programme):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    text = client.get(address("check", upload)).content.decode()
    assert "1 student staat niet in dit bestand en verandert niet" in text
    assert "Samira El Amrani" in text
    client.post(address("check", upload))
    search.student.refresh_from_db()
    assert search.student.is_active


def test_pressing_twice_reads_once(client, coordinator, programme):
    client.force_login(coordinator)
    data = table(ROW.format(n=1))
    send(client, data)
    send(client, data)
    assert StudentImport.objects.count() == 1
    upload = send_and_check(client, data)
    assert [client.post(address("check", upload))["Location"] for _ in range(2)] == [address("report", upload)] * 2
    assert Student.objects.count() == 1
    assert "nog niet nagekeken" not in client.get(address("report", upload)).content.decode()


def test_a_file_nobody_looked_at_is_not_read(client, coordinator, programme):
    """In another tab one can be a step further than the file is."""
    client.force_login(coordinator)
    send(client, table(ROW.format(n=1)))
    unseen = StudentImport.objects.get()
    faulty = send_and_check(client, table(ROW.format(n=1).replace("25615", "99999")))
    for upload in (unseen, faulty):
        text = client.post(address("check", upload), follow=True).content.decode()
        assert "Dit bestand is nog niet nagekeken, of er klopt iets niet." in text
    assert not Student.objects.exists()


def test_an_unreadable_file_is_refused_on_the_first_page(client, coordinator, programme):
    client.force_login(coordinator)
    assert "Het bestand is leeg." in send(client, b"").content.decode()
    assert "Kies een bestand bij ‘Bestand’." in client.post(START, {}).content.decode()
    assert "wachtwoord" in send(client, b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")).content.decode()
    assert not StudentImport.objects.exists()


def test_a_file_can_be_thrown_away(client, coordinator, programme):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    client.post(address("stop", upload))
    upload.refresh_from_db()
    assert (upload.status, bytes(upload.content), upload.result) == (ImportStatus.STOPPED, b"", {})
    response = client.post(address("check", upload), follow=True)
    assert "al ingelezen of weggegooid" in response.content.decode()
    assert not Student.objects.exists()


@pytest.mark.parametrize("name", ["columns", "check", "progress", "report", "stop"])
def test_a_file_of_another_school_does_not_exist(
    client, coordinator, other_coordinator, student, broker, programme, name
):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    ask = client.post if name == "stop" else client.get
    for somebody, status in ((other_coordinator, 404), (student, 403), (broker, 403)):
        client.force_login(somebody)
        ask = client.post if name == "stop" else client.get
        assert ask(address(name, upload)).status_code == status
        assert client.get(address("download", upload, "fouten", "csv")).status_code == status
    client.logout()
    assert client.get(START).status_code == 302


def test_a_coordinator_reads_into_the_own_school_only(client, other_coordinator, school, programme):
    client.force_login(other_coordinator)
    send(client, table(ROW.format(n=1)), school=school.pk)
    assert StudentImport.objects.get().school.name == "Roc De Overkant"


def test_an_admin_chooses_the_school(client, admin_user, school, other_school, programme):
    client.force_login(admin_user)
    assert "Kies iets bij ‘School’." in send(client, table(ROW.format(n=1))).content.decode()
    send(client, table(ROW.format(n=1)), school=school.pk)
    assert StudentImport.objects.get().school == school


@pytest.mark.parametrize("number", [1, 3])
def test_the_first_page_asks_the_same_number_of_questions(
    client, coordinator, programme, django_assert_max_num_queries, number
):
    client.force_login(coordinator)
    for n in range(number):
        client.post(address("check", send_and_check(client, table(ROW.format(n=n)))))
    with django_assert_max_num_queries(9):
        assert client.get(START).content.decode().count("lijst.csv") == number


@pytest.fixture
def large(monkeypatch) -> list[int]:
    """Everything is large here; the list holds what the worker was given."""
    given: list[int] = []
    monkeypatch.setattr(uploads, "LARGE", 1)
    monkeypatch.setattr(uploads, "_enqueue", [given.append])
    return given


def test_a_large_file_goes_to_the_worker(client, coordinator, programme, large, django_capture_on_commit_callbacks):
    client.force_login(coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        upload = send_and_check(client, table(ROW.format(n=1), ROW.format(n=2)))
    assert (upload.status, large) == (ImportStatus.CHECKING, [upload.pk])
    page = client.get(address("progress", upload))
    assert '<noscript><meta http-equiv="refresh"' in page.content.decode()
    assert uploads.work_on(upload.pk)
    assert client.get(address("progress", upload))["Location"] == address("check", upload)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address("check", upload))["Location"] == address("progress", upload)
    stand = client.get(address("progress", upload), headers={"accept": "application/json"}).json()
    assert stand == {"done": 0, "total": 4, "next": ""}
    assert [uploads.work_on(upload.pk) for _ in range(2)] == [True, False]
    stand = client.get(address("progress", upload), headers={"accept": "application/json"}).json()
    assert stand["next"] == address("report", upload)
    assert Student.objects.count() == 2


def test_a_second_file_waits_while_the_first_is_read(
    client, coordinator, programme, large, django_capture_on_commit_callbacks
):
    client.force_login(coordinator)
    both = [send_and_check(client, table(ROW.format(n=n), ROW.format(n=n + 1))) for n in (1, 5)]
    for upload in both:
        uploads.work_on(upload.pk)
    client.post(address("check", both[0]))
    response = client.post(address("check", both[1]), follow=True)
    assert "Er wordt nu al een bestand van je school ingelezen" in response.content.decode()
    assert uploads.work_on(both[0].pk)
    client.post(address("check", both[1]))
    assert uploads.work_on(both[1].pk)
    assert Student.objects.count() == 4


def test_what_was_left_waiting_is_swept_up(client, coordinator, programme, large):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1), ROW.format(n=2)))
    assert uploads.sweep_imports() == 0
    StudentImport.objects.update(created_at=upload.created_at - 2 * uploads.STUCK)
    assert uploads.sweep_imports() == 1
    upload.refresh_from_db()
    assert upload.status == ImportStatus.CHECKED


def test_a_surprise_while_reading_changes_nothing_and_comes_back_as_a_sentence(
    client, coordinator, programme, monkeypatch
):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))

    def burst(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("students.imports.run.write", burst)
    response = client.post(address("check", upload), follow=True)
    assert "Er ging bij ons iets mis" in response.content.decode()
    assert not Student.objects.exists()


def test_files_are_forgotten_after_a_day_and_counts_after_a_year(client, coordinator, programme):
    client.force_login(coordinator)
    done = send_and_check(client, table(ROW.format(n=1)))
    client.post(address("check", done))
    left = send_and_check(client, table(ROW.format(n=2)))
    from stagematch.clock import at, now, today

    assert uploads.forget_imports(day=today()) == 0
    with at(now() + 1.1 * uploads.KEEP_FILE):
        assert uploads.forget_imports(day=today(), dry_run=True) == 2
        assert uploads.forget_imports(day=today()) == 2
        assert uploads.forget_imports(day=today()) == 0
        assert client.get(address("report", done))["Location"] == START
    done.refresh_from_db()
    left.refresh_from_db()
    assert (done.created, done.result, bytes(left.content), left.status) == (1, {}, b"", ImportStatus.STOPPED)
    with at(now() + 1.1 * uploads.KEEP_COUNTS):
        uploads.forget_imports(day=today())
    assert not StudentImport.objects.exists()


@pytest.mark.parametrize("is_read", [False, True])
def test_deleting_a_student_takes_the_lists_of_the_school_along(client, coordinator, programme, search, is_read):
    """A list that waits would make the student again, and what was read shows names for a day."""
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    if is_read:
        client.post(address("check", upload))
    delete_person(user=search.student.user)
    upload.refresh_from_db()
    assert (bytes(upload.content), upload.result) == (b"", {})
    assert upload.wiped_at is not None
    client.post(address("check", upload))  # a page that was left open
    upload.refresh_from_db()
    assert upload.status == ("done" if is_read else "stopped")
    assert Student.objects.filter(student_number="1001").exists() == is_read


def test_deleting_a_student_leaves_the_lists_of_other_schools_alone(client, coordinator, programme, other_search):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    delete_person(user=other_search.student.user)
    upload.refresh_from_db()
    assert (upload.status, upload.wiped_at) == ("checked", None)


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_a_file_is_kept_for_a_day_and_no_longer(client, coordinator, programme, hours, kept):
    client.force_login(coordinator)
    upload = send_and_check(client, table(ROW.format(n=1)))
    StudentImport.objects.update(created_at=now() - dt.timedelta(hours=hours))
    uploads.forget_imports(day=today())
    upload.refresh_from_db()
    assert bool(upload.content) == kept
