"""Work that takes a while, a few at once: whoever would wait too long is told to come back."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from plp_api.foundation.problems import Code, Problem


class Turns:
    """At most `at_once` in this process; as many as `waiting` more wait, `seconds` at most.

    Each of them holds a thread of the server. Whoever finds no place is refused
    at once, so that a thread is left for everybody else; so is whoever has a place
    already, where it is known who asks.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._line = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)
        self._seconds = seconds
        self._people: set[Hashable | None] = set()
        self._guard = Lock()

    @contextmanager
    def taken(self, by: Hashable | None = None) -> Iterator[None]:
        """Run the block in a turn, one of `by` at a time.

        Raises Problem(server_busy), with Retry-After.
        """
        with self._alone(by), self._turn():
            yield

    @contextmanager
    def _alone(self, by: Hashable | None) -> Iterator[None]:
        """Refuse a second place to whoever has one; None is nobody in particular."""
        with self._guard:
            if by is not None and by in self._people:
                raise _busy()
            self._people.add(by)
        try:
            yield
        finally:
            with self._guard:
                self._people.discard(by)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise _busy()
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise _busy()
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._line.release()


def _busy() -> Problem:
    return Problem(Code.SERVER_BUSY, headers={"Retry-After": "1"})
