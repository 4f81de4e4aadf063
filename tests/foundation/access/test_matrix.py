"""Double entry: changing who may do what means saying it twice, here and in the code."""

import pytest

from plp_api.foundation.access.permissions import (
    EVERYBODYS,
    GRANTS,
    Condition,
    Permission,
    Role,
    conditions,
)
from tests.foundation.access import matrix


def granted(role: Role) -> dict[str, str]:
    """What the code grants a role, as the cells of the text."""
    cells = dict.fromkeys(map(str, Permission), matrix.NEVER)
    for word in GRANTS[role]:
        area, verb, *condition = word.split(":")
        assert cells[f"{area}:{verb}"] == matrix.NEVER, f"{role} is granted {area}:{verb} twice"
        cells[f"{area}:{verb}"] = condition[0] if condition else matrix.ALWAYS
    return cells


@pytest.mark.parametrize("role", Role)
def test_the_code_grants_a_role_exactly_what_the_matrix_says(role: Role) -> None:
    column = {permission: cells[role] for permission, cells in matrix.TABLE.items()}
    assert granted(role) == column


def test_the_matrix_names_every_permission_and_every_role() -> None:
    assert set(matrix.TABLE) == set(Permission)
    assert {role for cells in matrix.TABLE.values() for role in cells} == set(Role)


def test_a_cell_is_always_or_never_or_a_condition_that_exists() -> None:
    words = {word for cells in matrix.TABLE.values() for word in cells.values()}
    assert words <= {matrix.ALWAYS, matrix.NEVER, *map(str, Condition)}


def test_conditions_answers_as_the_matrix_is_written() -> None:
    for permission, cells in matrix.TABLE.items():
        for role, cell in cells.items():
            found = conditions(Role(role), Permission(permission))
            plain: dict[str, set[str | None]] = {matrix.ALWAYS: {None}, matrix.NEVER: set()}
            wanted = plain.get(cell, {cell})
            assert set(found) == wanted, f"{role}, {permission}"


def test_every_line_says_from_which_row_of_the_product_it_comes() -> None:
    _, *lines = matrix.MATRIX.strip().splitlines()
    assert [line for line in lines if not line.partition("#")[2].strip()] == []


def test_nothing_but_oneself_is_everybody_s() -> None:
    assert set(EVERYBODYS) == matrix.EVERYBODYS
