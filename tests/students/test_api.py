"""A school's own system sends its list with a key: the same import, the same sentences."""

import io
import json
import re

import pytest
from django.urls import get_resolver, reverse
from openapi_spec_validator import validate
from openpyxl import Workbook

from stagematch.audit.models import AccessLog
from stagematch.clock import at, now, today
from stagematch.ui.openapi import description
from students.api import doors
from students.models import ImportStatus, SchoolToken, Student, StudentImport
from students.services import uploads
from students.services.tokens import find_token, forget_tokens, make_token, revoke_token
from tests import factories as f
from tests.students.test_imports import HEAD, ROW

pytestmark = pytest.mark.django_db
IMPORT = "/api/v1/students/import"
PAGE = reverse("school-tokens")
PROBLEM = "application/problem+json"
BO = {
    "number": 77,
    "first_name": "Bo",
    "last_name": "Berg",
    "email": "bo@school.example",
    "programme": 25615,
    "year": 1,
}


@pytest.fixture(autouse=True)
def own_counters(monkeypatch):
    import uuid

    monkeypatch.setattr(doors, "COUNTERS", f"test-{uuid.uuid4()}")


@pytest.fixture
def key(school, coordinator) -> str:
    f.PostcodeFactory()
    f.PeriodFactory()
    f.ProgrammeFactory(school=school)
    return make_token(school=school, actor=coordinator, name="SIS", days=90)[1]


def table(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows]).encode()


def send(client, key, data=None, *, kind="text/csv", query="", **headers):
    if isinstance(data, dict | list):
        data, kind = json.dumps(data).encode(), "application/json"
    headers = {"authorization": f"Bearer {key}"} | headers if key else headers
    return client.generic("POST", IMPORT + query, data or b"", content_type=kind, headers=headers)


def test_a_list_is_read_and_the_same_list_changes_nothing(client, key, school):
    response = send(client, key, table(ROW.format(n=1), ROW.format(n=2)))
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["rows"], body["created"], body["errors"]) == ("done", 2, 2, [])
    assert client.get(response["Location"], headers={"authorization": f"Bearer {key}"}).json()["created"] == 2
    body = send(client, key, table(ROW.format(n=1), ROW.format(n=2))).json()
    assert (body["created"], body["updated"], body["unchanged"]) == (0, 0, 2)
    assert Student.objects.filter(school=school).count() == 2
    log = AccessLog.objects.filter(action="import")
    assert {(entry.actor, entry.actor_label) for entry in log} == {(None, "koppeling ‘SIS’, Roc De Brug")}
    assert SchoolToken.objects.get().last_used_at is not None
    assert response["Cache-Control"] == "no-store"


def test_json_and_excel_do_the_same(client, key):
    assert send(client, key, {"students": [BO]}).json()["created"] == 1
    assert Student.objects.get().user.get_full_name() == "Bo Berg"
    book, stream = Workbook(), io.BytesIO()
    for row in (list(BO), list(BO.values())):
        book.active.append(row)
    book.save(stream)
    assert send(client, key, stream.getvalue(), kind=XLSX).json()["unchanged"] == 1


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_dry_run_only_checks(client, key):
    body = send(client, key, table(ROW.format(n=1)), query="?dry_run=true").json()
    assert (body["status"], body["created"], body["dry_run"]) == ("checked", 1, True)
    assert not Student.objects.exists()
    assert not AccessLog.objects.filter(action="import").exists()


def test_faults_come_back_per_row_in_the_language_asked_for(client, key):
    bad = table(ROW.format(n=1), ROW.format(n=2).replace("Zoë", ""))
    response = send(client, key, bad)
    assert (response.status_code, response["Content-Type"], response["Content-Language"]) == (422, PROBLEM, "nl")
    assert response.json()["errors"] == [{"row": 3, "column": "Voornaam", "detail": "is leeg."}]
    response = send(client, key, bad, **{"accept-language": "en-GB,nl;q=0.4"})
    assert response["Content-Language"] == "en"
    assert response.json()["errors"][0]["detail"] == "is empty."
    assert send(client, key, b"a").json()["detail"].startswith("Er is maar één kolom gevonden.")
    assert not Student.objects.exists()


