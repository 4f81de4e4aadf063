"""The Blueprint that every area uses, and the order of checks.

    @goals.route("/plans/<uuid:plan_id>/goals", methods=["POST"])
    @goals.requires(Permission.GOALS_WRITE, Plan)
    @goals.arguments(GoalSchema)
    @goals.response(201, GoalSchema)
    def add_goal(access, plan, fields):

A request is checked in this order, everywhere: 401, 429, 404/403, 413/415/406,
replay, 428/412, 400/422, 409. The row is checked before the body is read.
"""

from collections.abc import Callable
from functools import cache, partial, wraps
from inspect import signature
from typing import Any, TypeVar, cast
from uuid import UUID

import flask_smorest
import marshmallow as ma
from flask import Request, Response, g, request
from webargs.flaskparser import FlaskParser

from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import reach
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.rest import (
    bodies,
    concurrency,
    documents,
    exact,
    idempotency,
    limits,
    paging,
    people,
    refusals,
    sparse,
    tokens,
)
from plp_api.foundation.rest.life import annotate, current, register_actions
from plp_api.foundation.roster.models import Student

View = Callable[..., Any]
SameView = TypeVar("SameView", bound=View)
PermissionOfRow = Callable[[Any], Permission]
"""Takes the row that the URL names."""
AskAhead = Callable[..., db.Ahead]
"""Takes the caller and the parts of the URL by name; returns the queries of a hot read."""
JSON = "application/json"
DOCUMENTS = (JSON, "text/csv")
CHANGING = frozenset({"PATCH", "PUT", "DELETE"})
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
PREFIX = tokens.API_PATH


class Parser(FlaskParser):
    """Parses arguments; a member or parameter that the schema does not name is an error.

    A query parameter given twice is an error too, unless its field is a list: then it
    means each of its values.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": ma.RAISE, "form": ma.RAISE, "files": ma.RAISE}

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query string, without `fields` if the answer is a resource."""
        given = sparse.other_parameters()
        repeated = [name for name in given if len(given.getlist(name)) > 1]
        if twice := [name for name in repeated if name not in _repeatable(type(schema))]:
            errors = [FieldError("", "Give it once.", parameter=name) for name in twice]
            raise Problem(Code.VALIDATION_FAILED, errors=errors)
        return self._makeproxy(given, schema)

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        limit = req.max_content_length
        # A chunked body has no Content-Length, and reading it stops at the limit.
        if req.content_length is None and limit is not None and len(raw) >= limit:
            raise Problem(Code.BODY_TOO_LARGE, f"The limit is {limit} bytes.")
        return bodies.parse(raw) if raw else ma.missing


@cache
def _repeatable(schema: type[ma.Schema]) -> frozenset[str]:
    """The parameters of a query that may be given more than once."""
    return frozenset(
        field.data_key or name
        for name, field in schema().fields.items()
        if isinstance(field, ma.fields.List)
    )


