"""Steps that several tests of the inventory take."""

import datetime as dt

from organisations.enums import InventoryChoice
from organisations.inventory import services
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.secrets import TOKEN


def give(asked, lead, choice=InventoryChoice.YES, **values):
    return services.give_answer(request=asked, choice=choice, actor=lead, **({"places": 2} | values))


def days(n: int) -> dt.date:
    return today() + dt.timedelta(days=n)


def link_in(mail: OutgoingMail) -> str:
    """Return the path of the secret link in a mail."""
    found = TOKEN.search(mail.body_text)
    assert found is not None
    return f"/inventarisatie/{found.group()}/"


def mails(template: str, to: User | str | None = None) -> list[OutgoingMail]:
    """Return the queued mails of a kind, oldest first."""
    found = OutgoingMail.objects.filter(template=template).order_by("pk")
    return list(found if to is None else found.filter(to_email=to.email if isinstance(to, User) else to))
