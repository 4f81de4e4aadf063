"""A list sends the same number of statements whatever it holds: each list, with 5 and with 50 rows.

What is a statement more for each row is told by no test of a small world, and costs
most where most is listed.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select, true

from plp_api.catalog.partners.models import Partner
from plp_api.foundation import db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.ownership import OwnedByPerson
from plp_api.foundation.roster.classes import AcademicSession
from plp_api.foundation.roster.models import Person, Student
from plp_api.learning.artifacts.models import Artifact, ArtifactPart, PartKind
from plp_api.learning.elos.models import Elo, EloTime
from plp_api.planning.plans.models import Plan, ProfileEntry
from plp_api.server.app import Application
from tests import databases
from tests.client import Client
from tests.foundation.access import crowd
from tests.foundation.access.operations import OPERATIONS, Operation
from tests.foundation.access.reach import artifact_of
from tests.queries import counting
from tests.world import World

FEW = 5
READERS = ("counselor", "advisor", "parent")
OTHERS = ("school_admin", "registrar", "district_admin", "teacher", "student")


class Crowd(NamedTuple):
    """The application with many rows in it, and who may read them."""

    client: Client
    database: databases.Isolated
    world: World


def lists() -> list[Operation]:
    """Every operation that answers with a page; the inbox, which has no table, counts its own."""
    shapes = [(one, getattr(one.view, "shape", None)) for one in OPERATIONS]
    pages = [one for one, shape in shapes if one.method == "GET" and shape and shape.is_page]
    return [one for one in pages if one.view.shape.name != "InboxItem"]


@pytest.fixture(scope="module")
def crowded(
    shared_app: Application, shared_database: databases.Isolated, populated: World
) -> Iterator[Crowd]:
    with shared_database.isolated():
        client = Client(shared_app)
        for name in (*READERS, *OTHERS):
            client.as_(getattr(populated.home, name))
        with shared_database.transaction(
            districts=[populated.home.district_id, populated.away.district_id]
        ):
            crowd.gather(populated)
        yield Crowd(client, shared_database, populated)


@pytest.mark.parametrize("operation", lists(), ids=str)
def test_a_longer_list_asks_no_more_of_the_database(operation: Operation, crowded: Crowd) -> None:
    path = _path(operation, crowded)
    told: dict[str, tuple[int, int, int]] = {}
    for name in (*READERS, *OTHERS):
        if name in OTHERS and any(most == crowd.MANY for *_, most in told.values()):
            break
        reader = crowded.client.as_(getattr(crowded.world.home, name))
        if reader.get(f"{path}limit={FEW}").status_code == 200:
            told[name] = _counts(reader, path, crowded)
    assert any(most == crowd.MANY for *_, most in told.values()), f"nobody sees many: {told}"
    assert all(few == many for few, many, _ in told.values()), told


def _counts(reader: Client, path: str, crowded: Crowd) -> tuple[int, int, int]:
    """The statements for a short and a long page, and how many rows were on the long one."""
    numbers, shown = [], 0
    for limit in (FEW, crowd.MANY):
        with counting(crowded.database) as sent:
            shown = len(reader.read(f"{path}limit={limit}")["items"])
        numbers.append(len(sent))
    return numbers[0], numbers[1], shown


def _path(operation: Operation, crowded: Crowd) -> str:
    """The address of the list, with enough rows of its kind in the database."""
    home = crowded.world.home
    model = _model(operation)
    parent = _parent(operation, crowded)
    criterion = true() if parent is None else crowd.beneath(operation, model, parent)
    with crowded.database.transaction(districts=[home.district_id]):
        crowd.multiply(model, _of_home(operation, model, crowded.world) & criterion)
    return f"/{operation.path(parent)}?"


# What lists show that are not made by `Blueprint.lists`: by the resource's name.
MODELS: dict[str, Any] = {
    "PlanSummary": Plan,
    "EloSummary": Elo,
    "ArtifactSummary": Artifact,
    "ProfileEntry": ProfileEntry,
    "Event": Event,
    "PartnerDuplicate": Partner,
    "UnvisitedElo": Elo,
    "OffCampus": EloTime,
}
# The student's rows beneath which lists are read, by the name of the table.
KEYS = {
    "students": "id",
    "plans": "plan_id",
    "plan_versions": "version_id",
    "goals": "goal_id",
    "reviews": "review_id",
}


def _model(operation: Operation) -> Any:
    if operation.listing is not None:
        return operation.listing.model
    return MODELS[operation.view.shape.name]


def _of_home(operation: Operation, model: Any, world: World) -> Any:
    """The rows of the model that the list may show."""
    if model is AcademicSession:
        is_year = AcademicSession.type == "schoolYear"
        kind = is_year if operation.collection == "school-years" else ~is_year
        return kind & (AcademicSession.district_id == world.home.district_id)
    if model is Person:
        return Person.id.not_in(select(Student.id)) & (Person.district_id == world.home.district_id)
    if model is ArtifactPart:
        return (model.kind == PartKind.LINK) & (model.district_id == world.home.district_id)
    if isinstance(model.__ownership__, OwnedByPerson):
        return model.person_id == world.home.counselor.id
    return model.district_id == world.home.district_id


def of_home(model: Any, home: Any) -> Any:
    """The rows of a kind that is about no student; of what schools have, those of the first."""
    is_home: Any = model.district_id == home.district_id
    has_school = hasattr(model, "school_id")
    return is_home & (model.school_id == home.school_id) if has_school else is_home


def _parent(operation: Operation, crowded: Crowd) -> UUID | None:
    """The row beneath which the list is read: the student's, or any at home."""
    model, home = operation.model, crowded.world.home
    if model is None:
        return None
    if model.__tablename__ in KEYS:
        key: UUID = getattr(home.student, KEYS[model.__tablename__])
        return key
    if model.__tablename__ == "advisories":
        return home.advisory_id
    if model.__tablename__ == "artifacts":
        # The kept one: a draft has nothing beneath it.
        return artifact_of(home.student.id)
    with crowded.database.transaction(districts=[home.district_id]):
        is_own = hasattr(model, "student_id")
        whose = model.student_id == home.student.id if is_own else of_home(model, home)
        found = select(model.id).where(whose).order_by(model.id)
        return db.session().scalars(found).first()