class Blueprint(flask_smorest.Blueprint):
    """Routes of one area, under `/api/v1`."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)

    def route(self, rule: str, **options: Any) -> Callable[[SameView], SameView]:
        """Register a route as Flask does, with the view's name as operationId."""

        def decorator(view: SameView) -> SameView:
            documented = self.doc(operationId=view.__name__)(view)
            return cast("SameView", super(Blueprint, self).route(rule, **options)(documented))

        return decorator

    def requires(
        self,
        permission: Permission,
        model: type[Any] | None = None,
        *,
        media: str | None = JSON,
        changes: bool = False,
        ahead: AskAhead | None = None,
        keyed: bool = True,
        offers: tuple[str, ...] = DOCUMENTS,
        writes: bool = False,
        district_wide: bool = False,
        also: Permission | PermissionOfRow | None = None,
        conditional: bool = True,
    ) -> Callable[[View], View]:
        """Require `permission`: on the row of `model` that the URL names, or on anything at all.

        The view gets the caller's Access and, with a model, the row.

        - `changes` requires If-Match although the method is POST. A row without a
          version is never edited, only ended, and needs no If-Match.
        - `media` is the media type of the body, None for no body; `offers` are the
          media types of the response.
        - `keyed=False`: no Idempotency-Key, because nothing of the body may be kept
          (a password; an upload, which has its hash).
        - `ahead(caller, **url)` is for hot reads. It returns queries to send together
          with the caller's own; `Access.answered` returns their results. The view
          gets the ids of the URL and must check its own row.
        - `writes` marks a GET that writes something.
        - `conditional=False`: no If-Match, because the URL and the body say all that is
          kept, whatever stood there before (a chunk of an upload).
        - `district_wide` requires an office for the whole district, `also` a second
          permission on the row (of what is about no student: on any student at all),
          or a function where the row decides which.
        """
        is_versioned = conditional and (model is None or hasattr(model, "version"))

        def decorator(view: View) -> View:
            @wraps(view)
            def checked(**url: Any) -> Any:
                g.asked = (permission,)
                access = signed_in(_asked(ahead, model, url))
                _check_address(url)
                if district_wide:
                    access.require_at(permission, None)
                row = None if ahead and model else _row(access, permission, model, url)
                if also is not None:
                    second = also(row) if callable(also) else also
                    g.asked = (permission, second)
                    access.require(second, row)
                check_media(media, offers)
                bodies.receive_files()
                if request.method == "POST" and keyed:
                    return _once(access, lambda: _go(view, access, row, url, changes))
                is_change = changes or request.method in CHANGING
                return _go(view, access, row, url, is_change and conditional)

            checked.permission, checked.model = permission, model  # type: ignore[attr-defined]
            checked.writes, checked.also = writes, also  # type: ignore[attr-defined]
            checked.ahead = ahead  # type: ignore[attr-defined]
            checked.district_wide = district_wide  # type: ignore[attr-defined]
            without = {"If-Match": is_versioned, "Idempotency-Key": keyed}
            documents.without(checked, [name for name, is_taken in without.items() if not is_taken])
            return documents.requires(checked, permission, model, changes)

        return decorator

    def arguments(
        self, schema: Any, *, location: str = "json", **documented: Any
    ) -> Callable[[View], View]:
        """Parse the body, or the query string with `location="query"`, exactly by a schema."""
        # An instance, because webargs would instantiate a class for each request.
        made = schema() if isinstance(schema, type) else schema
        receive = {"json": exact.receive_json, "form": exact.receive_form}
        receive.get(location, exact.receive_text)(made)
        decorate = super().arguments(made, location=location, **documented)

        def decorator(view: View) -> View:
            decorated = decorate(view)
            if location == "query":
                decorated.takes_query = True  # type: ignore[attr-defined]
            return decorated

        return decorator

    def public(self, *, media: str | None = JSON, is_alone: bool = False) -> Callable[[View], View]:
        """Require no token; the rate limit counts by address.

        With `is_alone` the view runs without a transaction, and opens its own.
        """

        def decorator(view: View) -> View:
            @wraps(view)
            def checked(**url: Any) -> Any:
                limits.check()
                _check_address(url)
                check_media(media)
                _check_parameters(view)
                return view(**url)

            checked.is_public = True  # type: ignore[attr-defined]
            checked.is_alone = is_alone  # type: ignore[attr-defined]
            return documents.public(checked)

        return decorator

    def tagged(self, view: SameView) -> SameView:
        """Document the ETag of a response that is built from several rows."""
        return cast("SameView", documents.tagged(view))

    def refuses(self, *codes: Code) -> Callable[[View], View]:
        """Document the area's own problem codes that this operation answers with."""
        return lambda view: documents.refuses(view, codes)

    def response(
        self, status_code: int, schema: Any = None, **documented: Any
    ) -> Callable[[View], View]:
        """Flush, then dump the view's result, with available actions, ETag and Location."""
        outer = super().response(status_code, schema, **documented)
        shape = sparse.shape_of(schema)
        made = schema() if shape else None

        def decorator(view: View) -> View:
            @wraps(view)
            def flushed(*args: Any, **kwargs: Any) -> Any:
                result = view(*args, **kwargs)
                db.flush()
                g.dumped_by = schema
                if result is None and schema is None:
                    return _empty(status_code)
                if isinstance(result, paging.Page):
                    annotate(result.items, schema, g.access)
                    return _cut(result, made), status_code, result.headers
                if hasattr(result, "__tablename__"):
                    annotate([result], schema, g.access)
                g.shown = result
                return _cut(result, made)

            dumped = outer(flushed)

            @wraps(dumped)
            def tagged(*args: Any, **kwargs: Any) -> Response:
                return _tagged(dumped(*args, **kwargs), is_shaped=shows_more(schema))

            tagged.answers_with = schema  # type: ignore[attr-defined]
            tagged.shape = shape  # type: ignore[attr-defined]
            return documents.sparse(tagged, shape)

        return decorator

    @staticmethod
    def _prepare_response_content(data: Any) -> Any:
        """Fill in the names of people; flask-smorest calls this between dump and response."""
        schema = g.pop("dumped_by", None)
        if schema is not None and "access" in g:
            _name_people(data, schema, g.access)
        return data

    def lists(self, schema: type[ma.Schema], listing: paging.Listing) -> Callable[[View], View]:
        """Filter, sort and page the select statement that the view returns.

        A list that hangs off no row (the view takes nothing but the access) gets the
        filters of `Listing.across_students`.
        """
        name = schema.__name__.removesuffix("Schema")
        page = page_schema(name, schema)

        def decorator(view: View) -> View:
            is_across = len(signature(view).parameters) == 1
            listed_as = listing.across_students() if is_across else listing
            query = listed_as.query_schema(f"{name}Query")

            @self.arguments(query, location="query")
            @self.response(200, page)
            @wraps(view)
            def listed(access: Access, *args: Any) -> paging.Page:
                *rest, parameters = args
                return paging.page(view(access, *rest), listed_as, parameters, access)

            listed.listing = listed_as  # type: ignore[attr-defined]
            return listed

        return decorator

    def actions(
        self,
        rule: str,
        model: type[Any],
        schema: type[ma.Schema],
        fields: type[ma.Schema],
        permission: Permission | None = None,
    ) -> None:
        """`POST {rule}/{id}/actions` and `POST {rule}/actions`, for the schema's life cycle."""
        register_actions(self, rule, model, schema, fields, permission)


