"""Write the time that talks which are planned already take in the agendas of student and host."""

from typing import Any

from django.db import migrations


def book(apps: Any, schema_editor: Any) -> None:
    """One row per person; who would be in two talks at once keeps the first (the constraint skips the second)."""
    interview = apps.get_model("placements", "Interview")
    booking = apps.get_model("placements", "InterviewBooking")
    rows = []
    planned = interview.objects.filter(status="planned").order_by("starts_at", "pk")
    for pk, student, host, start, end in planned.values_list(
        "pk", "application__student__user", "host", "starts_at", "ends_at"
    ):
        rows += [
            booking(interview_id=pk, person=f"u{user}", starts_at=start, ends_at=end)
            for user in sorted({u for u in (student, host) if u is not None})
        ]
    booking.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("placements", "0009_talks_with_everybody_in_them")]
    operations = [migrations.RunPython(book, migrations.RunPython.noop)]
