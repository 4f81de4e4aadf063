"""Profiles: the rules of a district for one type of ELO."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByDistrict


class EloType(StrEnum):
    """What kind of learning outside class it is."""

    INDEPENDENT_STUDY = "independent_study"
    PRIVATE_INSTRUCTION = "private_instruction"
    PERFORMING_GROUP = "performing_group"
    INTERNSHIP = "internship"
    WORK_BASED_LEARNING = "work_based_learning"
    COMMUNITY_SERVICE = "community_service"
    APPRENTICESHIP = "apprenticeship"
    ONLINE_COURSE = "online_course"
    CAPSTONE = "capstone"
    OTHER = "other"


class SignerRole(StrEnum):
    """Who may have to sign the agreement of an ELO."""

    STUDENT = "student"
    PARENT = "parent"
    MENTOR = "mentor"
    COOPERATING_TEACHER = "cooperating_teacher"
    TEACHER_OF_RECORD = "teacher_of_record"
    COORDINATOR = "coordinator"
    SCHOOL_ADMIN = "school_admin"


class SkippableState(StrEnum):
    """A state of an ELO that a profile may leave out."""

    AGREEMENT_PENDING = "agreement_pending"
    PRESENTED = "presented"
    EVALUATED = "evaluated"


class DesignPart(StrEnum):
    """A part of the design that a profile may require before the agreement."""

    ESSENTIAL_QUESTION = "essential_question"
    COMPETENCIES = "competencies"
    KNOW_AND_DO = "know_and_do"
    RESEARCH = "research"
    REFLECTION = "reflection"
    PRODUCT = "product"
    PRESENTATION = "presentation"
    TIMELINE = "timeline"
    COMMUNICATION = "communication"
    ASSESSMENT = "assessment"
    BENCHMARKS = "benchmarks"
    TRAINING_TASKS = "training_tasks"
    WORK = "work"


class EloProfile(Resource, Base):
    """The rules of a district for ELOs of one type.

    `signers` are roles in the order in which they sign; `is_ordered` says whether the order
    binds. `needs_partner`: an ELO of the type has a partner, a site and a mentor.
    """

    __tablename__ = "elo_profiles"
    __ownership__ = OwnedByDistrict(read="settings:read", is_wide=True)
    __table_args__ = (Index("uq_elo_profiles_type", "district_id", "type", unique=True),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    type: Mapped[str] = mapped_column(String(24))
    signers: Mapped[list[Any]] = mapped_column(default=list)
    is_ordered: Mapped[bool] = mapped_column(default=False)
    skipped_states: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    required_parts: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    needs_partner: Mapped[bool] = mapped_column(default=False)
