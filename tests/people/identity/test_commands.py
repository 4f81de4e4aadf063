"""`plp people invite`, as an operator runs it on a real installation."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from plp_api.foundation import db
from plp_api.foundation.roster.models import District, School
from plp_api.foundation.settings import Settings
from plp_api.server.app import create_app
from plp_api.server.cli import main
from tests import databases
from tests.client import Client, code
from tests.people.identity.conftest import PASSWORD


@pytest.fixture(scope="module")
def installation(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A district with one school and nobody in it."""
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    settings = databases.prepared(kind, tmp_path_factory.mktemp("installed"))
    database = db.Database(settings.database_url)
    with database.transaction() as session:
        district = District(id=db.new_id(), name="Tamarack Union", slug="tamarack")
        session.add(district)
        session.flush()
        session.add(School(district_id=district.id, name="Tamarack High", sourced_id="hs"))
    database.dispose()
    return settings


@pytest.fixture(scope="module")
def client(installation: Settings) -> Iterator[Client]:
    """A client of that installation."""
    app = create_app(installation)
    yield Client(app)
    app.database.dispose()


def plp(settings: Settings, *arguments: str) -> Result:
    environment = {
        "PLP_DATABASE_URL": settings.database_url,
        "PLP_DATA_DIR": str(settings.data_dir),
        "PLP_SECRET_KEY": settings.secret_key,
        "PLP_PASSWORD_COST": "minimal",
    }
    return CliRunner(env=environment).invoke(main, ["people", "invite", *arguments])


def shown(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    lines = [line.rsplit(maxsplit=1) for line in result.stdout.splitlines()]
    return {name.strip(): value for name, value in lines}


def new(username: str, *more: str) -> list[str]:
    return ["--given", "Ada", "--family", "Lovelace", "--username", username, *more]


def test_the_first_admin_gets_in(client: Client, installation: Settings) -> None:
    printed = shown(plp(installation, *new("ada", "--role", "district_admin")))
    answer = client.post("/auth/activate", {"code": printed["code"], "password": PASSWORD})
    assert answer.json["person_id"] == printed["person"]
    me = Client(client.app, answer.json["access_token"]).read("/me")
    assert me["offices"] == [{"role": "district_admin", "school_id": None}]

    again = shown(plp(installation, "--person", printed["person"], "--role", "district_admin"))
    assert again["code"] != printed["code"]
    assert len(Client(client.app, answer.json["access_token"]).read("/me")["offices"]) == 1


def test_an_office_at_a_school_names_it_as_the_roster_does(
    client: Client, installation: Settings
) -> None:
    printed = shown(plp(installation, *new("grace", "--role", "counselor", "--school", "hs")))
    answer = client.post("/auth/activate", {"code": printed["code"], "password": PASSWORD})
    me = Client(client.app, answer.json["access_token"]).read("/me")
    assert [one["name"] for one in me["schools"]] == ["Tamarack High"]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([], 2),
        (["--given", "Ada"], 2),
        (["--given", "Ada", "--family", "Lovelace"], 2),
        (["--person", "x"], 2),
        (["--person", "01900000-0000-7000-8000-000000000000", "--username", "eve"], 2),
        ([*new("eve", "--role", "emperor")], 2),
        ([*new("eve", "--role", "district_admin", "--district", "nowhere")], 1),
        ([*new("eve", "--role", "district_admin", "--school", "hs")], 1),
        ([*new("eve", "--role", "counselor", "--school", "nowhere")], 1),
        (["--person", "01900000-0000-7000-8000-000000000000"], 1),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    client: Client, installation: Settings, arguments: list[str], exit_code: int
) -> None:
    result = plp(installation, *arguments)
    assert result.exit_code == exit_code
    assert result.stderr
    assert result.stdout == ""
    with patch("plp_api.people.identity.throttle.FREE", 100):
        tried = {"username": "eve", "password": PASSWORD}
        assert code(client.post("/auth/login", tried)) == "credentials_invalid"


def test_a_user_name_is_given_once(installation: Settings) -> None:
    shown(plp(installation, *new("twin", "--role", "registrar")))
    second = plp(installation, *new("TWIN", "--role", "registrar"))
    assert second.exit_code == 1
    assert "taken" in second.stderr
