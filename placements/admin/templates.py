"""The texts an organisation starts its answers from (features O13); placeholders are checked when saving."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin, belongs_to
from placements import tone
from placements.answer_templates import PLACEHOLDERS, validate_placeholders
from placements.enums import AnswerKind
from placements.models import AnswerTemplate
from stagematch.ui.errors import RuleError

belongs_to(AnswerTemplate, "organisation")


class AnswerTemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class is not generic at run time
    """Says what cannot be filled in, and what the tone guide may never let pass."""

    class Meta:
        model = AnswerTemplate
        fields = ["organisation", "kind", "reason", "name", "text", "is_active"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8, "cols": 80})}

    def clean_text(self) -> str:
        """Only words we can fill in; and no reason that is never one."""
        text = str(self.cleaned_data["text"])
        try:
            validate_placeholders(text)
        except RuleError as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        serious = [hint for hint in tone.hints(text) if hint.serious]
        if serious:
            raise forms.ValidationError(f"‘{serious[0].found}’: {serious[0].advice}", code="forbidden_reason")
        return text

    def clean(self) -> dict[str, Any]:
        """A reason belongs to a rejection."""
        data = super().clean() or {}
        if data.get("reason") and data.get("kind") == AnswerKind.INVITATION:
            self.add_error(
                "reason", gettext_now("Een reden hoort bij een afwijzing. Laat dit leeg bij een uitnodiging.")
            )
        return data


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(RoleAdminMixin):
    """A template is a start: a rejection that is nothing more is refused when sending (R2)."""

    form = AnswerTemplateForm
    list_display = ["name", "kind", "reason", "organisation", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["organisation"]
    search_fields = ["name", "text"]
    search_help_text = _("Zoek op naam of tekst")
    readonly_fields = ["guide", "remarks"]
    broker_may = frozenset({"view", "add", "change"})
    fieldsets = [
        (None, {"fields": ["organisation", "kind", "reason", "name", "text", "is_active"]}),
        (_("Zo help je het meest"), {"fields": ["guide", "remarks"]}),
    ]

    @admin.display(description=_("toon"))
    def guide(self, template: AnswerTemplate) -> SafeString:
        """The tone guide and the words that are filled in."""
        lines = [
            gettext_now("Een sjabloon is een begin. Bij elke afwijzing schrijf je er eigen zinnen bij."),
            gettext_now("Schrijf over de situatie: de dagen, de taken, de begeleiding. Schrijf je en jouw."),
            gettext_now("Liever niet: ‘helaas’, ‘niet geschikt’, ‘er waren betere kandidaten’, ‘veel succes verder’."),
            gettext_now("Deze woorden vullen wij in: %(words)s.")
            % {"words": ", ".join(f"{{{w}}}" for w in PLACEHOLDERS)},
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))

    @admin.display(description=_("opmerkingen bij deze tekst"))
    def remarks(self, template: AnswerTemplate) -> SafeString | str:
        """What could be said better in the text as it was saved."""
        found = [f"‘{hint.found}’: {hint.advice}" for hint in tone.hints(template.text)]
        level = tone.reading(template.text)
        if level is not None:
            found.append(level.text)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in found))) or "-"
