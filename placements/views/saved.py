"""What a student keeps: places in an own order, and a row to wait in (features S6, R3)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from placements import services
from placements.browse.cards import cards, for_cards, vacancy_url
from placements.enums import SearchMailFrequency
from placements.models import SavedSearch, Vacancy
from placements.views.common import back_to, vacancy_for
from placements.waiting import place_in_line
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.selectors import current_search


@require_POST
@student_required
def favourite_toggle(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Keep a place, or let it go."""
    vacancy = vacancy_for(request, public_id)
    saved = services.toggle_favourite(student=request.student, vacancy=vacancy)
    text = _("Bewaard: %(title)s.") if saved else _("Niet meer bewaard: %(title)s.")
    messages.success(request, text % {"title": vacancy.title})
    return redirect(back_to(request, vacancy_url(vacancy)))


@require_POST
@student_required
def favourite_move(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Move a kept place one up or down in the own order; the page comes back at that place."""
    vacancy = vacancy_for(request, public_id)
    services.move_favourite(student=request.student, vacancy=vacancy, up=request.POST.get("richting") == "op")
    return redirect(f"{reverse('my-saved')}#plek-{vacancy.public_id}")


@require_POST
@student_required
def waiting_list_join(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Wait for a place that is full; a mail comes when it is one's turn."""
    vacancy = vacancy_for(request, public_id)
    try:
        services.join_waiting_list(student=request.student, vacancy=vacancy)
    except RuleError as error:
        messages.warning(request, error.message)
    else:
        place = place_in_line(request.student, vacancy)
        text = _("Je staat op de wachtlijst, als nummer %(n)s. Je krijgt een mail als jij aan de beurt bent.")
        messages.success(request, text % {"n": place.number if place else 1})
    return redirect(vacancy_url(vacancy))


@require_POST
@student_required
def waiting_list_leave(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Stop waiting."""
    vacancy = vacancy_for(request, public_id)
    if services.leave_waiting_list(student=request.student, vacancy=vacancy):
        messages.success(request, _("Je staat niet meer op de wachtlijst van %(title)s.") % {"title": vacancy.title})
    return redirect(back_to(request, vacancy_url(vacancy)))


@require_safe
@student_required
def my_saved(request: StudentRequest) -> HttpResponse:
    """Show the places the student keeps."""
    search = current_search(request.user)
    rows = for_cards(Vacancy.objects.filter(favourites__student=request.student), request.student)
    context = {
        "cards": cards(
            rows.order_by("favourites__rank", "-favourites__created_at"),
            search=search,
            origin=search.home if search else None,
            can_save=True,
        ),
        "searches": list(SavedSearch.objects.filter(student=request.student)),
        "frequencies": SearchMailFrequency.choices,
        "tab": "bewaard",
    }
    return render(request, "placements/my_saved.html", context)
