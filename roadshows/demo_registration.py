"""Invented people who come to the invented roadshow of the demo."""

import datetime as dt
import itertools
import random

from roadshows.enums import ParticipantRole, RegistrationStatus
from roadshows.models import Registration, Roadshow
from stagematch.clock import now

COMING = 64
_FIRST = ("Amina", "Bas", "Celine", "Dewi", "Emre", "Fatima", "Gijs", "Hanna", "Ilse", "Joris", "Kadir", "Lotte", "Mo")
_LAST = ("Aardappel", "Bloempot", "Citroen", "Druppel", "Egel", "Fluitketel", "Gieter", "Hinkelbaan")
_SHARES = (
    (ParticipantRole.STUDENT, 18, "Roc De Brug (demo)"),
    (ParticipantRole.TEACHER, 11, "Roc De Brug (demo)"),
    (ParticipantRole.GUIDE, 9, "Buurthuis De Linde (demo)"),
    (ParticipantRole.EMPLOYER, 16, "Wijkwerk West (demo)"),
    (ParticipantRole.MUNICIPALITY, 7, "Gemeente (demo)"),
    (ParticipantRole.NATIONAL, 3, "Landelijke partner (demo)"),
)


def fill(roadshow: Roadshow) -> int:
    """Register 64 invented people; return how many."""
    dice = random.Random(64)  # noqa: S311 -- the same demo every time
    names = [f"{first} {last}" for last, first in itertools.product(_LAST, _FIRST)]
    roles = [(role, where) for role, count, where in _SHARES for _n in range(count)]
    dice.shuffle(names)
    dice.shuffle(roles)
    moment = now()
    rows = [
        Registration(
            roadshow=roadshow,
            number=number,
            name=name,
            email=f"deelnemer{number}.{roadshow.pk}@demo.example",
            role=role,
            organisation_name=where,
            diet="Vegetarisch" if number % 9 == 0 else "",
            access_needs="Graag een plek vooraan" if number % 21 == 0 else "",
            status=RegistrationStatus.CONFIRMED,
            registered_at=moment - dt.timedelta(days=COMING - number),
            consented_at=moment - dt.timedelta(days=COMING - number),
        )
        for number, (name, (role, where)) in enumerate(zip(names[:COMING], roles, strict=True), start=1)
    ]
    Registration.objects.bulk_create(rows)
    return len(rows)


def fill_full(roadshow: Roadshow) -> int:
    """Fill a roadshow of three seats: two people come, one is asked whether they still can, two wait."""
    moment = now()
    names = ("Noor Knikker", "Omar Stoepkrijt", "Pien Tollen", "Quinten Vlieger", "Roos Step")
    states = (*[RegistrationStatus.CONFIRMED] * 2, RegistrationStatus.OFFERED, *[RegistrationStatus.WAITING] * 2)
    Registration.objects.bulk_create(
        Registration(
            roadshow=roadshow,
            number=number,
            name=name,
            email=f"wachtlijst{number}.{roadshow.pk}@demo.example",
            role=ParticipantRole.STUDENT,
            organisation_name="Roc De Brug (demo)",
            status=status,
            offered_until=moment + dt.timedelta(days=2) if status == RegistrationStatus.OFFERED else None,
            consented_at=moment,
        )
        for number, (name, status) in enumerate(zip(names, states, strict=True), start=1)
    )
    return len(names)
