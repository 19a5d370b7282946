"""Opening a round, asking, answering, chasing, closing, and turning a yes into room for students."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisations.enums import InventoryChoice, OrganisationKind, Role
from organisations.inventory import emails, hooks
from organisations.inventory.regions import hosts_in, regions_of
from organisations.models import (
    InventoryAnswer,
    InventoryRequest,
    InventoryRound,
    Membership,
    Organisation,
    StagePeriod,
    SupervisorCapacity,
    Team,
    TeamCapacity,
)
from organisations.roles import has_role_at
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError

REMIND_AFTER = (7, 14)  # days after opening; at most these two, whatever happens
REST_DAYS = 2  # no reminder so soon after somebody chased by hand
LONGEST_ROUND = 120
KEEP_YEARS = 3  # so that last year's answer is there to start from, and one to compare with


@dataclass(frozen=True)
class Chased:
    """What came of one push on the button."""

    teams: int = 0
    without_address: int = 0
    already_today: int = 0


# --- opening and closing ------------------------------------------------------------------------------


def teams_in_scope(owner: Organisation, period: StagePeriod) -> QuerySet[Team]:
    """Return the active teams a round of this owner asks: the own ones, or for a school those in its region.

    Who was asked for this period already, by whomever, is not asked again.
    """
    teams = Team.objects.filter(is_active=True).exclude(inventory_requests__period=period)
    if owner.kind == OrganisationKind.SCHOOL:
        schools = Organisation.objects.filter(pk=owner.pk)
        return teams.filter(organisation__in=hosts_in(regions_of(schools)))
    return teams.filter(organisation=owner)


def may_manage(owner: Organisation, user: User) -> bool:
    """Whether this person opens and closes the rounds of `owner`: its stagemakelaar, or a school's coordinator."""
    role = Role.COORDINATOR if owner.kind == OrganisationKind.SCHOOL else Role.BROKER
    return has_role_at(user, owner, role)


@transaction.atomic
def open_round(
    *,
    owner: Organisation,
    period: StagePeriod,
    closes_on: dt.date,
    actor: User,
    message: str = "",
    contact_emails: dict[int, str] | None = None,
) -> InventoryRound:
    """Ask every team in scope about `period`, and mail their teamcoaches a personal link.

    `contact_emails` (by team number) is for teams without a teamcoach that has an account. Raises PermissionDenied;
    RuleError `period_over`, `closes_too_soon`, `closes_too_late`, `already_open` and `nobody_to_ask`.
    """
    if not may_manage(owner, actor):
        raise PermissionDenied
    Organisation.objects.select_for_update().get(pk=owner.pk)
    _validate_round(owner, period, closes_on)
    teams = list(teams_in_scope(owner, period).order_by("organisation__name", "name"))
    if not teams:
        raise RuleError("nobody_to_ask", _("Alle teams zijn voor deze periode al gevraagd, of er zijn nog geen teams."))
    opened = InventoryRound.objects.create(
        owner=owner, period=period, closes_on=closes_on, opened_by=actor, opened_at=now(), message=message.strip()
    )
    given = _earlier_addresses(teams) | (contact_emails or {})
    InventoryRequest.objects.bulk_create(
        InventoryRequest(round=opened, team=team, period=period, contact_email=given.get(team.pk, "").strip().lower())
        for team in teams
    )
    _send(_for_mail(opened.requests.all()), cause="request", template="inventory_request")
    return opened


def _earlier_addresses(teams: list[Team]) -> dict[int, str]:
    """Return the addresses these teams were asked at last time."""
    earlier = InventoryRequest.objects.filter(team__in=teams).exclude(contact_email="")
    return dict(earlier.order_by("round__opened_at", "pk").values_list("team", "contact_email"))


def _validate_round(owner: Organisation, period: StagePeriod, closes_on: dt.date) -> None:
    day = today()
    if period.ends_on <= day:
        raise RuleError("period_over", _("Deze periode is voorbij. Kies een periode die nog komt."), field="period")
    if InventoryRound.objects.filter(owner=owner, period=period).exists():
        raise RuleError("already_open", _("Voor deze periode is er al een ronde."), field="period")
    _validate_closing(closes_on)


