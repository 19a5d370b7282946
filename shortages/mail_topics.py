"""Which mails of shortages people may have a say in."""

from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.roles import has_role
from stagematch.mail.topics import Frequency, register_topic


def register() -> None:
    """Let a coordinator choose about the mail of the month."""
    register_topic(
        "shortage",
        label=_("Tekort in beeld, elke maand"),
        explanation=_("Op de eerste werkdag van de maand: wie geen plek heeft, en wat het meest helpt."),
        templates=["shortages/month"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=lambda user: has_role(user, Role.COORDINATOR),
    )
