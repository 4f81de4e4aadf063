"""Open plans; write, hand in and approve their versions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from plp_api.catalog.templates import actions as templates
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import ForOthers, own_work
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans import amendments, sections
from plp_api.planning.plans.followers import ON_APPROVED
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import (
    Plan,
    PlanSection,
    PlanVersion,
    ProfileEntry,
    Regime,
    VersionStatus,
)


def open_for(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Open a plan for each of these students who has none, in the template that fits them.

    Runs two queries and one insert, however many students there are.
    """
    session = db.session()
    missing = select(Student.id, Student.plan_home_school_id, Student.grade).where(
        db.any_of(Student.id, db.ids_bind("ids")),
        Student.id.not_in(select(Plan.student_id).where(Plan.district_id == district_id)),
    )
    lacking = session.execute(missing, {"ids": list(student_ids)}).all()
    if not lacking:
        return
    offered = templates.offer(district_id)
    rows = (
        {
            "id": new_id(),
            "district_id": district_id,
            "student_id": student.id,
            "template_id": offered.for_student(student.plan_home_school_id, student.grade),
            "opened_on": today,
        }
        for student in lacking
    )
    db.insert_many(Plan, rows)


def start_version(plan: Plan, access: Access) -> PlanVersion:
    """Start a draft from the version in force, or with empty sections if there is none.

    Raises Problem: plan_closed, actor_is_family, and version_open (a unique
    index of the database) while another version is being written.
    """
    _refuse_family(plan.student_id, access)
    by = access.caller.person_id
    session = db.session()
    db.lock(plan)
    require_open(plan)
    last = in_force(plan)
    template = sections.template_to_start(plan, last)
    latest = session.scalar(
        select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan.id)
    )
    version = PlanVersion(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan=plan,
        template_id=template.id,
        number=(latest or 0) + 1,
        started_by=by,
        status=VersionStatus.DRAFT,
    )
    sections.lay_out(version, template, last)
    session.add(version)
    session.flush()
    plan.stir()
    audit.record("plan_version.started", version, by=by, number=version.number)
    return version


def _refuse_family(student_id: UUID, access: Access) -> None:
    """Raise actor_is_family if the caller is family of the student and does not keep the plan."""
    if not access.keeps(student_id):
        access.refuse_family(student_id)


def _bodies(version: PlanVersion | None) -> dict[str, PlanSection]:
    return {section.key: section for section in version.sections} if version else {}


def in_force(plan: Plan) -> PlanVersion | None:
    """The plan's version in force."""
    query = select(PlanVersion).where(
        PlanVersion.plan_id == plan.id, PlanVersion.status == VersionStatus.IN_FORCE
    )
    return db.session().scalars(query).first()


def write_sections(version: PlanVersion, access: Access, bodies: Mapping[str, str]) -> PlanVersion:
    """Set the text of sections in an editable version. The caller must be an author of each.

    Raises Problem: version_frozen, validation_failed (the template has no such
    section), section_not_yours, plan_closed.
    """
    sections.require_editable(version)
    known = {section.key for section in version.sections}
    unknown = [
        FieldError(f"/sections/{key}", "No such section.") for key in bodies if key not in known
    ]
    if unknown:
        raise Problem(Code.VALIDATION_FAILED, errors=unknown)
    _write(version, access, bodies, {key: f"/sections/{key}" for key in bodies})
    return version


def write_section(section: PlanSection, access: Access, body: str) -> PlanSection:
    """Set the text of one section, by the rules of `write_sections`.

    The version gets a new `version` too, so that nobody who read it before submits
    or overwrites a text that they did not see.
    """
    version = section.whole()
    sections.require_editable(version)
    _write(version, access, {section.key: body}, {section.key: "/body"})
    return section


def _write(
    version: PlanVersion, access: Access, bodies: Mapping[str, str], pointers: Mapping[str, str]
) -> None:
    """Set the texts; an error names the place in the body that `pointers` has for the section."""
    require_open(version.plan)
    own = sections.written_by(version, access)
    errors = [
        FieldError(pointers[key], "You are not one of its authors.")
        for key in bodies
        if key not in own
    ]
    if errors:
        others = (key for key in bodies if key not in own)
        roles = {"allowed_roles": sections.roles_that_write(version, others)}
        raise Problem(Code.SECTION_NOT_YOURS, errors=errors, extra=roles)
    changed = [one for one in version.sections if bodies.get(one.key, one.body) != one.body]
    if not changed:
        return  # A save without a change must not make what others have read stale.
    for section in changed:
        section.body, section.written_by = bodies[section.key], access.caller.person_id
    version.touch()
    version.plan.stir()
    written = sorted(section.key for section in changed)
    audit.record("plan_version.written", version, by=access.caller.person_id, sections=written)


