"""Every address that somebody around a student could read, with rows of the student."""

from collections.abc import Iterator
from typing import Any

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent, SystemRow
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS

MOST_ROWS = 4
EXPANDED = "?expand=goals,sections,signatures,profile_entries"


def every_address(database: Any, world: Any) -> list[str]:
    """Every GET that needs a token, with every row of the student; each once.

    The second slash keeps the client from adding the prefix once more.
    """
    places = [world.home.district_id, world.away.district_id]
    with database.transaction(districts=places):
        rows.complete(world)
        owners = rows.all_rows(_resources())
    found = [path for operation in OPERATIONS for path in _paths(operation, owners, world)]
    found.append(f"/api/v1/plans/{world.home.student.plan_id}{EXPANDED}")
    return [f"/{one}" for one in dict.fromkeys(found)]


def _resources() -> list[Any]:
    return [
        mapper.class_
        for mapper in Base.registry.mappers
        if not isinstance(mapper.class_.__ownership__, SystemRow) and hasattr(mapper.class_, "id")
    ]


def _paths(operation: Any, owners: Any, world: Any) -> Iterator[str]:
    is_public = operation.permission is None
    if operation.method != "GET" or is_public:
        return
    if operation.model is None:
        yield operation.path(None)
        return
    is_childs = isinstance(operation.model.__ownership__, OwnedByStudent)
    ids = [
        row_id
        for row_id, owner in owners[operation.model].items()
        if owner.student_id == world.home.student.id
        or (not is_childs and owner.district_id == world.home.district_id)
    ]
    # Include the newest rows: ids are ordered by time.
    for row_id in [*ids[:2], *ids[-MOST_ROWS:]]:
        yield operation.path(row_id)
