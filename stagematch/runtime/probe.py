"""Tells `bin/up` what is in the database, as JSON on the last line."""

import json
import os
import sys


def main() -> None:
    """Print the number of accounts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stagematch.settings")
    import django

    django.setup()
    from django.contrib.auth import get_user_model

    sys.stdout.write(json.dumps({"people": get_user_model()._default_manager.count()}) + "\n")


if __name__ == "__main__":
    main()
