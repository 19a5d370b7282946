"""Vacancies: written in a form, published and closed by buttons that ask first."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organisations.admin_mixins import RoleAdminMixin, belongs_to, own_rows
from organisations.models import Location, Organisation, StagePeriod, SupervisorCapacity, Team
from placements import accreditation, services
from placements.admin.choices import Choices, vacancy_choices
from placements.admin.forms import VacancyForm
from placements.admin.operations import OPERATIONS, Operation, Plan, carry_out, plan
from placements.admin.pages import PAGES
from placements.agreements import state_of
from placements.capacity import capacity_of, people_of
from placements.hints import hints_of
from placements.models import Vacancy, VacancyAgreement
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.regions.models import Dated
from stagematch.ui.admin_mixins import ReadOnlyMixin, is_platform_admin
from stagematch.ui.errors import RuleError

belongs_to(Vacancy, "team__organisation")
belongs_to(VacancyAgreement, "vacancy__team__organisation")


@admin.register(Vacancy)
class VacancyAdmin(RoleAdminMixin):
    form = VacancyForm
    list_display = ["title", "attention", "status", "room", "open_applications", "team", "period"]
    list_filter = [
        "status",
        "kind",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("team", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["team__organisation", "organisation", "period", "pool"]
    search_fields = ["title", "external_id", "team__name"]
    search_help_text = _("Zoek op titel, eigen nummer of team")
    readonly_fields = ["status", "places_taken"]
    broker_may = frozenset({"view", "add", "change"})
    fieldsets = [
        (
            _("1. Wat voor stage?"),
            {"fields": ["kind", "title", "summary"], "description": _("Dit leest een student het eerst.")},
        ),
        (
            _("2. Waar en wanneer?"),
            {
                "fields": [
                    "team",
                    "location",
                    "period",
                    ("starts_on", "ends_on"),
                    "weekdays",
                    ("days_per_week", "days_fixed"),
                    ("hours_min", "hours_max"),
                    "times",
                ]
            },
        ),
        (
            _("3. Wat doet de student?"),
            {
                "fields": ["tasks", "day_in_team", "target_groups", "work_fields"],
                "description": _("Schrijf zoals je het aan tafel vertelt: korte zinnen, gewone woorden."),
            },
        ),
        (
            _("4. Voor wie?"),
            {
                "fields": [
                    "qualifications",
                    "years",
                    "routes",
                    "expectations",
                    "wanted_profile",
                    "wished_goals",
                    "offers",
                    ("vog_needed", "min_age"),
                    "requirements",
                ]
            },
        ),
        (
            _("5. Begeleiding en plekken"),
            {
                "fields": ["guidance", "supervisors", ("places", "guidance_hours"), "places_taken"],
                "description": _(
                    "Een plek wordt nooit twee keer gegeven: vacature, team en begeleider tellen alle drie."
                ),
            },
        ),
        (
            _("6. Online en reageren"),
            {
                "fields": [
                    ("publish_from", "publish_until"),
                    "apply_until",
                    ("applications_per_place", "response_term_days"),
                    ("allowance", "allowance_amount"),
                ]
            },
        ),
        (
            _("Werkprocessen en eigen nummer"),
            {
                "fields": ["work_processes", "external_id"],
                "classes": ["collapse"],
                "description": _("Wat kan een student hier oefenen? Dit helpt bij het matchen."),
            },
        ),
    ]
    formfield_overrides = {
        **RoleAdminMixin.formfield_overrides,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }

    lists = ("qualifications", "target_groups", "work_fields", "work_processes", "supervisors")

    # --- lists -------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The own vacancies with their open applications, in one query."""
        rows: QuerySet[Any] = super().get_queryset(request).with_open_applications()  # type: ignore[attr-defined]
        return rows

    @admin.display(description=_("plekken vergeven"))
    def room(self, vacancy: Vacancy) -> str:
        """Taken of all."""
        return gettext_now("%(taken)d van %(all)d") % {"taken": vacancy.places_taken, "all": vacancy.places}

    @admin.display(description=_("open reacties"), ordering="open_applications")
    def open_applications(self, vacancy: Vacancy) -> int:
        """How many students wait for an outcome."""
        count: int = getattr(vacancy, "open_applications", 0)
        return count

    @admin.display(description=_("let op"))
    def attention(self, vacancy: Vacancy) -> SafeString | str:
        """What needs a look, in words."""
        hints: list[str] = getattr(vacancy, "hints", [])
        if not hints:
            return ""
        return format_html("<ul class='sm-letop'>{}</ul>", format_html_join("", "<li>{}</li>", ((h,) for h in hints)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A list that brings its hints along."""
        return AttentiveList

    # --- choices -----------------------------------------------------------------------------------
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only teams and locations of the organisation at hand, and periods that are not over."""
        organisations = self._organisations(request)
        if db_field.name == "team":
            kwargs["queryset"] = Team.objects.filter(organisation__in=organisations).order_by("name")
        if db_field.name == "location":
            rows = Location.objects.filter(organisation__in=organisations)
            kwargs["queryset"] = rows.select_related("postcode").order_by("name")
        if db_field.name == "period":
            current = Q(vacancies=_object_id(request)) if _object_id(request) else Q()
            kwargs["queryset"] = StagePeriod.objects.filter(Q(ends_on__gte=today()) | current).distinct()
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if request.method == "GET" and db_field.name in {"team", "location", "period"}:
            first = [("", field.empty_label)] if field.empty_label is not None else []
            field.choices = [*first, *self._choices(request)[db_field.name]]
        return field

    def _people(self, request: HttpRequest, vacancy: Vacancy) -> list[SupervisorCapacity]:
        """Who can guide: read once for the choice and for the room they have."""
        if "_vacancy_people" not in request.__dict__:
            request.__dict__["_vacancy_people"] = people_of(vacancy.pool) if vacancy.pool is not None else []
        people: list[SupervisorCapacity] = request.__dict__["_vacancy_people"]
        return people

    def _choices(self, request: HttpRequest) -> Choices:
        """All that a form that is only shown can choose from; a form that is sent asks per field what was chosen."""
        kept: dict[str, Choices] = request.__dict__.setdefault("_vacancy_choices", {})
        if "all" not in kept:
            pk = _object_id(request)
            vacancy = self.get_object(request, str(pk)) if pk else None
            kept["all"] = vacancy_choices(vacancy, self._organisations(request))
        return kept["all"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Reference data that is valid now or chosen before; praktijkbegeleiders of this team and period."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "supervisors":
            rows = SupervisorCapacity.objects.filter(pool__vacancies=_object_id(request)).select_related(
                "supervisor__user"
            )
            field.queryset = rows.order_by("supervisor__user__last_name", "pk")
            field.label_from_instance = supervisor_label
            pk = _object_id(request)
            vacancy = self.get_object(request, str(pk)) if request.method == "GET" and pk else None
            if vacancy is not None:
                field.choices = [(one.pk, supervisor_label(one)) for one in self._people(request, vacancy)]
        elif issubclass(db_field.related_model, Dated):
            chosen = Q(vacancies=_object_id(request)) if _object_id(request) else Q()
            over = Q(valid_until__isnull=False, valid_until__lte=today())
            field.queryset = db_field.related_model._default_manager.filter(~over | chosen).distinct()
            if request.method == "GET":
                field.choices = self._choices(request)[db_field.name]
        return field

    def _organisations(self, request: HttpRequest) -> "QuerySet[Organisation]":
        """Whose teams can be chosen: of the vacancy at hand, of the organisation in the address, or the broker's own."""
        if pk := _object_id(request):
            return Organisation.objects.filter(vacancies=pk)
        own = own_rows(Organisation.objects.all(), request)
        asked = request.GET.get("organisatie", "")
        return own.filter(slug=asked) if asked else own

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A platform admin first finds the organisation: thousands of teams are no choice."""
        if is_platform_admin(request) and request.method == "GET" and not request.GET.get("organisatie"):
            return self._choose_organisation(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_organisation(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("zoek", "").strip()
        found = Organisation.objects.hosting().filter(teams__is_active=True).distinct().order_by("name")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Voor welke organisatie is de vacature?"),
            "opts": self.opts,
            "words": words,
            "found": found.filter(name__icontains=words)[:20] if words else [],
        }
        return TemplateResponse(request, "admin/placements/vacancy/organisatie.html", context)

    # --- writing -----------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, like everywhere; only what the form changed."""
        actor = _actor(request)
        names = set(form.cleaned_data) if not change else set(form.changed_data)
        fields = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        if change:
            services.update_vacancy(vacancy=obj, actor=actor, **fields)
            return
        fields.pop("supervisors", None)  # people are of a pool, and the pool follows from team and period
        made = services.create_vacancy(team=fields.pop("team"), actor=actor, **fields)
        obj.__dict__.update(made.__dict__)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go on with the draft: choose who guides, look at the room, ask the team."""
        messages.success(
            request, gettext_now("Het concept is opgeslagen. Kies nu wie begeleidt en vraag het team om akkoord.")
        )
        return redirect("admin:placements_vacancy_change", obj.pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The services have written the lists too; nothing is left to do but the log."""

    # --- operations --------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        """A page per operation that asks first."""
        own = [
            path(
                f"<path:object_id>/{operation.slug}/",
                self.admin_site.admin_view(partial(self.operation_view, operation=operation)),
                name=f"placements_vacancy_{operation.slug}",
            )
            for operation in OPERATIONS
            if operation.slug not in dict(PAGES)
        ]
        own += [
            path("delen/", self.admin_site.admin_view(self.share_view), name="placements_vacancy_delen"),
        ]
        own += [
            path(
                f"<path:object_id>/{slug}/",
                self.admin_site.admin_view(partial(view, self)),
                name=f"placements_vacancy_{slug}",
            )
            for slug, view in PAGES
        ]
        return own + super().get_urls()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The operations in bulk, for who may change vacancies."""
        actions = super().get_actions(request)
        if not self.has_change_permission(request):
            return actions
        for operation in OPERATIONS:
            name = f"operation_{operation.slug}"
            actions[name] = (_action(operation), name, operation.label)
        return actions

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the buttons of what can be done with this vacancy."""
        vacancy = self.get_object(request, object_id)
        more: dict[str, Any] = {"operations": []}
        if vacancy is not None and self.has_change_permission(request, vacancy):
            more = {
                "operations": self._buttons(vacancy),
                "agreement": state_of(vacancy),
                "erkenning": accreditation.checks_of(vacancy),
                "capacity": capacity_of(vacancy, self._people(request, vacancy)),
                "hints": hints_of([vacancy])[vacancy.pk],
                "missing": services.missing_for_publishing(vacancy) if vacancy.status == "draft" else [],
                "ruimte_url": reverse("admin:placements_vacancy_ruimte", args=[vacancy.pk]),
                "title": vacancy.title,
                "subtitle": "",
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def _buttons(self, vacancy: Vacancy) -> list[tuple[Any, str]]:
        fitting = [(op.label, op.slug) for op in OPERATIONS if Operation.why_not(op, vacancy) == ""]
        return [
            (label, reverse(f"admin:placements_vacancy_{slug}", args=[vacancy.pk]))
            for label, slug in [*fitting, (_("Akkoord van het team"), "akkoord"), (_("Kopieer"), "kopieren")]
        ]

    def share_view(self, request: HttpRequest) -> HttpResponse:
        """The addresses and lines of code with which an organisation shows its places on its own site."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        organisations = own_rows(Organisation.objects.all(), request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Plekken op je eigen site"),
            "opts": self.opts,
            "organisations": organisations.filter(vacancies__isnull=False).distinct()[:20],
            "base_url": settings.BASE_URL,
        }
        return TemplateResponse(request, "admin/placements/vacancy/delen.html", context)

    def operation_view(self, request: HttpRequest, object_id: str, *, operation: Operation) -> HttpResponse:
        """Ask, and on POST do, one operation with one vacancy."""
        vacancy = self.get_object(request, object_id)
        if vacancy is None:
            raise Http404
        if not self.has_change_permission(request, vacancy):
            raise PermissionDenied
        if request.method == "POST":
            try:
                operation.apply(vacancy, _actor(request))
            except RuleError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, str(operation.done))
            return redirect("admin:placements_vacancy_change", vacancy.pk)
        return self.confirm(request, plan(operation, [vacancy]), action="")

    def confirm(self, request: HttpRequest, planned: Plan, *, action: str) -> HttpResponse:
        """The page that says what would happen."""
        back = reverse("admin:placements_vacancy_changelist")
        if not action:
            only = (planned.takes or [vacancy for vacancy, _reason in planned.skips])[0]
            back = reverse("admin:placements_vacancy_change", args=[only.pk])
        context = {
            **self.admin_site.each_context(request),
            "title": planned.operation.title,
            "opts": self.opts,
            "plan": planned,
            "action": action,
            "back": back,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/placements/vacancy/confirm.html", context)


class AttentiveList(ChangeList):
    """Adds to each row of the page what needs attention, in a fixed number of queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        found = hints_of(rows)
        for row in rows:
            row.hints = found[row.pk]
        self.result_list = rows


def supervisor_label(capacity: SupervisorCapacity) -> str:
    """A praktijkbegeleider with what is free, in people and in hours."""
    return gettext_now("%(name)s (%(free)d van %(all)d plekken vrij, %(hours)d van %(all_hours)d uur vrij)") % {
        "name": capacity.supervisor.user.get_full_name(),
        "free": capacity.places - capacity.taken,
        "all": capacity.places,
        "hours": capacity.hours_per_week - capacity.taken_hours,
        "all_hours": capacity.hours_per_week,
    }


def _object_id(request: HttpRequest) -> int | None:
    """The vacancy whose form this is; None on the form for a new one."""
    match = request.resolver_match
    found = match.kwargs.get("object_id") if match else None
    return int(found) if found and found.isdecimal() else None


def _action(operation: Operation) -> Callable[..., HttpResponse | None]:
    """The bulk form of an operation: first the plan, then, with `confirmed`, the deed."""

    def run(model_admin: VacancyAdmin, request: HttpRequest, queryset: "QuerySet[Vacancy]") -> HttpResponse | None:
        planned = plan(operation, queryset)
        if "confirmed" not in request.POST:
            return model_admin.confirm(request, planned, action=f"operation_{operation.slug}")
        done, refused = carry_out(planned, _actor(request))
        if done:
            text = ngettext("%(n)d vacature is aangepast.", "%(n)d vacatures zijn aangepast.", done)
            messages.success(request, text % {"n": done})
        skipped = [f"{vacancy}: {reason}" for vacancy, reason in planned.skips] + refused
        if skipped:
            messages.warning(request, gettext_now("Overgeslagen: %(what)s.") % {"what": "; ".join(skipped)})
        return None

    return run


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
    return request.user


@admin.register(VacancyAgreement)
class VacancyAgreementAdmin(ReadOnlyMixin, RoleAdminMixin):
    """Who agreed with what, and where it was skipped and why."""

    list_display = ["vacancy", "team", "status", "asked_at", "answered_at", "answered_name", "remark"]
    list_filter = ["status"]
    list_select_related = ["vacancy__team"]
    search_fields = ["vacancy__title", "vacancy__team__name"]
    date_hierarchy = "asked_at"
    fields = ["vacancy", "status", "asked_at", "asked_by", "asked_names", "answered_at", "answered_name", "remark"]

    @admin.display(description=_("team"), ordering="vacancy__team__name")
    def team(self, agreement: VacancyAgreement) -> str:
        """Whose agreement it is."""
        return agreement.vacancy.team.name
