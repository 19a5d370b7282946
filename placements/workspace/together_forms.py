"""The form for inviting several candidates at once."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from placements.models import Application
from placements.services.bookings import person_of
from placements.workspace.talk_forms import TimesForm
from stagematch.accounts.models import User


class TogetherInviteForm(TimesForm):
    """The same times, place and words for several candidates; every time is for one of them."""

    def __init__(self, *args: Any, applications: Sequence[Application], actor: User, **kwargs: Any) -> None:
        self.candidates = len(applications)
        # One time more than there are candidates, so that the last one has something to choose too.
        self.least = max(2, self.candidates + 1)
        people = {person_of(actor): actor.get_full_name()}
        super().__init__(*args, application=applications[0], people=people, **kwargs)
        self.fields["slots"].help_text = gettext(
            "Kies minstens %(n)d tijden. Elke tijd is voor één student: wie het eerst kiest, krijgt hem."
        ) % {"n": self.least}

    @property
    def chosen(self) -> set[str]:
        """What is ticked: as it was sent, or the first free times, enough for everybody."""
        if self.is_bound:
            return set(self.data.getlist("slots"))  # type: ignore[attr-defined]
        return {cell.value for cell in [cell for cell in self.grid.cells if cell.is_free][: self.least]}

    def _too_few(self) -> str:
        return gettext("Kies minstens %(n)d tijden voor %(m)d kandidaten.") % {"n": self.least, "m": self.candidates}