def signed_in(ask: callers.AskAhead | None = None) -> Access:
    """The first two checks: a valid token (401), and the rate limit (429)."""
    access = tokens.signed_in(ask)
    g.access = access
    limits.check()
    return access


def _asked(ahead: AskAhead | None, model: Any, url: dict[str, Any]) -> callers.AskAhead | None:
    """The queries to send with the caller's: the view's own, or the reach to the row's student."""
    if ahead is not None:
        return partial(ahead, **url)
    if isinstance(getattr(model, "__ownership__", None), OwnedByStudent):
        return lambda caller: db.Ahead([reach.query(caller, model, _key(url))])
    return None


def _row(access: Access, permission: Permission, model: Any, url: dict[str, Any]) -> Any:
    if model is not None:
        results = access.answered()
        reached = reach.reached_by(results[0]) if results else None
        return access.load(model, _key(url), permission, reached)
    if not access.caller.may(permission):
        raise denied(permission)
    return None


def _key(url: dict[str, Any]) -> UUID:
    key: UUID = next(value for value in url.values() if isinstance(value, UUID))
    return key


def check_media(media: str | None, offers: tuple[str, ...] = DOCUMENTS) -> None:
    """Check the body's size (413) and media type (415), and the accepted media types (406)."""
    limit = request.max_content_length
    if limit is not None and (request.content_length or 0) > limit:
        raise Problem(Code.BODY_TOO_LARGE, f"The limit is {limit} bytes.")
    bodies.refuse_unreadable()
    if media and request.method in WITH_BODY and not _is(media):
        raise Problem(Code.MEDIA_TYPE_UNSUPPORTED, f"Send {media}.")
    accepted = request.accept_mimetypes
    if accepted and not accepted.best_match([*offers, "application/problem+json"]):
        raise Problem(Code.NOT_ACCEPTABLE, f"Accept {offers[0]}.")


def _is(media: str) -> bool:
    return request.mimetype == media or (media == JSON and request.is_json)


