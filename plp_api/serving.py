"""How gunicorn serves the application: its configuration, and the application itself.

`plp serve` starts it; `gunicorn --config python:plp_api.serving 'plp_api.serving:application()'`
does the same without a worker.
"""

from pathlib import Path
from typing import Any

from plp_api import logs, metrics, processes, settings
from plp_api.app import Application, create_app
from plp_api.jobs import queue

_settings = settings.read()
_shared_memory = Path("/dev/shm")  # noqa: S108 - only gunicorn's heartbeat files, without content
logs.configure(_settings.log_level)

# Names and meanings are gunicorn's: see its page on settings.
bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
# The application is loaded once, before the fork; it opens no connection until it serves.
preload_app = True
timeout = 60
graceful_timeout = 20
# A heartbeat on a slow disk would look like a hanging process.
worker_tmp_dir = str(_shared_memory) if _shared_memory.is_dir() else None
control_socket_disable = True
logconfig_dict = {
    "handlers": {"lines": {"class": "plp_api.logs.Lines"}},
    "root": {"level": "WARNING", "handlers": ["lines"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["lines"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": ["lines"], "propagate": False},
    },
}


def application() -> Application:
    """The application of this environment, offering its jobs to the queue."""
    queue.connect(queue.Queue(_settings))
    return create_app(_settings)


def on_starting(_server: Any) -> None:
    """Wait, the application loaded, until `plp serve` has made the database ready."""
    processes.wait_at_gate()


def when_ready(_server: Any) -> None:
    """End with `plp serve`, even where that was killed."""
    processes.end_with_supervisor()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the momentary counts of a process that is gone."""
    metrics.forget_process(worker.pid)
