"""Renders every error as `application/problem+json` (RFC 9457)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, json, request
from flask_jwt_extended.exceptions import (
    CSRFError,
    JWTExtendedException,
    NoAuthorizationError,
)
from jwt import ExpiredSignatureError, PyJWTError
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from plp_api.foundation import db
from plp_api.foundation.problems import Code, Existing, FieldError, Problem, document
from plp_api.foundation.rest.bodies import token

MEDIA_TYPE = "application/problem+json"
Rule = UniqueConstraint | CheckConstraint | Index
log = structlog.get_logger()

CODE_OF_STATUS = {
    400: Code.REQUEST_MALFORMED,
    401: Code.TOKEN_MISSING,
    403: Code.PERMISSION_DENIED,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    406: Code.NOT_ACCEPTABLE,
    413: Code.BODY_TOO_LARGE,
    415: Code.MEDIA_TYPE_UNSUPPORTED,
    422: Code.VALIDATION_FAILED,
    429: Code.RATE_LIMITED,
}


def register(app: Flask) -> None:
    """Make this module answer every exception that the application raises."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The response for any exception."""
    problem = translated(error)
    if problem.status >= 500:
        # No traceback for a Problem: hundreds of refused logins at once would write hundreds.
        trace = None if isinstance(error, Problem) else error
        log.error("request.failed", code=problem.code.wire, exc_info=trace)
    return render(problem)


def translated(error: Exception) -> Problem:
    """The exception as a Problem, with a code of the closed list."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, JWTExtendedException | PyJWTError):
        return _from_token(error)
    if isinstance(error, StaleDataError):
        return Problem(Code.VERSION_STALE)
    if isinstance(error, IntegrityError):
        return _from_constraint(error)
    if isinstance(error, DataError | OverflowError):
        return Problem(Code.RECORD_INVALID)
    if isinstance(error, OperationalError):
        return _from_silence(error)
    if type(error).__module__ == "gunicorn.http.errors":
        return Problem(Code.REQUEST_MALFORMED, "The chunked encoding of the body is invalid.")
    return Problem(Code.INTERNAL_ERROR)


def _from_http(error: HTTPException) -> Problem:
    code = CODE_OF_STATUS.get(error.code or 500, Code.INTERNAL_ERROR)
    messages = (getattr(error, "data", None) or {}).get("messages")
    headers: dict[str, str] = {}
    if code is Code.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
    if isinstance(messages, Mapping):
        return Problem(Code.VALIDATION_FAILED, errors=list(_field_errors(messages)))
    return Problem(code, headers=headers)


def _field_errors(messages: Mapping[str, Any]) -> Iterator[FieldError]:
    """Flatten marshmallow's nested messages into one error per place."""
    for location, nested in messages.items():
        if location in ("query", "headers"):
            for name, detail in _flat(nested, ""):
                yield FieldError("", detail, parameter=name.strip("/").split("/")[0])
        else:
            for pointer, detail in _flat(nested, ""):
                yield FieldError(pointer, detail)


def _flat(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            yield from _flat(value, pointer if key == "_schema" else f"{pointer}/{token(key)}")
    elif isinstance(messages, list | tuple):
        for value in messages:
            yield from _flat(value, pointer)
    else:
        yield pointer, str(messages)


def _from_token(error: Exception) -> Problem:
    headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(error, CSRFError):
        return Problem(Code.CSRF_INVALID, headers=headers)
    if isinstance(error, NoAuthorizationError) and "Authorization" not in request.headers:
        return Problem(Code.TOKEN_MISSING, headers=headers)
    code = Code.TOKEN_EXPIRED if isinstance(error, ExpiredSignatureError) else Code.TOKEN_INVALID
    headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return Problem(code, headers=headers)


def _from_silence(error: OperationalError) -> Problem:
    """A 503 that says when to retry. SQLite has one writer, which an import may occupy for long."""
    if "database is locked" in str(error.orig):
        detail = "Another change, perhaps an import, is being written; this one was not saved."
        return Problem(Code.DATABASE_UNAVAILABLE, detail, headers={"Retry-After": "10"})
    return Problem(Code.DATABASE_UNAVAILABLE, headers={"Retry-After": "1"})


def _from_constraint(error: IntegrityError) -> Problem:
    """The problem in the `info` of the violated constraint (with `detail`), or one by its kind.

    That of a UNIQUE constraint names the row that has the values already.
    """
    is_violated, kind = _constraint(error)
    # SQLite names columns, which two rules may share: the one with a problem comes first.
    rules = sorted(filter(is_violated, _rules()), key=lambda rule: "problem" not in rule.info)
    rule = rules[0] if rules else None
    usual = {"unique": Code.RECORD_DUPLICATE, "foreign": Code.RECORD_IN_USE}
    code = usual.get(kind, Code.RECORD_INVALID)
    if rule is None:
        return Problem(code)
    existing = _existing(rule, error.params) if kind == "unique" else None
    return Problem(rule.info.get("problem", code), rule.info.get("detail"), existing=existing)


def _rules() -> Iterator[Rule]:
    for table in db.Base.metadata.tables.values():
        yield from table.indexes
        for one in table.constraints:
            if isinstance(one, UniqueConstraint | CheckConstraint):
                yield one


def _existing(rule: Rule, written: Any) -> Existing | None:
    """The row that a UNIQUE constraint protects, if the values that broke it are known."""
    (values,) = written if isinstance(written, list) and len(written) == 1 else ({},)
    names = [column.name for column in rule.columns]
    model = next((one for one in db.Base.registry.mappers if one.local_table is rule.table), None)
    if model is None or not values.keys() >= set(names):
        return None
    condition = rule.dialect_options["sqlite"]["where"] if isinstance(rule, Index) else None
    tells = rule.info.get("tells", ())
    return Existing(model.class_, {name: values[name] for name in names}, condition, tells)


def _constraint(error: IntegrityError) -> tuple[Callable[[Rule], bool], str]:
    """A test for the violated constraint, and its kind, from psycopg's or SQLite's error.

    PostgreSQL and SQLite's checks name the constraint; SQLite's UNIQUE names the columns.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        kinds = {"23505": "unique", "23503": "foreign"}
        kind = kinds.get(diagnosis.sqlstate or "", "check")
        return lambda rule: rule.name == diagnosis.constraint_name, kind
    message = str(error.orig)
    failed, _, name = message.partition(" constraint failed: ")
    if failed == "UNIQUE":
        return lambda rule: ", ".join(map(str, rule.columns)) == name, "unique"
    return lambda rule: rule.name == name, "foreign" if message.startswith("FOREIGN") else "check"


def render(problem: Problem) -> Response:
    """The problem as a response."""
    body = {**document(problem), "request_id": g.get("request_id", "")}
    response = Response(json.dumps(body), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.extend(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response
