"""The sections of a version: what they are, who writes them, and how they follow a template.

A version has the sections that its template asks for, and earlier ones that have
text. Text is never dropped: a section with text that the version's template does not
ask for stays, marked with the edition that asked for it (`kept_from_id`).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.templates import actions as templates
from plp_api.catalog.templates.models import PlanTemplate, visibility_of
from plp_api.foundation import db
from plp_api.foundation.access.lifecycle import repeated
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.editions import EditionStatus
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans.models import EDITABLE, Plan, PlanSection, PlanVersion


def look_up(versions: Sequence[PlanVersion]) -> None:
    """Load the templates of these versions in one query, before each version is described."""
    kept = {one.kept_from_id for version in versions for one in version.sections} - {None}
    wanted = {version.template_id for version in versions} | kept
    if not wanted:
        return
    found = db.session().scalars(select(PlanTemplate).where(PlanTemplate.id.in_(wanted))).all()
    for version in versions:
        # The session forgets rows that nobody holds.
        vars(version)["templates"] = found


def described(version: PlanVersion) -> dict[str, dict[str, Any]]:
    """The template's description of each section, by key; of a kept one, from its own edition."""
    session = db.session()
    descriptions = session.get_one(PlanTemplate, version.template_id).described
    for section in version.sections:
        if section.kept_from_id is not None:
            asked_by = session.get_one(PlanTemplate, section.kept_from_id)
            descriptions[section.key] = asked_by.described[section.key]
    return descriptions


def require_editable(version: PlanVersion) -> None:
    """Raise version_frozen if the version was handed in or has been in force."""
    if version.status not in EDITABLE:
        raise Problem(Code.VERSION_FROZEN, f"It is {version.status}.")


def written_by(version: PlanVersion, access: Access) -> frozenset[str]:
    """The keys of the sections of which the caller is an author.

    In home study the person who keeps the plan is an author of every section. A
    parent who is also the student's advisor writes as a parent.
    """
    descriptions = described(version)
    if access.keeps(version.student_id):
        return frozenset(descriptions)
    roles = access.roles_to(version.student_id)
    if access.is_family(version.student_id):
        roles.discard(Role.ADVISOR)
    return frozenset(
        key for key, description in descriptions.items() if templates.writable(description, roles)
    )


def roles_that_write(version: PlanVersion, keys: Iterable[str]) -> list[Role]:
    """The roles that are authors of all these sections."""
    descriptions = described(version)
    asked = [descriptions[key] for key in keys]
    return [role for role in Role if all(templates.writable(one, [role]) for one in asked)]


def writable_by(version: PlanVersion, access: Access) -> frozenset[str]:
    """The keys of the sections that the caller may write now, for a front end to show."""
    may_write = (
        version.status in EDITABLE
        and version.plan.is_open
        and access.may_on(Permission.PLANS_CONTRIBUTE, version)
    )
    return written_by(version, access) if may_write else frozenset()


def writers_for_student(version: PlanVersion, written: Iterable[PlanSection]) -> list[UUID | None]:
    """The writers of those sections that the template does not give to the advisor to write."""
    descriptions = described(version)
    return [
        section.written_by
        for section in written
        if "advisor" not in descriptions[section.key]["authors"]
    ]


def template_to_start(plan: Plan, last: PlanVersion | None) -> PlanTemplate:
    """The template of a new version: that of the last version, or for a first one the fitting one.

    A plan never moves to a new edition by itself: a question that the school
    added in winter must not delay an amendment in spring (see `change_template`).
    """
    template_id = last.template_id if last else _fitting(plan)
    return db.session().get_one(PlanTemplate, template_id)


def _fitting(plan: Plan) -> UUID:
    """The id of the template published for the student's school and grade today."""
    student = db.session().get_one(Student, plan.student_id)
    offered = templates.offer(plan.district_id)
    return offered.for_student(student.plan_home_school_id, student.grade)


