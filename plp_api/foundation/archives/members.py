"""Members of a row that somebody else's program wrote, checked one by one.

Each raises Problem(archive_invalid) where the member is not what its name says.
"""

from typing import Any

from plp_api.foundation.archives.package import invalid
from plp_api.foundation.archives.parts import Row
from plp_api.foundation.problems import Problem
from plp_api.foundation.rest.fields import Schema, loaded

NAME, ID = 200, 64
MOST = 500


def text(row: Row, name: str, longest: int) -> str:
    """A text that is kept nowhere as it is; empty where there is none."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise wrong(name)
    return value


def of(schema: type[Schema], row: Row, name: str) -> Any:
    """The member as the schema of a request takes it; None where there is none.

    What a request would be refused for comes in by no archive either.
    """
    value = row.get(name)
    try:
        return loaded(schema, name, None if value == "" else value)
    except ValueError as error:
        raise wrong(name) from error


def words(schema: type[Schema], row: Row, name: str) -> str:
    """The same of a text; empty where there is none."""
    return str(of(schema, row, name) or "")


def number(row: Row, name: str) -> int:
    """A small number."""
    value = row.get(name)
    if not isinstance(value, int) or not 0 <= value < MOST:
        raise wrong(name)
    return value


def rows(row: Row, name: str, most: int = MOST) -> list[Row]:
    """Rows within the row."""
    value = row.get(name, [])
    is_list = isinstance(value, list) and len(value) <= most
    if not is_list or not all(isinstance(one, dict) for one in value):
        raise wrong(name)
    return list(value)


def wrong(name: str) -> Problem:
    """The problem archive_invalid, about a member of that name."""
    return invalid(f"A row in it has a wrong {name}.")
