"""The page that a problem's `type` points at."""

from tests.client import Client


def test_a_problem_s_page_names_the_operations_that_have_it(client: Client) -> None:
    page = client.get("//problems/version_open").json
    assert page["status"] == 409
    assert "POST /api/v1/plans/{plan_id}/versions" in page["operations"]
    assert client.get("//problems/internal_error").json["operations"] == []
    assert client.get("//problems/no_such").status_code == 404
