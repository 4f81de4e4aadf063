"""Turn rows into the documents of plans and plan summaries."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from plp_api.catalog.item_links import presenters as item_links
from plp_api.catalog.templates.models import Visibility
from plp_api.foundation import db
from plp_api.foundation.access import reach
from plp_api.foundation.access.briefs import brief
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
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
    """A part that `expand` may add: its permission, and its statements with their result keys."""

    permission: Permission
    keys: tuple[str, ...]
    statements: tuple[db.Prepared, ...]


UNFOLDED = {
    "goals": Unfold(
        Permission.GOALS_READ,
        ("goals", "steps", "goal_items"),
        (statements.GOALS, statements.STEPS, statements.ITEMS_OF_GOALS),
    ),
    "sections": Unfold(
        Permission.PLANS_READ,
        ("sections", "statements"),
        (statements.SECTIONS, statements.STATEMENTS),
    ),
    "signatures": Unfold(Permission.SIGNATURES_READ, ("signatures",), (statements.SIGNATURES,)),
    "profile_entries": Unfold(Permission.PLANS_READ, ("profile_entries",), (statements.ENTRIES,)),
    "pathway_elements": Unfold(
        Permission.PATHWAYS_READ,
        ("pathway_elements", "element_items"),
        (statements.ELEMENTS, statements.ITEMS_OF_ELEMENTS),
    ),
    "elos": Unfold(
        Permission.ELOS_READ,
        ("elos", "elo_items", "elo_goals", "elo_minutes"),
        (
            statements.ELOS,
            statements.ITEMS_OF_ELOS,
            statements.GOALS_OF_ELOS,
            statements.MINUTES_OF_ELOS,
        ),
    ),
    # Whoever reads the plan reads the questions that it answers.
    "template": Unfold(Permission.PLANS_READ, ("template",), (statements.TEMPLATE,)),
}

Parts = dict[str, list[Row]]


def look(access: Access, plan_id: UUID, unfold: Sequence[str]) -> tuple[Row, Parts]:
    """The plan's row and its expanded parts, after checking that the caller may read them.

    The check and all statements are sent in one round trip, and no result is
    used before the check. The commit is sent with them, unless a stated reason
    must still be logged. Raises Problem: not_found, permission_denied, reason_required.
    """
    arms, heads, *parts = answers(access, ask(access.caller, plan_id, unfold))
    if not heads:
        raise Problem(Code.NOT_FOUND)
    head = heads[0]
    access.know(head["student_id"], reach.reached_by(arms))
    access.require(Permission.PLANS_READ, _as_plan(head))
    return head, _named(unfold, parts)


def ask(caller: Caller, plan_id: UUID, unfold: Sequence[str]) -> db.Ahead:
    """The queries of `look`, which may be sent together with the query of the caller."""
    queries = [
        reach.query(caller, Plan, plan_id),
        statements.HEAD(row=plan_id, **head_binds(caller)),
        *_queries(caller, plan_id, unfold),
    ]
    return db.Ahead(queries, is_last=caller.reason is None)


def answers(access: Access, ahead: db.Ahead) -> list[list[Row]]:
    """The results fetched together with the caller, or fetched now if there are none."""
    return access.answered() or db.fetch(*ahead.queries, is_last=ahead.is_last)


def unfolded(access: Access, plan_id: UUID, unfold: Sequence[str]) -> Parts:
    """The expanded parts of a plan, after `look` has checked that the caller may read it."""
    caller = access.caller
    return _named(
        unfold,
        db.fetch(
            *_queries(caller, plan_id, unfold),
            districts=caller.districts,
            is_last=caller.reason is None,
        ),
    )


def _queries(caller: Caller, plan_id: UUID, unfold: Sequence[str]) -> list[db.Query]:
    return [
        statement(row=plan_id, **caller.naming)
        for name in unfold
        for statement in UNFOLDED[name].statements
    ]


def _named(unfold: Sequence[str], results: list[list[Row]]) -> Parts:
    names = [key for name in unfold for key in UNFOLDED[name].keys]
    return dict(zip(names, results, strict=True))


def _as_plan(head: Row) -> Any:
    """An object with the columns of a plan that `access` needs for its check."""
    plan = SimpleNamespace(**{name: head[name] for name in ("id", "student_id", "district_id")})
    plan.__ownership__ = Plan.__ownership__
    plan.__tablename__ = Plan.__tablename__
    return plan


def head_binds(caller: Caller) -> Row:
    """The bind values of `statements.heads`, for today."""
    return {"today": caller.today, **caller.naming, **signatures.binds(caller.today)}


def document(access: Access, head: Row, parts: Parts) -> Row:
    """The document of a plan with its expanded parts.

    Parts that an order denies the caller are left out, as if not requested.
    """
    student_id = head["student_id"]
    shown = summary(head, access)
    for name, unfold in UNFOLDED.items():
        if name in parts and access.may(unfold.permission, student_id):
            shown[name] = parts[name]
    if "goals" in shown:
        shown["goals"] = _with_steps(parts["goals"], parts["steps"])
        item_links.give(shown["goals"], parts["goal_items"])
    if "sections" in shown:
        shown["sections"] = [_section(row, access, student_id) for row in parts["sections"]]
        shown["statements"] = _statements(parts["statements"], head, access, shown["sections"])
    if "signatures" in shown:
        shown["signatures"] = [_signature(row, access, student_id) for row in parts["signatures"]]
    if "pathway_elements" in shown:
        shown["pathway_elements"] = [_element(row) for row in parts["pathway_elements"]]
        item_links.give(shown["pathway_elements"], parts["element_items"])
    if "elos" in shown:
        _fill_elos(shown["elos"], parts, access.may(Permission.LOG_ENTRIES_READ, student_id))
    if "template" in shown:
        (template,) = parts["template"]
        sections = [{**WITHOUT, **section} for section in template["sections"]]
        shown["template"] = {**template, "sections": sections}
    return shown


WITHOUT = {"sensitivity": None, "visibility": Visibility.EVERYONE_WITH_THE_PLAN}
"""What sections of old editions lack."""
CREDITS = (
    *("high_school_credits", "college_credits"),
    *("high_school_credits_earned", "college_credits_earned"),
)


def _element(row: Row) -> Row:
    """An element, with its credits as JSON's numbers."""
    given = {name: float(row[name]) for name in CREDITS if row[name] is not None}
    return {**row, **given}


