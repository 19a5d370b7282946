"""What is older than its term goes (R8): mails and the log of who saw what."""

import datetime as dt

from placements.services import retention, run_retention
from stagematch.audit.models import AccessLog
from stagematch.clock import now, today
from stagematch.mail.models import OutgoingMail


def test_old_mails_are_wiped_and_the_old_view_log_goes(student, broker):
    long_ago = now() - dt.timedelta(days=800)
    OutgoingMail.objects.create(
        key="oud", template="offer", to_email=student.email, subject="Hoi", body_text="Hoi", body_html="Hoi",
        state="sent", created_at=long_ago, message_id="<oud@example>",
    )  # fmt: skip
    AccessLog.objects.create(actor=broker, subject=student, action="view", object_type="x", at=long_ago)
    AccessLog.objects.create(actor=broker, subject=student, action="view", object_type="x")
    dry = run_retention(day=today(), dry_run=True)
    assert (dry.old_mails, dry.old_views, AccessLog.objects.count()) == (1, 1, 2)
    done = run_retention(day=today())
    assert (done.old_mails, done.old_views, AccessLog.objects.count()) == (1, 1, 1)
    assert OutgoingMail.objects.get(key="oud").body_text == ""
    assert run_retention(day=today()).old_mails == 0


def test_another_room_takes_part_and_a_dry_run_tells_it_so(db, monkeypatch):
    asked = []

    def forget(*, day, dry_run):
        asked.append((day, dry_run))
        return 3

    monkeypatch.setattr(retention, "_forgetters", {})
    retention.register_forgetter("old chairs", forget)
    counts = run_retention(day=today(), dry_run=True)
    assert asked == [(today(), True)]
    assert "old chairs: 3" in counts.lines()
