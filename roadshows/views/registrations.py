"""The organiser's side of registration: who comes, what they need, the link for helpers, and a list to take along (W2)."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import describe, role_required
from roadshows import registration_rules, tickets
from roadshows.enums import RegistrationStatus
from roadshows.models import Registration, Roadshow
from roadshows.registration_selectors import attendance_of, states_of, total
from roadshows.services import checkin, registration
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.links.services import links_of
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import table_response

PAGE_SIZE = 50


def _own(request: HttpRequest, slug: str) -> Roadshow:
    """Return a roadshow one organises; any other does not exist here."""
    return get_object_or_404(Roadshow.objects.managed_by(request.user), slug=slug)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


@role_required(Role.ORGANISER)
@require_safe
def registration_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Who comes, per state and role, a page at a time; what people need stands apart, because it goes first."""
    return _page(request, _own(request, slug))


def _page(request: HttpRequest, roadshow: Roadshow, *, helper_url: str = "") -> HttpResponse:
    people = Registration.objects.filter(roadshow=roadshow)
    state = request.GET.get("stand", "")
    shown = people.filter(status=state) if state in RegistrationStatus.values else people
    needs = people.open().exclude(access_needs="", diet="").only("name", "access_needs", "diet")
    rows = attendance_of(roadshow)
    context = {
        "roadshow": roadshow,
        "page": Paginator(shown.order_by("number"), PAGE_SIZE).get_page(request.GET.get("pagina")),
        "states": states_of(roadshow),
        "state": state,
        "needs": list(needs[:200]),
        "attendance": rows,
        "total": total(rows),
        "helper_url": helper_url,
        "helper_qr": tickets.qr_svg(helper_url) if helper_url else "",
        "helper_link": next(
            (link for link in links_of(roadshow, purpose=checkin.PURPOSE) if link.state == "live"), None
        ),
        "needs_until": registration_rules.needs_kept_until(roadshow.day) if roadshow.day else None,
        "people_until": registration_rules.people_kept_until(roadshow.day) if roadshow.day else None,
        "tab": "roadshows",
    }
    response = render(request, "roadshows/registrations.html", context)
    response["Cache-Control"] = "no-store"
    return response


@role_required(Role.ORGANISER)
@require_POST
def helpers(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for helpers, shown this once, or stop the one there is."""
    roadshow = _own(request, slug)
    if "stop" in request.POST:
        checkin.close_helper_links(roadshow=roadshow, actor=_user(request))
        messages.success(request, _("De link voor helpers werkt niet meer."))
        return redirect("roadshow-registrations", roadshow.slug)
    try:
        address = checkin.make_helper_link(roadshow=roadshow, actor=_user(request))
    except RuleError as error:
        messages.error(request, error.message)
        return redirect("roadshow-registrations", roadshow.slug)
    return _page(request, roadshow, helper_url=address)


@role_required(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Call somebody off who telephoned, after one question; the next in line gets the seat."""
    roadshow = _own(request, slug)
    given = request.POST.get("wie", "") or request.GET.get("wie", "")
    try:
        public_id = UUID(given)
    except ValueError:
        return redirect("roadshow-registrations", roadshow.slug)
    row = get_object_or_404(Registration.objects.filter(roadshow=roadshow), public_id=public_id)
    if request.method != "POST":
        context = {"roadshow": roadshow, "row": row, "tab": "roadshows"}
        return render(request, "roadshows/registration_cancel.html", context)
    try:
        registration.cancel_registration(registration=row, actor=_user(request))
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(name)s is afgemeld.") % {"name": row.name})
    return redirect("roadshow-registrations", roadshow.slug)


@role_required(Role.ORGANISER)
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The list to take along: name, role, organisation, state, since when inside. No addresses, no needs; logged."""
    roadshow = _own(request, slug)
    user = _user(request)
    record_export(actor=user, subject=None, obj=roadshow, label=describe(user))
    head = [_("Naam"), _("Rol"), _("Organisatie"), _("Stand"), _("Binnen sinds")]
    rows = [
        [
            row.name,
            row.get_role_display(),
            row.organisation_name,
            row.get_status_display(),
            f"{timezone.localtime(row.checked_in_at):%H:%M}" if row.checked_in_at else "",
        ]
        for row in Registration.objects.filter(roadshow=roadshow).order_by("name", "pk")
    ]
    response = table_response(name=f"aanmeldingen-{roadshow.slug}", head=head, rows=rows, kind=kind)
    response["Cache-Control"] = "no-store"
    return response
