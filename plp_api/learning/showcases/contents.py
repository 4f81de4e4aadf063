"""What a showcase shows: the same for its preview, the page outside, the PDF and the archive.

Left out is what nobody outside may see: drafts, archived work, and what the school took down.
Whoever made a work together with the student is named only if they agreed, somebody who holds
their rights consents, and they are still a student here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.roster import leaving
from plp_api.foundation.roster.models import District, Person
from plp_api.foundation.roster.names import Audience
from plp_api.learning.artifact_reviews.evidence import ACCEPTED
from plp_api.learning.artifact_reviews.models import ArtifactReview
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    Reflection,
)
from plp_api.learning.showcases import barring
from plp_api.learning.showcases.models import (
    NameShown,
    Showcase,
    ShowcaseItem,
    ShowcaseSection,
    ShowcaseStatus,
)
from plp_api.people.consents import standing
from plp_api.people.consents.models import ConsentPurpose


@dataclass(frozen=True)
class Result:
    """How the work was judged: by criterion of the rubric the level reached, both as titles.

    The evaluator and their words stay in the school.
    """

    rubric_title: str
    decided_on: date
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Work:
    """An item with all that is shown of it.

    `reflection` and `review` are None where there is none, or the student does not show it.
    `makers` are the names of those who made it too and agreed to be named.
    """

    item: ShowcaseItem
    artifact: Artifact
    version: ArtifactVersion
    reflection: Reflection | None
    review: Result | None
    makers: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A section with its works; `section` None: what stands before all sections."""

    section: ShowcaseSection | None
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Contents:
    """A showcase as it is shown outside."""

    showcase: Showcase
    cover: ArtifactPart | None
    cover_alt: str
    sections: tuple[Section, ...]

    @property
    def works(self) -> Iterator[Work]:
        """All works, in their order."""
        return (work for section in self.sections for work in section.works)

    @property
    def is_empty(self) -> bool:
        """Whether there is no work to show."""
        return next(self.works, None) is None

    def part(self, part_id: UUID) -> tuple[Work, ArtifactPart] | None:
        """The part with its work, if it is shown; the cover is a part of a work too."""
        return next(
            (
                (work, part)
                for work in self.works
                for part in work.version.parts
                if part.id == part_id
            ),
            None,
        )


def of(showcase: Showcase) -> Contents:
    """What the showcase shows; one that was taken down shows nothing. At most eight statements."""
    works = [] if showcase.status == ShowcaseStatus.TAKEN_DOWN else _works(showcase)
    parts = (part for work in works for part in work.version.parts)
    cover = next((part for part in parts if part.id == showcase.cover_part_id), None)
    return Contents(
        showcase=showcase,
        cover=cover,
        cover_alt="" if cover is None else showcase.cover_alt or cover.alt,
        sections=tuple(_sections(showcase, works)),
    )


def name_of(showcase: Showcase, name_shown: str | None = None) -> str | None:
    """The name under which the student is shown; None: under none.

    `name_shown` is the choice, if it is not the showcase's (a link keeps its own).
    """
    choice = NameShown(name_shown or showcase.name_shown)
    if choice is NameShown.NONE:
        return None
    person = db.session().get_one(Person, showcase.student_id)
    audience = Audience.SCHOOL if choice is NameShown.SCHOOL else Audience.FAMILY
    return str(person.name_for(audience))


def _sections(showcase: Showcase, works: Sequence[Work]) -> Iterator[Section]:
    """The sections in order; one whose works are all left out is shown for its words."""
    if not works:
        return
    query = (
        select(ShowcaseSection)
        .where(ShowcaseSection.showcase_id == showcase.id)
        .order_by(ShowcaseSection.position, ShowcaseSection.id)
    )
    for section in (None, *db.session().scalars(query)):
        key = None if section is None else section.id
        shown = tuple(work for work in works if work.item.section_id == key)
        if section is not None or shown:
            yield Section(section, shown)


