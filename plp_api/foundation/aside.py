"""Slow work of a request (reading files, checking them), done while no transaction is open.

SQLite has one writer: a scan within a transaction would stop everybody. Code that comes to such
work asks `once` for its result. In a request the transaction is then taken back, the work is done,
and the request runs again from its first check on, with the result: what the caller may do is
asked anew after the work. Elsewhere (a job, a command) the work is done at once.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from plp_api.foundation.problems import Problem

Work = Callable[[ExitStack], Any]
"""Slow work, which uses no database; the stack removes what it made when the request has ended."""


class WorkFirst(Exception):
    """Ends a run of a request: what it needs must be done first, by key. It is no error."""

    def __init__(self, works: dict[Hashable, Work]) -> None:
        super().__init__()
        self.works = works

    @classmethod
    def of(cls, wanted: Iterable["WorkFirst"]) -> "WorkFirst":
        """All that several parts of a request need."""
        return cls({key: work for one in wanted for key, work in one.works.items()})


class Desk:
    """What was done for the running request."""

    def __init__(self, kept: ExitStack) -> None:
        self._kept = kept
        self._results: dict[Hashable, Callable[[], Any]] = {}

    def do(self, wanted: WorkFirst) -> None:
        """Do the work; a Problem that it raises is raised where its result is asked for."""
        for key, work in wanted.works.items():
            with ExitStack() as made:
                self._results[key] = _result(work, made)
                self._kept.enter_context(made.pop_all())

    def result(self, key: Hashable, work: Work) -> Any:
        """The result of the work. Raises WorkFirst where it was not done yet."""
        if key not in self._results:
            raise WorkFirst({key: work})
        return self._results[key]()


def _result(work: Work, made: ExitStack) -> Callable[[], Any]:
    try:
        result = work(made)
    except Problem as problem:
        made.close()
        refusal = problem

        def refused() -> Any:
            raise refusal

        return refused
    return lambda: result


_desk: ContextVar[Desk] = ContextVar("desk")


@contextmanager
def desk() -> Iterator[Desk]:
    """Let `once` wait for the end of the transaction, for the time of one request."""
    with ExitStack() as kept:
        opened = Desk(kept)
        token = _desk.set(opened)
        try:
            yield opened
        finally:
            _desk.reset(token)


@contextmanager
def once(key: Hashable, work: Work) -> Iterator[Any]:
    """The result of the work, done once for all runs of a request.

    What it made stays for the block at least. `key` names the work and what it depends on.
    Raises WorkFirst, and what the work raises.
    """
    at = _desk.get(None)
    if at is not None:
        yield at.result(key, work)
        return
    with ExitStack() as made:
        yield work(made)
