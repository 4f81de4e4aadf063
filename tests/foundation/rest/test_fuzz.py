"""Generated requests to every operation: no 5xx, and answers that match the document.

Schemathesis makes the requests from the document, fitting and unfitting ones; they are sent by
those who may, about rows that exist. A few, always the same, in `make test`; many in `make fuzz`,
from a seed that it prints.
"""

import json
import os
import pickle
from copy import deepcopy
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from tests import databases
from tests.client import Client
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS, Operation
from tests.foundation.access.reach import ALLOWED
from tests.foundation.access.test_sweep import Sweep
from tests.foundation.rest.test_openapi import DOCUMENT, resolved, wrong
from tests.world import CAST, World

COUNT = int(os.environ.get("PLP_TEST_FUZZ", "4"))
SEED = int(os.environ.get("PLP_TEST_SEED", "0"))
EXAMPLES = {GenerationMode.POSITIVE: COUNT, GenerationMode.NEGATIVE: COUNT}


@cache
def documented() -> dict[tuple[str, str], Any]:
    """Every operation of the document, by method and path, to generate bodies and queries for."""
    document = deepcopy(DOCUMENT)
    for path in document["paths"].values():
        path.pop("parameters", None)
        for operation in path.values():
            if isinstance(operation, dict):
                # The test chooses the row, and headers have their own tests: generating
                # both takes longer than all else.
                operation["parameters"] = _queries(operation)
    schema: Any = schemathesis.openapi.from_dict(document)
    found = (one.ok() for one in schema.get_all_operations())
    return {(one.method.upper(), one.path): one for one in found}


def requests(operation: Operation, folder: Path) -> list[dict[str, Any]]:
    """The requests to one operation, as arguments of the test client.

    They are the same throughout a run, and making them takes longer than sending them: what was
    made for one database is kept for the other, and for the other worker.
    """
    method, path = operation.method, _path(operation)
    described = DOCUMENT["paths"][path][method.lower()]
    if "requestBody" not in described and not _queries(described):
        return [{"headers": {"If-Match": "*"}}] * sum(EXAMPLES.values())
    kept = folder / f"{operation.endpoint}.{method}"
    if not kept.exists():
        unfinished = kept.with_name(f"{kept.name}.{uuid4().hex}")
        unfinished.write_bytes(pickle.dumps(_generated(method, path)))
        unfinished.rename(kept)
    found: list[dict[str, Any]] = pickle.loads(kept.read_bytes())
    return found


@pytest.fixture
def sweep(client: Client, database: databases.Isolated, world: World) -> Sweep:
    """One for each test: in `make fuzz`, tokens that all tests share would not last."""
    return Sweep(client, database, world)


@pytest.fixture
def kept_requests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "requests"
    folder.mkdir(exist_ok=True)
    return folder


def _queries(described: dict[str, Any]) -> list[Any]:
    return [one for one in described.get("parameters", []) if one["in"] == "query"]


def _generated(method: str, path: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for mode, count in EXAMPLES.items():

        @seed(SEED)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=documented()[method, path].as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            made.append(_as_sent(case))

        collect()
    return made


def _as_sent(case: Any) -> dict[str, Any]:
    """The arguments for the test client; the test itself chooses the caller and the row."""
    sent: dict[str, Any] = {"headers": {"If-Match": "*"}, "query_string": case.query or None}
    if isinstance(case.body, bytes):
        sent |= {"data": case.body, "content_type": case.media_type}
    elif case.media_type == "multipart/form-data":
        sent |= {"data": _form(case.body), "content_type": case.media_type}
    elif not isinstance(case.body, type(schemathesis.core.NOT_SET)):
        sent |= {"data": json.dumps(case.body), "content_type": case.media_type}
    return sent


def _form(body: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}


def _path(operation: Operation) -> str:
    path = operation.rule
    for name, _ in operation.arguments:
        path = path.replace(path[path.index("<") : path.index(">") + 1], f"{{{name}}}", 1)
    return path


def senders(sweep: Sweep, operation: Operation) -> list[str]:
    """Every kind of caller in the home district who may send the request about the row."""
    found = []
    for name, reader in sweep.readers.items():
        row_id = sweep.row(operation, rows.HOME, reader) if operation.model else None
        if operation.permission and sweep.wanted(operation, reader, row_id) == ALLOWED:
            found.append(name)
    return found or ["nobody"]


def problems_of(operation: Operation, answer: Any) -> list[str]:
    """The faults of an answer: a 5xx, or a difference from the document."""
    described = DOCUMENT["paths"][_path(operation)][operation.method.lower()]["responses"]
    said = resolved(described.get(str(answer.status_code), described["default"]))
    if answer.status_code >= 500:
        return ["a failure of ours"]
    if answer.status_code >= 400 and answer.mimetype != "application/problem+json":
        return [f"{answer.mimetype} for a problem"]
    if answer.status_code < 400 and str(answer.status_code) not in described:
        return ["a status that is not documented"]
    if not answer.data:
        return ["no body"] if "content" in said and answer.status_code != 304 else []
    media = said.get("content", {}).get(answer.mimetype)
    if media is None:
        return [f"{answer.mimetype} is not documented"]
    found = wrong(answer.json, media["schema"]) if answer.is_json else []
    # A sparse answer leaves members out, as the parameter `fields` says.
    is_sparse = "fields" in answer.request.args and answer.status_code == 200
    return [one for one in found if not (is_sparse and one.endswith("is a required property"))]


FUZZED = [one for one in OPERATIONS if one.rule.startswith("/api/v1/")]
ALL = sorted({one.area for one in FUZZED})
READ = sorted({one.area for one in FUZZED if one.method == "GET"})


@pytest.mark.parametrize("area", ALL)
def test_whatever_is_sent_is_answered_as_the_document_says(
    area: str,
    sweep: Sweep,
    kept_requests: Path,
) -> None:
    failures = []
    for operation in (one for one in FUZZED if one.area == area):
        names = cycle(senders(sweep, operation))
        for sent in requests(operation, kept_requests):
            name = next(names)
            reader = sweep.readers.get(name)
            row_id = sweep.row(operation, rows.HOME, reader) if operation.model else None
            client = sweep.clients.get(name, sweep.client)
            with sweep.database.undone():
                answer = client.send(operation.method, f"/{operation.path(row_id)}", **sent)
            failures += [
                f"{operation} by {name}: {answer.status_code}, {what}; sent {str(sent)[:300]}"
                for what in problems_of(operation, answer)
            ]
    assert not failures, "\n".join(failures[:20])


@pytest.mark.parametrize("area", READ)
def test_what_is_read_is_as_the_document_says_to_each_role(area: str, sweep: Sweep) -> None:
    failures = []
    for operation in (one for one in FUZZED if one.area == area and one.method == "GET"):
        for name in set(senders(sweep, operation)) & set(CAST):
            reader = sweep.readers[name]
            row_id = sweep.row(operation, rows.HOME, reader) if operation.model else None
            answer = sweep.send(operation, name, operation.path(row_id))
            failures += [f"{operation} by {name}: {one}" for one in problems_of(operation, answer)]
    assert not failures, "\n".join(failures[:20])
