"""What a platform admin sees of lists, waves and keys: states and numbers, never what is in a file."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.urls import reverse

from stagematch.clock import now, today
from students.models import InvitationWave, StudentImport
from students.services.tokens import make_token

pytestmark = pytest.mark.django_db
MODELS = ("studentimport", "invitationwave", "schooltoken")


@pytest.fixture
def rows(school, coordinator):
    """A file with a name in it, a wave and a key of one school."""
    upload = StudentImport.objects.create(
        school=school, created_by=coordinator, file_name="Samira El Amrani.csv", content=b"Samira;geheim", sha256="0" * 64,
        status="refused", row_count=3, problem_count=1, finished_at=now(),
        result={"problems": [[2, "E-mail", "samira@geheim is geen e-mailadres."]]}, mapping={"email": "Mail van Samira"},
    )  # fmt: skip
    wave = InvitationWave.objects.create(school=school, send_on=today() + dt.timedelta(days=1), class_name="SW2A")
    token, key = make_token(school=school, actor=coordinator, name="Eduarte", days=30)
    return {"studentimport": upload, "invitationwave": wave, "schooltoken": token}, key


@pytest.mark.parametrize("name", MODELS)
def test_a_platform_admin_sees_how_it_stands_and_nothing_of_a_person(client, admin_user, rows, name):
    found, key = rows
    client.force_login(admin_user)
    pages = [
        reverse(f"admin:students_{name}_changelist"),
        reverse(f"admin:students_{name}_change", args=[found[name].pk]),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "Roc De Brug" in text
        for secret in ("Samira", "geheim", key, found["schooltoken"].token_hash):
            assert secret not in text, f"{page} shows {secret}"


@pytest.mark.parametrize("name", MODELS)
def test_nothing_can_be_added_changed_or_deleted_there(client, admin_user, rows, name):
    found, _key = rows
    client.force_login(admin_user)
    change = reverse(f"admin:students_{name}_change", args=[found[name].pk])
    assert client.post(change, {"school": ""}).status_code == 403
    assert client.get(reverse(f"admin:students_{name}_add")).status_code == 403
    assert (
        client.post(reverse(f"admin:students_{name}_delete", args=[found[name].pk]), {"post": "yes"}).status_code == 403
    )


@pytest.mark.parametrize("name", MODELS)
def test_nobody_else_gets_in(client, coordinator, broker, student, rows, name):
    page = reverse(f"admin:students_{name}_changelist")
    assert client.get(page).status_code == 302
    for user in (coordinator, broker, student):
        client.force_login(user)
        assert client.get(page).status_code in {302, 403, 404}
