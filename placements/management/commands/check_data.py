import sys
from typing import Any

from django.core.management.base import BaseCommand

from stagematch.ui.invariants import check_all


class Command(BaseCommand):
    help = "Prove with SQL that every invariant of the data holds; exit code 1 and examples when one does not."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_all()
        for finding in findings:
            mark = "ok  " if finding.broken == 0 else "FOUT"
            self.stdout.write(f"{mark} {finding.invariant.name}: {finding.broken}")
            for example in finding.examples:
                self.stdout.write(f"       {example}")
        broken = [finding for finding in findings if finding.broken]
        self.stdout.write(f"{len(findings)} checked, {len(broken)} broken")
        if broken:
            sys.exit(1)
