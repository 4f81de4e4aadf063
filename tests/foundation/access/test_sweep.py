"""The sweep: every operation, tried by everybody, on rows at home and where they must not reach.

Nothing is listed here but what is public. An operation that is registered is
swept; what must come of it follows from the permission it names, the matrix
as text, and a computation of reach that shares nothing with the code.
"""

import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import (
    OwnedByPerson,
    OwnedByStudent,
    SystemRow,
)
from plp_api.foundation.roster.classes import AcademicSession
from plp_api.foundation.roster.models import District, School
from tests import databases
from tests.client import Client
from tests.foundation.access import rows
from tests.foundation.access.operations import AREAS, OPERATIONS, Operation
from tests.foundation.access.reach import ALLOWED, DENIED, HIDDEN, Owner, Reader, readers
from tests.world import CAST, World

# What anybody may send, signed in or not. A line is added here on purpose, or never.
PUBLIC = {
    "GET /docs",
    "GET /docs/<path:name>",
    "GET /docs/start.js",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /openapi.json",
    "GET /problems/<code>",
    "GET /sign/<token>",
    "POST /api/v1/auth/activate",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/password-reset",
    "POST /api/v1/auth/password-reset/confirm",
    "POST /api/v1/auth/refresh",
    "POST /sign/<token>",
}
# Addresses that serve one kind of a table's rows: the table and the kind.
KINDS = {"school-years": (AcademicSession, "schoolYear"), "terms": (AcademicSession, "term")}
# Lists that leave out rows one may see, on purpose: which they show.
SHOWN: dict[str, Any] = {"GET /api/v1/people": lambda owner: owner.student_id is None}
# Granted to schools' offices too, but on what is the whole district's only to the district's.
DISTRICTS_OWN = {
    "PATCH /api/v1/districts/<uuid:district_id>",
    "POST /api/v1/roster-imports",
}
# Schools of every district, to place a student at: that a school exists is no secret.
OF_ALL_DISTRICTS = {"GET /api/v1/host-schools"}
# Read by position, not by page; that they tell nothing of anybody out of reach is looked at too.
NO_PAGES = {"GET /api/v1/events"}
NOBODY = "nobody"
A_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_names_its_permission_or_is_public(operation: Operation) -> None:
    is_public = str(operation) in PUBLIC
    assert is_public == (operation.permission is None), (
        f"{operation}: decorate the view with `blueprint.requires(Permission.…)`, outermost but for"
        " `route`, or add it to PUBLIC here"
    )


def test_what_is_called_public_exists() -> None:
    assert {*map(str, OPERATIONS)} >= {
        *PUBLIC,
        *SHOWN,
        *DISTRICTS_OWN,
        *OF_ALL_DISTRICTS,
        *NO_PAGES,
    }


