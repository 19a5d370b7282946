from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from placements.states import states_page


class Command(BaseCommand):
    help = "Write docs/states.md from the tables of transitions."

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "states.md"
        page.write_text(states_page(), encoding="utf-8")
        self.stdout.write(f"{page.name} is written")
