"""From rows to the documents a front end draws."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access import reach
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.home.overview import statements
from plp_api.planning.plans import disagreements
from plp_api.planning.plans import presenters as plans
from plp_api.planning.plans.models import Plan, PlanVersion, Regime, Statement
from plp_api.planning.reviews.standing import standing
from plp_api.planning.signatures import standing as signatures

Row = dict[str, Any]


@dataclass(frozen=True)
class Unfold:
    """What may be unfolded: statements by name, and what its kind of record asks for."""

    permission: Permission
    keys: tuple[str, ...]
    statements: tuple[db.Prepared, ...]


UNFOLDED = {
    "goals": Unfold(
        Permission.GOALS_READ, ("goals", "steps"), (statements.GOALS, statements.STEPS)
    ),
    "sections": Unfold(
        Permission.PLANS_READ,
        ("sections", "statements"),
        (statements.SECTIONS, statements.STATEMENTS),
    ),
    "signatures": Unfold(Permission.SIGNATURES_READ, ("signatures",), (statements.SIGNATURES,)),
    "profile_entries": Unfold(Permission.PLANS_READ, ("profile_entries",), (statements.ENTRIES,)),
}

Parts = dict[str, list[Row]]


def look(access: Access, plan_id: UUID, unfold: Sequence[str]) -> tuple[Row, Parts]:
    """The plan's head and what is to be unfolded, once it is sure that the caller may read it.

    All of it travels together, the check included, and nothing is used before
    the check; so does the end of the transaction, unless a stated reason is
    still to be logged. Raises Problem: not_found, permission_denied, reason_required.
    """
    arms, heads, *parts = answers(access, ask(access.caller, plan_id, unfold))
    if not heads:
        raise Problem(Code.NOT_FOUND)
    found = heads[0]
    access.know(found["student_id"], reach.reached_by(arms))
    access.require(Permission.PLANS_READ, _as_plan(found))
    return found, _named(unfold, parts)


def ask(caller: Caller, plan_id: UUID, unfold: Sequence[str]) -> db.Ahead:
    """The questions of `look`, whose answers may travel with who the caller is."""
    queries = [
        reach.query(caller, Plan, plan_id),
        statements.HEAD(row=plan_id, **head_binds(caller)),
        *_queries(plan_id, unfold),
    ]
    return db.Ahead(queries, is_last=caller.reason is None)


def answers(access: Access, asked: db.Ahead) -> list[list[Row]]:
    """What came along with who asks; else asked now."""
    return access.answered() or db.fetch(*asked.queries, is_last=asked.is_last)


def unfolded(access: Access, plan_id: UUID, unfold: Sequence[str]) -> Parts:
    """What is to be unfolded, of a plan that `look` found the caller may read."""
    caller = access.caller
    return _named(
        unfold,
        db.fetch(
            *_queries(plan_id, unfold),
            districts=caller.districts,
            is_last=caller.reason is None,
        ),
    )


def _queries(plan_id: UUID, unfold: Sequence[str]) -> list[db.Query]:
    return [statement(row=plan_id) for name in unfold for statement in UNFOLDED[name].statements]


def _named(unfold: Sequence[str], found: list[list[Row]]) -> Parts:
    names = [key for name in unfold for key in UNFOLDED[name].keys]
    return dict(zip(names, found, strict=True))


def _as_plan(found: Row) -> Any:
    """What access needs of a row: its owner, its place and its id."""
    plan = SimpleNamespace(**{name: found[name] for name in ("id", "student_id", "district_id")})
    plan.__ownership__ = Plan.__ownership__
    plan.__tablename__ = Plan.__tablename__
    return plan


def head_binds(caller: Caller) -> Row:
    """The binds of the heads: everything as of today."""
    return {"today": caller.today, **signatures.binds(caller.today)}


def document(access: Access, found: Row, parts: Parts) -> Row:
    """The plan as a front end draws it, with what was unfolded.

    What an order denies the reader is left out, as if it had not been asked.
    """
    student_id = found["student_id"]
    shown = summary(found, access)
    for name, unfold in UNFOLDED.items():
        if name in parts and access.may(unfold.permission, student_id):
            shown[name] = parts[name]
    if "goals" in shown:
        shown["goals"] = _with_steps(parts["goals"], parts["steps"])
    if "sections" in shown:
        shown["sections"] = [_section(row, access, student_id) for row in parts["sections"]]
        shown["statements"] = _statements(parts["statements"], found, access, shown["sections"])
    if "signatures" in shown:
        shown["signatures"] = [_signature(row, access, student_id) for row in parts["signatures"]]
    return shown


def _with_steps(goals: Sequence[Row], steps: Sequence[Row]) -> Sequence[Row]:
    """Goals with their steps, which come in the goals' order: nothing is looked up by id."""
    waiting = deque(steps)
    for goal in goals:
        goal["steps"] = own = []
        while waiting and waiting[0]["goal_id"] == goal["id"]:
            step = waiting.popleft()
            del step["goal_id"]
            own.append(step)
    return goals


def _signature(row: Row, access: Access, student_id: UUID) -> Row:
    """A signature with its signer, as far as the reader may know them."""
    if access.is_named(row["person_id"], student_id, row["role"]):
        return row
    return {**row, "person_id": None, "signed_by_name": None}


STATED = ("id", "student_id", "plan_id", "plan_version_id", "part", "body", "author_role")
STATED_AT = ("stated_at", "withdrawn_at", "corrected_at", "correction_reason")


