"""`manage.py delete_person mail@school.example --yes`: removes one person and everything about them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.services import delete_person
from students.services.privacy import rows_about


class Command(BaseCommand):
    help = "Verwijdert één persoon met alle gegevens. Dit kan niet ongedaan worden gemaakt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="het e-mailadres van de persoon")
        parser.add_argument(
            "--yes", action="store_true", help="doe het echt; zonder dit staat er alleen wat er weggaat"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError("Er is niemand met dit e-mailadres.")
        for model, rows in rows_about(user).items():
            self.stdout.write(f"{model._meta.verbose_name_plural}: {len(rows)}")
        if not options["yes"]:
            self.stdout.write("Er is niets verwijderd. Doe het met --yes.")
            return
        try:
            delete_person(user=user)
        except RuleError as error:
            raise CommandError(error.message) from error
        self.stdout.write("Verwijderd.")
