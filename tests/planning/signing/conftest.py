"""A version in force, and signing links as families receive them."""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from tests.client import Client
from tests.world import World, writing


class Page(HTMLParser):
    """The content of a page: its text, its title, and the hidden fields of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.words = html, ""
        self.hidden: dict[str, Any] = {}
        self._open: list[str] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._open.append(tag)
        if tag == "input" and named.get("type") == "hidden" and named["name"] != "step":
            self.hidden[named["name"] or ""] = named["value"]

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title":
            self.title += data
        elif self._open and self._open[-1] != "style":
            self.words += data

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass


@dataclass
class Link:
    """A link as its holder receives it: an address, and perhaps a code."""

    client: Client
    id: str
    path: str
    code: str | None

    @classmethod
    def of(cls, client: Client, made: dict[str, Any], witness: Client) -> "Link":
        """The printed link from the answer to its issue, with the code that a witness fetched."""
        path = "/" + made["url"].removeprefix("http://localhost")
        code = None
        if made["identity_check"] == "code":
            code = witness.made(f"/signing-links/{made['id']}/code", None)["code"]
        return cls(client, made["id"], path, code)

    def open(self, **options: Any) -> Any:
        return self.client.get(self.path, **options)

    def post(self, /, headers: Any = None, **form: str) -> Any:
        return self.client.send("POST", self.path, data=form, headers=headers or {})

    def identify(self) -> Page:
        """Answer the code, and read the page."""
        answer = self.post(step="identify", code=self.code or "")
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def sign(self, **changed: str) -> Any:
        """Answer the code, agree and sign."""
        filled = {"name": "Pat Parent", "attest": "yes", "language": "en", **changed}
        return self.post(step="sign", **self.identify().hidden, **filled)


@pytest.fixture
def in_force(client: Client, world: World) -> str:
    """The path of `student`'s version, submitted and approved."""
    path = f"/plan-versions/{world.home.student.version_id}"
    assert client.as_(world.home.student).act(path, "submit").status_code == 200
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    return path


@pytest.fixture
def order(world: World) -> dict[str, str]:
    """The body of a request for a link for the parent who may decide."""
    return {
        "person_id": str(world.home.parent.id),
        "role": "parent",
        "identity_check": "code",
    }


@pytest.fixture
def issue(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> Callable[..., Link]:
    """Makes a link as the advisor, with the counselor as witness; keywords change the body."""

    def make(version: str = in_force, **changed: str) -> Link:
        made = client.as_(world.home.advisor).made(f"{version}/signing-links", {**order, **changed})
        return Link.of(client, made, client.as_(world.home.counselor))

    return make


@pytest.fixture
def link(issue: Callable[..., Link]) -> Link:
    return issue()


@pytest.fixture
def events(database: Any, world: World) -> Callable[[], list[str]]:
    """The types of the links' events, in order, with the reason if there is one."""

    def found() -> list[str]:
        with writing(database, world.home) as session:
            asked = select(Event).where(Event.subject_type == "signing_links").order_by(Event.id)
            return [
                " ".join(filter(None, [one.type.split(".")[1], one.payload.get("reason")]))
                for one in session.scalars(asked)
            ]

    return found
