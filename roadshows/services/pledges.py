"""Recording a promise, confirming it, and changing it; every write about pledges but the links with vacancies.

Who may: an organiser of its roadshow (all), the stagemakelaar of its organisation (what is their own), a helper with
the organiser's link (record only), and whoever reads the contact's mail (confirm, answer, change).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership, Organisation, Team
from organisations.roles import has_role_at
from roadshows import pledge_emails, rules
from roadshows.enums import RoadshowStatus
from roadshows.models import Pledge, PledgeDesk, Roadshow
from roadshows.pledge_enums import PledgeAnswer, PledgeKind, PledgeRoute, PledgeStatus, PledgeStepKind
from roadshows.services.pledge_links import refresh_locked, suggest_links
from roadshows.services.pledge_status import lock_pledge, move_pledge, save, write_step
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link, make_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError

HELPER = "pledge-helper"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1: people read it off a screen
UNCONFIRMED_A_DAY = 5  # mails we send to one address because somebody typed it
SAME = dt.timedelta(minutes=10)  # the same promise again within this time is a second tap on the button
QUIET = dt.timedelta(days=60)  # after 'that was not me'
OPEN_AFTER = 60  # days after the roadshow that one can still pledge at it
TAKES_PLEDGES = frozenset({RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED, RoadshowStatus.HELD})
_DETAILS = ("number", "years", "weekdays", "period", "has_guide", "contact_name", "note")


# --- the desk -----------------------------------------------------------------------------------------


@transaction.atomic
def set_desk(*, roadshow: Roadshow, is_open: bool, actor: User) -> PledgeDesk:
    """Let people pledge at this roadshow, or stop that. Opened again it has a new code. Raises PermissionDenied."""
    _require_organiser(roadshow, actor)
    Roadshow.objects.select_for_update(no_key=True).get(pk=roadshow.pk)
    code = "".join(secrets.choice(CODE_LETTERS) for _n in range(6))
    desk, is_new = PledgeDesk.objects.get_or_create(roadshow=roadshow, defaults={"code": code, "is_open": is_open})
    if not is_new and desk.is_open != is_open:
        desk.is_open = is_open
        if is_open:
            desk.code, desk.opened_at = code, now()
        desk.save(update_fields=["is_open", "code", "opened_at"])
    if not is_open:
        revoke_links(subject=roadshow, purpose=HELPER, actor=actor)
    return desk


def takes_pledges(roadshow: Roadshow, desk: PledgeDesk | None) -> bool:
    """Whether one can pledge at this roadshow now: its desk is open, it goes on, and is not long over."""
    if desk is None or not desk.is_open or roadshow.status not in TAKES_PLEDGES:
        return False
    return roadshow.day is None or today() <= roadshow.day + dt.timedelta(days=OPEN_AFTER)


@transaction.atomic
def make_helper_link(*, roadshow: Roadshow, actor: User) -> str:
    """Return the address with which helpers record promises, until the day after the roadshow; older ones stop.

    Raises PermissionDenied.
    """
    _require_organiser(roadshow, actor)
    revoke_links(subject=roadshow, purpose=HELPER, actor=actor)
    day = max(roadshow.day or today() + dt.timedelta(days=14), today()) + dt.timedelta(days=2)
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    return make_link(
        purpose=HELPER, subject=roadshow, expires_at=min(midnight, now() + dt.timedelta(days=399)), actor=actor
    )


# --- recording ----------------------------------------------------------------------------------------


@transaction.atomic
def record_pledge(
    *,
    roadshow: Roadshow | None,
    organisation_name: str,
    kind: str = PledgeKind.PLACES,
    contact_email: str = "",
    organisation: Organisation | None = None,
    team: Team | None = None,
    actor: User | None = None,
    helper: SecretLink | None = None,
    with_code: bool = False,
    **details: Any,
) -> Pledge:
    """Keep a promise. `details` are number, years, weekdays, period, has_guide, contact_name and note.

    Made by an organiser or a helper with their link it counts at once, and so does one by a stagemakelaar or teamcoach
    for the own organisation. Typed on the public page it counts when the owner of the address says yes to the mail.
    The same promise twice within ten minutes is one. Raises RuleError `closed`, `contact_needed`, `address_busy`,
    `odd_name`, `number`; PermissionDenied for an organisation or roadshow of somebody else.
    """
    route = _route(roadshow, organisation, actor, helper)
    name = (organisation.name if organisation is not None else organisation_name).strip()[:160]
    email = contact_email.strip().lower()
    if not name or "://" in name or "www." in name.lower():
        raise RuleError(
            "odd_name", _("Vul alleen de naam van de organisatie in, zonder webadres."), field="organisation_name"
        )
    if unknown := details.keys() - set(_DETAILS):
        raise TypeError(unknown)
    if kind == PledgeKind.PLACES and (details.get("number") or 0) < 1:
        raise RuleError("number", _("Vul in hoeveel plekken. Minstens 1."), field="number")
    if route == PledgeRoute.PUBLIC:
        _check_address(email)
    fields = {**details, "number": details.get("number") or 1, "contact_email": email}
    if known := _just_recorded(roadshow, kind, name, fields):
        return known
    pledge = Pledge.objects.create(
        roadshow=roadshow,
        kind=kind,
        organisation=organisation,
        team=team,
        organisation_name=name,
        route=route,
        with_code=with_code,
        recorded_by=actor,
        is_demo=roadshow is not None and roadshow.is_demo,
        **fields,
    )
    write_step(
        pledge,
        PledgeStepKind.RECORDED,
        actor=actor,
        through_link=helper is not None,
        to_number=pledge.number if pledge.is_places else None,
        text=str(PledgeRoute(route).label),
    )
    if route == PledgeRoute.PUBLIC:
        pledge_emails.ask_to_confirm(pledge)
    else:
        _confirm(pledge, actor=actor)
    return pledge


def _route(
    roadshow: Roadshow | None, organisation: Organisation | None, actor: User | None, helper: SecretLink | None
) -> PledgeRoute:
    """How this comes in, and whether that is allowed."""
    if helper is not None:
        lock_link(helper)
        if helper.purpose != HELPER or roadshow is None or helper.object_id != roadshow.pk:
            raise PermissionDenied
        if organisation is not None:
            raise PermissionDenied  # linking is the organiser's
        return PledgeRoute.HELPER
    if actor is not None and (actor.is_superuser or (roadshow is not None and rules.may_manage(actor, roadshow))):
        return PledgeRoute.ORGANISER
    if organisation is not None:
        if actor is None or not has_role_at(actor, organisation, Role.BROKER, Role.TEAM_LEAD):
            raise PermissionDenied
        _require_open(roadshow)
        return PledgeRoute.ACCOUNT
    _require_open(roadshow)
    return PledgeRoute.PUBLIC


def _require_open(roadshow: Roadshow | None) -> None:
    if roadshow is None:
        raise PermissionDenied
    desk = PledgeDesk.objects.filter(roadshow=roadshow).first()
    if not roadshow.is_public or not takes_pledges(roadshow, desk):
        raise RuleError("closed", _("Bij deze roadshow kun je nu geen toezegging doen."))


def _check_address(email: str) -> None:
    """Who gets a mail because somebody typed an address: nobody often, and not who said 'that was not me'."""
    if not email:
        raise RuleError(
            "contact_needed", _("Vul je e-mailadres in. We sturen een mail om te bevestigen."), field="contact_email"
        )
    day_ago = now() - dt.timedelta(days=1)
    waiting = Pledge.objects.filter(contact_email=email, confirmed_at=None, created_at__gt=day_ago)
    refused = Pledge.objects.filter(refused_hash=_hash(email), created_at__gt=now() - QUIET)
    if refused.exists() or waiting.count() >= UNCONFIRMED_A_DAY:
        raise RuleError(
            "address_busy",
            _("We mailen dit adres nu niet. Vraag iemand van de organisatie van de roadshow om je te helpen."),
            field="contact_email",
        )


def _hash(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


def _just_recorded(roadshow: Roadshow | None, kind: str, name: str, fields: dict[str, Any]) -> Pledge | None:
    if roadshow is None:
        return None
    Roadshow.objects.select_for_update(no_key=True).get(pk=roadshow.pk)  # two taps at once become one after the other
    recent = Pledge.objects.filter(
        roadshow=roadshow,
        kind=kind,
        organisation_name=name,
        contact_email=fields["contact_email"],
        number=fields["number"],
        created_at__gt=now() - SAME,
    )
    return recent.exclude(status=PledgeStatus.WITHDRAWN).first()


# --- confirming ---------------------------------------------------------------------------------------


@transaction.atomic
def confirm_pledge(*, pledge: Pledge, actor: User | None, link: SecretLink | None = None) -> Pledge:
    """Say that a promise is real: by the organiser, or by who reads the mail of its contact. Twice is once.

    An address that belongs to a stagemakelaar or teamcoach of one organisation links it to that organisation. Raises
    PermissionDenied, LinkClosed.
    """
    if link is not None:
        lock_link(link)
    locked = lock_pledge(pledge)
    if link is None:
        require_organiser_of(locked, actor)
    if locked.is_confirmed:
        return locked
    if locked.status == PledgeStatus.WITHDRAWN:
        raise Conflict("status_changed", _("Deze toezegging is ingetrokken."))
    if link is not None and locked.organisation_id is None:
        save(locked, organisation=_organisation_of(locked.contact_email))
    write_step(locked, PledgeStepKind.CONFIRMED, actor=actor, through_link=link is not None)
    _confirm(locked, actor=actor)
    return locked


def _confirm(pledge: Pledge, *, actor: User | None) -> None:
    save(pledge, confirmed_at=now())
    pledge_emails.note(pledge, actor=actor)
    _hand_over(pledge, actor=actor)


def _hand_over(pledge: Pledge, *, actor: User | None) -> None:
    """Make it the task of its organisation: mail the stagemakelaars, and look whether a vacancy is there already."""
    if pledge.organisation_id is None or not pledge.is_confirmed:
        return
    pledge_emails.give_task(pledge, actor=actor)
    suggest_links(pledges=Pledge.objects.filter(pk=pledge.pk))


def _organisation_of(email: str) -> Organisation | None:
    """The one organisation this address works for as stagemakelaar or teamcoach, if there is just one."""
    members = Membership.objects.active().filter(user__email=email, role__in=[Role.BROKER, Role.TEAM_LEAD])
    found = list(Organisation.objects.filter(pk__in=members.values("organisation"))[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def refuse_pledge(*, pledge: Pledge, link: SecretLink) -> Pledge:
    """Say 'that was not me': the promise is off, and what we know of the address is wiped. Raises LinkClosed."""
    lock_link(link)
    locked = lock_pledge(pledge)
    if locked.is_confirmed or locked.status == PledgeStatus.WITHDRAWN:
        raise Conflict("status_changed", _("Deze toezegging is al bevestigd. Je kunt hem wel intrekken."))
    move_pledge(
        locked,
        to=PledgeStatus.WITHDRAWN,
        actor=None,
        reason=_("De eigenaar van het adres zei: dit was ik niet."),
        through_link=True,
    )
    pledge_emails.forget_traces(locked)
    save(
        locked,
        refused_hash=_hash(locked.contact_email),
        contact_email="",
        contact_name="",
        note="",
        is_silent=True,
    )
    return locked


# --- changing -----------------------------------------------------------------------------------------


def require_organiser_of(pledge: Pledge, actor: User | None) -> None:
    """Raise PermissionDenied for who does not organise the roadshow of this pledge."""
    if actor is None or not Pledge.objects.of_organiser(actor).filter(pk=pledge.pk).exists():
        raise PermissionDenied


def require_keeper(pledge: Pledge, actor: User | None, link: SecretLink | None = None) -> None:
    """Raise PermissionDenied for who may not change this pledge: organiser, stagemakelaar, or its contact by link."""
    if link is not None:
        lock_link(link)
        if link.purpose != pledge_emails.PURPOSE or link.object_id != pledge.pk:
            raise PermissionDenied
        return
    rows = Pledge.objects.filter(pk=pledge.pk)
    if actor is None or not (
        rows.filter(pk__in=Pledge.objects.of_organiser(actor).values("pk")).exists()
        or rows.filter(pk__in=Pledge.objects.of_broker(actor).values("pk")).exists()
    ):
        raise PermissionDenied


@transaction.atomic
def update_pledge(*, pledge: Pledge, actor: User, **fields: Any) -> Pledge:
    """Change what is known of a promise: organisation, team, leerjaren, days, period, contact and note.

    `number` goes through `change_number`. A new organisation drops a team of the old one and hears of its task. A new
    address stops the links the old one had. Raises PermissionDenied, RuleError `wrong_team`.
    """
    allowed = {"organisation", "team", "is_silent", "organisation_name", "contact_email", *_DETAILS} - {"number"}
    if unknown := fields.keys() - allowed:
        raise TypeError(unknown)
    locked = lock_pledge(pledge)
    require_organiser_of(locked, actor)
    before = locked.organisation_id
    if "contact_email" in fields:
        fields["contact_email"] = fields["contact_email"].strip().lower()
        if fields["contact_email"] != locked.contact_email:
            revoke_links(subject=locked, purpose=pledge_emails.PURPOSE, actor=actor)
    changed = [name for name, value in fields.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    if "organisation" in changed and _has_places(locked):
        raise RuleError("has_places", _("Er hoort al een vacature bij. Maak die eerst los."), field="organisation")
    save(locked, **{name: fields[name] for name in changed})
    _check_team(locked)
    words = ", ".join(str(Pledge._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    write_step(locked, PledgeStepKind.CHANGED, actor=actor, text=words)
    if locked.organisation_id is not None and locked.organisation_id != before:
        locked.links.filter(status="suggested").delete()
        _hand_over(locked, actor=actor)
    return locked


def _has_places(pledge: Pledge) -> bool:
    return pledge.links.filter(status="confirmed").exists()


def _check_team(pledge: Pledge) -> None:
    if pledge.team is not None and pledge.team.organisation_id != pledge.organisation_id:
        raise RuleError("wrong_team", _("Dit team is van een andere organisatie."), field="team")


@transaction.atomic
def give_to_team(*, pledge: Pledge, team: Team | None, actor: User) -> Pledge:
    """Make it the task of a team of the organisation, or of none. Raises PermissionDenied, RuleError `wrong_team`."""
    locked = lock_pledge(pledge)
    require_keeper(locked, actor)
    if team != locked.team:
        save(locked, team=team)
        _check_team(locked)
        write_step(locked, PledgeStepKind.CHANGED, actor=actor, text=team.name if team else _("geen team"))
    return locked


@transaction.atomic
def change_number(
    *, pledge: Pledge, number: int, actor: User | None, link: SecretLink | None = None, reason: str = ""
) -> Pledge:
    """Let a promise of places grow or shrink; its state follows. To nothing is withdrawing.

    Raises PermissionDenied, LinkClosed, Conflict `status_changed` when it is over, RuleError `number`.
    """
    locked = lock_pledge(pledge)
    require_keeper(locked, actor, link)
    if not locked.is_places or not 1 <= number <= 200:
        raise RuleError("number", _("Vul een aantal in van 1 tot en met 200."), field="number")
    if locked.status in (PledgeStatus.LAPSED, PledgeStatus.WITHDRAWN):
        raise Conflict("status_changed", _("Deze toezegging is voorbij. Het aantal kan niet meer veranderen."))
    if number == locked.number:
        return locked
    before = locked.number
    save(locked, number=number)
    write_step(
        locked,
        PledgeStepKind.NUMBER,
        actor=actor,
        through_link=link is not None,
        from_number=before,
        to_number=number,
        text=reason.strip(),
    )
    refresh_locked(locked, actor=actor)
    return locked


@transaction.atomic
def withdraw_pledge(*, pledge: Pledge, reason: str, actor: User | None, link: SecretLink | None = None) -> Pledge:
    """Take a promise back, with the reason. Vacancies that came of it stay what they are, but count no more.

    Raises PermissionDenied, LinkClosed, RuleError `reason`, Conflict `status_changed`.
    """
    locked = lock_pledge(pledge)
    require_keeper(locked, actor, link)
    move_pledge(locked, to=PledgeStatus.WITHDRAWN, actor=actor, reason=reason, through_link=link is not None)
    return locked


@transaction.atomic
def restore_pledge(*, pledge: Pledge, actor: User) -> Pledge:
    """Undo a withdrawal, by the organiser. Raises PermissionDenied, Conflict `status_changed`."""
    locked = lock_pledge(pledge)
    require_organiser_of(locked, actor)
    if locked.status != PledgeStatus.WITHDRAWN or not locked.is_confirmed:
        raise Conflict("status_changed", _("Alleen een ingetrokken toezegging kun je terughalen."))
    move_pledge(locked, to=PledgeStatus.PROMISED, actor=actor)
    refresh_locked(locked, actor=actor)
    return locked


@transaction.atomic
def answer_pledge(
    *,
    pledge: Pledge,
    answer: str,
    actor: User | None,
    link: SecretLink | None = None,
    number: int | None = None,
    reason: str = "",
) -> Pledge:
    """Keep what somebody says when asked how it goes, and let the state follow.

    Raises what `change_number`, `withdraw_pledge` and `move_pledge` raise, and Conflict `not_confirmed`.
    """
    locked = lock_pledge(pledge)
    require_keeper(locked, actor, link)
    said = PledgeAnswer(answer)
    if not locked.is_confirmed:
        raise Conflict("not_confirmed", _("Bevestig eerst dat deze toezegging klopt."))
    if locked.status == PledgeStatus.WITHDRAWN:
        raise Conflict("status_changed", _("Deze toezegging is ingetrokken."))
    by_link = link is not None
    write_step(locked, PledgeStepKind.ANSWER, answer=said, text=reason.strip(), actor=actor, through_link=by_link)
    save(locked, answered_on=today(), ask_again_on=None)
    if said == PledgeAnswer.NUMBER:
        return change_number(pledge=locked, number=number or 0, actor=actor, link=link, reason=reason)
    if said == PledgeAnswer.NOT:
        return withdraw_pledge(pledge=locked, reason=reason, actor=actor, link=link)
    if said == PledgeAnswer.LATER:
        save(locked, ask_again_on=today() + dt.timedelta(days=30))
    elif said == PledgeAnswer.DONE and not locked.is_places:
        if locked.status != PledgeStatus.FILLED:
            move_pledge(locked, to=PledgeStatus.FILLED, actor=actor, through_link=by_link)
    elif locked.status in (PledgeStatus.PROMISED, PledgeStatus.LAPSED):
        move_pledge(locked, to=PledgeStatus.STARTED, actor=actor, through_link=by_link)
    if said == PledgeAnswer.OFFER:
        pledge_emails.tell_offer(locked, text=reason)
    if said == PledgeAnswer.VACANCY:
        suggest_links(pledges=Pledge.objects.filter(pk=locked.pk))
    return locked


@transaction.atomic
def stop_questions(*, pledge: Pledge, link: SecretLink) -> Pledge:
    """Ask no more how it goes, as the contact wishes. Raises LinkClosed."""
    locked = lock_pledge(pledge)
    require_keeper(locked, None, link)
    if not locked.is_silent:
        save(locked, is_silent=True)
        write_step(locked, PledgeStepKind.STOPPED, through_link=True)
    return locked


def _require_organiser(roadshow: Roadshow, actor: User) -> None:
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied
