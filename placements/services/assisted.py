"""Applying on behalf of a student, with the student's yes first (features B4, O12)."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme
from placements import rules, student_emails, validators
from placements.enums import ApplicationOrigin, AssistedKind, AssistedStatus
from placements.models import AssistedApplication, Vacancy
from placements.services.applications import submit_application
from placements.services.drafts import save_draft
from placements.services.locks import lock_student
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student
from students.selectors import current_cv, current_search
from students.services import enrol_self

CONSENT_LINK = "assisted-consent"
TERM_DAYS = 14
"""Days in which a student can answer."""
KEEP_DAYS = 28
"""Days after the answer that a request is kept (R8)."""
MOST_A_DAY = 30
MIN_WORDS = 20
MAX_TEXT, MAX_GOALS = 3000, 5


def ask_student(
    *, student: Student, vacancy: Vacancy, actor: User, kind: str, motivation: str, learning_goals: list[str]
) -> AssistedApplication:
    """Ask a student whether a coordinator may apply for them, or introduce them. The organisation hears nothing yet.

    Raises RuleError text_required, not_own_student, too_many, the codes of `validate_can_apply` (it is kinder to say
    now that a place cannot be), and Conflict already_asked.
    """
    if not Student.objects.visible_to(actor).exclude(user=actor).filter(pk=student.pk).exists():
        raise RuleError("not_own_student", _("Deze student hoort niet bij jouw school."))
    text = _text(motivation)
    if kind == AssistedKind.APPLY:
        validators.validate_can_apply(student, current_search(student.user), vacancy)
    elif not rules.is_published(vacancy):
        raise RuleError("not_published", _("Deze plek staat niet meer open. Kies een andere plek."))
    with transaction.atomic():
        asked = _create(
            kind=AssistedKind(kind),
            origin=ApplicationOrigin.SCHOOL,
            vacancy=vacancy,
            student=student,
            school=student.school,
            motivation=text,
            learning_goals=_goals(learning_goals),
            asked_by=actor,
        )
        student_emails.assisted_ask(asked, _link(asked, user=student.user))
    return asked


def enter_from_mail(
    *,
    vacancy: Vacancy,
    actor: User,
    first_name: str,
    last_name: str,
    email: str,
    school: Organisation,
    motivation: str,
    learning_goals: list[str],
) -> AssistedApplication:
    """Enter an application that came by mail; its writer confirms it. Whether they have an account is not told.

    Raises RuleError text_required, not_yours, not_published, too_many and Conflict already_asked.
    """
    text, address = _text(motivation), email.strip().lower()
    if not rules.may_manage(actor, vacancy):
        raise RuleError("not_yours", _("Deze plek hoort niet bij jouw organisatie."), field="vacancy")
    if not rules.is_published(vacancy):
        raise RuleError("not_published", _("Deze plek staat niet meer open. Kies een andere plek."), field="vacancy")
    student = Student.objects.select_related("user").filter(user__email=address, is_active=True).first()
    with transaction.atomic():
        asked = _create(
            kind=AssistedKind.APPLY,
            origin=ApplicationOrigin.MAIL,
            vacancy=vacancy,
            student=student,
            school=school,
            email=address,
            first_name=first_name.strip()[:100],
            last_name=last_name.strip()[:120],
            motivation=text,
            learning_goals=_goals(learning_goals),
            asked_by=actor,
        )
        to: User | str = student.user if student else address
        student_emails.assisted_mail(asked, _link(asked, user=student.user if student else None), to)
    return asked


def _text(raw: str) -> str:
    text = raw.replace("\x00", "").strip()[:MAX_TEXT]
    if len(text) < MIN_WORDS:
        raise RuleError("text_required", _("Schrijf in een paar zinnen waarom deze plek past."), field="motivation")
    return text


def _goals(raw: list[str]) -> list[str]:
    return [goal[:200] for line in raw if (goal := line.replace("\x00", "").strip())][:MAX_GOALS]


def _create(*, asked_by: User, **values: object) -> AssistedApplication:
    today = AssistedApplication.objects.filter(asked_by=asked_by, asked_at__gt=now() - dt.timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise RuleError("too_many", _("Je deed vandaag al %(n)d aanvragen. Ga morgen verder.") % {"n": MOST_A_DAY})
    asked = AssistedApplication(
        asked_by=asked_by, asked_at=now(), expires_at=now() + dt.timedelta(days=TERM_DAYS), **values
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("already_asked", _("Dit is al gevraagd. Wacht op het antwoord van de student.")) from error
    return asked


def _link(asked: AssistedApplication, *, user: User | None) -> str:
    return make_link(
        purpose=CONSENT_LINK,
        subject=asked,
        expires_at=asked.expires_at,
        email=asked.email if user is None else "",
        user=user,
        actor=asked.asked_by,
    )


def _lock(asked: AssistedApplication) -> AssistedApplication:
    """Lock the student and then the request: the same order as when a reaction is sent."""
    if asked.student_id is not None:
        lock_student(asked.student_id)
    locked = (
        AssistedApplication.objects.select_related(
            "vacancy__organisation", "student__user", "student__school", "asked_by", "school"
        )
        .select_for_update(of=("self",))
        .get(pk=asked.pk)
    )
    if locked.status != AssistedStatus.WAITING or locked.expires_at <= now():
        raise Conflict("already_answered", _("Deze vraag is al beantwoord of verlopen. Je hoeft niets meer te doen."))
    return locked


def agree(*, asked: AssistedApplication, actor: User) -> AssistedApplication:
    """Say yes as the student: the application is sent, or the introduction is made.

    Raises Conflict already_answered, and the RuleErrors of `submit_application`; then nothing was sent, and
    `keep_as_draft` gives the student the text.
    """
    with transaction.atomic():
        locked = _lock(asked)
        student = locked.student
        if student is None or student.user_id != actor.pk:
            raise RuleError("not_yours", _("Deze vraag is niet aan jou gesteld."))
        if locked.kind == AssistedKind.APPLY:
            search = current_search(student.user)
            if search is None:
                raise RuleError("no_search", _("Vul eerst in welke stage je zoekt. Daarna kun je reageren."))
            submit_application(
                student=student,
                search=search,
                vacancy=locked.vacancy,
                actor=actor,
                motivation=locked.motivation,
                learning_goals=[str(goal) for goal in locked.learning_goals],
                cv=current_cv(student),
                origin=locked.origin,
            )
            locked.refresh_from_db()
        else:
            student_emails.introduction(locked)
            _close(locked, AssistedStatus.AGREED)
        revoke_links(subject=locked, actor=actor)
        if locked.origin == ApplicationOrigin.SCHOOL:
            student_emails.assisted_answer(locked)
    return locked


def decline(*, asked: AssistedApplication, actor: User | None) -> AssistedApplication:
    """Say no. It costs nothing and needs no reason; the text is wiped at once, and the organisation heard nothing."""
    with transaction.atomic():
        locked = _lock(asked)
        _close(locked, AssistedStatus.DECLINED)
        revoke_links(subject=locked, actor=actor)
        if locked.origin == ApplicationOrigin.SCHOOL:
            student_emails.assisted_answer(locked)
    return locked


def _close(asked: AssistedApplication, status: AssistedStatus) -> None:
    asked.status, asked.answered_at = status, now()
    if status != AssistedStatus.AGREED:
        asked.motivation, asked.learning_goals = "", []
    asked.save(update_fields=["status", "answered_at", "motivation", "learning_goals"])


def keep_as_draft(*, asked: AssistedApplication) -> None:
    """Put the prepared text ready as the student's own draft, for when it cannot be sent at once."""
    if asked.student is not None and asked.kind == AssistedKind.APPLY:
        goals = [str(goal) for goal in asked.learning_goals]
        save_draft(student=asked.student, vacancy=asked.vacancy, motivation=asked.motivation, learning_goals=goals)


