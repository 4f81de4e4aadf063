"""Work that the school took down with a showcase: it is shown outside in no other one either.

Else a student would show it again by arranging the same work once more, and whoever made it too
would go on showing it. The work is known by its artifact, and in the whole district by what its
files hold: a group would not do, because its members leave it when they like.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.files.models import StoredFile
from plp_api.learning.artifacts.models import ArtifactPart
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseStatus


def barred_of(district_id: UUID, artifact_ids: Collection[UUID]) -> set[UUID]:
    """Those of these artifacts of the district that are shown nowhere outside; one statement."""
    barred = _barred_artifacts(district_id)
    taken, part, file = aliased(StoredFile), aliased(ArtifactPart), aliased(StoredFile)
    hashes = (
        select(taken.sha256)
        .join(ArtifactPart, ArtifactPart.file_id == taken.id)
        .where(ArtifactPart.artifact_id.in_(barred))
    )
    same_files = (
        select(part.artifact_id)
        .join(file, file.id == part.file_id)
        .where(part.artifact_id.in_(artifact_ids), file.sha256.in_(hashes))
    )
    own = barred.where(ShowcaseItem.artifact_id.in_(artifact_ids))
    return set(db.session().scalars(own.union(same_files)))


def _barred_artifacts(district_id: UUID) -> Select[UUID]:
    is_of_taken_down = and_(
        Showcase.id == ShowcaseItem.showcase_id, Showcase.status == ShowcaseStatus.TAKEN_DOWN
    )
    return (
        select(ShowcaseItem.artifact_id)
        .join(Showcase, is_of_taken_down)
        .where(ShowcaseItem.district_id == district_id, ShowcaseItem.is_barred.is_(True))
    )