class Sweep:
    """The world with everybody signed in, and every row's owner by heart."""

    def __init__(self, client: Client, database: databases.Isolated, world: World) -> None:
        self.database, self.world, self.client = database, world, client
        self.readers = readers(world)
        self.clients = {name: client.as_(one.person) for name, one in self.readers.items()}
        # Somebody whose sessions are nobody's business at home.
        client.as_(world.away.counselor)
        with database.transaction(districts=[world.home.district_id, world.away.district_id]):
            rows.complete(world)
            self.owners = rows.all_rows(_resources())
        self.failures: list[str] = []
        self.cases = 0

    def try_(self, operation: Operation, name: str, where: str | None) -> None:
        """One case: one person sends one request about one row; what came of it is taken back."""
        reader = self.readers.get(name)
        row_id = self.row(operation, where, reader) if where else None
        if where and row_id is None:
            return
        wanted = self.wanted(operation, reader, row_id)
        answer = self.send(operation, name, operation.path(row_id))
        self.cases += 1
        if not _is(answer, wanted):
            got = f"{answer.status_code} {_told(answer)}"
            self.fail(operation, name, where, f"wanted {wanted}, got {got}")
        elif answer.status_code < 300 and reader:
            self.check_answer(operation, reader, where, answer)

    def send(self, operation: Operation, name: str, path: str, json: Any = None) -> Any:
        """Sends as little of a body as reaches the view: who may is checked before it is read."""
        body = {"json": json or {}} if operation.method in ("POST", "PUT", "PATCH") else {}
        client = self.clients.get(name, self.client)
        with self.database.undone():
            return client.send(operation.method, f"/{path}", headers={"If-Match": "*"}, **body)

    def fail(self, operation: Operation, name: str, where: str | None, what: str) -> None:
        self.failures.append(f"{operation} by {name}, row {where}: {what}")

    def row(self, operation: Operation, where: str, reader: Reader | None) -> UUID | None:
        """A row at that place, of what the operation is about."""
        model = operation.model or operation.view.each
        asker = reader or self.readers["student"]
        for row_id, owner in self.owners[model].items():
            is_there = rows.is_at(where, owner, model.__ownership__, self.world, asker)
            if is_there and _serves(operation, owner):
                return row_id
        self.failures.append(
            f"{model.__name__} has no row at {where}: add one to tests/world.py, or to"
            " tests/foundation/access/rows.py if most tests would stumble over it"
        )
        return None

    def wanted(self, operation: Operation, reader: Reader | None, row_id: UUID | None) -> str:
        """What must come of it, by the matrix."""
        permission = operation.permission
        assert permission is not None
        if reader is None:
            return NOBODY
        is_districts = str(operation) in DISTRICTS_OWN and not reader.is_wide
        if row_id is None:
            return ALLOWED if reader.may(permission) and not is_districts else DENIED
        owner = self.owners[operation.model][row_id]
        stands = reader.stands(operation.model.__ownership__, owner, permission)
        if stands == ALLOWED and operation.also:
            stands = reader.stands(operation.model.__ownership__, owner, operation.also)
        return DENIED if is_districts and stands == ALLOWED else stands

    def check_answer(self, operation: Operation, reader: Reader, where: Any, answer: Any) -> None:
        """Nothing of anybody out of reach is in the answer, in any place of it."""
        told = {UUID(one) for one in A_UUID.findall(answer.get_data(as_text=True))}
        for model, owners in self.owners.items():
            for leaked in told & owners.keys():
                is_open = str(operation) in OF_ALL_DISTRICTS and model in (District, School)
                if not is_open and not self.may_be_told(model, owners[leaked], reader):
                    self.fail(operation, reader.name, where, f"tells of a {model.__name__}")

    def may_be_told(self, model: Any, owner: Owner, reader: Reader) -> Any:
        """Whether a row's id may appear in an answer to the reader.

        People, schools and the like are named across their district; across
        districts only by a placement. What is a student's needs reach.
        """
        ownership = model.__ownership__
        if isinstance(ownership, OwnedByStudent):
            is_sealed = (
                ownership.about and reader.stands(ownership, owner, ownership.read) == HIDDEN
            )
            return owner.student_id in reader.students and not is_sealed
        if isinstance(ownership, OwnedByPerson):
            return owner.person_id == reader.person.id
        is_shared = self.world.home.placed.id in reader.students
        return owner.district_id == reader.person.district_id or is_shared

    def act(self, operation: Operation, name: str, action: str) -> None:
        """One action on the row at home, by somebody who may read it."""
        reader = self.readers[name]
        row_id = self.row(operation, rows.HOME, reader)
        if row_id is None or self.wanted(operation, reader, row_id) != ALLOWED:
            return
        wanted = self.action_wanted(operation.view.life, operation.model, action, reader, row_id)
        answer = self.send(operation, name, operation.path(row_id), {"action": action})
        self.cases += 1
        if (wanted == ALLOWED) == (_told(answer) == "permission_denied"):
            got = f"{answer.status_code} {_told(answer)}"
            self.fail(operation, name, rows.HOME, f"{action}: wanted {wanted}, got {got}")

    def act_on_many(self, operation: Operation, name: str, action: str) -> None:
        """The same action on a row at home, one beside it and a foreign one, in one request."""
        reader, model = self.readers[name], operation.view.each
        if not reader.may(operation.permission or ""):
            return
        places = rows.places(model.__ownership__)
        ids = [self.row(operation, where, reader) for where in places]
        items = [{"id": str(row_id), "version": 1} for row_id in ids]
        body = {"action": action, "items": items}
        answer = self.send(operation, name, operation.path(None), body)
        self.cases += 1
        if answer.status_code != 200:
            self.fail(operation, name, None, f"{action}: got {answer.status_code}")
            return
        for where, row_id, item in zip(places, ids, answer.json["items"], strict=True):
            wanted = self.action_wanted(operation.view.life, model, action, reader, row_id)
            told = item.get("problem", {}).get("code")
            got = {"not_found": HIDDEN, **dict.fromkeys(CLOSED, DENIED)}.get(told, ALLOWED)
            if got != wanted:
                self.fail(operation, name, where, f"{action}: wanted {wanted}, got {told}")

    def action_wanted(self, life: Any, model: Any, action: str, reader: Reader, row_id: Any) -> str:
        """The best of what the action's permissions come to; what may not be read is hidden."""
        ownership, owner = model.__ownership__, self.owners[model][row_id]
        if reader.stands(ownership, owner, ownership.read) == HIDDEN:
            return HIDDEN
        needed = {one for move in life.moves if move.action == action for one in move.permissions}
        stands = {reader.stands(ownership, owner, permission) for permission in needed}
        return ALLOWED if ALLOWED in stands else DENIED

    def list_(self, operation: Operation, name: str) -> None:
        """Every row that a list shows, and every one it should: nobody's else, and none missing."""
        reader = self.readers[name]
        model = _model_of(operation)
        is_shown = SHOWN.get(str(operation), lambda owner: True)
        wanted = {
            row_id
            for row_id, owner in self.owners[model].items()
            if is_shown(owner)
            and _serves(operation, owner)
            and reader.stands(model.__ownership__, owner, model.__ownership__.read) == ALLOWED
        }
        listed = self.walk(operation, name)
        self.cases += 1
        if listed is None:
            if reader.may(operation.permission or ""):
                self.fail(operation, name, None, "could not be listed")
        elif listed != wanted:
            more, less = len(listed - wanted), len(wanted - listed)
            self.fail(operation, name, None, f"lists {more} rows too many, {less} too few")

    def walk(self, operation: Operation, name: str) -> set[UUID] | None:
        """The ids of all pages; None where the list is refused."""
        found: set[UUID] = set()
        path = f"/{operation.path(None)}?limit=200"
        cursor: str | None = ""
        while cursor is not None:
            answer = self.clients[name].send("GET", f"{path}{cursor and '&cursor=' + cursor}")
            if answer.status_code != 200:
                return None
            found |= {UUID(one["id"]) for one in answer.json["items"]}
            cursor = answer.json["next_cursor"]
        return found


