"""One frozen version for one reader: everything that a page shows, as plain values.

What is signed stands in the snapshot, and all of it is shown, members that this
code has never heard of included. Ids stand there; names are the reader's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.printing.words import day, hours, label, local_day, phrase, value_words
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import District, Person, School, Student
from plp_api.foundation.roster.names import Name
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.planning.plans import disagreements, presenters
from plp_api.planning.plans import parts as snapshots
from plp_api.planning.plans.models import PlanVersion, Statement, VersionReaffirmation
from plp_api.planning.printing import signed
from plp_api.planning.printing.readers import Reader
from plp_api.planning.printing.signed import Signed

SMART = ("specific", "measurable", "achievable", "relevant")
SECTIONS, GOALS = "sections", "goals"
# The member of a goal or a pathway element that holds its framework items.
STANDARDS = "framework_items"
# Members whose values are enumerated; every other word is somebody's, and printed as it stands.
CODES = frozenset({"type", "domain", "funding", "kind", "provider_kind", "status", "regime"})


@dataclass(frozen=True)
class Fact:
    """A label with its words, and the language tag of the words where it is known."""

    label: str
    words: str
    lang: str | None = None


@dataclass(frozen=True)
class Disagreement:
    """A statement of disagreement, which travels with what it contests (34 CFR 99.21)."""

    by: str
    on: str
    body: str
    correction: str


@dataclass(frozen=True)
class Section:
    """A section's title and text, and their language tag where it is known."""

    key: str
    title: str
    body: str
    statements: tuple[Disagreement, ...]
    lang: str | None = None


@dataclass(frozen=True)
class Standard:
    """A framework item that something works toward, in the words it had when it was frozen."""

    code: str | None
    words: str


@dataclass(frozen=True)
class Item:
    """A goal, a pathway element: a title, what kind of thing it is, and its facts.

    `standards` are the framework items it is linked to. `lang` is the language tag of
    the title, where it is known.
    """

    id: str | None
    title: str
    kind: str
    facts: tuple[Fact, ...]
    statements: tuple[Disagreement, ...]
    standards: tuple[Standard, ...] = ()
    lang: str | None = None


@dataclass(frozen=True)
class Part:
    """Items of one kind: `key` is the snapshot's member."""

    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Content:
    """A frozen version as its reader may see it. Dates are words, for the district's zone.

    `about` tells of the version in labelled words, `statements` contest the
    whole of it, `missing` says which signatures are not there.
    """

    district: str
    school: str | None
    student: Name
    number: int
    in_force_on: str
    about: tuple[Fact, ...]
    sha256: str
    statements: tuple[Disagreement, ...]
    sections: tuple[Section, ...]
    goals: Part
    parts: tuple[Part, ...]
    signatures: tuple[Signed, ...]
    missing: tuple[Fact, ...]


def of(version: PlanVersion, reader: Reader) -> Content:
    """The content of a frozen version.

    What is signed is shown whole or not at all. Raises Problem: action_unavailable
    before approval, version_sealed, permission_denied where a part, or where the plan
    stands, is denied the reader.
    """
    frozen = orjson.loads(presenters.snapshot_of(version, reader.access))
    snapshots.require_all(version, reader.access)
    if not reader.is_shown(RecordKind.PLAN_STATUS, version):
        detail = "A print tells where the plan stands, which is withheld from you."
        raise Problem(Code.PERMISSION_DENIED, detail)
    session = db.session()
    student = session.get_one(Student, version.student_id)
    district = session.get_one(District, version.district_id)
    school_id = student.plan_home_school_id
    drawn = _Drawing(frozen, _disagreements(version, reader, ZoneInfo(district.time_zone)))
    name = student.person.name_for(reader.audience)
    return Content(
        district=district.name,
        school=session.get_one(School, school_id).name if school_id else None,
        student=name,
        number=version.number,
        in_force_on=day(version.in_force_on) if version.in_force_on else "",
        about=tuple(_about(version, student, name, reader)),
        sha256=version.snapshot_sha256 or "",
        statements=drawn.contesting(disagreements.WHOLE),
        sections=tuple(drawn.sections()),
        goals=Part(GOALS, "Goals", tuple(drawn.goals())),
        parts=tuple(drawn.parts()),
        signatures=tuple(_signatures(version, reader, district)),
        missing=tuple(_missing(version, reader, district)),
    )


def _signatures(version: PlanVersion, reader: Reader, district: District) -> Iterable[Signed]:
    if reader.is_shown(RecordKind.SIGNATURES, version):
        yield from signed.on(version, reader, district)


def _missing(version: PlanVersion, reader: Reader, district: District) -> Iterable[Fact]:
    if reader.is_shown(RecordKind.SIGNATURES, version):
        yield from (Fact(role, words) for role, words in signed.missing(version, district))


