"""Asking the team whether the text of a vacancy is right, and its answer (features O3).

Locks: the vacancy, then the agreement. Nobody locks an agreement first.
"""

import datetime as dt

from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from placements import vacancy_emails as emails
from placements.agreements import fingerprint, latest_agreement, team_leads_of
from placements.enums import AgreementStatus, VacancyStatus
from placements.models import Vacancy, VacancyAgreement
from placements.services.locks import lock_vacancy
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError

PURPOSE = "vacancy_agreement"
LINK_DAYS = 42
MIN_REASON = 15
ASKS_A_DAY = 5
"""Questions about one vacancy in 24 hours: enough for a text that goes to and fro, too few to fill a mailbox."""


def ask_agreement(*, vacancy: Vacancy, actor: User, email: str = "", name: str = "") -> VacancyAgreement:
    """Mail the teamcoaches of the team a link to the whole vacancy, or the person with `email` when one is typed.

    A question that was still open is replaced and its links closed. Raises RuleError `agreement_closed` for a closed
    vacancy, `no_team_lead`, `bad_email` and `asked_too_often`, and what is missing (`incomplete`).
    """
    from placements.services.vacancies import missing_texts  # vacancies asks this module for the agreement

    email = email.strip()
    if email:
        try:
            validate_email(email)
        except Exception as error:
            raise RuleError("bad_email", _("Dit is geen e-mailadres. Kijk het na."), field="email") from error
    with transaction.atomic():
        locked = lock_vacancy(vacancy.pk)
        if locked.status == VacancyStatus.CLOSED:
            raise RuleError("agreement_closed", _("Deze vacature is gesloten. Zet hem eerst terug naar concept."))
        missing = missing_texts(locked)
        if missing:
            raise RuleError("incomplete", _("Vul eerst in: %(missing)s.") % {"missing": ", ".join(missing)})
        leads = [] if email else [row.user for row in team_leads_of(locked)]
        if not leads and not email:
            raise RuleError(
                "no_team_lead",
                _("Dit team heeft nog geen teamcoach. Vul hieronder een naam en e-mailadres in."),
                field="email",
            )
        since = now() - dt.timedelta(days=1)
        if VacancyAgreement.objects.filter(vacancy=locked, asked_at__gt=since).count() >= ASKS_A_DAY:
            raise RuleError(
                "asked_too_often", _("Je vroeg dit vandaag al een paar keer. Bel het team, of wacht tot morgen.")
            )
        _replace_open(locked, actor)
        names = [name.strip() or email] if email else [lead.get_full_name() for lead in leads]
        agreement = VacancyAgreement.objects.create(
            vacancy=locked,
            asked_by=actor,
            asked_at=now(),
            asked_names=", ".join(names)[:300],
            fingerprint=fingerprint(locked),
        )
        expires_at = now() + dt.timedelta(days=LINK_DAYS)
        for lead in leads:
            address = make_link(purpose=PURPOSE, subject=agreement, expires_at=expires_at, user=lead, actor=actor)
            emails.vacancy_agreement(agreement, to=lead, address=address)
        if email:
            address = make_link(purpose=PURPOSE, subject=agreement, expires_at=expires_at, email=email, actor=actor)
            emails.vacancy_agreement(agreement, to=email, address=address)
    return agreement


def _replace_open(vacancy: Vacancy, actor: User | None) -> None:
    for agreement in VacancyAgreement.objects.select_for_update().filter(
        vacancy=vacancy, status=AgreementStatus.REQUESTED
    ):
        agreement.status = AgreementStatus.REPLACED
        agreement.save(update_fields=["status"])
        revoke_links(subject=agreement, purpose=PURPOSE, actor=actor)


def answer_agreement(
    *, agreement: VacancyAgreement, agrees: bool, read: str, remark: str = "", actor: User | None = None, name: str = ""
) -> VacancyAgreement:
    """Say yes to the text that was read (`read` is its fingerprint), or say what must change.

    `actor` is who is signed in, `name` whoever came through a link. Raises RuleError `remark_required` for 'pas aan'
    without a remark, Conflict `text_changed` when the text is no longer the one that was read, `already_answered` and
    `replaced`.
    """
    remark = remark.strip()[:2000]
    if not agrees and not remark:
        raise RuleError(
            "remark_required", _("Schrijf wat er anders moet. Dan kan de stagemakelaar het aanpassen."), field="remark"
        )
    with transaction.atomic():
        vacancy = lock_vacancy(agreement.vacancy_id)
        locked = VacancyAgreement.objects.select_for_update().get(pk=agreement.pk)
        locked.vacancy = vacancy
        _require_open(locked)
        current = fingerprint(vacancy)
        if agrees and read != current:
            raise Conflict(
                "text_changed", _("De tekst is net aangepast. Lees hem nog een keer en geef dan je antwoord.")
            )
        locked.status = AgreementStatus.AGREED if agrees else AgreementStatus.CHANGES
        locked.answered_at = now()
        locked.answered_by = actor
        locked.answered_name = (actor.get_full_name() if actor else name).strip()[:160]
        locked.remark = remark
        locked.fingerprint = current if agrees else read
        locked.save(update_fields=["status", "answered_at", "answered_by", "answered_name", "remark", "fingerprint"])
        emails.vacancy_agreement_answered(locked)
    return locked


def _require_open(agreement: VacancyAgreement) -> None:
    match agreement.status:
        case AgreementStatus.REQUESTED:
            return
        case AgreementStatus.AGREED | AgreementStatus.CHANGES:
            who = agreement.answered_name or _("Een collega")
            raise Conflict("already_answered", _("%(who)s gaf al antwoord op deze vraag.") % {"who": who})
        case _:
            raise Conflict(
                "replaced",
                _("Deze vraag geldt niet meer. De stagemakelaar stuurde een nieuwe, of heeft hem niet meer nodig."),
            )


def skip_agreement(*, vacancy: Vacancy, actor: User, reason: str) -> VacancyAgreement:
    """Go on without the team's agreement, with a reason that stays to be read in the admin.

    Raises RuleError `skip_reason` when the reason is shorter than 15 characters.
    """
    reason = reason.strip()
    if len(reason) < MIN_REASON:
        raise RuleError(
            "skip_reason",
            _("Schrijf in één zin waarom het zonder akkoord kan. De platformbeheerder kan dit lezen."),
            field="skip_reason",
        )
    with transaction.atomic():
        locked = lock_vacancy(vacancy.pk)
        _replace_open(locked, actor)
        return VacancyAgreement.objects.create(
            vacancy=locked,
            status=AgreementStatus.SKIPPED,
            asked_by=actor,
            asked_at=now(),
            answered_at=now(),
            answered_by=actor,
            answered_name=actor.get_full_name()[:160],
            remark=reason[:2000],
            fingerprint=fingerprint(locked),
        )


def require_agreement(vacancy: Vacancy) -> None:
    """Raise RuleError `agreement_needed` when the organisation asks its teams and this text has no agreement yet."""
    if not vacancy.organisation.vacancy_agreement:
        return
    latest = latest_agreement(vacancy)
    if latest is None or latest.status not in {AgreementStatus.AGREED, AgreementStatus.SKIPPED}:
        raise RuleError("agreement_needed", _("De teamcoach gaf nog geen akkoord op deze vacature. Vraag dat eerst."))
    if latest.fingerprint != fingerprint(vacancy):
        raise RuleError(
            "agreement_needed", _("De vacature is veranderd na het akkoord van de teamcoach. Vraag opnieuw akkoord.")
        )