def test_columns_can_be_named(client, key):
    data = table(ROW.format(n=1)).replace(b"Studentnummer", b"Kenmerk")
    assert send(client, key, data).status_code == 422
    names = {
        "number": "Kenmerk", "first_name": "Voornaam", "last_name": "Achternaam", "email": "E-mailadres",
        "programme": "Crebo", "year": "Leerjaar",
    }  # fmt: skip
    query = "?" + "&".join(f"column.{name}={header}" for name, header in names.items())
    assert send(client, key, data, query=query).json()["created"] == 1
    problem = send(client, key, data, query="?column.naam=Voornaam").json()
    assert problem["type"] == "urn:stagematch:problem:unknown_column"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        ([BO], 400, "bad_request"),
        ({"students": ["Bo"]}, 400, "bad_request"),
        ({"students": [BO | {"year": [1]}]}, 400, "bad_request"),
        (b"[" * 100_000, 400, "bad_request"),
        ({"students": []}, 422, "unreadable"),
        ({"students": [BO | {"first_name": "Bo\x00"}]}, 422, "faults"),
        ({"students": [BO | {"first_name": "\ud800"}]}, 422, "faults"),
        ({"students": [BO | {"email": "bo"}]}, 422, "faults"),
    ],
)
def test_strange_bodies_get_a_problem_and_change_nothing(client, key, data, status, code):
    response = send(client, key, data, kind="application/json")
    assert (response.status_code, response.json()["type"]) == (status, f"urn:stagematch:problem:{code}")
    assert not Student.objects.exists()


def test_what_is_refused_at_the_door(client, key, school, other_school, coordinator, settings):
    assert send(client, "", table(ROW)).status_code == 401
    assert send(client, "", table(ROW))["WWW-Authenticate"].startswith("Bearer")
    assert send(client, "smk_" + "a" * 43, table(ROW)).status_code == 401
    client.force_login(coordinator)
    assert send(client, "", table(ROW)).status_code == 401  # a session opens nothing here
    client.logout()
    assert send(client, key, table(ROW), query="?school=roc-de-overkant").status_code == 403
    assert send(client, key, b"x", kind="text/html").status_code == 415
    assert send(client, key, table(ROW), query="?dry_run=misschien").status_code == 400
    response = client.get(IMPORT, headers={"authorization": f"Bearer {key}"})
    assert (response.status_code, response["Allow"]) == (405, "POST")
    school.is_approved = False
    school.save()
    assert send(client, key, table(ROW)).status_code == 403
    assert not StudentImport.objects.exists()


def test_a_body_that_is_too_large_is_not_read(client, key, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 100)
    assert send(client, key, b"a;b\n" * 100).status_code == 413
    assert not StudentImport.objects.exists()


def test_guessing_and_hurrying_are_slowed_down(client, key, monkeypatch):
    monkeypatch.setattr(doors, "RATES", {"guess": "2/m/ip", "send": "2/m/key", "ask": "2/m/key"})
    assert [send(client, "smk_nee").status_code for _n in range(3)] == [401, 401, 429]
    statuses = [send(client, key, table(ROW.format(n=1))) for _n in range(3)]
    assert [response.status_code for response in statuses] == [200, 200, 429]
    assert statuses[2]["Retry-After"] == "60"


def test_a_large_list_goes_to_the_worker(client, key, monkeypatch, django_capture_on_commit_callbacks):
    given: list[int] = []
    monkeypatch.setattr(uploads, "LARGE", 1)
    monkeypatch.setattr(uploads, "_enqueue", [given.append])
    data = table(ROW.format(n=1), ROW.format(n=2).replace("Zoë", ""))
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, key, data, **{"accept-language": "en"})
    assert (response.status_code, response.json()["status"]) == (202, "waiting")
    assert send(client, key, data).status_code == 409
    assert uploads.work_on(given[0])
    state = client.get(response["Location"], headers={"authorization": f"Bearer {key}"})
    assert (state.status_code, state.json()["status"]) == (200, "refused")
    assert state.json()["errors"] == [{"row": 3, "column": "Voornaam", "detail": "is empty."}]


def test_the_list_of_another_school_does_not_exist(client, key, other_school, other_coordinator):
    where = send(client, key, table(ROW.format(n=1)))["Location"]
    other = make_token(school=other_school, actor=other_coordinator, name="SIS", days=90)[1]
    assert client.get(where, headers={"authorization": f"Bearer {other}"}).status_code == 404
    assert client.get(where).status_code == 401