def discard(version: PlanVersion, access: Access) -> None:
    """Delete a draft that nobody else has worked on. A version that was handed in is kept.

    Raises Problem: version_frozen if it was handed in or commented on, or if
    others wrote in it; actor_is_family; plan_closed.
    """
    _refuse_family(version.student_id, access)
    require_open(version.plan)
    by = access.caller.person_id
    if version.status != VersionStatus.DRAFT or version.submitted_at is not None:
        raise Problem(Code.VERSION_FROZEN, "It was handed in before.")
    others = any(one.written_by not in (None, by) for one in _changed_sections(version))
    if others or comments.exist_on(version):
        raise Problem(Code.VERSION_FROZEN, "Others have written in it.")
    audit.record("plan_version.discarded", version, by=by, number=version.number)
    version.plan.stir()
    session = db.session()
    for section in version.sections:
        session.delete(section)
    session.delete(version)


def look_up(versions: Sequence[PlanVersion], access: Access) -> None:
    """Load in few queries what decides whether the caller may approve each of these versions."""
    waiting = [
        version
        for version in versions
        if version.status == VersionStatus.SUBMITTED
        and access.may(Permission.PLANS_APPROVE, version.student_id)
    ]
    if not waiting:
        return
    sections.look_up(waiting)
    plans = {version.plan_id for version in waiting}
    query = select(PlanVersion).where(
        PlanVersion.plan_id.in_(plans), PlanVersion.status == VersionStatus.IN_FORCE
    )
    by_plan = {found.plan_id: found for found in db.session().scalars(query)}
    for version in waiting:
        vars(version)["started_from"] = by_plan.get(version.plan_id)


def _changed_sections(version: PlanVersion) -> list[PlanSection]:
    """The sections of a draft that differ from the version in force, which it was started from."""
    is_known = "started_from" in vars(version)
    kept = _bodies(vars(version)["started_from"] if is_known else in_force(version.plan))
    return [
        section
        for section in version.sections
        if section.key not in kept or section.body != kept[section.key].body
    ]


def submit(version: PlanVersion, access: Access) -> None:
    """Hand the version in. Nobody can edit it until it is recalled or returned.

    Raises Problem(version_incomplete), which names every required section still empty.
    """
    _hand_in(version, access, recorded_for=None)


def submit_for(version: PlanVersion, access: Access, reason: str) -> None:
    """Hand the version in for the student, with the reason, shown as `recorded_for`."""
    _hand_in(version, access, recorded_for=reason)


def _hand_in(version: PlanVersion, access: Access, recorded_for: str | None) -> None:
    empty = _empty_sections(version)
    if empty:
        errors = [FieldError(f"/sections/{key}", "Still empty.") for key in empty]
        raise Problem(Code.VERSION_INCOMPLETE, errors=errors)
    by = access.caller.person_id
    version.submitted_at, version.submitted_by = clock.now(), by
    version.recorded_for = recorded_for
    version.plan.stir()
    audit.record("plan_version.submitted", version, by=by, for_student=recorded_for is not None)


def _empty_sections(version: PlanVersion) -> list[str]:
    template = db.session().get_one(PlanTemplate, version.template_id)
    required = {section["key"] for section in template.sections if section["is_required"]}
    return [one.key for one in version.sections if one.key in required and not one.body.strip()]


def recall(version: PlanVersion, access: Access) -> None:
    """Take a version back before it is approved, to go on writing it."""
    version.plan.stir()
    audit.record("plan_version.recalled", version, by=access.caller.person_id)


def request_changes(version: PlanVersion, access: Access, comment: str) -> None:
    """Return the version to its authors with a comment that says what to change."""
    comments.add(version, access, comment, Permission.PLANS_APPROVE)
    version.plan.stir()
    audit.record("plan_version.changes_requested", version, by=access.caller.person_id)


def approve(version: PlanVersion, access: Access) -> None:
    """Approve the version for the school, which puts it in force."""
    bring_into_force(version, access, Regime.SCHOOL)
    audit.record(
        "plan_version.approved",
        version,
        by=access.caller.person_id,
        sha256=version.snapshot_sha256,
    )


def bring_into_force(version: PlanVersion, access: Access, regime: Regime) -> None:
    """Put the version in force under this regime: freeze it and supersede the last one.

    The functions registered in `followers` do the rest in other areas: they
    confirm goals, add the school's signature and link the review.
    """
    by, today = access.caller.person_id, access.caller.today
    last = _held_in_force(version.plan)
    version.regime = regime
    if last is not None:
        last.status = VersionStatus.SUPERSEDED
        last.superseded_on = today
        db.session().flush()
    version.approved_at, version.approved_by = clock.now(), by
    version.in_force_on = today
    version.status = VersionStatus.IN_FORCE
    version.plan.template_id = version.template_id
    for follow in ON_APPROVED:
        follow(version, access)
    amendments.freeze(version, last, access)
    version.plan.stir()


