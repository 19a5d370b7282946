"""The loops of the shortage by one name, uncompiled: what `engine="numpy"` runs where `kernels` has the same compiled."""

from __future__ import annotations

from matchmaking.engine.extra_loops import chain_levels, extra_places
from matchmaking.engine.loops import transpose
from matchmaking.engine.part_loops import connect, connect_squares
from matchmaking.engine.share_loops import hand_out
from matchmaking.engine.wider_loops import wider

__all__ = ["chain_levels", "connect", "connect_squares", "extra_places", "hand_out", "transpose", "wider"]
