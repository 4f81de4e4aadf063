"""A client that signs in for each request, because tokens expire when the clock moves."""

from typing import Any

from tests.client import Client


class Traveller:
    """A client as one person, at whatever time the clock shows."""

    def __init__(self, client: Client, person: Any) -> None:
        self._client, self._person = client, person

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.as_(self._person), name)
