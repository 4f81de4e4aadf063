"""Who may let somebody in: whoever could have given them all they hold."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select

from plp_api import db
from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.people.ties import Appointment
from plp_api.problems import Code, Problem


def require_over(access: Access, people: Collection[UUID]) -> None:
    """Refuse with permission_denied unless the caller may give every office held, or to be held.

    Whoever makes a code could sign in with it: a registrar who may invite
    pupils must not become the district's admin that way. Nor oneself: a stolen
    access token would set a password without knowing the old one.
    """
    if access.caller.person_id in people:
        raise Problem(Code.PERMISSION_DENIED, "Nobody does this to themselves.")
    is_not_over = or_(Appointment.ends_on.is_(None), Appointment.ends_on > access.caller.today)
    held = select(Appointment.school_id).where(Appointment.person_id.in_(people), is_not_over)
    for school_id in db.session().scalars(held):
        access.require_at(Permission.APPOINTMENTS_WRITE, school_id)
