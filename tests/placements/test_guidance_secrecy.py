"""Nothing a school does for a student who gets stuck is ever seen outside that school (B3).

Words that occur nowhere else are planted in every column of text, numbers in every column of numbers; then everybody
else opens every address there is, and every mail and file is read.
"""

import datetime as dt
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from placements.enums import ApplicationStatus
from placements.guidance.enums import HelpStep, Rung
from placements.guidance.night import help_night
from placements.models import (
    HelpEvent,
    HelpNote,
    HelpSettings,
    HelpTask,
    LadderStep,
    SavedView,
    SharedAnswer,
)
from stagematch.clock import now, today
from stagematch.mail.models import OutgoingMail
from students.models import Student
from tests.access import address, patterns
from tests.placements.steps import reject, submit
from tests.test_access import scene  # noqa: F401 -- a fixture: one of everything, with everybody's samples

MODELS = (HelpTask, HelpNote, HelpEvent, HelpSettings, LadderStep, SharedAnswer)
WORDS = {
    "HelpTask.title": "zebrataak",
    "HelpTask.outcome": "okapiuitkomst",
    "HelpTask.cause": "gnoeaanleiding",
    "HelpNote.text": "lamanotitie",
    "HelpEvent.about": "walrusgebeurtenis",
    "SavedView.name": "tapirweergave",
    "SavedView.query": "quaggakeuze",
}
NUMBERS = {"LadderStep.rejections": 31973}
WORDS_OF_OURS = ("keer nee gekregen", "Denk mee:", "zebra", "Plan een gesprek:")
OUTSIDE = (
    "anonymous", "other_student", "broker", "other_broker", "team_lead", "supervisor", "other_coordinator", "organiser",
    "observer", "admin",
)  # fmt: skip
LEAVES = {"account_logout"}  # whoever signs out sees nothing any more


@pytest.fixture
def planted(scene, broker, vacancy):  # noqa: F811 -- the fixture imported above
    """A student who got no often, with everything the school can keep about that."""
    people, samples = scene
    student = Student.objects.get(user=people["student"])
    search = student.searches.order_by("pk").first()
    coordinator, school = people["coordinator"], student.school
    Student.objects.filter(pk=student.pk).update(rejections=68)
    student.refresh_from_db()
    HelpSettings.objects.create(school=school, hint_at=37, task_at=53, talk_at=67, changed_by=coordinator)
    help_night(day=today())
    LadderStep.objects.update(rejections=NUMBERS["LadderStep.rejections"])
    for status, closed in (("open", None), ("done", now())):
        HelpTask.objects.create(
            student=student, school=school, reason="rejected", title=WORDS["HelpTask.title"], status=status,
            cause=f"{WORDS['HelpTask.cause']}{status}", outcome=WORDS["HelpTask.outcome"], closed_at=closed,
            due_on=today() + dt.timedelta(days=3), owner=coordinator, made_by=coordinator,
        )  # fmt: skip
    HelpNote.objects.create(student=student, school=school, author=coordinator, text=WORDS["HelpNote.text"])
    HelpEvent.objects.create(student=student, what=HelpStep.NOTE, actor=coordinator, about=WORDS["HelpEvent.about"])
    SavedView.objects.create(
        user=coordinator, organisation=school, page="students", name=WORDS["SavedView.name"],
        query=WORDS["SavedView.query"], is_shared=True,
    )  # fmt: skip
    LadderStep.objects.get_or_create(search=search, rung=Rung.HINT, defaults={"student": student, "on": today()})
    return people, samples


def readable(body: bytes) -> str:
    """Everything a person could read in an answer: a page, a workbook or zip, or a PDF."""
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as archive:
            return "\n".join(readable(archive.read(name)) for name in archive.namelist())
    if body.startswith(b"%PDF") and len(body) > 100:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return body.decode("utf-8", errors="replace")


def found_in(text: str) -> list[str]:
    """What of ours stands in the text; a number only as a number, for five digits also fall inside random keys."""
    words = [word for word in (*WORDS.values(), *WORDS_OF_OURS) if word.lower() in text.lower()]
    return words + [
        str(number) for number in NUMBERS.values() if re.search(rf"(?<![0-9A-Za-z]){number}(?![0-9A-Za-z])", text)
    ]


def look(client: Client, url: str) -> tuple[int, str]:
    """One look that leaves no trace."""
    with transaction.atomic():
        response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        text = readable(body) + str(response.headers)
        transaction.set_rollback(True)
    return response.status_code, text


def test_every_column_that_could_tell_something_is_planted():
    """A column that is added later must be planted here too."""
    told = {
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }
    assert told <= set(WORDS)


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_the_school_reads_any_of_it(planted, role):
    people, samples = planted
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(people[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    seen, opened = {}, 0
    for pattern, name in patterns():
        if name in LEAVES:
            continue
        status, text = look(client, address(pattern, name, samples))
        opened += status == 200
        if words := found_in(text):
            seen[f"{pattern} ({status})"] = words
    assert seen == {}
    assert opened > 10  # the walk was one


def test_the_coordinator_reads_it_all_so_that_the_walk_could_have_found_it(planted):
    people, samples = planted
    client = Client()
    client.force_login(people["coordinator"], backend="allauth.account.auth_backends.AuthenticationBackend")
    found = set()
    for pattern, name in patterns():
        if name.startswith("school-"):
            found.update(found_in(look(client, address(pattern, name, samples))[1]))
    hidden = {WORDS["HelpTask.cause"], "Denk mee:"}  # and the number of a rung, which no page shows
    assert found == {*WORDS.values(), *WORDS_OF_OURS} - hidden


def test_no_mail_carries_any_of_it(planted):
    people, _samples = planted
    mails = OutgoingMail.objects.all()
    assert mails.filter(template="help_tasks", to_user=people["coordinator"]).exists()
    for mail in mails:
        assert found_in(mail.subject + mail.body_text + mail.body_html + mail.calendar) == [], mail.key
    outside = [person.pk for name, person in people.items() if name not in {"student", "coordinator"}]
    assert not mails.filter(template__startswith="help_", to_user__in=outside).exists()


def test_the_admin_site_knows_none_of_these_tables():
    known = {model for model in admin.site._registry if model in apps.get_app_config("placements").get_models()}
    assert known.isdisjoint(MODELS)


def test_an_organisation_cannot_tell_a_student_with_help_from_one_without(
    client, broker, coordinator, school, search, vacancy
):
    """The candidate's page is the same, word for word, before and after the school did something."""
    application = submit(search, vacancy)
    client.force_login(broker)
    url = reverse("admin:workspace-candidate", args=[application.public_id])
    before = client.get(url).content
    Student.objects.filter(pk=search.student_id).update(rejections=9)
    help_night(day=today())
    HelpNote.objects.create(student=search.student, school=school, author=coordinator, text="lamanotitie")
    after = client.get(url).content
    assert _without_tokens(before) == _without_tokens(after)
    reject(application, broker)
    SharedAnswer.objects.create(rejection=application.rejection)
    assert b"gedeeld met school" not in client.get(url).content
    application.refresh_from_db()
    assert application.status == ApplicationStatus.REJECTED


def _without_tokens(page: bytes) -> str:
    """The page without what differs on every look: the token of its forms."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1", page.decode())
