"""Build a coverage report: its groups and their numbers, hidden where necessary."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.accountability.reports import coverage, suppression
from plp_api.accountability.reports.suppression import ENROLLED, NO_ADVISOR, Cell, Group, Kind
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster.models import Person, School

MEASURES = (ENROLLED, coverage.HAS_PLAN, *coverage.STATES)
SIGNATURES = {
    "signed": coverage.SIGNED,
    "pending": coverage.PENDING,
    "excepted": coverage.WITHOUT,
}
"""The measures of the object `signatures`, by their names in it."""


class Dimension(StrEnum):
    """A dimension by which a report is grouped."""

    SCHOOL = "school"
    GRADE = "grade"
    ADVISOR = "advisor"


ORDER = tuple(Dimension)


@dataclass(frozen=True)
class Question:
    """The parameters of a report: the day, the dimensions, and the group it is narrowed to."""

    as_of: date
    by: frozenset[Dimension]
    narrowed: Group

    @property
    def is_by_advisor(self) -> bool:
        """Whether the report needs the students' advisors."""
        return Dimension.ADVISOR in self.by or self.narrowed[2] is not None

    def groups(self, kind: Kind) -> list[Group]:
        """The report's groups to which students of this kind belong."""
        kept = [
            name in self.by or self.narrowed[place] is not None for place, name in enumerate(ORDER)
        ]
        every = suppression.groups(kind.school, kind.grade, kind.advisors)
        return [
            group
            for group in every
            if [value is not None for value in group] == kept and self.holds(group)
        ]

    def holds(self, group: Group) -> bool:
        """Whether the group is within the group to which the report is narrowed."""
        return all(
            wanted in (None, there) for wanted, there in zip(self.narrowed, group, strict=True)
        )

    def is_about(self, kind: Kind) -> bool:
        """Whether students of this kind are counted in the total."""
        return self.narrowed in suppression.groups(kind.school, kind.grade, kind.advisors)


def day(access: Access, as_of: date | None) -> date:
    """The day of a report, by default today. Raises Problem(validation_failed) for a future day."""
    today = access.caller.today
    if as_of is not None and as_of > today:
        error = FieldError("", f"Must not be after today, {today}.", parameter="as_of")
        raise Problem(Code.VALIDATION_FAILED, errors=[error])
    return as_of or today


def question(
    access: Access,
    as_of: date | None,
    by: Iterable[str],
    school_id: UUID | None,
    grade: str | None,
    advisor_id: UUID | None,
) -> Question:
    """The parameters of a report. Raises Problem(validation_failed) for a future day."""
    narrowed = (
        None if school_id is None else str(school_id),
        grade,
        None if advisor_id is None else str(advisor_id),
    )
    return Question(day(access, as_of), frozenset(map(Dimension, by)), narrowed)


def report(access: Access, question: Question) -> dict[str, Any]:
    """Coverage of the caller's district: the total, and a row for each requested group.

    Numbers that the caller must not see are None. All reports of one day show
    parts of the same table, so that two reports reveal no more than one.
    """
    counted = coverage.counts(access.caller, question.as_of, by_advisor=question.is_by_advisor)
    hidden = suppression.hidden(counted.unseen, coverage.standings())
    total, groups = _tally(question, counted.everybody)
    names = _names(groups)
    rows = [
        {**_named(question, group, names), **_numbers(group, groups[group], hidden)}
        for group in groups
    ]
    return {
        "as_of": question.as_of,
        "cycle": {"starts_on": counted.cycle.starts_on, "ends_on": counted.cycle.ends_on},
        "by": [name for name in ORDER if name in question.by],
        "total": _numbers(question.narrowed, total, hidden),
        "groups": sorted(rows, key=_place),
    }


Tally = Counter[str]


