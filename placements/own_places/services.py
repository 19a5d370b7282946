"""From a place a student found to an application like any other.

Known organisation: its stagemakelaar takes it up for a team, as a vacancy kept for this student; the team agrees, it is
published to the student alone, and the application follows. Unknown organisation: its contact says yes through a link
and the school approves; then the organisation gets a beginning (one team, the contact as stagemakelaar), and the same
vacancy and application. In public such an organisation only appears after the platform admin has approved it.

Locks: the student, then the own place, then what `services.locks` says.
"""

import datetime as dt
import re

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.enums import Route
from organisations.models import Organisation, TargetGroup, Team
from organisations.services import start_organisation
from organisations.weekdays import count
from placements import agreements
from placements.enums import AgreementStatus, ApplicationOrigin, OwnPlaceStatus
from placements.models import OwnPlace, Vacancy, VacancyAgreement
from placements.own_places import emails
from placements.services.applications import submit_application
from placements.services.locks import lock_student
from placements.services.vacancies import create_vacancy, publish_vacancy
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link, revoke_links
from stagematch.mail.models import OutgoingMail
from stagematch.regions.models import PostcodeArea
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

PURPOSE = "own_place"
LINK_DAYS = 28
WINDOW = dt.timedelta(days=30)
PER_STUDENT = 3
PER_ADDRESS = 3
"""Questions in 30 days: by one student, and to one address whoever asks."""
PLAIN_NAME = re.compile(r"(?!.*\w[.]\w)[\w][\w &'’.,()+-]{1,79}")
"""What the name of an organisation looks like. It stands in a mail to a stranger, so it can hold no address of a site."""
QUIET = dt.timedelta(days=365)
"""How long an address that asked for it hears nothing from any student."""
KEEP_DAYS = 28


def enter_own_place(
    *,
    student: Student,
    search: PlacementSearch,
    actor: User,
    organisation: Organisation | None,
    organisation_name: str,
    postcode: PostcodeArea,
    what: str,
    weekdays: int,
    target_groups: list[TargetGroup],
    contact_name: str = "",
    contact_email: str = "",
) -> OwnPlace:
    """Ask about a place a student found: the stagemakelaar of a known organisation, else its contact and the school.

    Raises RuleError no_search, already_asked, too_many, days, contact_needed, contact_own, contact_busy, odd_name.
    """
    contact_email = contact_email.strip().lower()
    with transaction.atomic():
        student = lock_student(student.pk)
        search = PlacementSearch.objects.select_related("period").get(pk=search.pk)
        if search.student_id != student.pk or search.status != SearchStatus.OPEN:
            raise RuleError(
                "no_search", _("Zet eerst je zoektocht aan. Dan weten we wanneer en hoeveel je stage loopt.")
            )
        if OwnPlace.objects.filter(search=search).open().exists():
            raise RuleError(
                "already_asked", _("Je hebt al een eigen plek ingevuld. Wacht op antwoord, of trek die in.")
            )
        if OwnPlace.objects.filter(student=student, created_at__gt=now() - WINDOW).count() >= PER_STUDENT:
            raise RuleError(
                "too_many",
                ngettext(
                    "Je kunt %(n)d eigen plek per maand invullen. Vraag je school om hulp.",
                    "Je kunt %(n)d eigen plekken per maand invullen. Vraag je school om hulp.",
                    PER_STUDENT,
                )
                % {"n": PER_STUDENT},
            )
        if count(weekdays & search.weekdays) < search.days_per_week:
            raise RuleError(
                "days",
                _("Kies minstens %(n)d dagen waarop jij kunt. Klopt je zoektocht niet? Pas die dan eerst aan.")
                % {"n": search.days_per_week},
                field="weekdays",
            )
        if organisation is None:
            _validate_contact(student, contact_email)
            if not PLAIN_NAME.fullmatch(organisation_name.strip()):
                raise RuleError(
                    "odd_name",
                    _("Vul alleen de naam van de organisatie in: hoogstens 80 tekens, zonder webadres."),
                    field="organisation_name",
                )
        place = OwnPlace.objects.create(
            student=student,
            search=search,
            organisation=organisation,
            organisation_name=(organisation.name if organisation else organisation_name).strip()[:120],
            postcode=postcode,
            contact_name="" if organisation else contact_name.strip(),
            contact_email="" if organisation else contact_email,
            what=what.strip(),
            weekdays=weekdays,
        )
        place.target_groups.set(target_groups)
        if organisation is not None:
            emails.asked_of_brokers(place)
        else:
            expires_at = now() + dt.timedelta(days=LINK_DAYS)
            address = make_link(purpose=PURPOSE, subject=place, expires_at=expires_at, email=contact_email, actor=actor)
            emails.asked_of_contact(place, address)
            emails.asked_of_school(place)
    return place


