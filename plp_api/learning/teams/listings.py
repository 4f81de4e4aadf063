"""The filters and sort orders of the team of an ELO."""

from plp_api.foundation.rest.paging import Listing, one_of, same_id
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole

TEAM = Listing.of_spans(
    Assignment,
    role=one_of(Assignment.role, AssignmentRole, "Only these roles."),
    person_id=same_id(Assignment.person_id, "Only this person's."),
)
