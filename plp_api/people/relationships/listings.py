"""The filters and sort orders of the lists of this area."""

from typing import Any

from sqlalchemy import Select, select

from plp_api.foundation.rest.paging import Listing, one_of, same_id, search, since, yes_or_no
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import School
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    AppointmentRole,
    Placement,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)

RELATIONSHIPS = Listing.of_spans(
    Relationship,
    kind=one_of(Relationship.kind, RelationshipKind, "Only these kinds."),
    status=one_of(Relationship.status, RelationshipStatus, "Only relationships in these states."),
    person_id=same_id(Relationship.person_id, "Only this person's."),
)
PLACEMENTS = Listing.of_spans(
    Placement, school_id=same_id(Placement.school_id, "Only placements at this school.")
)
HOME_STUDIES = Listing.of_spans(HomeStudy)
APPOINTMENTS = Listing.of_spans(
    Appointment,
    person_id=same_id(Appointment.person_id, "Only this person's."),
    school_id=same_id(Appointment.school_id, "Only offices at this school."),
    role=one_of(Appointment.role, AppointmentRole, "Only these offices."),
)
ADVISORIES = Listing(
    filters={
        "q": search(Advisory.name),
        "school_id": same_id(Advisory.school_id, "Only advisories at this school."),
        "is_active": yes_or_no(Advisory.is_active, "Only open advisories, or only closed ones."),
        "updated_since": since(Advisory.updated_at),
    },
    sorts={"name": Advisory.name, "updated_at": Advisory.updated_at},
)
MEMBERS = Listing.of_spans(AdvisoryMember)
ADVISORS = Listing.of_spans(AdvisoryAdvisor)
HOST_SCHOOLS = Listing(
    filters={
        "q": search(School.name),
        "district_id": same_id(School.district_id, "Only schools of this district."),
        "updated_since": since(School.updated_at),
    },
    sorts={"name": School.name},
)


def host_schools() -> Select[Any]:
    """Every active school of the whole installation: the existence of a school is not secret."""
    return select(School).where(School.is_active)
