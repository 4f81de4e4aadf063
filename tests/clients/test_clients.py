"""Both generated clients compile with the strictest settings, and do a front end's first calls."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from plp_api.foundation import db
from plp_api.foundation.roster.models import Account
from plp_api.people.identity import passwords
from tests import databases
from tests.clients import node
from tests.main_job.live import Installation
from tests.world import populate

pytestmark = pytest.mark.servers
OPENAPI = node.ROOT / "openapi"
PROGRAMS = Path(__file__).parent
PASSWORD = "maple syrup in april"
PRINTED = [
    "draft of 2 goals: Shadow a nurse",
    "Shadow two nurses propose",
    "not_found",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the test world, in which the student and a student elsewhere can sign in."""
    settings = databases.prepared(databases.SQLITE, tmp_path_factory.mktemp("clients"))
    database = db.Database(settings.database_url)
    world = populate(database)
    with database.transaction() as session:
        for somebody in (world.home.student, world.home.senior):
            account = session.get_one(Account, somebody.account_id)
            account.username = somebody.username + ".home"
            account.password_hash = passwords.hashed(PASSWORD)
    database.dispose()
    installation = Installation(settings)
    with installation.serve() as server:
        yield f"http://127.0.0.1:{server.port}"
    installation.close()


def run(*command: object, cwd: Path) -> str:
    """What the command prints, which must succeed."""
    words = [str(word) for word in command]
    # The generator formats what it wrote, with the ruff that stands beside it.
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, "PATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{words}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_the_python_client_is_strict_and_works(address: str, tmp_path: Path) -> None:
    generated = run(
        Path(sys.executable).with_name("openapi-python-client"),
        *("generate", "--path", OPENAPI / "openapi.json", "--meta=none"),
        *("--config", OPENAPI / "python-client.yaml", "--output-path=plp_client"),
        cwd=tmp_path,
    )
    assert generated.strip() == "Generating plp_client", "the generator warns"
    program = Path(copyfile(PROGRAMS / "python" / "program.py", tmp_path / "program.py"))
    (tmp_path / "mypy.ini").write_text(MYPY)
    run(sys.executable, "-m", "mypy", "program.py", "plp_client", cwd=tmp_path)
    printed = run(sys.executable, program, address, "student.home", PASSWORD, cwd=tmp_path)
    assert printed.splitlines() == PRINTED


# The generator's own frame, the same for every API, passes its `__exit__` on untyped.
MYPY = """\
[mypy]
strict = True
warn_unreachable = True
[mypy-plp_client.client]
follow_imports = silent
ignore_errors = True
"""


def test_the_typescript_client_is_strict_and_works(address: str, tmp_path: Path) -> None:
    modules = node.INSTALLED / "node_modules"
    assert modules.exists(), "run `make test`, or `python -m tests.clients.node`"
    (tmp_path / "node_modules").symlink_to(modules)
    for name in ("package.json", "tsconfig.json", "program.ts"):
        copyfile(node.WANTED / name, tmp_path / name)
    generator = modules / "openapi-typescript" / "bin" / "cli.js"
    generated = run(node.NODE, generator, OPENAPI / "openapi.json", "-o=api.d.ts", cwd=tmp_path)
    assert "warn" not in generated.lower()
    assert "⚠" not in generated
    run(node.NODE, modules / "typescript" / "bin" / "tsc", cwd=tmp_path)
    printed = run(node.NODE, "program.ts", address, "senior.home", PASSWORD, cwd=tmp_path)
    assert printed.splitlines() == PRINTED