def _validate_contact(student: Student, email: str) -> None:
    """Who gets a mail because a student typed an address: never the student, and nobody often."""
    if not email:
        raise RuleError("contact_needed", _("Vul het e-mailadres in van iemand die daar werkt."), field="contact_email")
    domain = email.rpartition("@")[2]
    own = student.school.email_domain.strip().lower()
    if email == student.user.email or (own and domain == own):
        raise RuleError(
            "contact_own", _("Dit is een adres van een student. Vul het adres in van iemand die daar werkt."),
            field="contact_email",
        )  # fmt: skip
    asked = OwnPlace.objects.filter(contact_email=email)
    if (
        asked.filter(contact_stop=True, created_at__gt=now() - QUIET).exists()
        or asked.filter(created_at__gt=now() - WINDOW).count() >= PER_ADDRESS
    ):
        raise RuleError(
            "contact_busy",
            _("We mailen dit adres nu niet. Vraag of je school contact opneemt met de organisatie."),
            field="contact_email",
        )


def _locked(place: OwnPlace) -> OwnPlace:
    """Lock the student and then the place; raise Conflict when it is over."""
    lock_student(place.student_id)
    locked = (
        OwnPlace.objects.select_related(
            "student__user", "student__school", "search__period", "organisation", "postcode"
        )
        .select_for_update(of=("self",), no_key=True)
        .get(pk=place.pk)
    )
    if not locked.is_open:
        raise Conflict(
            "status_changed", _("Deze plek staat nu op '%(status)s'.") % {"status": locked.get_status_display()}
        )
    return locked


def _close(place: OwnPlace, status: OwnPlaceStatus, *, actor: User | None, remark: str = "") -> None:
    place.status = status
    place.closed_at = now()
    place.answered_by = actor
    place.remark = remark.strip()[:1000]
    place.save()
    revoke_links(subject=place, purpose=PURPOSE, actor=actor)


def withdraw_own_place(*, place: OwnPlace, actor: User) -> OwnPlace:
    """Take the question back, by the student, while nobody has made a place of it."""
    with transaction.atomic():
        locked = _locked(place)
        if locked.status != OwnPlaceStatus.ASKED:
            raise Conflict("status_changed", _("De organisatie is al bezig met je plek. Bel of mail hen."))
        _close(locked, OwnPlaceStatus.WITHDRAWN, actor=actor)
    return locked


def decline_own_place(*, place: OwnPlace, actor: User | None, remark: str, stop: bool = False) -> OwnPlace:
    """Say no, by stagemakelaar, contact or school, in words the student reads. `stop`: mail this address no more.

    Raises RuleError `remark_required`.
    """
    if len(remark.strip()) < 10:
        raise RuleError("remark_required", _("Schrijf kort waarom. De student leest dit."), field="remark")
    with transaction.atomic():
        locked = _locked(place)
        locked.contact_stop = stop
        _close(locked, OwnPlaceStatus.DECLINED, actor=actor, remark=remark)
        emails.answered(locked, ready=False)
    return locked


def take_up_own_place(*, place: OwnPlace, team: Team, actor: User) -> Vacancy:
    """Make a draft vacancy of it for a team of the organisation, kept for this student; then it goes like any vacancy.

    Raises RuleError `wrong_team`, `no_location`, Conflict `status_changed`.
    """
    with transaction.atomic():
        locked = _locked(place)
        if locked.status != OwnPlaceStatus.ASKED:
            raise Conflict("status_changed", _("Een collega is al met deze plek bezig."))
        if team.organisation_id != locked.organisation_id:
            raise RuleError("wrong_team", _("Dit team is van een andere organisatie."), field="team")
        locked.vacancy = _vacancy_of(locked, team, actor)
        locked.status = OwnPlaceStatus.TAKEN_UP
        locked.answered_by = actor
        locked.save()
    return locked.vacancy


def _vacancy_of(place: OwnPlace, team: Team, actor: User | None) -> Vacancy:
    search, student = place.search, place.student
    location = team.location or team.organisation.locations.first()
    if location is None:
        raise RuleError("no_location", _("Dit team heeft nog geen locatie. Vul die eerst in."), field="team")
    return create_vacancy(
        team=team,
        actor=actor,
        location=location,
        period=search.period,
        title=_("Eigen plek bij %(name)s") % {"name": place.organisation_name[:100]},
        summary=_("Een plek die een student zelf vond."),
        tasks=place.what,
        starts_on=search.starts_on,
        ends_on=search.ends_on,
        weekdays=place.weekdays,
        days_per_week=search.days_per_week,
        hours_min=search.hours_per_week,
        hours_max=search.hours_per_week,
        years=1 << (student.year - 1),
        routes=1 << list(Route).index(Route(search.route)),
        places=1,
        reserved_for=student,
        response_term_days=team.organisation.response_term_days,
        qualifications=[student.programme.qualification],
        target_groups=list(place.target_groups.all()),
    )


