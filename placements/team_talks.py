"""The talks of who works in a team, on the page of the team: what is to come, and where advice is waited for."""

from django.http import HttpRequest

from organisations import panels
from organisations.models import Team
from placements.enums import InterviewStatus
from placements.models import Interview
from stagematch.accounts.models import User

MOST = 12


def register() -> None:
    """Hang the block on the page of teamcoach and praktijkbegeleider."""
    panels.register_for_team("talks", talks_block)


def talks_block(teams: list[Team], request: HttpRequest) -> list[panels.Panel]:
    """The planned talks this person leads or takes part in, the soonest first; nothing when there are none."""
    user = request.user
    if not isinstance(user, User):
        return []
    rows = list(
        Interview.objects.joined_by(user)
        .filter(status=InterviewStatus.PLANNED)
        .select_related("application__vacancy__team", "application__student__user", "host")
        .prefetch_related("participants")
        .order_by("starts_at", "pk")[:MOST]
    )
    if not rows:
        return []
    lines = [(talk, _waits_for_advice(talk, user)) for talk in rows]
    return [("placements/_team_talks.html", {"lines": lines})]


def _waits_for_advice(talk: Interview, user: User) -> bool:
    """Whether this person takes part and has not said yet what they think."""
    return any(seat.user_id == user.pk and not seat.advice for seat in talk.participants.all())
