"""One frozen version for one reader: everything that a page shows, as plain values.

What is signed stands in the snapshot, and all of it is shown, parts that this
code has never heard of included. Ids stand there; names are the reader's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select

from plp_api import db
from plp_api.access.rows import Access
from plp_api.people import names
from plp_api.people.models import District, Person, School, Student
from plp_api.people.names import Audience, Name
from plp_api.plans.models import PlanVersion
from plp_api.plans.reads import snapshot_of
from plp_api.printing.words import day, label, phrase, value_words
from plp_api.signatures.models import Signature, SignerRole

SMART = ("specific", "measurable", "achievable", "relevant")
# Members of the snapshot that have a place of their own on the page; the others are parts.
PLACED = frozenset(
    {"format", "plan_id", "plan_version_id", "student_id", "number", "sections", "goals"}
)
TITLES = ("title", "course_title", "course", "name")


@dataclass(frozen=True)
class Reader:
    """For whom the content is: by whom names are read, and which parent they are."""

    person_id: UUID
    audience: Audience


@dataclass(frozen=True)
class Fact:
    """A label with its words."""

    label: str
    words: str


@dataclass(frozen=True)
class Section:
    """A section's title and text."""

    key: str
    title: str
    body: str


@dataclass(frozen=True)
class Item:
    """A goal, a pathway element: a title, what kind of thing it is, and its facts."""

    id: str | None
    title: str
    kind: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Part:
    """Items of one kind: `key` is the snapshot's member."""

    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Signed:
    """A signature; `name` is None where the reader learns the role alone."""

    role: str
    name: str | None
    method: str
    language: str
    on: str


@dataclass(frozen=True)
class Content:
    """A frozen version as its reader may see it. Dates are words, for the district's zone."""

    district: str
    school: str | None
    student: Name
    grade: str | None
    number: int
    is_in_force: bool
    in_force_on: str
    superseded_on: str | None
    sha256: str
    sections: tuple[Section, ...]
    goals: Part
    parts: tuple[Part, ...]
    signatures: tuple[Signed, ...]


def reader(access: Access, student_id: UUID) -> Reader:
    """The caller as a reader of this student's plan."""
    is_family = access.is_family(student_id)
    return Reader(access.caller.person_id, names.audience(is_family=is_family))


def of(version: PlanVersion, by: Reader) -> Content:
    """The content of a frozen version. Raises Problem(action_unavailable) before approval."""
    frozen = orjson.loads(snapshot_of(version))
    session = db.session()
    student = session.get_one(Student, version.student_id)
    district = session.get_one(District, version.district_id)
    school_id = student.plan_home_school_id
    superseded_on = version.superseded_on
    return Content(
        district=district.name,
        school=session.get_one(School, school_id).name if school_id else None,
        student=student.person.name_for(by.audience),
        grade=student.grade,
        number=version.number,
        is_in_force=superseded_on is None,
        in_force_on=_day(version.in_force_on),
        superseded_on=day(superseded_on) if superseded_on else None,
        sha256=version.snapshot_sha256 or "",
        sections=tuple(
            Section(one["key"], one["title"], one["body"]) for one in frozen["sections"]
        ),
        goals=Part("goals", "Goals", tuple(_goal(one) for one in frozen.get("goals", []))),
        parts=tuple(_parts(frozen)),
        signatures=tuple(_signatures(version, by, ZoneInfo(district.time_zone))),
    )


def _day(on: date | None) -> str:
    if on is None:
        raise ValueError("a frozen version came into force on a day")
    return day(on)


def _goal(goal: Mapping[str, Any]) -> Item:
    facts = [Fact(phrase(name), goal[name]) for name in SMART if goal[name]]
    if goal["due_on"]:
        facts.append(Fact("Due", value_words(goal["due_on"])))
    return Item(goal["goal_id"], goal["title"], phrase(goal["domain"]), tuple(facts))


def _parts(frozen: Mapping[str, Any]) -> Iterable[Part]:
    for name, member in frozen.items():
        if name in PLACED or not member:
            continue
        rows = member if isinstance(member, list) else [member]
        yield Part(name, phrase(name), tuple(_item(name, row) for row in rows))


def _item(name: str, row: Any) -> Item:
    """Anything that stands in a snapshot: its title, its kind, and all else as labelled words."""
    if not isinstance(row, Mapping):
        return Item(None, value_words(row), "", ())
    kind = phrase(row["type"]) if row.get("type") else ""
    titled = next((one for one in TITLES if row.get(one)), None)
    title = row[titled] if titled else kind or phrase(name)
    facts = tuple(
        Fact(label(key), words)
        for key, value in row.items()
        if key not in (titled, "type") and not key.endswith("_id") and (words := value_words(value))
    )
    own_ids = ("id", f"{name.removesuffix('s')}_id")
    own_id = next((str(row[key]) for key in own_ids if key in row), None)
    return Item(own_id, title, kind if kind != title else "", facts)


def _signatures(version: PlanVersion, by: Reader, zone: ZoneInfo) -> Iterable[Signed]:
    session = db.session()
    given = select(Signature).where(Signature.plan_version_id == version.id)
    rows = session.scalars(given.order_by(Signature.signed_at, Signature.id)).all()
    shown = {row.person_id for row in rows if not _is_withheld(row, by)}
    asked = select(Person).where(db.any_of(Person.id, db.ids_bind("ids")))
    people = {one.id: one for one in session.scalars(asked, {"ids": list(shown)})}
    for row in rows:
        person = people.get(row.person_id)
        yield Signed(
            role=phrase(row.role),
            name=str(person.name_for(by.audience)) if person else None,
            method=phrase(row.method),
            language=row.language,
            on=_local(row.signed_at, zone),
        )


def _is_withheld(signature: Signature, by: Reader) -> bool:
    """A parent never learns who the other parent is."""
    is_other_parent = signature.role == SignerRole.PARENT and signature.person_id != by.person_id
    return is_other_parent and by.audience is Audience.FAMILY


def _local(at: datetime, zone: ZoneInfo) -> str:
    return day(at.astimezone(zone).date())
