"""The texts an organisation starts from (features O13), and the words between braces that are filled in."""

import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisations import weekdays
from placements.models import AnswerTemplate, Application
from stagematch.ui.errors import RuleError

PLACEHOLDERS = ("plek", "team", "organisatie", "dagen", "plaats")
"""What may stand between braces. Never a name: a text is written before the name is known (R4)."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def fill(text: str, application: Application) -> str:
    """Return the text with the words of this application's place in it."""
    vacancy = application.vacancy
    values = {
        "plek": vacancy.title,
        "team": vacancy.team.name,
        "organisatie": vacancy.organisation.name,
        "dagen": weekdays.text(vacancy.weekdays),
        "plaats": vacancy.location.postcode.place,
    }
    return _BRACES.sub(lambda match: values.get(match.group(1).strip().lower(), match.group()), text)


def validate_placeholders(text: str) -> None:
    """Raise RuleError `unknown_placeholder` or `open_brace` with what is wrong and what may be used."""
    usable = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    unknown = [name for name in _BRACES.findall(text) if name.strip().lower() not in PLACEHOLDERS]
    if unknown:
        raise RuleError(
            "unknown_placeholder",
            _("{%(wrong)s} kunnen we niet invullen. Kies uit: %(usable)s.") % {"wrong": unknown[0], "usable": usable},
            field="text",
        )
    if "{" in _BRACES.sub("", text) or "}" in _BRACES.sub("", text):
        raise RuleError(
            "open_brace",
            _("Er staat een losse accolade in de tekst. Schrijf bijvoorbeeld {plek}. Je kunt kiezen uit: %(usable)s.")
            % {"usable": usable},
            field="text",
        )


def templates_of(organisation_pk: int, kind: str, reason: str = "") -> QuerySet[AnswerTemplate]:
    """Return the templates in use for this kind of answer; with a reason, those for that reason or for all."""
    rows = AnswerTemplate.objects.filter(organisation=organisation_pk, kind=kind, is_active=True)
    return rows.filter(reason__in=["", reason]) if reason else rows


def start_text(wanted: str, application: Application, kind: str) -> str:
    """Return the text of the template with this number, filled in; empty for a number that is not the organisation's."""
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return ""
    found = templates_of(application.vacancy.organisation_id, kind).filter(pk=int(wanted)).first()
    return fill(found.text, application) if found else ""