def _tally(question: Question, everybody: Mapping[Kind, int]) -> tuple[Tally, dict[Group, Tally]]:
    """The number of students under each measure: in total, and in each group."""
    total: Tally = Counter()
    groups: dict[Group, Tally] = {}
    for kind, students in everybody.items():
        if not question.is_about(kind):
            continue
        tallies = [
            groups.setdefault(group, Counter()) for group in question.groups(kind) if question.by
        ]
        for tally in (total, *tallies):
            for measure in (ENROLLED, *kind.standing):
                tally[measure] += students
    return total, groups


def _numbers(group: Group, tally: Tally, hidden: Iterable[Cell]) -> dict[str, Any]:
    shown = {
        measure: None if (group, measure) in hidden else tally[measure]
        for measure in (*MEASURES, *SIGNATURES.values())
    }
    return {
        **{measure: shown[measure] for measure in MEASURES},
        "signatures": {name: shown[measure] for name, measure in SIGNATURES.items()},
        "is_suppressed": None in shown.values(),
    }


Names = Mapping[str, str]


def _names(groups: Iterable[Group]) -> Names:
    """The names of the schools and advisors in the report, by id."""
    schools = {school for school, _, _ in groups if school is not None}
    advisors = {advisor for _, _, advisor in groups if advisor not in (None, NO_ADVISOR)}
    queries = [SCHOOLS(ids=[*map(UUID, schools)]), ADVISORS(ids=[*map(UUID, advisors)])]
    names: dict[str, str] = {}
    for rows in db.fetch(*(query for query in queries if query.binds["ids"])):
        names.update((str(row["id"]), _name(row)) for row in rows)
    return names


SCHOOLS = db.Prepared(
    select(School.id, School.name).where(db.any_of(School.id, db.ids_bind("ids")))
)
ADVISORS = db.Prepared(
    select(
        Person.id,
        Person.given_name,
        Person.family_name,
        Person.preferred_given_name,
        Person.preferred_family_name,
    ).where(db.any_of(Person.id, db.ids_bind("ids")))
)


def _name(row: Mapping[str, Any]) -> str:
    if "name" in row:
        return str(row["name"])
    given = row["preferred_given_name"] or row["given_name"]
    return f"{given} {row['preferred_family_name'] or row['family_name']}"


def _named(question: Question, group: Group, names: Names) -> dict[str, Any]:
    """The group's school, grade and advisor, as far as the report is grouped by them."""
    school, grade, advisor = group
    members = {
        Dimension.SCHOOL: _reference(school, names),
        Dimension.GRADE: grade,
        Dimension.ADVISOR: None if advisor == NO_ADVISOR else _reference(advisor, names),
    }
    return {str(name): members[name] for name in ORDER if name in question.by}


def _reference(id_: Any, names: Names) -> dict[str, Any]:
    return {"id": id_, "name": names.get(id_)}


def _place(row: Mapping[str, Any]) -> list[str]:
    """The sort key of a row: its names, where a missing one comes last."""
    return [_word(row.get(name)) for name in ORDER]


def _word(value: Any) -> str:
    if value is None:
        return "\uffff"
    return value if isinstance(value, str) else f"{value['name']} {value['id']}"


COLUMNS = (
    "row",
    "as_of",
    "school_id",
    "school",
    "grade",
    "advisor_id",
    "advisor",
    *MEASURES,
    *(f"signatures_{name}" for name in SIGNATURES),
    "is_suppressed",
)


def table(document: Mapping[str, Any]) -> list[list[Any]]:
    """The report as rows under COLUMNS: the groups, then the total."""
    rows = [("group", row) for row in document["groups"]]
    return [_flat(document, kind, row) for kind, row in (*rows, ("total", document["total"]))]


def _flat(document: Mapping[str, Any], kind: str, row: Mapping[str, Any]) -> list[Any]:
    school, advisor = row.get("school") or {}, row.get("advisor") or {}
    return [
        kind,
        document["as_of"],
        school.get("id"),
        school.get("name"),
        row.get("grade"),
        advisor.get("id"),
        advisor.get("name"),
        *(row[measure] for measure in MEASURES),
        *(row["signatures"][name] for name in SIGNATURES),
        row["is_suppressed"],
    ]
