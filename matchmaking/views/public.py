"""What anybody may read about the matching."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matchmaking import fairness
from matchmaking.models import FairnessReport
from matchmaking.policy_text import page_of
from matchmaking.services import current_policy, season_seed
from stagematch.clock import today


@require_safe
@login_not_required
def how_it_works(request: HttpRequest) -> HttpResponse:
    """The rules of matching in plain Dutch, made from the rules that hold now."""
    policy = current_policy()
    context = {"tab": "matching", "policy": policy, "seed": season_seed(today()), **page_of(policy)}
    return render(request, "matchmaking/how_it_works.html", context)


@require_safe
@login_not_required
def fairness_page(request: HttpRequest) -> HttpResponse:
    """How fair this season is so far, in shares of groups that are large enough (R6, R9)."""
    report = FairnessReport.objects.order_by("-day").first()
    shown = fairness.public(report) if report is not None else None
    return render(request, "matchmaking/fairness.html", {"tab": "matching", "report": shown, "least": fairness.LEAST})
