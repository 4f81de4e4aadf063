"""Framework items that a document names: whether they may be named, and what they say."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.people.directory.references import NOTHING


def check(named: Iterable[tuple[str, UUID]], access: Access) -> None:
    """Check items, each with the pointer to where it is named.

    Raises Problem: validation_failed for items that are not of the caller's district,
    framework_item_retired.
    """
    pairs = list(named)
    if not pairs:
        return
    of_district = select(FrameworkItem.id, FrameworkItem.retired_on).where(
        FrameworkItem.id.in_({key for _, key in pairs}),
        FrameworkItem.district_id == access.caller.district_id,
    )
    days = {row.id: row.retired_on for row in db.session().execute(of_district)}
    if unknown := [FieldError(at, NOTHING) for at, key in pairs if key not in days]:
        raise Problem(Code.VALIDATION_FAILED, errors=unknown)
    if retired := [FieldError(at, f"Retired on {days[key]}.") for at, key in pairs if days[key]]:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED, errors=retired)


def by_key(keys: Iterable[str]) -> dict[str, FrameworkItem]:
    """The items with these ids, as documents write them; one statement."""
    wanted = {UUID(key) for key in keys}
    if not wanted:
        return {}
    found = db.session().scalars(select(FrameworkItem).where(FrameworkItem.id.in_(wanted)))
    return {str(item.id): item for item in found}
