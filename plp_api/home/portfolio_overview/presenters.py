"""Turn rows into what a list shows of each artifact."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access import reach
from plp_api.foundation.access.briefs import brief
from plp_api.foundation.access.rows import Access
from plp_api.home.portfolio_overview import statements
from plp_api.learning.artifacts.evidence import ENDS

Row = dict[str, Any]
OF_STUDENT = ("student_id", "district_id", "display_name", "grade", "plan_home_school_id")
"""Columns of a row that no artifact shows as they are."""


def summaries(access: Access, heads: Sequence[Row]) -> list[Row]:
    """The rows of a list with their links, in their order; one exchange for all.

    A link to what the caller may not read is left out.
    """
    if not heads:
        return []
    ids = [head["id"] for head in heads]
    students = {head["student_id"]: head for head in heads}
    items, links, arms = db.fetch(
        statements.ITEMS(ids=ids),
        statements.LINKS(ids=ids),
        reach.query_many(access.caller, students),
    )
    for student_id, reached in reach.reached_by_student(arms, students).items():
        access.know(student_id, reached)
    briefs = {key: brief(key, head["display_name"], head, access) for key, head in students.items()}
    known = {key: _known(access, key) for key in students}
    shown = _by_artifact(items, "subject_id"), _by_artifact(links, "artifact_id")
    return [_summary(head, briefs, known, *shown) for head in heads]


def _known(access: Access, student_id: UUID) -> frozenset[str]:
    """The ends of links of which the caller may know."""
    may = {end for end, (_, needed) in ENDS.items() if access.may(needed, student_id)}
    return frozenset(may)


def _by_artifact(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pop(column), []).append(row)
    return found


def _summary(
    head: Row,
    briefs: Mapping[UUID, Row],
    known: Mapping[UUID, frozenset[str]],
    items: Mapping[Any, list[Row]],
    links: Mapping[Any, list[Row]],
) -> Row:
    student_id, own = head["student_id"], links.get(head["id"], ())
    head["framework_items"] = items.get(head["id"], [])
    head["links"] = [link for link in own if _end(link) in known[student_id]]
    head["student"] = briefs[student_id]
    for name in OF_STUDENT:
        del head[name]
    return head


def _end(link: Row) -> str:
    return next(end for end in ENDS if link[end] is not None)
