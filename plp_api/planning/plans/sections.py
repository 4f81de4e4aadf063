"""The sections of a version: as its template asks them, with words of others kept.

Words are never dropped: where a version's template does not ask for a section
that holds some, the section stays, marked with the edition that did ask.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.templates import actions as templates
from plp_api.catalog.templates.models import PlanTemplate, TemplateStatus, visibility_of
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans.models import Plan, PlanSection, PlanVersion


def described(version: PlanVersion) -> dict[str, dict[str, Any]]:
    """What each section of the version asks, by key: kept ones as the edition that asked."""
    session = db.session()
    found = session.get_one(PlanTemplate, version.template_id).described
    for section in version.sections:
        if section.kept_from_id is not None:
            asked_by = session.get_one(PlanTemplate, section.kept_from_id)
            found[section.key] = asked_by.described[section.key]
    return found


def writers_for_student(version: PlanVersion, written: Iterable[PlanSection]) -> list[UUID | None]:
    """Who wrote these sections, of those that are the student's own to write."""
    asked = described(version)
    return [one.written_by for one in written if "advisor" not in asked[one.key]["authors"]]


def template_to_start(plan: Plan, last: PlanVersion | None) -> PlanTemplate:
    """The template of a new version: the last one's, or for the first, what fits the student.

    A new edition never comes over a plan by itself: an amendment in spring is
    not held up by what a school began to ask in winter (see `change_template`).
    """
    template_id = last.template_id if last else _fitting(plan)
    return db.session().get_one(PlanTemplate, template_id)


def _fitting(plan: Plan) -> UUID:
    """The template published for the student's school and grade today."""
    student = db.session().get_one(Student, plan.student_id)
    offered = templates.offer(plan.district_id)
    return offered.for_student(student.plan_home_school_id, student.grade)


def lay_out(version: PlanVersion, template: PlanTemplate, last: PlanVersion | None) -> None:
    """Give a new version the sections the template asks for, and all words of the last one."""
    _arrange(version, template, [_carried(one, last) for one in last.sections] if last else [])


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
    """Set the version's sections: those asked for, in order, then those kept for their words.

    Each of the `known` ones names by `kept_from_id` the edition that asked for it.
    """
    by_key = {one.key: one for one in known}
    asked = [
        _asked(version, by_key.get(description["key"]), description)
        for description in template.sections
    ]
    kept = unasked(template, known)
    for position, section in enumerate([*asked, *kept]):
        section.position = position
    version.sections = [*asked, *kept]


def unasked(template: PlanTemplate, known: list[PlanSection]) -> list[PlanSection]:
    """Those of the sections that hold words and that the template does not ask for."""
    keys = set(template.keys)
    return [one for one in known if one.key not in keys and one.body.strip()]


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
    """Go on writing an open version in another template or edition, with every word it holds.

    Without `template_id`, in what is published for the student's school and
    grade today. Raises Problem: plan_closed; action_unavailable where it is
    that template already; validation_failed for one that is not offered to the
    student; section_unasked, unless `keep_unasked`, naming the sections with
    words that the other template does not ask for.
    """
    plan, session = version.plan, db.session()
    template = _offered(plan, template_id or _fitting(plan))
    if template.id == version.template_id:
        raise Problem(Code.ACTION_UNAVAILABLE, "It is written in that template already.")
    known = list(version.sections)
    lost = unasked(template, known)
    if lost and not keep_unasked:
        detail = (
            "16 V.S.A. 942: a plan evolves, and loses no answer to a template. Send"
            " `keep_unasked` to keep them, as no longer asked for."
        )
        errors = [FieldError(f"/sections/{one.key}", "Holds words.") for one in lost]
        raise Problem(Code.SECTION_UNASKED, detail, errors=errors)
    for one in known:
        one.kept_from_id = one.kept_from_id or version.template_id
    _arrange(version, template, known)
    for one in known:
        if one not in version.sections:
            session.delete(one)
    version.template_id = template.id
    version.touch()
    plan.stir()
    kept = [one.key for one in lost]
    by = access.caller.person_id
    audit.record(
        "plan_version.template_changed", version, by=by, template_id=template.id, kept=kept
    )


def _offered(plan: Plan, template_id: UUID) -> PlanTemplate:
    """A published template of the district or the student's school; validation_failed else."""
    student = db.session().get_one(Student, plan.student_id)
    offered = select(PlanTemplate).where(
        PlanTemplate.id == template_id,
        PlanTemplate.district_id == plan.district_id,
        PlanTemplate.status == TemplateStatus.PUBLISHED,
    )
    found = db.session().scalar(offered)
    if found is None or found.school_id not in (None, student.plan_home_school_id):
        detail = "No template that the district, or the student's school, has published."
        raise invalid("template_id", detail)
    return found