def _fill_elos(elos: Sequence[Row], parts: Parts, shows_minutes: bool) -> None:
    """Add items and goals to the ELOs, and the minutes to a reader of log entries."""
    item_links.give(elos, parts["elo_items"])
    goals: dict[UUID, list[UUID]] = {}
    for row in parts["elo_goals"]:
        goals.setdefault(row["elo_id"], []).append(row["goal_id"])
    minutes = {row["elo_id"]: row for row in parts["elo_minutes"]}
    for elo in elos:
        elo["goal_ids"] = goals.get(elo["id"], [])
        if shows_minutes:
            logged = minutes.get(elo["id"], NOTHING_LOGGED)
            elo["minutes"] = {name: int(logged[name]) for name in NOTHING_LOGGED}


NOTHING_LOGGED = {"verified": 0, "pending": 0}


def _with_steps(goals: Sequence[Row], steps: Sequence[Row]) -> Sequence[Row]:
    """Add the steps to their goals; both are in the same order, so no lookup by id is needed."""
    waiting = deque(steps)
    for goal in goals:
        goal["steps"] = own = []
        while waiting and waiting[0]["goal_id"] == goal["id"]:
            step = waiting.popleft()
            del step["goal_id"]
            own.append(step)
    return goals


def _signature(row: Row, access: Access, student_id: UUID) -> Row:
    """A signature, without its signer's name if the caller may not know it."""
    if access.is_named(row["person_id"], student_id, row["role"]):
        return row
    return {**row, "person_id": None, "person_name": None, "signed_by_name": None}


STATED = ("id", "student_id", "plan_id", "plan_version_id", "part", "body", "author_role")
STATED_AT = ("stated_at", "withdrawn_at", "corrected_at", "correction_reason")


def _statements(rows: list[Row], head: Row, access: Access, sections: list[Row]) -> list[Row]:
    """The statements of disagreement on the version in force that the caller may read."""
    if not rows:
        return []
    version = PlanVersion(
        id=head["version_id"], number=head["version_number"], snapshot=rows[0]["snapshot"]
    )
    numbers = {row["plan_version_id"]: row.pop("contested_number") for row in rows}
    student = _brief(head, access)
    authors = {row["author_id"]: row.pop("author_name") for row in rows}
    made = [Statement(**{k: v for k, v in row.items() if k != "snapshot"}) for row in rows]
    hidden = {f"sections/{section['key']}" for section in sections if section["body"] is None}
    travelling = disagreements.travelling(made, version, numbers)
    return [
        {
            **{name: getattr(statement, name) for name in STATED},
            "student": student,
            "author_id": (author_id := statement.shown_author_id),  # type: ignore[attr-defined]
            "author_name": authors.get(author_id),
            **{name: getattr(statement, name) for name in STATED_AT},
        }
        for statement in plans.readable_statements(travelling, access)
        if statement.part not in hidden
    ]


