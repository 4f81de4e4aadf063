"""Every constraint that declares a problem causes that answer, on both databases."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from plp_api.foundation.db import Base
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.errors import translated
from plp_api.server import areas

areas.load_tables()
DECLARED = [
    pytest.param(one, id=str(getattr(one, "name", None)))
    for table in Base.metadata.sorted_tables
    for one in sorted(
        [*table.constraints, *table.indexes], key=lambda one: str(getattr(one, "name", None))
    )
    if "problem" in one.info
]


class Refused(Exception):
    """A driver's error, with psycopg's diagnosis or only SQLite's message."""

    def __init__(self, words: str, **diagnosis: str) -> None:
        super().__init__(words)
        if diagnosis:
            self.diag = SimpleNamespace(**diagnosis)


def answered(refused: Refused) -> Code:
    return translated(IntegrityError("INSERT", {}, refused)).code


@pytest.mark.parametrize("constraint", DECLARED)
def test_a_constraint_answers_with_the_problem_it_declares(constraint: Any) -> None:
    columns = ", ".join(f"{constraint.table.name}.{one.name}" for one in constraint.columns)
    on_sqlite = Refused(f"UNIQUE constraint failed: {columns}")
    on_postgresql = Refused("", constraint_name=constraint.name, sqlstate="23505")
    assert answered(on_sqlite) is constraint.info["problem"]
    assert answered(on_postgresql) is constraint.info["problem"]


@pytest.mark.parametrize(
    ("words", "state", "code"),
    [
        ("UNIQUE constraint failed: nothing.known", "23505", Code.RECORD_DUPLICATE),
        ("UNIQUE constraint failed: index 'ix_nothing_known'", "23505", Code.RECORD_DUPLICATE),
        ("FOREIGN KEY constraint failed", "23503", Code.RECORD_IN_USE),
        ("CHECK constraint failed: percent", "23514", Code.RECORD_INVALID),
        ("NOT NULL constraint failed: goals.title", "23502", Code.RECORD_INVALID),
    ],
)
def test_any_other_answers_by_its_kind(words: str, state: str, code: Code) -> None:
    assert answered(Refused(words)) is code
    assert answered(Refused("", constraint_name="unknown", sqlstate=state)) is code
