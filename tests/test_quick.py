"""`make test-quick` runs the tests that a change can break, and says which it leaves out."""

import pytest

from tests.quick import ALWAYS, selected

IMPORTERS = {"planning.goals": {"planning.printing"}, "people.relationships": {"people.rostering"}}


def importers(area: str) -> set[str]:
    return IMPORTERS.get(area, set())


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("plp_api/planning/goals/actions.py", {"tests/planning/goals", "tests/planning/printing"}),
        ("plp_api/people/relationships/routes.py", {"tests/people", "tests/people/rostering"}),
        ("plp_api/foundation/db/columns.py", {"tests/foundation"}),
        ("tests/world.py", {"tests/foundation"}),
        ("tests/planning/goals/test_work.py", {"tests/planning/goals"}),
        ("tests/year/test_a_year.py", {"tests/year"}),
        ("tests/test_house.py", {"tests/test_house.py"}),
        ("README.md", set()),
    ],
)
def test_a_change_runs_the_tests_of_its_area_and_of_who_imports_it(
    path: str, tests: set[str]
) -> None:
    assert selected([path], importers).tests == {*ALWAYS, *tests}


def test_a_migration_runs_every_test_of_migrations() -> None:
    found = selected(["migrations/versions/0001_first.py"], importers).tests
    assert {"tests/test_migrations.py", "tests/people/rostering/test_migration.py"} <= found


def test_what_has_no_tests_of_its_own_is_named() -> None:
    paths = ["README.md", "plp_api/server/wiring.py", "plp_api/planning/goals/actions.py"]
    assert selected(paths, importers).untested == paths[:2]


def test_what_does_not_run_is_named() -> None:
    left_out = selected(["plp_api/planning/goals/actions.py"], importers).left_out()
    assert "tests/planning/plans" in left_out
    assert "tests/foundation/access" in left_out
    assert "tests/planning/goals" not in left_out
