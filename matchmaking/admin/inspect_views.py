"""Pages of the admin that show what matching did for one student or at one place (features M2); each look is recorded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaking import inspect
from matchmaking.enums import PairDecisionKind
from matchmaking.models import PairDecision
from matchmaking.services import decide_pair, end_decision
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.ui.admin_mixins import is_platform_admin
from stagematch.ui.admin_site import StagematchAdminSite
from stagematch.ui.errors import RuleError
from stagematch.ui.forms import FormMixin
from students.models import PlacementSearch

MOST_FOUND = 20


class FindForm(FormMixin, forms.Form):
    """Looks for a student by e-mail address, or for a place by words of its title."""

    q = forms.CharField(label=gettext_lazy("E-mailadres van een student, of woorden uit een titel"), max_length=120)


class DecisionForm(FormMixin, forms.Form):
    """A decision about this student and a place, named by its address or number."""

    kind = forms.ChoiceField(label=gettext_lazy("Besluit"), choices=PairDecisionKind.choices, widget=forms.RadioSelect)
    vacancy = forms.UUIDField(
        label=gettext_lazy("Kenmerk van de plek"),
        help_text=gettext_lazy("Het lange kenmerk uit het webadres van de stageplek."),
        error_messages={"invalid": gettext_lazy("Dit is geen kenmerk van een plek. Kopieer het uit het webadres.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Waarom?"),
        max_length=300,
        help_text=gettext_lazy("De student en de school mogen dit later lezen."),
    )


def urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """Return the patterns; names get the admin's namespace."""
    return [
        path("matching/", find, name="matching-find"),
        path("matching/student/<uuid:public_id>/", student, name="matching-student"),
        path("matching/plek/<uuid:public_id>/", vacancy, name="matching-vacancy"),
        path("matching/besluit/<int:pk>/terug/", take_back, name="matching-decision-end"),
    ]


def register() -> None:
    """Put the pages under the admin's address."""
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        admin.site.add_views(urls)


def _admin(request: HttpRequest) -> User:
    if not is_platform_admin(request):
        raise PermissionDenied
    assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
    return request.user


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"admin/matchmaking/{template}", {**admin.site.each_context(request), **context})


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Find the student or the place that somebody asks about."""
    _admin(request)
    form = FindForm(request.GET or None)
    searches, vacancies = [], []
    if form.is_valid():
        words = form.cleaned_data["q"].strip()
        searches = list(
            PlacementSearch.objects.filter(student__user__email__iexact=words).select_related("student__user", "period")
        )
        if not searches:
            vacancies = list(
                Vacancy.objects.filter(title__icontains=words)
                .select_related("organisation")
                .order_by("title", "pk")[:MOST_FOUND]
            )
    context = {
        "form": form,
        "searches": searches,
        "vacancies": vacancies,
        "title": _("Wat deed de matching, en waarom?"),
    }
    return _page(request, "find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def student(request: HttpRequest, public_id: str) -> HttpResponse:
    """One search as the last night saw it; also where a decision about a pair is made."""
    user = _admin(request)
    search = get_object_or_404(
        PlacementSearch.objects.select_related("student__user", "student__school", "period"), public_id=public_id
    )
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        place = Vacancy.objects.filter(public_id=form.cleaned_data["vacancy"]).first()
        if place is None:
            form.add_error("vacancy", _("Deze plek bestaat niet. Kijk het kenmerk na."))
        else:
            try:
                decide_pair(
                    search=search,
                    vacancy=place,
                    kind=form.cleaned_data["kind"],
                    reason=form.cleaned_data["reason"],
                    actor=user,
                )
            except RuleError as error:
                form.add_error(error.field or None, error.message)
            else:
                messages.success(request, _("Het besluit geldt vanaf de volgende nacht."))
                return redirect(reverse("admin:matching-student", args=[public_id]))
    record_view(actor=user, subject=search.student.user, obj=search)
    context = {"view": inspect.student_view(search), "form": form, "title": str(search.student.user)}
    return _page(request, "student.html", context)


@require_safe
def vacancy(request: HttpRequest, public_id: str) -> HttpResponse:
    """One place as the last night saw it."""
    _admin(request)
    place = get_object_or_404(Vacancy.objects.select_related("organisation", "team"), public_id=public_id)
    return _page(request, "vacancy.html", {"view": inspect.vacancy_view(place), "title": place.title})


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back."""
    user = _admin(request)
    decision = get_object_or_404(PairDecision.objects.select_related("search"), pk=pk)
    try:
        end_decision(decision=decision, actor=user)
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Het besluit is teruggenomen."))
    return redirect(reverse("admin:matching-student", args=[decision.search.public_id]))
