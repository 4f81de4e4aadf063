"""The filters and sort orders of portfolios, and of the students who have begun none."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from plp_api.catalog.portfolio_templates.models import PortfolioPurpose, PortfolioTemplate
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import about_students
from plp_api.foundation.rest.paging import (
    Listing,
    in_states,
    of_id,
    same_id,
    since,
    whether,
)
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.learning.portfolios import gaps
from plp_api.learning.portfolios.models import Portfolio


def _of_lines(lines: Sequence[Any]) -> ColumnElement[bool]:
    return Portfolio.template.has(PortfolioTemplate.line_id.in_(lines))


def _for_purposes(purposes: Sequence[str]) -> ColumnElement[bool]:
    return Portfolio.template.has(PortfolioTemplate.purpose.in_(purposes))


PORTFOLIOS_OF_STUDENT = Listing(
    filters={
        "template_id": same_id(Portfolio.template_id, "Only by this edition of a template."),
        "line_id": of_id("Only by any edition of this line.", _of_lines),
        "purpose": in_states(PortfolioPurpose, "Only for these purposes.", _for_purposes),
        "has_gaps": whether(
            gaps.have_gaps, "Only those that lack artifacts in a slot, or only the others."
        ),
        "updated_since": since(Portfolio.updated_at),
    },
    sorts={"created_at": Portfolio.created_at, "updated_at": Portfolio.updated_at},
)
PORTFOLIOS = Listing(
    filters=PORTFOLIOS_OF_STUDENT.filters,
    sorts={"updated_at": Portfolio.updated_at, "created_at": Portfolio.created_at},
)
BEGINNERS = Listing(
    filters={"updated_since": since(Student.updated_at)},
    sorts={"created_at": Student.created_at, "updated_at": Student.updated_at},
).across_students()


def without_portfolio(template: PortfolioTemplate, access: Access) -> Select[Any]:
    """The students to whom the template is offered, and who have begun none by any edition."""
    enrolled = exists().where(SchoolEnrollment.student_id == Student.id, holds(SchoolEnrollment))
    if template.school_id is not None:
        enrolled = enrolled.where(SchoolEnrollment.school_id == template.school_id)
    begun = exists().where(Portfolio.student_id == Student.id, _of_lines([template.line_id]))
    reached = about_students(Student, "id", access.caller, Permission.ARTIFACTS_READ)
    found = select(Student).where(reached, enrolled, ~begun)
    return found.where(Student.grade.in_(template.grades)) if template.grades else found
