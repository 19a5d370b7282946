from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from matchmaking.demo.world import ACCOUNTS

TRY = {
    "student": "choose a time for a talk, see tonight's proposals and why they fit",
    "student2": "a student of another school: answer an offer; sees nothing of the first",
    "stagemakelaar": "the screening workspace of wmo radar: invite, reject with a reason, offer",
    "stagemakelaar2": "the stagemakelaar of another organisation",
    "teamcoach": "the team's candidates and room",
    "praktijkbegeleider": "own students and agenda",
    "bpv": "the students of Zadkine and how far they are",
    "bpv2": "a coordinator of another school",
    "organisator": "a partner organisation",
    "gemeente": "a gemeente that looks on",
    "beheer": "the whole admin: runs, rules, mail, reference data",
}


class Command(BaseCommand):
    help = "Print the demo accounts, their password and what to try with each."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Password of every demo account: {settings.DEMO_PASSWORD}")
        for role, (email, _first, _last) in ACCOUNTS.items():
            self.stdout.write(f"  {email:<34} {TRY[role]}")
