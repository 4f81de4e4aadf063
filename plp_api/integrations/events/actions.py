"""Read the change feed."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, false, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.arms import is_home_studied
from plp_api.foundation.access.permissions import FAMILYS_OWN, Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import students_for
from plp_api.foundation.audit.models import Event
from plp_api.foundation.ownership import OwnedByStudent, OwnedWithSubject

SIGNATURES = "signatures"
"""Staff may know the status of signatures, but not who gave them in home study."""


def after(access: Access, position: int, limit: int) -> Sequence[Event]:
    """Up to `limit` numbered events after `position`, in order.

    A caller without an office for the whole district sees only events about the
    students they reach. Events about rows that a family keeps in home study are left
    out. So are events about the caller's own children, whatever office the caller
    holds: they also show what the other parent did.
    """
    caller = access.caller
    is_kept = db.any_of(Event.subject_type, bindparam("kept", list(_kept()), db.WORDS))
    events = select(Event).where(
        Event.district_id == caller.district_id,
        Event.position > position,
        or_(Event.student_id.is_(None), ~(is_kept & is_home_studied(Event.student_id))),
    )
    if Role.DISTRICT_ADMIN not in caller.wide:
        students = students_for(caller, Permission.AUDIT_READ)
        events = events.where(Event.student_id.in_(students) if students is not None else false())
    if caller.children:
        others = Event.student_id.not_in(caller.children)
        events = events.where(or_(Event.student_id.is_(None), others))
    return access.scalars(events.order_by(Event.position).limit(limit))


@cache
def _kept() -> frozenset[str]:
    """The tables whose rows only the family reads in home study (16 V.S.A. 942)."""
    declared = {
        mapper.class_.__tablename__: getattr(mapper.class_, "__ownership__", None)
        for mapper in db.Base.registry.mappers
    }
    return frozenset({SIGNATURES}).union(
        name
        for name, ownership in declared.items()
        if isinstance(ownership, OwnedWithSubject)
        or (
            isinstance(ownership, OwnedByStudent) and Permission(ownership.read).area in FAMILYS_OWN
        )
    )
