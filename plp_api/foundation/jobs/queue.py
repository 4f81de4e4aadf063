"""The queue that carries a job's id to a worker: Huey, on SQLite, PostgreSQL or Redis.

It only wakes a worker at once: the row is the truth, and a job that the queue loses
is offered again. So the queue is deliberately not durable, and a request succeeds
even if the queue does not answer.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import structlog
from huey.api import Huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import BaseStorage, PostgresStorage, RedisStorage, SqliteStorage

from plp_api.foundation.settings import Settings

FILE = "queue.sqlite"
log = structlog.get_logger()


class Json(Serializer):  # type: ignore[misc]  # Huey ships no types
    """JSON instead of Huey's pickle: write access to the queue must not run code in the worker."""

    def _serialize(self, data: Any) -> bytes:
        return orjson.dumps(list(data))

    def _deserialize(self, data: bytes) -> Message:
        return Message(*orjson.loads(bytes(data)))


class Queue:
    """One queue; `perform` is called with each job id that arrives."""

    def __init__(self, settings: Settings, perform: Callable[[UUID], None] | None = None) -> None:
        storage, options = _storage(settings)
        self.huey = Huey("plp", results=False, serializer=Json(), storage_class=storage, **options)

        def job(job_id: str) -> None:
            if perform:
                perform(UUID(job_id))

        self._job = self.huey.task(name="job")(job)

    def offer(self, job_id: UUID) -> None:
        """Send the job's id to a worker."""
        self._job(str(job_id))

    def close(self) -> None:
        """Close this process's connection to the queue."""
        self.huey.storage.close()


def _storage(settings: Settings) -> tuple[type[BaseStorage], dict[str, Any]]:
    """The queue's storage: by the setting, else beside the database."""
    url = settings.queue_url
    if url.startswith(("redis://", "rediss://", "unix://")):
        return RedisStorage, {"url": url}
    if not url and settings.database_url.startswith("postgresql"):
        url = settings.database_url
    if url.startswith("postgresql"):
        # Migrations create the tables, because the application's role owns nothing (migrating.py).
        dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresStorage, {"dsn": dsn, "create_tables": False}
    path = url.removeprefix("sqlite:///") or str(settings.data_dir / FILE)
    return SqliteStorage, {"filename": path}


_connected: Queue | None = None


def connect(queue: Queue | None) -> None:
    """Set the queue to which this process offers jobs; without one the sweep finds them."""
    global _connected  # noqa: PLW0603 - one queue for a process, like its log
    _connected = queue


def offer(job_id: UUID) -> None:
    """Offer a committed job. If the queue does not answer, the job is only delayed."""
    if _connected is None:
        return
    try:
        _connected.offer(job_id)
    except Exception as error:
        # Each storage has its own exceptions; after any of them the sweep offers the job.
        log.warning("queue.unreachable", job=str(job_id), exc_info=error)
