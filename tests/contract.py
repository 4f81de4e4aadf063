"""Compares every response that a test gets with the OpenAPI document: it must not lie anywhere."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from plp_api.foundation.problems import Code
from plp_api.server.app import Application

DOCUMENT = "urn:document"
COMMITTED = Path(__file__).parents[1] / "openapi" / "openapi.json"
PROBLEM = "application/problem+json"
# What the server can answer to any request, whatever the operation documents.
ANY = {"404", "405", "406", "500", "503"}
# Codes of HTTP and of the API's conventions, which no operation lists as its own.
GENERAL = {code.wire for code in list(Code)[: list(Code).index(Code.RECORD_INVALID) + 1]} - {
    Code.ACTION_UNAVAILABLE.wire
}
DECLARED = ("ETag", "Location", "Link", "Retry-After", "Idempotency-Replayed")


@dataclass
class Contract:
    """One application's document, with a validator for each body, made when first needed."""

    app: Application
    checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _validators: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = self.app.extensions["plp_openapi"]
        return document

    @cached_property
    def _registry(self) -> Any:
        return jsonschema_rs.Registry([(DOCUMENT, self.document)])

    @cached_property
    def _urls(self) -> Any:
        return self.app.url_map.bind("")

    @cached_property
    def _operations(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By the path with every parameter as `{}`, and the method."""
        return {
            (plain(path), method.upper()): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict)
        }

    def errors(self, method: str, path: str, response: TestResponse) -> list[str]:
        """What of the response the document does not say."""
        rule = self._rule(method, path)
        operation = self._operations.get((rule, method))
        status = str(response.status_code)
        if operation is None:
            is_problem = response.mimetype == PROBLEM
            schema = {"$ref": f"{DOCUMENT}#/components/schemas/Problem"}
            return list(self._wrong(response, schema)) if is_problem else []
        documented = operation["responses"].get(status)
        if documented is None and status in ANY:
            documented = operation["responses"]["default"]
        if documented is None:
            return [f"{status} is not documented"]
        self.checked[f"{method} {rule}", status] += 1
        return [
            *self._wrong_headers(response, self._resolved(documented)),
            *self._wrong_body(response, self._resolved(documented)),
            *_wrong_code(response, operation),
        ]

    def _rule(self, method: str, path: str) -> str:
        try:
            rule, _ = self._urls.match(path.split("?", maxsplit=1)[0], method, return_rule=True)
        except HTTPException:
            return ""
        return plain(rule.rule)

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        *_, kind, name = part["$ref"].split("/")
        resolved: dict[str, Any] = self.document["components"][kind][name]
        return resolved

    def _wrong_headers(self, response: TestResponse, documented: dict[str, Any]) -> Any:
        declared = documented.get("headers", {})
        for name, header in declared.items():
            if self._resolved(header).get("required") and name not in response.headers:
                yield f"the header {name} is declared, and missing"
        for name in DECLARED:
            if name in response.headers and name not in declared:
                yield f"the header {name} is not declared"

    def _wrong_body(self, response: TestResponse, documented: dict[str, Any]) -> Any:
        content = documented.get("content", {})
        if not response.content_type:
            if content:
                yield "there is no body"
            return
        media = content.get(response.mimetype)
        if media is None:
            yield f"{response.mimetype} is not documented"
        elif media["schema"] and response.content_type.endswith("json"):
            yield from self._wrong(response, media["schema"])

    def _wrong(self, response: TestResponse, schema: dict[str, Any]) -> Any:
        """The errors of the body; a sparse answer lacks what the request left out."""
        is_sparse = "fields" in response.request.args
        key = orjson.dumps(schema).decode()
        if key not in self._validators:
            absolute = orjson.loads(key.replace('"#/', f'"{DOCUMENT}#/'))
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                absolute, registry=self._registry, validate_formats=True
            )
        body = orjson.loads(response.get_data())
        if self._validators[key].is_valid(body):
            return
        for error in self._validators[key].iter_errors(body):
            if is_sparse and error.kind.name == "required":
                continue
            yield f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


def _wrong_code(response: TestResponse, operation: dict[str, Any]) -> Any:
    if response.mimetype == PROBLEM:
        code = orjson.loads(response.get_data())["code"]
        if code not in GENERAL and code not in operation.get("x-problems", ()):
            yield f"the code {code} is not documented"


def plain(path: str) -> str:
    """Flask's `<uuid:goal_id>` and OpenAPI's `{goal_id}` alike: `{}`."""
    opened = path.replace("<", "{").replace(">", "}")
    return "".join(part.split("}")[-1] + "{}" for part in opened.split("{")).removesuffix("{}")


_contracts: dict[int, Contract] = {}


def of(app: Application) -> Contract:
    """The contract of the application; those of one process are kept."""
    if id(app) not in _contracts:
        _contracts[id(app)] = Contract(app)
    return _contracts[id(app)]


def check(app: Application, method: str, path: str, response: TestResponse) -> None:
    """Fail unless the response is as the document says."""
    errors = of(app).errors(method, path, response)
    assert errors == [], f"{method} {path} answered {response.status_code}: {errors[:5]}"


def unchecked(total: Counter[tuple[str, str]]) -> list[str]:
    """The operations of the document of which no success was checked."""
    document = orjson.loads(COMMITTED.read_bytes())
    succeeded = {operation for operation, status in total if status[0] == "2"}
    operations = {
        f"{method.upper()} {plain(path)}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
    }
    return sorted(operations - succeeded)


def checked() -> Counter[tuple[str, str]]:
    """How often each operation and status were checked in this process."""
    total: Counter[tuple[str, str]] = Counter()
    for contract in _contracts.values():
        total += contract.checked
    return total
