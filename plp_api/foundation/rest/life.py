"""`available_actions`, and `POST …/actions` on one row or on up to fifty."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import marshmallow as ma
import orjson
from flask import g
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from plp_api.foundation import db, texts
from plp_api.foundation.access.lifecycle import LifeCycle
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.aside import WorkFirst
from plp_api.foundation.problems import Code, Problem, document
from plp_api.foundation.rest import people, refusals, sparse
from plp_api.foundation.rest.documents import ProblemSchema
from plp_api.foundation.rest.errors import translated
from plp_api.foundation.rest.fields import Choice, ResourceSchema, Schema, actions_of, noun_of

if TYPE_CHECKING:
    from plp_api.foundation.rest.blueprint import Blueprint

MOST_AT_ONCE = 50
# In bytes. The longest section comes through; a whole version with long sections does not.
LARGEST_SHOWN = 100_000


def annotate(rows: Iterable[Any], schema: Any, access: Access) -> None:
    """Set the attributes that a schema shows in addition to the columns, for this caller.

    `schema.shape(rows, access)`, if the schema has it, sets attributes for all rows
    with few queries. `schema.life` is the life cycle for `available_actions`.
    """
    rows = list(rows)
    life: LifeCycle | None = getattr(schema, "life", None)
    shape = getattr(schema, "shape", None)
    if not rows or (life is None and shape is None):
        return
    access.look_up({row.student_id for row in rows if hasattr(row, "student_id")})
    if shape is not None:
        shape(rows, access)
    if life is not None and sparse.wants("available_actions"):
        if life.look_up is not None:
            life.look_up(rows, access)
        for row in rows:
            row.available_actions = life.available(row, access)


def current(row: Any, schema: Any, access: Access) -> dict[str, Any]:
    """The member `current` of a 412: the resource as it is now, as the caller may read it.

    Nothing where the operation does not answer with the resource itself, where the
    caller may not read it, or where it is too large to come along unasked. Nothing
    with a stated reason either: the refusal would roll back the log of what was read.
    """
    if not _is_resource(schema) or access.readable(type(row), row.id) is None:
        return {}
    annotate([row], schema, access)
    shown = (schema() if isinstance(schema, type) else schema).dump(row)
    people.fill(shown, schema, access, getattr(row, "student_id", None), is_last=False)
    size = len(orjson.dumps(shown, default=str))
    return {"current": shown} if size <= LARGEST_SHOWN else {}


def _is_resource(schema: Any) -> bool:
    kind = schema if isinstance(schema, type) else type(schema)
    return issubclass(kind, ResourceSchema)


def action_schema(
    name: str, life: LifeCycle, actions: type[StrEnum], extra: type[ma.Schema], *, listed: bool
) -> type[ma.Schema]:
    """The schema of an action's body: its name and its fields.

    A body that is refused for one member is told everything that its action misses too.
    """

    def handle_error(_schema: ma.Schema, error: ma.ValidationError, sent: Any, **_: Any) -> None:
        action = sent.get("action") if isinstance(sent, dict) else None
        if isinstance(action, str) and isinstance(error.messages, dict) and not listed:
            given = sent.keys() - {"action"} - error.messages.keys()
            for member, detail in life.wrong_fields(action, given, error.messages).items():
                error.messages[member] = [detail]

    members: dict[str, Any] = {
        "handle_error": handle_error,
        "action": Choice(actions, required=True),
    }
    if listed:
        item = type(
            f"{name}ActionItemSchema",
            (extra,),
            {
                "id": fields.UUID(required=True),
                "version": fields.Integer(
                    required=True,
                    validate=validate.Range(1, 2**31 - 1),
                    metadata={"description": "The version you received."},
                ),
            },
        )
        members["items"] = fields.List(
            fields.Nested(item),
            required=True,
            validate=validate.Length(min=1, max=MOST_AT_ONCE),
        )
    return type(f"{texts.plural(name) if listed else name}ActionSchema", (extra,), members)


class ProblemField(fields.Nested):
    """A problem document, dumped whole: it may have members that its schema does not name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ProblemSchema, **kwargs)

    def _serialize(  # type: ignore[override] # Nested names its first parameter otherwise
        self, value: Any, attr: str | None, obj: Any, **kwargs: Any
    ) -> Any:
        return value


class ActionAnswerSchema(Schema):
    """The result for one item: the changed resource, or the problem that prevented the change."""

    sometimes = frozenset({"resource", "problem"})

    id = fields.UUID(required=True)
    status = fields.Integer(required=True, metadata={"description": "As an HTTP status."})
    problem = ProblemField()


