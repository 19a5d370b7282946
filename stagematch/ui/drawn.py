"""Pieces of a page that are drawn once and kept in this process, for rows and cards that say the same visit after visit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, ClassVar

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class DrawnOnce:
    """The html of one small template, kept for as long as its row says the same (docs/decisions/0008).

    What is kept: the html, under everything it shows and the language it shows it in. Nothing else of the row.
    How many: the `most` that were asked for last; whatever was not goes first. A full one costs about `most` KiB.
    How long: until it is pushed out or the process ends. Names may be among it, so it never leaves this process.
    Why it is safe: the template gets the row alone. Without a request there is no reader, right, message or csrf token in
    the html, so whoever may read the row may read it; whether somebody may is decided where the row is read, each time.
    Who changes the template adds what it shows anew to the key; the test of each row changes every part of it to see that.
    """

    _all: ClassVar[list[DrawnOnce]] = []

    def __init__(self, template: str, name: str, *, most: int) -> None:
        """Draw `template`, which knows its row as `name`."""
        self._template, self._name, self._most = template, name, most
        self._kept: OrderedDict[Hashable, SafeString] = OrderedDict()
        self._lock = Lock()
        self._all.append(self)

    def html(self, row: Any, shows: Hashable) -> SafeString:
        """Return the html of a row that shows this and nothing else; the language is added here."""
        key = (get_language(), shows)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = render_to_string(self._template, {self._name: row})
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return drawn

    def __len__(self) -> int:
        """How many are kept now."""
        return len(self._kept)

    @classmethod
    def forget(cls) -> None:
        """Throw away all that is kept in this process, of every template: for tests, whose rows are rolled back."""
        for drawn in cls._all:
            with drawn._lock:
                drawn._kept.clear()
