"""The grade of a student on a day, computed from the roster: the law sets grades for courses.

A roster has today's grade. A course is planned ahead, often in spring for the
next summer or autumn; so one grade is added for each school year in between. A
school year begins with the summer before it (the district's `summer_from`). Our
reading of the law: the summer after grade 10 counts as grade 11 (docs/decisions/0023).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import SchoolEnrollment


@dataclass(frozen=True)
class Known:
    """A grade from the roster: valid since `since`, last seen on `seen_on`."""

    grade: int
    since: date
    seen_on: date

    def on(self, day: date, settings: DistrictSettings) -> int:
        """The grade on another day, if the student moves up each school year."""
        return self.grade + _school_year(day, settings) - self._school_year(settings)

    def _school_year(self, settings: DistrictSettings) -> int:
        """The school year of the grade: in summer a roster may still have last year's grade."""
        year = _school_year(self.seen_on, settings)
        summer_began = date(year, *settings.summer_from)
        is_last_years = settings.is_summer(self.seen_on) and self.since < summer_began
        return year - 1 if is_last_years else year


def _school_year(day: date, settings: DistrictSettings) -> int:
    """The calendar year in which the day's school year begins."""
    return day.year if (day.month, day.day) >= settings.summer_from else day.year - 1


def known(student_id: UUID, today: date) -> Known | None:
    """The last grade in the roster for the student; None if it is missing or not a number."""
    latest = (
        select(SchoolEnrollment)
        .where(SchoolEnrollment.student_id == student_id, SchoolEnrollment.starts_on <= today)
        .where(SchoolEnrollment.grade.is_not(None))
        .order_by(SchoolEnrollment.starts_on.desc(), SchoolEnrollment.id.desc())
        .limit(1)
    )
    row = db.session().scalar(latest)
    if row is None:
        return _outside_school(student_id, today)
    if not (row.grade or "").isdigit():
        return None
    last = today if row.ends_on is None else min(today, row.ends_on - timedelta(days=1))
    return Known(int(row.grade or 0), row.starts_on, max(last, row.starts_on))


def _outside_school(student_id: UUID, today: date) -> Known | None:
    """The grade of a student without a school enrollment here (home study or a placement)."""
    student = db.session().get_one(Student, student_id)
    if not (student.grade or "").isdigit():
        return None
    return Known(int(student.grade or 0), student.entered_on or date.min, today)


def enrolled_on(student_id: UUID, day: date) -> bool:
    """Whether the student is enrolled in a school on that day."""
    held = (
        select(SchoolEnrollment.id)
        .where(SchoolEnrollment.student_id == student_id, spans.holds_on(SchoolEnrollment, day))
        .limit(1)
    )
    return db.session().scalar(held) is not None
