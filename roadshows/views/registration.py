"""Coming to a roadshow: the form for everybody, and one's own page behind a secret link or after signing in (W2)."""

from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from roadshows import registration_rules, tickets
from roadshows.enums import RegistrationStatus
from roadshows.models import Registration, Roadshow
from roadshows.registration_emails import PURPOSE
from roadshows.registration_forms import ParticipantForm, RegistrationForm, initial_of
from roadshows.services import registration as services
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError

# A whole school sits behind one address, so the brake is on programs and not on a class that registers together.
RATES = {"register": "40/m/ip,400/h/ip"}
COUNTERS = "roadshows.registration"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Register, with or without an account. What comes back on the page is the same for every address."""
    roadshow = get_object_or_404(Roadshow.objects.visible_to(request.user), slug=slug)
    own = _own(request, roadshow)
    if own is not None and own.is_open:
        return redirect("my-registration", roadshow.slug)
    if not registration_rules.takes_registrations(roadshow):
        return render(request, "roadshows/registration_closed.html", {"roadshow": roadshow, "tab": "roadshows"})
    data = request.POST if request.method == "POST" else None
    initial = {"name": request.user.get_full_name()} if isinstance(request.user, User) else None
    form = RegistrationForm(data, roadshow=roadshow, user=request.user, initial=initial)
    if data is None or not form.is_valid():
        return _form_page(request, roadshow, form)
    if form.is_trapped:
        return redirect("roadshow-registered", roadshow.slug)
    if ratelimit.consume(request, app=COUNTERS, action="register", config=RATES) is None:
        form.add_error(None, _("Dat ging even te snel. Wacht een minuut en probeer het nog een keer."))
        return _form_page(request, roadshow, form, status=429)
    user = request.user if isinstance(request.user, User) else None
    try:
        address = user.email if user is not None else form.cleaned_data["email"]
        services.register(roadshow=roadshow, actor=user, email=address, **form.values())
    except RuleError as error:
        form.add_error(None, error.message)
        return _form_page(request, roadshow, form)
    return redirect("my-registration" if user is not None else "roadshow-registered", roadshow.slug)


def _form_page(
    request: HttpRequest, roadshow: Roadshow, form: RegistrationForm, status: int | None = None
) -> HttpResponse:
    seated = roadshow.registrations.seated().count() if roadshow.capacity is not None else 0
    context = {
        "roadshow": roadshow,
        "form": form,
        "is_full": roadshow.capacity is not None and seated >= roadshow.capacity,
        "kept_until": registration_rules.people_kept_until(roadshow.day) if roadshow.day else None,
        "tab": "roadshows",
    }
    return render(request, "roadshows/register.html", context, status=status or (422 if form.errors else 200))


@login_not_required
@require_safe
def registered(request: HttpRequest, slug: str) -> HttpResponse:
    """Say: look in your mail. Whatever the address was."""
    roadshow = get_object_or_404(Roadshow.objects.visible_to(request.user), slug=slug)
    return render(request, "roadshows/registered.html", {"roadshow": roadshow, "tab": "roadshows"})


@secret_link(PURPOSE)
def by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """One's own page: ticket, waiting list, coming or not. Opening it changes nothing."""
    return _own_page(request, _of_link(link), link)


@secret_link(PURPOSE)
def change_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Correct what one filled in."""
    return _change_page(request, _of_link(link), link, request.path.removesuffix("wijzig/"))


@require_http_methods(["GET", "HEAD", "POST"])
def signed_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page for who is signed in: the registration of one's own address."""
    return _own_page(request, _own_or_404(request, slug), None)


@require_http_methods(["GET", "HEAD", "POST"])
def change_signed_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form for who is signed in."""
    return _change_page(request, _own_or_404(request, slug), None, reverse("my-registration", args=[slug]))


def _own_page(request: HttpRequest, registration: Registration, link: SecretLink | None) -> HttpResponse:
    actions: dict[str, Callable[..., Registration]] = {
        "ik-kom": services.accept_seat,
        "ik-kom-niet": services.cancel_registration,
    }
    wrong = ""
    if request.method == "POST" and request.POST.get("actie") in actions:
        try:
            actions[request.POST["actie"]](registration=registration, actor=_actor(request), link=link)
        except LinkClosed:
            raise  # its own page says why
        except RuleError as error:
            wrong = error.message
        else:
            return redirect(request.path)
        registration.refresh_from_db()
    roadshow = registration.roadshow
    is_coming = registration.status == RegistrationStatus.CONFIRMED
    context = {
        "registration": registration,
        "roadshow": roadshow,
        "is_coming": is_coming,
        "goes_on": roadshow.status in registration_rules.GOES_ON,
        "takes_registrations": registration_rules.takes_registrations(roadshow),
        "place": services.place_in_line(registration),
        "qr": tickets.qr_svg(tickets.check_in_url(registration)) if is_coming else "",
        "code": tickets.spaced(registration.code),
        "wrong": wrong,
        "asks_to_cancel": request.GET.get("afmelden") == "1" and registration.is_open,
        "change_url": f"{request.path}wijzig/",
        "kept_until": registration_rules.people_kept_until(roadshow.day) if roadshow.day else None,
        "tab": "roadshows",
    }
    return render(request, "roadshows/registration.html", context, status=409 if wrong else 200)


def _change_page(request: HttpRequest, registration: Registration, link: SecretLink | None, back: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    # Behind a link one is whoever the link is for, not whoever happens to be signed in on this machine.
    user = request.user if link is None else AnonymousUser()
    form = ParticipantForm(data, roadshow=registration.roadshow, user=user, initial=initial_of(registration))
    if data is not None and form.is_valid():
        try:
            services.change_registration(registration=registration, actor=_actor(request), link=link, **form.values())
        except LinkClosed:
            raise
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Je gegevens zijn bewaard."))
            return redirect(back)
    context = {
        "form": form,
        "registration": registration,
        "roadshow": registration.roadshow,
        "back": back,
        "tab": "roadshows",
    }
    return render(request, "roadshows/registration_change.html", context, status=422 if form.errors else 200)


def _of_link(link: SecretLink) -> Registration:
    return Registration.objects.select_related("roadshow").get(pk=link.object_id)


def _own(request: HttpRequest, roadshow: Roadshow) -> Registration | None:
    if not isinstance(request.user, User):
        return None
    found = Registration.objects.of_address(request.user.email).filter(roadshow=roadshow)
    return found.select_related("roadshow").first()


def _own_or_404(request: HttpRequest, slug: str) -> Registration:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before this view
    mine = Registration.objects.of_address(request.user.email).select_related("roadshow")
    return get_object_or_404(mine, roadshow__slug=slug)


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
