"""The inventory for the stagemakelaar, inside the admin site: open, follow, chase, take over, export."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import InventoryChoice, Role
from organisations.inventory import selectors, services
from organisations.inventory.access import admin_context, broker_view, user_of
from organisations.inventory.emails import recipients_of
from organisations.inventory.forms import ClosingForm, ContactForm, RoundForm
from organisations.inventory.prefill import last_answer, previous_period, summary
from organisations.models import InventoryRequest, InventoryRound, Organisation, StagePeriod
from organisations.roles import describe
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import table_response

PER_PAGE = 30


@broker_view
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Go to the newest period that was asked about; before the first one, explain what a round is."""
    periods = selectors.periods_for_broker(user_of(request))
    if periods:
        return redirect("admin:inventory-period", periods[0].slug)
    return render(request, "admin/inventory/empty.html", admin_context(request, title=_("Inventarisatie")))


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest) -> HttpResponse:
    """Open a round for all active teams of an organisation."""
    owners = Organisation.objects.of(user_of(request), Role.BROKER).hosting().order_by("name")
    form = RoundForm(request.POST or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_round(actor=user_of(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            n = opened.requests.count()
            text = ngettext("%(n)s team krijgt nu een mail.", "%(n)s teams krijgen nu een mail.", n) % {"n": n}
            messages.success(request, text)
            return redirect("admin:inventory-period", opened.period.slug)
    context = admin_context(request, title=_("Nieuwe ronde"), form=form, owners=owners)
    return render(request, "admin/inventory/new.html", context, status=422 if form.errors else 200)


@broker_view
@require_safe
def period(request: HttpRequest, slug: str) -> HttpResponse:
    """One period: the counts, last year beside them, and the teams, who still has to answer first."""
    user = user_of(request)
    periods = selectors.periods_for_broker(user)
    known = next((period for period in periods if period.slug == slug), None)
    chosen = known or get_object_or_404(StagePeriod, slug=slug)
    requests = selectors.requests_for_broker(user, chosen)
    state = request.GET.get("stand", "")
    page = Paginator(selectors.rows_of(requests, state), PER_PAGE).get_page(request.GET.get("pagina"))
    earlier = previous_period(chosen)
    counts, before = selectors.count(requests), selectors.same_teams_before(requests, earlier)
    rows = list(page)
    reach = recipients_of(rows)
    return render(
        request,
        "admin/inventory/period.html",
        admin_context(
            request,
            title=_("Inventarisatie"),
            period=chosen,
            periods=periods,
            rounds=selectors.rounds_in(requests, user),
            before_period=earlier if before else None,
            page=page,
            rows=[(r, summary(r.given) if r.given else "", bool(reach[r.pk])) for r in rows],
            state=state,
            states=_states(counts),
            **charts(counts, before),
        ),
    )


def charts(counts: selectors.Counts, before: selectors.Counts | None) -> dict[str, Any]:
    """Return the counts and bars that the page of the stagemakelaar and of the school share."""
    return {
        "counts": counts,
        "before": before,
        "choice_bars": selectors.choice_bars(counts, before),
        "place_bars": selectors.place_bars(counts, before),
        "reason_bars": selectors.reason_bars(counts, before),
    }


def _states(counts: selectors.Counts) -> list[tuple[str, str, int]]:
    found = [("", _("alle teams"), counts.asked), ("wacht", _("nog geen antwoord"), counts.waiting)]
    return found + [(c.value, str(c.label), counts.by_choice.get(c.value, 0)) for c in InventoryChoice]


@broker_view
@require_POST
def chase(request: HttpRequest, slug: str) -> HttpResponse:
    """Remind everybody who has not answered, once a day at most."""
    chosen = get_object_or_404(StagePeriod, slug=slug)
    try:
        done = services.chase(requests=selectors.requests_for_broker(user_of(request), chosen), actor=user_of(request))
    except RuleError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _chased(done))
    return redirect("admin:inventory-period", slug)


def _chased(done: services.Chased) -> str:
    parts = [ngettext("%(n)s team krijgt een herinnering.", "%(n)s teams krijgen een herinnering.", done.teams)]
    text = parts[0] % {"n": done.teams}
    if done.already_today:
        more = ngettext("%(n)s team kreeg vandaag al mail.", "%(n)s teams kregen vandaag al mail.", done.already_today)
        text += " " + more % {"n": done.already_today}
    if done.without_address:
        more = ngettext("%(n)s team heeft geen adres.", "%(n)s teams hebben geen adres.", done.without_address)
        text += " " + more % {"n": done.without_address}
    return text


@broker_view
@require_POST
def change_round(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a round, or move its last day."""
    found = own_round(user_of(request), public_id)
    return redirect_after_change(request, found, "admin:inventory-period")


def own_round(user: User, public_id: UUID) -> InventoryRound:
    """Return a round this person manages; another's does not exist for them."""
    rounds = InventoryRound.objects.filter(
        owner__in=Organisation.objects.of(user, Role.BROKER, Role.COORDINATOR).values("pk")
    )
    return get_object_or_404(rounds.select_related("owner", "period"), public_id=public_id)


def redirect_after_change(request: HttpRequest, found: InventoryRound, to: str) -> HttpResponse:
    """Do what the buttons below a round ask, say what happened, and go back."""
    try:
        if "sluit" in request.POST:
            services.close_round(round_=found, actor=user_of(request))
            messages.success(request, _("De ronde is gesloten."))
        else:
            form = ClosingForm(request.POST)
            if not form.is_valid():
                raise RuleError("no_date", _("Kies een dag waarop de ronde sluit."))
            services.move_closing(round_=found, closes_on=form.cleaned_data["closes_on"], actor=user_of(request))
            messages.success(request, _("De laatste dag is veranderd."))
    except RuleError as error:
        messages.warning(request, error.message)
    return redirect(to, found.period.slug) if to.startswith("admin:") else redirect(to)


def _request_or_404(request: HttpRequest, public_id: UUID) -> InventoryRequest:
    user = user_of(request)
    rows = InventoryRequest.objects.select_related(
        "answer__answered_by", "round__owner", "team__organisation", "period"
    )
    own = rows if user.is_superuser else rows.filter(pk__in=InventoryRequest.objects.of_broker(user).values("pk"))
    return get_object_or_404(own, public_id=public_id)


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One team: its whole answer, last year's, and where its mail goes."""
    asked = _request_or_404(request, public_id)
    people = recipients_of([asked])[asked.pk]
    form = ContactForm(request.POST or None, initial={"email": asked.contact_email})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_contact(request=asked, email=form.cleaned_data["email"], actor=user_of(request))
        except RuleError as error:
            form.add_error("email", error.message)
        else:
            messages.success(request, _("De vraag is gemaild."))
            return redirect("admin:inventory-team", asked.public_id)
    before = last_answer(asked)
    context = admin_context(
        request,
        title=asked.team.name,
        asked=asked,
        answer=asked.given,
        supervisors=list(asked.given.supervisors.select_related("user")) if asked.given else [],
        before=before,
        before_summary=summary(before) if before else "",
        people=[person for person in people if isinstance(person, User)],
        form=form,
        may_take_over=asked.given is not None
        and asked.given.choice == InventoryChoice.YES
        and asked.taken_over_at is None
        and not user_of(request).is_superuser,
        changed_since=asked.given is not None
        and asked.taken_over_at is not None
        and asked.given.changed_at > asked.taken_over_at,
    )
    return render(request, "admin/inventory/team.html", context, status=422 if form.errors else 200)


@broker_view
@require_POST
def take_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the yes the team's room, and go on with the concept vacancy."""
    asked = _request_or_404(request, public_id)
    try:
        address = services.take_over(request=asked, actor=user_of(request))
    except RuleError as error:
        messages.warning(request, error.message)
        return redirect("admin:inventory-team", asked.public_id)
    messages.success(request, _("De ruimte van het team staat klaar, met een concept van de vacature."))
    return redirect(address or "admin:inventory-team", *([] if address else [asked.public_id]))


@broker_view
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Every team of a period with its answer, as CSV or XLSX."""
    user = user_of(request)
    chosen = get_object_or_404(StagePeriod, slug=slug)
    requests = selectors.rows_of(selectors.requests_for_broker(user, chosen))
    requests = requests.prefetch_related("answer__supervisors__user")
    record_export(actor=user, subject=None, obj=chosen, label=describe(user))
    head = [
        _("Organisatie"), _("Team"), _("Periode"), _("Antwoord"), _("Plekken"), _("Uren begeleiding per week"),
        _("Begeleiders"), _("Wat kan een student doen"), _("Nodig voor één plek meer"), _("Redenen voor nee"),
        _("Toelichting"), _("Beantwoord op"), _("Laatst gemaild"), _("Overgenomen"),
    ]  # fmt: skip
    rows = (_line(asked, chosen) for asked in requests)
    return table_response(name=f"inventarisatie-{chosen.slug}", head=head, rows=rows, kind=kind)


def _line(asked: InventoryRequest, chosen: StagePeriod) -> list[Any]:
    start = [asked.team.organisation.name, asked.team.name, chosen.name]
    end = [asked.last_mailed_on, _("ja") if asked.taken_over_at else ""]
    answer = asked.given
    if answer is None:
        return [*start, _("nog geen antwoord"), *([""] * 8), *end]
    guides = ", ".join([str(m.user) for m in answer.supervisors.all()] + [answer.other_supervisors]).strip(", ")
    day = timezone.localtime(answer.changed_at).date()
    return [
        *start, str(answer.get_choice_display()), answer.places, answer.hours_per_week, guides, answer.work,
        answer.needed, ", ".join(answer.reason_words), answer.note, day, *end,
    ]  # fmt: skip
