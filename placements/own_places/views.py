"""The pages of a place a student found: of the student, the contact, the school and the stagemakelaar."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import role_required
from organisations.weekdays import text as days_text
from placements.models import OwnPlace
from placements.own_places import services
from placements.own_places.forms import AnswerForm, ContactForm, OwnPlaceForm, TakeUpForm
from placements.workspace.access import broker_view, context, user_of
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.enums import SearchStatus
from students.selectors import current_search

PER_PAGE = 25
_ROWS = ("student__user", "student__school", "search__period", "organisation", "postcode", "vacancy", "application")


def _add_error(form: AnswerForm | OwnPlaceForm, error: RuleError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _facts(place: OwnPlace) -> dict[str, object]:
    return {"place": place, "days": days_text(place.weekdays), "groups": list(place.target_groups.all())}


# --- the student -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def own_places(request: StudentRequest) -> HttpResponse:
    """Tell about a place one found, and see how it goes."""
    search = current_search(request.user)
    is_ready = search is not None and search.status == SearchStatus.OPEN
    mine = list(OwnPlace.objects.filter(student=request.student).select_related(*_ROWS)[:20])
    form = None
    if search is not None and is_ready and not any(place.is_open for place in mine):
        form = OwnPlaceForm(request.POST or None, search=search)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                services.enter_own_place(
                    student=request.student,
                    search=search,
                    actor=request.user,
                    organisation=data["known"],
                    organisation_name=data["organisation_name"],
                    postcode=data["place"],
                    what=data["what"],
                    weekdays=data["weekdays"],
                    target_groups=list(data["target_groups"]),
                    contact_name=data["contact_name"],
                    contact_email=data["contact_email"],
                )
            except RuleError as error:
                _add_error(form, error)
            else:
                messages.success(
                    request, _("Je plek is ingevuld. De organisatie krijgt nu een mail met jouw naam erbij.")
                )
                return redirect("own-places")
    page = {"form": form, "search": search, "is_ready": is_ready, "mine": mine, "tab": "mijn"}
    return render(request, "placements/own_places.html", page)


@require_POST
@student_required
def own_place_withdraw(request: StudentRequest, public_id: UUID) -> HttpResponse:
    """Take it back."""
    place = get_object_or_404(OwnPlace, public_id=public_id, student=request.student)
    try:
        services.withdraw_own_place(place=place, actor=request.user)
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Je eigen plek is ingetrokken."))
    return redirect("own-places")


# --- the contact, through a link ---------------------------------------------------------------------


@secret_link(services.PURPOSE)
def own_place_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Say whether it is so, without an account."""
    place = link.subject
    assert isinstance(place, OwnPlace)  # noqa: S101 -- the purpose says so; narrows the type
    form = ContactForm(request.POST or None, initial={"name": place.contact_name})
    if request.method == "POST" and form.is_valid() and place.is_open and place.contact_agrees is None:
        data = form.cleaned_data
        try:
            lock_link(link)
            if data["answer"] == "yes":
                place = services.contact_agrees(place=place, name=data["name"])
            else:
                place = services.decline_own_place(place=place, actor=None, remark=data["remark"], stop=data["stop"])
        except RuleError as error:
            _add_error(form, error)
        place.refresh_from_db()
    return render(request, "placements/own_place_contact.html", {"form": form, **_facts(place)})


# --- the school --------------------------------------------------------------------------------------


@role_required(Role.COORDINATOR)
@require_safe
def school_own_places(request: HttpRequest) -> HttpResponse:
    """The places that students of the school found, those that wait first."""
    rows = OwnPlace.objects.of_school(user_of(request)).select_related(*_ROWS)
    page = Paginator(rows.order_by(F("closed_at").desc(nulls_first=True), "-created_at", "pk"), PER_PAGE).get_page(
        request.GET.get("pagina")
    )
    return render(request, "placements/school_own_places.html", {"page": page, "tab": "school"})


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def school_own_place(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whether an organisation we do not know is fit for this student."""
    user = user_of(request)
    place = get_object_or_404(OwnPlace.objects.of_school(user).select_related(*_ROWS), public_id=public_id)
    decides = place.is_open and place.organisation_id is None and place.school_agrees is None
    form = AnswerForm(request.POST or None) if decides else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            if form.cleaned_data["answer"] == "yes":
                services.school_agrees(place=place, actor=user)
            else:
                services.decline_own_place(place=place, actor=user, remark=form.cleaned_data["remark"])
        except RuleError as error:
            _add_error(form, error)
        else:
            messages.success(request, _("Je antwoord is opgeslagen."))
            return redirect("school-own-place", place.public_id)
    same_name = Organisation.objects.filter(name__iexact=place.organisation_name).exclude(own_places=place)
    page = {"form": form, "same_name": same_name.exists(), "tab": "school", **_facts(place)}
    return render(request, "placements/school_own_place.html", page)


# --- the stagemakelaar -------------------------------------------------------------------------------


@broker_view
@require_safe
def broker_own_places(request: HttpRequest) -> HttpResponse:
    """The places that students found at the own organisation."""
    rows = OwnPlace.objects.of_broker(user_of(request)).select_related(*_ROWS).order_by("-created_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    return render(
        request, "admin/workspace/eigen_plekken.html", context(request, title=_("Zelf gevonden plekken"), page=page)
    )


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def broker_own_place(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it up for a team, or say no."""
    user: User = user_of(request)
    place = get_object_or_404(OwnPlace.objects.of_broker(user).select_related(*_ROWS), public_id=public_id)
    assert place.organisation is not None  # noqa: S101 -- of_broker has looked; narrows the type
    record_view(actor=user, subject=place.student.user, obj=place)
    form = TakeUpForm(request.POST or None, organisation=place.organisation) if place.status == "asked" else None
    if request.method == "POST" and form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            if data["answer"] == "yes":
                vacancy = services.take_up_own_place(place=place, team=data["team"], actor=user)
                messages.success(
                    request,
                    _("Dit is het concept, alleen voor deze student. Kijk het na en vraag het team om akkoord."),
                )
                return redirect("admin:placements_vacancy_change", vacancy.pk)
            services.decline_own_place(place=place, actor=user, remark=data["remark"])
        except RuleError as error:
            _add_error(form, error)
        else:
            messages.success(request, _("De student krijgt je antwoord per mail."))
            return redirect("admin:own-places")
    page = context(request, title=_("Plek die een student vond"), form=form, **_facts(place))
    return render(request, "admin/workspace/eigen_plek.html", page)
