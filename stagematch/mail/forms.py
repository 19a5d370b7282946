"""The form with the choices about mail."""

from typing import Any

from django import forms

from stagematch.mail import topics
from stagematch.mail.models import MailPreference
from stagematch.ui.forms import FormMixin


class PreferencesForm(FormMixin, forms.Form):
    """A choice per topic that is this person's."""

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        labels = dict(MailPreference.Frequency.choices)
        for topic, chosen in topics.choices_of(user):
            self.fields[topic.slug] = forms.ChoiceField(
                label=topic.label,
                help_text=" ".join(str(part) for part in (topic.explanation, topic.why_not_off) if part),
                choices=[(choice, labels[choice]) for choice in topic.choices],
                initial=chosen,
                widget=forms.RadioSelect,
            )

    def save(self) -> None:
        """Keep what was changed."""
        for name in self.changed_data:
            topics.set_frequency(user=self.user, topic=name, frequency=self.cleaned_data[name])
