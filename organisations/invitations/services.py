"""Inviting somebody for a role, sending it again, taking it back, and saying yes.

Nobody learns here whether an address has an account: inviting does the same for every address. Nobody has a role before
they said yes themselves. What the role and the organisation are, the invitation says and not the one who accepts.
"""

import datetime as dt

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Invitation, Membership, Organisation, Team
from organisations.roles import has_role_at
from organisations.services import ROLES_AT
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.models import LinkState, SecretLink
from stagematch.links.services import finish, links_of, make_link, revoke_links
from stagematch.mail.services import queue_mail
from stagematch.ui.errors import Conflict, RuleError

PURPOSE = "invitation"
VALID = dt.timedelta(days=14)
KEEP_DAYS = 30
"""Days that an invitation stays after it was accepted, revoked or expired."""
A_DAY = 50
"""Invitations that one person makes in 24 hours at most: more is a list that belongs in an import."""
REST = dt.timedelta(hours=1)
"""How long between two mails of one invitation."""


def may_invite(user: User, organisation: Organisation) -> bool:
    """Tell whether somebody invites people there: a platform admin, a stagemakelaar or a BPV-coördinator."""
    return user.is_active and (user.is_superuser or has_role_at(user, organisation, Role.BROKER, Role.COORDINATOR))


@transaction.atomic
def invite_member(
    *,
    organisation: Organisation,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    actor: User,
    teams: list[Team] | None = None,
) -> Invitation:
    """Ask somebody for a role at an organisation, by a mail with a secret link that works for 14 days.

    The name is for a new account; whoever has one keeps their own. Raises RuleError `role_not_here` when the role does
    not exist at this kind of organisation, `already_member` for a colleague who has the role, `already_invited` while an
    invitation is open, `too_many` after 50 in 24 hours; PermissionDenied when `actor` is no broker or coordinator there.
    """
    if not may_invite(actor, organisation):
        raise PermissionDenied
    if role not in ROLES_AT[organisation.kind]:
        raise RuleError("role_not_here", _("Deze rol bestaat niet bij deze soort organisatie. Kies een andere rol."))
    address, moment = email.strip().lower(), now()
    # One lock per inviter: the count below holds, and pressing twice makes one invitation.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if Membership.objects.active().filter(organisation=organisation, role=role, user__email=address).exists():
        raise RuleError("already_member", _("Deze collega heeft deze rol al."), field="email")
    if Invitation.objects.filter(inviter=actor, created_at__gt=moment - dt.timedelta(days=1)).count() >= A_DAY:
        raise RuleError("too_many", _("Je nodigde vandaag al veel collega's uit. Ga morgen verder."))
    for earlier in Invitation.objects.pending().filter(organisation=organisation, role=role, email=address):
        if earlier.expires_at > moment:
            raise _already_invited()
        _close(earlier, actor)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                role=role,
                email=address,
                first_name=first_name.strip(),
                last_name=last_name.strip(),
                inviter=actor,
                created_at=moment,
                sent_at=moment,
                expires_at=moment + VALID,
            )
    except IntegrityError as error:  # a colleague was a moment earlier
        raise _already_invited() from error
    invitation.teams.set([team for team in teams or [] if team.organisation_id == organisation.pk])
    _mail(invitation, actor)
    return invitation


def _already_invited() -> RuleError:
    return RuleError(
        "already_invited", _("Deze collega is al uitgenodigd. Je kunt de uitnodiging opnieuw sturen."), field="email"
    )


@transaction.atomic
def send_again(*, invitation: Invitation, actor: User) -> Invitation:
    """Mail a new link, which works for 14 days from now; the old one stops.

    Raises Conflict `ended` for an invitation that was accepted or revoked, RuleError `just_sent` within an hour, and
    PermissionDenied when `actor` may not invite there.
    """
    locked = _lock(invitation, actor)
    moment = now()
    if locked.sent_at > moment - REST:
        raise RuleError("just_sent", _("Deze uitnodiging is net gestuurd. Probeer het over een uur nog eens."))
    revoke_links(subject=locked, purpose=PURPOSE, actor=actor)
    locked.inviter, locked.sent_at, locked.expires_at = actor, moment, moment + VALID
    locked.times_sent += 1
    locked.save(update_fields=["inviter", "sent_at", "expires_at", "times_sent"])
    _mail(locked, actor)
    return locked


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: User) -> Invitation:
    """Take an invitation back; its link stops at once. Raises Conflict `ended`, and PermissionDenied as above."""
    locked = _lock(invitation, actor)
    _close(locked, actor)
    return locked


def _lock(invitation: Invitation, actor: User) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation.pk)
    if not may_invite(actor, locked.organisation):
        raise PermissionDenied
    if not locked.is_pending:
        raise Conflict("ended", _("Deze uitnodiging is al aangenomen of ingetrokken."))
    return locked


def _close(invitation: Invitation, actor: User) -> None:
    invitation.revoked_at = now()
    invitation.save(update_fields=["revoked_at"])
    revoke_links(subject=invitation, purpose=PURPOSE, actor=actor)


