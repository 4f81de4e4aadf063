"""The list of plans: its filters, order and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from plp_api.foundation import clock, db
from plp_api.foundation.access import searching
from plp_api.foundation.access.caller import TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.blueprint import page_schema
from plp_api.foundation.rest.first_page import FirstPage, is_first
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.home.overview import presenters, statements
from plp_api.home.overview.schemas import PlanSummarySchema
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.planning.plans.models import Plan, PlanStatus, PlanVersion, VersionStatus
from plp_api.planning.reviews.models import Review
from plp_api.planning.reviews.standing import Standing, stands
from plp_api.planning.signatures import standing as signatures
from plp_api.planning.signatures.models import RequirementStatus


def _signed(chosen: Sequence[str]) -> Any:
    """Whether a requirement of the version in force has one of these statuses today."""
    rule = District.settings["deciding_parents"].as_string()
    wanted = [RequirementStatus(status) for status in chosen]
    is_there = exists().where(
        PlanVersion.plan_id == Plan.id,
        PlanVersion.status == VersionStatus.IN_FORCE,
        District.id == Plan.district_id,
        signatures.stands(wanted, rule, clock.today()),
    )
    return is_there.correlate(Plan, Student)


def _stands(chosen: Sequence[str]) -> Any:
    """Whether the review of the newest cycle that has begun stands in one of these ways today."""
    newer = aliased(Review)
    is_past = exists().where(
        newer.student_id == Review.student_id,
        newer.cycle_starts_on > Review.cycle_starts_on,
        newer.cycle_starts_on <= TODAY,
    )
    return exists().where(
        Review.student_id == Plan.student_id,
        Review.cycle_starts_on <= TODAY,
        stands(Review, chosen),
        ~is_past,
    )


def _has_elo(chosen: Sequence[str]) -> Any:
    """Whether the student has an ELO in one of these states."""
    is_in_one = or_(*(Elo.status == status for status in chosen))
    return exists().where(Elo.student_id == Plan.student_id, is_in_one)


_named = partial(searching.students, listed_by=Permission.PLAN_STATUS_READ)
BY_WHAT = "the student's names, user name, local id or state's number"
PLANS = paging.Listing(
    filters={
        "status": paging.one_of(Plan.status, PlanStatus, "Only plans in these states."),
        "standing": paging.in_states(
            Standing,
            "Only plans whose `review` stands so today: `standing=overdue&standing=due`.",
            _stands,
            needs=Permission.REVIEWS_READ,
        ),
        "signature_status": paging.in_states(
            RequirementStatus,
            "Only plans where a requirement to sign the version in force has this status: `split`"
            " waits for an admin.",
            _signed,
            needs=Permission.SIGNATURES_READ,
        ),
        "elo_status": paging.in_states(
            EloStatus,
            "Only plans of students with an ELO in one of these states: `elo_status=submitted`.",
            _has_elo,
            needs=Permission.ELOS_READ,
        ),
        "updated_since": paging.since(Plan.updated_at),
        "q": paging.names(Plan.student_id, _named, f"{BY_WHAT}, as far as you may read them"),
    },
    sorts={
        "updated_at": Plan.updated_at,
        "family_name": (Person.family_name, Person.given_name),
    },
    key=Plan.id,
).across_students()
FIRST = FirstPage(Plan, Permission.PLAN_STATUS_READ, PLANS, statements.heads)
QUERY = PLANS.query_schema("PlanListQuery")
PAGE = page_schema("PlanSummary", PlanSummarySchema)


@dataclass(frozen=True)
class SummaryPage:
    """One page of summaries as a JSON document with its headers."""

    document: dict[str, Any]
    headers: dict[str, str]


def page(access: Access, query: dict[str, Any]) -> SummaryPage:
    """One page of the plans whose status the caller may see.

    The first page without filters, which every front end asks for, is one
    statement; any other page selects ids first.
    """
    if is_first(query):
        return _first_page(access, query)
    ids = paging.page(_ids(access), PLANS, query, access, load=access.rows)
    document: dict[str, Any] = {
        "items": presenters.summaries(access, [row.id for row in ids.items]),
        "next_cursor": ids.next_cursor,
    }
    if ids.total_count is not None:
        document["total_count"] = ids.total_count
    return SummaryPage(document, ids.headers)


def ask(caller: Caller, *, is_plain: bool) -> db.Ahead:
    """The queries of `page` to run ahead; none unless the request has no parameters."""
    if not is_plain or not caller.may(Permission.PLAN_STATUS_READ):
        return db.Ahead()
    return _ask_first(caller, FIRST.usual_sort, paging.DEFAULT_LIMIT)


def _ask_first(caller: Caller, sort: str, limit: int) -> db.Ahead:
    # A parent's page needs another query: what orders deny them.
    is_last = Role.PARENT not in caller.roles
    query = FIRST.query(caller, sort, limit, **presenters.head_binds(caller))
    return db.Ahead([query], is_last=is_last)


def _first_page(access: Access, query: dict[str, Any]) -> SummaryPage:
    (rows,) = presenters.answers(access, _ask_first(access.caller, query["sort"], query["limit"]))
    page = paging.cut(rows, PLANS, query)
    presenters.look_up(access, page.items)
    items = [presenters.summary(row, access) for row in page.items]
    return SummaryPage({"items": items, "next_cursor": page.next_cursor}, page.headers)


def _ids(access: Access) -> Select[Any]:
    """A select of plan ids with the columns to sort by."""
    wanted: Any = select(Plan.id, Plan.updated_at, Person.family_name, Person.given_name)
    statement: Select[Any] = (
        wanted.join(Student, Student.id == Plan.student_id)
        .join(Person, Person.id == Plan.student_id)
        .where(visible(Plan, access.caller, Permission.PLAN_STATUS_READ))
    )
    return statement
