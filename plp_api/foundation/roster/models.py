"""Districts, schools, people, students, and the accounts with which people sign in."""

from datetime import MAXYEAR, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Dated, Identified, Resource
from plp_api.foundation.ownership import (
    OwnedByDistrict,
    OwnedByPerson,
    OwnedByStudent,
    PersonOfDistrict,
    SystemRow,
)
from plp_api.foundation.problems import Code
from plp_api.foundation.roster import birth_dates, names
from plp_api.foundation.roster.names import Audience, Name

AGE_OF_MAJORITY = 18
FIRST_GRADE, LAST_GRADE = 7, 12
GRADES_WITH_PLANS = tuple(f"{grade:02}" for grade in range(FIRST_GRADE, LAST_GRADE + 1))
PLAN_GRADES = tuple(f"{grade:02}" for grade in range(FIRST_GRADE, LAST_GRADE + 1))
GRADES = ("IT", "PR", "PK", "TK", "KG", *(f"{n:02}" for n in range(1, 14)), "PS", "UG", "Other")


class District(Resource, Base):
    """A school district or supervisory union: the tenant. `parent_id` names its union.

    `settings` holds the district's own decisions; `district_settings` has the
    defaults. `time_zone` decides what day it is there.
    """

    __tablename__ = "districts"
    __ownership__ = OwnedByDistrict(read="settings:read", column="id")

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    sourced_id: Mapped[str | None]
    state_org_id: Mapped[str | None] = mapped_column(String(32))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    time_zone: Mapped[str] = mapped_column(default=clock.DEFAULT_ZONE)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def today(self) -> date:
        """The date in this district."""
        return clock.today(self.time_zone)


class School(Resource, Base):
    """A school, or another place of the district where students learn (a CTE center).

    Without row security, because a placement names a school of another district.
    """

    __tablename__ = "schools"
    __ownership__ = OwnedByDistrict(read="settings:read")
    __row_security__ = False
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str]
    sourced_id: Mapped[str | None]
    state_org_id: Mapped[str | None] = mapped_column(String(32))
    is_active: Mapped[bool] = mapped_column(default=True)


