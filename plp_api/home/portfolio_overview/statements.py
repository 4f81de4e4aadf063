"""Prebuilt statements: rows of artifacts, and what they are linked to."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.item_links.presenters import linked
from plp_api.foundation import db
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import Person, Student
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactVersion,
    Reflection,
)


def _cover() -> ColumnElement[Any]:
    """The id of the first part of the newest version of which there is a small picture."""
    part, version, file = aliased(ArtifactPart), aliased(ArtifactVersion), aliased(StoredFile)
    first = (
        select(part.id)
        .join(version, version.id == part.version_id)
        .join(file, file.id == part.file_id)
        .where(
            part.artifact_id == Artifact.id,
            version.number == Artifact.number,
            file.thumbnail.is_not(None),
        )
        .order_by(part.position, part.id)
        .limit(1)
    )
    return first.correlate(Artifact).scalar_subquery()


def _reflections() -> ColumnElement[int]:
    reflection = aliased(Reflection)
    count = select(func.count()).where(reflection.artifact_id == Artifact.id)
    return count.correlate(Artifact).scalar_subquery()


def heads() -> Select[Any]:
    """An artifact with its student and its cover."""
    wanted: list[Any] = [
        Artifact.id,
        Artifact.version,
        Artifact.status,
        Artifact.title,
        Artifact.kind,
        Artifact.made_on,
        Artifact.number,
        _cover().label("cover_part_id"),
        _reflections().label("reflection_count"),
        Artifact.created_at,
        Artifact.updated_at,
        Artifact.student_id,
        Artifact.district_id,
        names.for_reader(Person, Artifact.student_id).label("display_name"),
        Student.grade,
        Student.plan_home_school_id,
    ]
    return (
        select(*wanted)
        .join(Student, Student.id == Artifact.student_id)
        .join(Person, Person.id == Artifact.student_id)
    )


HEADS = db.Prepared(heads().where(db.any_of(Artifact.id, db.ids_bind("ids"))))
ITEMS = db.Prepared(
    linked()
    .where(db.any_of(ItemLink.subject_id, db.ids_bind("ids")))
    .order_by(ItemLink.subject_id, ItemLink.id)
)
LINKS = db.Prepared(
    select(
        ArtifactLink.id,
        ArtifactLink.artifact_id,
        ArtifactLink.goal_id,
        ArtifactLink.elo_id,
        ArtifactLink.pathway_element_id,
        ArtifactLink.annual_review_id,
    )
    .where(db.any_of(ArtifactLink.artifact_id, db.ids_bind("ids")))
    .order_by(ArtifactLink.artifact_id, ArtifactLink.id)
)
