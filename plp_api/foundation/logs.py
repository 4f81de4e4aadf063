"""Logs: one JSON object per line, with the request's id, never a person's name or text."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict


def configure(level: str = "INFO") -> None:
    """Write JSON lines to standard error, for `level` and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _place_of_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class Lines(logging.Handler):
    """Writes the messages that libraries send to Python's logging as lines of this log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; of an exception only its type and place."""
        error = record.exc_info[1] if record.exc_info else None
        facts = {"library": record.name, "message": record.getMessage(), "exc_info": error}
        structlog.get_logger().log(record.levelno, "library.said", **facts)


def _place_of_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and place; its message may quote data (SQL parameters)."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _frames(error)
    return event


def _frames(error: BaseException) -> list[str]:
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-8:]
