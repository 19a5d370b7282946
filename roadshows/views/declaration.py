"""The erkenningsverklaring: the text and the register for everybody, signing by link, and keeping it up (features W6)."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import feedgenerator, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organisations.enums import Role
from organisations.roles import has_role, role_required
from roadshows.declaration_forms import (
    EvidenceForm,
    OwnSignatureForm,
    RoadshowSignatureForm,
    SignForm,
    WithdrawForm,
)
from roadshows.enums import SignatureStatus
from roadshows.models import DeclarationText, Evidence, Signature
from roadshows.services import declaration as services
from roadshows.views.organiser import _own as own_roadshow
from roadshows.views.organiser import _user as user_of
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError

PAGE_SIZE = 60
MOST_IN_FEED = 100
READ = ["GET", "HEAD", "POST"]


@login_not_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The text that is signed now, and who signed, with search."""
    words = " ".join(request.GET.get("q", "").split())[:80]
    signed = Signature.objects.register()
    rows = signed.annotate(lines=Count("evidence")).select_related("organisation", "declaration").order_by("name")
    if words:
        rows = rows.filter(name__icontains=words)
    text = DeclarationText.objects.filter(is_current=True).first()
    context = {
        "text": text,
        "total": signed.count(),
        "words": words,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "may_ask": has_role(request.user, Role.BROKER),
        "tab": "roadshows",
    }
    return render(request, "roadshows/declaration.html", context)


@login_not_required
@require_safe
def text_version(request: HttpRequest, version: int) -> HttpResponse:
    """An earlier (or this) version of the text: people read what others signed."""
    text = get_object_or_404(DeclarationText, version=version, published_on__isnull=False)
    return render(request, "roadshows/declaration_text.html", {"text": text, "tab": "roadshows"})


