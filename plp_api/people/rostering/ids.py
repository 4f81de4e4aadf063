"""Make UUIDv7 inside a statement, one for each row that it inserts.

`db.new_id` would be evaluated once for the whole statement, and two hundred thousand ids made in
Python would each have to be sent to the database.
"""

from typing import Any

from sqlalchemy import BigInteger, Uuid, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from plp_api.foundation import clock


class row_ids(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """A new UUIDv7 (RFC 9562) for each row; all of a statement are of the same millisecond."""

    type = Uuid()
    inherit_cache = True

    def __init__(self) -> None:
        super().__init__(literal(int(clock.now().timestamp() * 1000), BigInteger()))


@compiles(row_ids, "postgresql")
def _in_postgresql(element: row_ids, compiler: SQLCompiler, **kw: Any) -> str:
    """Of 16 random bytes the first six become the time; a v4's version bits 0100 become 0111."""
    moment = compiler.process(element.clauses, **kw)
    time = f"substring(int8send({moment}) from 3)"
    dated = f"overlay(uuid_send(gen_random_uuid()) placing {time} from 1 for 6)"
    return f"encode(set_bit(set_bit({dated}, 52, 1), 53, 1), 'hex')::uuid"


@compiles(row_ids, "sqlite")
def _in_sqlite(element: row_ids, compiler: SQLCompiler, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    variant = "substr('89ab', 1 + (random() & 3), 1)"
    return (
        f"(printf('%012x', {moment}) || '7' || substr(lower(hex(randomblob(2))), 2)"
        f" || {variant} || substr(lower(hex(randomblob(8))), 2))"
    )
