"""Names and pronouns have an audience, which the student sets."""

import pytest

from plp_api.foundation.roster.relationships import AppointmentRole, RelationshipKind
from tests.client import Client, code
from tests.databases import Isolated
from tests.world import World, appoint, person, relate, writing

GUARDED = {"preferred_given_name", "preferred_family_name", "pronouns", "family_uses_preferred"}
CHOSEN = {"preferred_given_name": "Wren", "pronouns": "they/them"}


@pytest.fixture
def path(client: Client, world: World) -> str:
    """The student, who goes by Wren at school and not at home."""
    path = f"/students/{world.home.student.id}"
    student = client.as_(world.home.student)
    tag = {"If-Match": student.etag(path)}
    chosen = student.send("PATCH", f"{path}/names", json=CHOSEN, headers=tag)
    assert chosen.status_code == 200, chosen.json
    return path


def test_the_school_uses_the_name_a_student_goes_by(
    client: Client, world: World, path: str
) -> None:
    for name in ("advisor", "teacher", "registrar", "district_admin", "student"):
        shown = client.as_(getattr(world.home, name)).read(path)
        assert shown["display_name"].startswith("Wren "), name
        assert shown["pronouns"] == "they/them", name


def test_the_family_does_not_see_it_until_the_student_says_so(
    client: Client, world: World, path: str
) -> None:
    parent = client.as_(world.home.parent)
    shown = parent.read(path)
    assert shown["display_name"].startswith("Student ")
    assert not GUARDED & shown.keys()
    (listed,) = parent.read("/students")["items"]
    assert not GUARDED & listed.keys()

    student = client.as_(world.home.student)
    body, tag = {"family_uses_preferred": True}, {"If-Match": student.etag(path)}
    student.send("PATCH", f"{path}/names", json=body, headers=tag)
    assert parent.read(path)["display_name"].startswith("Wren ")
    assert not GUARDED & parent.read(path).keys()


def test_the_family_cannot_find_the_name_out_by_searching(
    client: Client, world: World, path: str
) -> None:
    assert client.as_(world.home.parent).read("/students?q=wren")["items"] == []
    assert len(client.as_(world.home.advisor).read("/students?q=wren")["items"]) == 1
    assert len(client.as_(world.home.parent).read("/students?q=student")["items"]) == 1


def test_a_registrar_who_is_the_parent_is_family_there(
    client: Client, world: World, database: Isolated, path: str
) -> None:
    with writing(database, world.home) as session:
        clerk = person(session, world.home, "clerk_parent")
        appoint(session, world.home, clerk, AppointmentRole.REGISTRAR, world.home.school_id)
        relate(session, world.home, clerk, world.home.student, RelationshipKind.PARENT)
    reader = client.as_(clerk)
    assert reader.read("/students?q=wren")["items"] == []
    for address in (path, path.replace("students", "people")):
        shown = reader.read(address)
        assert shown["display_name"].startswith("Student ")
        assert not GUARDED & shown.keys()


def test_only_the_student_chooses_and_changes_nothing_else(
    client: Client, world: World, path: str
) -> None:
    for name in ("parent", "advisor", "registrar"):
        somebody = client.as_(getattr(world.home, name))
        tag = {"If-Match": somebody.etag(path)}
        refused = somebody.send("PATCH", f"{path}/names", json=CHOSEN, headers=tag)
        assert refused.status_code == 403, name
    student = client.as_(world.home.student)
    tag = {"If-Match": student.etag(path)}
    body = {"given_name": "Wren"}
    refused = student.send("PATCH", f"{path}/names", json=body, headers=tag)
    assert code(refused) == "validation_failed"
