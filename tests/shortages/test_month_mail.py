"""The mail of the month: three lines on the first working day, once per school and person."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.core.management import call_command

from shortages.enums import LeverKind
from shortages.services import send_month_mails
from shortages.services.month_mail import is_mail_day
from stagematch.clock import at
from stagematch.mail.models import OutgoingMail
from stagematch.mail.topics import set_frequency, topics_for
from tests.shortages import cells

pytestmark = pytest.mark.django_db
FIRST_DAY = dt.date(2027, 1, 4)  # 1 January is a holiday, then a weekend


@pytest.fixture
def counted(school, coordinator):
    with at(FIRST_DAY):
        month_ago = cells.night(FIRST_DAY - dt.timedelta(days=7))
        cells.cell(month_ago, school, open=51)
        snapshot = cells.night(FIRST_DAY)
        cells.cell(snapshot, school, municipality=cells.leiden(), placed=200, open=42, structural=27.0)
        region = cells.leiden().postcodes.get().corop
        cells.lever(snapshot, LeverKind.PLACE, region=region, year=2, days=3, steps=15)
    return snapshot


def mails():
    return list(OutgoingMail.objects.filter(template="shortages/month"))


def test_the_mail_says_the_three_things_that_matter_with_one_link_and_no_names(counted, school, coordinator):
    with at(FIRST_DAY):
        assert send_month_mails(day=FIRST_DAY) == 1
    (mail,) = mails()
    assert mail.to_email == coordinator.email
    assert mail.subject == "Roc De Brug: 42 studenten hebben nog geen stageplek"
    text = mail.body_text
    assert "1. 42 studenten hebben nog geen plek. Bij de telling daarvoor waren het er 51." in text
    assert "2. Voor 27 van hen is er geen plek die past" in text
    assert (
        "3. Dit helpt het meest: een extra plek in Leiden op maandag en dinsdag, leerjaar 2 (10 studenten geplaatst)."
        in text
    )
    assert "/school/tekort/?school=roc-de-brug" in text
    assert "42 studenten hebben nog geen plek" in mail.body_html


def test_once_a_month_however_often_it_is_started(counted):
    with at(FIRST_DAY):
        assert send_month_mails(day=FIRST_DAY) == 1
        assert send_month_mails(day=FIRST_DAY) == 0
    with at(FIRST_DAY + dt.timedelta(days=1)):
        assert send_month_mails(day=FIRST_DAY + dt.timedelta(days=1)) == 0
    assert len(mails()) == 1


def test_a_dry_run_says_how_many_and_queues_nothing(counted, capsys):
    with at(FIRST_DAY):
        assert send_month_mails(day=FIRST_DAY, dry_run=True) == 1
    call_command("send_shortage_mail", "--date", "2027-01-04", "--dry-run")
    assert "1 mails" in capsys.readouterr().out
    assert not mails()


@pytest.mark.parametrize(
    ("day", "goes"),
    [
        (dt.date(2027, 1, 1), False),  # a holiday
        (dt.date(2027, 1, 3), False),
        (dt.date(2027, 1, 4), True),
        (dt.date(2027, 1, 6), True),  # two nights were missed
        (dt.date(2027, 1, 12), False),
        (dt.date(2026, 12, 1), True),
        (dt.date(2026, 11, 30), False),
    ],
)
def test_it_goes_on_the_first_working_day_or_soon_after(day, goes):
    assert is_mail_day(day) is goes


def test_a_school_without_a_count_or_students_gets_nothing(coordinator, other_coordinator, counted):
    with at(FIRST_DAY):
        assert send_month_mails(day=FIRST_DAY) == 1
    assert {mail.to_email for mail in mails()} == {coordinator.email}


def test_everybody_placed_is_told_too(school, coordinator):
    with at(FIRST_DAY):
        cells.cell(cells.night(FIRST_DAY), school, placed=3)
        assert send_month_mails(day=FIRST_DAY) == 1
    assert "0 studenten hebben nog geen plek." in mails()[0].body_text


def test_a_coordinator_can_switch_it_off_and_nobody_else_is_asked(counted, coordinator, broker):
    assert "shortage" in {topic.slug for topic in topics_for(coordinator)}
    assert "shortage" not in {topic.slug for topic in topics_for(broker)}
    assert set_frequency(user=coordinator, topic="shortage", frequency="off")
    with at(FIRST_DAY):
        send_month_mails(day=FIRST_DAY)
    assert mails()[0].state == OutgoingMail.State.OFF


def test_an_old_count_waits_for_a_fresh_one_and_goes_on_the_last_day(counted, school):
    """Figures of last week are no news of the month, but better than a month of silence."""
    late = FIRST_DAY + dt.timedelta(days=3)
    last = max(day for day in (FIRST_DAY + dt.timedelta(days=n) for n in range(12)) if is_mail_day(day))
    with at(late):
        assert send_month_mails(day=late) == 0
    with at(last):
        assert send_month_mails(day=last) == 1
    assert "4 januari" in mails()[0].body_text


def test_a_fresh_count_ends_the_waiting(counted, school):
    late = FIRST_DAY + dt.timedelta(days=3)
    with at(late):
        cells.cell(cells.night(late), school, open=40)
        assert send_month_mails(day=late) == 1
    assert mails()[0].subject == "Roc De Brug: 40 studenten hebben nog geen stageplek"
