"""Answers that take long to make, and are made when their transaction is over.

Meanwhile nobody waits for its lock (SQLite) or its connection (PostgreSQL).
"""

from collections.abc import Callable
from typing import Any

from flask import Response


class LaterResponse(Response):
    """A response whose body `make` gives; it asks the database nothing more."""

    def __init__(self, make: Callable[[], bytes], **options: Any) -> None:
        super().__init__(**options)
        self._make = make

    def finish(self) -> None:
        """Make the body. Raises whatever making it raises."""
        self.set_data(self._make())
