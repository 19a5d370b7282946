"""Where compiled code is kept, so that the first night does not wait: beside the modules, or in `NUMBA_CACHE_DIR`."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import config as numba_config
from numba import njit

config: Any = numba_config  # its settings are made at import and unknown to the types
P = ParamSpec("P")
R = TypeVar("R")


def use_shipped_cache() -> None:
    """Work on a private copy of `NUMBA_CACHE_DIR` where that cannot be written, as in a read-only container.

    numba does not even read a cache that it cannot write. Call before the first `kernel`.
    """
    shipped = config.CACHE_DIR
    if not shipped or not Path(shipped).is_dir() or os.access(shipped, os.W_OK):
        return
    copy = tempfile.mkdtemp(prefix="stagematch-compiled-")
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(shipped, copy, dirs_exist_ok=True)
    # The copy took over that nobody may write.
    for directory, _, _ in os.walk(copy):
        Path(directory).chmod(0o700)
    config.CACHE_DIR = copy


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile without the interpreter's lock; cached on disk where a directory can be written."""
    try:
        compiled: Callable[P, R] = njit(nogil=True, cache=True)(function)
    except RuntimeError:
        compiled = njit(nogil=True)(function)
    return compiled


def drop_stale(kernels: tuple[Callable[..., object], ...], source: str) -> None:
    """Throw away what was compiled before `source` changed: numba looks at a kernel's own file only."""
    changed = Path(source).stat().st_mtime
    for compiled in kernels:
        directory = getattr(compiled, "stats").cache_path  # noqa: B009 - numba's attribute, unknown to the types
        for index in Path(directory).glob("kernels.*.nbi") if directory else ():
            if index.stat().st_mtime < changed:
                index.unlink(missing_ok=True)
