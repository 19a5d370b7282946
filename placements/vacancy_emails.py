"""The mails about a vacancy and its team, and about a place a student found. Texts are in `templates/email/<kind>/`.

No mail here repeats what somebody typed in a free text: that is read on the page, so that nobody can use us to send
their own words to a stranger.
"""

import datetime as dt
from typing import Any

from django.conf import settings

from organisations.enums import Role
from organisations.models import Membership, Organisation, Team
from placements.emails import link
from placements.enums import AgreementStatus
from placements.models import Vacancy, VacancyAgreement
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.services import queue_mail

KINDS = ("vacancy_agreement", "vacancy_agreement_answered", "vacancy_over")


def brokers_at(organisation: int) -> list[User]:
    """The stagemakelaars of an organisation."""
    rows = Membership.objects.active().filter(organisation=organisation, role=Role.BROKER)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def editor_link(vacancy: Vacancy) -> str:
    """Where the stagemakelaar works on a vacancy."""
    return link("admin:placements_vacancy_change", vacancy.pk)


def vacancy_agreement(agreement: VacancyAgreement, *, to: User | str, address: str) -> None:
    """To the teamcoach: read the whole vacancy and say whether it is right. `address` is the secret link."""
    queue_mail(
        key=f"vacancy_agreement:{agreement.public_id}:{to.pk if isinstance(to, User) else 'address'}",
        template="vacancy_agreement",
        to=to,
        context=_agreement_context(agreement) | {"link": address},
    )


def vacancy_agreement_answered(agreement: VacancyAgreement) -> None:
    """To who asked, or else all stagemakelaars: the team said yes, or wants something changed."""
    asked = agreement.asked_by
    people = [asked] if asked is not None and asked.is_active else brokers_at(agreement.vacancy.organisation_id)
    for person in people:
        queue_mail(
            key=f"vacancy_agreement_answered:{agreement.public_id}:{person.pk}",
            template="vacancy_agreement_answered",
            to=person,
            context=_agreement_context(agreement) | {"link": editor_link(agreement.vacancy)},
        )


def _agreement_context(agreement: VacancyAgreement) -> dict[str, Any]:
    return {
        "vacancy": agreement.vacancy,
        "organisation": agreement.vacancy.organisation,
        "team": agreement.vacancy.team,
        "asker": agreement.asked_by.get_full_name() if agreement.asked_by else agreement.vacancy.organisation.name,
        "who": agreement.answered_name or agreement.vacancy.team.name,
        "agreed": agreement.status == AgreementStatus.AGREED,
    }


def vacancy_over(vacancy: Vacancy, *, waiting: int, day: dt.date) -> None:
    """To the stagemakelaars: the last day has passed and students still wait, so it cannot close by itself (R1)."""
    for person in brokers_at(vacancy.organisation_id):
        queue_mail(
            key=f"vacancy_over:{vacancy.public_id}:{vacancy.publish_until}:{person.pk}",
            template="vacancy_over",
            to=person,
            context={
                "vacancy": vacancy,
                "organisation": vacancy.organisation,
                "waiting": waiting,
                "link": link("admin:placements_vacancy_sluiten", vacancy.pk),
            },
        )


def register_samples() -> None:
    """Give every mail here a sample."""
    for kind in KINDS:
        samples.register(kind, _sample)


def _sample() -> dict[str, Any]:
    organisation = Organisation(name="Buurthuis De Linde", slug="buurthuis-de-linde")
    team = Team(name="Team Noord", organisation=organisation)
    vacancy = Vacancy(
        title="Samen koken met ouderen", organisation=organisation, team=team, publish_until=dt.date(2027, 1, 29)
    )
    return {
        "recipient": User(first_name="Sanne", last_name="Verzonnen", email="sanne@delinde.example"),
        "vacancy": vacancy,
        "organisation": organisation,
        "team": team,
        "asker": "Yara Verzonnen",
        "who": "Sanne Verzonnen",
        "agreed": True,
        "waiting": 2,
        "link": f"{settings.BASE_URL}/voorbeeld/",
    }
