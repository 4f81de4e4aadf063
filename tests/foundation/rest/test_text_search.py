"""Lists that are searched by text fold case and accents alike on both databases."""

from typing import Any

import pytest
from sqlalchemy import exists, literal, select, update

from plp_api.foundation import db, texts
from plp_api.foundation.rest.paging import NameFilter
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS
from tests.world import World

pytestmark = pytest.mark.both_databases

STORED = "Élan ŁÓDŹ Ωmega Жук"
SEARCHED = {
    one.listing.model: one.listing.filters["q"]
    for one in OPERATIONS
    if one.listing
    and "q" in one.listing.filters
    and not isinstance(one.listing.filters["q"], NameFilter)
}


def test_there_are_lists_searched_by_text() -> None:
    assert len(SEARCHED) >= 4


@pytest.mark.parametrize("words", ["elan", "ELAN", "éLAN", "lodz", "łódź", "ωMEGA", "жук", "an ł"])
@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model.__tablename__)
def test_a_text_is_found_without_case_and_accents(
    model: Any, words: str, world: World, database: Isolated
) -> None:
    column = next(name for name in ("title", "name", "statement") if hasattr(model, name))
    districts = [world.home.district_id, world.away.district_id]
    with database.transaction(districts=districts) as session:
        rows.complete(world)
        found = select(model.id).limit(1).scalar_subquery()
        session.execute(update(model).where(model.id == found).values({column: STORED}))
        criterion: Any = SEARCHED[model].criterion
        assert session.scalar(select(exists().where(criterion(words))))
        assert not session.scalar(select(exists().where(criterion("lodz elan"))))


def test_every_letter_is_folded_alike_on_both_databases(database: Isolated) -> None:
    letters = "".join(map(chr, texts.PLAIN_LETTERS)) + "straße 中文 %_"
    with database.transaction() as session:
        assert session.scalar(select(db.plain(literal(letters)))) == texts.plain(letters)
