"""Pages of twenty that keep the rest of the address; a number that does not exist shows the last page."""

from dataclasses import dataclass

from django.http import QueryDict

PER_PAGE = 20
PARAMETER = "pagina"


@dataclass(frozen=True)
class Link:
    """One number in the pager; without a number it is the gap between two."""

    number: int | None
    url: str
    current: bool = False


def address(query: QueryDict, **changes: str | None) -> str:
    """Return the query string with changes; None takes a parameter away, and a changed search starts on page 1."""
    query = query.copy()
    if PARAMETER not in changes:
        query.pop(PARAMETER, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    for key in [key for key, values in query.lists() if not any(values)]:
        del query[key]
    text = query.urlencode()
    return f"?{text}" if text else "?"


def without(query: QueryDict, key: str, value: str | None = None) -> str:
    """Return the query string without one value of a parameter, or without the parameter."""
    query = query.copy()
    kept = [v for v in query.getlist(key) if value is not None and v != value]
    query.setlist(key, kept)
    return address(query)


class Pager:
    """Which slice to show, and the links to the others."""

    def __init__(self, query: QueryDict, total: int, per_page: int = PER_PAGE) -> None:
        self.query = query
        self.total = total
        self.per_page = per_page
        self.pages = max(1, -(-total // per_page))
        raw = query.get(PARAMETER) or "1"
        # At most six digits: a longer number is out of range anyway, and int() of thousands of digits is slow.
        wanted = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 6 else self.pages if raw.isdecimal() else 1
        self.number = min(max(1, wanted), self.pages)

    @property
    def start(self) -> int:
        return (self.number - 1) * self.per_page

    @property
    def stop(self) -> int:
        return self.start + self.per_page

    def url(self, number: int) -> str:
        return address(self.query, **{PARAMETER: str(number) if number > 1 else None})

    @property
    def previous(self) -> str:
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.url(self.number + 1) if self.number < self.pages else ""

    @property
    def links(self) -> list[Link]:
        """First, last and the two around the current one, with gaps between."""
        wanted = sorted({1, self.number - 1, self.number, self.number + 1, self.pages} & set(range(1, self.pages + 1)))
        links: list[Link] = []
        for number in wanted:
            if links and links[-1].number is not None and number - links[-1].number > 1:
                links.append(Link(None, ""))
            links.append(Link(number, self.url(number), number == self.number))
        return links
