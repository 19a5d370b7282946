"""`python -m matchmaking.engine warm` compiles and caches; `… solve FILE.json` divides a published instance."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

_USAGE = "usage: python -m matchmaking.engine warm | solve FILE.json"


def warm() -> int:
    """Compile every loop into the cache by running a small night; for set-up and image build."""
    from matchmaking.engine import instances, night, structural

    before = perf_counter()
    x = instances.generate(60, 30)
    made = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "warm", engine="numba")
    structural.analyse(made.pairs, x.vacancies.cap, x.vacancies.pool, x.pools.cap, engine="numba")
    sys.stdout.write(f"matching engine ready in {perf_counter() - before:.1f} s\n")
    return 0


def solve(path: str) -> int:
    """Divide the instance in a file and print the answer as JSON; 2 for wrong input, 1 when verification fails."""
    from matchmaking.engine import solve as lists

    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"), object_pairs_hook=_no_doubles)
        answer = lists.solve(document)
    except json.JSONDecodeError as problem:
        return _wrong(f"{path}: line {problem.lineno}, column {problem.colno}: {problem.msg}")
    except (OSError, UnicodeDecodeError) as problem:
        return _wrong(f"{path}: cannot be read: {problem}")
    except RecursionError:
        return _wrong(f"{path}: nested too deeply")
    except lists.InstanceError as problem:
        return _wrong(f"{path}: {problem}")
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    return 0 if answer["verified"] else 1


def _no_doubles(items: list[tuple[str, Any]]) -> dict[str, Any]:
    from matchmaking.engine.solve import InstanceError

    table = dict(items)
    if len(table) < len(items):
        names = [name for name, _ in items]
        twice = next(name for name in names if names.count(name) > 1)
        raise InstanceError(f'"{twice}" is defined twice in one object')
    return table


def _wrong(message: str) -> int:
    sys.stderr.write(message.replace("\n", " ") + "\n")
    return 2


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    match arguments:
        case ["warm"]:
            return warm()
        case ["solve", path]:
            return solve(path)
        case _:
            return _wrong(_USAGE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
