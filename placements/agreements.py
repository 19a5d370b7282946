"""Where the team's agreement with a vacancy stands: read by the editor, the list, the team's page and `publish_vacancy`."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import AgreementStatus, VacancyStatus
from placements.models import Vacancy, VacancyAgreement
from stagematch.accounts.models import User

# What a teamcoach says yes to. Dates of publication, the answer term and the like are the stagemakelaar's own business.
AGREED_FIELDS = (
    "team_id",
    "location_id",
    "period_id",
    "kind",
    "title",
    "summary",
    "tasks",
    "expectations",
    "guidance",
    "day_in_team",
    "wanted_profile",
    "wished_goals",
    "starts_on",
    "ends_on",
    "weekdays",
    "days_per_week",
    "days_fixed",
    "hours_min",
    "hours_max",
    "times",
    "places",
    "guidance_hours",
    "years",
    "routes",
    "vog_needed",
    "min_age",
    "requirements",
)


def fingerprint(vacancy: Vacancy) -> str:
    """Return a mark of what a teamcoach agrees with: the same text, days and people give the same mark. One query."""
    return mark_of(vacancy, [one.supervisor_id for one in vacancy.supervisors.all()])


def mark_of(vacancy: Vacancy, people: Iterable[int]) -> str:
    """The same when the people on the vacancy are known: keys of their memberships. No query."""
    values = [str(getattr(vacancy, name)).strip().replace("\r\n", "\n") for name in AGREED_FIELDS]
    return hashlib.sha256(json.dumps([values, sorted(people)], ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class AgreementState:
    """How it stands, for a screen: `given` is what publishing asks for."""

    needed: bool
    given: bool
    waits: bool
    changed: bool
    text: str
    latest: VacancyAgreement | None = None

    @property
    def badge(self) -> str:
        """The colour of the status badge."""
        if self.given:
            return "safe"
        return "active" if self.waits else "warning" if self.needed else "neutral"


def latest_agreement(vacancy: Vacancy) -> VacancyAgreement | None:
    """Return the last question and its answer; one that was replaced by a newer one does not count."""
    return (
        VacancyAgreement.objects.filter(vacancy=vacancy)
        .exclude(status=AgreementStatus.REPLACED)
        .select_related("asked_by", "answered_by")
        .first()
    )


def state_of(vacancy: Vacancy) -> AgreementState:
    """Return how the agreement of this vacancy stands. Two queries."""
    needed = vacancy.organisation.vacancy_agreement
    latest = latest_agreement(vacancy)
    if latest is None:
        text = _("Nog niet gevraagd.") if needed else _("Niet nodig bij jullie organisatie.")
        return AgreementState(needed, False, False, False, text)
    changed = latest.fingerprint != fingerprint(vacancy)
    status = AgreementStatus(latest.status)
    given = status in {AgreementStatus.AGREED, AgreementStatus.SKIPPED} and not changed
    waits = status == AgreementStatus.REQUESTED
    return AgreementState(needed, given, waits, changed, _words(latest, changed), latest)


def _words(latest: VacancyAgreement, changed: bool) -> str:
    day = date_format(timezone.localtime(latest.answered_at or latest.asked_at), "j F")
    facts = {"name": latest.answered_name or _("het team"), "day": day, "names": latest.asked_names}
    match latest.status:
        case AgreementStatus.AGREED:
            text = _("%(name)s gaf akkoord op %(day)s.") % facts
        case AgreementStatus.CHANGES:
            return _("%(name)s wil op %(day)s iets veranderen. Pas de tekst aan en vraag opnieuw akkoord.") % facts
        case AgreementStatus.SKIPPED:
            text = _("Overgeslagen op %(day)s, met een reden.") % facts
        case _:
            text = _("Gevraagd op %(day)s aan %(names)s. Er is nog geen antwoord.") % facts
    if changed and latest.status != AgreementStatus.REQUESTED:
        text += " " + _("Daarna is de tekst veranderd: vraag opnieuw akkoord.")
    return text


def team_leads_of(vacancy: Vacancy) -> QuerySet[Membership]:
    """The teamcoaches who can agree with this vacancy."""
    return (
        Membership.objects.active()
        .filter(organisation=vacancy.organisation_id, role=Role.TEAM_LEAD, teams=vacancy.team_id)
        .select_related("user")
        .order_by("user__last_name", "pk")
    )


def may_agree(user: User, agreement: VacancyAgreement) -> bool:
    """Whether this person leads the team of the vacancy."""
    return user.is_superuser or team_leads_of(agreement.vacancy).filter(user=user).exists()


def agreements_for(user: User) -> QuerySet[VacancyAgreement]:
    """The questions that wait for this teamcoach, oldest first."""
    leads = Membership.objects.filter(user=user, is_active=True, role=Role.TEAM_LEAD)
    return (
        VacancyAgreement.objects.filter(status=AgreementStatus.REQUESTED, vacancy__team__in=leads.values("teams"))
        .exclude(vacancy__status=VacancyStatus.CLOSED)
        .select_related("vacancy__team__organisation", "vacancy__period", "asked_by")
        .order_by("asked_at", "pk")
    )
