"""A showcase with pictures, film, texts and files, a consent, and links as holders get them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import thumbnails
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import District
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus, Reflection
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseSection
from plp_api.people.consents.models import Consent
from tests.client import Client
from tests.planning.signing.conftest import Page
from tests.world import Place, Somebody, World, writing

PUT = re.compile(r"plp_shared=([^;]+)")


@dataclass
class Holder:
    """Somebody with the link: an address, and the cookie that their browser keeps."""

    client: Client
    path: str
    cookie: str = ""

    def send(self, method: str, leaf: str = "", **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        if self.cookie:
            headers["Cookie"] = f"plp_shared={self.cookie}"
        return self.client.send(method, self.path + leaf, headers=headers, **options)

    def get(self, leaf: str = "", **options: Any) -> Any:
        return self.send("GET", leaf, **options)

    def words(self) -> str:
        """What the page says; it must be shown."""
        answer = self.get()
        assert answer.status_code == 200, answer.text
        return Page(answer.text).words

    def is_shown(self) -> bool:
        return bool(self.get().status_code == 200)

    def unlock(self, passcode: str, **options: Any) -> Any:
        """Send the passcode, and keep the cookie that comes."""
        answer = self.send("POST", data={"passcode": passcode}, **options)
        if put := PUT.search(answer.headers.get("Set-Cookie", "")):
            self.cookie = put[1]
        return answer


@dataclass
class Show:
    """The student's showcase in a district that lets it be shown, with a parent's consent."""

    client: Client
    database: Any
    world: World
    id: UUID = field(default_factory=db.new_id)
    consent_id: UUID = field(default_factory=db.new_id)
    position: int = 0
    pictures: list[UUID] = field(default_factory=list)

    @property
    def home(self) -> Place:
        return self.world.home

    @property
    def student(self) -> Client:
        return self.client.as_(self.home.student)

    @property
    def links(self) -> str:
        return f"/showcases/{self.id}/share-links"

    def begin(self, **columns: Any) -> None:
        """Write the showcase, the district's decision and the consent, without any work."""
        own = {"district_id": self.home.district_id, "student_id": self.home.student.id}
        with writing(self.database, self.home) as session:
            district = session.get_one(District, self.home.district_id)
            district.settings = {**district.settings, "shares_outside": True}
            shown = {"title": "My year", "introduction": "What I made.", **columns}
            session.add(Showcase(id=self.id, **own, **shown))
        self.consent(self.home.parent)

    def consent(self, by: Somebody, **columns: Any) -> UUID:
        own = {"district_id": self.home.district_id, "student_id": self.home.student.id}
        given = {"purpose": "sharing", "text": "It may be shown.", "given_as": "parent"}
        with writing(self.database, self.home) as session:
            row = Consent(
                id=db.new_id(),
                **own,
                **{**given, **columns},
                given_by=by.id,
                given_on=clock.today(),
            )
            session.add(row)
            self.consent_id = row.id
        return self.consent_id

    def section(self, title: str, words: str = "") -> UUID:
        self.position += 1
        own = {"district_id": self.home.district_id, "student_id": self.home.student.id}
        with writing(self.database, self.home) as session:
            row = ShowcaseSection(
                id=db.new_id(),
                **own,
                showcase_id=self.id,
                position=self.position,
                title=title,
                words=words,
            )
            session.add(row)
            return row.id

    def work(
        self, title: str, parts: Iterable[dict[str, Any]], *, is_shown: bool = True, **item: Any
    ) -> list[UUID]:
        """Make a work of these parts, keep it, and put it into the showcase; its parts' ids."""
        kind = item.pop("kind", "art")
        body = {"title": title, "kind": kind, "parts": list(parts), "made_on": "2026-05-04"}
        answers = item.pop("reflection", None)
        made = self.student.made(f"/students/{self.home.student.id}/artifacts", body)
        self.student.act(f"/artifacts/{made['id']}", "keep")
        version = made["newest_version"]
        own = {"district_id": self.home.district_id, "student_id": self.home.student.id}
        self.position += 1
        with writing(self.database, self.home) as session:
            if answers:
                session.add(
                    Reflection(
                        **own,
                        artifact_id=UUID(made["id"]),
                        number=1,
                        answers=answers,
                        written_by=self.home.student.id,
                    )
                )
            if is_shown:
                session.add(
                    ShowcaseItem(
                        **own,
                        **item,
                        showcase_id=self.id,
                        position=self.position,
                        artifact_id=UUID(made["id"]),
                        version_id=UUID(version["id"]),
                        shows_reflection=bool(answers),
                    )
                )
        return [UUID(part["id"]) for part in version["parts"]]

    def sent(self, content: bytes, name: str = "work") -> str:
        """Upload a file; the upload's id."""
        answer = self.student.post(
            f"/students/{self.home.student.id}/uploads/files",
            data={"file": (BytesIO(content), name)},
        )
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def file(self, content: bytes, name: str = "work", **part: Any) -> dict[str, Any]:
        """A part of a work that is a file."""
        return {"kind": "file", "upload_id": self.sent(content, name), **part}

    def make_thumbnails(self) -> None:
        with self.database.transaction() as session:
            waiting = session.scalars(select(Job.id).where(Job.kind == thumbnails.KIND)).all()
        with settings_module.using(self.client.app.settings), db.using(self.database):
            for job_id in waiting:
                jobs.KINDS[thumbnails.KIND].run(job_id, lambda _: None)

    def made(self, **fields: Any) -> dict[str, Any]:
        """Make a link, as the student; the answer."""
        body = {"given_to": "Grandmother", "why": "To show her my year", **fields}
        link: dict[str, Any] = self.student.made(self.links, body)
        return link

    def holder(self, link: dict[str, Any], client: Client | None = None) -> Holder:
        path = "//shared/" + link["url"].rsplit("/", 1)[1]
        return Holder(client or self.client, path)

    def shared(self, **fields: Any) -> Holder:
        """Make a link; whoever got it."""
        return self.holder(self.made(**fields))

    def set(self, model: Any, key: Any, **columns: Any) -> None:
        """Change columns of a row."""
        with writing(self.database, self.home) as session:
            row = session.get_one(model, key)
            for name, value in columns.items():
                setattr(row, name, value)

    def set_items(self, **columns: Any) -> None:
        """Change columns of all items."""
        with writing(self.database, self.home) as session:
            for item in session.query(ShowcaseItem):
                for name, value in columns.items():
                    setattr(item, name, value)

    def archive(self, title: str) -> None:
        with writing(self.database, self.home) as session:
            own = select(Artifact).where(Artifact.title == title)
            session.scalars(own).one().status = ArtifactStatus.ARCHIVED
