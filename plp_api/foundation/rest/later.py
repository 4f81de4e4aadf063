"""Responses that take long to build, and are built after their transaction has ended.

So no other request waits for its lock (SQLite) or its connection (PostgreSQL).
"""

from collections.abc import Callable
from typing import Any

from flask import Response


class LaterResponse(Response):
    """A response whose body `make` returns; `make` must not use the database."""

    def __init__(self, make: Callable[[], bytes], **options: Any) -> None:
        super().__init__(**options)
        self._make = make

    def finish(self) -> None:
        """Build the body. Raises what `make` raises."""
        self.set_data(self._make())
