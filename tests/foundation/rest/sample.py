"""A small separate area, so that each convention is tested without interference."""

from collections.abc import Callable
from datetime import date
from threading import Event
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import update

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.paging import Listing, one_of, search, since
from plp_api.planning.goals.models import CheckIn, Domain, Goal, GoalStep
from plp_api.planning.plans.models import Plan

blueprint = Blueprint("Samples", __name__, "One of everything.")

# Synchronizes a test with a view that runs in another thread.
entered, released = Event(), Event()


class SampleSchema(ResourceSchema):
    plan_id = fields.UUID(dump_only=True)
    title = Text(required=True, longest=200)
    domain = Choice(Domain, load_default=Domain.CAREER)
    due_on = Date(allow_none=True)
    proposed_at = Instant(allow_none=True)


class SamplePatchSchema(Schema):
    title = Text(longest=200)
    due_on = Date(allow_none=True)
    proposed_at = Instant(allow_none=True)


class EverythingSchema(Schema):
    number = fields.Integer(validate=validate.Range(0, 100))
    ratio = fields.Float()
    is_so = fields.Boolean()
    key = fields.UUID()
    words = fields.List(Text())
    inner = fields.Nested(SamplePatchSchema)
    anything = fields.Dict()


LISTING = Listing(
    filters={
        "domain": one_of(Goal.domain, Domain, "Only these domains."),
        "updated_since": since(Goal.updated_at),
        "q": search(Goal.title),
    },
    sorts={"created_at": Goal.created_at, "title": Goal.title, "updated_at": Goal.updated_at},
)


@blueprint.route("/samples")
@blueprint.requires(Permission.GOALS_READ)
@blueprint.lists(SampleSchema, LISTING)
def list_samples(access: Access) -> Any:
    """List samples."""
    return access.select(Goal)


@blueprint.route("/other-samples")
@blueprint.requires(Permission.GOALS_READ)
@blueprint.lists(SampleSchema, LISTING)
def list_other_samples(access: Access) -> Any:
    """List samples at another address."""
    return access.select(Goal)


@blueprint.route("/samples/<uuid:goal_id>")
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.response(200, SampleSchema)
def get_sample(access: Access, goal: Goal) -> Goal:
    """Get a sample."""
    return goal


@blueprint.route("/samples/<uuid:goal_id>", methods=["PATCH"])
@blueprint.requires(Permission.GOALS_WRITE, Goal)
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200, SampleSchema)
def change_sample(access: Access, goal: Goal, fields: dict[str, Any]) -> Goal:
    """Change a sample."""
    for name, value in fields.items():
        setattr(goal, name, value)
    return goal


@blueprint.route("/samples/<uuid:goal_id>/renamings", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Goal, changes=True)
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200, SampleSchema)
def rename_sample(access: Access, goal: Goal, fields: dict[str, Any]) -> Goal:
    """Change a sample by POST, as actions do."""
    goal.title = fields["title"]
    return goal


@blueprint.route("/plans/<uuid:plan_id>/samples", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Plan)
@blueprint.arguments(SampleSchema)
@blueprint.response(201, SampleSchema)
def add_sample(access: Access, plan: Plan, fields: dict[str, Any]) -> Goal:
    """Add a sample; one called `refused` is refused after it was written."""
    goal = Goal(district_id=plan.district_id, student_id=plan.student_id, plan_id=plan.id, **fields)
    db.session().add(goal)
    db.session().flush()
    if goal.title == "refused":
        raise Problem(Code.PLAN_CLOSED)
    if goal.title == "slow":
        entered.set()
        assert released.wait(10)
    return goal


@blueprint.route("/plans/<uuid:plan_id>/everything", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Plan)
@blueprint.arguments(EverythingSchema)
@blueprint.response(200)
def take_everything(access: Access, plan: Plan, fields: dict[str, Any]) -> dict[str, Any]:
    """Say what arrived."""
    return {"arrived": sorted(fields)}


@blueprint.route("/samples/words/<string:word>")
@blueprint.requires(Permission.SELF_MANAGE)
@blueprint.response(200)
def get_word(access: Access, word: str) -> dict[str, str]:
    """Say the word."""
    return {"word": word}


@blueprint.route("/samples/open", methods=["POST"])
@blueprint.public()
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200)
def knock(fields: dict[str, Any]) -> dict[str, Any]:
    """Anybody may."""
    return {"arrived": sorted(fields)}


@blueprint.route("/samples/<uuid:goal_id>/tellings", methods=["POST"])
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200, SampleSchema)
def tell_sample(access: Access, goal: Goal, fields: dict[str, Any]) -> Goal:
    """Show a sample by POST, to whoever may read it."""
    return goal


@blueprint.route("/samples/<uuid:goal_id>/breaks", methods=["POST"])
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200)
def break_down(access: Access, goal: Goal, fields: dict[str, Any]) -> None:
    """Fail, quoting what it was given."""
    raise RuntimeError(f"cannot do this with {fields['title']}")


class BrokenSchema(Schema):
    kind = fields.String(validate=validate.OneOf(["unique", "check", "foreign", "long"]))
    words = Text()


@blueprint.route("/samples/<uuid:goal_id>/constraints", methods=["POST"])
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.arguments(BrokenSchema)
@blueprint.response(200)
def break_constraint(access: Access, goal: Goal, fields: dict[str, Any]) -> None:
    """Run into a constraint of the database, with a person's words at hand."""
    own = {"district_id": goal.district_id, "student_id": goal.student_id}
    same = {**own, "template_id": new_id(), "opened_on": date(2026, 9, 1)}
    check_in = {**own, "goal_id": goal.id, "checked_on": date(2026, 9, 1)}
    rows: dict[str, Callable[[], Any]] = {
        "unique": lambda: Plan(**same),
        "check": lambda: CheckIn(
            **check_in, percent=101, body=fields["words"], author_id=goal.student_id
        ),
        "foreign": lambda: CheckIn(**check_in, percent=1, body=fields["words"], author_id=new_id()),
        "long": lambda: GoalStep(**own, goal_id=goal.id, position=2**70, title=fields["words"]),
    }
    db.session().add(rows[fields["kind"]]())


@blueprint.route("/samples/<uuid:goal_id>/races", methods=["POST"])
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.arguments(SamplePatchSchema)
@blueprint.response(200, SampleSchema)
def race(access: Access, goal: Goal, fields: dict[str, Any]) -> Goal:
    """Change a row that was changed behind our back since it was read."""
    rival = update(Goal).where(Goal.id == goal.id).values(version=goal.version + 1)
    db.session().execute(rival.execution_options(synchronize_session=False))
    goal.title = fields["title"]
    return goal
