"""The configuration of gunicorn, and the application that it serves.

`plp serve` starts it. Without a worker, `gunicorn --config python:plp_api.server.serving
'plp_api.server.serving:application()'` does the same, and refuses to start for the same reasons.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import structlog
from environs import EnvError
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from plp_api.foundation import db, logs, metrics, processes, settings
from plp_api.foundation.db import failures
from plp_api.foundation.jobs import queue
from plp_api.server.app import Application, create_app
from plp_api.server.operations import readiness

log = structlog.get_logger()


def _read_settings() -> settings.Settings:
    """The settings. Raises SystemExit, with one line, where they are wrong or unsafe."""
    try:
        return settings.read()
    except OSError as error:
        raise SystemExit(f"Error: {failures.of_disk(error)}") from error
    except (EnvError, settings.UnsafeSettings) as error:
        raise SystemExit(f"Error: {error}") from error


_settings = _read_settings()
_shared_memory = Path("/dev/shm")  # noqa: S108 - only gunicorn's heartbeat files, without content
logs.configure(_settings.log_level)

# gunicorn reads these names: see its page on settings.
bind = f"{_settings.host}:{_settings.port}"
workers = _settings.web_processes
threads = _settings.web_threads
# The application is loaded once, before the fork; it opens no connection until it serves.
preload_app = True
timeout = 60
graceful_timeout = 20
# If the heartbeat file were on a slow disk, a worker would look as if it hung.
worker_tmp_dir = str(_shared_memory) if _shared_memory.is_dir() else None
control_socket_disable = True
UNREADABLE = (400, "Bad Request", "The request could not be read.")
REFUSALS = {
    errors.LimitRequestLine: (414, "URI Too Long", "The address is too long."),
    errors.LimitRequestHeaders: (
        431,
        "Request Header Fields Too Large",
        "The headers are too long.",
    ),
}
# The longest URL; nginx has the same limit.
limit_request_line = 8190
logconfig_dict = {
    "handlers": {"lines": {"class": "plp_api.foundation.logs.Lines"}},
    "root": {"level": "WARNING", "handlers": ["lines"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["lines"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": ["lines"], "propagate": False},
    },
}


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's thread worker; a request that cannot be read gets a problem document.

    It is logged without its URL, which may contain search terms.
    """

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer the unreadable request with a problem, and close the connection."""
        if not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status, reason, title = next(
            (said for kind, said in REFUSALS.items() if isinstance(exc, kind)), UNREADABLE
        )
        request_id = uuid4().hex
        document = {
            "type": "/problems/request_malformed",
            "title": title,
            "status": status,
            "code": "request_malformed",
            "request_id": request_id,
        }
        log.info("request.unreadable", request_id=request_id, status=status)
        body = orjson.dumps(document)
        head = (
            f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nX-Request-ID: {request_id}\r\n"
            f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with suppress(OSError):
            util.write_nonblock(client, head.encode() + body)


worker_class = Worker


def application() -> Application:
    """The application with the settings of this environment; it puts its jobs into the queue."""
    queue.connect(queue.Queue(_settings))
    return create_app(_settings)


def on_starting(_server: Any) -> None:
    """After loading the application, wait until `plp serve` has made the database ready.

    Raises SystemExit if the server must not start: the schema is not current, or the
    database role could bypass row-level security.
    """
    processes.wait_at_gate()
    database = db.Database.of(_settings)
    reason = readiness.refusal(database, _settings)
    # No connection may be open when the process forks.
    database.dispose()
    if reason is not None:
        raise SystemExit(f"Error: {reason}")


def when_ready(_server: Any) -> None:
    """End when `plp serve` ends, even if it was killed."""
    processes.end_with_supervisor()


def post_worker_init(_worker: Any) -> None:
    """Tell `plp serve` that requests are answered now."""
    processes.tell_supervisor()


def child_exit(_server: Any, worker: Any) -> None:
    """Delete the gauge values of a worker process that has ended."""
    metrics.forget_process(worker.pid)
