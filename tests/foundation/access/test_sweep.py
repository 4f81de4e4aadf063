"""The sweep: every operation, tried by everybody, on rows at home and where they must not reach.

Nothing is listed here but what is public. An operation that is registered is
swept; what must come of it follows from the permission it names, the matrix
as text, and a computation of reach that shares nothing with the code.

Most refusals are asked of `Access` itself (`asking`). Over HTTP goes the first case of
each operation and outcome, and every case in which more decides than `Access`: see
`Sweep.needs_http`.
"""

import random
import re
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple
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
from plp_api.server.app import Application
from tests import databases
from tests.client import Client
from tests.foundation.access import asking, rows
from tests.foundation.access.operations import AREAS, OPERATIONS, Operation
from tests.foundation.access.reach import (
    ALLOWED,
    DENIED,
    HIDDEN,
    Owner,
    Reader,
    elo_of,
    readers,
)
from tests.world import CAST, World

pytestmark = pytest.mark.both_databases

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
    "GET /shared/<token>",
    "GET /shared/<token>/downloads/<uuid:part_id>",
    "GET /shared/<token>/files/<uuid:part_id>",
    "GET /shared/<token>/showcase.pdf",
    "GET /shared/<token>/thumbnails/<uuid:part_id>",
    "GET /sign/<token>",
    "GET /verifications/<token>",
    "POST /api/v1/auth/activate",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/password-reset",
    "POST /api/v1/auth/password-reset/confirm",
    "POST /api/v1/auth/refresh",
    "POST /shared/<token>",
    "POST /sign/<token>",
    "POST /verifications/<token>",
}
# Addresses that serve one kind of a table's rows: the table and the kind.
KINDS = {"school-years": (AcademicSession, "schoolYear"), "terms": (AcademicSession, "term")}
# Lists that leave out rows one may see, on purpose: which they show.
SHOWN: dict[str, Any] = {"GET /api/v1/people": lambda owner: owner.student_id is None}
# Granted to schools' offices too, but on what is the whole district's only to the district's.
DISTRICTS_OWN = {
    "PATCH /api/v1/districts/<uuid:district_id>",
    "POST /api/v1/framework-imports",
    "POST /api/v1/roster-imports",
    "POST /api/v1/scales",
}
# Schools of every district, to place a student at: that a school exists is no secret.
OF_ALL_DISTRICTS = {"GET /api/v1/host-schools"}
# Read by position, not by page; that they tell nothing of anybody out of reach is looked at too.
NO_PAGES = {"GET /api/v1/events"}
# What an ELO names of its student, besides its own parts; of each, no more than the id.
NAMED_BY_WORK = {"students", "plans", "interests", "goals"}
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


