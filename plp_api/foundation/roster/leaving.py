"""Students who have left: former students read their own record, and change nothing.

Two facts say so. A person closed the plan (`students.left_on`), and no school counts the
student on that day. An enrollment that ends is not enough: many end in June and begin
again in August.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import aliased

from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import SchoolEnrollment


def is_closed(student_id: Any, day: Any) -> ColumnElement[bool]:
    """SQL: whether a person had closed the student's plan by that day."""
    student = aliased(Student)
    return exists().where(student.id == student_id, student.left_on <= day)


def has_left(student_id: Any, day: Any) -> ColumnElement[bool]:
    """SQL: whether the student is a former one on that day."""
    stay = aliased(SchoolEnrollment)
    is_enrolled = exists().where(stay.student_id == student_id, spans.holds_on(stay, day))
    return and_(is_closed(student_id, day), ~is_enrolled)