def _mail(invitation: Invitation, actor: User) -> None:
    link = make_link(
        purpose=PURPOSE,
        subject=invitation,
        expires_at=invitation.expires_at,
        email=invitation.email,
        single_use=True,
        actor=actor,
    )
    queue_mail(
        key=f"member-invitation:{invitation.public_id}:{invitation.times_sent}",
        template="organisations/member_invitation",
        to=invitation.email,  # the bare address: the mail is the same with and without an account
        context={
            "organisation": invitation.organisation.name,
            "role": str(Role(invitation.role).label),
            "inviter": actor.get_full_name(),
            "first_name": invitation.first_name,
            "expires_at": invitation.expires_at,
            "link": link,
        },
    )


def renewal(link: SecretLink) -> dt.datetime | None:
    """Until when a new link works, for whoever comes with an expired one; none once the invitation ended."""
    invitation = link.subject
    return now() + VALID if isinstance(invitation, Invitation) and invitation.is_pending else None


def note_renewed(link: SecretLink, expires_at: dt.datetime) -> None:
    """The invitation is open as long as its newest link."""
    Invitation.objects.pending().filter(pk=link.object_id).update(expires_at=expires_at)


def account_of(invitation: Invitation) -> User | None:
    """The account of the address that was invited, open or closed."""
    return User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept_by_link(*, link: SecretLink, first_name: str, last_name: str) -> Membership:
    """Say yes without an account: it is made here, with a proven address, for the link came by mail to it.

    No session comes with it: signing in takes a code by mail as always. Raises Conflict `has_account` when the address
    has an account by now (its owner signs in first), LinkClosed for a link that stopped, and as `_accept` does.
    """
    finish(link)
    invitation = _pending(link.object_id)
    if account_of(invitation) is not None:
        raise Conflict("has_account", _("Dit e-mailadres heeft al een account. Log eerst in."))
    user = User.objects.create_user(invitation.email, first_name=first_name.strip(), last_name=last_name.strip())
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return _accept(invitation, user)


@transaction.atomic
def accept_as(*, invitation: Invitation, actor: User) -> Membership:
    """Say yes with the account one is signed in to. Its address, which must be proven, is the one that was invited.

    Raises PermissionDenied for anybody else, Conflict `ended` or `expired`, and as `_accept` does.
    """
    locked = _pending(invitation.pk)
    if locked.pk not in set(invitations_for(actor, expired_too=True).values_list("pk", flat=True)):
        raise PermissionDenied
    if locked.expires_at <= now():
        raise Conflict("expired", _("Deze uitnodiging is verlopen. Vraag om een nieuwe."))
    for link in links_of(locked, purpose=PURPOSE):
        if link.state == LinkState.LIVE:
            finish(link)
    return _accept(locked, actor)


def invitations_for(user: User, *, expired_too: bool = False) -> QuerySet[Invitation]:
    """Invitations that wait for this person: sent to the address of the account, which is proven to be theirs."""
    found = Invitation.objects.pending() if expired_too else Invitation.objects.open()
    proven = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    return found.filter(email=user.email) if proven and user.is_active else found.none()


def _pending(pk: int) -> Invitation:
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation", "inviter")
        .filter(pk=pk)
        .first()
    )
    if locked is None or not locked.is_pending:
        raise Conflict("ended", _("Deze uitnodiging is al aangenomen of ingetrokken."))
    return locked


def _accept(invitation: Invitation, user: User) -> Membership:
    """Make the membership. Raises Conflict `inviter_left` when the inviter has no say there any more."""
    if invitation.inviter is None or not may_invite(invitation.inviter, invitation.organisation):
        raise Conflict(
            "inviter_left", _("Wie je uitnodigde, werkt daar niet meer. Vraag een collega om een nieuwe uitnodiging.")
        )
    membership, _is_new = Membership.objects.get_or_create(
        user=user, organisation=invitation.organisation, role=invitation.role
    )
    if not membership.is_active:
        membership.is_active = True
        membership.save(update_fields=["is_active"])
    membership.teams.add(*invitation.teams.filter(organisation=invitation.organisation))
    invitation.accepted_at = now()
    invitation.save(update_fields=["accepted_at"])
    return membership


def forget_invitations(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete invitations that ended 30 days before `day` or earlier; return how many."""
    midnight = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
    before = midnight - dt.timedelta(days=KEEP_DAYS)
    over = Invitation.objects.filter(
        Q(accepted_at__lt=before) | Q(revoked_at__lt=before) | Q(accepted_at=None, expires_at__lt=before)
    )
    if dry_run:
        return over.count()
    _rows, per_model = over.delete()
    return per_model.get(Invitation._meta.label, 0)


def forget_invitee(email: str) -> int:
    """Delete the invitations of somebody who asked to be forgotten; return how many."""
    address = email.strip().lower()
    return Invitation.objects.filter(email=address).delete()[0] if address else 0