def _once(access: Access, run: Callable[[], Any]) -> Any:
    """Run a POST, or replay the response if its Idempotency-Key was answered before."""
    key = idempotency.key_of_request()
    if key is None:
        return run()
    person = access.caller.person_id
    if replayed := idempotency.replay(person, key):
        return replayed
    response = run()
    idempotency.keep(person, key, response)
    return response


def _go(view: View, access: Access, row: Any, url: dict[str, Any], changes: bool) -> Any:
    if changes and row is not None:
        db.lock(row)
        if hasattr(row, "version") and not concurrency.matches(row):
            answer = getattr(view, "answers_with", None)
            raise Problem(Code.VERSION_STALE, extra=current(row, answer, access))
    tokens.check_reason()
    _check_parameters(view)
    g.student_id = row.id if isinstance(row, Student) else getattr(row, "student_id", None)
    if row is not None:
        return view(access, row)
    return view(access, *url.values())


def _check_address(url: dict[str, Any]) -> None:
    """Raise not_found for a string in the URL that a database cannot store: no row has it."""
    if not all(db.storable(value) for value in url.values() if isinstance(value, str)):
        raise Problem(Code.NOT_FOUND)


def _check_parameters(view: View) -> None:
    """Read `fields`, and reject other query parameters if the view takes none.

    A typo must not return everything.
    """
    sparse.begin(getattr(view, "shape", None))
    others = sparse.other_parameters()
    if others and not getattr(view, "takes_query", False):
        raise Problem(
            Code.VALIDATION_FAILED,
            errors=[FieldError("", "Unknown parameter.", parameter=name) for name in others],
        )


def _cut(result: Any, schema: ma.Schema | None) -> Any:
    """The result, or the response with only the members that `fields` asks for."""
    if schema is None or isinstance(result, Response) or sparse.asked() is None:
        return result
    dumped = schema.dump(result)
    _name_people(dumped, g.pop("dumped_by"), g.access)
    return concurrency.plain(dumped)


def shows_more(schema: Any) -> bool:
    """Whether a schema shows more than its row, whose version does not change with the rest."""
    if schema is None:
        return False
    return hasattr(schema, "shape") or not people.shape_of(schema).is_empty


def _name_people(data: Any, schema: Any, access: Access) -> None:
    """Fill in the names in one statement, which on PostgreSQL ends a read's transaction too."""
    shown = g.get("shown")
    if hasattr(shown, "__ownership__"):
        concurrency.look_up(shown, access)  # The tag needs it, and a statement cannot follow.
    is_last = request.method in ("GET", "HEAD")
    people.fill(data, schema, access, g.get("student_id"), is_last=is_last)


def _empty(status_code: int) -> Response:
    """A response without a body, not even `null`."""
    response = Response(status=status_code)
    response.headers.pop("Content-Type")
    return response


def _tagged(response: Response, *, is_shaped: bool) -> Response:
    shown = g.pop("shown", None)
    if not hasattr(shown, "__tablename__"):
        return response
    if response.status_code in (201, 202) and (location := refusals.address(type(shown), shown.id)):
        response.headers["Location"] = location
    if getattr(shown, "version", None) is None:
        return response
    body = response.get_data() if is_shaped else b""
    return concurrency.not_modified(response, concurrency.tag(shown, g.access, body))


@cache
def page_schema(name: str, schema: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a page of resources."""
    members = {
        "items": ma.fields.List(ma.fields.Nested(schema), required=True),
        "next_cursor": ma.fields.String(allow_none=True, required=True),
        "total_count": ma.fields.Integer(metadata={"description": "With `count=true`."}),
        "sometimes": frozenset({"total_count"}),
        "life": getattr(schema, "life", None),
        "shape": getattr(schema, "shape", None),
        "hide_missing_count": ma.post_dump(_without_count),
    }
    return type(f"{name}PageSchema", (ma.Schema,), members)


def _without_count(_schema: ma.Schema, page: dict[str, Any], **_: Any) -> dict[str, Any]:
    if page.get("total_count") is None:
        page.pop("total_count", None)
    return page
