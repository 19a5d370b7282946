"""`bin/manage`: manage.py with the right servers.

While bin/up runs in another window its servers are used; otherwise they are started for as long
as the command takes. `--throw-away` uses empty servers that are gone afterwards (`bin/bench`).
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from stagematch.runtime.errors import OperatorError, explain_os_error
from stagematch.runtime.paths import REPOSITORY, local_dir, state_dir
from stagematch.runtime.servers import Servers, given, only_one, read_dotenv, throw_away_servers
from stagematch.runtime.up import RUN_ENVIRONMENT, set_environment


def _manage(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=REPOSITORY, check=False).returncode  # noqa: S603


@contextlib.contextmanager
def _kept_servers() -> Iterator[None]:
    """The servers of a running bin/up, else the same data with servers of our own."""
    running = local_dir() / RUN_ENVIRONMENT
    try:
        with only_one():
            servers = Servers(state_dir())
            try:
                servers.start_postgres()
                servers.start_valkey()
                yield
            finally:
                servers.stop()
            return
    except OperatorError:
        if not running.is_file():
            raise
    for line in running.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)
    yield


def main() -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:]
    throw_away = arguments[:1] == ["--throw-away"]
    if throw_away:
        arguments = arguments[1:]
    try:
        read_dotenv()
        if throw_away and not given("DATABASE_URL"):
            with throw_away_servers():
                set_environment(8000)
                return _manage(["migrate", "--no-input", "--verbosity", "0"]) or _manage(arguments)
        with _kept_servers():
            set_environment(8000)
            return _manage(arguments)
    except OperatorError as error:
        sys.stderr.write(f"stagematch: {error}\n")
    except OSError as error:
        sys.stderr.write(f"stagematch: {explain_os_error(error)}\n")
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
