"""A student's portfolios, and the artifacts in their slots."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation.db import Base, Part, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code


class Portfolio(Resource, Base):
    """A portfolio that the student keeps by one edition of a template."""

    __tablename__ = "portfolios"
    __ownership__ = OwnedByStudent(read="artifacts:read")
    __table_args__ = (
        Index(
            "uq_portfolios_template_id",
            "student_id",
            "template_id",
            unique=True,
            info={"problem": Code.PORTFOLIO_EXISTS},
        ),
        Index("ix_portfolios_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_templates.id"))

    template: Mapped[PortfolioTemplate] = relationship(lazy="joined", innerjoin=True)


class PortfolioEntry(Part, Base):
    """An artifact in a slot of a portfolio, with the student's words on why."""

    __tablename__ = "portfolio_entries"
    __ownership__ = OwnedByStudent(read="artifacts:read")
    __table_args__ = (
        Index(
            "uq_portfolio_entries_artifact_id",
            "portfolio_id",
            "slot_key",
            "artifact_id",
            unique=True,
            info={"problem": Code.PORTFOLIO_ENTRY_EXISTS},
        ),
        Index("ix_portfolio_entries_artifact_id", "artifact_id"),
        Index("ix_portfolio_entries_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey("portfolios.id"))
    slot_key: Mapped[str] = mapped_column(String(64))
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifacts.id"))
    position: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(default="")

    portfolio: Mapped[Portfolio] = relationship()

    def whole(self) -> Resource:
        """The portfolio, whose version moves with its entries."""
        return self.portfolio
