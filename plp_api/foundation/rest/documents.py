"""The OpenAPI 3.1 document: adds to what flask-smorest generates, and corrects it."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from http import HTTPStatus
from typing import Any

import flask_smorest
import marshmallow as ma
from flask_smorest.utils import deepupdate
from marshmallow import fields

from plp_api.foundation.access.permissions import GRANTS, Condition, Permission, Role
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import examples, headers, shapes
from plp_api.foundation.rest import sparse as sparsely
from plp_api.foundation.rest.errors import MEDIA_TYPE
from plp_api.foundation.rest.fields import Choice, document_fields, enum_of

View = Callable[..., Any]


class FieldErrorSchema(ma.Schema):
    """One error, at a JSON Pointer into the body or in the named parameter or header."""

    sometimes = frozenset({"pointer", "parameter"})

    pointer = fields.String(metadata={"example": "/goals/0/title"})
    parameter = fields.String(metadata={"example": "limit"})
    detail = fields.String(required=True)


class ExistingSchema(ma.Schema):
    """The row that is there already, if you may read it."""

    id = fields.UUID(required=True)
    href = fields.String(
        required=True,
        metadata={"example": "/api/v1/plan-versions/01990f5e-7b7a-7e5c-8c59-1e2f3a4b5c6d"},
    )

    class Meta:
        """A row may have more members: the number of a version."""

        unknown = ma.INCLUDE


class ProblemSchema(ma.Schema):
    """The body of every error (RFC 9457). Match `code`; show `title` and `detail`."""

    sometimes = frozenset(
        {"detail", "errors", "request_id", "current", "existing", "allowed_roles"}
    )

    type = fields.String(required=True, metadata={"example": "/problems/validation_failed"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = Choice(enum_of("ProblemCode", (code.wire for code in Code)), required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldErrorSchema))
    request_id = fields.String()
    current = fields.Dict(
        metadata={"description": "With `version_stale`: the resource as it is now, as you read it."}
    )
    existing = fields.Nested(ExistingSchema)
    allowed_roles = fields.List(
        Choice(Role),
        metadata={
            "description": "The roles that may do it, where the problem is about who asks.",
            "example": ["counselor", "school_admin"],
        },
    )

    class Meta:
        """A problem may have more members: the action, the limit (RFC 9457, section 3.2)."""

        unknown = ma.INCLUDE


class Api(flask_smorest.Api):
    """flask-smorest's Api with our error document and nothing of its own error handling."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Errors are rendered by `rest.errors` alone."""

    def _register_responses(self) -> None:
        document_fields(self.ma_plugin)
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["content"] = {MEDIA_TYPE: {"schema": ProblemSchema}}
            self.spec.components.response(status.name, response, lazy=True)
        default = {"description": "Any error", "content": {MEDIA_TYPE: {"schema": ProblemSchema}}}
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)


def _document(view: View, **documented: Any) -> View:
    kept = deepcopy(getattr(view, "_apidoc", {}))
    kept["manual_doc"] = deepupdate(deepcopy(kept.get("manual_doc", {})), documented)
    view._apidoc = kept  # type: ignore[attr-defined]  # noqa: SLF001 - where flask-smorest looks
    return view


def _responses(*statuses: HTTPStatus) -> dict[str, str]:
    return {str(int(status)): status.name for status in statuses}


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


def requires(view: View, permission: Permission, model: Any, changes: bool) -> View:
    """Document the security and the error statuses of an operation that needs a permission."""
    statuses = [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS]
    if model is not None:
        statuses.append(HTTPStatus.NOT_FOUND)
    if changes:
        statuses += [HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.PRECONDITION_FAILED]
    documented = {
        "security": [{"bearer": []}, {"cookie": []}],
        "responses": _responses(*statuses),
        "x-permission": str(permission),
    }
    view.needs_match = changes  # type: ignore[attr-defined]
    return _document(view, **documented)


def without(view: View, headers: list[str]) -> None:
    """Note the headers that this operation does not take although its method usually does."""
    if headers:
        _document(view, **{"x-without": headers})


def tagged(view: View) -> View:
    """Document that the response has an ETag although its schema has no `version`."""
    return _document(view, **{"x-tagged": True})


def public(view: View) -> View:
    """Document that no token is needed."""
    return _document(view, security=[], responses=_responses(HTTPStatus.TOO_MANY_REQUESTS))


def refuses(view: View, codes: Iterable[Code]) -> View:
    """Document the problem codes of the area's own."""
    listed = {**getattr(view, "refusals", {}), **dict.fromkeys(codes)}
    view.refusals = listed  # type: ignore[attr-defined]
    statuses = {HTTPStatus(code.value.status) for code in codes}
    return _document(
        view,
        responses=_responses(*statuses),
        **{"x-problems": [code.wire for code in listed]},
    )


def sparse(view: View, shape: sparsely.Shape | None) -> View:
    """Note the members that `fields` may name, for the operations that read."""
    if shape is None:
        return view
    return _document(view, **{"x-members": {"name": shape.name, "words": list(shape.members)}})