def _works(showcase: Showcase) -> list[Work]:
    query = (
        select(ShowcaseItem, Artifact, ArtifactVersion)
        .join(Artifact, Artifact.id == ShowcaseItem.artifact_id)
        .join(ArtifactVersion, ArtifactVersion.id == ShowcaseItem.version_id)
        .where(
            ArtifactVersion.artifact_id == Artifact.id,
            ShowcaseItem.showcase_id == showcase.id,
            Artifact.student_id == showcase.student_id,
            Artifact.status == ArtifactStatus.KEPT,
        )
        .order_by(ShowcaseItem.position, ShowcaseItem.id)
    )
    rows = db.session().execute(query).all()
    barred = barring.barred_of(showcase.district_id, [artifact.id for _, artifact, _ in rows])
    shown = [row for row in rows if row[1].id not in barred]
    reflections = _reflections([(item, version) for item, _, version in shown])
    reviews = _results(showcase, [item for item, _, _ in shown])
    makers = _makers(showcase, [artifact for _, artifact, _ in shown])
    return [
        Work(
            item=item,
            artifact=artifact,
            version=version,
            reflection=reflections.get(item.id),
            review=reviews.get(item.version_id) if item.shows_review else None,
            makers=tuple(makers.get(artifact.group_id, ())) if artifact.group_id else (),
        )
        for item, artifact, version in shown
    ]


def _reflections(
    shown: Sequence[tuple[ShowcaseItem, ArtifactVersion]],
) -> dict[UUID, Reflection]:
    """By item that shows one: the newest reflection on its version, or on one before."""
    asked = [(item, version.number) for item, version in shown if item.shows_reflection]
    if not asked:
        return {}
    query = (
        select(Reflection)
        .where(Reflection.artifact_id.in_([item.artifact_id for item, _ in asked]))
        .order_by(Reflection.number.desc(), Reflection.created_at.desc(), Reflection.id.desc())
    )
    written = db.session().scalars(query).all()
    found: dict[UUID, Reflection] = {}
    for item, number in asked:
        own = (one for one in written if one.artifact_id == item.artifact_id)
        if reflection := next((one for one in own if one.number <= number), None):
            found[item.id] = reflection
    return found


def _results(showcase: Showcase, items: Sequence[ShowcaseItem]) -> dict[UUID, Result]:
    """By version of the items that show a result: the last review that accepted it."""
    versions = [item.version_id for item in items if item.shows_review]
    if not versions:
        return {}
    query = (
        select(ArtifactReview)
        .where(ArtifactReview.version_id.in_(versions), ACCEPTED)
        .order_by(
            func.coalesce(ArtifactReview.final_at, ArtifactReview.decided_at), ArtifactReview.id
        )
    )
    zone = ZoneInfo(_district_of(showcase).time_zone)
    reviews = db.session().scalars(query)
    return {review.version_id: _result(review, zone) for review in reviews}


def _result(review: ArtifactReview, zone: ZoneInfo) -> Result:
    titles = {level["key"]: level["title"] for level in review.rubric.scale.levels}
    scores = {score.criterion_key: score.level for score in review.standing_scores}
    decided_at = review.final_at or review.decided_at or review.updated_at
    return Result(
        rubric_title=review.rubric.title,
        decided_on=decided_at.astimezone(zone).date(),
        levels=tuple(
            (criterion["title"], titles.get(scores[criterion["key"]], scores[criterion["key"]]))
            for criterion in review.rubric.criteria
            if criterion["key"] in scores
        ),
    )


def _district_of(showcase: Showcase) -> District:
    return db.session().get_one(District, showcase.district_id)


def _makers(showcase: Showcase, artifacts: Sequence[Artifact]) -> Mapping[UUID, list[str]]:
    """By group, the names of the other makers who may be named, as the family uses them."""
    groups = {artifact.group_id for artifact in artifacts if artifact.group_id is not None}
    if not groups:
        return {}
    other, today = aliased(Artifact), _district_of(showcase).today
    query = (
        select(other.group_id, Person)
        .join(Person, Person.id == other.student_id)
        .where(
            other.group_id.in_(groups),
            other.district_id == showcase.district_id,
            other.student_id != showcase.student_id,
            other.is_shown_in_group.is_(True),
            other.status != ArtifactStatus.DRAFT,
            ~leaving.has_left(other.student_id, today),
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    agreed = db.session().execute(query).all()
    consented = standing.holding({person.id for _, person in agreed}, ConsentPurpose.SHARING, today)
    names: dict[UUID, list[str]] = {}
    for group_id, person in agreed:
        if person.id in consented and group_id is not None:
            names.setdefault(group_id, []).append(person.family_display_name)
    return names
