"""The page of teamcoach and praktijkbegeleider: their own teams."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations import panels
from organisations.enums import Role
from organisations.roles import role_required
from organisations.selectors import team_views, teams_of
from stagematch.accounts.models import User


@require_safe
@role_required(Role.TEAM_LEAD, Role.SUPERVISOR)
def team_overview(request: HttpRequest) -> HttpResponse:
    """Room per praktijkbegeleider, and the students who come or may come."""
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before this view
    teams = teams_of(request.user)
    context = {
        "teams": team_views(teams, request.user),
        "panels": panels.of_teams(teams, request),
        "tab": "team",
    }
    return render(request, "organisations/team_overview.html", context)
