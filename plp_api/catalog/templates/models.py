"""The templates of plans, edition by edition."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import db
from plp_api.foundation.db import Base
from plp_api.foundation.editions import Edition, EditionStatus
from plp_api.foundation.ownership import OwnedBySchool
from plp_api.foundation.problems import Code
from plp_api.foundation.roster.models import GRADES_WITH_PLANS


class Author(StrEnum):
    """Who writes a section; an advisor, as scribe, also writes the student's sections."""

    STUDENT = "student"
    ADVISOR = "advisor"
    PARENT = "parent"


class Sensitivity(StrEnum):
    """The eight areas that need consent to ask a student about: 20 U.S.C. 1232h(b)(1)-(8)."""

    POLITICAL_BELIEFS = "political_beliefs"
    MENTAL_HEALTH = "mental_health"
    SEX_BEHAVIOR_OR_ATTITUDES = "sex_behavior_or_attitudes"
    ILLEGAL_OR_DEMEANING_BEHAVIOR = "illegal_or_demeaning_behavior"
    APPRAISALS_OF_FAMILY = "appraisals_of_family"
    PRIVILEGED_RELATIONSHIPS = "privileged_relationships"
    RELIGION = "religion"
    INCOME = "income"


class Visibility(StrEnum):
    """Who reads a section. No value limits a parent's right to inspect (34 CFR 99.10).

    `who_writes_or_approves` leaves out readers who neither write nor approve: an
    auditor with a sample, a district admin with a stated reason.
    """

    EVERYONE_WITH_THE_PLAN = "everyone_with_the_plan"
    WHO_WRITES_OR_APPROVES = "who_writes_or_approves"


class PlanTemplate(Edition, Base):
    """One edition of a template of plans. `school_id` null: for the whole district.

    A published edition never changes, because plan versions use it: to change a
    template, publish its next edition. `grades` are the grades it is for; the default
    is for all students without another template.

    `sections` is a list of `{key, title, prompt, is_required, is_material,
    authors, source, sensitivity, visibility}`; `source` cites the law or rule that
    requires the section. Old sections lack the last two: read by `visibility_of`.
    """

    __tablename__ = "plan_templates"
    __ownership__ = OwnedBySchool(read="settings:read")
    __table_args__ = (
        *Edition.rules("plan_templates", Code.TEMPLATE_DRAFT_OPEN),
        Index(
            "uq_plan_templates_default",
            "district_id",
            unique=True,
            sqlite_where=text("is_default AND status = 'published'"),
            postgresql_where=text("is_default AND status = 'published'"),
        ),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    # The template that a district begins with is published without a draft.
    status: Mapped[str] = mapped_column(String(16), default=EditionStatus.PUBLISHED)
    name: Mapped[str]
    grades: Mapped[frozenset[str]] = mapped_column(default=frozenset(GRADES_WITH_PLANS))
    sections: Mapped[list[Any]]
    is_default: Mapped[bool] = mapped_column(default=False)

    @property
    def keys(self) -> list[str]:
        """The keys of the sections, in order."""
        return [section["key"] for section in self.sections]

    @property
    def described(self) -> dict[str, dict[str, Any]]:
        """The sections by their key."""
        return {section["key"]: section for section in self.sections}


def meant_for(grades: Sequence[str]) -> ColumnElement[bool]:
    """SQL: whether a template is for one of the grades."""
    return db.has_one_tag(PlanTemplate.grades, grades)


def visibility_of(section: dict[str, Any]) -> str:
    """Who reads the section."""
    visibility: str = section.get("visibility", Visibility.EVERYONE_WITH_THE_PLAN)
    return visibility
