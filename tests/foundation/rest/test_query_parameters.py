"""Every query parameter of every operation: given twice, and `fields` for sparse answers.

The document says which parameters there are. A list of values means any of them;
whatever is no list is refused when it is given twice, and named.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.ownership import OwnedByPerson, OwnedByStudent, PersonOfDistrict
from plp_api.foundation.rest.sparse import ALWAYS
from plp_api.planning.plans.models import Statement
from plp_api.server.app import Application
from tests import databases
from tests.client import Client, code, pointers
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS, Operation, idle_app
from tests.world import CAST, Place, World

DOCUMENT: dict[str, Any] = idle_app().extensions["plp_openapi"]
READERS = ("school_admin", "district_admin", "registrar", *CAST)


class Readable(NamedTuple):
    """The application with a row of every kind, and everybody signed in."""

    client: Client
    database: databases.Isolated
    world: World


@pytest.fixture(scope="module")
def readable(
    shared_app: Application, shared_database: databases.Isolated, populated: World
) -> Iterator[Readable]:
    with shared_database.isolated():
        client = Client(shared_app)
        for name in READERS:
            client.as_(getattr(populated.home, name))
        home = populated.home
        with shared_database.transaction(
            districts=[home.district_id, populated.away.district_id]
        ) as session:
            rows.complete(populated)
            session.add(rows.an_event(home))
        yield Readable(client, shared_database, populated)


def documented(operation: Operation) -> dict[str, Any]:
    """The parameters of the query that the document has for the operation, by name."""
    path = operation.rule
    for name, _ in operation.arguments:
        path = "".join((path[: path.index("<")], "{", name, "}", path[path.index(">") + 1 :]))
    described = DOCUMENT["paths"].get(path, {}).get(operation.method.lower(), {})
    return {one["name"]: one for one in described.get("parameters", []) if one["in"] == "query"}


ASKING = [one for one in OPERATIONS if documented(one)]
READING = [one for one in ASKING if "fields" in documented(one)]


def test_every_list_and_every_resource_offers_fields() -> None:
    paged = {str(one) for one in OPERATIONS if one.listing}
    assert paged <= {*map(str, READING)}
    singles = {str(one) for one in READING if not one.view.shape.is_page}
    assert {"GET /api/v1/plans/<uuid:plan_id>", "GET /api/v1/goals/<uuid:goal_id>"} <= singles
    assert len(singles) > 30


@pytest.mark.parametrize("operation", ASKING, ids=str)
def test_a_parameter_given_twice_means_any_of_both_or_is_refused(
    operation: Operation, readable: Readable
) -> None:
    reader, path = reader_of(operation, readable)
    for name, parameter in documented(operation).items():
        given = values(name, parameter["schema"], readable.world.home)
        others = needed(operation, name, readable.world.home)
        both = reader.get(path + query([*others, *((name, one) for one in given)]))
        if parameter["schema"].get("type") != "array":
            assert (both.status_code, code(both)) == (422, "validation_failed"), name
            assert pointers(both) == {name}
        elif name in ("fields", "expand", "by"):
            assert both.status_code == 200, (name, both.json)
        else:
            assert both.status_code == 200, (name, both.json)
            each = [shown(reader.get(path + query([*others, (name, one)]))) for one in given]
            assert shown(both) == set().union(*each), name


def shown(answer: Any) -> set[str]:
    """The ids of the rows; of evidence and sheets, which have none, those of the students."""
    assert answer.status_code == 200, answer.json
    (rows,) = (answer.json[key] for key in ("items", "competencies", "rows") if key in answer.json)
    return {one["id"] if "id" in one else one["student_id"] for one in rows}


def query(pairs: list[tuple[str, Any]]) -> str:
    return f"?{urlencode(pairs)}"


def needed(operation: Operation, name: str, home: Place) -> list[tuple[str, Any]]:
    """The other parameters without which the operation refuses."""
    return [
        (other, values(other, parameter["schema"], home)[0])
        for other, parameter in documented(operation).items()
        if parameter.get("required") and other != name
    ]


def values(name: str, schema: dict[str, Any], home: Place) -> list[Any]:
    """Two values that the parameter takes; ids are of rows at home."""
    if "$ref" in schema:
        return values(name, DOCUMENT["components"]["schemas"][schema["$ref"].split("/")[-1]], home)
    if "anyOf" in schema:
        return values(name, schema["anyOf"][0], home)
    if schema.get("type") == "array":
        return values(name, schema["items"], home)
    if "enum" in schema:
        return list(schema["enum"][:2])
    match schema.get("format"), schema.get("type"):
        case "uuid", _:
            return ids(name, home)
        case "date", _:
            return ["2026-09-01", "2026-09-02"]
        case "date-time", _:
            return ["2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z"]
        case _, "integer":
            return [2026, 2027] if name == "school_year" else [1, 2]
        case _, "boolean":
            return ["true", "false"]
    return ["es", "en"] if name == "language" else ["a", "b"]


def ids(name: str, home: Place) -> list[UUID]:
    known = {
        "school_id": [home.school_id, home.other_school_id],
        "student_id": [home.student.id, home.other_student.id],
        "plan_id": [home.student.plan_id, home.other_student.plan_id],
        "person_id": [home.student.id, home.parent.id],
        "advisor_id": [home.advisor.id, home.other_advisor.id],
        "advisory_id": [home.advisory_id, home.school_id],
        "class_id": [home.class_id, home.school_id],
        "parent_id": [home.parent.id, home.relative.id],
    }
    return known.get(name, [home.template_id, home.district_id])


def reader_of(operation: Operation, readable: Readable) -> tuple[Client, str]:
    """Who may read it at home, and its address for them."""
    home = readable.world.home
    others = needed(operation, "", home)
    for name in READERS:
        reader = readable.client.as_(getattr(home, name))
        for key in keys(operation, readable, name):
            path = f"/{operation.path(key)}"
            if reader.get(path + query(others)).status_code not in (403, 404):
                return reader, path
    raise AssertionError(f"nobody reads {operation}")


def keys(operation: Operation, readable: Readable, name: str) -> list[UUID | None]:
    """Rows at home that the operation may be asked of."""
    model, home = operation.model, readable.world.home
    if model is None:
        return [None]
    match model.__ownership__:
        case OwnedByStudent(column=column):
            theirs = getattr(model, column) == home.student.id
        case OwnedByPerson():
            theirs = model.person_id == getattr(home, name).id
        case PersonOfDistrict():
            theirs = model.id == home.advisor.id
        case ownership:
            theirs = getattr(model, getattr(ownership, "column", "")).is_not(None)
    with readable.database.transaction(districts=[home.district_id]):
        found = db.session().scalars(select(model.id).where(theirs))
        return list(found)


@pytest.mark.parametrize("operation", READING, ids=str)
def test_a_sparse_answer_has_the_members_asked_for_and_no_others(
    operation: Operation, readable: Readable
) -> None:
    reader, path = reader_of(operation, readable)
    whole = items(reader.get(path).json)
    members = operation.view.shape.members
    named = {"$ref": f"#/components/schemas/{operation.view.shape.name}Field"}
    assert documented(operation)["fields"]["schema"]["items"]["anyOf"][0] == named
    wanted = [one for one in members if one not in ALWAYS][:2]
    sparse = reader.get(f"{path}?fields={wanted[0]}&fields={wanted[-1]},id")
    assert sparse.status_code == 200, sparse.json
    kept = {*wanted, *ALWAYS}
    assert items(sparse.json) == [
        {name: value for name, value in one.items() if name in kept} for one in whole
    ]
    for unknown in ("no_such_member", "", f"{wanted[0]},nothing"):
        refused = reader.get(f"{path}?fields={unknown}")
        assert (refused.status_code, pointers(refused)) == (422, {"fields"})


def items(document: Any) -> list[Any]:
    found: list[Any] = document.get("items", [document])
    return found


def test_a_sparse_answer_has_a_tag_and_pages_of_its_own(readable: Readable) -> None:
    world = readable.world
    reader = readable.client.as_(world.home.advisor)
    for path in (f"/goals/{world.home.student.goal_id}", f"/plans/{world.home.student.plan_id}"):
        whole, sparse = (reader.get(path + more) for more in ("", "?fields=id,status"))
        assert whole.headers["ETag"] != sparse.headers["ETag"]
        known = {"headers": {"If-None-Match": sparse.headers["ETag"]}}
        assert reader.get(f"{path}?fields=id,status", **known).status_code == 304
        assert reader.get(path, **known).status_code == 200
    page = reader.get("/goals?limit=1&fields=title")
    following = page.headers["Link"].split("/api/v1", 1)[1].split(">")[0]
    for answer in (page, reader.get(following)):
        assert [set(one) for one in answer.json["items"]] == [{"id", "version", "title"}]


def test_parts_and_members_of_a_plan_add_up(readable: Readable) -> None:
    student = readable.world.home.student
    path = f"/plans/{student.plan_id}"
    reader = readable.client.as_(student)
    for words in ("expand=goals&expand=signatures", "expand=goals,signatures"):
        shown = reader.read(f"{path}?{words}&fields=goals,signatures,student")
        assert set(shown) == {"id", "version", "student", "goals", "signatures"}
    assert pointers(reader.get(f"{path}?expand=goals&expand=grades")) == {"expand"}


def test_fields_are_only_for_reading(readable: Readable) -> None:
    student = readable.world.home.student
    path = f"/goals/{student.goal_id}"
    reader = readable.client.as_(student)
    changed = reader.patch(f"{path}?fields=id", {"title": "Other"}, reader.etag(path))
    assert (changed.status_code, pointers(changed)) == (422, {"fields"})


def test_a_sparse_answer_hides_the_words_of_a_withdrawn_statement(readable: Readable) -> None:
    student = readable.world.home.student
    reader = readable.client.as_(student)
    key = reader.read(f"/plan-versions/{student.version_id}/statements")["items"][0]["id"]
    assert reader.read(f"/statements/{key}?fields=body")["body"] != ""
    with readable.database.undone():
        with readable.database.transaction(districts=[student.district_id]) as session:
            session.get_one(Statement, UUID(key)).withdrawn_at = clock.now()
        assert reader.read(f"/statements/{key}?fields=body") == {"id": key, "body": ""}