def contact_agrees(*, place: OwnPlace, name: str, actor: User | None = None) -> OwnPlace:
    """The contact says that it is so; when the school has said yes too, the place is made."""
    with transaction.atomic():
        locked = _locked(place)
        if locked.organisation_id is not None or locked.contact_agrees:
            return locked
        locked.contact_agrees = True
        locked.contact_name = name.strip()[:100] or locked.contact_name
        locked.save(update_fields=["contact_agrees", "contact_name"])
        _settle(locked)
    return locked


def school_agrees(*, place: OwnPlace, actor: User) -> OwnPlace:
    """The school knows the organisation and finds it fit; when the contact has said yes too, the place is made."""
    with transaction.atomic():
        locked = _locked(place)
        if locked.organisation_id is not None or locked.school_agrees:
            return locked
        locked.school_agrees = True
        locked.answered_by = actor
        locked.save(update_fields=["school_agrees", "answered_by"])
        _settle(locked)
    return locked


def _settle(place: OwnPlace) -> None:
    """With both a yes: give the organisation a beginning, make the vacancy, and publish it to this student alone."""
    if not (place.contact_agrees and place.school_agrees):
        return
    school = place.student.school
    team, _pool = start_organisation(
        name=place.organisation_name,
        postcode=place.postcode,
        period=place.search.period,
        contact_name=place.contact_name,
        contact_email=place.contact_email,
        note=_("Ingevuld door een student, nagekeken door %(school)s.") % {"school": school.name},
    )
    place.organisation = team.organisation
    vacancy = _vacancy_of(place, team, None)
    place.vacancy = vacancy
    place.status = OwnPlaceStatus.TAKEN_UP
    place.save()
    VacancyAgreement.objects.create(
        vacancy=vacancy,
        status=AgreementStatus.AGREED,
        asked_names=place.contact_name,
        answered_at=now(),
        answered_name=place.contact_name,
        fingerprint=agreements.fingerprint(vacancy),
    )
    revoke_links(subject=place, purpose=PURPOSE, actor=None)
    publish_vacancy(vacancy=vacancy, actor=None)


def apply_to_own_place(vacancy: Vacancy) -> None:
    """Send the student's application to the place that was kept for them; called when it is published.

    The caller has locked the student and the vacancy. When a rule stands in the way, such as the number of open
    applications (R3), the student gets a mail to send it by hand.
    """
    place = (
        OwnPlace.objects.select_related("student__user", "student__school", "search")
        .select_for_update(of=("self",), no_key=True)
        .filter(vacancy=vacancy)
        .first()
    )
    if place is None or place.application_id is not None:
        return
    goals = list(place.search.learning_goals.values_list("text", flat=True))
    try:
        with transaction.atomic():
            application = submit_application(
                student=place.student,
                search=place.search,
                vacancy=vacancy,
                actor=place.student.user,
                motivation=place.what,
                learning_goals=goals,
                cv=place.student.documents.filter(kind="cv", is_current=True).first(),
                origin=ApplicationOrigin.OWN,
            )
    except RuleError:
        emails.answered(place, ready=True)
        return
    place.application = application
    place.status = OwnPlaceStatus.ACCEPTED
    place.closed_at = now()
    place.save(update_fields=["application", "status", "closed_at"])
    emails.answered(place, ready=False)


def forget_own_places(*, day: dt.date, dry_run: bool = False) -> int:
    """Four weeks after it was closed: delete what came to nothing, and wipe the contact of what became a place (R8)."""
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    before = midnight - dt.timedelta(days=KEEP_DAYS - 1)
    old = OwnPlace.objects.filter(closed_at__lt=before)
    # Who asked for silence stays known for as long as the silence lasts.
    quiet = Q(contact_stop=True, created_at__gt=before - QUIET)
    gone = old.filter(status__in=[OwnPlaceStatus.DECLINED, OwnPlaceStatus.WITHDRAWN]).exclude(quiet)
    wiped = old.filter(status=OwnPlaceStatus.ACCEPTED).exclude(contact_email="", contact_name="")
    if dry_run:
        return gone.count() + wiped.count()
    for public_id in gone.values_list("public_id", flat=True):
        OutgoingMail.objects.filter(key__startswith="own_place_", key__contains=f":{public_id}:").delete()
    number = gone.count()
    gone.delete()
    return number + wiped.update(contact_email="", contact_name="")
