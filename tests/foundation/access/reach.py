"""Who reaches whom in the world of tests, worked out in plain Python.

An independent second computation: it knows by heart how `tests.world` is made, and reads the
matrix as text; it asks neither the database nor the code under test.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from plp_api.foundation.ownership import (
    OwnedByDistrict,
    OwnedByPerson,
    OwnedBySchool,
    OwnedByStudent,
    PersonOfDistrict,
)
from tests.foundation.access import matrix
from tests.world import CAST, World

# By name: whom each person reaches, and as what. `parent:deciding`, `…:holding` and
# `auditor:sampled` are what a role is *to that student*, beside the role itself.
TIES = {
    "student": {"student": "student"},
    "other_student": {"other_student": "student"},
    "senior": {"senior": "student student:holding"},
    "parent": {"student": "parent parent:deciding parent:holding"},
    "inspecting_parent": {"student": "parent parent:holding"},
    "denied_parent": {},
    "relative": {},
    "senior_parent": {},
    "advisor": {"student": "advisor", "senior": "advisor"},
    "co_advisor": {"student": "advisor"},
    "other_advisor": {"other_student": "advisor"},
    "case_manager": {"student": "advisor"},
    "teacher": {"student": "teacher"},
    "team_member": {},
}
# Who is assigned to a piece of whose work, and so reaches that piece and no more of them.
ASSIGNED = {"team_member": "student"}
AT_THE_HIGH_SCHOOL = ("student", "senior", "placed")
AT_THE_MIDDLE_SCHOOL = ("other_student",)
OFFICES = ("counselor", "elo_coordinator", "registrar", "school_admin")
WIDE = ("district_admin", "auditor")
# Those who have a role though they reach nobody by it: a parent whom an order keeps out, or whose
# child is of age. A relative whom nobody confirmed has none.
ROLES = {
    "denied_parent": {"parent"},
    "senior_parent": {"parent"},
    "team_member": {"teacher", "team_member"},
}
EVERYBODY = (*TIES, *OFFICES, "other_school_admin", *WIDE)
assert set(CAST) <= set(EVERYBODY)

# Whose parent each is, with or without rights, confirmed or not: of the other parent they learn
# nothing.
CHILDREN = {
    "parent": "student",
    "inspecting_parent": "student",
    "denied_parent": "student",
    "relative": "student",
    "senior_parent": "senior",
}
# What only the student's own district writes.
KEPT_AT_HOME = {"roster:write", "relationships:write"}

ALLOWED, DENIED, HIDDEN = "allowed", "denied", "hidden"


def elo_of(student_id: UUID) -> UUID:
    """The id of the ELO that the sweep adds for a student."""
    return uuid5(student_id, "elo")


def artifact_of(student_id: UUID) -> UUID:
    """The id of the artifact that the sweep adds for a student."""
    return uuid5(student_id, "artifact")


@dataclass(frozen=True)
class Owner:
    """Whose a row is: each id that its table has a column for.

    `about` is the person it is about beside the student, `part_of` the
    permission to read what it is part of, `changed_with` the one to change that,
    `member_ids` the students who have a part in it; `kind` tells rows of one table
    apart that have addresses of their own. `work` is what people may be assigned to: an ELO.
    """

    district_id: UUID | None = None
    school_id: UUID | None = None
    student_id: UUID | None = None
    person_id: UUID | None = None
    about: UUID | None = None
    part_of: str | None = None
    changed_with: str | None = None
    member_ids: frozenset[UUID] = frozenset()
    kind: str | None = None
    work: UUID | None = None


@dataclass(frozen=True)
class Reader:
    """One person of the world with everything the matrix needs to know of them."""

    name: str
    person: Any
    students: dict[UUID, frozenset[str]]
    roles: frozenset[str]
    schools: frozenset[UUID]
    is_wide: bool
    children: frozenset[UUID]
    assigned: frozenset[UUID] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether any role of theirs has anything but a `.` in the matrix."""
        if permission in matrix.EVERYBODYS:
            return True
        return any(matrix.TABLE[permission][role] != matrix.NEVER for role in self.roles)

    def may_on(self, student: UUID | None, permission: str, *, reasoned: bool = False) -> bool:
        """Whether the matrix lets them do that on this student, with a stated reason or without."""
        hats = self.students.get(student, frozenset()) if student else frozenset()
        for hat in hats:
            if ":" in hat:
                continue
            cell = matrix.TABLE[permission][hat]
            if cell == matrix.ALWAYS or f"{hat}:{cell}" in hats:
                return True
            if cell == "reasoned" and reasoned:
                return True
        return False

    def may_by_assignment(self, work: UUID | None, permission: str) -> bool:
        """Whether the matrix lets them do that because they are assigned to this work."""
        return work in self.assigned and matrix.TABLE[permission]["team_member"] == "assigned"

    def may_everywhere(self, permission: str) -> bool:
        """Whether a role of theirs has an `x` in the matrix."""
        return any(matrix.TABLE[permission][role] == matrix.ALWAYS for role in self.roles)

    def may_at(self, school: UUID | None, permission: str) -> bool:
        """Whether an office of theirs lets them do that at this school."""
        return self.may_everywhere(permission) and (self.is_wide or school in self.schools)

    def stands(self, ownership: Any, owner: Owner, permission: str) -> str:
        """How they stand to a row: allowed, denied though they may see it, or hidden from them."""
        if isinstance(ownership, OwnedByStudent):
            return self._to_student(ownership, owner, permission)
        if isinstance(ownership, OwnedByPerson):
            is_own = owner.person_id == self.person.id
            return (ALLOWED if self.may(permission) else DENIED) if is_own else HIDDEN
        if owner.district_id != self.person.district_id:
            return HIDDEN
        sees, may = self._in_district(ownership, owner, permission)
        if not sees:
            return HIDDEN
        return ALLOWED if may else DENIED

    def _to_student(self, ownership: OwnedByStudent, owner: Owner, permission: str) -> str:
        student = owner.student_id
        theirs = {*self.children, *({self.person.id} if ownership.is_personal else ())}
        if ownership.about and owner.about != self.person.id and student in theirs:
            return HIDDEN
        if ownership.is_for_staff and student in self.children:
            return HIDDEN
        if owner.part_of and not self._may(owner, owner.part_of, reasoned=True):
            return HIDDEN
        is_guest = owner.district_id != self.person.district_id
        is_kept_away = is_guest and permission in KEPT_AT_HOME
        if self._may(owner, permission) and not is_kept_away:
            return ALLOWED
        # What a stated reason opens is told to exist: the answer asks for the reason.
        sees = self._may(owner, ownership.read) or self._may(owner, permission, reasoned=True)
        return DENIED if sees else HIDDEN

    def _may(self, owner: Owner, permission: str, *, reasoned: bool = False) -> bool:
        """Whether they may do that on the row, by their reach to the student or to this work."""
        by_reach = self.may_on(owner.student_id, permission, reasoned=reasoned)
        return by_reach or self.may_by_assignment(owner.work, permission)

    def _in_district(self, ownership: Any, owner: Owner, permission: str) -> tuple[bool, bool]:
        """Whether they see the row of their own district, and whether they may do that on it."""
        read = ownership.read
        match ownership:
            case OwnedBySchool():
                has_part = self.may(read) and self.person.id in owner.member_ids
                sees = self.may_everywhere(read) or has_part
                if ownership.by and permission != read:
                    return sees, self.person.id == owner.person_id and self.may(permission)
                return sees, sees if permission == read else self.may_at(
                    owner.school_id, permission
                )
            case PersonOfDistrict() if not self.may_everywhere(read):
                sees = self.may(read) and self.person.id == owner.person_id
                return sees, sees and (permission == read or self.may_everywhere(permission))
            case PersonOfDistrict() if owner.student_id and not self.is_wide:
                sees = self.may(read) and self.may_on(owner.student_id, "roster:read")
                writes = self.may(permission) and self.may_on(owner.student_id, "roster:write")
                return sees, sees if permission == read else writes
            case OwnedByDistrict() if ownership.is_wide and permission != read:
                return self.may(read), self.is_wide and self.may_everywhere(permission)
            case PersonOfDistrict() | OwnedByDistrict():
                return self.may(read), self.may(permission)
        raise AssertionError(
            f"{ownership}: say in tests/foundation/access/reach.py who may see such rows"
        )


