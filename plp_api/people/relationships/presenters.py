"""Fill in the members of relationships, placements and advisories for a reader, a page at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.caller import FAMILY, holds
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.models import District, Person, School
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    Appointment,
    Placement,
    Relationship,
    SampledStudent,
)
from plp_api.people.identity import openers

FOR_STAFF = frozenset({"basis", "order_reference", "activated_by_id", "activated_by_name"})
WITHHELD = frozenset({"denied"})
GUARDED = FOR_STAFF | WITHHELD

IDS = db.ids_bind("ids")
HOSTS = db.Prepared(
    select(School.id, School.name, District.name.label("district_name"))
    .join(District, District.id == School.district_id)
    .where(db.any_of(School.id, IDS))
)
ADVISORS = db.Prepared(
    select(
        AdvisoryAdvisor.advisory_id,
        AdvisoryAdvisor.person_id,
        AdvisoryAdvisor.capacity,
        Person.display_name.label("person_name"),
    )
    .join(Person, Person.id == AdvisoryAdvisor.person_id)
    .where(db.any_of(AdvisoryAdvisor.advisory_id, IDS), holds(AdvisoryAdvisor))
    .order_by(AdvisoryAdvisor.advisory_id, Person.family_name, Person.id)
)


def shape_relationships(rows: Sequence[Relationship], access: Access) -> None:
    """Set the members that this reader sees.

    Only staff who are not the family see the order, its grounds, and whose code
    opened the person's account: before staff confirm a relationship, they see
    who else may use that account.
    """
    disclosed = {row.id: _disclosed(row, access) for row in rows}
    activated = {row.person_id for row in rows if disclosed[row.id] == GUARDED}
    opened_by = openers.of(activated) if activated else {}
    for row in rows:
        row.activated_by_id = opened_by.get(row.person_id)  # type: ignore[attr-defined]
        row.disclosed = disclosed[row.id]  # type: ignore[attr-defined]


def _disclosed(row: Relationship, access: Access) -> frozenset[str]:
    if access.roles_to(row.student_id) - FAMILY and not access.is_family(row.student_id):
        return GUARDED
    return WITHHELD if row.person_id == access.caller.person_id else frozenset()


def shape_appointments(rows: Sequence[Appointment], access: Access) -> None:
    """Set the students of an auditor's sample whom the reader reaches."""
    samples: defaultdict[UUID, list[UUID]] = defaultdict(list)
    drawn = (
        access.select(SampledStudent)
        .where(SampledStudent.appointment_id.in_(row.id for row in rows))
        .order_by(SampledStudent.student_id)
    )
    for sampled in access.scalars(drawn):
        samples[sampled.appointment_id].append(sampled.student_id)
    for row in rows:
        row.sample = samples[row.id]  # type: ignore[attr-defined]


def shape_placements(rows: Sequence[Placement], access: Access) -> None:
    """Set the names of the host school and its district, which the reader may not reach."""
    hosts = _hosts(row.school_id for row in rows)
    for row in rows:
        host = hosts[row.school_id]
        row.school_name = host["name"]  # type: ignore[attr-defined]
        row.host_district_name = host["district_name"]  # type: ignore[attr-defined]


def shape_hosts(rows: Sequence[School], access: Access) -> None:
    """Set the name of each school's district."""
    hosts = _hosts(row.id for row in rows)
    for row in rows:
        row.district_name = hosts[row.id]["district_name"]  # type: ignore[attr-defined]


def _hosts(school_ids: Any) -> dict[UUID, dict[str, Any]]:
    (rows,) = db.fetch(HOSTS(ids=list(set(school_ids))))
    return {row["id"]: row for row in rows}


def shape_advisories(rows: Sequence[Advisory], access: Access) -> None:
    """Set the advisors of advisories, as of today."""
    (advising,) = db.fetch(ADVISORS(ids=[row.id for row in rows], today=access.caller.today))
    advisors: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for advisor in advising:
        advisors[advisor["advisory_id"]].append(advisor)
    for row in rows:
        row.advisors = advisors[row.id]  # type: ignore[attr-defined]
