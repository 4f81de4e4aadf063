"""The filters and sort orders of lists of artifacts."""

from typing import Any

from sqlalchemy import ColumnElement, select

from plp_api.catalog.item_links.routes import by_item
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.rest.paging import (
    Listing,
    of_id,
    one_of,
    search,
    since,
    whether_for,
    yes_or_no,
)
from plp_api.learning.artifacts import elsewhere
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactKind,
    ArtifactLink,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    Reflection,
)


def _linked(column: Any) -> Any:
    def criterion(keys: Any) -> ColumnElement[bool]:
        return Artifact.id.in_(select(ArtifactLink.artifact_id).where(column.in_(keys)))

    return criterion


ARTIFACTS_OF_STUDENT = Listing(
    filters={
        "status": one_of(Artifact.status, ArtifactStatus, "Only those in these states."),
        "kind": one_of(Artifact.kind, ArtifactKind, "Only those of these kinds."),
        "goal_id": of_id(
            "Only evidence for this goal.",
            _linked(ArtifactLink.goal_id),
            needs=Permission.GOALS_READ,
        ),
        "elo_id": of_id(
            "Only evidence for this ELO.",
            _linked(ArtifactLink.elo_id),
            needs=Permission.ELOS_READ,
        ),
        "framework_item_id": by_item(Artifact),
        "is_recorded": yes_or_no(
            Artifact.recorded_by.is_not(None), "Those that staff recorded for the student."
        ),
        "is_in_school_cloud": whether_for(
            elsewhere.is_in_school_cloud,
            "Those whose newest version leads to an account that may end with school, by the"
            " district's `school_cloud_hosts`: to bring home before a student leaves.",
        ),
        "has_dead_address": yes_or_no(
            elsewhere.is_dead(),
            "Those whose newest version leads to an address that is gone. Student and advisor"
            " alone find them.",
            needs=Permission.ARTIFACTS_READ_DRAFTS,
        ),
        "updated_since": since(Artifact.updated_at),
        "q": search(Artifact.title, Artifact.description),
    },
    sorts={"created_at": Artifact.created_at, "updated_at": Artifact.updated_at},
)
ARTIFACTS = Listing(
    filters=ARTIFACTS_OF_STUDENT.filters,
    sorts={"updated_at": Artifact.updated_at, "created_at": Artifact.created_at},
).across_students()
VERSIONS = Listing(
    filters={"updated_since": since(ArtifactVersion.updated_at)},
    sorts={
        "created_at": ArtifactVersion.created_at,
        "updated_at": ArtifactVersion.updated_at,
    },
)
REFLECTIONS = Listing(
    filters={"updated_since": since(Reflection.updated_at)},
    sorts={"created_at": Reflection.created_at, "updated_at": Reflection.updated_at},
)
LINKS = Listing(
    filters={"updated_since": since(ArtifactLink.updated_at)},
    sorts={"created_at": ArtifactLink.created_at, "updated_at": ArtifactLink.updated_at},
)
ADDRESSES = Listing(
    filters={
        "is_in_school_cloud": whether_for(
            elsewhere.leads_to_school,
            "Those at a host at which accounts are the school's (`school_cloud_hosts`).",
        ),
        "is_dead": yes_or_no(ArtifactPart.is_reachable.is_(False), "Those that are gone."),
        "updated_since": since(ArtifactPart.updated_at),
    },
    sorts={"created_at": ArtifactPart.created_at, "updated_at": ArtifactPart.updated_at},
)