def _resources() -> list[Any]:
    """Every table with an id and an owner."""
    return [
        mapper.class_
        for mapper in Base.registry.mappers
        if not isinstance(mapper.class_.__ownership__, SystemRow) and hasattr(mapper.class_, "id")
    ]


TABLES = {
    **{model.__tablename__.replace("_", "-"): model for model in _resources()},
    **{address: model for address, (model, _) in KINDS.items()},
}


def _model_of(operation: Operation) -> Any:
    """Whose rows a list across students shows, if it is one: its address is the table's name."""
    if operation.method != "GET" or operation.model is not None:
        return None
    return TABLES.get(operation.rule.rsplit("/", 1)[1])


def _serves(operation: Operation, owner: Owner) -> bool:
    """Whether the address serves that kind of row."""
    _, kind = KINDS.get(operation.collection, (None, owner.kind))
    return owner.kind == kind


def _is(answer: Any, wanted: str) -> Any:
    status = answer.status_code
    if wanted == NOBODY:
        return status == 401
    if wanted == HIDDEN:
        return status == 404
    if wanted == DENIED:
        return status == 403
    return status not in (401, 404) and status < 500 and _told(answer) not in CLOSED


def _told(answer: Any) -> str | None:
    """The problem's code, if it is one."""
    is_problem = answer.mimetype == "application/problem+json"
    return answer.json["code"] if is_problem else None


CLOSED = ("permission_denied", "reason_required")


@pytest.fixture
def sweep(
    client: Client, database: databases.Isolated, world: World, record_property: Any
) -> Iterator[Sweep]:
    started = time.perf_counter()
    made = Sweep(client, database, world)
    yield made
    record_property("sweep", (made.cases, time.perf_counter() - started))


def swept(area: str) -> list[Operation]:
    return [one for one in OPERATIONS if one.area == area and one.permission]


@pytest.mark.parametrize("area", [one for one in AREAS if swept(one)])
def test_an_operation_lets_in_whom_the_matrix_names_and_nobody_else(
    area: str, sweep: Sweep
) -> None:
    tried: set[Any] = set()
    for operation in swept(area):
        ownership = getattr(operation.model, "__ownership__", None)
        places: tuple[str | None, ...] = (None,)
        if ownership is not None:
            places = rows.places(ownership)
        # Where a row is read, everybody there is tries; elsewhere one of each role.
        is_first = operation.method == "GET" and operation.model not in tried
        tried.add(operation.model)
        names = (*sweep.readers, NOBODY) if is_first else (*CAST, NOBODY)
        for where in places:
            for name in names:
                sweep.try_(operation, name, where)
    assert not sweep.failures, "\n".join(dict.fromkeys(sweep.failures))


def lives() -> list[Operation]:
    return [one for one in OPERATIONS if hasattr(one.view, "life")]


@pytest.mark.parametrize("operation", lives(), ids=str)
def test_an_action_is_open_to_whom_its_permissions_are_and_to_nobody_else(
    operation: Operation, sweep: Sweep
) -> None:
    for name in sweep.readers if operation.model else CAST:
        for action in operation.view.life.actions:
            if operation.model is not None:
                sweep.act(operation, name, action)
            else:
                sweep.act_on_many(operation, name, action)
    assert not sweep.failures, "\n".join(dict.fromkeys(sweep.failures))


def lists() -> list[Operation]:
    """Lists across students; what hangs off one row is swept with that row."""
    return [one for one in OPERATIONS if _model_of(one) and str(one) not in NO_PAGES]


def test_a_list_has_the_name_of_the_table_it_lists() -> None:
    paged = {str(one) for one in OPERATIONS if one.listing and one.model is None}
    assert paged - OF_ALL_DISTRICTS <= {*map(str, lists())}, (
        "so that the sweep knows whose rows it shows"
    )


def test_a_list_shows_everything_one_may_see_and_nothing_else(sweep: Sweep) -> None:
    for operation in lists():
        for name in sweep.readers:
            sweep.list_(operation, name)
    assert not sweep.failures, "\n".join(dict.fromkeys(sweep.failures))
