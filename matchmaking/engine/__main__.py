"""`python -m matchmaking.engine warm` compiles and caches; `… solve FILE.json` divides a published instance."""

from __future__ import annotations

import sys
from time import perf_counter

_USAGE = "usage: python -m matchmaking.engine warm | solve FILE.json"


def warm() -> int:
    """Compile every loop into the cache by running a small night; for set-up and image build."""
    from matchmaking.engine import instances, night

    before = perf_counter()
    small = instances.generate(60, 30)
    night.run(
        small.students,
        small.vacancies,
        small.pools,
        small.exclusions,
        small.policy,
        small.today,
        "warm",
        engine="numba",
    )
    sys.stdout.write(f"matching engine ready in {perf_counter() - before:.1f} s\n")
    return 0


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    if arguments == ["warm"]:
        return warm()
    sys.stderr.write(_USAGE + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
