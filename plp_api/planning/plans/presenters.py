"""What callers may read of plan versions and profile entries."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_

from plp_api.catalog.templates.models import Visibility
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.planning.plans import disagreements, parts, sections
from plp_api.planning.plans.members import SECTIONS
from plp_api.planning.plans.models import (
    EDITABLE,
    EntryStatus,
    Plan,
    PlanSection,
    PlanVersion,
    ProfileEntry,
    Statement,
)

STATUS = frozenset({"status", "submitted_at", "approved_at", "in_force_on", "superseded_on"})
"""The fields of a version that show the plan's status, which is a record kind of its own."""


def snapshot_of(version: PlanVersion, access: Access | None = None) -> str:
    """The signed bytes, after checking that the caller may read all of them.

    Without `access` only the seal is checked. Raises Problem: action_unavailable
    before approval, version_sealed, and permission_denied if the caller may not
    read a section.
    """
    require_unsealed(version, access)
    if access is not None:
        require_whole(version, access)
    if version.snapshot is None:
        raise Problem(Code.ACTION_UNAVAILABLE, f"It is {version.status}; nothing is frozen yet.")
    return version.snapshot


def require_unsealed(version: PlanVersion, access: Access | None) -> None:
    """Raise version_sealed if the version is sealed and the caller may not read it."""
    if version.sealed_on is not None and not (access and opens_seals(version.student_id, access)):
        detail = "34 CFR 99.21(b)(1): the record was amended; read the version that corrects it."
        raise Problem(Code.VERSION_SEALED, detail)


def opens_seals(student_id: UUID, access: Access) -> bool:
    """Whether the caller may read sealed versions.

    Those who may correct plans do, and district admins who gave a reason; family does not.
    """
    if access.is_family(student_id):
        return False
    if access.may(Permission.PLANS_CORRECT, student_id):
        return True
    is_district = access.is_to(Role.DISTRICT_ADMIN, student_id)
    return is_district and access.may(Permission.PLANS_READ, student_id)


def may_read_section(visibility: str, access: Access, student_id: UUID) -> bool:
    """Whether a reader of the plan may read a section of that visibility.

    The family always may: a template cannot limit a parent's right to inspect
    (34 CFR 99.10). An approver always may too, because nobody should approve a
    text that they cannot read.
    """
    return visibility != Visibility.WHO_WRITES_OR_APPROVES or any(
        access.may(permission, student_id)
        for permission in (Permission.PLANS_CONTRIBUTE, Permission.PLANS_APPROVE)
    )


def reads_whole(version: PlanVersion, access: Access) -> bool:
    """Whether the caller may read every section of the version."""
    return all(
        may_read_section(section.visibility, access, version.student_id)
        for section in version.sections
    )


def require_whole(version: PlanVersion, access: Access) -> None:
    """Raise permission_denied if the caller may not read every section of the version."""
    if not reads_whole(version, access):
        detail = "Some of its sections are for those who write or approve the plan."
        raise Problem(Code.PERMISSION_DENIED, detail)


def hidden_sections(version: PlanVersion, access: Access) -> set[str]:
    """The sections that the caller may not read, as part names (`sections/{key}`)."""
    return {
        f"{SECTIONS}/{section.key}"
        for section in version.sections
        if not may_read_section(section.visibility, access, version.student_id)
    }


def readable(version: PlanVersion, access: Access) -> dict[str, Any]:
    """The members of the version's content that the caller may read."""
    hidden = hidden_sections(version, access)
    content = parts.readable(parts.content_of(version), version.student_id, access)
    content[SECTIONS] = [
        section for section in content[SECTIONS] if f"{SECTIONS}/{section['key']}" not in hidden
    ]
    return content


def statements_on(versions: Sequence[PlanVersion], access: Access) -> dict[UUID, list[Statement]]:
    """The statements of each version, by version id, that the caller may read."""
    made = disagreements.on_each(versions)
    return {
        one.id: [
            statement
            for statement in readable_statements(made[one.id], access)
            if statement.part not in hidden_sections(one, access)
        ]
        for one in versions
    }


def statements_beside(version: PlanVersion, access: Access) -> Select[Any]:
    """The statements of one version that the caller may read, as a query for a listing."""
    ids = [statement.id for statement in statements_on([version], access)[version.id]]
    return access.beneath(version.plan, Statement).where(
        db.any_of(Statement.id, literal(ids, db.IDS))
    )


def held_on(day: date, access: Access, plan: Plan) -> ColumnElement[bool]:
    """Which profile entries were current at the end of the day in the district's time zone."""
    end = clock.end_of(day, access.district(plan.district_id).time_zone)
    still = or_(ProfileEntry.withdrawn_at.is_(None), ProfileEntry.withdrawn_at >= end)
    return (ProfileEntry.created_at < end) & still


def in_states(states: Sequence[EntryStatus]) -> ColumnElement[bool]:
    """Which profile entries are in any of these states."""
    is_current = ProfileEntry.withdrawn_at.is_(None)
    return or_(*(is_current if one == EntryStatus.CURRENT else ~is_current for one in states))


def shape(versions: Sequence[Any], access: Access) -> None:
    """Set what the caller may read: statements of versions, texts and writers of sections."""
    made = statements_on(versions, access)
    sections.look_up([one for one in versions if one.status in EDITABLE])
    for version in versions:
        is_placed = access.shows(RecordKind.PLAN_STATUS, version.student_id)
        version.disclosed = STATUS if is_placed else frozenset()
        version.shown_statements = made[version.id]
        version.shown_starter = access.shown_person(version.started_by, version.student_id)
        version.shown_approver = access.shown_person(version.approved_by, version.student_id)
        _shape_sections(version, version.sections, access)


def shape_sections(shown: Sequence[PlanSection], access: Access) -> None:
    """As `shape`, of sections that are shown without their versions."""
    for version in {section.whole() for section in shown}:
        _shape_sections(version, [one for one in shown if one.whole() is version], access)


def _shape_sections(version: PlanVersion, shown: Sequence[Any], access: Access) -> None:
    """Set what the caller may read of these sections, and whether they may write them now."""
    is_open = version.sealed_on is None or opens_seals(version.student_id, access)
    writable = sections.writable_by(version, access)
    for section in shown:
        section.shown_writer = access.shown_person(section.written_by, version.student_id)
        is_theirs = may_read_section(section.visibility, access, version.student_id)
        section.shown_body = section.body if is_open and is_theirs else None
        section.is_writable = section.key in writable


def shape_entries(entries: Sequence[Any], access: Access) -> None:
    """Set `shown_writer` of each profile entry: None if the caller may not know the writer."""
    for entry in entries:
        entry.shown_writer = access.shown_person(entry.written_by, entry.student_id)


def readable_statements(made: Sequence[Statement], access: Access) -> list[Statement]:
    """Those whose part the caller may read, with their author as far as they may know them."""
    name_authors(made, access)
    return [one for one in made if access.may(Permission(one.read_of_subject), one.student_id)]


def name_authors(made: Sequence[Statement], access: Access) -> None:
    """Set `shown_author_id` of each statement: None if the caller may not know the author."""
    for one in made:
        shown: Any = one
        shown.shown_author_id = access.shown_person(one.author_id, one.student_id, one.author_role)
