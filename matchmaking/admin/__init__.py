"""The pages of matching in the admin."""

from matchmaking.admin import policies, proposals, runs

__all__ = ["policies", "proposals", "runs"]
