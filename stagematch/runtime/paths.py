"""Where things live: the repository, and the state that the servers keep."""

import hashlib
import os
import stat
from pathlib import Path

from stagematch.runtime.errors import OperatorError

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def running_as_root() -> bool:
    """Say whether this process is root, for whom PostgreSQL refuses to run."""
    return os.geteuid() == 0


def local_dir() -> Path:
    """Return the folder for mail, uploads, logs and locks of this checkout, made when missing.

    That is the untracked `.local/` of the repository, unless `STAGEMATCH_STATE_DIR` says otherwise.
    """
    path = Path(os.environ.get("STAGEMATCH_STATE_DIR") or REPOSITORY / ".local")
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def state_dir() -> Path:
    """Return the folder for databases and unpacked programs, made when missing.

    As an ordinary user that is `.local/`. As root PostgreSQL runs as `nobody`, who may not enter a
    home folder of root, so the state then lives under /var/tmp under a name made from the
    repository's path. `STAGEMATCH_STATE_DIR` overrides both.

    Raises OperatorError when the folder under /var/tmp belongs to someone else.
    """
    if os.environ.get("STAGEMATCH_STATE_DIR") or not running_as_root():
        return local_dir()
    name = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
    path = Path(f"/var/tmp/stagematch-{name}")  # noqa: S108 - ownership is checked below
    path.mkdir(mode=0o711, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise OperatorError(
            f"{path} belongs to someone else: remove it, or set STAGEMATCH_STATE_DIR to another folder."
        )
    path.chmod(0o711)
    return path
