"""Mails around what students and their schools do together. Texts are in `templates/email/<kind>/`."""

import datetime as dt
from typing import Any

from django.conf import settings

from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements.emails import link, vacancy_link
from placements.enums import AssistedKind, AssistedStatus, IntroductionReply, ReportKind
from placements.models import AssistedApplication, Report, Vacancy
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.services import queue_mail

KINDS = (
    "assisted_answer",
    "assisted_ask",
    "assisted_mail",
    "introduction",
    "introduction_answer",
    "introduction_withdrawn",
    "report_made",
)


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
        key=f"assisted_answer:{asked.public_id}{':withdrawn' if asked.status == AssistedStatus.WITHDRAWN else ''}",
        template="assisted_answer",
        to=asked.asked_by,
        context=_about(asked)
        | {
            "student": asked.student.user.get_full_name(),
            "agreed": asked.status == AssistedStatus.AGREED,
            "withdrawn": asked.status == AssistedStatus.WITHDRAWN,
            "link": link("school-students"),
        },
    )


def _brokers(asked: AssistedApplication) -> list[User]:
    rows = Membership.objects.active().filter(organisation=asked.vacancy.organisation_id, role=Role.BROKER)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def introduction(asked: AssistedApplication) -> None:
    """To the stagemakelaars: a school introduces a student, who agreed with every word. Who it is stands behind the sign-in.

    So that a yes that is taken back takes the name and the text along.
    """
    assert asked.student is not None  # noqa: S101 -- a coordinator introduces a student; narrows the type
    for person in _brokers(asked):
        queue_mail(
            key=f"introduction:{asked.public_id}:{person.pk}",
            template="introduction",
            to=person,
            context=_about(asked)
            | {"school": asked.student.school.name, "link": link("admin:workspace-introduction", asked.public_id)},
        )


def introduction_withdrawn(asked: AssistedApplication) -> None:
    """To the same stagemakelaars: there is nothing to answer any more."""
    assert asked.student is not None  # noqa: S101 -- as above
    for person in _brokers(asked):
        queue_mail(
            key=f"introduction_withdrawn:{asked.public_id}:{person.pk}",
            template="introduction_withdrawn",
            to=person,
            context=_about(asked)
            | {"school": asked.student.school.name, "link": link("admin:workspace-introductions")},
        )


def introduction_answer(asked: AssistedApplication) -> None:
    """To the student and the coordinator who asked: what the stagemakelaar said."""
    assert asked.student is not None  # noqa: S101 -- as above
    student = asked.student.user
    for person in [student, *([asked.asked_by] if asked.asked_by else [])]:
        is_student = person.pk == student.pk
        queue_mail(
            key=f"introduction_answer:{asked.public_id}:{person.pk}",
            template="introduction_answer",
            to=person,
            context=_about(asked)
            | {
                "interested": asked.reply == IntroductionReply.INTERESTED,
                "text": asked.reply_text,
                "student": student.get_full_name(),
                "to_student": is_student,
                "link": vacancy_link(asked.vacancy) if is_student else link("school-student", asked.student.public_id),
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
        kind=AssistedKind.INTRODUCE if kind.startswith("introduction") else AssistedKind.APPLY,
        vacancy=vacancy,
        asked_by=broker if kind == "assisted_mail" else coordinator,
        motivation="Ik kook elke zondag met mijn oma. Ik wil leren hoe je een groep begeleidt.",
        learning_goals=["Een groep begeleiden"],
        first_name="Samira",
        expires_at=dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC),
    )
    to = {
        "assisted_ask": student,
        "assisted_mail": student,
        "introduction": broker,
        "introduction_withdrawn": broker,
        "introduction_answer": student,
    }.get(kind, coordinator)
    return {
        "asked": asked,
        "vacancy": vacancy,
        "organisation": organisation,
        "vacancy_link": f"{settings.BASE_URL}/stageplekken/",
        "asker": "Yara Verzonnen" if kind == "assisted_mail" else "Fatma Verzonnen",
        "asker_email": "fatma@debrug.example",
        "until": asked.expires_at,
        "introduces": kind.startswith("introduction"),
        "interested": True,
        "text": "",
        "withdrawn": False,
        "recipient": to,
        "first_name": "Samira",
        "student": "Samira Verzonnen",
        "school": "Roc De Brug",
        "agreed": True,
        "link": f"{settings.BASE_URL}/voorbeeld/",
        "to_student": to is student,
        "kind": ReportKind.OTHER,
    }
