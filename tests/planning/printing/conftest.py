"""A plan in force, and readers of its prints."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.client import Client
from tests.world import World

TEXTS = {"about_me": "I mend fences.", "scope_and_rigor": "Algebra II, and a term at the clinic."}
Approve = Callable[..., str]


@pytest.fixture
def approve(client: Client, world: World) -> Approve:
    """Puts `student`'s version in force with these texts; gives its path."""

    def approved(**texts: str) -> str:
        path = f"/plan-versions/{world.home.student.version_id}"
        student = client.as_(world.home.student)
        assert student.patch(path, {"sections": {**TEXTS, **texts}}).status_code == 200
        assert student.act(path, "submit").status_code == 200
        assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
        return path

    return approved


@pytest.fixture
def in_force(approve: Approve) -> str:
    """The path of `student`'s version in force."""
    return approve()


def page(client: Client, path: str) -> str:
    """The print as HTML."""
    answer = client.get(f"{path}/print")
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), answer.json
    return answer.text


def pdf(client: Client, path: str) -> PdfReader:
    """The print as PDF."""
    answer = client.get(f"{path}/print?format=pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.json
    return PdfReader(BytesIO(answer.data))


def words(reader: PdfReader) -> str:
    """The text of a PDF, on one line."""
    return " ".join(" ".join(one.extract_text() for one in reader.pages).split())


def tags(node: Any) -> list[Any]:
    """The structure elements of a PDF, in reading order."""
    found: list[Any] = []
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object()
        if hasattr(element, "get") and "/S" in element:
            found += [element, *tags(element)]
    return found
