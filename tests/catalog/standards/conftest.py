"""Importing frameworks into the home district."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.standards.actions import Order, Outcome, carry_out
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import db
from tests.catalog.standards.packages import raw
from tests.world import World


class Standards:
    """A database, and imports into one district."""

    def __init__(self, database: db.Database, world: World, folder: Path) -> None:
        self.database = database
        self.district_id = world.home.district_id
        self.folder = folder

    def bring(self, content: Any, title: str | None = None, **options: Any) -> Outcome:
        """Import a package, or bytes."""
        path = self.folder / "file"
        path.write_bytes(content if isinstance(content, bytes) else raw(content))
        options = {"district_id": self.district_id, **options}
        return carry_out(self.database, path, Order(title=title, **options))

    def rows(self, model: Any, *criteria: Any) -> list[Any]:
        """Stored rows of the district, in any order."""
        with self.database.transaction(districts=[self.district_id]) as session:
            found = select(model).where(model.district_id == self.district_id, *criteria)
            rows = list(session.scalars(found))
            session.expunge_all()
            return rows

    def frameworks(self) -> list[Framework]:
        return self.rows(Framework)

    def items(self) -> dict[str, FrameworkItem]:
        """The items by code."""
        return {str(one.code): one for one in self.rows(FrameworkItem)}

    def order(self) -> list[str]:
        """The codes of items that hold, in the order of their trees."""
        held = [one for one in self.rows(FrameworkItem) if one.retired_on is None]
        return [str(one.code) for one in sorted(held, key=lambda one: one.position)]


@pytest.fixture
def standards(database: db.Database, world: World, tmp_path: Path) -> Standards:
    return Standards(database, world, tmp_path)


def codes(outcome: Outcome) -> set[str]:
    """The codes of an outcome's findings."""
    return {str(code) for code in outcome.findings.counts}


def numbers(outcome: Outcome, kind: str = "items") -> dict[str, int]:
    """What became of the rows of a kind, without zeros."""
    return {state: number for state, number in outcome.counts[kind].items() if number}