@login_not_required
@require_safe
def register_feed(request: HttpRequest) -> HttpResponse:
    """Who signed last, as Atom."""
    page = request.build_absolute_uri(reverse("declaration"))
    feed = feedgenerator.Atom1Feed(
        title=_("Wie tekende de mbo-erkenningsverklaring?"),
        link=page,
        description="",
        language="nl",
        feed_url=request.build_absolute_uri(request.path),
    )
    for row in Signature.objects.register().select_related("declaration").order_by("-signed_on", "-pk")[:MOST_IN_FEED]:
        assert row.signed_on is not None  # noqa: S101 -- a constraint of the database
        at = dt.datetime.combine(row.signed_on, dt.time(12), tzinfo=timezone.get_default_timezone())
        address = request.build_absolute_uri(row.get_absolute_url())
        feed.add_item(
            title=_("%(name)s tekende de mbo-erkenningsverklaring") % {"name": row.name},
            link=address,
            description=str(row.declaration),
            unique_id=f"urn:uuid:{row.public_id}",
            pubdate=at,
            updateddate=at,
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    response["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_safe
def signature_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One organisation: what it promised and what it shows for it per year."""
    visible = Signature.objects.visible_to(request.user).select_related("organisation", "declaration", "roadshow")
    signature = get_object_or_404(visible, public_id=public_id)
    context = {
        "signature": signature,
        "years": _by_year(signature),
        "may_keep": isinstance(request.user, User) and services.may_keep(request.user, signature),
        "tab": "roadshows",
    }
    return render(request, "roadshows/signature_detail.html", context)


def _by_year(signature: Signature) -> list[tuple[int, list[Evidence]]]:
    years: dict[int, list[Evidence]] = {}
    for row in signature.evidence.all():
        years.setdefault(row.year, []).append(row)
    return list(years.items())


@role_required(Role.BROKER)
@require_http_methods(READ)
def our_signatures(request: HttpRequest) -> HttpResponse:
    """A stagemakelaar asks the person who may sign, and sees how it stands."""
    actor = user_of(request)
    places = services.organisations_to_sign_for(actor)
    form = OwnSignatureForm(request.POST if request.method == "POST" else None, organisations=places)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        organisation = fields.pop("organisation")
        if _asked(form, lambda: services.ask_signature(name="", organisation=organisation, actor=actor, **fields)):
            messages.success(request, _("De vraag om te tekenen is verstuurd."))
            return redirect("our-signatures")
    rows = Signature.objects.managed_by(actor).filter(organisation__in=places).select_related("declaration")
    context = {"form": form, "signatures": rows.order_by("-asked_at")[:PAGE_SIZE], "tab": "roadshows"}
    return render(request, "roadshows/our_signatures.html", context, status=422 if form.errors else 200)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def roadshow_signatures(request: HttpRequest, slug: str) -> HttpResponse:
    """An organiser asks for signatures at a roadshow and sees who signed."""
    roadshow = own_roadshow(request, slug)
    form = RoadshowSignatureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        if _asked(form, lambda: services.ask_signature(roadshow=roadshow, actor=user_of(request), **fields)):
            messages.success(request, _("De vraag om te tekenen is verstuurd."))
            return redirect("roadshow-signatures", slug)
    rows = roadshow.signatures.select_related("declaration").order_by("status", "name")
    context = {
        "form": form,
        "roadshow": roadshow,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "signed": rows.filter(status=SignatureStatus.SIGNED).count(),
        "tab": "roadshows",
    }
    return render(request, "roadshows/roadshow_signatures.html", context, status=422 if form.errors else 200)


def _asked(form: OwnSignatureForm | RoadshowSignatureForm, ask: Callable[[], Signature]) -> bool:
    try:
        ask()
    except RuleError as error:
        form.add_error(error.field or None, error.message)
        return False
    return True


@secret_link(services.SIGN)
def sign_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """The page of the mail: read the text, then sign or say no. Opening it changes nothing."""
    signature = Signature.objects.select_related("declaration", "organisation").get(pk=link.object_id)
    form = SignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        agrees = "nee" not in request.POST
        try:
            services.answer_signature(link=link, agrees=agrees, may_sign=form.cleaned_data["may_sign"])
        except LinkClosed:
            raise
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            return render(request, "roadshows/signed.html", {"signature": signature, "agrees": agrees})
    context = {"signature": signature, "text": signature.declaration, "form": form}
    return render(request, "roadshows/sign.html", context, status=422 if form.errors else 200)


@secret_link(services.KEEP)
def keep_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Who signed adds evidence or withdraws, without an account."""
    signature = Signature.objects.select_related("declaration", "organisation").get(pk=link.object_id)
    return _keep(request, signature, link)


@role_required(Role.BROKER, Role.ORGANISER)
@require_http_methods(READ)
def keep_signed_in(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same for the stagemakelaar or the organiser who asked."""
    own = Signature.objects.managed_by(request.user).select_related("declaration", "organisation")
    return _keep(request, get_object_or_404(own, public_id=public_id), None)


def _keep(request: HttpRequest, signature: Signature, link: SecretLink | None) -> HttpResponse:
    actor = None if link is not None else user_of(request)
    what = request.POST.get("wat", "") if request.method == "POST" else ""
    evidence_form = EvidenceForm(request.POST if what == "bewijs" else None, signature=signature)
    withdraw_form = WithdrawForm(request.POST if what == "intrekken" else None)
    form: EvidenceForm | WithdrawForm = withdraw_form if what == "intrekken" else evidence_form
    try:
        if what == "bewijs" and evidence_form.is_valid():
            services.add_evidence(signature=signature, actor=actor, link=link, **evidence_form.cleaned_data)
            messages.success(request, _("Het staat in het register."))
            return redirect(request.path)
        if what == "weg":
            rows = signature.evidence.select_related("signature")
            services.remove_evidence(evidence=get_object_or_404(rows, public_id=_uuid(request)), actor=actor, link=link)
            return redirect(request.path)
        if what == "intrekken" and withdraw_form.is_valid():
            services.withdraw_signature(signature=signature, actor=actor, link=link, **withdraw_form.cleaned_data)
            messages.success(request, _("De handtekening is ingetrokken. Hij staat niet meer in het register."))
            return redirect(request.path)
    except LinkClosed:
        raise
    except RuleError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    signature.refresh_from_db()
    context = {
        "signature": signature,
        "years": _by_year(signature),
        "evidence_form": evidence_form,
        "withdraw_form": withdraw_form,
        "errors": form.errors,
        "by_link": link is not None,
        "tab": "roadshows",
    }
    return render(request, "roadshows/signature_keep.html", context, status=422 if form.errors else 200)


def _uuid(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("regel", ""))
    except ValueError:
        raise Http404 from None