def readers(world: World) -> dict[str, Reader]:
    """Everybody at home by name, and those of the other district whom a placement concerns."""
    found = {name: _reader(world, name) for name in EVERYBODY}
    for name in ("counselor", "district_admin"):
        found[f"away {name}"] = _reader_away(world, name)
    return found


def _reader(world: World, name: str) -> Reader:
    home = world.home
    everyone = (*AT_THE_HIGH_SCHOOL, *AT_THE_MIDDLE_SCHOOL)
    if name in WIDE:
        hats = dict.fromkeys(everyone, name)
        if name == "auditor":
            hats["student"] += " auditor:sampled"
    elif name in OFFICES:
        hats = dict.fromkeys(AT_THE_HIGH_SCHOOL, name)
    elif name == "other_school_admin":
        hats = dict.fromkeys(AT_THE_MIDDLE_SCHOOL, "school_admin")
    else:
        hats = TIES[name]
    students = {getattr(home, one).id: frozenset(words.split()) for one, words in hats.items()}
    schools = {home.school_id} if name in OFFICES else set()
    if name == "other_school_admin":
        schools = {home.other_school_id}
    children = {getattr(home, CHILDREN[name]).id} if name in CHILDREN else set()
    reader = _of(name, getattr(home, name), students, schools, name in WIDE, children)
    if name in ASSIGNED:
        work = elo_of(getattr(home, ASSIGNED[name]).id)
        reader = replace(reader, assigned=frozenset({work}))
    return reader


def _reader_away(world: World, name: str) -> Reader:
    """Of the other district: its own students, and the one placed there."""
    away = world.away
    own = (*AT_THE_HIGH_SCHOOL[:-1], *(AT_THE_MIDDLE_SCHOOL if name in WIDE else ()))
    ids = [*(getattr(away, one).id for one in own), world.home.placed.id]
    schools = set() if name in WIDE else {away.school_id}
    students = dict.fromkeys(ids, frozenset({name}))
    return _of(f"away {name}", getattr(away, name), students, schools, name in WIDE, set())


def _of(
    name: str,
    person: Any,
    students: dict[UUID, frozenset[str]],
    schools: set[UUID],
    is_wide: bool,
    children: set[UUID],
) -> Reader:
    held = {hat for hats in students.values() for hat in hats if ":" not in hat}
    roles = frozenset(held | ROLES.get(name, set()))
    return Reader(name, person, students, roles, frozenset(schools), is_wide, frozenset(children))
