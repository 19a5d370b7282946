"""The development mailbox, and the samples of every mail."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from stagematch.mail import mailbox, samples, services
from stagematch.runtime.smtp_sink import store

LETTER = (
    b"From: stagematch <noreply@stagematch.example>\r\nTo: noor@voorbeeld.example\r\n"
    b"Subject: =?utf-8?q?Je_code_is_K7P=2D2QX=2C_caf=C3=A9?=\r\nDate: Sun, 22 Nov 2026 05:00:00 +0000\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDe code: K7P-2QX <script>alert(1)</script>\r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p style='color:red'>De code: K7P-2QX</p><script>alert(1)</script>\r\n--x--\r\n"
)


@pytest.fixture
def box(settings, tmp_path: Path) -> Path:
    settings.MAILBOX_DIR = str(tmp_path)
    return tmp_path


def test_the_mailbox_does_not_exist_without_a_folder(client, settings, db):
    settings.MAILBOX_DIR = ""
    for address in ("/postvak/", "/postvak/x/", "/postvak/x/html/"):
        assert client.get(address).status_code == 404


def test_mail_is_listed_newest_first_and_shown_safely(client, box, db):
    first = store(box, "a@b.example", ["noor@voorbeeld.example"], LETTER)
    second = store(box, "a@b.example", ["noor@voorbeeld.example"], LETTER.replace(b"Je_code", b"Weer_een_code"))
    page = client.get(reverse("mailbox"))
    assert [letter.id for letter in page.context["letters"]] == [second.stem, first.stem]
    letter = client.get(reverse("mailbox-letter", args=[first.stem]))
    text = letter.content.decode()
    assert "Je code is K7P-2QX, café" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "frame-src 'self'" in letter["Content-Security-Policy"]
    assert "unsafe-inline" not in letter["Content-Security-Policy"]


def test_the_html_of_a_mail_comes_in_a_sandbox_of_its_own(client, box, db):
    file = store(box, "a@b.example", ["noor@voorbeeld.example"], LETTER)
    answer = client.get(reverse("mailbox-letter-html", args=[file.stem]))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["..", "../geheim", "bestaat-niet", "a/b", "%2e%2e%2fgeheim", "x" * 90])
def test_an_id_never_leaves_the_folder(client, box, db, name):
    (box.parent / "geheim.eml").write_bytes(LETTER)
    assert mailbox.letter(name) is None
    assert client.get(f"/postvak/{name}/").status_code in (404, 301, 302)


def test_a_broken_mail_does_not_break_the_list(client, box, db):
    (box / "20260101T000000.000000-aa.eml").write_bytes(b"\xff\xfe not a mail")
    (box / "20260101T000000.000000-bb.eml").write_bytes(
        b"Subject: x\r\nDate: gisteren\r\nContent-Type: text/plain; charset=verzonnen\r\n\r\nhoi\xff"
    )
    assert client.get(reverse("mailbox")).status_code == 200
    assert client.get(reverse("mailbox-letter", args=["20260101T000000.000000-bb"])).status_code == 200


def folders() -> list[str]:
    root = Path(django_settings.BASE_DIR) / "templates" / "email"
    return sorted(str(file.parent.relative_to(root)) for file in root.rglob("subject.txt"))


@pytest.mark.parametrize("name", folders())
def test_every_mail_has_a_sample_that_renders_whole(name, db):
    assert name in samples.names(), f"register a sample: stagematch.mail.samples.register({name!r}, …)"
    subject, text, html = services.render(template=name, context=samples.context_of(name))
    assert 5 < len(subject) <= 120, subject
    assert "&" not in subject.replace(" & ", "")
    assert "stagematch" in text
    assert "<h1" in html
    for part in (subject, text, html):
        assert "{{" not in part
        assert "None" not in part
    for line in text.splitlines():
        assert len(line) <= 200, line


def test_every_sample_has_a_mail():
    assert set(samples.names()) <= set(folders())


def test_samples_are_for_platform_admins(admin_user, broker, client):
    client.force_login(broker)
    assert client.get(reverse("admin:mail-samples")).status_code == 403
    assert client.get(reverse("admin:mail-sample", args=["account/login_code"])).status_code == 403
    client.force_login(admin_user)
    assert client.get(reverse("admin:mail-samples")).status_code == 200
    assert client.get(reverse("admin:mail-sample", args=["account/login_code"])).status_code == 200
    page = Client()
    page.force_login(admin_user)
    html = page.get(reverse("admin:mail-sample-html", args=["account/login_code"]))
    assert html["Content-Security-Policy"].startswith("sandbox;")
    assert client.get(reverse("admin:mail-sample", args=["bestaat/niet"])).status_code == 404
