"""Write editions of rubrics, and copy a rubric for a school."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.scales import actions as scales
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards import items
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.editions import Editions, EditionStatus
from plp_api.foundation.problems import Code, FieldError, Problem, doubled
from plp_api.people.directory import references

Fields = dict[str, Any]

EDITIONS = Editions(
    Rubric,
    noun="rubric",
    carried=(
        "district_id",
        "school_id",
        "scale_id",
        "copied_from_id",
        "title",
        "description",
        "criteria",
        "framework_item_ids",
    ),
    frozen=Code.RUBRIC_FROZEN,
    draft_open=Code.RUBRIC_DRAFT_OPEN,
)


def draft(access: Access, fields: Fields) -> Rubric:
    """Begin a new rubric, as the draft of its first edition.

    Raises Problem: permission_denied if the caller may not change the settings of that
    school (null: of the district), validation_failed, level_not_on_scale,
    framework_item_retired, scale_retired.
    """
    school_id = fields["school_id"]
    access.require_at(Permission.SETTINGS_WRITE, school_id)
    if school_id is not None:
        references.school(access, school_id)
    scale = _scale(access, fields["scale_id"])
    rubric = Rubric(
        id=db.new_id(),
        district_id=access.caller.district_id,
        status=EditionStatus.DRAFT,
        scale=scale,
        **{
            **fields,
            "scale_id": scale.id,
            "criteria": _criteria(fields["criteria"], scale, access),
        },
    )
    return EDITIONS.begin(rubric, access)


def draft_edition(rubric: Rubric, access: Access) -> Rubric:
    """Begin the next edition of a rubric. Raises Problem: rubric_draft_open."""
    return EDITIONS.draft_next(rubric, access)


def copy(rubric: Rubric, access: Access, school_id: UUID) -> Rubric:
    """Begin a rubric of a school, as a draft that starts from this one.

    Raises Problem: permission_denied if the caller may not change that school's settings.
    """
    access.require_at(Permission.SETTINGS_WRITE, school_id)
    references.school(access, school_id)
    values = {
        **EDITIONS.carried_from(rubric),
        "school_id": school_id,
        "copied_from_id": rubric.id,
    }
    copied = Rubric(id=db.new_id(), status=EditionStatus.DRAFT, **values)
    return EDITIONS.begin(copied, access, copied_from_id=rubric.id)


def edit(rubric: Rubric, access: Access, fields: Fields) -> Rubric:
    """Change a draft.

    Raises Problem: rubric_frozen for any other edition, validation_failed,
    level_not_on_scale, framework_item_retired, scale_retired.
    """
    EDITIONS.require_draft(rubric)
    values = dict(fields)
    if fields.get("scale_id", rubric.scale_id) != rubric.scale_id:
        rubric.scale = _scale(access, fields["scale_id"])
        _check_levels(fields.get("criteria", rubric.criteria), rubric.scale)
    if "criteria" in fields:
        values["criteria"] = _criteria(fields["criteria"], rubric.scale, access)
    return EDITIONS.edit(rubric, access, values)


def discard(rubric: Rubric, access: Access) -> None:
    """Delete a draft. Raises Problem: rubric_frozen for any other edition."""
    EDITIONS.discard(rubric, access)


def publish(rubric: Rubric, access: Access) -> None:
    """Offer the edition, and retire the one before it.

    Raises Problem: rubric_incomplete, framework_item_retired, scale_retired.
    """
    _check_complete(rubric)
    _check_items(rubric.criteria, access)
    scales.require_active(rubric.scale)
    EDITIONS.publish(rubric, access)


def retire(rubric: Rubric, access: Access) -> None:
    """Stop offering the rubric. What was judged by it keeps it."""
    EDITIONS.retire(rubric, access)


def _scale(access: Access, scale_id: UUID | None) -> Scale:
    """The scale, if it is still offered; the district's default without an id."""
    if scale_id is None:
        return scales.default_for(access.caller.district_id)
    scale = references.of_district(access, Scale, scale_id, "scale_id")
    scales.require_active(scale)
    return scale


def _criteria(criteria: list[Fields], scale: Scale, access: Access) -> list[Fields]:
    """The criteria as they are stored, checked."""
    if errors := [*doubled(criteria, "criteria", "criterion")]:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    _check_levels(criteria, scale)
    _check_items(criteria, access)
    return [
        {**one, "framework_item_ids": [*dict.fromkeys(map(str, one["framework_item_ids"]))]}
        for one in criteria
    ]


def _check_levels(criteria: list[Fields], scale: Scale) -> None:
    errors = [
        FieldError(
            f"/criteria/{place}/descriptors/{key}",
            f"The levels of the scale are: {', '.join(scale.keys)}.",
        )
        for place, criterion in enumerate(criteria)
        for key in criterion["descriptors"]
        if key not in scale.keys
    ]
    if errors:
        raise Problem(Code.LEVEL_NOT_ON_SCALE, errors=errors)


def _check_complete(rubric: Rubric) -> None:
    errors = [
        FieldError(f"/criteria/{place}/descriptors", f"Describe: {', '.join(missing)}.")
        for place, criterion in enumerate(rubric.criteria)
        if (missing := [key for key in rubric.scale.keys if key not in criterion["descriptors"]])
    ]
    if errors:
        raise Problem(Code.RUBRIC_INCOMPLETE, errors=errors)


def _check_items(criteria: list[Fields], access: Access) -> None:
    """Raise validation_failed for items that are not there, framework_item_retired for retired."""
    items.check(((where, UUID(str(key))) for where, key in _items(criteria)), access)


def _items(criteria: list[Fields]) -> Iterator[tuple[str, Any]]:
    """Where each framework item stands in the criteria, and its id."""
    for place, criterion in enumerate(criteria):
        for number, key in enumerate(criterion["framework_item_ids"]):
            yield f"/criteria/{place}/framework_item_ids/{number}", key
