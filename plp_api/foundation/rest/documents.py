"""The OpenAPI 3.1 document: what flask-smorest documents, as we mean it."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from http import HTTPStatus
from typing import Any

import flask_smorest
import marshmallow as ma
from flask_smorest.utils import deepupdate
from marshmallow import fields

from plp_api.foundation.access.permissions import GRANTS, Condition, Permission
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import examples
from plp_api.foundation.rest.errors import MEDIA_TYPE

View = Callable[..., Any]


class FieldErrorSchema(ma.Schema):
    """One thing wrong: a JSON Pointer into the body, or the name of a parameter or header."""

    pointer = fields.String(metadata={"example": "/goals/0/title"})
    parameter = fields.String(metadata={"example": "limit"})
    detail = fields.String(required=True)


class ProblemSchema(ma.Schema):
    """What every error answers (RFC 9457): match `code`, a closed list; show `title`, `detail`."""

    type = fields.String(required=True, metadata={"example": "/problems/validation_failed"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"enum": [code.wire for code in Code]})
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldErrorSchema))
    request_id = fields.String()

    class Meta:
        """A problem may carry more: which action, which limit (RFC 9457, section 3.2)."""

        unknown = ma.INCLUDE


class Api(flask_smorest.Api):
    """flask-smorest's Api with our error document and nothing of its own error handling."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Errors are rendered by `rest.errors` alone."""

    def _register_responses(self) -> None:
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
    """Document what the order of checks may answer."""
    found = [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS]
    if model is not None:
        found.append(HTTPStatus.NOT_FOUND)
    if changes:
        found += [HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.PRECONDITION_FAILED]
    documented = {
        "security": [{"bearer": []}, {"cookie": []}],
        "responses": _responses(*found),
        "x-permission": str(permission),
    }
    view.needs_match = changes  # type: ignore[attr-defined]
    return _document(view, **documented)


def without(view: View, headers: list[str]) -> None:
    """Note the headers that methods take by convention and this operation does not."""
    if headers:
        _document(view, **{"x-without": headers})


def public(view: View) -> View:
    """Document that no token is needed."""
    return _document(view, security=[], responses=_responses(HTTPStatus.TOO_MANY_REQUESTS))


def refuses(view: View, codes: Iterable[Code]) -> View:
    """Document problems of the area's own."""
    listed = {**getattr(view, "refusals", {}), **dict.fromkeys(codes)}
    view.refusals = listed  # type: ignore[attr-defined]
    statuses = {HTTPStatus(code.value.status) for code in codes}
    return _document(
        view,
        responses=_responses(*statuses),
        **{"x-problems": [code.wire for code in listed]},
    )


CHANGING = ("patch", "put", "delete")


def finish(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with what holds for every operation of a method, and with examples."""
    for path in spec["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict):
                answers = operation["responses"].items()
                operation["responses"] = {str(status): said for status, said in answers}
                _gather_form(operation, spec["components"]["schemas"])
                for status in _finish_operation(method, operation):
                    _refer(spec["components"]["responses"], operation["responses"], status)
    examples.add(spec)
    return spec


UNREADABLE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def opens_by_reason(permission: str) -> bool:
    """Whether some role has the permission for a stated reason alone."""
    return any(f"{permission}:{Condition.REASONED}" in words for words in GRANTS.values())


def _shows_a_row(responses: dict[str, Any]) -> bool:
    """Whether the answer is one resource, which has a tag; pages have none."""
    content = responses.get("200", {}).get("content", {})
    shown = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return bool(shown) and not shown.endswith("Page")


def _gather_form(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Make one multipart body of a form's fields and its files, which come documented apart."""
    parameters = operation.get("parameters", [])
    filled = [one for one in parameters if one["in"] == "formData"]
    if not filled:
        return
    operation["parameters"] = [one for one in parameters if one["in"] != "formData"]
    media = operation["requestBody"]["content"]["multipart/form-data"]
    files = schemas[media["schema"]["$ref"].rsplit("/", 1)[1]]
    members = {one["name"]: {**one["schema"], "description": one["description"]} for one in filled}
    media["schema"] = {**files, "properties": {**files["properties"], **members}}


def _refer(known: dict[str, Any], responses: dict[str, Any], status: HTTPStatus) -> None:
    """Document that the operation answers with this status too."""
    answer: dict[str, Any] = {"description": status.phrase}
    if status >= 400:
        problem = {"$ref": "#/components/schemas/Problem"}
        answer["content"] = {MEDIA_TYPE: {"schema": problem}}
    known.setdefault(status.name, answer)
    responses.setdefault(str(int(status)), {"$ref": f"#/components/responses/{status.name}"})


def _finish_operation(method: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    """Add the headers the method takes by convention; which statuses follow from what it takes."""
    parameters = operation.setdefault("parameters", [])
    responses = operation["responses"]
    without = operation.pop("x-without", [])
    is_changing = method in CHANGING or "428" in responses
    takes_query = any(one["in"] == "query" for one in parameters)
    found = [HTTPStatus.UNPROCESSABLE_ENTITY] if takes_query else []
    if "requestBody" in operation:
        found += UNREADABLE
    if is_changing and operation["security"] and "If-Match" not in without:
        parameters.append(_header("If-Match", "ETag of what was read.", required=True))
        found += [HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.PRECONDITION_FAILED]
    if method == "post" and operation["security"] and "Idempotency-Key" not in without:
        words = "The same key and body replay the first answer for 24 hours."
        parameters.append(_header("Idempotency-Key", words))
        found += [HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY]
    if method == "get" and operation["security"] and _shows_a_row(responses):
        parameters.append(_header("If-None-Match", "ETag already held: answers 304."))
        found.append(HTTPStatus.NOT_MODIFIED)
    if method == "get" and opens_by_reason(operation.get("x-permission", "")):
        parameters.append(_header("X-Access-Reason", "Why this record is opened; kept with it."))
    if not operation["parameters"]:
        del operation["parameters"]
    if problems := operation.get("x-problems"):
        words = ", ".join(f"`{code}`" for code in problems)
        operation["description"] = f"{operation.get('description', '')}\n\nRefuses: {words}."
    return found
