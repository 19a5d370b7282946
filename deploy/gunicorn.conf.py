"""How gunicorn serves the site in a container."""

import os
from typing import Any

from gunicorn.glogging import Logger

from stagematch.ui.secrets import mask


class MaskingLogger(Logger):
    """Keeps tokens of secret links out of the access log: who reads a log must not be able to open a page."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: mask(value) if isinstance(value, str) else value for name, value in found.items()}


bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
# A worker that served this many requests is replaced, so that a slow leak never becomes a fault.
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 - memory of the container, not a shared folder
control_socket_disable = True
# No query string and no address: logs hold no personal data.
logger_class = MaskingLogger
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(M)s ms"
# Only the proxy of docker-compose.yml can reach this port.
forwarded_allow_ips = "*"
