"""Roster imports, lasting decisions about rows, and people whom a roster disabled."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock, problems
from plp_api.foundation.db import Base
from plp_api.foundation.imports.models import ImportRow
from plp_api.foundation.ownership import OwnedByDistrict
from plp_api.people.rostering.findings import Code


class ImportState(StrEnum):
    """The state of an import.

    `refused`: the package has errors. `unconfirmed`: it would remove more than the district
    allows without confirmation. `undecided`: a person must decide who a user is. These three
    change nothing; send the package again.
    """

    QUEUED = "queued"
    RUNNING = "running"
    APPLIED = "applied"
    COMPARED = "compared"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    UNDECIDED = "undecided"
    FAILED = "failed"


class RosterImport(ImportRow, Base):
    """One roster package and the result of its import; the row is also the job's resource.

    `counts` holds by kind of row how many were (in a dry run: would be) created, updated,
    reactivated, removed, unchanged and skipped. `findings` holds the first of each code,
    `finding_counts` the numbers of all. `decisions` are a person's decisions about its rows.
    The package itself is not stored.
    """

    __tablename__ = "roster_imports"
    __ownership__ = OwnedByDistrict(read="imports:read")
    __table_args__ = (
        Index("ix_roster_imports_district_created", "district_id", "created_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    profile: Mapped[str] = mapped_column(String(16))
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    decisions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))

    @property
    def problem(self) -> dict[str, Any] | None:
        """Why the import failed, as a problem document."""
        if self.state == ImportState.REFUSED:
            is_other = self.finding_counts.keys() & {Code.DISTRICT_OTHER, Code.DISTRICT_UNCLEAR}
            code = problems.Code.DISTRICT_UNKNOWN if is_other else problems.Code.PACKAGE_INVALID
            return problems.document(problems.Problem(code))
        return self.failure


class Verdict(StrEnum):
    """A person's decision about one row of users.csv.

    For a sourcedId that seems to name another person than before: `same` corrects the record,
    `another` ends the old record and begins a new one. For a state id that another student has:
    `merge` makes one child of both, `wrong_number` leaves the row's state id blank.
    """

    SAME = "same"
    ANOTHER = "another"
    MERGE = "merge"
    WRONG_NUMBER = "wrong_number"


class LastingDecision(Base):
    """A decision that also holds for later packages with the same row and state id."""

    __tablename__ = "roster_decisions"
    __ownership__ = OwnedByDistrict(read="imports:read")

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), primary_key=True)
    sourced_id: Mapped[str] = mapped_column(primary_key=True)
    state_student_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    decision: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class Leaver(Base):
    """A person whom a roster disabled, because it no longer names them or marks them disabled.

    A later roster that names them gives their access back. People whom staff disabled have no
    row here: no roster gives their access back.
    """

    __tablename__ = "roster_leavers"
    __ownership__ = OwnedByDistrict(read="imports:read")

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    left_on: Mapped[date]
