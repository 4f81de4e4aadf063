"""Conditions for approving an element and for enrolling its student.

Each condition names its rule and source; a problem lists all unmet ones. Our
readings of the law, for a district's counsel to confirm, are in
docs/decisions/0023.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import district_settings
from plp_api.planning.pathways import grades, vouchers
from plp_api.planning.pathways.models import PathwayElement, PathwayType

SOURCES = {
    PathwayType.DUAL_ENROLLMENT: "16 V.S.A. 944",
    PathwayType.ADULT_DIPLOMA: "16 V.S.A. 945",
    PathwayType.EARLY_COLLEGE: "16 V.S.A. 946",
    PathwayType.VIRTUAL: "16 V.S.A. 948",
    PathwayType.CTE: "16 V.S.A. 1551",
}
OTHERWISE = "16 V.S.A. 942"
HAVE_PROVIDERS = frozenset(
    {
        PathwayType.DUAL_ENROLLMENT,
        PathwayType.EARLY_COLLEGE,
        PathwayType.VIRTUAL,
        PathwayType.CTE,
    }
)
FIRST_GRADE = {PathwayType.DUAL_ENROLLMENT: 11, PathwayType.EARLY_COLLEGE: 12}
LAST_GRADE = {PathwayType.DUAL_ENROLLMENT: 12, PathwayType.EARLY_COLLEGE: 12}


def require_for_approval(element: PathwayElement, access: Access) -> None:
    """Raise pathway_condition_unmet unless the element meets every condition of the law.

    The caller must have locked the plan's row, so that no concurrent approval is missed.
    """
    _refuse_unless_none(
        [
            *_named(element),
            *_before_course(element, access.caller.today),
            *_readiness(element),
            *_supervision(element),
            *_acceptance(element, access.caller.today),
            *_grade(element, access),
            *_vouchers(element, access.caller.today),
        ]
    )


def require_for_enrollment(element: PathwayElement, access: Access) -> None:
    """Raise pathway_condition_unmet unless grade and, for early college, acceptance are right.

    At approval these could only be expected.
    """
    unmet = [*_grade(element, access)]
    if element.type == PathwayType.EARLY_COLLEGE:
        unmet += [*_accepted(element, access.caller.today), *_left_high_school(element, access)]
    _refuse_unless_none(unmet)


def is_free_of_conditions() -> ColumnElement[bool]:
    """Whether no condition here can refuse the approval of an element, as SQL over `TODAY`."""
    return and_(
        *(PathwayElement.type != each for each in sorted(HAVE_PROVIDERS)),
        or_(PathwayElement.starts_on.is_(None), PathwayElement.starts_on > TODAY),
    )


def _refuse_unless_none(unmet: list[FieldError]) -> None:
    if unmet:
        detail = " ".join(error.detail for error in unmet)
        raise Problem(Code.PATHWAY_CONDITION_UNMET, detail, errors=unmet)


def _unmet(element: PathwayElement, member: str, rule: str) -> FieldError:
    source = SOURCES.get(PathwayType(element.type), OTHERWISE)
    return FieldError(f"/{member}", f"{source}: {rule}")


def _named(element: PathwayElement) -> Iterator[FieldError]:
    if element.type in HAVE_PROVIDERS and not element.provider_name:
        yield _unmet(element, "provider_name", "the plan must name the provider.")
    if element.type == PathwayType.DUAL_ENROLLMENT and element.funding is None:
        yield _unmet(element, "funding", "say who pays: the state pays for two courses.")


def _before_course(element: PathwayElement, today: date) -> Iterator[FieldError]:
    """The course must be in the plan before it begins: approved the day before at the latest."""
    if element.starts_on is None:
        if element.type in HAVE_PROVIDERS:
            yield _unmet(
                element, "starts_on", "say when it begins: it must be in the plan before that."
            )
    elif element.starts_on <= today:
        rule = f"it must be in the plan before the course begins; this began {element.starts_on}."
        yield _unmet(element, "starts_on", rule)


def _readiness(element: PathwayElement) -> Iterator[FieldError]:
    if element.type != PathwayType.DUAL_ENROLLMENT:
        return
    rule = "both schools must find the student ready;"
    if element.home_ready_on is None:
        yield _unmet(element, "home_ready_on", f"{rule} the high school's answer is missing.")
    if element.provider_ready_on is None:
        yield _unmet(element, "provider_ready_on", f"{rule} the college's answer is missing.")


def _supervision(element: PathwayElement) -> Iterator[FieldError]:
    if element.type != PathwayType.VIRTUAL:
        return
    rule = "a virtual course runs under a licensed educator, named in the plan;"
    if element.supervisor_id is None and not element.supervisor_name:
        yield _unmet(element, "supervisor_name", f"{rule} nobody is named.")
    if not element.supervisor_licence:
        yield _unmet(element, "supervisor_licence", f"{rule} no licence is named.")


def _acceptance(element: PathwayElement, today: date) -> Iterator[FieldError]:
    """An early college must be in the student's plan before it accepts the student."""
    if element.type == PathwayType.EARLY_COLLEGE and (element.accepted_on or today) < today:
        rule = f"it must be in the plan before acceptance, which was on {element.accepted_on}."
        yield _unmet(element, "accepted_on", rule)


def _grade(element: PathwayElement, access: Access) -> Iterator[FieldError]:
    pathway = PathwayType(element.type)
    first = FIRST_GRADE.get(pathway)
    if first is None or element.starts_on is None:
        return
    known = grades.known(element.student_id, access.caller.today)
    if known is None:
        yield _unmet(element, "starts_on", "it depends on the grade, and no grade is recorded.")
        return
    settings = district_settings.of(access.district(element.district_id))
    grade = known.on(element.starts_on, settings)
    if not first <= grade <= LAST_GRADE[pathway]:
        required = "grade 10 must be completed" if first == 11 else "it is for grade 12"
        rule = f"{required}; on {element.starts_on} this student is in grade {grade}."
        yield _unmet(element, "starts_on", rule)


def _vouchers(element: PathwayElement, today: date) -> Iterator[FieldError]:
    if element.type != PathwayType.DUAL_ENROLLMENT or not element.is_state_funded:
        return
    used = vouchers.used(element.student_id, today)
    if used >= vouchers.MOST:
        rule = (
            f"the state pays for at most two courses of a student, and {used} are counted already; "
            "a district may pay for more."
        )
        yield _unmet(element, "funding", rule)


def _accepted(element: PathwayElement, today: date) -> Iterator[FieldError]:
    if element.accepted_on is None:
        yield _unmet(element, "accepted_on", "say when the college accepted the student.")
    elif element.accepted_on > today:
        yield _unmet(element, "accepted_on", "the college has not accepted the student yet.")
    elif element.approved_on is None or element.accepted_on < element.approved_on:
        rule = f"it must be in the plan before acceptance; it was approved {element.approved_on}."
        yield _unmet(element, "accepted_on", rule)


def _left_high_school(element: PathwayElement, access: Access) -> Iterator[FieldError]:
    """On the first day of early college the student must not be enrolled in a school.

    A placement is allowed.
    """
    day = max(element.starts_on or access.caller.today, access.caller.today)
    if grades.enrolled_on(element.student_id, day):
        rule = (
            "an early-college student is not enrolled in the high school at the same time; "
            f"the school enrollment must end by {day}."
        )
        yield _unmet(element, "starts_on", rule)
