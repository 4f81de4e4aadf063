"""Record visits of the school at the site, and find the ELOs whose site nobody visited lately."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import invalid
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.learning.work_logs import dates
from plp_api.learning.work_logs.models import SiteVisit, fields_of


def record(elo: Elo, access: Access, visited_by: UUID | None = None, **fields: Any) -> SiteVisit:
    """Record a visit, by the caller or by somebody of the ELO's team.

    Raises Problem: actor_is_family, elo_closed, elo_not_active, validation_failed (`on`,
    `visited_by`).
    """
    access.refuse_family(elo.student_id)
    dates.require_running(elo)
    dates.check(elo, fields["on"], access.caller.today)
    visit = SiteVisit(
        id=db.new_id(),
        **fields_of(elo),
        site=elo.site,
        visited_by=_visitor(elo, access, visited_by, fields["on"]),
        **fields,
    )
    db.session().add(visit)
    _note("site_visit.added", visit, access)
    return visit


def _visitor(elo: Elo, access: Access, person_id: UUID | None, on: date) -> UUID:
    """Who visited. Nobody is named who had nothing to do with the ELO on that day."""
    own = access.caller.person_id
    if person_id is None or person_id == own:
        return own
    if person_id not in {member.person_id for member in team.on_day([elo.id], on)}:
        raise invalid("visited_by", "Must be you, or somebody of the ELO's team on that day.")
    return person_id


def change(visit: SiteVisit, access: Access, **fields: Any) -> SiteVisit:
    """Correct a visit. Raises the problems of `record`."""
    access.refuse_family(visit.student_id)
    elo, on = db.session().get_one(Elo, visit.elo_id), fields.get("on", visit.on)
    dates.check(elo, on, access.caller.today)
    if "visited_by" in fields:
        _visitor(elo, access, fields["visited_by"], on)
    changed = sorted(name for name, value in fields.items() if getattr(visit, name) != value)
    for name in changed:
        setattr(visit, name, fields[name])
    if changed:
        _note("site_visit.changed", visit, access, fields=changed)
    return visit


def delete(visit: SiteVisit, access: Access) -> None:
    """Delete a visit that was entered by mistake. Raises Problem: actor_is_family."""
    access.refuse_family(visit.student_id)
    _note("site_visit.deleted", visit, access)
    db.session().delete(visit)


def _note(what: str, visit: SiteVisit, access: Access, **payload: Any) -> None:
    by = access.caller.person_id
    audit.record(what, visit, by=by, elo_id=visit.elo_id, on=visit.on, **payload)


# ELOs whose site nobody visited lately.


def unvisited(access: Access, days: int) -> Select[Any]:
    """The active ELOs with a site that nobody visited for so many days.

    A site is visited for all its students at once. ELOs that began later than that are left
    out, and those of the caller's own children, about whom they are no staff.
    """
    since = access.caller.today - timedelta(days=days)
    return access.select(Elo, Permission.SITE_VISITS_READ).where(
        Elo.status == EloStatus.ACTIVE,
        or_(Elo.ends_on.is_(None), Elo.ends_on >= TODAY),
        Elo.site_id.is_not(None),
        func.coalesce(Elo.started_on, Elo.starts_on) <= since,
        ~_was_visited_after(since),
        is_unrelated(Elo.student_id, access.caller),
    )


def _was_visited_after(day: date) -> ColumnElement[bool]:
    return exists().where(
        SiteVisit.district_id == Elo.district_id,
        SiteVisit.site_id == Elo.site_id,
        SiteVisit.on > day,
    )


def last_visits(site_ids: Iterable[UUID | None]) -> dict[UUID | None, date]:
    """By site, the day of the last visit."""
    query = (
        select(SiteVisit.site_id, func.max(SiteVisit.on))
        .where(SiteVisit.site_id.in_(list(site_ids)))
        .group_by(SiteVisit.site_id)
    )
    return dict(db.session().execute(query).all())
