"""Demo artifacts: with versions, pictures, reflections, groups, reviews, and as evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import data, db
from plp_api.foundation.files.receiving import receive
from plp_api.learning.artifacts.actions import fields_of
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactLink,
    ArtifactPart,
    ArtifactVersion,
    PartKind,
    Reflection,
)
from plp_api.learning.elos.models import Elo
from plp_api.planning.goals.models import Goal
from plp_api.server.demo import artifact_reviews, calls
from plp_api.server.demo.catalog import Catalog, link
from plp_api.server.demo.years import at

SHOWN = ("title", "text", "url", "alt")
SAID = ("status", "title", "kind", "description")


def write(content: dict[str, Any], rows: Catalog) -> None:
    """Write portfolio.json, after the plans, the catalog and the ELOs."""
    artifacts: dict[str, Artifact] = {}
    for given in content["artifacts"]:
        if rows.years.past(given["made_on"]) is not None:
            writer = Writer(given, content["prompts"], rows)
            writer.write()
            artifacts[given["key"]] = writer.artifact
    calls.write(content, rows, artifacts)


@dataclass
class Writer:
    """Writes one artifact with everything that has happened by today."""

    given: dict[str, Any]
    prompts: list[dict[str, str]]
    rows: Catalog

    def write(self) -> None:
        """Write the artifact, its versions, its reflection, its links and its reviews."""
        made_on = self.rows.years.day(self.given["made_on"]) or self.rows.years.today
        recorder = self.given.get("recorded_by")
        self.artifact: Artifact = self.rows.add(
            Artifact,
            self.given,
            student_id=self._person(self.given["student"]),
            made_on=made_on,
            recorded_by=recorder and self._person(recorder),
            group_id=self._group(),
            is_shown_in_group=self.given.get("is_shown_in_group", False),
            created_at=at(made_on),
            **{name: self.given[name] for name in SAID},
        )
        db.session().flush()
        self.artifact.number = len(list(self._versions()))
        self._reflect()
        self._link()
        db.session().flush()
        for review in self.given.get("reviews", ()):
            artifact_reviews.write(review, self.artifact, self.rows)

    def _group(self) -> UUID | None:
        """The group of those who made it together, which its first maker founds."""
        name = self.given.get("group")
        if name is None:
            return None
        if name not in self.rows.rows:
            founder = self._person(self.given["student"])
            self.rows.add(ArtifactGroup, self.given, key=name, founded_by=founder)
            db.session().flush()
        return self.rows.rows[name]

    def _versions(self) -> Iterator[ArtifactVersion]:
        for number, one in enumerate(self.given["versions"], 1):
            on = self.rows.years.past(one["on"])
            if on is None:
                return
            version = ArtifactVersion(
                id=db.new_id(),
                **fields_of(self.artifact),
                number=number,
                words=one["words"],
                added_by=self._person(one["by"]),
                created_at=at(on),
            )
            db.session().add(version)
            db.session().flush()
            for position, part in enumerate(one["parts"], 1):
                self._part(version, position, part)
            yield version

    def _part(self, version: ArtifactVersion, position: int, given: dict[str, Any]) -> None:
        shown: dict[str, Any] = {name: given[name] for name in SHOWN if name in given}
        if given["kind"] == PartKind.FILE:
            shown["file_id"] = self._received(version.added_by, given["file"])
        row = ArtifactPart(
            id=db.new_id(),
            **fields_of(self.artifact),
            version_id=version.id,
            position=position,
            kind=given["kind"],
            **shown,
        )
        db.session().add(row)

    def _received(self, by: UUID, name: str) -> UUID:
        """The id of a picture of the demo, kept as if its maker had sent it."""
        with (data.seeds() / "demo" / "pictures" / name).open("rb") as content:
            file = receive(
                content,
                name,
                folder="uploads",
                district_id=self.artifact.district_id,
                by=by,
                student_id=self.artifact.student_id,
            )
        key: UUID = file.id
        return key

    def _reflect(self) -> None:
        said = self.given["reflection"]
        on = self.rows.years.past(said and said["on"])
        if on is None:
            return
        row = Reflection(
            id=db.new_id(),
            **fields_of(self.artifact),
            number=self.artifact.number,
            answers=[{**one, "text": said["answers"][one["key"]]} for one in self.prompts],
            written_by=self.artifact.student_id,
            created_at=at(on),
        )
        db.session().add(row)

    def _link(self) -> None:
        student_id = self.artifact.student_id
        link(self.artifact, self.given["codes"], student_id)
        for model, column, titles in (
            (Goal, "goal_id", self.given["goals"]),
            (Elo, "elo_id", self.given.get("elos", ())),
        ):
            for title in titles:
                own = select(model.id).where(model.student_id == student_id, model.title == title)
                if key := db.session().scalars(own).first():
                    ends = {column: key, "linked_by": student_id}
                    row = ArtifactLink(id=db.new_id(), **fields_of(self.artifact), **ends)
                    db.session().add(row)

    def _person(self, sourced_id: str) -> UUID:
        return self.rows.known.people[self.given["district"], sourced_id]