def _validate_closing(closes_on: dt.date) -> None:
    if closes_on <= today():
        raise RuleError("closes_too_soon", _("Kies een dag na vandaag."), field="closes_on")
    if closes_on > today() + dt.timedelta(days=LONGEST_ROUND):
        text = _("Een ronde duurt hoogstens %(days)s dagen.") % {"days": LONGEST_ROUND}
        raise RuleError("closes_too_late", text, field="closes_on")


@transaction.atomic
def move_closing(*, round_: InventoryRound, closes_on: dt.date, actor: User) -> InventoryRound:
    """Give the teams more (or less) time; also opens a closed round again. Expired links can then be asked for anew."""
    locked = _lock_round(round_, actor)
    _validate_closing(closes_on)
    locked.closes_on, locked.closed_at = closes_on, None
    locked.save(update_fields=["closes_on", "closed_at"])
    return locked


@transaction.atomic
def close_round(*, round_: InventoryRound, actor: User) -> InventoryRound:
    """Stop taking answers. Raises Conflict `round_closed` when it was closed already."""
    locked = _lock_round(round_, actor)
    if locked.closed_at is not None:
        raise Conflict("round_closed", _("Deze ronde is al gesloten."))
    locked.closed_at = now()
    locked.save(update_fields=["closed_at"])
    return locked


def _lock_round(round_: InventoryRound, actor: User) -> InventoryRound:
    locked = InventoryRound.objects.select_for_update(of=("self",)).select_related("owner").get(pk=round_.pk)
    if not may_manage(locked.owner, actor):
        raise PermissionDenied
    return locked


# --- asking and chasing -------------------------------------------------------------------------------


def _for_mail(requests: QuerySet[InventoryRequest]) -> list[InventoryRequest]:
    """Lock these requests and read what their mail says."""
    return list(
        requests.select_for_update(of=("self",))
        .select_related("round__owner", "team__organisation", "period")
        .order_by("pk")
    )


def _send(requests: list[InventoryRequest], *, cause: str, template: str) -> int:
    """Mail these teams; return how many had somebody to mail."""
    recipients = emails.recipients_of(requests)
    reached = [r.pk for r in requests if emails.ask(r, recipients[r.pk], cause=cause, template=template)]
    InventoryRequest.objects.filter(pk__in=reached).update(last_mailed_on=today())
    return len(reached)


@transaction.atomic
def chase(*, requests: QuerySet[InventoryRequest], actor: User) -> Chased:
    """Remind the teams among `requests` that have not answered, now; never twice on one day.

    `requests` are what `actor` may see. Raises RuleError `nobody_waits` when all have answered, and `already_today`
    when all that could be reminded were mailed today.
    """
    own = InventoryRequest.objects.filter(pk__in=requests.values("pk"))
    if not actor.is_superuser:
        own = own.filter(pk__in=InventoryRequest.objects.of_broker(actor).values("pk"))
    waiting = _for_mail(own.waiting())
    if not waiting:
        raise RuleError("nobody_waits", _("Alle teams hebben al antwoord gegeven, of de ronde is gesloten."))
    fresh = [request for request in waiting if request.last_mailed_on != today()]
    if not fresh:
        raise RuleError("already_today", _("Deze teams kregen vandaag al een mail. Morgen kan het weer."))
    reached = _send(fresh, cause=f"chase-{today().isoformat()}", template="inventory_reminder")
    return Chased(reached, len(fresh) - reached, len(waiting) - len(fresh))


