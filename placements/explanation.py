"""When an explanation with a rejection is one's own (R2): long enough, more than a template, not sent before.

Two texts are compared word by word, without capitals, accents and punctuation, by the share of words they have in the
same order (difflib's ratio: 1 is equal). From `rules.SIMILAR` on a text counts as the same one: another name or
another day in an old text does not make it new.
"""

import datetime as dt
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from placements import rules
from placements.answer_templates import fill, templates_of
from placements.enums import AnswerKind, ApplicationStatus
from placements.masking import fold
from placements.models import Application, Rejection
from placements.texts import REJECTION_TEMPLATES
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError

_RUN = 3  # so many words in a row are a borrowed phrase; fewer are just Dutch


def words(text: str) -> list[str]:
    """Return the words of `text` without differences that a reader would not call a difference."""
    return "".join(c if c.isalnum() else " " for c in fold(text).casefold()).split()


def similarity(one: str, other: str) -> float:
    """Return how much of two texts is the same words in the same order, from 0 to 1."""
    return SequenceMatcher(None, words(one), words(other), autojunk=False).ratio()


def own_words(text: str, template: str) -> int:
    """Return how many words of `text` stand in no phrase of `template`; a phrase is three words in a row."""
    mine, theirs = words(text), words(template)
    phrases = {tuple(theirs[n : n + _RUN]) for n in range(len(theirs) - _RUN + 1)}
    borrowed: set[int] = set()
    for n in range(len(mine) - _RUN + 1):
        if tuple(mine[n : n + _RUN]) in phrases:
            borrowed.update(range(n, n + _RUN))
    return len(mine) - len(borrowed)


def validate_rejection(
    *, application: Application, explanation: str, positive: str, actor: User | None = None, others: Iterable[str] = ()
) -> None:
    """Raise RuleError when a rejection does not explain itself (R2).

    `others` are the texts for other candidates in the same form. Codes: explanation_short, explanation_template,
    explanation_repeated, positive_required.
    """
    text = explanation.strip()
    _validate_length(text)
    _validate_own(application, text)
    _validate_new(application, text, actor, others)
    if len(words(positive)) < rules.MIN_POSITIVE_WORDS:
        raise RuleError(
            "positive_required",
            _("Schrijf één zin over wat je goed vond. Dat helpt de student verder."),
            field="positive",
        )


def _validate_length(text: str) -> None:
    if len(text) < rules.MIN_EXPLANATION:
        raise RuleError(
            "explanation_short",
            _("Je uitleg is te kort: %(n)d tekens. Schrijf minstens %(min)d tekens, in je eigen woorden.")
            % {"n": len(text), "min": rules.MIN_EXPLANATION},
            field="explanation",
        )
    if len(set(words(text))) < rules.MIN_DIFFERENT_WORDS:
        raise RuleError(
            "explanation_short",
            _("Je uitleg heeft te weinig verschillende woorden. Schrijf wat er voor deze student speelde."),
            field="explanation",
        )


def _validate_own(application: Application, text: str) -> None:
    templates = [str(template) for template in REJECTION_TEMPLATES.values()]
    templates += [
        fill(row.text, application) for row in templates_of(application.vacancy.organisation_id, AnswerKind.REJECTION)
    ]
    total = len(words(text))
    for template in templates:
        own = own_words(text, template)
        if own < total and own < rules.MIN_OWN_WORDS:
            raise RuleError(
                "explanation_template",
                _("Dit is bijna alleen de voorbeeldtekst. Schrijf er een paar zinnen bij over deze student."),
                field="explanation",
            )


def _validate_new(application: Application, text: str, actor: User | None, others: Iterable[str]) -> None:
    for earlier, day in last_explanations(application, actor):
        if similarity(earlier, text) >= rules.SIMILAR:
            raise RuleError(
                "explanation_repeated",
                _(
                    "Deze tekst lijkt te veel op wat een andere student op %(day)s kreeg. "
                    "Schrijf een eigen bericht voor deze student."
                )
                % {"day": date_format(timezone.localtime(day), "j F")},
                field="explanation",
            )
    if any(similarity(other, text) >= rules.SIMILAR for other in others):
        raise RuleError(
            "explanation_repeated",
            _("Deze tekst staat ook bij een andere kandidaat. Schrijf voor iedere student een eigen bericht."),
            field="explanation",
        )


def last_explanations(application: Application, actor: User | None = None) -> list[tuple[str, dt.datetime]]:
    """Return the last explanations of this organisation, and of this person, to other candidates, newest first."""
    sent_by = Q(application__vacancy__organisation=application.vacancy.organisation_id)
    if actor is not None:
        by_me = Application.objects.filter(events__actor=actor, events__to_status=ApplicationStatus.REJECTED)
        sent_by |= Q(application__in=by_me.values("pk"))
    rows = (
        Rejection.objects.filter(sent_by)
        .exclude(application=application.pk)
        .order_by("-application__closed_at", "-pk")
        .values_list("explanation", "application__closed_at")
    )
    return [(text, day) for text, day in rows[: rules.LAST_EXPLANATIONS] if day is not None]
