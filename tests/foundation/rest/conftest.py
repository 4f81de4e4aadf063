"""The application with one more small area, in which every convention is tested."""

from dataclasses import replace

import pytest

from plp_api.foundation.settings import Settings
from plp_api.server.app import Application, create_app
from tests import databases
from tests.client import Client
from tests.conftest import Live
from tests.foundation.rest.sample import blueprint
from tests.world import World


@pytest.fixture(scope="session")
def sample_app(settings: Settings, shared_database: databases.Isolated) -> Application:
    made = create_app(settings, shared_database)
    made.register_blueprint(blueprint)
    return made


@pytest.fixture(scope="session")
def live_samples(live: Live) -> Live:
    """A live application with the sample area."""
    made = create_app(live.settings, live.database)
    made.register_blueprint(blueprint)
    return replace(live, app=made)


@pytest.fixture
def client(sample_app: Application, database: databases.Isolated) -> Client:
    """A client without a token, of the application with the sample area."""
    return Client(sample_app)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    """The student of the world, signed in."""
    return client.as_(world.home.student)


@pytest.fixture
def goal(world: World) -> str:
    """The address of the student's goal as a sample."""
    return f"/samples/{world.home.student.goal_id}"


@pytest.fixture
def samples(world: World) -> str:
    """Where the student adds samples."""
    return f"/plans/{world.home.student.plan_id}/samples"


@pytest.fixture
def everything(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}/everything"