def lay_out(version: PlanVersion, template: PlanTemplate, last: PlanVersion | None) -> None:
    """Give a new version the sections that the template asks for, with the last version's text."""
    _arrange(
        version, template, [_carried(section, last) for section in last.sections] if last else []
    )


def _carried(section: PlanSection, last: PlanVersion) -> PlanSection:
    return PlanSection(
        district_id=section.district_id,
        student_id=section.student_id,
        key=section.key,
        body=section.body,
        written_by=section.written_by,
        kept_from_id=section.kept_from_id or last.template_id,
        visibility=section.visibility,
    )


def _arrange(version: PlanVersion, template: PlanTemplate, known: list[PlanSection]) -> None:
    """Set the version's sections: those the template asks for, then others that have text.

    Each `known` section must name the edition that asked for it in `kept_from_id`.
    """
    by_key = {one.key: one for one in known}
    asked_for = [
        _asked(version, by_key.get(description["key"]), description)
        for description in template.sections
    ]
    kept = unasked(template, known)
    for position, section in enumerate([*asked_for, *kept]):
        section.position = position
    version.sections = [*asked_for, *kept]


def unasked(template: PlanTemplate, known: list[PlanSection]) -> list[PlanSection]:
    """The known sections that have text and that the template does not ask for."""
    keys = set(template.keys)
    return [section for section in known if section.key not in keys and section.body.strip()]


def _asked(
    version: PlanVersion, known: PlanSection | None, description: dict[str, Any]
) -> PlanSection:
    section = known or PlanSection(
        district_id=version.district_id,
        student_id=version.student_id,
        key=description["key"],
        body="",
    )
    section.kept_from_id = None
    section.visibility = visibility_of(description)
    return section


def change_template(
    version: PlanVersion,
    access: Access,
    *,
    template_id: UUID | None = None,
    keep_unasked: bool = False,
) -> None:
    """Move an open version to another template or edition, with all its text.

    Without `template_id`, to the template published for the student's school
    and grade today. Raises Problem: plan_closed; action_repeated if the
    version has that template already; validation_failed if the template is not
    offered to the student; section_unasked, unless `keep_unasked`, which names
    the sections with text that the other template does not ask for.
    """
    plan, session = version.plan, db.session()
    template = _offered(plan, template_id or _fitting(plan))
    if template.id == version.template_id:
        raise repeated(version, "change_template", "It is written in that template already.")
    known = list(version.sections)
    lost = unasked(template, known)
    if lost and not keep_unasked:
        detail = (
            "16 V.S.A. 942: changing the template must not delete answers. Send `keep_unasked`"
            " to keep these sections, marked as no longer asked for."
        )
        errors = [FieldError(f"/sections/{section.key}", "Has text.") for section in lost]
        raise Problem(Code.SECTION_UNASKED, detail, errors=errors)
    for section in known:
        section.kept_from_id = section.kept_from_id or version.template_id
    _arrange(version, template, known)
    for section in known:
        if section not in version.sections:
            session.delete(section)
    version.template_id = template.id
    version.touch()
    plan.stir()
    kept = [section.key for section in lost]
    by = access.caller.person_id
    audit.record(
        "plan_version.template_changed", version, by=by, template_id=template.id, kept=kept
    )


def _offered(plan: Plan, template_id: UUID) -> PlanTemplate:
    """The template, if the district or the student's school has published it.

    Raises Problem(validation_failed) otherwise.
    """
    student = db.session().get_one(Student, plan.student_id)
    offered = select(PlanTemplate).where(
        PlanTemplate.id == template_id,
        PlanTemplate.district_id == plan.district_id,
        PlanTemplate.status == EditionStatus.PUBLISHED,
    )
    template = db.session().scalar(offered)
    if template is None or template.school_id not in (None, student.plan_home_school_id):
        detail = "Neither the district nor the student's school has published this template."
        raise invalid("template_id", detail)
    return template