def test_a_key_is_shown_once_and_works_until_it_is_revoked(client, coordinator, school):
    f.ProgrammeFactory(school=school)
    client.force_login(coordinator)
    answer = {"name": "Ons systeem", "days": "90"}
    text = client.post(PAGE, answer).content.decode()
    key = re.search(r"smk_[\w-]{43}", text).group()
    assert key not in client.get(PAGE).content.decode()
    assert "Er is al een sleutel met deze naam" in client.post(PAGE, answer).content.decode()
    token = SchoolToken.objects.get()
    assert key not in str(vars(token))
    client.logout()
    assert send(client, key, {"students": [BO]}).status_code == 200
    client.force_login(coordinator)
    assert "Laatst gebruikt op" in client.get(PAGE).content.decode()
    client.post(reverse("school-token-revoke", args=[token.public_id]))
    assert "Ingetrokken op" in client.get(PAGE).content.decode()
    client.logout()
    assert send(client, key, {"students": [BO]}).status_code == 401


def test_a_key_ends_and_is_forgotten(school, coordinator):
    token, key = make_token(school=school, actor=coordinator, name="SIS", days=90)
    assert find_token(key) == token
    moment = now()
    for days, there in ((91, 0), (90 + 366, 1)):
        with at(moment + uploads.KEEP_FILE * days):
            assert find_token(key) is None
            assert forget_tokens(day=today(), dry_run=True) == there
            assert forget_tokens(day=today()) == there


def test_at_most_five_keys(client, school, coordinator):
    client.force_login(coordinator)
    for n in range(5):
        make_token(school=school, actor=coordinator, name=f"S{n}", days=90)
    assert "Je hebt al 5 sleutels" in client.post(PAGE, {"name": "S6", "days": "90"}).content.decode()
    revoke_token(token=SchoolToken.objects.first(), actor=coordinator)
    assert "smk_" in client.post(PAGE, {"name": "S6", "days": "90"}).content.decode()


def test_keys_of_another_school_do_not_exist(client, school, coordinator, other_coordinator, student, broker):
    token = make_token(school=school, actor=coordinator, name="SIS", days=90)[0]
    revoke = reverse("school-token-revoke", args=[token.public_id])
    for somebody, page, one in ((other_coordinator, 200, 404), (student, 403, 403), (broker, 403, 403)):
        client.force_login(somebody)
        assert client.get(PAGE).status_code == page
        assert client.post(revoke).status_code == one
    assert "SIS" not in client.get(PAGE).content.decode()
    client.logout()
    assert client.get(PAGE).status_code == 302
    token.refresh_from_db()
    assert token.works


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_number_of_questions(client, school, coordinator, number, django_assert_max_num_queries):
    for n in range(number):
        make_token(school=school, actor=coordinator, name=f"S{n}", days=90)
    client.force_login(coordinator)
    with django_assert_max_num_queries(9):
        client.get(PAGE)


def test_the_description_is_whole(client):
    response = client.get("/openapi.json")
    assert response.status_code == 200
    document = response.json()
    assert document == description()
    assert document["openapi"] == "3.1.0"
    validate(document)  # by the schema of the specification itself; raises with what is wrong
    assert {"title", "version"} <= set(document["info"])
    schemas = document["components"]["schemas"]
    for reference in re.findall(r'"\$ref": "([^"]+)"', response.content.decode()):
        assert reference.removeprefix("#/components/schemas/") in schemas
    known = {
        str(entry.pattern) for part in get_resolver().url_patterns for entry in getattr(part, "url_patterns", [part])
    }
    operations = []
    for path, methods in document["paths"].items():
        pattern = re.sub(r"\{(\w+)\}", "", path).strip("/")
        assert any(re.sub(r"<[^>]+>", "", name).strip("/") == pattern for name in known), path
        for method, operation in methods.items():
            assert method in {"get", "post"}
            operations.append(operation["operationId"])
            for parameter in operation["parameters"]:
                assert parameter["in"] in {"query", "header", "path"}
                assert "schema" in parameter
            inside = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))
            for status, answer in operation["responses"].items():
                assert re.fullmatch(r"[2-5]\d\d", status)
                assert answer["description"]
            for name in (key for need in operation.get("security", []) for key in need):
                assert name in document["components"]["securitySchemes"]
    assert len(operations) == len(set(operations))


def test_what_the_description_says_is_answered(client, key):
    body = send(client, key, {"students": [BO]}).json()
    schema = description()["components"]["schemas"]["StudentImport"]
    assert set(schema["required"]) <= set(body) == set(schema["properties"])
    assert body["status"] in schema["properties"]["status"]["enum"]
    assert StudentImport.objects.get().status == ImportStatus.DONE
