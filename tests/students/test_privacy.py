"""A person can take everything along, and can disappear (features P3, S14)."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from placements import services
from placements.models import Application, Placement
from stagematch.accounts.models import User
from stagematch.mail.models import OutgoingMail
from students.models import Document, Student
from students.services import delete_person, export_person, save_document
from tests import factories as f
from tests.placements.steps import invite, offer, place, submit
from tests.students.pdfs import pdf, upload


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_export_person_holds_what_the_student_did_and_nothing_of_others(search, student, vacancy, broker, other_search):
    f.LearningGoalFactory(search=search, text="Een groep leiden, planted-goal")
    application = submit(search, vacancy, motivation="planted-motivation " * 10)
    services.add_note(application=application, actor=broker, text="planted-note")
    save_document(student=search.student, upload=upload(pdf()), actor=student)
    text = json.dumps(export_person(user=student), default=str, ensure_ascii=False)
    for trace in ("planted-goal", "planted-motivation", "planted-note", "cv.pdf", student.email, "Samira"):
        assert trace in text
    for trace in ("other_student", "Joris", "pbkdf2", "md5$"):
        assert trace not in text


def test_delete_person_leaves_no_trace(
    search, student, vacancy, other_vacancy, broker, capacity, django_capture_on_commit_callbacks
):
    document = save_document(student=search.student, upload=upload(pdf()), actor=student)
    path = document.file.path
    application = submit(search, vacancy, cv=document)
    invite(application, broker)
    with django_capture_on_commit_callbacks(execute=True):
        delete_person(user=student)
    assert not User.objects.filter(email=student.email).exists()
    assert not Student.objects.filter(pk=search.student.pk).exists()
    assert not Application.objects.exists()
    assert not Document.objects.exists()
    assert not Path(path).exists()
    # The organisation hears of it, without the name it knew.
    told = OutgoingMail.objects.get(to_user=broker, template="application_withdrawn")
    assert "Samira" not in told.body_text + told.body_html + told.subject
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            query = sql.SQL("select 1 from {} t where t::text ilike any(%s) limit 1").format(sql.Identifier(table))
            cursor.execute(query.as_string(None), [["%student@cast%", "%El Amrani%"]])
            if cursor.fetchone():
                found.append(table)
    assert found == []


def test_delete_person_gives_the_place_back(search, student, vacancy, broker, capacity):
    place(search, vacancy, broker, capacity)
    delete_person(user=student)
    for row, field in ((vacancy, "places_taken"), (vacancy.pool, "taken"), (capacity, "taken")):
        row.refresh_from_db()
        assert getattr(row, field) == 0
    assert not Placement.objects.exists()
    call_command("check_data")


def test_delete_person_with_an_offer_out(search, student, vacancy, broker, capacity):
    offer(submit(search, vacancy), broker, capacity)
    delete_person(user=student)
    assert not Application.objects.exists()


def test_commands(search, student, tmp_path):
    out = StringIO()
    call_command("export_person", student.email, stdout=out)
    assert json.loads(out.getvalue())["van"] == "Samira El Amrani"
    call_command("delete_person", student.email, stdout=out)
    assert User.objects.filter(pk=student.pk).exists()  # without --yes nothing happens
    call_command("delete_person", student.email, "--yes", stdout=out)
    assert not User.objects.filter(pk=student.pk).exists()
    with pytest.raises(CommandError):
        call_command("export_person", "niemand@cast.example")
