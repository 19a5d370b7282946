"""What was worked out once and cannot change, kept until it can: a help, never a need (docs/decisions/0008).

What is kept must be the same for everybody who may see it: no name of who looks, no csrf token. Whoever asks has
checked before what this person may see, and puts that in `of`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language

Made = TypeVar("Made")
_SOURCES = (".py", ".html", ".mo")
PREFIX = "kept:"
SALT = ""
"""Tests change it: their rows are rolled back, and the next test may get the same keys."""
_ROOMS = ("shortages", "roadshows", "matchmaking", "placements", "students", "organisations", "stagematch")


def kept(
    name: str,
    of: Iterable[object],
    make: Callable[[], Made],
    *,
    seconds: int,
    may_keep: Callable[[Made], bool] = lambda made: True,
) -> Made:
    """Return what `make` made for `name` and `of`, in this language and by this code; make it when it is not there.

    `of` is everything the result depends on, each with a `repr` that tells it apart. What `may_keep` refuses is given
    but not kept. Without Redis everything is made anew.
    """
    key = key_of(name, of)
    found = cache.get(key)
    if found is not None:
        return cast(Made, found)
    made = make()
    if may_keep(made):
        cache.set(key, made, seconds)
    return made


def forget(name: str, of: Iterable[object]) -> None:
    """Throw away what was kept for `name` and `of`: it turned out to be old."""
    cache.delete(key_of(name, of))


def key_of(name: str, of: Iterable[object]) -> str:
    """Return the key in the cache: `name` to read, and a digest of all the rest."""
    text = repr((SALT, code_version(), get_language(), settings.MAILBOX_DIR != "", tuple(of)))
    return f"{PREFIX}{name}:{hashlib.sha256(text.encode()).hexdigest()}"


@lru_cache(maxsize=1)
def code_version() -> str:
    """Tell this code, its templates and its words apart from any other's, so that after an update nothing old is shown.

    From the sizes and times of the files, which costs some milliseconds once per process.
    """
    digest = hashlib.sha256()
    for path, stat in sorted(_files(settings.BASE_DIR), key=lambda pair: pair[0]):
        digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns};".encode())
    return digest.hexdigest()[:16]


def _files(base: Path) -> Iterator[tuple[str, os.stat_result]]:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"  # pages hold the hashed names of files
    if manifest.is_file():
        yield str(manifest), manifest.stat()
    folders = [str(base / room) for room in (*_ROOMS, "templates", "locale")]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    folders.append(entry.path)
            elif entry.name.endswith(_SOURCES):
                yield entry.path, entry.stat()
