"""A refused body is told everything that is wrong with it, whatever else is wrong."""

from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest
from flask import request
from werkzeug.exceptions import UnprocessableEntity

from plp_api.foundation.rest.blueprint import Parser
from plp_api.foundation.rest.errors import translated
from tests.client import Client, pointers
from tests.foundation.access.operations import OPERATIONS, Operation, idle_app
from tests.world import World

STRANGE = "strange_member"
# No field of any kind takes this.
WRONG: Any = [[{"of": "the wrong kind"}]]


def bodies() -> Iterator[tuple[Operation, ma.Schema]]:
    """Every operation with a JSON body, and its schema."""
    for operation in OPERATIONS:
        documented = getattr(operation.view, "_apidoc", {}).get("arguments", {})
        for one in documented.get("parameters", ()):
            if one["in"] == "json":
                yield operation, one["schema"]


BODIES = list(bodies())
APP = idle_app()


def test_most_operations_that_change_something_have_a_body() -> None:
    assert len(BODIES) > 50


@pytest.mark.parametrize(("operation", "schema"), BODIES, ids=[str(one) for one, _ in BODIES])
def test_an_unknown_member_hides_no_other_error(operation: Operation, schema: ma.Schema) -> None:
    taken = {field.data_key or name: field for name, field in schema.load_fields.items()}
    missing = next((name for name, field in taken.items() if field.required), None)
    wrong = {name: WRONG for name in taken if name != missing}
    with APP.test_request_context(method="POST", json={**wrong, STRANGE: 1}):
        with pytest.raises(UnprocessableEntity) as refused:
            Parser().parse(schema, request, location="json")
        problem = translated(refused.value)
    told = {one.pointer.split("/")[1] for one in problem.errors}
    assert told == {*wrong, STRANGE, *filter(None, [missing])}


def test_a_strange_member_a_missing_one_and_a_bad_value_are_all_told(
    client: Client, world: World
) -> None:
    student = client.as_(world.home.student)
    entries = f"/plans/{world.home.student.plan_id}/profile-entries"
    refused = student.post(entries, {"kind": "hobby", "boddy": "I sail."})
    assert refused.status_code == 422
    assert pointers(refused) == {"/kind", "/boddy", "/body"}


def test_an_action_is_told_what_it_misses_beside_what_it_does_not_take(
    client: Client, world: World
) -> None:
    advisor = client.as_(world.home.advisor)
    reviews = advisor.read(f"/students/{world.home.student.id}/reviews")["items"]
    body = {"action": "hold", "held_an": "2026-09-09", "mode": "by_pigeon", "reason": "None."}
    path = f"/reviews/{reviews[0]['id']}"
    answer = advisor.post(f"{path}/actions", body, headers={"If-Match": advisor.etag(path)})
    assert answer.status_code == 422
    assert pointers(answer) == {"/held_an", "/mode", "/reason", "/held_on", "/participants"}