class Case(NamedTuple):
    """One person, one operation, one row, and what must come of it."""

    operation: Operation
    name: str
    where: str | None
    row_id: UUID | None
    wanted: str
    action: str | None = None

    def __str__(self) -> str:
        action = f"{self.action} " if self.action else ""
        return f"{self.operation} {action}by {self.name}, row {self.where}"


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
        self.callers = {
            name: asking.caller_of(database, one.person) for name, one in self.readers.items()
        }
        self.begin()

    def begin(self) -> None:
        """Count anew."""
        self.failures: list[str] = []
        self.cases = self.requests = 0

    def cases_of(self, operations: Iterable[Operation]) -> Iterator[Case]:
        """Every case of these operations: who tries them, and where."""
        tried: set[Any] = set()
        for operation in operations:
            ownership = getattr(operation.model, "__ownership__", None)
            places = rows.places(ownership) if ownership is not None else (None,)
            # Where a row is read, everybody there is tries; elsewhere one of each role.
            is_first = operation.method == "GET" and operation.model not in tried
            tried.add(operation.model)
            names = (*self.readers, NOBODY) if is_first else (*CAST, NOBODY)
            for where in places:
                for name in names:
                    yield from self.case(operation, name, where)

    def case(self, operation: Operation, name: str, where: str | None) -> Iterator[Case]:
        """The case, unless there is no row to try."""
        reader = self.readers.get(name)
        row_id = self.row(operation, where, reader) if where else None
        if row_id or not where:
            yield Case(operation, name, where, row_id, self.wanted(operation, reader, row_id))

    def try_all(self, cases: Iterable[Case]) -> None:
        """Each case, over HTTP or by asking; of each operation and outcome one over HTTP."""
        sent: set[tuple[Any, ...]] = set()
        asked = []
        for case in cases:
            kind = (str(case.operation), case.action, case.wanted)
            if kind in sent and not self.needs_http(case):
                asked.append(case)
                continue
            sent.add(kind)
            self.try_over_http(case)
        self.compare(asked)

    def compare(self, cases: Iterable[Case]) -> None:
        """What `Access` answers in each case is what is wanted."""
        for case, got in self.ask(cases):
            if got != case.wanted:
                self.failures.append(f"{case}: wanted {case.wanted}, access answers {got}")

    def needs_http(self, case: Case) -> bool:
        """Whether more decides than what `Access` is asked.

        Who is nobody has no access to ask. What is allowed the view may still
        refuse, and its answer must tell of nobody else. A view that asks ahead
        checks its row itself, and one of DISTRICTS_OWN the office.
        """
        operation = case.operation
        is_views = operation.asks_ahead or str(operation) in DISTRICTS_OWN
        return case.wanted in (ALLOWED, NOBODY) or is_views

    def ask(self, cases: Iterable[Case]) -> Iterator[tuple[Case, str]]:
        """What `Access` answers in each case; a transaction for each person."""
        in_order = sorted(cases, key=lambda case: case.name)
        for name, theirs in groupby(in_order, key=lambda case: case.name):
            caller = self.callers[name]
            with self.database.transaction(districts=caller.districts):
                for case in theirs:
                    self.cases += 1
                    yield case, self.asked(case)

    def asked(self, case: Case) -> str:
        """What `Access` answers in one case."""
        caller, operation = self.callers[case.name], case.operation
        if case.action is None:
            return asking.outcome(caller, operation, case.row_id)
        assert case.row_id is not None
        model = operation.model or operation.view.each
        return asking.outcome_of_action(caller, operation, model, case.row_id, case.action)

    def try_over_http(self, case: Case) -> None:
        """One person sends one request about one row; what came of it is taken back."""
        self.cases += 1
        answer = self.sent(case)
        if not _is(answer, case.wanted, case.action):
            got = f"{answer.status_code} {_told(answer)}"
            self.failures.append(f"{case}: wanted {case.wanted}, got {got}")
        elif answer.status_code < 300 and case.name in self.readers:
            reader = self.readers[case.name]
            self.check_answer(case.operation, reader, case.where, answer)

    def sent(self, case: Case) -> Any:
        """The answer to the request of a case."""
        body = {"action": case.action} if case.action else None
        return self.send(case.operation, case.name, case.operation.path(case.row_id), body)

    def send(self, operation: Operation, name: str, path: str, json: Any = None) -> Any:
        """Sends as little of a body as reaches the view: who may is checked before it is read."""
        body = {"json": json or {}} if operation.method in ("POST", "PUT", "PATCH") else {}
        client = self.clients.get(name, self.client)
        self.requests += 1
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
        if stands == ALLOWED and (also := operation.also_on(owner)):
            ownership = operation.model.__ownership__
            if isinstance(ownership, OwnedByStudent):
                stands = reader.stands(ownership, owner, also)
            else:
                # Rows of students beneath what is a place's: on any student at all.
                stands = ALLOWED if reader.may(also) else DENIED
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
            if _is_part_of_work(model, owner, reader):
                return not is_sealed
            return owner.student_id in reader.students and not is_sealed
        if isinstance(ownership, OwnedByPerson):
            return owner.person_id == reader.person.id
        is_shared = self.world.home.placed.id in reader.students
        return owner.district_id == reader.person.district_id or is_shared

    def actions_of(self, operation: Operation, names: Iterable[str]) -> Iterator[Case]:
        """Every action of the operation, by whoever may read the row at home; or on each row."""
        for name in names:
            reader = self.readers[name]
            for action in operation.view.life.actions:
                if operation.model is None:
                    yield from self.actions_on_many(operation, reader, action)
                elif case := self.action(operation, reader, rows.HOME, action):
                    is_read = self.wanted(operation, reader, case.row_id) == ALLOWED
                    yield from [case] if is_read else []

    def actions_on_many(self, operation: Operation, reader: Reader, action: str) -> Iterator[Case]:
        """The action on a row at home, one beside it and a foreign one."""
        if not reader.may(operation.permission or ""):
            return
        for where in rows.places(operation.view.each.__ownership__):
            if case := self.action(operation, reader, where, action):
                yield case

    def action(self, operation: Operation, reader: Reader, where: str, action: str) -> Case | None:
        """The case of one action on a row there."""
        row_id = self.row(operation, where, reader)
        if row_id is None:
            return None
        model = operation.model or operation.view.each
        wanted = self.action_wanted(operation.view.life, model, action, reader, row_id)
        return Case(operation, reader.name, where, row_id, wanted, action)

    def try_many_at_once(self, cases: Iterable[Case]) -> None:
        """Actions on many rows: one request of a person for all, or `Access` is asked of each."""
        sent: set[tuple[Any, ...]] = set()
        asked: list[Case] = []
        for _, group in groupby(cases, key=lambda case: (case.name, case.action)):
            together = list(group)
            kind = (together[0].action, *(case.wanted for case in together))
            if kind in sent and ALLOWED not in kind:
                asked += together
            else:
                sent.add(kind)
                self.try_together(together)
        self.compare(asked)

    def try_together(self, cases: list[Case]) -> None:
        """The same action on several rows, in one request."""
        self.cases += len(cases)
        for case, got in zip(cases, self.outcomes_together(cases), strict=True):
            if got != case.wanted:
                self.failures.append(f"{case}: wanted {case.wanted}, got {got}")

    def outcomes_together(self, cases: list[Case]) -> list[str]:
        """What came of each row of one request."""
        operation, name, action = cases[0].operation, cases[0].name, cases[0].action
        items = [{"id": str(case.row_id), "version": 1} for case in cases]
        body = {"action": action, "items": items}
        answer = self.send(operation, name, operation.path(None), body)
        if answer.status_code != 200:
            return [f"{answer.status_code} {_told(answer)}"] * len(cases)
        told = [item.get("problem", {}).get("code") for item in answer.json["items"]]
        codes = {"not_found": HIDDEN, **dict.fromkeys(CLOSED, DENIED)}
        return [codes.get(code, ALLOWED) for code in told]

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
        self.requests += 1
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


