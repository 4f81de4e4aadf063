"""Counting the statements a block sends, pipelined ones included."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from plp_api.foundation import db
from plp_api.foundation.db.pipeline import Pipeline, Statement


@dataclass
class Counted:
    """The statements sent, without BEGIN, COMMIT and savepoints.

    `count` leaves out those that enter a district: PostgreSQL alone needs them, they cost no
    round trip, and a transaction of the tests sends one more than a server's.
    """

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum("set_config" not in statement for statement in self.statements)

    def __len__(self) -> int:
        return self.count


@contextmanager
def counting(database: db.Database) -> Iterator[Counted]:
    """Count the statements that the block sends to the database."""
    counted = Counted()

    def sent(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "SAVEPOINT" not in statement:
            counted.statements.append(statement)

    run = Pipeline.run

    def ran(pipeline: Pipeline, statements: Sequence[Statement], **how: Any) -> Any:
        counted.statements += [one.sql.decode() for one in statements]
        return run(pipeline, statements, **how)

    event.listen(database.engine, "before_cursor_execute", sent)
    try:
        with patch.object(Pipeline, "run", ran):
            yield counted
    finally:
        event.remove(database.engine, "before_cursor_execute", sent)


counted = counting
