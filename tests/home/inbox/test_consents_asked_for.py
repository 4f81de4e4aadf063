"""A parent is told of a showcase that could be shown outside with their consent."""

from typing import Any

import pytest

from plp_api.foundation.roster.models import District
from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import add_artifact
from tests.people.consents.conftest import read_text
from tests.world import World, writing


@pytest.fixture
def showcase(client: Client, world: World, database: Isolated) -> Any:
    """A showcase with one work, in a district that shares outside."""
    home = world.home
    with writing(database, home) as session:
        work = add_artifact(session, home)
        district = session.get(District, home.district_id)
        district.settings = {**district.settings, "shares_outside": True}
    student = client.as_(home.student)
    made = student.made(f"/students/{home.student.id}/showcases", {"title": "My year"})
    student.made(f"/showcases/{made['id']}/items", {"artifact_id": str(work.id)})
    return made


def asked(by: Client) -> Any:
    return by.read("/me/inbox?kind=consent_asked_for")["items"]


def test_deciding_parents_alone_are_asked_until_somebody_consents(
    client: Client, world: World, showcase: Any
) -> None:
    home = world.home
    for name in ("student", "advisor", "inspecting_parent", "denied_parent", "school_admin"):
        assert asked(client.as_(getattr(home, name))) == [], name
    parent, path = client.as_(home.parent), f"/students/{home.student.id}"
    (item,) = asked(parent)
    assert item["title"] == "My year"
    parent.made(f"{path}/consents", read_text(parent, path))
    assert asked(parent) == []
    parent.post(f"{path}/consent-withdrawals")
    assert asked(parent) == [], "they have just said no"
    student = client.as_(home.student)
    next_ = student.made(f"{path}/showcases", {"title": "My next year"})
    (work,) = student.read(f"/showcases/{showcase['id']}/items")["items"]
    student.made(f"/showcases/{next_['id']}/items", {"artifact_id": work["artifact_id"]})
    assert [one["title"] for one in asked(parent)] == ["My next year"]


@pytest.mark.parametrize("change", ["setting", "empty", "archived", "order"])
def test_nobody_is_asked_where_nothing_could_be_shown(
    client: Client, world: World, showcase: Any, change: str
) -> None:
    home, place = world.home, f"/showcases/{showcase['id']}"
    student, registrar = client.as_(home.student), client.as_(home.registrar)
    if change == "setting":
        admin = client.as_(home.district_admin)
        settings = {"settings": {"shares_outside": False}}
        admin.patch(f"/districts/{home.district_id}", settings)
    elif change == "empty":
        (item,) = student.read(f"{place}/items")["items"]
        student.delete(f"/showcase-items/{item['id']}")
    elif change == "archived":
        student.act(place, "archive")
    else:
        found = f"/students/{home.student.id}/relationships?person_id={home.parent.id}"
        (tie,) = registrar.read(found)["items"]
        registrar.patch(f"/relationships/{tie['id']}", {"denied": ["share_links"]})
    assert asked(client.as_(home.parent)) == []
