"""The mails of the inventory: the question, the reminder and the thanks. Texts are in `templates/email/inventory_*/`.

A key is `inventory:<number of the request>:<cause>:<whom>`, so that one cause mails one person once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F

from organisations.enums import Role
from organisations.inventory.prefill import summary
from organisations.models import InventoryAnswer, InventoryRequest, Membership
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.links.services import make_link
from stagematch.mail.services import queue_mail

PURPOSE = "inventory"
KINDS = ("inventory_request", "inventory_reminder", "inventory_thanks")
Recipient = User | str


def recipients_of(requests: Iterable[InventoryRequest]) -> dict[int, list[Recipient]]:
    """Return whom to ask per request: the team's own teamcoaches, or else the address that was given."""
    asked = list(requests)
    leads: dict[int, list[Recipient]] = defaultdict(list)
    members = (
        Membership.objects.active()
        .filter(role=Role.TEAM_LEAD, teams__in={request.team_id for request in asked})
        .select_related("user")
    )
    for member in members.annotate(team_pk=F("teams")).order_by("pk", "team_pk"):
        leads[vars(member)["team_pk"]].append(member.user)
    found = {}
    for request in asked:
        fallback: list[Recipient] = [request.contact_email] if request.contact_email else []
        found[request.pk] = leads.get(request.team_id) or fallback
    return found


def ask(request: InventoryRequest, recipients: list[Recipient], *, cause: str, template: str) -> int:
    """Mail everybody of this team a personal link; return how many. Called inside the transaction of the cause."""
    sent = 0
    round_ = request.round
    for recipient in recipients:
        user = recipient if isinstance(recipient, User) else None
        if user is not None and not user.is_active:
            continue
        address = make_link(
            purpose=PURPOSE,
            subject=request,
            expires_at=round_.ends_at,
            email=user.email if user else str(recipient),
            user=user,
        )
        mail = queue_mail(
            key=f"inventory:{request.pk}:{cause}:{_whom(recipient)}",
            template=template,
            to=recipient,
            context={
                "link": address,
                "team": request.team.name,
                "organisation": request.team.organisation.name,
                "owner": round_.owner.name,
                "period": request.period.name,
                "message": round_.message,
                "closes_on": round_.closes_on,
            },
        )
        sent += mail is not None
    return sent


def thank(answer: InventoryAnswer, recipient: Recipient) -> None:
    """Say what we noted, so that a mistake, or somebody else's answer, is seen. Once per day and choice."""
    request = answer.request
    queue_mail(
        key=f"inventory:{request.pk}:thanks-{today().isoformat()}-{answer.choice}:{_whom(recipient)}",
        template="inventory_thanks",
        to=recipient,
        context={
            "team": request.team.name,
            "organisation": request.team.organisation.name,
            "period": request.period.name,
            "summary": summary(answer),
            "closes_on": request.round.closes_on,
        },
    )


def _whom(recipient: Recipient) -> str:
    """A key lives longer than a mail's text, so it holds no address."""
    if isinstance(recipient, User):
        return str(recipient.pk)
    return hashlib.sha256(recipient.lower().encode()).hexdigest()[:12]
