"""Organisations with what hangs below them: locations, teams, erkenningen, days they are closed."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin, RoleInlineMixin
from organisations.models import Accreditation, ClosingDay, Location, Membership, Organisation, Programme, Team
from stagematch.regions.models import PostcodeArea

if TYPE_CHECKING:
    LocationModelForm = forms.ModelForm[Location]
    TabularInline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    LocationModelForm = forms.ModelForm
    TabularInline, StackedInline = admin.TabularInline, admin.StackedInline


class PostcodeField(forms.CharField):
    """A postcode as people type it; only the four digits are kept, which is precise enough for distance."""

    def prepare_value(self, value: Any) -> Any:
        """Show the digits of the area that is chosen."""
        if isinstance(value, int):
            return PostcodeArea.objects.filter(pk=value).values_list("pc4", flat=True).first() or ""
        return value

    def to_python(self, value: Any) -> Any:
        """Return the area of a postcode; raises ValidationError for digits that do not exist."""
        text = super().to_python(value)
        if not text:
            return None
        area = PostcodeArea.objects.filter(pc4=text.strip()[:4]).first()
        if area is None:
            raise forms.ValidationError(_("Deze postcode kennen we niet. Gebruik de 4 cijfers, zoals 2312."))
        return area

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare digits with digits."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()[:4]


class LocationForm(LocationModelForm):
    postcode = PostcodeField(label=_("postcode"), max_length=7)

    class Meta:
        model = Location
        fields = ["name", "street", "postcode", "neighbourhood", "step_free", "access_info"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["postcode"] = self.instance.postcode.pc4  # the digits, so that the field need not look them up


class LocationInline(RoleInlineMixin, StackedInline):
    model = Location
    form = LocationForm
    broker_may = frozenset({"view", "add", "change"})


class TeamInline(RoleInlineMixin, TabularInline):
    model = Team
    fields = ["name", "location", "is_active"]
    broker_may = frozenset({"view", "add", "change"})
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Remember whose teams these are; an inline lives for one request."""
        self._organisation = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the locations of this organisation only."""
        if db_field.name == "location":
            kwargs["queryset"] = Location.objects.filter(organisation=self._organisation).select_related("postcode")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AccreditationInline(RoleInlineMixin, TabularInline):
    model = Accreditation
    fields = ["qualification", "status", "checked_on", "valid_until"]
    can_delete = True


class ClosingDayInline(RoleInlineMixin, TabularInline):
    model = ClosingDay
    fields = ["day", "reason"]
    broker_may = frozenset({"view", "add", "change", "delete"})
    can_delete = True


@admin.register(Organisation)
class OrganisationAdmin(RoleAdminMixin):
    """A broker keeps the texts and working ways of the own organisation; the platform admin the rest."""

    list_display = ["name", "kind", "municipality", "is_approved", "response_term_days"]
    list_filter = ["kind", "is_approved"]
    list_select_related = ["municipality"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    prepopulated_fields: ClassVar[dict[str, Any]] = {}
    raw_id_fields = ["municipality"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "slug", "municipality", "is_approved"]}),
        (_("Wat studenten lezen"), {"fields": ["description", "vision", "website"]}),
        (
            _("Hoe jullie werken"),
            {
                "fields": [
                    "response_term_days",
                    "second_contact",
                    "escalate_after_days",
                    "blind_screening",
                    "second_interview",
                    "vacancy_agreement",
                    "offers_reserve_itself",
                ]
            },
        ),
        (_("Gegevens"), {"fields": ["sbb_number", "email_domain", "source_note", "is_demo"]}),
    ]
    inlines = [LocationInline, TeamInline, AccreditationInline, ClosingDayInline]
    may_delete = True
    broker_may = frozenset({"view", "change"})
    broker_fields = frozenset(
        {
            "description",
            "vision",
            "website",
            "response_term_days",
            "second_contact",
            "escalate_after_days",
            "blind_screening",
            "second_interview",
            "vacancy_agreement",
            "offers_reserve_itself",
            "sbb_number",
        }
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer as second contact only who works at this organisation."""
        form = super().get_form(request, obj, change, **kwargs)
        field = form.base_fields.get("second_contact")
        if field is not None:
            people = Membership.objects.active().filter(organisation=obj) if obj else Membership.objects.none()
            cast("forms.ModelChoiceField[Membership]", field).queryset = people.select_related("user", "organisation")
        return form


@admin.register(Programme)
class ProgrammeAdmin(RoleAdminMixin):
    list_display = ["name", "school", "qualification", "route", "years"]
    list_filter = ["route"]
    list_select_related = ["school", "qualification"]
    search_fields = ["name", "school__name"]
    fields = ["school", "qualification", "name", "route", "years", "numerus_fixus", "stage_text"]
    broker_may = frozenset()
    may_delete = True