def _held_in_force(plan: Plan) -> PlanVersion | None:
    """Lock the plan and its version in force; return that version. Raises Problem(plan_closed)."""
    last = in_force(plan)
    if last is None:
        db.lock(plan)
        require_open(plan)
        return None
    amendments.hold(last)
    # Another transaction may have corrected it before the lock: then the correction is in force.
    return last if last.status == VersionStatus.IN_FORCE else _held_in_force(plan)


def author_is_approver(version: PlanVersion, access: Access) -> ForOthers | None:
    """Why the caller cannot approve it: they handed it in or wrote a section of the student's."""
    scribes = sections.writers_for_student(version, _changed_sections(version))
    return own_work(access, *scribes, version.submitted_by, version.student_id)


def written_for_students_by(person_id: UUID, version_ids: Collection[UUID]) -> set[UUID]:
    """The versions in which the person wrote for the student, and so may not approve.

    As `author_is_approver` for one reader and many versions, in one statement.
    """
    if not version_ids:
        return set()
    (rows,) = db.fetch(_WRITTEN_BY(ids=list(version_ids), writer=person_id))
    return {
        row["plan_version_id"]
        for row in rows
        if any(
            section["key"] == row["key"] and "advisor" not in section["authors"]
            for section in row["sections"]
        )
    }


def _written_by() -> db.Prepared:
    """The sections of open versions that a person changed, each with the template that asks it."""
    current, kept = aliased(PlanVersion), aliased(PlanSection)
    asks = case(
        (PlanSection.kept_from_id.is_(None), PlanVersion.template_id),
        else_=PlanSection.kept_from_id,
    )
    is_current = and_(
        current.plan_id == PlanVersion.plan_id, current.status == VersionStatus.IN_FORCE
    )
    return db.Prepared(
        select(PlanSection.plan_version_id, PlanSection.key, PlanTemplate.sections)
        .join(PlanVersion, PlanVersion.id == PlanSection.plan_version_id)
        .join(PlanTemplate, PlanTemplate.id == asks)
        .outerjoin(current, is_current)
        .outerjoin(kept, and_(kept.plan_version_id == current.id, kept.key == PlanSection.key))
        .where(
            db.any_of(PlanSection.plan_version_id, db.ids_bind("ids")),
            PlanSection.written_by == bindparam("writer", type_=Uuid()),
            or_(kept.id.is_(None), kept.body != PlanSection.body),
        )
    )


_WRITTEN_BY = _written_by()


def add_entry(
    plan: Plan, access: Access, kind: str, body: str, replaces_id: UUID | None = None
) -> ProfileEntry:
    """Add an entry to the student's profile, or replace an earlier one with a corrected text.

    The replaced entry is withdrawn. Raises Problem: plan_closed,
    actor_is_family, validation_failed if `replaces_id` is of another plan,
    entry_withdrawn if that entry was withdrawn already.
    """
    require_open(plan)
    _refuse_family(plan.student_id, access)
    by = access.caller.person_id
    entry = ProfileEntry(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan_id=plan.id,
        kind=kind,
        body=body,
        written_by=by,
        replaces_id=replaces_id,
    )
    if replaces_id is not None:
        _replaced(plan, replaces_id).withdrawn_at = clock.now()
    db.session().add(entry)
    plan.stir()
    audit.record("profile_entry.added", entry, by=by, kind=kind, replaces_id=replaces_id)
    return entry


def _replaced(plan: Plan, entry_id: UUID) -> ProfileEntry:
    entry = db.session().get(ProfileEntry, entry_id)
    if entry is None or entry.plan_id != plan.id:
        raise invalid("replaces_id", "This plan has no such entry.")
    db.lock(entry)
    if entry.withdrawn_at is not None:
        raise Problem(Code.ENTRY_WITHDRAWN)
    return entry


def withdraw_entry(entry: ProfileEntry, access: Access) -> None:
    """Withdraw an entry; it stays in the history. Raises Problem: plan_closed, actor_is_family."""
    plan = db.session().get_one(Plan, entry.plan_id)
    require_open(plan)
    _refuse_family(entry.student_id, access)
    by = access.caller.person_id
    if entry.withdrawn_at is None:
        entry.withdrawn_at = clock.now()
        plan.stir()
        audit.record("profile_entry.withdrawn", entry, by=by)
