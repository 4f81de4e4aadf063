"""Writes events in the transaction of the change, numbers them later, verifies the chain."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from contextvars import ContextVar
from typing import Any, cast
from uuid import UUID

import rfc8785
from sqlalchemy import Table, func, insert, select

from plp_api.foundation import clock, db
from plp_api.foundation.audit.models import Event

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
NUMBERED_AT_ONCE = 1000
_NOTE = db.Prepared(insert(cast(Table, Event.__table__)))
SEED = "0" * 64


def record(
    what: str,
    subject: Any,
    *,
    by: UUID | None,
    student_id: UUID | None = None,
    **payload: Any,
) -> None:
    """Record the event `what` (`noun.past_tense`) about `subject`, a row with id and district.

    `by` is the person who did it, None for the system. The payload holds ids,
    states and dates: never a name or an address, and no text except a stated reason.
    """
    facts = {key: _plain(value) for key, value in payload.items() if value is not None}
    insertion = _NOTE(
        id=db.new_id(),
        at=clock.now(),
        # Every column is named, because a prepared statement applies no defaults.
        position=None,
        chain_hash=None,
        district_id=subject.id if subject.__tablename__ == "districts" else subject.district_id,
        type=what,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        student_id=student_id or getattr(subject, "student_id", None),
        actor_id=by,
        request_id=request_id.get(),
        payload=facts,
        payload_hash=hashlib.sha256(rfc8785.dumps(facts)).hexdigest(),
    )
    db.at_commit(insertion)


def _plain(value: Any) -> Any:
    """The value as one that canonical JSON can represent."""
    if value is None or isinstance(value, bool | int | float | str):
        return value if not isinstance(value, str) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


def number_events() -> int:
    """Number committed events, oldest first, and extend the hash chain; return how many.

    A lock makes sure that positions have no gaps and no duplicates. The transaction
    must have entered every district.
    """
    db.lock_name("events")
    session = db.session()
    last = session.execute(
        select(Event.position, Event.chain_hash)
        .where(Event.position.is_not(None))
        .order_by(Event.position.desc())
        .limit(1)
    ).first()
    position, chain = (last.position or 0, last.chain_hash or SEED) if last else (0, SEED)
    waiting = session.scalars(
        select(Event)
        .where(Event.position.is_(None))
        .order_by(Event.at, Event.id)
        .limit(NUMBERED_AT_ONCE)
    ).all()
    for event in waiting:
        position += 1
        chain = seal(chain, position, event)
        event.position, event.chain_hash = position, chain
    return len(waiting)


def seal(previous: str, position: int, event: Event) -> str:
    """The chain's hash at `position`, over the previous hash and the event's facts."""
    facts: list[Any] = [
        previous,
        position,
        str(event.id),
        event.type,
        str(event.subject_id),
        str(event.actor_id),
        clock.iso(event.at),
        event.payload_hash,
    ]
    return hashlib.sha256(rfc8785.dumps(facts)).hexdigest()


def verify_chain() -> int | None:
    """The first position whose hash does not match, or None if the whole chain is valid."""
    chain = SEED
    numbered = select(Event).where(Event.position.is_not(None)).order_by(Event.position)
    expected = 0
    with closing(db.session().scalars(numbered.execution_options(yield_per=1000))) as events:
        for event in events:
            expected += 1
            chain = seal(chain, expected, event)
            if event.position != expected or event.chain_hash != chain:
                return expected
    return None


def unnumbered() -> int:
    """The number of events that have no position yet."""
    count = select(func.count()).select_from(Event).where(Event.position.is_(None))
    return db.session().scalar(count) or 0