def _is_part_of_work(model: Any, owner: Owner, reader: Reader) -> bool:
    """Whether the reader is assigned to what the row belongs to, or which names it."""
    is_named = model.__tablename__ in NAMED_BY_WORK and owner.student_id is not None
    work = elo_of(owner.student_id) if is_named and owner.student_id else owner.work
    return work in reader.assigned


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
    is_report = operation.rule.startswith("/api/v1/reports/")
    if operation.method != "GET" or operation.model is not None or is_report:
        return None
    return TABLES.get(operation.rule.rsplit("/", 1)[1])


def _serves(operation: Operation, owner: Owner) -> bool:
    """Whether the address serves that kind of row."""
    _, kind = KINDS.get(operation.collection, (None, owner.kind))
    return owner.kind == kind


def _is(answer: Any, wanted: str, action: str | None = None) -> Any:
    status = answer.status_code
    if action:
        return (wanted == ALLOWED) != (_told(answer) == "permission_denied")
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


@pytest.fixture(scope="module")
def signed_in(
    shared_app: Application, shared_database: databases.Isolated, populated: World
) -> Iterator[Sweep]:
    """Everybody signed in, once for all tests here: each case is taken back by itself."""
    with shared_database.isolated():
        yield Sweep(Client(shared_app), shared_database, populated)


@pytest.fixture
def sweep(signed_in: Sweep, record_property: Any) -> Iterator[Sweep]:
    started = time.perf_counter()
    signed_in.begin()
    yield signed_in
    spent = time.perf_counter() - started
    record_property("sweep", (signed_in.cases, signed_in.requests, spent))


def swept(area: str) -> list[Operation]:
    return [one for one in OPERATIONS if one.area == area and one.permission]


SWEPT = [one for one in AREAS if swept(one)]


@pytest.mark.parametrize("area", SWEPT)
def test_an_operation_lets_in_whom_the_matrix_names_and_nobody_else(
    area: str, sweep: Sweep
) -> None:
    sweep.try_all(sweep.cases_of(swept(area)))
    assert not sweep.failures, "\n".join(dict.fromkeys(sweep.failures))


def lives() -> list[Operation]:
    return [one for one in OPERATIONS if hasattr(one.view, "life")]


@pytest.mark.parametrize("operation", lives(), ids=str)
def test_an_action_is_open_to_whom_its_permissions_are_and_to_nobody_else(
    operation: Operation, sweep: Sweep
) -> None:
    if operation.model is not None:
        sweep.try_all(sweep.actions_of(operation, sweep.readers))
    else:
        sweep.try_many_at_once(sweep.actions_of(operation, CAST))
    assert not sweep.failures, "\n".join(dict.fromkeys(sweep.failures))


def test_access_answers_as_the_operation_does_over_http(sweep: Sweep) -> None:
    """Cases drawn at random, the same in each run, asked both ways: what makes asking enough."""
    cases = [
        case
        for area in SWEPT
        for case in sweep.cases_of(swept(area))
        if case.wanted != NOBODY and str(case.operation) not in DISTRICTS_OWN
    ]
    cases += [
        case
        for operation in lives()
        if operation.model is not None
        for case in sweep.actions_of(operation, sweep.readers)
    ]
    drawn = random.Random(942).sample(cases, min(len(cases), databases.compared_cases()))
    different = []
    for case, got in list(sweep.ask(drawn)):
        answer = sweep.sent(case)
        if not _is(answer, got, case.action):
            different.append(f"{case}: asked {got}, sent {answer.status_code} {_told(answer)}")
    assert not different, "\n".join(different)


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