def send_inventory_reminders(*, day: dt.date, dry_run: bool = False) -> int:
    """Remind teams 7 and 14 days after the round opened; return how many are (or would be) reminded.

    At most those two. A night that was missed is made up for with one mail, not two. Safe to run twice.
    """
    count = 0
    for number, days in reversed(list(enumerate(REMIND_AFTER, start=1))):
        due = InventoryRequest.objects.waiting().filter(
            reminders__lt=number,
            round__opened_at__date__lte=day - dt.timedelta(days=days),
            last_mailed_on__lte=day - dt.timedelta(days=REST_DAYS),
        )
        if dry_run:
            count += due.filter(reminders__lt=number).count() if number == len(REMIND_AFTER) else _younger(due, day)
            continue
        with transaction.atomic():
            requests = _for_mail(due)
            reached = _send(requests, cause=f"reminder-{number}", template="inventory_reminder")
            InventoryRequest.objects.filter(pk__in=[r.pk for r in requests]).update(reminders=number)
            count += reached
    return count


def _younger(due: QuerySet[InventoryRequest], day: dt.date) -> int:
    """Of the first reminders, those whose second one is not due yet; only for counting in a dry run."""
    return due.filter(round__opened_at__date__gt=day - dt.timedelta(days=REMIND_AFTER[-1])).count()


@transaction.atomic
def set_contact(*, request: InventoryRequest, email: str, actor: User) -> InventoryRequest:
    """Give (or correct) the address of a team without a teamcoach here, and mail it the question.

    Links that went to the old address stop working. Raises Conflict `round_closed`, and RuleError `has_lead` for a team
    whose teamcoach has an account: that person gets the mail.
    """
    if not (actor.is_superuser or has_role_at(actor, request.team.organisation, Role.BROKER)):
        raise PermissionDenied
    locked = _for_mail(InventoryRequest.objects.filter(pk=request.pk))[0]
    _check_open(locked)
    if any(isinstance(recipient, User) for recipient in emails.recipients_of([locked])[locked.pk]):
        raise RuleError("has_lead", _("Dit team heeft een teamcoach met een account. Die krijgt de mail."))
    revoke_links(subject=locked, purpose=emails.PURPOSE, actor=actor)
    locked.contact_email = email.strip().lower()
    locked.save(update_fields=["contact_email"])
    _send([locked], cause=f"contact-{now():%Y%m%d%H%M%S}", template="inventory_request")
    return locked


# --- answering ----------------------------------------------------------------------------------------


def _check_open(request: InventoryRequest) -> None:
    if not request.round.is_open:
        raise Conflict(
            "round_closed", _("De ronde is gesloten. Wil je nog iets veranderen? Vraag het de stagemakelaar.")
        )


@transaction.atomic
def give_answer(
    *,
    request: InventoryRequest,
    choice: str,
    actor: User | None,
    link: SecretLink | None = None,
    supervisors: list[Membership] | None = None,
    **values: Any,
) -> InventoryAnswer:
    """Keep what a team answers, through the link of the mail or by its teamcoach; an earlier answer is replaced.

    `values` are those of InventoryAnswer; what does not belong to the choice is dropped. Raises Conflict `round_closed`,
    LinkClosed for a link that stopped working, and RuleError `no_places` for a yes without a place.
    """
    if link is not None:
        lock_link(link)
    elif actor is None or not _leads(actor, request):
        raise PermissionDenied
    locked = _for_mail(InventoryRequest.objects.filter(pk=request.pk))[0]
    _check_open(locked)
    kept = _fitting(InventoryChoice(choice), values)
    by = actor or (link.user if link is not None else None)
    answer, _is_new = InventoryAnswer.objects.update_or_create(
        request=locked,
        defaults={**kept, "choice": choice, "changed_at": now(), "answered_by": by, "through_link": link is not None},
        create_defaults={
            **kept,
            "choice": choice,
            "answered_at": now(),
            "changed_at": now(),
            "answered_by": by,
            "through_link": link is not None,
        },
    )
    own = [member for member in supervisors or [] if member.organisation_id == locked.team.organisation_id]
    answer.supervisors.set(own if choice in (InventoryChoice.YES, InventoryChoice.MAYBE) else [])
    recipient: User | str | None = by or (link.email if link is not None else None)
    if recipient:
        emails.thank(answer, recipient)
    return answer


def _leads(actor: User, request: InventoryRequest) -> bool:
    return actor.is_superuser or InventoryRequest.objects.of_team_lead(actor).filter(pk=request.pk).exists()


