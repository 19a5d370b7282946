"""Every mail of placements renders, in text and HTML, says its news in the subject, and has one link to act on."""

import datetime as dt
import re

import pytest
from django.conf import settings

from placements import emails, services
from placements.models import Interview
from stagematch.clock import now
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import render
from tests import factories as f
from tests.placements.steps import invite, offer, reject, submit


def test_every_kind_has_its_three_files_and_there_is_no_other():
    folder = settings.BASE_DIR / "templates" / "email"
    for kind in emails.KINDS:
        assert {p.name for p in (folder / kind).iterdir()} == {"subject.txt", "body.txt", "body.html"}


@pytest.mark.parametrize("to_student", [True, False])
@pytest.mark.parametrize("kind", emails.KINDS)
def test_mail_renders_with_what_a_hostile_name_brings(kind, to_student, search, vacancy, broker, capacity):
    search.student.user.first_name = "<b>Jan\n</b>"
    search.student.user.save()
    vacancy.title = "Koken & <script>praten</script>"
    vacancy.save()
    application = f.ApplicationFactory(
        search=search, vacancy=vacancy, status="offered", offered_supervisor=capacity, cv=None
    )
    interview = Interview.objects.create(
        application=application, round=1, where="Hier", host=broker, status="planned",
        starts_at=now(), ends_at=now() + dt.timedelta(minutes=30), message="Tot dan",
    )  # fmt: skip
    context = {
        **emails.rejection_context(application),
        "recipient": search.student.user,
        "application": application,
        "vacancy": vacancy,
        "organisation": vacancy.organisation,
        "link": "https://stagematch.example/mijn/",
        "to_student": to_student,
        "candidate": "Kandidaat Beuk",
        "interview": interview,
        "slots": [],
        "reason": "daarom",
        "supervisor": "Noor",
    }
    subject, text, html = render(template=kind, context=context)
    assert 10 < len(subject) <= 250
    assert "\n" not in subject
    assert "<script>praten" not in html
    assert "<b>Jan" not in html
    assert "&amp;" not in text.replace("Koken &amp;", "!")
    assert "{{" not in text + html
    assert "{%" not in text + html
    assert re.search(r"https?://\S+", text)
    assert len(re.findall(r'class="knop"', html)) == 1
    assert not re.search(r"\n{4,}", text)
    assert "None" not in text


def test_mails_of_one_cause_go_once_to_each(search, vacancy, broker, capacity, student):
    application = offer(submit(search, vacancy), broker, capacity)
    services.accept_offer(application=application, actor=student)
    sent = list(OutgoingMail.objects.values_list("key", flat=True))
    assert len(sent) == len(set(sent))
    assert all(key.split(":")[1] == str(application.public_id) for key in sent)
    assert {key.split(":")[0] for key in sent} <= set(emails.KINDS)


def test_mail_goes_to_who_took_the_application_up(search, vacancy, broker, organisation, student):
    colleague = f.MembershipFactory(organisation=organisation).user
    application = submit(search, vacancy)
    assert OutgoingMail.objects.filter(template="application_new").count() == 2
    services.assign(application=application, actor=broker, to=colleague)
    services.withdraw_application(application=application, actor=student)
    assert OutgoingMail.objects.get(template="application_withdrawn").to_user == colleague


def test_rejection_mail_names_other_places_and_a_person(search, vacancy, broker, coordinator, other_vacancy):
    application = submit(search, vacancy)
    invite(application, broker)
    reject(application, broker)
    mail = OutgoingMail.objects.get(template="rejection")
    assert other_vacancy.title in mail.body_text
    assert coordinator.get_full_name() in mail.body_text
    assert vacancy.title in mail.subject