def register_actions(
    blueprint: "Blueprint",
    rule: str,
    model: type[Any],
    schema: type[ma.Schema],
    extra: type[ma.Schema],
    permission: Permission | None,
) -> None:
    """Register both operations of a life cycle, with their documentation."""
    life: LifeCycle = schema.life  # type: ignore[attr-defined]
    noun, actions = noun_of(schema), actions_of(schema)
    word = _words(noun)
    read = permission or Permission(model.__ownership__.read)
    summary = ", ".join(f"`{action}`" for action in life.actions)

    @blueprint.arguments(action_schema(noun, life, actions, extra, listed=False))
    @blueprint.response(200, schema)
    def act(access: Access, row: Any, fields: dict[str, Any]) -> Any:
        result = life.perform(row, access, **fields)
        return row if result is None else result

    act.__name__ = f"act_on_{word.replace(' ', '_')}"
    act.__doc__ = f"""Take an action on {texts.with_article(texts.spelled(word))}.

        One of {summary}. The {texts.spelled(word)}'s `available_actions` lists those that you may
        take now. Any other gets 409 `action_unavailable` with the reason, or 403 if
        you have no permission for it; `allowed_roles` says who has it. An action that
        was taken already gets 409 `action_repeated`, and is not taken twice.
        """
    act.life = life  # type: ignore[attr-defined]
    checked = blueprint.requires(read, model, changes=True)(act)
    refusing = blueprint.refuses(*life.refuses)(checked)
    blueprint.route(f"{rule}/<uuid:{word.replace(' ', '_')}_id>/actions", methods=["POST"])(
        refusing
    )

    answer = type(
        f"{noun}ActionAnswerSchema",
        (ActionAnswerSchema,),
        {"resource": fields.Nested(schema)},
    )
    answers = type(
        f"{noun}ActionAnswersSchema", (Schema,), {"items": fields.List(fields.Nested(answer))}
    )

    @blueprint.arguments(action_schema(noun, life, actions, extra, listed=True))
    @blueprint.response(200, answers)
    def act_on_many(access: Access, fields: dict[str, Any]) -> Any:
        return {"items": _each(access, model, schema, read, fields)}

    act_on_many.__name__ = f"act_on_{texts.plural(word).replace(' ', '_')}"
    many = texts.spelled(texts.plural(word))
    act_on_many.__doc__ = f"""Take one action on up to {MOST_AT_ONCE} {many}.

        The members beside `items` apply to every item; an item's own members override
        them. Each item succeeds or fails separately, and the response has a result for
        each. `version` replaces If-Match and Idempotency-Key: in a repeated request,
        items already done get `version_stale` and are not done twice.
        """
    act_on_many.life, act_on_many.each = life, model  # type: ignore[attr-defined]
    blueprint.route(f"{rule}/actions", methods=["POST"])(
        blueprint.requires(read, keyed=False)(act_on_many)
    )


def _words(noun: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in noun).strip()


def _each(
    access: Access, model: type[Any], schema: Any, read: Permission, fields: dict[str, Any]
) -> list[dict[str, Any]]:
    shared = {key: value for key, value in fields.items() if key != "items"}

    def act(item: dict[str, Any]) -> Any:
        return _act(access, model, schema, read, {**shared, **item})

    items = fields["items"]
    return each(items, act, schema, access, order=_order_of_locks(access, model, items))


def _order_of_locks(
    access: Access, model: type[Any], items: Sequence[dict[str, Any]]
) -> Callable[[UUID], Any]:
    """The place of a row among others: by the row that is locked before it, then by its own id."""
    if model.locked_before is db.Resource.locked_before:
        return _by_itself
    named = select(model).where(
        model.district_id == access.caller.district_id, model.id.in_(item["id"] for item in items)
    )
    firsts = {
        row.id: first.id
        for row in db.session().scalars(named)
        if (first := row.locked_before()) is not None
    }
    return lambda key: (firsts.get(key, key), key)


def _by_itself(key: UUID) -> Any:
    return key


def each(
    items: Sequence[dict[str, Any]],
    act: Callable[[dict[str, Any]], Any],
    schema: Any,
    access: Access,
    key: str = "id",
    order: Callable[[UUID], Any] = _by_itself,
) -> list[dict[str, Any]]:
    """Act on each item, and return the answers in their order; `key` names what an item is about.

    `act` returns the row to show by the schema. What it raises is the item's answer.
    `order` gives an item's place by its id, so that two requests cannot deadlock: each
    locks in this order.
    """
    places = sorted(range(len(items)), key=lambda place: order(items[place][key]))
    results: dict[int, dict[str, Any]] = {}
    wanted: list[WorkFirst] = []
    for place in places:
        try:
            answer = _attempt(partial(act, items[place]), schema, access)
        except WorkFirst as first:
            wanted.append(first)
        else:
            results[place] = {"id": items[place][key], **answer}
    if wanted:
        raise WorkFirst.of(wanted)
    return [results[place] for place in sorted(results)]


def _attempt(act: Callable[[], Any], schema: Any, access: Access) -> dict[str, Any]:
    """Act in a savepoint of its own; a Problem or database error becomes the answer."""
    try:
        with db.session().begin_nested():
            shown = act()
            db.session().flush()
    except (Problem, SQLAlchemyError) as error:
        problem = translated(error)
        if problem.status >= 500:
            raise
        refusals.complete(problem, access)
        return {"status": problem.status, "problem": document(problem)}
    annotate([shown], schema, g.access)
    return {"status": 200, "resource": shown}


def _act(
    access: Access, model: type[Any], schema: Any, read: Permission, fields: dict[str, Any]
) -> Any:
    """Perform the action of one item on its row, if the item has the row's version."""
    key, version = fields.pop("id"), fields.pop("version")
    row = access.load(model, key, read)
    db.lock(row)
    if row.version != version:
        raise Problem(Code.VERSION_STALE, extra=current(row, schema, access))
    result = schema.life.perform(row, access, **fields)
    return row if result is None else result
