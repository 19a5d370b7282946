"""Health checks for containers: `python -m stagematch.runtime.health web|worker|beat`; exit code 0 is well."""

import http.client
import os
import socket
import sys
import time
from pathlib import Path

BEAT_SCHEDULE = Path("/srv/stagematch/beat")
# Beat writes its schedule every three minutes, and at every job.
BEAT_SILENT_SECONDS = 900


def web(port: int = 8000) -> bool:
    """Ask the web server in this container for `/gezond/`, as the proxy would ask it."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/gezond/", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker() -> bool:
    """Ping the worker of this container through the queue."""
    from stagematch.celery import app

    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=5))


def beat(folder: Path = BEAT_SCHEDULE) -> bool:
    """Say whether beat wrote its schedule not long ago."""
    written = [path.stat().st_mtime for path in folder.glob("schedule*")]
    return bool(written) and time.time() - max(written) < BEAT_SILENT_SECONDS


def main() -> int:
    """Run the check that the command line names."""
    checks = {"web": web, "worker": worker, "beat": beat}
    return 0 if checks[sys.argv[1]]() else 1


if __name__ == "__main__":
    sys.exit(main())
