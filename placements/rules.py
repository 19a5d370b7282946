"""Predicates of placements: (user, object) to yes or no, and the few numbers that are rules of the product."""

from django.contrib.auth.models import AnonymousUser

from organisations.enums import Role, Route
from organisations.models import Membership
from placements.enums import ApplicationOrigin, ApplicationStatus, VacancyStatus
from placements.models import Application, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import today
from students.models import Student

PERIOD_PERCENT = 80
"""A place must cover at least this part of the period a student needs (matching rule M2 'period')."""
MIN_EXPLANATION = 60
"""Characters of an explanation with a rejection (R2)."""
LAST_EXPLANATIONS = 20
"""An explanation may not repeat one of so many last ones of the organisation or the person (R2)."""
SIMILAR = 0.8
"""From this share of equal words in the same order on, two explanations count as the same (R2)."""
MIN_OWN_WORDS = 8
"""Words an explanation needs besides those of a template (R2)."""
MIN_DIFFERENT_WORDS = 8
"""Different words an explanation needs, so that one repeated word does not pass for one (R2)."""
MIN_POSITIVE_WORDS = 3
"""Words of what was good (R2)."""
RETENTION_DAYS = 28
"""Days after its end that a closed application is kept (R8)."""


def accepts_route(vacancy: Vacancy, route: str) -> bool:
    """Whether the vacancy takes students of this leerweg; `Vacancy.routes` has a bit per `Route`, in its order."""
    return bool(vacancy.routes & Route(route).bit)


def accepts_year(vacancy: Vacancy, year: int) -> bool:
    """Whether the vacancy takes students of this leerjaar; bit n-1 stands for leerjaar n."""
    return bool(vacancy.years & (1 << (year - 1)))


def is_published(vacancy: Vacancy) -> bool:
    """Whether anybody may see this vacancy today; the same words as `VacancyQuerySet.published`."""
    day = today()
    return (
        vacancy.status == VacancyStatus.PUBLISHED
        and vacancy.publish_from is not None
        and vacancy.publish_from <= day
        and (vacancy.publish_until is None or vacancy.publish_until >= day)
        and vacancy.organisation.is_approved
        and vacancy.reserved_for_id is None
    )


def is_open_for(vacancy: Vacancy, student: Student) -> bool:
    """Whether this student may react today: a published place, or one the student found and that is kept for them."""
    if vacancy.reserved_for_id is None:
        return is_published(vacancy)
    return vacancy.reserved_for_id == student.pk and vacancy.status == VacancyStatus.PUBLISHED


def takes_applications(vacancy: Vacancy) -> bool:
    """Whether there is room for one more application (R3). Reads the database; under the vacancy's lock it is exact."""
    return vacancy.places_free > 0 and takes_more(vacancy, open_applications(vacancy))


def takes_more(vacancy: Vacancy, waiting: int) -> bool:
    """The same for who has counted how many applications wait for an outcome."""
    return vacancy.places_free > 0 and waiting < vacancy.application_cap


def open_applications(vacancy: Vacancy) -> int:
    """How many applications to this vacancy wait for an outcome."""
    return Application.objects.filter(vacancy=vacancy).open().count()


def name_is_visible(application: Application) -> bool:
    """Whether the organisation may know who this is (R4): from the invitation on, or when it screens with names."""
    if not application.vacancy.organisation.blind_screening or application.origin == ApplicationOrigin.OWN:
        return True  # who found the place by oneself has met them already
    return application.status in ApplicationStatus.name_visible()


def may_screen(user: User | AnonymousUser, application: Application) -> bool:
    """Whether `user` is a stagemakelaar of the organisation that got this application."""
    return Application.objects.screened_by(user).filter(pk=application.pk).exists()


def may_manage(user: User | AnonymousUser, vacancy: Vacancy) -> bool:
    """Whether `user` may edit, publish and close this vacancy."""
    return Vacancy.objects.managed_by(user).filter(pk=vacancy.pk).exists()


def is_broker(user: User | AnonymousUser) -> bool:
    """Whether `user` is a stagemakelaar anywhere, or platform admin."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or Membership.objects.filter(user=user, is_active=True, role=Role.BROKER).exists()


def has_room(vacancy: Vacancy) -> bool:
    """Whether vacancy and team can still take a student, offers that are out not counted."""
    pool_free = vacancy.pool is not None and vacancy.pool.taken < vacancy.pool.places
    return vacancy.places_free > 0 and pool_free
