"""A client like a front end: signs in, sends JSON, sends ETags."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from werkzeug.test import TestResponse

from plp_api.foundation import clock
from plp_api.foundation.rest import tokens
from plp_api.foundation.roster.models import LoginSession
from plp_api.server.app import Application
from tests import contract

if TYPE_CHECKING:

    class Response(TestResponse):
        """A response; a test that reads `json` knows that it is there."""

        @property
        def json(self) -> Any: ...

else:
    Response = TestResponse


class Client:
    """Sends requests as one person; without a token if `token` is None."""

    def __init__(self, app: Application, token: str | None = None) -> None:
        self.app = app
        self.token = token
        self._signed_in: dict[tuple[UUID, date], Client] = {}

    def as_(self, person: Any, *, anew: bool = False) -> "Client":
        """The same client, signed in as a person of the world (its session is written directly).

        An existing session is reused for the day, unless `anew` is set.
        """
        key = (person.id, clock.today())
        if anew or key not in self._signed_in:
            self._signed_in[key] = self._sign_in(person)
        return self._signed_in[key]

    def _sign_in(self, person: Any) -> "Client":
        with self.app.app_context(), self.app.database.transaction() as session:
            login = LoginSession(
                account_id=person.account_id,
                person_id=person.id,
                district_id=person.district_id,
                refresh_hash="-",
                expires_at=clock.now() + timedelta(days=3650),
            )
            session.add(login)
            session.flush()
            zone = clock.DEFAULT_ZONE
            token = tokens.issue(person.id, login.id, person.district_id, zone)
        client = Client(self.app, token)
        client._signed_in = self._signed_in
        return client

    def send(self, method: str, path: str, **options: Any) -> Response:
        """Any request; `path` is under /api/v1 unless it starts with `//`."""
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        full = path[1:] if path.startswith("//") else f"/api/v1{path}"
        client = self.app.test_client(use_cookies=False)
        response = client.open(full, method=method, headers=headers, buffered=True, **options)
        contract.check(self.app, method, full, response)
        return cast(Response, response)

    def get(self, path: str, **options: Any) -> Response:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Response:
        if "data" not in options:
            options["json"] = {} if json is None else json
        return self.send("POST", path, **options)

    def patch(self, path: str, json: Any, etag: str | None = None, **options: Any) -> Response:
        """Change a resource with the ETag just read, unless another is given."""
        headers = {"If-Match": etag or self.etag(path), **options.pop("headers", {})}
        return self.send("PATCH", path, json=json, headers=headers, **options)

    def delete(self, path: str, **options: Any) -> Response:
        headers = {"If-Match": self.etag(path), **options.pop("headers", {})}
        return self.send("DELETE", path, headers=headers, **options)

    def act(self, path: str, action: str, **fields: Any) -> Response:
        """Take an action on a resource with the ETag just read."""
        headers = {"If-Match": self.etag(path)}
        body = {"action": action, **fields}
        return self.send("POST", f"{path}/actions", json=body, headers=headers)

    def etag(self, path: str) -> str:
        return self.get(path).headers.get("ETag", '"0"')

    def read(self, path: str) -> Any:
        """The body of a GET that must succeed."""
        response = self.get(path)
        assert response.status_code == 200, (response.status_code, response.json)
        return response.json

    def made(self, path: str, json: Any, **options: Any) -> Any:
        """The body of a POST that must create."""
        response = self.post(path, json, **options)
        assert response.status_code == 201, (response.status_code, response.json)
        return response.json


def code(response: Response) -> str:
    """The problem's code."""
    assert response.mimetype == "application/problem+json", response.data
    return str(response.json["code"])


def pointers(response: Response) -> set[str]:
    """The pointers of a problem's errors."""
    return {one.get("parameter", one.get("pointer")) for one in response.json["errors"]}


def uuid(value: str) -> UUID:
    return UUID(value)
