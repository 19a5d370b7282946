"""Version 1 of the rules of matching (design: matching.md section 10). Written out, so that it never changes."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SETTINGS = {
    "version": "1",
    "distance": 300,
    "doelgroep": 250,
    "werkveld": 100,
    "werkprocessen": 350,
    "days": 100,
    "near_metres": 2000,
    "far_metres": 50000,
    "band_good": 560,
    "band_fair": 400,
    "werkprocessen_percent": 50,
    "period_percent": 80,
    "hard_case": 10,
    "max_turns": 5,
    "tier_size": 2,
    "max_tiers": 5,
    "order": "turn",
}


def add_first_policy(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("matchmaking", "Policy").objects.get_or_create(
        version=1,
        defaults={
            "name": "Eerste spelregels",
            "settings": SETTINGS,
            "is_current": True,
            "note": "Wie nog geen voorstel kreeg gaat voor, daarna wie vaker nee kreeg van organisaties.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("matchmaking", "0002_initial")]

    operations = [migrations.RunPython(add_first_policy, migrations.RunPython.noop)]
