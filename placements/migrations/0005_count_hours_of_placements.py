"""Count the hours of begeleiding that the placements of before this column take: one hour a week each."""

from django.db import migrations

COUNT = """
    update organisations_supervisorcapacity s
    set taken_hours = p.hours, hours_per_week = greatest(s.hours_per_week, p.hours)
    from (
        select supervisor_id, sum(guidance_hours) as hours from placements_placement
        where status in ('agreed', 'running', 'finished') group by supervisor_id
    ) p
    where p.supervisor_id = s.id
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0004_vacancy_agreement_and_guidance_hours")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
