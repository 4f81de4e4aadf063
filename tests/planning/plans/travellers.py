"""Somebody who signs in anew for each request: tokens do not outlive a journey in time."""

from typing import Any

from tests.client import Client


class Traveller:
    """A client as one person, in whatever time it is."""

    def __init__(self, client: Client, person: Any) -> None:
        self._client, self._person = client, person

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.as_(self._person), name)