def _statements(rows: list[Row], found: Row, access: Access, sections: list[Row]) -> list[Row]:
    """The statements of disagreement that go with the version in force, as the reader may see."""
    if not rows:
        return []
    version = PlanVersion(
        id=found["version_id"], number=found["version_number"], snapshot=rows[0]["snapshot"]
    )
    numbers = {row["plan_version_id"]: row.pop("contested_number") for row in rows}
    made = [Statement(**{k: v for k, v in row.items() if k != "snapshot"}) for row in rows]
    hidden = {f"sections/{one['key']}" for one in sections if one["body"] is None}
    travelling = disagreements.travelling(made, version, numbers)
    return [
        {
            **{name: getattr(one, name) for name in STATED},
            "author_id": one.shown_author_id,  # type: ignore[attr-defined]
            **{name: getattr(one, name) for name in STATED_AT},
        }
        for one in plans.readable_statements(travelling, access)
        if one.part not in hidden
    ]


def _section(row: Row, access: Access, student_id: UUID) -> Row:
    """A section with its words and writer as far as the reader may know them."""
    is_theirs = plans.may_read_section(row.pop("visibility"), access, student_id)
    return {
        **row,
        "body": row["body"] if is_theirs else None,
        "written_by": access.shown_person(row["written_by"], student_id),
    }


def summaries(access: Access, ids: Sequence[UUID]) -> list[Row]:
    """The summaries of these plans, in that order, in one query."""
    (rows,) = db.fetch(statements.HEADS(ids=list(ids), **head_binds(access.caller)))
    look_up(access, rows)
    by_id = {row["id"]: row for row in rows}
    return [summary(by_id[one], access) for one in ids if one in by_id]


def look_up(access: Access, rows: Sequence[Row]) -> None:
    """Find out at once, for a parent, what each of these plans' students opens to them."""
    if Role.PARENT in access.caller.roles:
        access.look_up({row["student_id"] for row in rows})


def summary(found: Row, access: Access) -> Row:
    """A plan in brief: whose, where it stands, its versions, this cycle's review.

    What an order denies the reader, by kind of record, is left out.
    """
    status = {name: found[name] for name in ("status", "regime", "opened_on")}
    return {
        "id": found["id"],
        "version": found["version"],
        **(status if access.shows(RecordKind.PLAN_STATUS, found["student_id"]) else {}),
        "template_id": found["template_id"],
        "created_at": found["created_at"],
        "updated_at": found["updated_at"],
        "student": _student(found, access),
        **_stand(found, access),
    }


def _stand(found: Row, access: Access) -> Row:
    """The plan's versions and review; of home study the school learns only that it is."""
    student_id = found["student_id"]
    is_familys = found["regime"] == Regime.HOME_STUDY
    if is_familys and access.caller.person_id != student_id and not access.is_family(student_id):
        return {"in_force": None, "open_version": None, "review": None}
    return {
        "in_force": _in_force(found, access),
        "open_version": _open_version(found, access),
        "review": _review(found, access),
    }


def _student(found: Row, access: Access) -> Row:
    """The student by the name this reader's audience uses."""
    is_family = access.is_family(found["student_id"])
    name = names.shown(found, names.audience(is_family=is_family))
    shown = {
        "id": found["student_id"],
        "given_name": name.given,
        "family_name": name.family,
        "pronouns": name.pronouns,
    }
    if access.shows(RecordKind.ROSTER, found["student_id"]):
        shown |= {name: found[name] for name in ("grade", "plan_home_school_id")}
    return shown


def _in_force(found: Row, access: Access) -> Row | None:
    if found["version_id"] is None:
        return None
    student_id = found["student_id"]
    shown = {"id": found["version_id"], "number": found["version_number"]}
    if access.shows(RecordKind.PLAN_STATUS, student_id):
        shown["in_force_on"] = found["in_force_on"]
    # By the hash a parent signs: whom plans are denied has nothing to sign.
    if access.shows(RecordKind.PLANS, student_id):
        shown["snapshot_sha256"] = found["snapshot_sha256"]
    if access.shows(RecordKind.SIGNATURES, student_id):
        shown["signature_state"] = signatures.state("in_force", found)
        shown["requirements"] = signatures.requirements(found)
    return shown


def _open_version(found: Row, access: Access) -> Row | None:
    if found["open_id"] is None:
        return None
    shown = {"id": found["open_id"], "number": found["open_number"]}
    if access.shows(RecordKind.PLAN_STATUS, found["student_id"]):
        shown |= {"status": found["open_status"], "submitted_at": found["open_submitted_at"]}
    return shown


def _review(found: Row, access: Access) -> Row | None:
    if found["review_id"] is None or not access.shows(RecordKind.REVIEWS, found["student_id"]):
        return None
    return {
        "id": found["review_id"],
        "version": found["review_version"],
        "status": found["review_status"],
        "standing": standing(
            found["plan_version_id"], found["excepted_on"], found["due_on"], access.caller.today
        ),
        "due_on": found["due_on"],
        "held_on": found["held_on"],
    }


def plan_of(student: Student) -> UUID:
    """The id of a student's plan. Raises Problem(not_found) where none was opened."""
    (rows,) = db.fetch(statements.PLAN_OF_STUDENT(student=student.id))
    if not rows:
        raise Problem(Code.NOT_FOUND)
    found: UUID = rows[0]["id"]
    return found
