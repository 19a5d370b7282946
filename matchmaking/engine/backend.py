"""Which implementation computes: `numba` (compiled, default) or `numpy` (the oracle, when numba is not installed)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

Engine = Literal["numba", "numpy"]

ENGINE: Engine = "numba" if find_spec("numba") else "numpy"
"""What runs unless the caller says otherwise. Both give identical results."""
