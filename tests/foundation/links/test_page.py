"""The shell of the pages that links open: whatever is asked beneath them, the answer is a page."""

import pytest

from tests.client import Client

PAGES = ("/shared", "/sign", "/verifications")
ADDRESSES = {
    "no id": ("GET", "/token/files/notuuid"),
    "no such place": ("GET", "/token/a/b/c"),
    "no token": ("GET", ""),
    "an empty token": ("GET", "/"),
    "two slashes": ("GET", "//token"),
    "another method": ("PUT", "/token"),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("what", ADDRESSES)
def test_an_address_beneath_a_page_that_is_none_is_refused_by_a_page(
    client: Client, page: str, what: str
) -> None:
    method, leaf = ADDRESSES[what]
    answer = client.send(method, f"/{page}{leaf}")
    assert answer.status_code == (405 if method == "PUT" else 404)
    assert ("Allow" in answer.headers) is (method == "PUT")
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["//sharedness/token", "//signs", "/nothing"])
def test_other_addresses_are_answered_as_ever(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
