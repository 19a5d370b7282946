"""What people fill in about werktafels."""

from django import forms
from django.utils.translation import gettext_lazy as _

from roadshows.enums import NoteKind
from roadshows.models import WorkTable
from stagematch.ui.forms import FormMixin


class TableForm(FormMixin, forms.Form):
    """A table: what it is about."""

    title = forms.CharField(label=_("Waar gaat deze tafel over?"), max_length=80)
    question = forms.CharField(
        label=_("Welke vraag leg je op tafel?"),
        max_length=200,
        required=False,
        help_text=_("Bijvoorbeeld: wat is er nodig om een stageplek te bieden?"),
    )


class ChangeTableForm(TableForm):
    """The same, and what one may do with it now."""

    is_open = forms.BooleanField(label=_("Er kan nog bij geschreven worden"), required=False)
    is_public = forms.BooleanField(
        label=_("Iedereen mag de briefjes lezen op de bladzijde van de roadshow"),
        required=False,
        help_text=_("Lees de briefjes eerst na. Verberg wat over een persoon gaat."),
    )

    @staticmethod
    def initial_of(table: WorkTable) -> dict[str, object]:
        """The values a table has now."""
        return {name: getattr(table, name) for name in ("title", "question", "is_open", "is_public")}


class NoteForm(FormMixin, forms.Form):
    """One note."""

    kind = forms.ChoiceField(
        label=_("Wat is het?"), choices=NoteKind.choices, initial=NoteKind.ATTENTION, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Jouw briefje"),
        max_length=240,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Eén gedachte per briefje. Schrijf geen namen op."),
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


class GroupForm(FormMixin, forms.Form):
    """A title for the notes that are chosen; empty takes them out of their group."""

    title = forms.CharField(label=_("Titel van de groep"), max_length=80, required=False)
