"""The template a plan is written in."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.db import Base, Resource
from plp_api.ownership import OwnedByDistrict


class PlanTemplate(Resource, Base):
    """The sections a plan is written in. `school_id` null: for the whole district.

    `sections` is a list of `{key, title, prompt, is_required, is_material,
    authors, source}`; `source` cites what asks for the section.
    """

    __tablename__ = "plan_templates"
    __ownership__ = OwnedByDistrict(read="settings:read")

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    name: Mapped[str]
    sections: Mapped[list[Any]]
    is_default: Mapped[bool] = mapped_column(default=False)

    @property
    def keys(self) -> list[str]:
        """The keys of the sections, in order."""
        return [section["key"] for section in self.sections]
