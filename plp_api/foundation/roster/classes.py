"""School years, courses, classes and enrollments, in the terms of OneRoster."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByDistrict, OwnedBySchool, OwnedByStudent


class AcademicSession(Resource, Base):
    """A school year, or a term within one (`parent_id`). `ends_on` is the first day after it."""

    __tablename__ = "academic_sessions"
    __ownership__ = OwnedByDistrict(read="settings:read")
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    sourced_id: Mapped[str | None]
    title: Mapped[str]
    type: Mapped[str] = mapped_column(String(32))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    school_year: Mapped[int]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("academic_sessions.id"))
    is_active: Mapped[bool] = mapped_column(default=True)


class Course(Resource, Base):
    """A course that the district teaches; a class is one group that takes it."""

    __tablename__ = "courses"
    __ownership__ = OwnedByDistrict(read="settings:read")
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    sourced_id: Mapped[str | None]
    title: Mapped[str]
    code: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class Class(Resource, Base):
    """A group of students with its teachers. A `homeroom` becomes an advisory."""

    __tablename__ = "classes"
    __ownership__ = OwnedBySchool(read="classes:read")
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses.id"))
    sourced_id: Mapped[str | None]
    title: Mapped[str]
    code: Mapped[str | None]
    type: Mapped[str] = mapped_column(String(32), default="scheduled")
    is_active: Mapped[bool] = mapped_column(default=True)


class EnrollmentRole(StrEnum):
    """A person's role in a class."""

    STUDENT = "student"
    TEACHER = "teacher"


class Enrollment(Resource, Base):
    """A person in a class for a span. Teachers reach students by it."""

    __tablename__ = "enrollments"
    __ownership__ = OwnedByStudent(read="roster:read", column="person_id")
    __table_args__ = (
        UniqueConstraint("district_id", "sourced_id"),
        Index("ix_enrollments_person_id", "person_id", "role", "class_id"),
        Index("ix_enrollments_class_id", "class_id", "role", "person_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    sourced_id: Mapped[str | None]
    role: Mapped[str] = mapped_column(String(16))
    is_primary: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
