"""How well a place fits a search, and why, in words (features S5).

All points come from the engine's own `score.parts` and all rules from its `rules.TESTS`: one formula, at night and on
a page (features M3).
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from django.utils.translation import gettext as _

from matchmaking import facts, names, words
from matchmaking.columns import Column
from matchmaking.engine import rules, score
from matchmaking.engine.rules import Rule
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.services.policies import current_policy
from placements.fit import Fit, Reason
from placements.models import Vacancy
from stagematch.clock import today
from students.models import PlacementSearch

POLICY_SECONDS = 30.0
_policy: tuple[float, EnginePolicy] | None = None


def engine_policy() -> EnginePolicy:
    """The rules that hold now, read at most every half minute."""
    global _policy
    if _policy is None or time.monotonic() - _policy[0] > POLICY_SECONDS:
        _policy = (time.monotonic(), EnginePolicy.from_dict(current_policy().settings))
    return _policy[1]


def forget_policy() -> None:
    """Read the rules again at the next question."""
    global _policy
    _policy = None


def fit_for(search: PlacementSearch, vacancies: Iterable[Vacancy], known: facts.Facts | None = None) -> dict[int, Fit]:
    """The fit of a search with each vacancy, by the vacancy's key; one query however many there are.

    Empty for a search without a home: there is nothing to measure from. No query when the facts are `known`.
    """
    by_pk = {vacancy.pk: vacancy for vacancy in vacancies}
    if not by_pk or search.home_id is None or search.pk is None:
        return {}
    known = known or facts.of_one(search.pk, list(by_pk), today().toordinal())
    return _fits(search, by_pk, known)


def fit_of_pairs(pairs: list[tuple[PlacementSearch, Vacancy]]) -> list[Fit | None]:
    """The fit of every pair, in their order; one query however many pairs. None for a search without a home."""
    asked = [(search, vacancy) for search, vacancy in pairs if search.home_id is not None]
    if not asked:
        return [None] * len(pairs)
    known = facts.of_many([s.pk for s, _v in asked], [v.pk for _s, v in asked], today().toordinal())
    found: dict[tuple[int, int], Fit] = {}
    for search in {search.pk: search for search, _vacancy in asked}.values():
        wanted = {vacancy.pk: vacancy for s, vacancy in asked if s.pk == search.pk}
        for pk, one in _fits(search, wanted, known.of(search.pk)).items():
            found[search.pk, pk] = one
    return [found.get((search.pk, vacancy.pk)) for search, vacancy in pairs]


def score_all(search: PlacementSearch, keys: list[int]) -> Scores | None:
    """The scores of a search with the vacancies of these keys, to sort by; one query. None for a search without a home."""
    if not keys or search.home_id is None or search.pk is None:
        return None
    known = facts.of_one(search.pk, keys, today().toordinal())
    return Scores(search, known) if known.students.n else None


def _fits(search: PlacementSearch, by_pk: dict[int, Vacancy], known: facts.Facts) -> dict[int, Fit]:
    """The fit with those vacancies of `known` that are asked for."""
    return Scores(search, known).fits(by_pk.values()) if known.students.n else {}


class Scores:
    """The points and rules of a search with all vacancies of `known`, which has that student; words only for who asks."""

    def __init__(self, search: PlacementSearch, known: facts.Facts) -> None:
        self._search, self._known = search, known
        policy = engine_policy()
        rows = np.arange(known.vacancies.n)
        who = np.zeros(known.vacancies.n, np.int64)
        points = score.parts(known.students, who, known.vacancies, rows, policy)
        self._metres = points.metres
        self._parts = (points.distance, points.doelgroep, points.werkprocessen, points.days)
        self._passed = {
            rule: test(known.students, who, known.vacancies, rows, policy, today().toordinal())
            for rule, test in rules.TESTS.items()
        }
        self._row = {pk: row for row, pk in enumerate(known.vacancy["vacancy_pk"].tolist())}

    def rank(self, pk: int) -> tuple[bool, int]:
        """What to sort by, the lowest first: those that fit all rules, then by score; one nobody knows comes last."""
        row = self._row.get(pk)
        if row is None:
            return True, 0
        return not all(column[row] for column in self._passed.values()), -sum(int(part[row]) for part in self._parts)

    def fits(self, vacancies: Iterable[Vacancy]) -> dict[int, Fit]:
        """The fit of each of these that is known, with its words, in the order they were read from the database."""
        asked = {vacancy.pk: vacancy for vacancy in vacancies}
        return {pk: self._fit(asked[pk], row) for pk, row in self._row.items() if pk in asked}

    def _fit(self, vacancy: Vacancy, row: int) -> Fit:
        ok = {rule: bool(column[row]) for rule, column in self._passed.items()}
        parts = tuple(int(part[row]) for part in self._parts)
        return _fit(self._search, vacancy, self._known, row, ok, parts, int(self._metres[row]))


def _fit(
    search: PlacementSearch,
    vacancy: Vacancy,
    known: facts.Facts,
    row: int,
    ok: dict[Rule, bool],
    parts: tuple[int, ...],
    metres: int,
) -> Fit:
    five = [
        _days(search, vacancy, ok),
        Reason(
            ok[Rule.CREBO] and ok[Rule.LEERJAAR] and ok[Rule.ROUTE],
            words.programme(
                int(known.students.leerjaar[0]),
                vacancy,
                crebo=ok[Rule.CREBO],
                leerjaar=ok[Rule.LEERJAAR],
                route=ok[Rule.ROUTE],
                own_route=search.get_route_display(),
            ),
        ),
        Reason(ok[Rule.DISTANCE], words.distance(search, metres, ok=ok[Rule.DISTANCE])),
        _target_groups(known, row),
        Reason(ok[Rule.WERKPROCESSEN], words.goals(_goals(known, row))),
    ]
    others = [Reason(ok=False, text=_other_rule(rule, search, vacancy, known, row)) for rule in _OTHER if not ok[rule]]
    reasons = five + others
    wrong = next((reason.text for reason in reasons if not reason.ok), "")
    summary = _("Let op. %(what)s") % {"what": wrong} if wrong else _("Alles past bij wat jij zoekt.")
    distance, doelgroep, werkprocessen, days = parts
    return Fit(
        score=sum(parts),
        tiles=sum(reason.ok for reason in five),
        parts=(distance, doelgroep, werkprocessen, days),
        reasons=reasons,
        summary=summary,
        fits=all(ok.values()),
    )


def _days(search: PlacementSearch, vacancy: Vacancy, ok: dict[Rule, bool]) -> Reason:
    if ok[Rule.DAYS] and not ok[Rule.HOURS]:
        return Reason(ok=False, text=words.hours(search, vacancy))
    return Reason(ok[Rule.DAYS], words.days(search, vacancy, ok=ok[Rule.DAYS]))


def _target_groups(known: facts.Facts, row: int) -> Reason:
    wanted = known.search_links["groups"][1].tolist()
    offered = _values(known, "groups", row)
    shared = [pk for pk in wanted if pk in offered]
    text = words.target_groups(names.target_groups(wanted), names.target_groups(offered), names.target_groups(shared))
    return Reason(not wanted or bool(shared), text)


def _goals(known: facts.Facts, row: int) -> words.Goals:
    bits = known.bits["wps"]
    wanted = int(known.students.wps[0])
    shared = wanted & int(known.vacancies.wps[row])
    return words.Goals(
        wanted=wanted.bit_count(),
        shared=names.work_processes(bits.in_mask(shared)),
        place_says=bool(_values(known, "wps", row)),
    )


def _values(known: facts.Facts, link: str, row: int) -> list[int]:
    owner, value = known.vacancy_links[link]
    mine: list[int] = value[owner == known.vacancy["vacancy_pk"][row]].tolist()
    return mine


_OTHER = (Rule.PERIOD, Rule.NEEDS, Rule.DEADLINE)
"""Rules that have no tile of their own and are told only when they fail."""


def _other_rule(rule: Rule, search: PlacementSearch, vacancy: Vacancy, known: facts.Facts, row: int) -> str:
    if rule == Rule.PERIOD:
        return words.period(search, vacancy)
    if rule == Rule.NEEDS:
        return words.needs(int(known.students.needs[0]) & ~int(known.vacancies.has[row]))
    return words.deadline(min(day for day in (vacancy.apply_until, vacancy.publish_until) if day is not None))


def rule_sentence(rule: Rule, search: PlacementSearch, vacancy: Vacancy, known: facts.Facts, row: int = 0) -> str:
    """Why this hard rule keeps the search from the vacancy, in one or two sentences."""
    metres: Column = score.parts(known.students, [0], known.vacancies, [row], engine_policy()).metres
    sentences = {
        Rule.CREBO: lambda: _programme_rule(search, vacancy, known, Rule.CREBO),
        Rule.LEERJAAR: lambda: _programme_rule(search, vacancy, known, Rule.LEERJAAR),
        Rule.ROUTE: lambda: _programme_rule(search, vacancy, known, Rule.ROUTE),
        Rule.DAYS: lambda: words.days(search, vacancy, ok=False),
        Rule.HOURS: lambda: words.hours(search, vacancy),
        Rule.DISTANCE: lambda: words.distance(search, int(metres[0]), ok=False),
        Rule.WERKPROCESSEN: lambda: words.goals(_goals(known, row)),
    }
    if rule in sentences:
        return sentences[rule]()
    return _other_rule(rule, search, vacancy, known, row)


def _programme_rule(search: PlacementSearch, vacancy: Vacancy, known: facts.Facts, rule: Rule) -> str:
    return words.programme(
        int(known.students.leerjaar[0]),
        vacancy,
        crebo=rule != Rule.CREBO,
        leerjaar=rule != Rule.LEERJAAR,
        route=rule != Rule.ROUTE,
        own_route=search.get_route_display(),
    )