def _section(row: Row, access: Access, student_id: UUID) -> Row:
    """A section, without text and writer where the caller may not know them."""
    is_theirs = plans.may_read_section(row.pop("visibility"), access, student_id)
    writer = access.shown_person(row["written_by"], student_id)
    return {
        **row,
        "body": row["body"] if is_theirs else None,
        "written_by": writer,
        "written_by_name": row["written_by_name"] if writer else None,
    }


def summaries(access: Access, ids: Sequence[UUID]) -> list[Row]:
    """The summaries of these plans, in the order of the ids, in one query."""
    (rows,) = db.fetch(statements.HEADS(ids=list(ids), **head_binds(access.caller)))
    look_up(access, rows)
    by_id = {row["id"]: row for row in rows}
    return [summary(by_id[plan_id], access) for plan_id in ids if plan_id in by_id]


def look_up(access: Access, rows: Sequence[Row]) -> None:
    """Load in one query what a parent may read of the students of these plans."""
    access.look_up_denied({row["student_id"] for row in rows})


def summary(head: Row, access: Access) -> Row:
    """The summary of a plan: its student, status, versions and this cycle's review.

    Kinds of records that an order denies the caller are left out.
    """
    status = {name: head[name] for name in ("status", "regime", "opened_on")}
    return {
        "id": head["id"],
        "version": head["version"],
        **(status if access.shows(RecordKind.PLAN_STATUS, head["student_id"]) else {}),
        "template_id": head["template_id"],
        "created_at": head["created_at"],
        "updated_at": head["updated_at"],
        "student": _student(head, access),
        **_stand(head, access),
    }


def _stand(head: Row, access: Access) -> Row:
    """The plan's versions and review. They are None for the school if the plan is in home study."""
    student_id = head["student_id"]
    is_familys = head["regime"] == Regime.HOME_STUDY
    if is_familys and access.caller.person_id != student_id and not access.is_family(student_id):
        return {"in_force": None, "open_version": None, "review": None}
    return {
        "in_force": _in_force(head, access),
        "open_version": _open_version(head, access),
        "review": _review(head, access),
    }


def _student(head: Row, access: Access) -> Row:
    """The student, with the name and pronouns that the caller's audience uses."""
    return {**_brief(head, access), "pronouns": head["pronouns"]}


def _brief(head: Row, access: Access) -> Row:
    return brief(head["student_id"], head["display_name"], head, access)


def _in_force(head: Row, access: Access) -> Row | None:
    if head["version_id"] is None:
        return None
    student_id = head["student_id"]
    shown = {"id": head["version_id"], "number": head["version_number"]}
    if access.shows(RecordKind.PLAN_STATUS, student_id):
        shown["in_force_on"] = head["in_force_on"]
    # A parent signs by sending the hash: leave it out if an order denies the caller plans.
    if access.shows(RecordKind.PLANS, student_id):
        shown["snapshot_sha256"] = head["snapshot_sha256"]
    if access.shows(RecordKind.SIGNATURES, student_id):
        shown["signature_state"] = signatures.state("in_force", head)
        shown["requirements"] = signatures.requirements(head)
    return shown


def _open_version(head: Row, access: Access) -> Row | None:
    if head["open_id"] is None:
        return None
    shown = {"id": head["open_id"], "number": head["open_number"]}
    if access.shows(RecordKind.PLAN_STATUS, head["student_id"]):
        shown |= {"status": head["open_status"], "submitted_at": head["open_submitted_at"]}
    return shown


def _review(head: Row, access: Access) -> Row | None:
    if head["review_id"] is None or not access.shows(RecordKind.REVIEWS, head["student_id"]):
        return None
    return {
        "id": head["review_id"],
        "version": head["review_version"],
        "status": head["review_status"],
        "standing": standing(
            head["plan_version_id"], head["excepted_on"], head["due_on"], access.caller.today
        ),
        "due_on": head["due_on"],
        "held_on": head["held_on"],
    }


def plan_of(student: Student) -> UUID:
    """The id of a student's plan. Raises Problem(not_found) if none was opened."""
    (rows,) = db.fetch(statements.PLAN_OF_STUDENT(student=student.id))
    if not rows:
        raise Problem(Code.NOT_FOUND)
    plan_id: UUID = rows[0]["id"]
    return plan_id