def _about(version: PlanVersion, student: Student, name: Name, reader: Reader) -> Iterable[Fact]:
    if student.grade and reader.is_shown(RecordKind.ROSTER, version):
        yield Fact("Grade", student.grade.lstrip("0"))
    if name.pronouns:
        yield Fact("Pronouns", name.pronouns)
    yield Fact("Version", str(version.number))
    if version.corrects_id:
        corrected = db.session().get_one(PlanVersion, version.corrects_id)
        yield Fact("Corrects", f"version {corrected.number} (34 CFR 99.21)")
    if version.in_force_on:
        yield Fact("In force", f"since {day(version.in_force_on)}")
    kept = select(func.max(VersionReaffirmation.reaffirmed_on)).where(
        VersionReaffirmation.plan_version_id == version.id
    )
    if kept_on := db.session().scalar(kept):
        yield Fact("Reviewed and kept", day(kept_on))
    if version.superseded_on:
        yield Fact("Superseded", day(version.superseded_on))


def _disagreements(
    version: PlanVersion, reader: Reader, zone: ZoneInfo
) -> dict[str, list[Disagreement]]:
    """Statements of disagreement by the part they contest, authors as the reader knows them."""
    made = presenters.statements_on([version], reader.access)[version.id]
    found: dict[str, list[Disagreement]] = {}
    for one in made:
        said = Disagreement(
            _author(one, reader), local_day(one.stated_at, zone), one.body, _correction(one, zone)
        )
        found.setdefault(one.part, []).append(said)
    return found


def _correction(made: Statement, zone: ZoneInfo) -> str:
    """That these are no longer the author's own words, when the school changed them and why."""
    if made.corrected_at is None:
        return ""
    return f"Changed by the school, {local_day(made.corrected_at, zone)}: {made.correction_reason}"


def _author(made: Statement, reader: Reader) -> str:
    role = phrase(made.author_role).lower()
    if not reader.access.is_named(made.author_id, made.student_id, made.author_role):
        return f"a {role}"
    person = db.session().get_one(Person, made.author_id)
    return f"{person.name_for(reader.audience)}, {role}"


class _Drawing:
    """A snapshot's members as words, each part with the statements that contest it."""

    def __init__(self, frozen: dict[str, Any], made: dict[str, list[Disagreement]]) -> None:
        self.made = made
        self.members: dict[str, list[tuple[str, Any]]] = {}
        for part, _, value in snapshots.places(frozen):
            self.members.setdefault(part.split("/")[0], []).append((part, value))

    def contesting(self, part: str) -> tuple[Disagreement, ...]:
        return tuple(self.made.get(part, ()))

    def sections(self) -> Iterable[Section]:
        for part, one in self.members.get(SECTIONS, []):
            if isinstance(one, Mapping):
                yield Section(one["key"], one["title"], one["body"], self.contesting(part))

    def goals(self) -> Iterable[Item]:
        for part, goal in self.members.get(GOALS, []):
            if isinstance(goal, Mapping):
                yield self._goal(part, goal)

    def _goal(self, part: str, goal: Mapping[str, Any]) -> Item:
        facts = [Fact(phrase(name), goal[name]) for name in SMART if goal[name]]
        if goal["due_on"]:
            facts.append(Fact("Due", value_words("due_on", goal["due_on"])))
        kind = phrase(goal["domain"])
        contesting, standards = self.contesting(part), _standards(goal)
        return Item(goal["goal_id"], goal["title"], kind, tuple(facts), contesting, standards)

    def parts(self) -> Iterable[Part]:
        for member, found in self.members.items():
            if member in (SECTIONS, GOALS):
                continue
            rows = [
                (part, row)
                for part, value in found
                for row in (value if isinstance(value, list) else [value])
            ]
            items = tuple(self._item(member, part, row) for part, row in rows if row is not None)
            if items:
                yield Part(member, phrase(member), items)

    def _item(self, member: str, part: str, row: Any) -> Item:
        """Whatever stands in a snapshot: its title, its kind, and all else as labelled words."""
        if not isinstance(row, Mapping):
            return Item(None, value_words(member, row), "", (), self.contesting(part))
        kind = phrase(row["type"]) if row.get("type") else ""
        title = row.get("title") or kind or phrase(member)
        facts = tuple(
            Fact(label(name), words)
            for name, value in row.items()
            if name not in ("title", "type", STANDARDS) and (words := _words(name, value))
        )
        own_id = part.partition("/")[2] or None
        kind = kind if kind != title else ""
        return Item(own_id, title, kind, facts, self.contesting(part), _standards(row))


def _standards(row: Mapping[str, Any]) -> tuple[Standard, ...]:
    """The framework items of a goal or a pathway element; snapshots before them have none."""
    return tuple(Standard(item["code"], item["statement"]) for item in row.get(STANDARDS, ()))


def _words(name: str, value: Any) -> str:
    """A member in words. Ids say nothing on paper; of a supervisor the name is looked up."""
    if name == "supervisor_id" and value:
        return db.session().get_one(Person, UUID(value)).display_name
    if name == "id" or name.endswith(("_id", "_ids")):
        return ""
    if name.endswith("_minutes") and value is not None:
        return hours(value)
    return phrase(value) if name in CODES and isinstance(value, str) else value_words(name, value)
