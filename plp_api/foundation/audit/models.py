"""The tables of events and of responses stored for repeated requests."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import OwnedByDistrict, SystemRow


class Event(Identified, Base):
    """One event: `type` is `noun.past_tense`, `subject` the row it is about.

    `chain_hash` covers position, facts, `payload_hash` and the previous event's hash.
    The payload may lawfully be erased; the chain still proves the rest.
    """

    __tablename__ = "events"
    __ownership__ = OwnedByDistrict(read="audit:read")
    __table_args__ = (
        UniqueConstraint("position"),
        Index("ix_events_district_position", "district_id", "position"),
        Index("ix_events_student_id", "student_id"),
    )

    district_id: Mapped[UUID]
    position: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    type: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    student_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[dict[str, Any] | None]
    payload_hash: Mapped[str] = mapped_column(String(64))
    chain_hash: Mapped[str | None] = mapped_column(String(64))


ANSWERS_KEPT = timedelta(hours=24)


class AnsweredRequest(Base):
    """The response to a POST with an Idempotency-Key; it is replayed for 24 hours.

    Written in the transaction of the request itself, so that a row exists if and only
    if the change was made.
    """

    __tablename__ = "answered_requests"
    __ownership__ = SystemRow()
    __row_security__ = False

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    route: Mapped[str] = mapped_column(String(512), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
