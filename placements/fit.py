"""How well a place fits a search, in words. The matching app gives the numbers; placements only knows how they look.

`placements` may not import `matchmaking` (layers), so matching registers itself here when Django starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from placements.models import Vacancy
from students.models import PlacementSearch


@dataclass(frozen=True)
class Reason:
    """One sentence that says what fits (`ok`) or does not."""

    ok: bool
    text: str


@dataclass(frozen=True)
class Fit:
    """The score of one pair with its reasons. `fits` says whether every hard rule is met (features M2, S5)."""

    score: int  # 0 to 1000
    tiles: int  # 0 to 5, what people see
    parts: tuple[int, int, int, int] = (0, 0, 0, 0)
    reasons: list[Reason] = field(default_factory=list)
    summary: str = ""
    fits: bool = True


class Provider(Protocol):
    """Gives the fit of one search with many vacancies, by primary key of the vacancy."""

    def __call__(self, search: PlacementSearch, vacancies: Iterable[Vacancy], /) -> dict[int, Fit]: ...


_provider: Provider | None = None


def register(provider: Provider) -> None:
    """Name who answers `fits`; called once, by the matching app in `ready()`."""
    global _provider
    _provider = provider


def fits(search: PlacementSearch | None, vacancies: Iterable[Vacancy]) -> dict[int, Fit]:
    """Return the fit per vacancy; empty without a search or without a matching app, so pages can do without."""
    if search is None or _provider is None:
        return {}
    return _provider(search, list(vacancies))


class Scores(Protocol):
    """The scores of one search with many vacancies: to put all of them in order, and to tell the fit of a few."""

    def rank(self, pk: int, /) -> tuple[bool, int]:
        """Return what to sort the vacancy by, the lowest first: those that fit, then by score."""

    def fits(self, vacancies: Iterable[Vacancy], /) -> dict[int, Fit]:
        """Return the fit, with its words, of those that were scored."""


class Scorer(Protocol):
    """Gives the scores of one search with the vacancies of these keys; None where nobody can say."""

    def __call__(self, search: PlacementSearch, keys: list[int], /) -> Scores | None: ...


_scorer: Scorer | None = None


def register_scorer(scorer: Scorer) -> None:
    """Name who answers `scores`."""
    global _scorer
    _scorer = scorer


def scores(search: PlacementSearch, keys: list[int]) -> Scores | None:
    """Return the scores of many vacancies without reading or describing them; None when nobody can say."""
    return _scorer(search, keys) if _scorer is not None else None


def fit(search: PlacementSearch | None, vacancy: Vacancy) -> Fit | None:
    """Return the fit of one vacancy, or None when nobody can say."""
    return fits(search, [vacancy]).get(vacancy.pk)


class PairsProvider(Protocol):
    """Gives the fit of many pairs at once, in their order; None where nobody can say."""

    def __call__(self, pairs: list[tuple[PlacementSearch, Vacancy]], /) -> list[Fit | None]: ...


_pairs_provider: PairsProvider | None = None


def register_pairs(provider: PairsProvider) -> None:
    """Name who answers `of_pairs` in one go; without one, every pair is asked by itself."""
    global _pairs_provider
    _pairs_provider = provider


def of_pairs(pairs: list[tuple[PlacementSearch, Vacancy]]) -> list[Fit | None]:
    """Return the fit of every pair, for a page that shows several students side by side."""
    if _pairs_provider is not None:
        return _pairs_provider(pairs)
    return [fit(search, vacancy) for search, vacancy in pairs]
