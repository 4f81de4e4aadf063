"""Which tests run on which database."""

import pytest

from tests import databases

NAMES = [f"tests/goals/test_work.py::test_number_{number}" for number in range(3000)]


@pytest.fixture
def on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "CHOICE", "one")


@pytest.mark.usefixtures("on_one")
def test_each_test_runs_on_one_database_two_in_three_on_sqlite() -> None:
    on_sqlite = [databases.runs(f"{name}[sqlite]", "sqlite", differs=False) for name in NAMES]
    on_postgresql = [
        databases.runs(f"{name}[postgresql]", "postgresql", differs=False) for name in NAMES
    ]
    assert [not one for one in on_sqlite] == on_postgresql
    assert 1900 < sum(on_sqlite) < 2100


@pytest.mark.usefixtures("on_one")
def test_what_differs_between_them_runs_on_both() -> None:
    assert all(databases.runs(NAMES[0], kind, differs=True) for kind in databases.KINDS)


def test_everything_runs_on_both_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "CHOICE", "both")
    assert all(
        databases.runs(name, kind, differs=False) for name in NAMES for kind in databases.KINDS
    )
