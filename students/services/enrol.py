"""Becoming a student by oneself: an account with a school's address is there, the profile is not yet."""

import uuid

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student

SELF_PREFIX = "zelf-"
"""How the student number of somebody who registered begins, until the school's import gives the real one."""


def school_for(user: User) -> Organisation | None:
    """Return the approved school whose e-mail domain this person proved to have, or None.

    Only a confirmed address counts: an account could otherwise claim any school.
    """
    domain = user.email.rpartition("@")[2].strip().lower()
    if not domain or not EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        return None
    return Organisation.objects.public().schools().filter(email_domain__iexact=domain).order_by("pk").first()


def enrol_self(
    *, user: User, actor: User, first_name: str, last_name: str, programme: Programme, year: int, class_name: str = ""
) -> Student:
    """Make this person a student of the school their address belongs to.

    Raises RuleError `no_school` when there is no such school or the opleiding is another school's, `wrong_year` for a
    leerjaar the opleiding does not have, and Conflict `is_student` for somebody who is a student already.
    """
    school = school_for(user)
    if school is None or programme.school_id != school.pk:
        raise RuleError("no_school", _("Deze opleiding hoort niet bij jouw school. Kies een opleiding uit de lijst."))
    if not 1 <= year <= programme.years:
        raise RuleError(
            "wrong_year",
            _("Deze opleiding heeft %(years)d leerjaren. Kies een leerjaar dat klopt.") % {"years": programme.years},
            field="year",
        )
    with transaction.atomic():
        user.first_name, user.last_name = first_name.strip(), last_name.strip()
        user.save(update_fields=["first_name", "last_name"])
        try:
            with transaction.atomic():
                return Student.objects.create(
                    user=user,
                    school=school,
                    programme=programme,
                    student_number=f"{SELF_PREFIX}{uuid.uuid4().hex[:12]}",
                    year=year,
                    class_name=class_name.strip(),
                )
        except IntegrityError as error:
            raise Conflict("is_student", _("Je profiel is er al. Je kunt meteen verder.")) from error