def _fitting(choice: InventoryChoice, values: dict[str, Any]) -> dict[str, Any]:
    """Keep what belongs to this choice, so that an old 'yes' leaves no places behind under a 'no'."""
    places = values.get("places") or 0
    if choice == InventoryChoice.YES and places < 1:
        raise RuleError("no_places", _("Vul in hoeveel plekken je hebt. Minstens 1."), field="places")
    guided = choice in (InventoryChoice.YES, InventoryChoice.MAYBE)
    return {
        "places": 0 if choice == InventoryChoice.NO else places,
        "hours_per_week": values.get("hours_per_week") if guided else None,
        "other_supervisors": (values.get("other_supervisors") or "").strip() if guided else "",
        "work": (values.get("work") or "").strip() if guided else "",
        "needed": (values.get("needed") or "").strip() if choice != InventoryChoice.ARRANGED else "",
        "reasons": (values.get("reasons") or 0) if choice == InventoryChoice.NO else 0,
        "note": (values.get("note") or "").strip(),
    }


# --- from a yes to room -------------------------------------------------------------------------------


@transaction.atomic
def take_over(*, request: InventoryRequest, actor: User) -> str:
    """Make a 'yes' the team's room in this period, and start a concept vacancy; return where to finish that.

    The room never becomes smaller than what is taken (R7). Raises PermissionDenied, RuleError `not_a_yes` and Conflict
    `taken_over` when it was done already.
    """
    if not has_role_at(actor, request.team.organisation, Role.BROKER):
        raise PermissionDenied
    locked = _for_mail(InventoryRequest.objects.filter(pk=request.pk))[0]
    answer = locked.given
    if answer is None or answer.choice != InventoryChoice.YES:
        raise RuleError("not_a_yes", _("Alleen een ‘ja’ met plekken kun je overnemen."))
    if locked.taken_over_at is not None:
        raise Conflict("taken_over", _("Dit antwoord is al overgenomen."))
    pool, is_new = TeamCapacity.objects.select_for_update().get_or_create(
        team=locked.team, period=locked.period, defaults={"places": answer.places}
    )
    if not is_new:
        pool.places = max(answer.places, pool.taken)
        pool.save(update_fields=["places"])
    rooms = _supervisor_rooms(answer, pool)
    locked.taken_over_at, locked.taken_over_by = now(), actor
    locked.save(update_fields=["taken_over_at", "taken_over_by"])
    return hooks.draft(answer, pool, rooms, actor)


def _supervisor_rooms(answer: InventoryAnswer, pool: TeamCapacity) -> list[SupervisorCapacity]:
    """Give each named praktijkbegeleider without room in this period a fair part of the places and hours."""
    guides = list(answer.supervisors.order_by("pk"))
    rooms = []
    for number, guide in enumerate(guides):
        places, hours = (_part(total, number, len(guides)) for total in (answer.places, answer.hours_per_week or 0))
        room, _is_new = SupervisorCapacity.objects.get_or_create(
            supervisor=guide,
            pool=pool,
            defaults={"places": places, "hours_per_week": max(hours, places, 1)},
        )
        rooms.append(room)
    return rooms


def _part(total: int, number: int, parts: int) -> int:
    """Return the share of one of `parts`; the first ones get what is left over."""
    return total // parts + (number < total % parts)


# --- forgetting ---------------------------------------------------------------------------------------


def forget_inventory(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete rounds whose period ended three years ago or earlier, with every answer; return how many teams' answers."""
    over = InventoryRequest.objects.filter(period__ends_on__lt=day - dt.timedelta(days=365 * KEEP_YEARS))
    count = over.count()
    if not dry_run and count:
        rounds = set(over.values_list("round", flat=True))
        over.delete()
        InventoryRound.objects.filter(pk__in=rounds, requests=None).delete()
    return count


def forget_contact(email: str) -> int:
    """Take an address of somebody who asked to be forgotten off every request; return how many."""
    address = email.strip().lower()
    return InventoryRequest.objects.filter(contact_email=address).update(contact_email="") if address else 0
