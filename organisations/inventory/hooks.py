"""What rooms above do with an answer: making a concept vacancy of it. They register when Django starts."""

from collections.abc import Callable

from organisations.models import InventoryAnswer, SupervisorCapacity, TeamCapacity
from stagematch.accounts.models import User

Drafter = Callable[[InventoryAnswer, TeamCapacity, list[SupervisorCapacity], User], str]
_drafters: list[Drafter] = []


def register_drafter(drafter: Drafter) -> None:
    """Let `drafter(answer, pool, supervisors, actor)` make a concept vacancy; it returns the address to finish it."""
    _drafters[:] = [drafter]


def draft(answer: InventoryAnswer, pool: TeamCapacity, supervisors: list[SupervisorCapacity], actor: User) -> str:
    """Make the concept vacancy of an answer; return its address, or nothing when no room makes vacancies."""
    return _drafters[0](answer, pool, supervisors, actor) if _drafters else ""