def school_of_address(asked: AssistedApplication) -> Organisation | None:
    """Return the school whose domain the e-mail address has, when it is the school that was named; else None."""
    domain = asked.email.rpartition("@")[2]
    school = asked.school
    return school if school is not None and domain and school.email_domain.lower() == domain else None


def take_over(
    *,
    asked: AssistedApplication,
    first_name: str,
    last_name: str,
    programme: Programme,
    year: int,
    class_name: str = "",
) -> Student:
    """Make an account for whoever confirmed by the link in the mail, with the text ready as a draft.

    Opening that mail proves the address; belonging to the school follows from its domain. Raises Conflict
    already_answered or has_account, and the RuleErrors of `enrol_self`.
    """
    with transaction.atomic():
        locked = _lock(asked)
        if school_of_address(locked) is None:
            raise RuleError("no_school", _("Je school moet je eerst toevoegen. Vraag het aan je stagebegeleider."))
        if User.objects.filter(email=locked.email).exists():
            raise Conflict("has_account", _("Er is al een account met dit mailadres. Log in om verder te gaan."))
        user = User.objects.create_user(locked.email, first_name=first_name, last_name=last_name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        student = enrol_self(
            user=user,
            actor=user,
            first_name=first_name,
            last_name=last_name,
            programme=programme,
            year=year,
            class_name=class_name,
        )
        locked.student = student
        locked.status, locked.answered_at = AssistedStatus.AGREED, now()
        locked.save(update_fields=["student", "status", "answered_at"])
        keep_as_draft(asked=locked)
        revoke_links(subject=locked, actor=user)
    return student


def expire_requests() -> int:
    """End requests nobody answered in time, and wipe their text; return how many. Part of the morning round."""
    due = AssistedApplication.objects.filter(status=AssistedStatus.WAITING, expires_at__lte=now())
    return due.update(status=AssistedStatus.EXPIRED, answered_at=now(), motivation="", learning_goals=[])


def forget_requests(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete requests that ended 28 days ago or longer; return how many. The reaction that came of it has its own term."""
    rows = AssistedApplication.objects.exclude(status=AssistedStatus.WAITING).filter(
        answered_at__date__lte=day - dt.timedelta(days=KEEP_DAYS)
    )
    return rows.count() if dry_run else rows.delete()[0]
