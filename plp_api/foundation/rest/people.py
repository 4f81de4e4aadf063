"""The names of people in responses: a field that holds a person's id has a sibling with the name.

A schema declares the sibling by `name_of`, and the student of a resource by `student_of`:

    confirmed_by = fields.UUID(dump_only=True, allow_none=True)
    confirmed_by_name = name_of("confirmed_by")
    student_id = fields.UUID(dump_only=True)
    student = student_of()

Both are dumped as ids first, and `fill` replaces the ids of a whole response by one
statement. So a name stands exactly where its id stands, and what hides the id from a
reader (`access.identities`) hides the name. Hot reads, which use no schema, join the
names by `roster.names.for_reader` instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import fields
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.briefs import brief
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.fields import Schema, Text
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import Person, Student


class StudentBriefSchema(Schema):
    """The student whom a resource belongs to, as this reader may know them."""

    id = fields.UUID(required=True, dump_only=True)
    display_name = fields.String(
        required=True,
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "The name that your audience (family or school) uses.",
            "example": "Charlie Roy",
        },
    )
    grade = fields.String(
        required=True,
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null where an order denies you the roster.", "example": "10"},
    )
    school_id = fields.UUID(
        required=True,
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "The school that keeps the plan; null where an order denies you the "
            "roster."
        },
    )


class PersonName(fields.String):
    """The name of the person whose id another field of the schema holds."""

    def __init__(self, of: str) -> None:
        self.of = of
        described = {
            "description": f"The name of `{of}` as you may know it; null where that is null, and"
            " for people of another district.",
            "example": "Ada Roy",
        }
        super().__init__(dump_only=True, allow_none=True, metadata=described)

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """The id, which `fill` replaces; missing where the id is."""
        return _held(self, obj, accessor)


class NameOrText(Text):
    """As `PersonName`; where the id is null, the name that was entered as text."""

    def __init__(self, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**kwargs)

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        """The id, which `fill` replaces, or the text."""
        held = _held(self, obj, accessor)
        return held or super().serialize(attr, obj, accessor, **kwargs)


class StudentOfResource(fields.Nested):
    """The student of the resource, whose id another field of the schema holds."""

    def __init__(self, of: str) -> None:
        self.of = of
        super().__init__(StudentBriefSchema, dump_only=True)

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """The id, which `fill` replaces; missing where the id is."""
        return _held(self, obj, accessor)


def _held(field: Any, obj: Any, accessor: Any) -> Any:
    """The value of the field that holds the id; missing where that is missing."""
    attribute = field.parent.declared_fields[field.of].attribute or field.of
    return accessor(obj, attribute, ma.missing)


def name_of(field: str) -> PersonName:
    """The sibling of a field that holds a person's id."""
    return PersonName(field)


def student_of(field: str = "student_id") -> StudentOfResource:
    """The student of a resource, beside the field that holds the id."""
    return StudentOfResource(field)


@dataclass(frozen=True)
class Shape:
    """Where a schema shows people: its own fields, and the fields that nest others which do."""

    names: tuple[str, ...]
    students: tuple[str, ...]
    nested: tuple[tuple[str, "Shape"], ...]

    @property
    def is_empty(self) -> bool:
        """Whether neither the schema nor any that it nests shows people."""
        return not (self.names or self.students or self.nested)


def shape_of(schema: Any) -> Shape:
    """Where this schema (a class, an instance, or a plain dict that documents) shows people."""
    return _shape_of(schema if isinstance(schema, type) else type(schema))


@cache
def _shape_of(schema: Any) -> Shape:
    declared: dict[str, Any] = getattr(schema, "_declared_fields", {})
    own = {name: field for name, field in declared.items() if not field.load_only}
    nested = ((name, _nested(field)) for name, field in own.items())
    return Shape(
        names=tuple(
            name for name, field in own.items() if isinstance(field, PersonName | NameOrText)
        ),
        students=tuple(name for name, field in own.items() if isinstance(field, StudentOfResource)),
        nested=tuple((name, shape) for name, shape in nested if shape and not shape.is_empty),
    )


def _nested(field: Any) -> Shape | None:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, StudentOfResource) or not isinstance(inner, fields.Nested):
        return None
    return shape_of(inner.schema)


@dataclass(frozen=True)
class _Place:
    """A member of the response that holds an id, and the student whom it is about."""

    shown: dict[str, Any]
    member: str
    id: UUID
    student_id: UUID | None
    is_student: bool


def fill(
    dumped: Any, schema: Any, access: Access, student_id: UUID | None, *, is_last: bool
) -> None:
    """Replace the ids that a dumped response holds in place of names and students.

    One statement, however many rows there are. `student_id` is the student whom the
    request's own row is about. `is_last` as in `db.fetch`.
    """
    places = list(_places(dumped, shape_of(schema), student_id))
    if not places:
        return
    students = {place.id for place in places if place.is_student}
    access.look_up_denied(students)
    people = _own(access)
    missing = {place.id for place in places} - people.keys()
    if missing:
        has_students = not students.isdisjoint(missing)
        people |= _load(missing, access, has_students=has_students, is_last=is_last)
    for place in places:
        row = people.get(place.id)
        name = None if row is None else _name(row, place, access)
        shown = brief(place.id, name, row, access) if place.is_student else name
        place.shown[place.member] = shown


def _places(dumped: Any, shape: Shape, student_id: UUID | None) -> Iterable[_Place]:
    if isinstance(dumped, list):
        for one in dumped:
            yield from _places(one, shape, student_id)
    if not isinstance(dumped, dict):
        return
    for member in shape.students:
        if isinstance(held := dumped.get(member), UUID):
            student_id = held
            yield _Place(dumped, member, held, held, is_student=True)
    for member in shape.names:
        if isinstance(held := dumped.get(member), UUID):
            yield _Place(dumped, member, held, student_id, is_student=False)
    for member, nested in shape.nested:
        yield from _places(dumped.get(member), nested, student_id)


_WANTED = [Person.id, *(getattr(Person, column) for column in names.COLUMNS)]
_ARE_WANTED = (
    db.any_of(Person.id, db.ids_bind("ids")),
    db.any_of(Person.district_id, names.DISTRICTS),
)
PEOPLE = db.Prepared(select(*_WANTED).where(*_ARE_WANTED))
STUDENTS = db.Prepared(
    select(*_WANTED, Student.grade, Student.plan_home_school_id)
    .outerjoin(Student, Student.id == Person.id)
    .where(*_ARE_WANTED)
)


def _own(access: Access) -> dict[UUID, dict[str, Any]]:
    """The caller's own row, which came with the caller; of a parent it lacks the name on record."""
    caller = access.caller
    if caller.own is None or caller.children:
        return {}
    own = {"grade": caller.own.grade, "plan_home_school_id": caller.own.school_id}
    return {caller.person_id: {"id": caller.person_id, "name": caller.own.name, **own}}


def _load(
    ids: set[UUID], access: Access, *, has_students: bool, is_last: bool
) -> dict[UUID, dict[str, Any]]:
    statement = STUDENTS if has_students else PEOPLE
    binds = {"ids": list(ids), "districts": list(access.caller.districts)}
    (rows,) = db.fetch(statement(**binds), is_last=is_last)
    return {row["id"]: row for row in rows}


def _name(row: dict[str, Any], place: _Place, access: Access) -> str:
    if "name" in row:
        return str(row["name"])
    is_family = access.names_as_family(row["id"], place.student_id)
    return str(names.shown(row, names.audience(is_family=is_family)))
