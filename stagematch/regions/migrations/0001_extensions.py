"""The Postgres extensions of stagematch and its Dutch text search configuration.

`nl` takes accents away before stemming, so that 'cafe' finds 'café'. No ICU collation is named anywhere: not every build has it.
"""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(
            """
            create text search configuration nl (copy = dutch);
            alter text search configuration nl
                alter mapping for hword, hword_part, word with unaccent, dutch_stem;
            """,
            "drop text search configuration nl;",
        ),
    ]
