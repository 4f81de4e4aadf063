"""Artifacts, their versions with parts, reflections, links, and the groups that made them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.portfolio_templates import models as templates
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.db import Base, Identified, Resource
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.ownership import OwnedByStudent, OwnedWithSubject, SystemRow

ArtifactKind = templates.ArtifactKind
"""What sort of work it is; slots of portfolios name kinds too."""


class ArtifactStatus(StrEnum):
    """Student and advisor alone read a draft. What is archived stays in the record."""

    DRAFT = "draft"
    KEPT = "kept"
    ARCHIVED = "archived"


class PartKind(StrEnum):
    """Of what a version consists. A caption or transcript belongs to another part."""

    FILE = "file"
    LINK = "link"
    TEXT = "text"
    CAPTIONS = "captions"
    TRANSCRIPT = "transcript"


DRAFTS = (("status", ArtifactStatus.DRAFT, "artifacts:read_drafts"),)


class ArtifactGroup(Identified, Base):
    """Several students who made one work. Each has an artifact of their own with its id.

    Whoever knows the code joins, until `closes_at`; only a hash of it is kept. With it is kept who
    made it (`opened_by`), and what the work was called then.
    """

    __tablename__ = "artifact_groups"
    __ownership__ = SystemRow()
    __table_args__ = (Index("uq_artifact_groups_code", "code_sha256", unique=True),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    code_sha256: Mapped[str | None] = mapped_column(String(64))
    closes_at: Mapped[datetime | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("students.id"))
    title: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(24))
    made_on: Mapped[date | None]
    founded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class Artifact(Resource, Base):
    """A piece of a student's work. `number` is that of its newest version; 0: it has none yet.

    `recorded_by` is the member of staff who captured it for the student. `is_shown_in_group`
    says whether the others' showcases may name this maker.
    """

    __tablename__ = "artifacts"
    __ownership__ = OwnedByStudent(read="artifacts:read", assigned_by="id", hidden=DRAFTS)
    __table_args__ = (
        Index("ix_artifacts_student_id", "student_id", "made_on"),
        Index("ix_artifacts_template_id", "template_id"),
        Index("ix_artifacts_group_id", "group_id"),
        Index("ix_artifacts_call_recipient_id", "call_recipient_id"),
        Index("ix_artifacts_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    status: Mapped[str] = mapped_column(String(16), default=ArtifactStatus.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    description: Mapped[str] = mapped_column(default="")
    made_on: Mapped[date | None]
    number: Mapped[int] = mapped_column(default=0)
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("portfolio_templates.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifact_groups.id"))
    is_shown_in_group: Mapped[bool] = mapped_column(default=False)
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    call_recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("call_recipients.id"))
    came_from: Mapped[str | None] = mapped_column(String(400))


class OfArtifact(Resource):
    """What belongs to one artifact, and is read as it is."""

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifacts.id"))

    @property
    def read_of_subject(self) -> Permission:
        """The permission needed to see the artifact."""
        artifact: Any = self.artifact  # type: ignore[attr-defined]
        is_draft = artifact.status == ArtifactStatus.DRAFT
        return Permission.ARTIFACTS_READ_DRAFTS if is_draft else Permission.ARTIFACTS_READ


class ArtifactVersion(OfArtifact, Base):
    """A state of the work, numbered from 1. It never changes: what changes is the next version.

    `origin_id` is the version of another maker of the group of which this one is a copy; that
    one may be gone.
    """

    __tablename__ = "artifact_versions"
    __ownership__ = OwnedWithSubject(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index("uq_artifact_versions_number", "artifact_id", "number", unique=True),
        Index("ix_artifact_versions_student_id", "student_id"),
    )

    number: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    origin_id: Mapped[UUID | None]

    artifact: Mapped[Artifact] = relationship()
    parts: Mapped[list["ArtifactPart"]] = relationship(
        back_populates="version_of", order_by="ArtifactPart.position", lazy="selectin"
    )


class ArtifactPart(OfArtifact, Base):
    """A file, an address elsewhere, or a text of a version. `alt` says in words what is seen.

    `of_part_id`: the audio or video to which captions or a transcript belong. `checked_at` and
    `is_reachable` tell whether an address elsewhere still answered; `gone_since`: from when on
    it did not, which counts from the second time.
    """

    __tablename__ = "artifact_parts"
    __ownership__ = OwnedWithSubject(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index("ix_artifact_parts_version_id", "version_id", "position"),
        Index("ix_artifact_parts_artifact_id", "artifact_id"),
        Index("ix_artifact_parts_file_id", "file_id"),
        Index("ix_artifact_parts_student_id", "student_id"),
        Index("ix_artifact_parts_checked_at", "kind", "checked_at"),
    )

    version_id: Mapped[UUID] = mapped_column(ForeignKey("artifact_versions.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200), default="")
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    url: Mapped[str | None] = mapped_column(String(2000))
    text: Mapped[str | None]
    alt: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None] = mapped_column(String(16))
    of_part_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifact_parts.id"))
    checked_at: Mapped[datetime | None]
    is_reachable: Mapped[bool | None]
    gone_since: Mapped[datetime | None]

    artifact: Mapped[Artifact] = relationship()
    version_of: Mapped[ArtifactVersion] = relationship(back_populates="parts")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class Reflection(OfArtifact, Base):
    """What the student says of the work on one day: `answers` is a list of `{key, question, text}`.

    The questions are kept as they were asked. `number` is that of the version of the day.
    """

    __tablename__ = "reflections"
    __ownership__ = OwnedWithSubject(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index("ix_reflections_artifact_id", "artifact_id", "created_at"),
        Index("ix_reflections_student_id", "student_id"),
    )

    number: Mapped[int]
    answers: Mapped[list[Any]] = mapped_column(default=list)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    artifact: Mapped[Artifact] = relationship()


class ArtifactLink(OfArtifact, Base):
    """What the work is evidence for: a goal, an ELO, a pathway element or an annual review.

    A link goes with its end, where that may be deleted.
    """

    __tablename__ = "artifact_links"
    __ownership__ = OwnedWithSubject(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index("ix_artifact_links_artifact_id", "artifact_id"),
        Index("ix_artifact_links_student_id", "student_id"),
        Index("ix_artifact_links_goal_id", "goal_id"),
        Index("ix_artifact_links_elo_id", "elo_id"),
        Index("ix_artifact_links_pathway_element_id", "pathway_element_id"),
        Index("ix_artifact_links_annual_review_id", "annual_review_id"),
        CheckConstraint(
            "(CASE WHEN goal_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN elo_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN pathway_element_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN annual_review_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_end",
        ),
    )

    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    elo_id: Mapped[UUID | None] = mapped_column(ForeignKey("elos.id", ondelete="CASCADE"))
    pathway_element_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("pathway_elements.id", ondelete="CASCADE")
    )
    annual_review_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("reviews.id", ondelete="CASCADE")
    )
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    artifact: Mapped[Artifact] = relationship()
