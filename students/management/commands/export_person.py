"""`manage.py export_person mail@school.example`: everything about one person, as JSON on the screen or in a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from students.services import export_person


class Command(BaseCommand):
    help = "Geeft alle gegevens over één persoon, als JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="het e-mailadres van de persoon")
        parser.add_argument("--output", type=Path, help="schrijf naar dit bestand in plaats van het scherm")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError("Er is niemand met dit e-mailadres.")
        text = json.dumps(export_person(user=user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        record_export(actor=None, subject=user, obj=user, label="export_person")
        if options["output"]:
            options["output"].write_text(text + "\n", encoding="utf-8")
        else:
            self.stdout.write(text)
