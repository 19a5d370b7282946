"""Every write about organisations that is more than a text: a first beginning, and room for students."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organisations import claims
from organisations.enums import OrganisationKind, Role
from organisations.models import Location, Membership, Organisation, StagePeriod, SupervisorCapacity, Team, TeamCapacity
from stagematch.accounts.models import User
from stagematch.mail.services import queue_mail
from stagematch.regions.models import PostcodeArea
from stagematch.ui.errors import RuleError

# Which roles exist at which kind of organisation.
ROLES_AT: dict[str, frozenset[str]] = {
    OrganisationKind.SCHOOL: frozenset({Role.COORDINATOR, Role.ORGANISER, Role.OBSERVER}),
    OrganisationKind.EMPLOYER: frozenset({Role.BROKER, Role.TEAM_LEAD, Role.SUPERVISOR, Role.ORGANISER, Role.OBSERVER}),
    OrganisationKind.MUNICIPALITY: frozenset(
        {Role.BROKER, Role.TEAM_LEAD, Role.SUPERVISOR, Role.ORGANISER, Role.OBSERVER}
    ),
    OrganisationKind.PARTNER: frozenset({Role.BROKER, Role.TEAM_LEAD, Role.SUPERVISOR, Role.ORGANISER, Role.OBSERVER}),
}


@transaction.atomic
def start_organisation(
    *, name: str, postcode: PostcodeArea, period: StagePeriod, contact_name: str, contact_email: str, note: str
) -> tuple[Team, TeamCapacity]:
    """Give an organisation that a school knows a beginning: a location, a team with room for one student, one person.

    That person becomes stagemakelaar, teamcoach and praktijkbegeleider, and gets a mail how to sign in. The organisation
    is not approved: nothing of it is public until a platform admin says so, also when one of this name exists already.
    Raises RuleError `account_closed` for an account that was closed.
    """
    user = User.objects.select_for_update().filter(email=contact_email.strip().lower()).first()
    if user is not None and not user.is_active:
        raise RuleError("account_closed", _("Dit account is gesloten. Vraag de platformbeheerder om het te openen."))
    organisation = Organisation.objects.create(
        kind=OrganisationKind.EMPLOYER,
        name=name,
        slug=f"{slugify(name)[:140] or 'organisatie'}-{secrets.token_hex(4)}",
        second_interview=False,
        source_note=note[:200],
    )
    location = Location.objects.create(organisation=organisation, name=name[:120], postcode=postcode)
    team = Team.objects.create(organisation=organisation, location=location, name=_("Stageteam"))
    if user is None:
        first, _space, last = contact_name.strip().partition(" ")
        user = User.objects.create_user(contact_email.strip(), first_name=first[:100], last_name=last[:100])
    pool = TeamCapacity.objects.create(team=team, period=period, places=1)
    for role in (Role.BROKER, Role.TEAM_LEAD, Role.SUPERVISOR):
        member = Membership.objects.create(user=user, organisation=organisation, role=role)
        member.teams.set([team])
        if role == Role.SUPERVISOR:
            SupervisorCapacity.objects.create(supervisor=member, pool=pool, places=1)
    queue_mail(
        key=f"organisation-started:{organisation.public_id}",
        template="organisations/member_invited",
        to=user,
        context={
            "organisation": organisation.name,
            "role": str(Role.BROKER.label),
            "inviter": "stagematch",
            "email": user.email,
        },
    )
    return team, pool


@transaction.atomic
def set_team_places(*, capacity: TeamCapacity, places: int, actor: User) -> TeamCapacity:
    """Set how many students a team can guide in a period.

    Raises RuleError `places_taken` when more students than that are placed already, or may still say yes (R7).
    """
    locked = TeamCapacity.objects.select_for_update(no_key=True).get(pk=capacity.pk)
    least = locked.taken + claims.of_pool(locked).places
    if places < least:
        raise RuleError("places_taken", _too_few(least), field="places")
    locked.places = places
    locked.save(update_fields=["places"])
    return locked


@transaction.atomic
def set_supervisor_places(
    *, capacity: SupervisorCapacity, places: int, actor: User, hours: int | None = None
) -> SupervisorCapacity:
    """Set how many students a praktijkbegeleider guides in a period, and with `hours` the hours a week there are for it.

    Raises RuleError `places_taken` or `hours_taken` when more than that is given already, or is offered (R7).
    """
    # The pool first, as everywhere: an offer is made under its lock.
    TeamCapacity.objects.select_for_update(no_key=True).get(pk=capacity.pool_id)
    locked = SupervisorCapacity.objects.select_for_update(no_key=True).get(pk=capacity.pk)
    claim = claims.of_supervisor(locked)
    if places < locked.taken + claim.places:
        raise RuleError("places_taken", _too_few(locked.taken + claim.places), field="places")
    if hours is not None and hours < locked.taken_hours + claim.hours:
        raise RuleError(
            "hours_taken",
            _("Er zijn al %(taken)s uren begeleiding vergeven. Kies %(taken)s of meer.")
            % {"taken": locked.taken_hours + claim.hours},
            field="hours_per_week",
        )
    locked.places = places
    locked.hours_per_week = locked.hours_per_week if hours is None else hours
    locked.save(update_fields=["places", "hours_per_week"])
    return locked


@transaction.atomic
def set_team_room(
    *,
    team: Team,
    period: StagePeriod,
    places: int,
    people: Sequence[tuple[Membership, int, int]],
    actor: User,
) -> TeamCapacity:
    """Make or change the room of a team in a period, with that of its praktijkbegeleiders: (who, places, hours a week).

    Who is not named keeps what they have; somebody new with 0 places gets no row. Never below what is given or offered:
    RuleError `places_taken` and `hours_taken` as above, and `not_in_team` for somebody of another team.
    """
    pool, _is_new = TeamCapacity.objects.get_or_create(team=team, period=period, defaults={"places": places})
    set_team_places(capacity=pool, places=places, actor=actor)
    for member, their_places, hours in sorted(people, key=lambda row: row[0].pk):
        if member.role != Role.SUPERVISOR or not member.teams.filter(pk=team.pk).exists():
            raise RuleError("not_in_team", _("Deze praktijkbegeleider hoort niet bij dit team."))
        capacity = SupervisorCapacity.objects.filter(supervisor=member, pool=pool).first()
        if capacity is None and their_places == 0:
            continue
        if capacity is None:
            SupervisorCapacity.objects.create(supervisor=member, pool=pool, places=their_places, hours_per_week=hours)
        else:
            set_supervisor_places(capacity=capacity, places=their_places, hours=hours, actor=actor)
    return pool


def _too_few(taken: int) -> str:
    return _("Er zijn al %(taken)s studenten geplaatst of met een aanbod. Kies %(taken)s of meer.") % {"taken": taken}
