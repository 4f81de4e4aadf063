"""Count the statements that one request sends, pipelined ones included.

Those that enter a district are not counted: they cost no round trip.
"""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from plp_api.foundation import db
from plp_api.foundation.db.pipeline import Pipeline, Statement
from plp_api.server.app import Application


def queries(app: Application, database: db.Database, request: bytes) -> int:
    """Send the request in this process and count."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines if not line.startswith("Content-Length"))
    count = 0

    def sent(*_: Any) -> None:
        nonlocal count
        count += 1

    run = Pipeline.run

    def ran(pipeline: Pipeline, statements: Sequence[Statement], **how: Any) -> Any:
        nonlocal count
        count += sum(b"set_config" not in statement.sql for statement in statements)
        return run(pipeline, statements, **how)

    event.listen(database.engine, "before_cursor_execute", sent)
    with patch.object(Pipeline, "run", ran):
        app.test_client().open(path, method=method, headers=headers, data=body)
    event.remove(database.engine, "before_cursor_execute", sent)
    return count


# PostgreSQL plans a statement anew for its first five runs, then compares the costs.
FIRST_RUNS = 5


def planned_anew(app: Application, database: db.Database, requests: Sequence[bytes]) -> list[str]:
    """The prepared statements of these requests that PostgreSQL still plans at each run."""
    for request in requests:
        for _ in range(2 * FIRST_RUNS):
            queries(app, database, request)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT statement FROM pg_prepared_statements WHERE custom_plans > {FIRST_RUNS}"
        )
        return [row.statement for row in rows]
