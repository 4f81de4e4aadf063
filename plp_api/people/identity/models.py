"""Invitations, and failed sign-ins that are counted to slow down guessing."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import SystemRow


class Invitation(Identified, Base):
    """A one-time code with which a person activates an account. Only its SHA-256 is stored.

    A new invitation ends the person's earlier ones; `used_at` ends this one.
    `is_held` means that its maker could read the code: it was given to them to print,
    or mailed to an address that they had entered. `mailed_to_entry_of` is the person
    who entered the address that it was mailed to, on `entered_on`.
    """

    __tablename__ = "invitations"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (Index("ix_invitations_code_hash", "code_hash", unique=True),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[UUID | None]
    is_held: Mapped[bool] = mapped_column(default=False)
    mailed_to_entry_of: Mapped[UUID | None]
    entered_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PersonalEmail(Base):
    """A student's own e-mail, which stays theirs when the school's mailbox ends.

    `address` counts: a code that was mailed there came back, at `verified_at`. `pending`
    waits for the code until `expires_at`; only the SHA-256 of the code is stored.
    """

    __tablename__ = "personal_emails"
    __ownership__ = SystemRow()

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(254))
    verified_at: Mapped[datetime | None]
    pending: Mapped[str | None] = mapped_column(String(254))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]


class FailedAttempt(Identified, Base):
    """One failed sign-in: counted per user name and per address, each stored as a keyed hash.

    `account_id` is the account with that user name, if there is one.
    """

    __tablename__ = "failed_attempts"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (
        Index("ix_failed_attempts_account", "account_key", "at"),
        Index("ix_failed_attempts_address", "address_key", "at"),
    )

    account_key: Mapped[str] = mapped_column(String(64))
    address_key: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)
