"""Students who need their school now: why, what was done, and who does what next (features B3). Never seen outside the school."""

from placements.guidance.registry import Found, register_reason

__all__ = ["Found", "register_reason"]
