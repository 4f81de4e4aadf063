"""Reading the feed."""

from collections.abc import Sequence

from sqlalchemy import false, select

from plp_api.access.permissions import Permission, Role
from plp_api.access.rows import Access
from plp_api.access.scope import students_for
from plp_api.audit.models import Event


def after(access: Access, position: int, limit: int) -> Sequence[Event]:
    """Up to `limit` numbered events behind `position`, in order.

    Whoever holds no office for the whole district sees events about the
    students they reach, and no others.
    """
    caller = access.caller
    events = select(Event).where(Event.district_id == caller.district_id, Event.position > position)
    if Role.DISTRICT_ADMIN not in caller.wide:
        students = students_for(caller, Permission.AUDIT_READ)
        events = events.where(Event.student_id.in_(students) if students is not None else false())
    return access.scalars(events.order_by(Event.position).limit(limit))
