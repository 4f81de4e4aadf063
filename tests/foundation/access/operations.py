"""Every operation of the application, as its URL map has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.rest.paging import Listing
from plp_api.foundation.settings import Settings
from plp_api.server.app import Application, create_app
from tests.databases import SECRET
from tests.foundation.access.reach import Owner

# What an address names besides rows: a value that exists, for each name of a part.
WORDS = {
    "number": "1",
    "name": "index.html",
    "code": "not_found",
    "report": "coverage",
    "token": "unknown",
}
NOBODYS = UUID(int=0)


@dataclass(frozen=True)
class Operation:
    """One method of one address, with what its outermost view says of itself."""

    method: str
    rule: str
    endpoint: str
    view: Any
    arguments: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def area(self) -> str:
        """The blueprint that serves it."""
        return self.endpoint.split(".")[0]

    @property
    def collection(self) -> str:
        """The name of what it is about: the first part of its address, under the prefix."""
        return self.rule.removeprefix("/api/v1").split("/")[1]

    @property
    def permission(self) -> Permission | None:
        return getattr(self.view, "permission", None)

    @property
    def also(self) -> Any:
        """A second permission that it asks of the same row, or a function of the row."""
        return getattr(self.view, "also", None)

    def also_on(self, owner: Owner) -> str | None:
        """The second permission that it asks of a row of this owner."""
        if not callable(self.also):
            return self.also and str(self.also)
        of_subject = {
            "read_of_subject": owner.part_of,
            "change_of_subject": owner.changed_with,
        }
        return of_subject[self.also.__name__]

    @property
    def is_district_wide(self) -> bool:
        """Whether it asks for an office of the whole district."""
        return getattr(self.view, "district_wide", False)

    @property
    def asks_ahead(self) -> bool:
        """Whether its view checks the row itself, with what it asked ahead."""
        return getattr(self.view, "ahead", None) is not None

    @property
    def model(self) -> Any:
        return getattr(self.view, "model", None)

    @property
    def listing(self) -> Listing | None:
        return getattr(self.view, "listing", None)

    def path(self, row_id: UUID | None) -> str:
        """The address, with the row in the place of its first id and nobody's id in any other."""
        path, ids = self.rule, iter([row_id] if row_id else [])
        for name, converter in self.arguments:
            word = str(next(ids, NOBODYS)) if converter == "UUIDConverter" else WORDS[name]
            path = "".join((path[: path.index("<")], word, path[path.index(">") + 1 :]))
        return path


def walk(app: Application) -> Iterator[Operation]:
    """Every operation; HEAD and OPTIONS follow from the others."""
    for rule in app.url_map.iter_rules():
        names = [piece.split(">")[0].split(":")[-1] for piece in rule.rule.split("<")[1:]]
        arguments = tuple((one, type(rule._converters[one]).__name__) for one in names)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            view = app.view_functions[rule.endpoint]
            yield Operation(method, rule.rule, rule.endpoint, view, arguments)


def idle_app() -> Application:
    """The application, to be looked at and never run."""
    nowhere = "sqlite:///nowhere.sqlite"
    return create_app(
        Settings("development", Path(), nowhere, nowhere, SECRET, log_level="CRITICAL")
    )


OPERATIONS = tuple(sorted(walk(idle_app()), key=str))
AREAS = tuple(sorted({one.area for one in OPERATIONS}))
