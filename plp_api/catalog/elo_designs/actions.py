"""Write, copy, archive and delete design templates."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_designs.models import (
    DESIGN_WORDS,
    DesignTemplate,
    DesignTemplateStatus,
)
from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.editions import EditionStatus
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.people.directory import references

Fields = dict[str, Any]

CARRIED = (
    "type",
    "title",
    "description",
    "rubric_id",
    "framework_item_ids",
    "parts",
    *DESIGN_WORDS,
)


def write(access: Access, school_id: UUID | None, fields: Fields) -> DesignTemplate:
    """Add a template of a school (null: of the district).

    Raises Problem: permission_denied if no office of the caller covers that school,
    framework_item_retired, validation_failed.
    """
    access.require_at(Permission.DESIGNS_WRITE, school_id)
    if school_id is not None:
        references.school(access, school_id)
    template = DesignTemplate(
        id=db.new_id(),
        district_id=access.caller.district_id,
        school_id=school_id,
        status=DesignTemplateStatus.ACTIVE,
        **_checked(fields, access),
    )
    db.session().add(template)
    _note("design_template.added", template, access, type=template.type)
    return template


def copy(template: DesignTemplate, access: Access, school_id: UUID | None) -> DesignTemplate:
    """Add a template that starts from this one, and goes its own way. Raises what `write` does.

    Items that were retired since do not come along.
    """
    fields = {name: getattr(template, name) for name in CARRIED}
    fields["framework_item_ids"] = current_items(template)
    return write(access, school_id, fields)


def edit(template: DesignTemplate, access: Access, fields: Fields) -> DesignTemplate:
    """Change a template. ELOs to which it was given keep what they copied.

    Raises Problem: design_template_archived, framework_item_retired, validation_failed.
    """
    require_active(template)
    values = _checked(fields, access)
    changed = sorted(name for name, value in values.items() if getattr(template, name) != value)
    for name in changed:
        setattr(template, name, values[name])
    if changed:
        _note("design_template.changed", template, access, fields=changed)
    return template


def delete(template: DesignTemplate, access: Access) -> None:
    """Delete a template that was given to nobody.

    The database refuses it (record_in_use) where an ELO came from it.
    """
    _note("design_template.deleted", template, access)
    db.session().delete(template)


def archive(template: DesignTemplate, access: Access) -> None:
    """Give it to no more students."""
    _note("design_template.archived", template, access)


def restore(template: DesignTemplate, access: Access) -> None:
    """Let it be given to students again."""
    _note("design_template.restored", template, access)


def require_active(template: DesignTemplate) -> None:
    """Lock the template, so that it stays active. Raises Problem: design_template_archived."""
    db.lock(template)
    if template.status != DesignTemplateStatus.ACTIVE:
        raise Problem(Code.DESIGN_TEMPLATE_ARCHIVED, "Restore it first.")


def current_items(template: DesignTemplate) -> list[str]:
    """The ids of the template's items that are not retired, in their order."""
    known = _items(template.framework_item_ids, template.district_id)
    return [key for key in template.framework_item_ids if not known[UUID(key)].is_retired]


def _checked(fields: Fields, access: Access) -> Fields:
    """The fields as they are stored, after a look at what they refer to."""
    values = dict(fields)
    if values.get("rubric_id") is not None:
        _check_rubric(values["rubric_id"], access)
    if "framework_item_ids" in values:
        keys = list(dict.fromkeys(str(key) for key in values["framework_item_ids"]))
        _check_items(keys, access)
        values["framework_item_ids"] = keys
    return values


def _check_rubric(rubric_id: UUID, access: Access) -> None:
    rubric = references.of_district(access, Rubric, rubric_id, "rubric_id")
    if rubric.status == EditionStatus.DRAFT:
        raise invalid("rubric_id", "This edition is a draft; publish it first.")


def _check_items(keys: list[str], access: Access) -> None:
    """Raise validation_failed for items that are not there, framework_item_retired for retired."""
    known = _items(keys, access.caller.district_id)
    named = [(f"/framework_item_ids/{place}", UUID(key)) for place, key in enumerate(keys)]
    if unknown := [FieldError(at, references.NOTHING) for at, key in named if key not in known]:
        raise Problem(Code.VALIDATION_FAILED, errors=unknown)
    if retired := [FieldError(at, "It is retired.") for at, key in named if known[key].is_retired]:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED, errors=retired)


def _items(keys: list[str], district_id: UUID) -> dict[UUID, FrameworkItem]:
    of_district = select(FrameworkItem).where(
        FrameworkItem.id.in_([UUID(key) for key in keys]),
        FrameworkItem.district_id == district_id,
    )
    return {item.id: item for item in db.session().scalars(of_district)}


def _note(what: str, template: DesignTemplate, access: Access, **payload: Any) -> None:
    by = access.caller.person_id
    audit.record(what, template, by=by, school_id=template.school_id, **payload)