CHANGING = ("patch", "put", "delete")


def finish(spec: dict[str, Any]) -> dict[str, Any]:
    """Add to the document what follows from an operation's method, and examples."""
    schemas = spec["components"]["schemas"]
    for method, _, operation in shapes.operations_of(spec):
        responses = operation["responses"].items()
        operation["responses"] = {str(status): response for status, response in responses}
        _gather_form(operation, schemas)
        _offer_fields(method, operation, schemas)
        has_tag = operation.pop("x-tagged", False) or _shows_a_version(operation, schemas)
        for status in _finish_operation(method, operation, has_tag=has_tag):
            _refer(spec["components"]["responses"], operation["responses"], status)
    headers.add(spec)
    shapes.split(spec)
    examples.add(spec)
    return spec


UNREADABLE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def opens_by_reason(permission: str) -> bool:
    """Whether some role has the permission only with a stated reason."""
    return any(f"{permission}:{Condition.REASONED}" in words for words in GRANTS.values())


def _shows_a_version(operation: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether the response is one resource with a version, which has an ETag."""
    successes = [operation["responses"].get(status, {}) for status in ("200", "201", "202")]
    shown = [schemas.get(headers.shown(response), {}) for response in successes]
    return any("version" in schema.get("properties", {}) for schema in shown)


def _gather_form(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Merge a form's fields and files, which are generated separately, into one multipart body."""
    parameters = operation.get("parameters", [])
    form = [parameter for parameter in parameters if parameter["in"] == "formData"]
    if not form:
        return
    operation["parameters"] = [each for each in parameters if each["in"] != "formData"]
    media = operation["requestBody"]["content"]["multipart/form-data"]
    files = schemas[media["schema"]["$ref"].rsplit("/", 1)[1]]
    members = {
        field["name"]: {**field["schema"], "description": field["description"]} for field in form
    }
    media["schema"] = {**files, "properties": {**files["properties"], **members}}


FIELDS = (
    "Only these members, separated by commas or repeated; an answer with `fields` has no others."
    " `id` and `version` are always there."
)


def _offer_fields(method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add the parameter `fields` to an operation that reads a resource or a page of them."""
    members = operation.pop("x-members", None)
    if members is None or method != "get":
        return
    name, words = f"{members['name']}Field", members["words"]
    known = schemas.setdefault(
        name,
        {"type": "string", "enum": words, "description": f"A member of {members['name']}."},
    )
    if known["enum"] != words:
        raise ValueError(f"two resources are called {members['name']}")
    asked = {"type": "array", "items": {"anyOf": shapes.open_enum(name)}}
    parameter = {"in": "query", "name": sparsely.PARAMETER, "required": False}
    parameter |= {"description": FIELDS, "schema": asked, "style": "form", "explode": True}
    operation.setdefault("parameters", []).append(parameter)


def _refer(known: dict[str, Any], responses: dict[str, Any], status: HTTPStatus) -> None:
    """Document that the operation answers with this status too."""
    answer: dict[str, Any] = {"description": status.phrase}
    if status >= 400:
        problem = {"$ref": "#/components/schemas/Problem"}
        answer["content"] = {MEDIA_TYPE: {"schema": problem}}
    known.setdefault(status.name, answer)
    responses.setdefault(str(int(status)), {"$ref": f"#/components/responses/{status.name}"})


def _finish_operation(method: str, operation: dict[str, Any], *, has_tag: bool) -> list[HTTPStatus]:
    """Add the headers of the operation's method; return the statuses that follow from its input."""
    parameters = operation.setdefault("parameters", [])
    responses = operation["responses"]
    without = operation.pop("x-without", [])
    is_changing = method in CHANGING or "428" in responses
    # 422: every operation refuses a query parameter that it does not know.
    statuses = [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.UNPROCESSABLE_ENTITY]
    if "requestBody" in operation:
        statuses += UNREADABLE
    if is_changing and operation["security"] and "If-Match" not in without:
        parameters.append(_header("If-Match", "The ETag you received.", required=True))
        statuses += [HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.PRECONDITION_FAILED]
    if method == "post" and operation["security"] and "Idempotency-Key" not in without:
        words = "For 24 hours, a repeated request with this key and body gets the first response."
        parameters.append(_header("Idempotency-Key", words))
        statuses += [HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY]
        headers.declare(responses, "Idempotency-Replayed")
    if has_tag:
        headers.declare(responses, "ETag")
    if method == "get" and has_tag:
        parameters.append(_header("If-None-Match", "The ETag you have: 304 if it is current."))
        statuses.append(HTTPStatus.NOT_MODIFIED)
    if method == "get" and opens_by_reason(operation.get("x-permission", "")):
        words = "Why you open this record; it is logged."
        parameters.append(_header("X-Access-Reason", words))
    if not operation["parameters"]:
        del operation["parameters"]
    if problems := operation.get("x-problems"):
        words = ", ".join(f"`{code}`" for code in problems)
        operation["description"] = f"{operation.get('description', '')}\n\nProblems: {words}."
    return statuses
