"""Applications, talks and placements, to look at. What is done with them is done on the workspace."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin, belongs_to
from placements.emails import candidate_name
from placements.models import AnswerStatistic, Application, Interview, Placement
from stagematch.ui.admin_mixins import ReadOnlyMixin

belongs_to(Application, "vacancy__team__organisation")
belongs_to(Interview, "application__vacancy__team__organisation")
belongs_to(Placement, "vacancy__team__organisation")
belongs_to(AnswerStatistic, "organisation")


def _file_link(application: Application) -> SafeString:
    address = reverse("admin:workspace-candidate", args=[application.public_id])
    return format_html('<a href="{}">{}</a>', address, gettext_now("Open het dossier"))


@admin.register(Application)
class ApplicationAdmin(ReadOnlyMixin, RoleAdminMixin):
    """Shows and finds a candidate by alias until the invitation (R4): no field here holds a name before that."""

    list_display = ["candidate", "vacancy", "status", "submitted_at", "answer_by", "assigned_to", "file"]
    list_filter = ["status", "origin", ("vacancy__team", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["vacancy__organisation", "student__user", "assigned_to"]
    search_fields = ["alias", "vacancy__title"]
    search_help_text = _("Zoek op schuilnaam of vacature")
    date_hierarchy = "submitted_at"
    fields = [
        "candidate",
        "vacancy",
        "status",
        "origin",
        "submitted_at",
        "answer_by",
        "read_at",
        "answered_at",
        "offer_until",
        "closed_at",
        "assigned_to",
        "file",
    ]
    readonly_fields = ["candidate", "file"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Joined here too, so that the page of one row knows the organisation's way of screening."""
        return super().get_queryset(request).select_related("vacancy__organisation", "student__user", "assigned_to")

    @admin.display(description=_("kandidaat"), ordering="alias")
    def candidate(self, application: Application) -> str:
        """The name once it may be known, else the alias."""
        return candidate_name(application)

    @admin.display(description=_("werkplek"))
    def file(self, application: Application) -> SafeString:
        """The way to where the work is done; looking there is logged."""
        return _file_link(application)


@admin.register(Interview)
class InterviewAdmin(ReadOnlyMixin, RoleAdminMixin):
    list_display = ["candidate", "vacancy", "round", "status", "starts_at", "host", "file"]
    list_filter = ["status", "round"]
    list_select_related = ["application__vacancy__organisation", "application__student__user", "host"]
    search_fields = ["application__alias", "application__vacancy__title"]
    fields = ["candidate", "vacancy", "round", "status", "starts_at", "ends_at", "where", "host", "file"]
    readonly_fields = ["candidate", "vacancy", "file"]

    @admin.display(description=_("kandidaat"))
    def candidate(self, interview: Interview) -> str:
        """The name once it may be known, else the alias."""
        return candidate_name(interview.application)

    @admin.display(description=_("stagevacature"))
    def vacancy(self, interview: Interview) -> str:
        """What the talk is about."""
        return interview.application.vacancy.title

    @admin.display(description=_("werkplek"))
    def file(self, interview: Interview) -> SafeString:
        """The way to where the work is done."""
        return _file_link(interview.application)


@admin.register(Placement)
class PlacementAdmin(ReadOnlyMixin, RoleAdminMixin):
    list_display = ["student", "vacancy", "team", "supervisor_name", "starts_on", "ends_on", "status"]
    list_filter = ["status", ("vacancy__team", admin.RelatedOnlyFieldListFilter), "starts_on"]
    list_select_related = ["student__user", "vacancy__team", "supervisor__supervisor__user"]
    search_fields = ["student__user__first_name", "student__user__last_name", "vacancy__title"]
    fields = ["student", "vacancy", "supervisor_name", "status", "starts_on", "ends_on", "agreed_at"]
    readonly_fields = ["supervisor_name"]

    @admin.display(description=_("team"), ordering="vacancy__team__name")
    def team(self, placement: Placement) -> str:
        """Where the student works."""
        return placement.vacancy.team.name

    @admin.display(description=_("praktijkbegeleider"))
    def supervisor_name(self, placement: Placement) -> str:
        """Who guides the student."""
        return placement.supervisor.supervisor.user.get_full_name()


@admin.register(AnswerStatistic)
class AnswerStatisticAdmin(ReadOnlyMixin, RoleAdminMixin):
    list_display = ["organisation", "month", "working_days", "in_time", "answers"]
    list_filter = ["in_time", "month"]
    list_select_related = ["organisation"]
