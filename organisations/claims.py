"""Room that is promised but not taken yet, such as offers that are out; told by a higher room, asked by the services.

A provider works inside the transaction that has locked the pool, so what it counts stands still with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from organisations.models import SupervisorCapacity, TeamCapacity


@dataclass(frozen=True)
class Claim:
    """Places, and hours of begeleiding a week, that somebody may still say yes to."""

    places: int = 0
    hours: int = 0

    def __add__(self, other: "Claim") -> "Claim":
        return Claim(self.places + other.places, self.hours + other.hours)


PoolClaim = Callable[[TeamCapacity], Claim]
SupervisorClaim = Callable[[SupervisorCapacity], Claim]
_providers: dict[str, tuple[PoolClaim, SupervisorClaim]] = {}


def register(name: str, of_pool: PoolClaim, of_supervisor: SupervisorClaim) -> None:
    """Name who knows of promises; the same name again replaces it. Called in `ready()`."""
    _providers[name] = (of_pool, of_supervisor)


def of_pool(pool: TeamCapacity) -> Claim:
    """What is promised of a team's room in one period."""
    return sum((claim(pool) for claim, _other in _providers.values()), Claim())


def of_supervisor(capacity: SupervisorCapacity) -> Claim:
    """What is promised of one praktijkbegeleider's room."""
    return sum((claim(capacity) for _other, claim in _providers.values()), Claim())
