"""Work that is kept elsewhere: in an account that may end with school, or at a dead address."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import contains_eager

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District, Student
from plp_api.learning.artifacts.models import Artifact, ArtifactPart, ArtifactVersion, PartKind

ENDS = ("", "/%", ":%", "?%", "#%")
"""What may follow the host in an address."""


def addresses_of(student: Student, access: Access) -> Select[Any]:
    """The addresses in the newest versions of the student's artifacts, with their artifacts."""
    read = access.select(Artifact).with_only_columns(Artifact.id)
    return (
        select(ArtifactPart)
        .join(ArtifactPart.artifact)
        .join(ArtifactPart.version_of)
        .options(contains_eager(ArtifactPart.artifact))
        .where(
            ArtifactPart.student_id == student.id,
            ArtifactPart.artifact_id.in_(read),
            *_is_newest_address(),
        )
    )


def _is_newest_address() -> tuple[ColumnElement[bool], ...]:
    return ArtifactPart.kind == PartKind.LINK, ArtifactVersion.number == Artifact.number


def shape_addresses(parts: Sequence[Any], access: Access) -> None:
    """Set of each address whether it leads to an account of the school, in one statement."""
    ids = [one.id for one in parts]
    inside = select(ArtifactPart.id).where(ArtifactPart.id.in_(ids), leads_to_school(access))
    found = {*db.session().scalars(inside)} if ids else set()
    for one in parts:
        one.is_in_school_cloud = one.id in found


def is_in_school_cloud(access: Access) -> ColumnElement[bool]:
    """Whether the newest version of an artifact leads to an account that may end with school."""
    return _in_newest(leads_to_school(access))


def is_dead() -> ColumnElement[bool]:
    """Whether the newest version leads to an address that was gone when it was checked last."""
    return _in_newest(ArtifactPart.is_reachable.is_(False))


def _in_newest(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    parts = (
        select(ArtifactPart.artifact_id)
        .join(ArtifactVersion, ArtifactVersion.id == ArtifactPart.version_id)
        .where(ArtifactPart.artifact_id == Artifact.id, *_is_newest_address(), criterion)
    )
    return parts.correlate(Artifact).exists()


def leads_to_school(access: Access) -> ColumnElement[bool]:
    """Whether an address leads to a host at which accounts are the school's.

    Which those are, the caller's district says (`school_cloud_hosts`). An address that only
    looks like one, as one with `.sharepoint.com/` in its path, is taken for one too.
    """
    hosts = _hosts_of(access.caller.district_id)
    return or_(false(), *(_leads_to(one.replace("*", "%")) for one in hosts))


def _hosts_of(district_id: UUID) -> tuple[str, ...]:
    district = db.session().get_one(District, district_id)
    return district_settings.of(district).school_cloud_hosts


def _leads_to(host: str) -> ColumnElement[bool]:
    address: Any = ArtifactPart.url
    starts = (f"{scheme}://{host}" for scheme in ("https", "http"))
    return or_(*(address.ilike(start + end) for start in starts for end in ENDS))