class PersonStatus(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Person(Resource, Base):
    """A human being as one district knows them: student, parent, or staff.

    `relationships` holds their relationships to students. An e-mail address may be
    shared or missing; it is never a key. `email_set_by` is the person who entered it,
    on `email_set_on`; None if a roster or the operator did. `email_before` is kept
    until a message to it has announced the change. If the district revoked the sign-in
    (`is_revoked_by_district`), no school can restore it. `preferred_*` and `pronouns`
    are shown at school, and to the family only with `family_uses_preferred`.
    """

    __tablename__ = "people"
    __ownership__ = PersonOfDistrict(read="people:read")
    __table_args__ = (
        UniqueConstraint("district_id", "sourced_id"),
        Index("ix_people_district_updated", "district_id", "updated_at", "id"),
        Index("ix_people_district_family_name", "district_id", "family_name", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    sourced_id: Mapped[str | None]
    username: Mapped[str | None]
    given_name: Mapped[str]
    family_name: Mapped[str]
    middle_name: Mapped[str | None]
    preferred_given_name: Mapped[str | None]
    preferred_family_name: Mapped[str | None]
    pronouns: Mapped[str | None]
    family_uses_preferred: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None]
    email_set_by: Mapped[UUID | None]
    email_set_on: Mapped[date | None]
    email_before: Mapped[str | None]
    is_revoked_by_district: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    needs_interpreter: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default=PersonStatus.ACTIVE)

    student: Mapped["Student | None"] = relationship(back_populates="person", lazy="raise")

    @hybrid_property
    def display_name(self) -> str:
        """The name used at school."""
        return str(self.name_for(Audience.SCHOOL))

    @display_name.inplace.expression
    @classmethod
    def _display_name(cls) -> ColumnElement[str]:
        return names.at_school(cls)

    @property
    def family_display_name(self) -> str:
        """The name shown to the family."""
        return str(self.name_for(Audience.FAMILY))

    def name_for(self, audience: Audience) -> Name:
        """The name that this audience uses."""
        return names.shown({column: getattr(self, column) for column in names.COLUMNS}, audience)


class RightsTransferBasis(StrEnum):
    """Why FERPA rights move from the parents to the student (34 CFR 99.5; [C] beyond age)."""

    AGE = "age"
    EMANCIPATION = "emancipation"
    EARLY_COLLEGE = "early_college"


def majority_of(born_on: date | None) -> date | None:
    """The 18th birthday; None if the birth date is unknown, or the birthday after year 9999."""
    if born_on is None or born_on.year + AGE_OF_MAJORITY > MAXYEAR:
        return None
    return clock.birthday(born_on, AGE_OF_MAJORITY)


class Student(Resource, Base):
    """A person as a student of the district; the id is the person's.

    `rights_transfer_on` is the day on which FERPA rights become the student's: the
    18th birthday unless another basis set an earlier day. None (unknown birth date)
    means a minor. `rights_transfer_reason` is for staff. A birth date that is
    implausible for the grade moves no rights until a person confirms it. `left_on` is the
    day on which a person closed the plan; `roster.leaving` says who is a former student.
    """

    __tablename__ = "students"
    __ownership__ = OwnedByStudent(read="roster:read", column="id")
    __table_args__ = (
        Index("ix_students_district_updated", "district_id", "updated_at", "id"),
        Index("ix_students_plan_home_school_id", "plan_home_school_id"),
        Index("ix_students_state_student_id", "district_id", "state_student_id"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    plan_home_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    grade: Mapped[str | None] = mapped_column(String(8))
    state_student_id: Mapped[str | None] = mapped_column(String(32))
    birth_date: Mapped[date | None]
    birth_date_confirmed_by: Mapped[UUID | None]
    birth_date_confirmed_at: Mapped[datetime | None]
    rights_transfer_on: Mapped[date | None]
    rights_transfer_basis: Mapped[str] = mapped_column(default=RightsTransferBasis.AGE)
    rights_transfer_reason: Mapped[str | None]
    post_18_basis: Mapped[str | None]
    entered_on: Mapped[date | None]
    left_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="student", lazy="joined", innerjoin=True)

    @property
    def family_name(self) -> str:
        """The person's family name; lists of students are sorted by it."""
        return self.person.family_name

    @property
    def given_name(self) -> str:
        """The person's given name, which orders students of one family name."""
        return self.person.given_name

    @property
    def is_birth_date_confirmed(self) -> bool:
        """Whether a person has confirmed the birth date."""
        return self.birth_date_confirmed_at is not None

    def born(self, on: date | None, today: date | None = None) -> None:
        """Set the birth date, and the day on which rights transfer by age.

        A new date removes the confirmation of the old one. `today` is the district's
        date; default: that of the default time zone.
        """
        if on != self.birth_date:
            self.birth_date_confirmed_by = self.birth_date_confirmed_at = None
            self.rights_transfer_on = None if self._is_by_age else self.rights_transfer_on
        self.birth_date = on
        if self._is_by_age:
            is_doubtful = self.is_birth_date_doubtful(today or clock.today())
            self.rights_transfer_on = None if is_doubtful else majority_of(on)

    def confirm_birth_date(self, by: UUID, at: datetime, today: date) -> None:
        """Confirm the birth date, so that it moves rights even if it is implausible."""
        self.birth_date_confirmed_by, self.birth_date_confirmed_at = by, at
        self.born(self.birth_date, today)

    def is_birth_date_doubtful(self, today: date) -> bool:
        """Whether the birth date moves no rights: implausible for the grade, and not confirmed.

        A date that has set the transfer stays valid: the student may grow older while the
        stored grade does not change.
        """
        if self.birth_date is None or self.is_birth_date_confirmed or self._is_moved_by_age:
            return False
        return not birth_dates.is_plausible(self.birth_date, self.grade, today)

    @property
    def _is_by_age(self) -> bool:
        # The column has no value yet before the first flush.
        return (self.rights_transfer_basis or RightsTransferBasis.AGE) == RightsTransferBasis.AGE

    @property
    def _is_moved_by_age(self) -> bool:
        moved_on = self.rights_transfer_on
        return self._is_by_age and moved_on is not None and moved_on == majority_of(self.birth_date)

    def holds_rights(self, on: date) -> bool:
        """Whether the student, not a parent, holds the rights on that day."""
        return self.rights_transfer_on is not None and self.rights_transfer_on <= on


class Account(Identified, Dated, Base):
    """A login, for one or more persons (`account_persons`).

    Without row security, because it is read before the district is known.
    """

    __tablename__ = "accounts"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (
        UniqueConstraint("district_id", "username", info={"problem": Code.USERNAME_TAKEN}),
        # For a sign-in that names no district.
        Index("ix_accounts_username", "username"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    username: Mapped[str]
    password_hash: Mapped[str | None]
    is_disabled: Mapped[bool] = mapped_column(default=False)


class AccountPerson(Base):
    """One of the persons an account may act as; a token names exactly one."""

    __tablename__ = "account_persons"
    __ownership__ = SystemRow()
    __row_security__ = False

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))


class LoginSession(Identified, Base):
    """One signed-in device. `refresh_hash` is the SHA-256 of its only valid refresh token.

    A refresh token replayed after rotation ends the session (RFC 9700, 4.14.2).
    """

    __tablename__ = "sessions"
    __ownership__ = OwnedByPerson(read="self:manage")
    __row_security__ = False

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    refresh_hash: Mapped[str]
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
