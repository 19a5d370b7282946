"""What needs attention at a stagemakelaar's vacancies, in a fixed number of queries for a whole list."""

import datetime as dt
import re
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.enums import AgreementStatus, VacancyStatus
from placements.models import Application, Vacancy, VacancyAgreement
from stagematch.clock import today

SILENT_DAYS = 30
LONG_TEXT = 2500
LONG_SENTENCE = 20
LONG_WORD = 14
HARD_SHARE = 0.12
"""Measures for a text that a student on level B1 can read: characters, words in a sentence, letters of a long word."""


def hints_of(vacancies: Iterable[Vacancy]) -> dict[int, list[str]]:
    """Return what needs attention per vacancy, by primary key. Two queries, whatever their number.

    The vacancies come with organisation, team and pool.
    """
    rows = list(vacancies)
    if not rows:
        return {}
    doubles = _doubles(rows)
    facts = {
        row.pk: row
        for row in Vacancy.objects.filter(pk__in=[v.pk for v in rows])
        .only("pk")
        .annotate(
            people=Count("supervisors", distinct=True),
            no_hours=Count("supervisors", filter=Q(supervisors__hours_per_week=0), distinct=True),
            has_any=Exists(Application.objects.filter(vacancy=OuterRef("pk"))),
            skipped=Exists(VacancyAgreement.objects.filter(vacancy=OuterRef("pk"), status=AgreementStatus.SKIPPED)),
        )
    }
    silent = _silent(rows, facts)
    return {vacancy.pk: _hints(vacancy, facts[vacancy.pk], doubles, silent) for vacancy in rows}


def _hints(vacancy: Vacancy, facts: Vacancy, doubles: set[int], silent: set[int]) -> list[str]:
    hints = []
    is_open = vacancy.status != VacancyStatus.CLOSED
    if is_open and vacancy.pk in doubles:
        hints.append(_("Staat er twee keer: zelfde titel, team en periode."))
    if vacancy.reserved_for_id is not None:
        hints.append(_("Alleen voor één student, die deze plek zelf vond."))
    if vacancy.pk in silent and vacancy.reserved_for_id is None:
        hints.append(_("Al %(n)d dagen online zonder reactie. Lees de tekst nog eens na.") % {"n": SILENT_DAYS})
    if is_open:
        hints += _room(vacancy, facts)
        hints += _dates(vacancy)
        hints += text_hints(vacancy)
    if getattr(facts, "skipped", False):
        hints.append(_("Akkoord van het team is overgeslagen."))
    return hints


def _room(vacancy: Vacancy, facts: Vacancy) -> list[str]:
    pool = vacancy.pool
    if pool is None:
        return [_("Het team heeft geen ruimte opgegeven voor deze periode.")]
    if pool.taken >= pool.places and vacancy.places_free > 0:
        return [_("Het team is vol in deze periode, maar de vacature heeft nog plekken.")]
    if not getattr(facts, "people", 0):
        return [_("Er is nog geen praktijkbegeleider genoemd.")]
    count = int(getattr(facts, "no_hours", 0))
    if count:
        text = ngettext(
            "%(n)d praktijkbegeleider heeft geen uren.", "%(n)d praktijkbegeleiders hebben geen uren.", count
        )
        return [text % {"n": count}]
    return []


def _dates(vacancy: Vacancy) -> list[str]:
    day = today()
    if vacancy.status == VacancyStatus.PUBLISHED and vacancy.publish_until is not None and vacancy.publish_until < day:
        return [_("De laatste dag is voorbij. Studenten zien hem niet meer.")]
    if vacancy.status == VacancyStatus.PUBLISHED and vacancy.publish_from is not None and vacancy.publish_from > day:
        return [_("Nog niet te zien: dat begint later.")]
    if vacancy.starts_on < day:
        return [_("De eerste dag is al geweest.")]
    return []


def text_hints(vacancy: Vacancy) -> list[str]:
    """What makes the text long or hard to read, for a student on level B1."""
    text = "\n".join([vacancy.tasks, vacancy.expectations, vacancy.guidance, vacancy.day_in_team])
    hints = []
    if len(text) > LONG_TEXT:
        hints.append(_("De tekst is erg lang. Op een telefoon leest niemand zo ver."))
    words = re.findall(r"[^\W\d_]+", text)
    sentences = [s for s in re.split(r"[.!?\n]+", text) if s.strip()]
    if len(words) >= 40:
        per_sentence = len(words) / max(1, len(sentences))
        hard = sum(len(word) >= LONG_WORD for word in words) / len(words)
        if per_sentence > LONG_SENTENCE:
            hints.append(_("De zinnen zijn lang. Maak er kortere van: hoogstens 15 woorden."))
        elif hard > HARD_SHARE:
            hints.append(_("Er staan veel lange woorden in de tekst. Kies gewone woorden."))
    return hints


def _doubles(rows: list[Vacancy]) -> set[int]:
    """Which of these stand there more than once: same title (capitals and spaces aside), team and period."""
    seen: dict[tuple[str, int, int], list[int]] = {}
    others = (
        Vacancy.objects.filter(team__in={v.team_id for v in rows})
        .exclude(status=VacancyStatus.CLOSED)
        .values_list("pk", "title", "team_id", "period_id")
    )
    for pk, title, team, period in others:
        seen.setdefault((" ".join(title.casefold().split()), team, period), []).append(pk)
    return {pk for same in seen.values() if len(same) > 1 for pk in same}


def _silent(rows: list[Vacancy], facts: dict[int, Vacancy]) -> set[int]:
    """Which of these are seen by everybody for 30 days and got no application at all."""
    since = today() - dt.timedelta(days=SILENT_DAYS)
    old = [v.pk for v in rows if v.status == VacancyStatus.PUBLISHED and v.publish_from and v.publish_from <= since]
    return {pk for pk in old if not facts[pk].has_any}  # type: ignore[attr-defined]
