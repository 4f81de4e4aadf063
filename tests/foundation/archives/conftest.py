"""Archives as tests make and read them."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from PIL import Image
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.archives import actions
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.settings import Settings
from plp_api.learning.showcases.models import Showcase, ShowcaseItem
from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import Work as Made
from tests.world import Place

Work = Callable[[], None]
Export = Callable[..., "Taken"]


def _picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "PNG")
    return made.getvalue()


PICTURE = _picture()


class Taken:
    """A downloaded archive."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.zip = ZipFile(io.BytesIO(content))

    @property
    def names(self) -> set[str]:
        return set(self.zip.namelist())

    @property
    def text(self) -> str:
        """Everything in it that a person or a program reads."""
        readable = (name for name in self.zip.namelist() if name.endswith((".json", ".html")))
        return "\n".join(self.zip.read(name).decode() for name in readable)

    @property
    def manifest(self) -> Any:
        return json.loads(self.zip.read("manifest.json"))

    def rows(self, part: str) -> Any:
        return json.loads(self.zip.read(f"data/{part}.json"))

    def saved(self, folder: Path, name: str = "archive.zip") -> Path:
        path = folder / name
        path.write_bytes(self.content)
        return path


@pytest.fixture(autouse=True)
def places(settings: Settings) -> Iterator[None]:
    """The settings also hold outside requests."""
    with settings_module.using(settings):
        yield


@pytest.fixture
def work(settings: Settings, database: Isolated) -> Work:
    """Lets a worker run the waiting exports."""

    def worked() -> None:
        with database.transaction() as session:
            jobs = list(session.scalars(select(Job.id).where(Job.kind == actions.JOB)))
        for job_id in jobs:
            Worker(database, settings).perform(job_id)

    return worked


@pytest.fixture
def export(client: Client, work: Work) -> Export:
    """Makes and downloads the archive of a student as somebody signed in."""

    def exported(person: Any, student_id: UUID | None = None) -> Taken:
        theirs = client.as_(person)
        answer = theirs.post(f"/students/{student_id or person.id}/exports")
        assert answer.status_code == 202, answer.json
        work()
        made = theirs.read(f"/student-exports/{answer.json['id']}")
        assert made["status"] == "ready", made
        content = theirs.get(f"/student-exports/{made['id']}/content")
        assert content.status_code == 200, content.json
        return Taken(content.data)

    return exported


def add_showcase(session: Any, place: Place, *works: Made, **columns: Any) -> UUID:
    """Add a showcase of `place.student` with these works, in this order."""
    own = {"district_id": place.district_id, "student_id": place.student.id}
    showcase = Showcase(id=db.new_id(), **own, **({"title": "My year"} | columns))
    session.add(showcase)
    session.flush()
    for position, work in enumerate(works, 1):
        shown = {"artifact_id": work.id, "version_id": work.version_id}
        session.add(ShowcaseItem(**own, **shown, showcase_id=showcase.id, position=position))
    session.flush()
    return showcase.id
