"""What carries a job's id to a worker: Huey, on SQLite, PostgreSQL or Redis.

It wakes a worker at once, and nothing more: the row is the truth, and what the
queue loses is offered again. So nothing here is durable on purpose, and a queue
that does not answer fails no request.
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


class Json(Serializer):
    """JSON instead of Huey's pickle: who can write to the queue must not run code in the worker."""

    def _serialize(self, data: Any) -> bytes:
        return orjson.dumps(list(data))

    def _deserialize(self, data: bytes) -> Message:
        return Message(*orjson.loads(bytes(data)))


class Queue:
    """One queue, told what to do with a job's id when it arrives."""

    def __init__(self, settings: Settings, perform: Callable[[UUID], None] | None = None) -> None:
        storage, options = _storage(settings)
        self.huey = Huey("plp", results=False, serializer=Json(), storage_class=storage, **options)

        def job(job_id: str) -> None:
            if perform:
                perform(UUID(job_id))

        self._job = self.huey.task(name="job")(job)

    def offer(self, job_id: UUID) -> None:
        """Let some worker hear of the job."""
        self._job(str(job_id))

    def close(self) -> None:
        """Close what this process holds open of it."""
        self.huey.storage.close()


def _storage(settings: Settings) -> tuple[type[BaseStorage], dict[str, Any]]:
    """Where the queue is kept: as set, else where the database is."""
    url = settings.queue_url
    if url.startswith(("redis://", "rediss://", "unix://")):
        return RedisStorage, {"url": url}
    if not url and settings.database_url.startswith("postgresql"):
        url = settings.database_url
    if url.startswith("postgresql"):
        # Migrations made the tables: the application's role owns nothing (migrating.py).
        dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresStorage, {"dsn": dsn, "create_tables": False}
    path = url.removeprefix("sqlite:///") or str(settings.data_dir / FILE)
    return SqliteStorage, {"filename": path}


_connected: Queue | None = None


def connect(queue: Queue | None) -> None:
    """The queue to which this process offers jobs; without one the sweep finds them."""
    global _connected  # noqa: PLW0603 - one queue for a process, like its log
    _connected = queue


def offer(job_id: UUID) -> None:
    """Offer a committed job. A queue out of reach costs time, not the job."""
    if _connected is None:
        return
    try:
        _connected.offer(job_id)
    except Exception as error:
        # Each storage has errors of its own; the sweep makes up for all of them.
        log.warning("queue.unreachable", job=str(job_id), exc_info=error)
