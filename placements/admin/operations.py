"""What can be done with a vacancy from the admin, alone or with many at once: to whom it applies, what it asks, what it does.

Nothing changes by following a link: the first step shows what would happen and what is left out and why, the second
one does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from placements import services
from placements.accreditation import checks_of
from placements.agreements import state_of
from placements.enums import VACANCY_TRANSITIONS, ApplicationStatus, VacancyStatus
from placements.models import Application, Vacancy
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError

Text = str | Promise


class Operation:
    """One thing one can do with a vacancy."""

    slug: ClassVar[str]  # in the address
    label: ClassVar[Text]  # on the button
    title: ClassVar[Text]
    question: ClassVar[Text]
    done: ClassVar[Text]
    target: ClassVar[VacancyStatus]

    def why_not(self, vacancy: Vacancy) -> str:
        """Why this vacancy is left out, in words; empty when the operation applies to it."""
        if self.target not in VACANCY_TRANSITIONS[VacancyStatus(vacancy.status)]:
            return _("staat op '%(status)s'") % {"status": vacancy.get_status_display()}
        return ""

    def warnings(self, vacancy: Vacancy) -> list[str]:
        """What one should know before doing it."""
        return []

    def apply(self, vacancy: Vacancy, actor: User) -> None:
        """Do it; raises RuleError when a service refuses."""
        raise NotImplementedError


class Publish(Operation):
    """Show it to students."""

    slug = "publiceren"
    title = gettext_lazy("Vacature publiceren")
    label = gettext_lazy("Publiceer")
    question = gettext_lazy("Wil je deze vacature laten zien aan studenten?")
    done = gettext_lazy("De vacature staat online.")
    target = VacancyStatus.PUBLISHED

    def why_not(self, vacancy: Vacancy) -> str:
        """Also when something is still missing."""
        missing = "" if vacancy.status != VacancyStatus.DRAFT else ", ".join(services.missing_for_publishing(vacancy))
        if missing:
            return _("nog niet compleet: %(missing)s") % {"missing": missing}
        return super().why_not(vacancy) or self._refusal(vacancy)

    def _refusal(self, vacancy: Vacancy) -> str:
        """The team's agreement and the erkenning, as the service will ask for them."""
        refused = [check for check in checks_of(vacancy) if check.level == "refused"]
        if refused:
            return f"{refused[0].text} {refused[0].advice}"
        state = state_of(vacancy)
        return _("akkoord van het team: %(state)s") % {"state": state.text} if state.needed and not state.given else ""

    def warnings(self, vacancy: Vacancy) -> list[str]:
        """What is not known of the erkenning: publishing may, with open eyes."""
        return [f"{check.text} {check.advice}" for check in checks_of(vacancy) if check.level == "warning"]

    def apply(self, vacancy: Vacancy, actor: User) -> None:
        services.publish_vacancy(vacancy=vacancy, actor=actor)


class _End(Operation):
    def why_not(self, vacancy: Vacancy) -> str:
        """Also while students wait for an answer (R1)."""
        waiting = Application.objects.filter(vacancy=vacancy, status__in=ApplicationStatus.open_statuses()).count()
        if waiting:
            return ngettext(
                "er wacht nog %(n)d student op antwoord", "er wachten nog %(n)d studenten op antwoord", waiting
            ) % {"n": waiting}
        return super().why_not(vacancy)


class Unpublish(_End):
    """Take it back to draft."""

    slug = "terug-naar-concept"
    title = gettext_lazy("Vacature terugzetten")
    label = gettext_lazy("Zet terug naar concept")
    question = gettext_lazy("Wil je deze vacature terugzetten naar concept? Studenten zien hem dan niet meer.")
    done = gettext_lazy("De vacature is weer een concept.")
    target = VacancyStatus.DRAFT

    def apply(self, vacancy: Vacancy, actor: User) -> None:
        services.unpublish_vacancy(vacancy=vacancy, actor=actor)


class Close(_End):
    """End it."""

    slug = "sluiten"
    title = gettext_lazy("Vacature sluiten")
    label = gettext_lazy("Sluit")
    question = gettext_lazy("Wil je deze vacature sluiten? Studenten kunnen dan niet meer reageren.")
    done = gettext_lazy("De vacature is gesloten.")
    target = VacancyStatus.CLOSED

    def apply(self, vacancy: Vacancy, actor: User) -> None:
        services.close_vacancy(vacancy=vacancy, actor=actor)


OPERATIONS: tuple[Operation, ...] = (Publish(), Unpublish(), Close())


@dataclass(frozen=True)
class Plan:
    """What an operation would do with a selection."""

    operation: Operation
    takes: list[Vacancy]
    skips: list[tuple[Vacancy, str]]

    @property
    def warnings(self) -> list[tuple[Vacancy, str]]:
        """What one should know of those it applies to."""
        return [(vacancy, text) for vacancy in self.takes for text in self.operation.warnings(vacancy)]


def plan(operation: Operation, vacancies: Iterable[Vacancy]) -> Plan:
    """Sort a selection into what the operation applies to, and what is skipped and why."""
    takes, skips = [], []
    for vacancy in vacancies:
        reason = operation.why_not(vacancy)
        if reason:
            skips.append((vacancy, reason))
        else:
            takes.append(vacancy)
    return Plan(operation, takes, skips)


def carry_out(planned: Plan, actor: User) -> tuple[int, list[str]]:
    """Apply to each by itself; return how many went well and what was refused meanwhile, in words."""
    done, refused = 0, []
    for vacancy in planned.takes:
        try:
            planned.operation.apply(vacancy, actor)
        except RuleError as error:
            refused.append(f"{vacancy}: {error.message}")
        else:
            done += 1
    return done, refused
