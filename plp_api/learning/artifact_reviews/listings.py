"""The filters and sort orders of lists of artifact reviews."""

from typing import Any

from sqlalchemy import Select, false

from plp_api.foundation.access import searching
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.paging import Listing, names, one_of, same_id, since, yes_or_no
from plp_api.foundation.roster.models import Person
from plp_api.learning.artifact_reviews import assigning
from plp_api.learning.artifact_reviews.lifecycle import ARTIFACT_REVIEW
from plp_api.learning.artifact_reviews.models import ArtifactReview, ArtifactReviewStatus
from plp_api.people.directory.listings import BY_NAME

OF_ARTIFACT = Listing(
    filters={
        "status": one_of(ArtifactReview.status, ArtifactReviewStatus, "Only in these states."),
        "rubric_id": same_id(ArtifactReview.rubric_id, "Only by this edition of a rubric."),
        "updated_since": since(ArtifactReview.updated_at),
    },
    sorts={
        "submitted_at": ArtifactReview.submitted_at,
        "updated_at": ArtifactReview.updated_at,
    },
)
OF_STUDENT = Listing(
    filters={
        "artifact_id": same_id(ArtifactReview.artifact_id, "Only of this artifact."),
        **OF_ARTIFACT.filters,
    },
    sorts=OF_ARTIFACT.sorts,
)
ARTIFACT_REVIEWS = Listing(
    filters={
        "evaluator_id": same_id(
            ArtifactReview.evaluator_id, "Only those that this person judges or settles."
        ),
        "is_assigned": yes_or_no(
            ArtifactReview.evaluator_id.is_not(None),
            "Only those for which somebody is named, or only the others.",
        ),
        "call_id": same_id(ArtifactReview.call_id, "Only work that answers this call."),
        **OF_STUDENT.filters,
    },
    sorts=OF_ARTIFACT.sorts,
).across_students()
EVALUATORS = Listing(
    filters={"q": names(Person.id, searching.staff, "a name")},
    sorts={"family_name": BY_NAME},
)


def evaluators(review: ArtifactReview, access: Access) -> Select[Any]:
    """Whom the caller may name on the review now; nobody while they may not `assign`."""
    found = assigning.candidates(review, access)
    return found if "assign" in ARTIFACT_REVIEW.available(review, access) else found.where(false())
