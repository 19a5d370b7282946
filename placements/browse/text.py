"""Search in Dutch that forgives small spelling errors: full text first, and per word the likeness of its letters."""

import re
from functools import reduce
from operator import and_

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression

CONFIG = "nl"
MAX_LENGTH = 100
_WORD = re.compile(r"[^\W\d_]{4,}", re.UNICODE)
_OPERATORS = re.compile(r'"|(?:^|\s)-\S|\bor\b', re.IGNORECASE)
# Long enough to be looked up by likeness, too common to mean anything.
_COMMON = frozenset({"voor", "naar", "over", "door", "zijn", "hebben", "plek", "stage", "werken", "graag", "alle"})


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _COMMON][:6]


def exactly(text: str) -> Q | None:
    """Return the condition for vacancies that hold the words of `text`, or None when there is nothing to look for.

    Quotes, `or` and a minus are understood as people know them from other sites.
    """
    text = text.strip()[:MAX_LENGTH]
    return Q(search_vector=SearchQuery(text, config=CONFIG, search_type="websearch")) if text else None


def nearly(text: str) -> Q | None:
    """Return the condition for vacancies where every word stands, or looks like a word in the title, the names of
    organisation and place, or the doelgroep; None when spelling cannot be what is wrong.

    Likeness costs a hundred times more than looking a word up, so it is for when the exact words find nothing.
    """
    text = text.strip()[:MAX_LENGTH]
    words = _words(text)
    if not words or _OPERATORS.search(text):
        return None
    return reduce(and_, (_like(word) for word in words))


def _like(word: str) -> Q:
    return (
        Q(search_vector=SearchQuery(word, config=CONFIG, search_type="plain"))
        | Q(title__trigram_word_similar=word)
        | Q(search_text__trigram_word_similar=word)
    )


def relevance(text: str) -> CombinedExpression:
    """Return the expression to sort by: places that have the words come before places that look like them."""
    text = text.strip()[:MAX_LENGTH]
    rank = SearchRank(F("search_vector"), SearchQuery(text, config=CONFIG, search_type="websearch"))
    ranked: CombinedExpression = rank + TrigramWordSimilarity(text, "title") / 10.0
    return ranked
