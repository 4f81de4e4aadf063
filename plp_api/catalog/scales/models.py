"""The table of scales."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByDistrict


class ScaleStatus(StrEnum):
    """Whether a scale is still offered. A retired one stays readable."""

    ACTIVE = "active"
    RETIRED = "retired"


class Scale(Resource, Base):
    """A scale of levels, lowest first: `[{key, title, description}]`.

    Ratings and rubrics hold a level's key, so keys and their order never change; to judge in
    other levels, make another scale. `is_default` is the scale of frameworks that name no other;
    a district has one.
    """

    __tablename__ = "scales"
    __ownership__ = OwnedByDistrict(read="settings:read", is_wide=True)
    __table_args__ = (
        Index("ix_scales_district_id", "district_id", "updated_at"),
        Index(
            "uq_scales_default",
            "district_id",
            unique=True,
            sqlite_where=text("is_default AND status = 'active'"),
            postgresql_where=text("is_default AND status = 'active'"),
        ),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    status: Mapped[str] = mapped_column(String(16), default=ScaleStatus.ACTIVE)
    title: Mapped[str] = mapped_column(String(200))
    levels: Mapped[list[Any]]
    is_default: Mapped[bool] = mapped_column(default=False)

    @property
    def keys(self) -> list[str]:
        """The keys of the levels, lowest first."""
        return [level["key"] for level in self.levels]
