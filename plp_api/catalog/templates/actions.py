"""Write editions of templates, choose a plan's template, and decide who writes a section."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from plp_api.catalog.templates.models import Author, PlanTemplate
from plp_api.foundation import data, db
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.editions import Editions, EditionStatus
from plp_api.foundation.problems import Code, Existing, FieldError, Problem, doubled
from plp_api.people.directory import references

AUTHOR_OF_ROLE = {
    Role.STUDENT: Author.STUDENT,
    Role.ADVISOR: Author.ADVISOR,
    Role.PARENT: Author.PARENT,
}
Fields = dict[str, Any]

EDITIONS = Editions(
    PlanTemplate,
    noun="plan_template",
    carried=("district_id", "school_id", "name", "grades", "sections", "is_default"),
    frozen=Code.TEMPLATE_FROZEN,
    draft_open=Code.TEMPLATE_DRAFT_OPEN,
)


@cache
def _shipped() -> dict[str, Any]:
    """The shipped template, with everything 16 V.S.A. 942 and the rule name (seeds/reference)."""
    shipped: dict[str, Any] = orjson.loads(
        (data.seeds() / "reference/plan_template.json").read_bytes()
    )
    return shipped


def default_for(district_id: UUID) -> PlanTemplate:
    """The district's default template; made from the shipped one if there is none yet."""
    default = select(PlanTemplate).where(
        PlanTemplate.district_id == district_id,
        PlanTemplate.is_default.is_(True),
        PlanTemplate.status == EditionStatus.PUBLISHED,
    )
    session = db.session()
    template = session.scalars(default).first()
    if template is None:
        _hold(district_id)
        template = session.scalars(default).first() or _make_default(district_id)
    return template


def _make_default(district_id: UUID) -> PlanTemplate:
    shipped = _shipped()
    made = PlanTemplate(
        district_id=district_id,
        name=shipped["title"],
        grades=frozenset(shipped["grades"]),
        sections=shipped["sections"],
        is_default=True,
    )
    db.session().add(made)
    db.session().flush()
    return made


def _hold(district_id: UUID) -> None:
    """Lock the set of the district's published templates until the transaction ends."""
    db.lock_name(f"plan templates of {district_id}")


@dataclass(frozen=True)
class Offer:
    """The published templates of a district, from which each student's is chosen."""

    default_id: UUID
    by_place: Mapping[tuple[UUID | None, str], UUID]

    def for_student(self, school_id: UUID | None, grade: str | None) -> UUID:
        """The school's template for the grade, else the district's for it, else the default."""
        for place in (school_id, None):
            if grade is not None and (template_id := self.by_place.get((place, grade))):
                return template_id
        return self.default_id


def offer(district_id: UUID) -> Offer:
    """The templates that the district and its schools have published, in one query."""
    published = select(
        PlanTemplate.id, PlanTemplate.school_id, PlanTemplate.grades, PlanTemplate.is_default
    ).where(
        PlanTemplate.district_id == district_id,
        PlanTemplate.status == EditionStatus.PUBLISHED,
    )
    rows = db.session().execute(published).all()
    default_id = next((row.id for row in rows if row.is_default), None)
    by_place = {
        (row.school_id, grade): row.id for row in rows if not row.is_default for grade in row.grades
    }
    return Offer(default_id or default_for(district_id).id, by_place)


def draft(access: Access, fields: Fields) -> PlanTemplate:
    """Begin a new template, as the draft of its first edition.

    Raises Problem: permission_denied if the caller may not change the settings of
    that school (null: of the district), validation_failed.
    """
    school_id = fields.get("school_id")
    access.require_at(Permission.SETTINGS_WRITE, school_id)
    if school_id is not None:
        references.school(access, school_id)
    _check_sections(fields["sections"])
    template = PlanTemplate(
        id=db.new_id(),
        district_id=access.caller.district_id,
        status=EditionStatus.DRAFT,
        **fields,
    )
    return EDITIONS.begin(template, access)


def draft_edition(template: PlanTemplate, access: Access) -> PlanTemplate:
    """Begin the next edition of a template. Raises Problem: template_draft_open."""
    return EDITIONS.draft_next(template, access)


def edit(template: PlanTemplate, access: Access, fields: Fields) -> PlanTemplate:
    """Change a draft. Raises Problem: template_frozen for any other edition, validation_failed."""
    EDITIONS.require_draft(template)
    if "sections" in fields:
        _check_sections(fields["sections"])
    return EDITIONS.edit(template, access, fields)


def discard(template: PlanTemplate, access: Access) -> None:
    """Delete a draft. Raises Problem: template_frozen for any other edition."""
    EDITIONS.discard(template, access)


def _check_sections(sections: list[Fields]) -> None:
    errors = [*doubled(sections, "sections", "section"), *_demanded(sections)]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)


def _demanded(sections: list[Fields]) -> Iterable[FieldError]:
    """Errors for sections that may not be required, as an empty one would block submission."""
    for place, section in enumerate(sections):
        if not section["is_required"]:
            continue
        where = f"/sections/{place}/is_required"
        if section["sensitivity"] is not None:
            yield FieldError(
                where, "20 U.S.C. 1232h(b): nobody must write about this; do not require it."
            )
        if set(section["authors"]) == {Author.PARENT}:
            yield FieldError(
                where, "Do not require what only parents write: a student may have no parent."
            )


def publish(template: PlanTemplate, access: Access) -> None:
    """Offer the edition for new plans and retire the one before it; plans keep their edition.

    Raises Problem: template_overlaps, with the grades for which the school, or the
    district, already offers another template.
    """
    _hold(template.district_id)
    if not template.is_default:
        _refuse_overlap(template)
    EDITIONS.publish(template, access)


def _refuse_overlap(template: PlanTemplate) -> None:
    beside = select(PlanTemplate).where(
        PlanTemplate.district_id == template.district_id,
        PlanTemplate.school_id.is_not_distinct_from(template.school_id),
        PlanTemplate.status == EditionStatus.PUBLISHED,
        PlanTemplate.line_id != template.line_id,
        PlanTemplate.is_default.is_(False),
    )
    for other in db.session().scalars(beside):
        both = sorted(template.grades & other.grades)
        if both:
            detail = f"Grade {', '.join(both)}: retire the other, or divide the grades."
            raise Problem(
                Code.TEMPLATE_OVERLAPS,
                detail,
                extra={"template_id": str(other.id)},
                existing=Existing(PlanTemplate, {"id": other.id}),
            )


def retire(template: PlanTemplate, access: Access) -> None:
    """Stop offering the template for new plans. Plans written in it keep it."""
    EDITIONS.retire(template, access)


def default_is_kept(template: PlanTemplate, _access: Access) -> str | None:
    """Reason: the default template cannot be retired."""
    if template.is_default:
        return "A district always has a default; publish its next edition instead."
    return None


def writable(section: dict[str, Any], roles: Iterable[Role]) -> bool:
    """Whether a person with these roles to the student may write the section.

    An advisor writes the advisor's sections and, as scribe, the student's; a parent
    writes only the parent's.
    """
    authors = {AUTHOR_OF_ROLE[role] for role in roles if role in AUTHOR_OF_ROLE}
    if Author.ADVISOR in authors:
        authors.add(Author.STUDENT)
    return bool(authors & set(section["authors"]))
