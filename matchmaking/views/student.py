"""What a student does with a proposal: yes, no, and asking why a place was not proposed (features S11, M2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaking import facts, services
from matchmaking.fit import fit_for
from matchmaking.forms import DeclineForm
from matchmaking.models import Proposal
from matchmaking.selectors import why_not
from placements.browse.cards import place_text, vacancy_url
from placements.models import Vacancy
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError
from students.access import StudentRequest, student_required
from students.selectors import current_cv, current_search


def _own(request: StudentRequest, public_id: str) -> Proposal:
    """Return one's own proposal; somebody else's does not exist."""
    proposals = Proposal.objects.select_related(
        "search__student", "vacancy__organisation", "vacancy__location__postcode"
    )
    return get_object_or_404(proposals, search__student=request.student, public_id=public_id)


def _lost(request: HttpRequest, error: RuleError) -> HttpResponseBase:
    return render(request, "409.html", {"message": error.message}, status=error.status)


@require_POST
@student_required
def proposal_accept(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Say yes. With a motivation and a CV at hand that is one click; else the page to react on asks for them."""
    proposal = _own(request, public_id)
    cv = current_cv(request.student)
    motivation = proposal.search.motivation.strip()
    if not motivation or cv is None:
        return redirect(f"{reverse('apply', args=[proposal.vacancy.public_id])}?voorstel={proposal.public_id}")
    try:
        application = services.accept_proposal(proposal=proposal, actor=request.user, motivation=motivation, cv=cv)
    except Conflict as error:
        return _lost(request, error)
    except RuleError as error:
        messages.warning(request, error.message)
        return redirect("my-overview")
    messages.success(request, _("Je reactie op %(title)s is verstuurd.") % {"title": proposal.vacancy.title})
    return redirect("application-detail", application.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def proposal_decline(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Say no, with a reason if one likes; asked once more first, because it cannot be undone."""
    proposal = _own(request, public_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_proposal(proposal=proposal, actor=request.user, reason=form.cleaned_data["reason"])
        except Conflict as error:
            return _lost(request, error)
        messages.success(
            request, _("Je zei nee tegen %(title)s. Je doet gewoon weer mee.") % {"title": proposal.vacancy.title}
        )
        return redirect("my-overview")
    context = {
        "tab": "stage",
        "form": form,
        "proposal": proposal,
        "vacancy": proposal.vacancy,
        "place": place_text(proposal.vacancy),
        "url": vacancy_url(proposal.vacancy),
    }
    return render(request, "matchmaking/proposal_decline.html", context)


@require_safe
@student_required
def why_not_proposed(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Say why a place is not among one's proposals: the first rule that failed, or how the division went."""
    vacancies = Vacancy.objects.visible_to(request.user).select_related(
        "organisation", "team", "location__postcode", "period"
    )
    vacancy = get_object_or_404(vacancies, public_id=public_id)
    search = current_search(request.user)
    at_home = search is not None and search.home_id is not None
    known = facts.of_one(search.pk, [vacancy.pk], today().toordinal()) if search is not None and at_home else None
    context = {
        "tab": "zoeken",
        "vacancy": vacancy,
        "place": place_text(vacancy),
        "url": vacancy_url(vacancy),
        "answer": why_not(search, vacancy, known) if search is not None else None,
        "fit": fit_for(search, [vacancy], known).get(vacancy.pk) if search is not None else None,
    }
    return render(request, "matchmaking/why_not.html", context)
