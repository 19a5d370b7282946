"""Mails around what students and their schools do together. Texts are in `templates/email/<kind>/`."""

import datetime as dt
from typing import Any

from django.conf import settings

from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements.emails import link, vacancy_link
from placements.enums import AssistedKind, ReportKind
from placements.models import AssistedApplication, Report, Vacancy
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.services import queue_mail

KINDS = ("assisted_answer", "assisted_ask", "assisted_mail", "introduction", "report_made")


def report_made(report: Report) -> None:
    """To the school's contact: there is a report. Nothing else: mail is read by more eyes than one thinks."""
    if report.contact is None:
        return
    queue_mail(
        key=f"report_made:{report.public_id}:{report.contact.pk}",
        template="report_made",
        to=report.contact,
        context={"link": link("school-report", report.public_id)},
    )


def _about(asked: AssistedApplication) -> dict[str, Any]:
    return {
        "asked": asked,
        "vacancy": asked.vacancy,
        "organisation": asked.vacancy.organisation,
        "vacancy_link": vacancy_link(asked.vacancy),
        "asker": asked.asked_by.get_full_name() if asked.asked_by else "",
        "until": asked.expires_at,
        "introduces": asked.kind == AssistedKind.INTRODUCE,
    }


def assisted_ask(asked: AssistedApplication, address: str) -> None:
    """To the own student of a coordinator: is this fine with you?"""
    assert asked.student is not None  # noqa: S101 -- a coordinator asks a student; narrows the type
    queue_mail(
        key=f"assisted_ask:{asked.public_id}",
        template="assisted_ask",
        to=asked.student.user,
        context=_about(asked) | {"link": address, "to_student": True},
    )


def assisted_mail(asked: AssistedApplication, address: str, to: User | str) -> None:
    """To whoever applied by mail: confirm it here, or say no."""
    queue_mail(
        key=f"assisted_mail:{asked.public_id}",
        template="assisted_mail",
        to=to,
        context=_about(asked) | {"link": address, "first_name": asked.first_name, "to_student": True},
    )


def assisted_answer(asked: AssistedApplication) -> None:
    """To the coordinator who asked: the student said yes or no."""
    if asked.asked_by is None or asked.student is None:
        return
    queue_mail(
        key=f"assisted_answer:{asked.public_id}",
        template="assisted_answer",
        to=asked.asked_by,
        context=_about(asked)
        | {
            "student": asked.student.user.get_full_name(),
            "agreed": asked.status == "agreed",
            "link": link("school-students"),
        },
    )


def introduction(asked: AssistedApplication) -> None:
    """To the stagemakelaars of the organisation: a school introduces a student, who agreed with every word of it."""
    assert asked.student is not None  # noqa: S101 -- a coordinator introduces a student; narrows the type
    brokers = Membership.objects.active().filter(organisation=asked.vacancy.organisation_id, role=Role.BROKER)
    for row in brokers.select_related("user").order_by("pk"):
        queue_mail(
            key=f"introduction:{asked.public_id}:{row.user.pk}",
            template="introduction",
            to=row.user,
            context=_about(asked)
            | {
                "student": asked.student.user.get_full_name(),
                "school": asked.student.school.name,
                "asker_email": asked.asked_by.email if asked.asked_by else "",
                "link": vacancy_link(asked.vacancy),
            },
        )


def register_samples() -> None:
    """Give every mail of this module a sample. Called in `ready()`."""
    for kind in KINDS:
        samples.register(kind, lambda kind=kind: _sample(kind))  # type: ignore[misc]


def _sample(kind: str) -> dict[str, Any]:
    student = User(first_name="Samira", last_name="Verzonnen", email="samira@student.example")
    coordinator = User(first_name="Fatma", last_name="Verzonnen", email="fatma@debrug.example")
    broker = User(first_name="Yara", last_name="Verzonnen", email="yara@delinde.example")
    organisation = Organisation(name="Buurthuis De Linde", slug="buurthuis-de-linde")
    vacancy = Vacancy(title="Samen koken met ouderen", organisation=organisation)
    asked = AssistedApplication(
        kind=AssistedKind.INTRODUCE if kind == "introduction" else AssistedKind.APPLY,
        vacancy=vacancy,
        asked_by=broker if kind == "assisted_mail" else coordinator,
        motivation="Ik kook elke zondag met mijn oma. Ik wil leren hoe je een groep begeleidt.",
        learning_goals=["Een groep begeleiden"],
        first_name="Samira",
        expires_at=dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC),
    )
    to = {"assisted_ask": student, "assisted_mail": student, "introduction": broker}.get(kind, coordinator)
    return {
        "asked": asked,
        "vacancy": vacancy,
        "organisation": organisation,
        "vacancy_link": f"{settings.BASE_URL}/stageplekken/",
        "asker": "Yara Verzonnen" if kind == "assisted_mail" else "Fatma Verzonnen",
        "asker_email": "fatma@debrug.example",
        "until": asked.expires_at,
        "introduces": kind == "introduction",
        "recipient": to,
        "first_name": "Samira",
        "student": "Samira Verzonnen",
        "school": "Roc De Brug",
        "agreed": True,
        "link": f"{settings.BASE_URL}/voorbeeld/",
        "to_student": to is student,
        "kind": ReportKind.OTHER,
    }
