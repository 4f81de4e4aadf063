"""Credit lines and appeals."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code
from plp_api.learning.elos.models import Elo, EloPart


class CreditStatus(StrEnum):
    """What the teacher of record decided on a line."""

    PROPOSED = "proposed"
    AWARDED = "awarded"
    DENIED = "denied"


class CreditLine(EloPart, Base):
    """Credit in one area, decided by the line's own teacher of record.

    `framework_item_ids` are the proficiencies shown, without which no credit is awarded.
    `is_elective`: nobody attested that the teacher's licence covers the area, or it was awarded
    as elective credit all the same.
    """

    __tablename__ = "credit_lines"
    __ownership__ = OwnedByStudent(read="credit:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_credit_lines_elo_id", "elo_id"),
        Index("ix_credit_lines_teacher_of_record_id", "teacher_of_record_id", "status"),
        Index("ix_credit_lines_student_id", "student_id"),
        Index("ix_credit_lines_district_updated", "district_id", "updated_at", "id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    area: Mapped[str] = mapped_column(String(100))
    amount: Mapped[float] = mapped_column(Numeric(4, 2, asdecimal=False))
    framework_item_ids: Mapped[list[Any]] = mapped_column(default=list)
    teacher_of_record_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    status: Mapped[str] = mapped_column(String(16), default=CreditStatus.PROPOSED)
    is_elective: Mapped[bool] = mapped_column(default=True)
    licence_attested_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    licence_attested_at: Mapped[datetime | None]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(default="")

    elo: Mapped[Elo] = relationship(lazy="joined", innerjoin=True)


class AppealAbout(StrEnum):
    """What is appealed."""

    DENIAL = "denial"
    CREDIT = "credit"


class AppealStatus(StrEnum):
    """The states of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


class Appeal(EloPart, Base):
    """An appeal to the principal against the denial of an ELO, or a decision on credit.

    `upheld`: the decision stands; `overturned`: it is changed. `credit_line_id` names the line
    whose decision is appealed; null: the denial of the ELO.
    """

    __tablename__ = "appeals"
    __ownership__ = OwnedByStudent(read="appeals:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_appeals_elo_id", "elo_id"),
        Index("ix_appeals_credit_line_id", "credit_line_id"),
        Index(
            "uq_appeals_denial_open",
            "elo_id",
            unique=True,
            sqlite_where=text("status = 'open' AND credit_line_id IS NULL"),
            postgresql_where=text("status = 'open' AND credit_line_id IS NULL"),
            info={"problem": Code.APPEAL_EXISTS},
        ),
        Index(
            "uq_appeals_credit_open",
            "credit_line_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
            info={"problem": Code.APPEAL_EXISTS},
        ),
        Index("ix_appeals_student_id", "student_id"),
        Index("ix_appeals_district_updated", "district_id", "updated_at", "id"),
    )

    about: Mapped[str] = mapped_column(String(16))
    credit_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("credit_lines.id"))
    status: Mapped[str] = mapped_column(String(16), default=AppealStatus.OPEN)
    words: Mapped[str]
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="")

    elo: Mapped[Elo] = relationship(lazy="joined", innerjoin=True)
    credit_line: Mapped[CreditLine | None] = relationship(lazy="joined")
