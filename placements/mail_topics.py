"""Which mails of placements people may have a say in, and who depends on mail to somebody (`stagematch.mail`)."""

from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Membership
from organisations.roles import has_role
from placements.enums import ApplicationStatus
from placements.models import Application
from stagematch.accounts.models import User
from stagematch.mail import addresses
from stagematch.mail.topics import Frequency, register_topic
from students.models import Student


def register() -> None:
    """Register the topics and the watchers; everything not named here is essential and sent at once."""
    register_topic(
        "applications",
        label=_("Nieuwe reacties"),
        explanation=_("Een student reageerde op een plek van jullie."),
        templates=["application_new"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=_is_broker,
    )
    register_topic(
        "answers",
        label=_("Herinneringen om te antwoorden"),
        explanation=_("De helft van de termijn is voorbij, of morgen is de laatste dag."),
        templates=["answer_due_half", "answer_due_tomorrow"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=_is_broker,
    )
    register_topic(
        "late",
        label=_("Een student wacht te lang"),
        explanation=_("De termijn voor een antwoord is voorbij."),
        templates=["answer_overdue"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY],
        audience=_is_broker,
        why_not_off=_("Deze mail kun je niet uitzetten: we beloven elke student een antwoord."),
    )
    register_topic(
        "school-late",
        label=_("Onze student wacht te lang"),
        explanation=_("Een organisatie is te laat met antwoorden aan een student van jullie."),
        templates=["answer_overdue_school"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=lambda user: has_role(user, Role.COORDINATOR),
    )
    register_topic(
        "talks",
        label=_("Herinnering aan een gesprek"),
        explanation=_("Morgen heb je een gesprek."),
        templates=["interview_reminder"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=lambda user: _is_broker(user) or has_role(user, Role.TEAM_LEAD, Role.SUPERVISOR) or _is_student(user),
    )
    register_topic(
        "waiting-list",
        label=_("Er is weer plek"),
        explanation=_("Je stond op een wachtlijst en je kunt nu reageren."),
        templates=["waiting_list_room"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.OFF],
        audience=_is_student,
    )
    addresses.register_watcher("placements", depend_on_student)


def _is_broker(user: User) -> bool:
    return has_role(user, Role.BROKER)


def _is_student(user: User) -> bool:
    return hasattr(user, "student")  # read once per user, like the roles: every topic asks


def depend_on_student(user: User) -> list[User]:
    """The coordinators of a student's school, and the stagemakelaars who already know the student's name (R4)."""
    student = Student.objects.filter(user=user).first()
    if student is None:
        return []
    hosts = Application.objects.filter(student=student, status__in=ApplicationStatus.name_visible()).values(
        "vacancy__organisation"
    )
    members = Membership.objects.active().select_related("user").order_by("pk")
    school = members.filter(organisation=student.school_id, role=Role.COORDINATOR)
    host = members.filter(organisation__in=hosts, role=Role.BROKER)
    return [row.user for row in [*school, *host]]
