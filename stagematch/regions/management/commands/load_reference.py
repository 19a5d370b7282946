import time
from typing import Any

from django.core.management.base import BaseCommand

from stagematch.regions.reference import import_reference, kinds


class Command(BaseCommand):
    help = "Load the reference data that stagematch ships; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in kinds().values():
            if kind.shipped is None:
                continue
            begin = time.monotonic()
            report = import_reference(kind, kind.shipped)
            for line in report.lines():
                self.stdout.write(f"{kind.name}: {line} ({time.monotonic() - begin:.1f} s)")
