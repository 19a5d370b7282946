"""Vacancies: written in a form, published and closed by buttons that ask first."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organisations.admin_mixins import RoleAdminMixin, belongs_to
from organisations.models import Location, TeamCapacity
from placements import services
from placements.admin.forms import VacancyForm
from placements.admin.operations import OPERATIONS, Operation, Plan, carry_out, plan
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError

belongs_to(Vacancy, "team__organisation")
_MANY = ("qualifications", "target_groups", "work_fields", "work_processes")


@admin.register(Vacancy)
class VacancyAdmin(RoleAdminMixin):
    form = VacancyForm
    list_display = ["title", "team", "period", "status", "room", "open_applications", "publish_from", "apply_until"]
    list_filter = [
        "status",
        "kind",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("team", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["team__organisation", "period"]
    search_fields = ["title", "external_id", "team__name"]
    search_help_text = _("Zoek op titel, eigen nummer of team")
    readonly_fields = ["status", "places_taken"]
    broker_may = frozenset({"view", "add", "change"})
    fieldsets = [
        (None, {"fields": ["status", "title", "summary", "kind", "external_id"]}),
        (_("Waar en bij wie"), {"fields": ["team", "pool", "location"]}),
        (_("Wat en hoe"), {"fields": ["tasks", "expectations", "guidance", "day_in_team"]}),
        (
            _("Wanneer"),
            {
                "fields": [
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
            _("Voor wie"),
            {
                "fields": [
                    "qualifications",
                    "years",
                    "routes",
                    "target_groups",
                    "work_fields",
                    "work_processes",
                    "offers",
                    ("vog_needed", "min_age"),
                    "requirements",
                ]
            },
        ),
        (
            _("Plekken en reageren"),
            {
                "fields": [
                    ("places", "places_taken"),
                    "applications_per_place",
                    "response_term_days",
                    ("publish_from", "publish_until"),
                    "apply_until",
                    ("allowance", "allowance_amount"),
                ]
            },
        ),
    ]

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

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read what the labels of the choices need in the same query."""
        if db_field.name == "pool":
            kwargs["queryset"] = TeamCapacity.objects.select_related("team", "period").order_by("team__name")
        if db_field.name == "location":
            kwargs["queryset"] = Location.objects.select_related("postcode").order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- writing -----------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services, like everywhere; only what the form changed."""
        actor = _actor(request)
        names = set(form.cleaned_data) if not change else set(form.changed_data)
        fields = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        if change:
            services.update_vacancy(vacancy=obj, actor=actor, **fields)
            return
        if fields.get("pool") is None:
            fields.pop("pool", None)
        made = services.create_vacancy(team=fields.pop("team"), actor=actor, **fields)
        obj.__dict__.update(made.__dict__)

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
        buttons = []
        if vacancy is not None and self.has_change_permission(request, vacancy):
            buttons = [
                (operation.label, reverse(f"admin:placements_vacancy_{operation.slug}", args=[vacancy.pk]))
                for operation in OPERATIONS
                if Operation.why_not(operation, vacancy) == ""
            ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "operations": buttons})

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
