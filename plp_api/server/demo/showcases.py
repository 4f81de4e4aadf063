"""Demo showcases, and the consents of holders of rights to show them outside."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
)
from plp_api.learning.showcases.actions import fields_of
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseSection
from plp_api.people.consents import texts
from plp_api.people.consents.models import Consent, ConsentPurpose
from plp_api.server.demo.catalog import Catalog
from plp_api.server.demo.years import at

SAID = ("title", "introduction", "name_shown")


def write(content: dict[str, Any], rows: Catalog) -> None:
    """Write showcases.json, after the portfolio."""
    for name in content["shares_outside"]:
        district = _district(rows, name)
        district.settings = {**district.settings, "shares_outside": True}
    for given in content["consents"]:
        _consent(given, rows)
    for given in content["showcases"]:
        if rows.years.past(given["begun_on"]) is not None:
            Writer(given, rows).write()


def _district(rows: Catalog, name: str) -> District:
    return db.session().get_one(District, rows.known.districts[name])


def _consent(given: dict[str, Any], rows: Catalog) -> None:
    given_on = rows.years.past(given["given_on"])
    if given_on is None:
        return
    people, settings = rows.known.people, district_settings.of(_district(rows, given["district"]))
    rows.add(
        Consent,
        given,
        student_id=people[given["district"], given["student"]],
        purpose=ConsentPurpose.SHARING,
        text=texts.of(settings)[given["language"]],
        language=given["language"],
        given_by=people[given["district"], given["given_by"]],
        given_as=given["given_as"],
        given_on=given_on,
        created_at=at(given_on),
    )


@dataclass
class Writer:
    """Writes one showcase with the works that are there by today."""

    given: dict[str, Any]
    rows: Catalog
    items: int = field(default=0, init=False)

    def write(self) -> None:
        """Write the showcase, its sections and its items."""
        begun_on = self.rows.years.day(self.given["begun_on"]) or self.rows.years.today
        self.showcase: Showcase = self.rows.add(
            Showcase,
            self.given,
            student_id=self.rows.known.people[self.given["district"], self.given["student"]],
            created_at=at(begun_on),
            **{name: self.given[name] for name in SAID},
        )
        db.session().flush()
        for position, one in enumerate(self.given["sections"], 1):
            self._section(position, one)
        self.showcase.cover_part_id = self._cover()
        db.session().flush()

    def _section(self, position: int, given: dict[str, Any]) -> None:
        section = ShowcaseSection(
            id=db.new_id(),
            **fields_of(self.showcase),
            position=position,
            title=given["title"],
            words=given["words"],
        )
        db.session().add(section)
        db.session().flush()
        for one in given["works"]:
            version = self._version(one["title"])
            if version is not None:
                self._item(section.id, version, one)

    def _item(self, section_id: UUID, version: ArtifactVersion, given: dict[str, Any]) -> None:
        self.items += 1
        item = ShowcaseItem(
            id=db.new_id(),
            **fields_of(self.showcase),
            section_id=section_id,
            position=self.items,
            artifact_id=version.artifact_id,
            version_id=version.id,
            words=given["words"],
            shows_reflection=given["shows_reflection"],
        )
        db.session().add(item)

    def _version(self, title: str) -> ArtifactVersion | None:
        """The newest version of the student's work of that title, if it is kept by today."""
        newest = (
            select(ArtifactVersion)
            .join(Artifact, Artifact.id == ArtifactVersion.artifact_id)
            .where(
                Artifact.student_id == self.showcase.student_id,
                Artifact.title == title,
                Artifact.status == ArtifactStatus.KEPT,
                ArtifactVersion.number == Artifact.number,
            )
        )
        return db.session().scalar(newest)

    def _cover(self) -> UUID | None:
        cover = self.given["cover"]
        version = cover and self._version(cover["title"])
        if not version:
            return None
        own = select(ArtifactPart.id).where(
            ArtifactPart.version_id == version.id,
            ArtifactPart.title == cover["part"],
            ArtifactPart.file_id.is_not(None),
        )
        return db.session().scalar(own)
