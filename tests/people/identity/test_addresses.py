"""Which address is the client's, behind a proxy."""

from dataclasses import replace
from unittest.mock import patch

import pytest

from plp_api.foundation import settings as settings_module
from plp_api.foundation.settings import Settings, UnsafeSettings
from plp_api.server.app import create_app
from tests import databases
from tests.client import Client, code


@pytest.mark.parametrize(("proxies", "is_shared"), [(0, True), (1, False)])
@pytest.mark.usefixtures("world")
def test_behind_a_trusted_proxy_each_client_has_its_own_address(
    settings: Settings, database: databases.Isolated, proxies: int, is_shared: bool
) -> None:
    client = Client(create_app(replace(settings, trusted_proxies=proxies), database))
    body = {"username": "nobody", "password": "not this one, nor that"}
    with patch("plp_api.people.identity.throttle.MOST_PER_ADDRESS", 2):
        for _ in range(2):
            client.post("/auth/login", body, headers={"X-Forwarded-For": "192.0.2.1"})
        other = client.post(
            "/auth/login",
            {**body, "username": "somebody"},
            headers={"X-Forwarded-For": "192.0.2.2"},
        )
    assert code(other) == ("login_throttled" if is_shared else "credentials_invalid")


def test_production_refuses_cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLP_ENV", "production")
    monkeypatch.setenv("PLP_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("PLP_PASSWORD_COST", "minimal")
    with pytest.raises(UnsafeSettings, match="PASSWORD_COST"):
        settings_module.read()
