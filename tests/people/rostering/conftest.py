"""Importing a small district, in autumn unless a test moves the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.roster import followers
from plp_api.foundation.roster.models import District
from plp_api.people.rostering.actions import Order, Outcome, carry_out
from tests.people.rostering.packages import contents, zipped
from tests.terms import stale

TODAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)


class Roster:
    """A database, and imports into it; `district_id` is that of the first package."""

    def __init__(self, database: db.Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.district_id: UUID | None = None

    def bring(self, version: str = "1.2", /, order: Order | None = None, **changed: Any) -> Outcome:
        """Import the small district, with some files replaced."""
        return self.bring_files(contents(version, **changed), order)

    def bring_files(self, files: dict[str, bytes], order: Order | None = None) -> Outcome:
        path = self.folder / "package.zip"
        path.write_bytes(zipped(files).getvalue())
        outcome = carry_out(self.database, path, order or Order(may_create=True))
        self.district_id = self.district_id or outcome.district_id
        return outcome

    def rows(self, model: Any, *criteria: Any) -> list[Any]:
        """Stored rows of the district, in any order."""
        with self.writing() as session:
            own = model.id if model is District else model.district_id
            found = select(model).where(own == self.district_id, *criteria)
            rows = list(session.scalars(found).unique())
            session.expunge_all()
            return rows

    def by_sourced_id(self, model: Any) -> dict[str, Any]:
        return {row.sourced_id: row for row in self.rows(model)}

    def edit(self, model: Any, sourced_id: str, **fields: Any) -> None:
        """Change a row as a person would."""
        with self.writing() as session:
            same = (model.district_id == self.district_id, model.sourced_id == sourced_id)
            row = session.scalars(select(model).where(*same)).one()
            for name, value in fields.items():
                setattr(row, name, value)

    def writing(self) -> Any:
        """A transaction in the district, for changes that people make outside the roster."""
        districts = [self.district_id] if self.district_id else []
        return self.database.transaction(districts=districts)

    def decide(self, **settings: Any) -> None:
        """Change the district's settings."""
        with self.writing() as session:
            district = session.get_one(District, self.district_id)
            district.settings = {**district.settings, **settings}


@pytest.fixture(autouse=True)
def autumn() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def enrolled(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Stands for plans and reviews: the students for whom they would be opened."""
    told: list[UUID] = []
    follow = [lambda _district, students, _today: told.extend(students)]
    monkeypatch.setattr(followers, "ON_ENROLLED", follow)
    return told


@pytest.fixture
def roster(database: db.Database, enrolled: list[UUID], tmp_path: Path) -> Iterator[Roster]:
    """Imports, after which the terms by which people are found say what their rows say."""
    made = Roster(database, tmp_path)
    yield made
    assert not (made.district_id and stale(database, made.district_id))
