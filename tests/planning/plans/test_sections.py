"""One section of a version, as a resource of its own."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from plp_api.catalog.templates.models import Visibility
from plp_api.foundation import migrating
from plp_api.foundation.audit.models import Event
from plp_api.planning.plans.models import PlanSection, PlanVersion
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.world import World, writing


@pytest.fixture
def version(world: World) -> str:
    """The draft that `student` has."""
    return f"/plan-versions/{world.home.student.version_id}"


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


def sections_of(reader: Client, version: str) -> dict[str, Any]:
    """The sections as the reader sees them, by key."""
    return {one["key"]: one for one in reader.read(f"{version}/sections")["items"]}


@pytest.fixture
def about_me(student: Client, version: str) -> str:
    return f"/plan-sections/{sections_of(student, version)['about_me']['id']}"


def test_a_version_lists_its_sections_in_order_each_with_a_version_of_its_own(
    student: Client, version: str
) -> None:
    listed = student.read(f"{version}/sections")["items"]
    assert [one["key"] for one in listed] == ["about_me", "scope_and_rigor", "family"]
    assert [one["position"] for one in listed] == [0, 1, 2]
    assert {one["version"] for one in listed} == {1}
    assert {f"/plan-versions/{one['plan_version_id']}" for one in listed} == {version}
    nested = student.read(version)["sections"]
    for name in ("id", "version", "body", "is_writable"):
        assert [one[name] for one in nested] == [one[name] for one in listed], name


def test_a_save_gives_the_section_and_its_version_a_new_version_and_no_other_section(
    student: Client, version: str, about_me: str
) -> None:
    before, whole = sections_of(student, version), student.read(version)["version"]
    saved = student.patch(about_me, {"body": "I mend fences."})
    assert (saved.status_code, saved.json["body"]) == (200, "I mend fences.")
    assert saved.json["version"] == before["about_me"]["version"] + 1
    assert saved.headers["ETag"] == student.etag(about_me)
    after = sections_of(student, version)
    assert {key: after[key] == before[key] for key in after} == {
        "about_me": False,
        "scope_and_rigor": True,
        "family": True,
    }
    assert student.read(version)["version"] == whole + 1


def test_a_bulk_change_gives_a_new_version_to_the_sections_that_it_changes_alone(
    student: Client, version: str
) -> None:
    texts = {"about_me": "I mend fences.", "scope_and_rigor": "My scope and rigor."}
    assert student.patch(version, {"sections": texts}).status_code == 200
    after = sections_of(student, version)
    assert {key: one["version"] for key, one in after.items()} == {
        "about_me": 2,
        "scope_and_rigor": 1,
        "family": 1,
    }


@pytest.mark.parametrize("then", ["bulk", "submit", "discard"])
def test_who_read_the_whole_before_a_section_was_saved_gets_412(
    student: Client, version: str, about_me: str, then: str
) -> None:
    read = {"If-Match": student.etag(version)}
    assert student.patch(about_me, {"body": "New."}).status_code == 200
    late = {
        "bulk": lambda: student.send(
            "PATCH", version, json={"sections": {"about_me": "Old."}}, headers=read
        ),
        "submit": lambda: student.send(
            "POST", f"{version}/actions", json={"action": "submit"}, headers=read
        ),
        "discard": lambda: student.send("DELETE", version, headers=read),
    }[then]()
    assert (late.status_code, code(late)) == (412, "version_stale")
    assert sections_of(student, version)["about_me"]["body"] == "New."


def test_a_section_s_etag_outlives_changes_of_other_sections(
    client: Client, world: World, student: Client, version: str, about_me: str
) -> None:
    read = student.etag(about_me)
    family = f"/plan-sections/{sections_of(student, version)['family']['id']}"
    parent = client.as_(world.home.parent)
    assert parent.patch(family, {"body": "We are proud."}).status_code == 200
    assert student.patch(about_me, {"body": "Mine."}, etag=read).status_code == 200


def test_the_second_of_two_on_one_section_gets_412_with_the_text_that_stands(
    client: Client, world: World, student: Client, about_me: str
) -> None:
    read, advisor = student.etag(about_me), client.as_(world.home.advisor)
    assert advisor.patch(about_me, {"body": "The advisor's words."}).status_code == 200
    late = student.patch(about_me, {"body": "The student's words."}, etag=read)
    assert (late.status_code, code(late)) == (412, "version_stale")
    assert late.json["current"] == student.read(about_me)
    assert late.json["current"]["body"] == "The advisor's words."
    again = student.patch(about_me, {"body": "Both."}, etag=f'"{late.json["current"]["version"]}"')
    assert (again.status_code, again.json["body"]) == (200, "Both.")


def test_who_may_write_a_section_is_the_same_alone_and_in_bulk(
    client: Client, world: World, student: Client, version: str
) -> None:
    keys = sections_of(student, version)
    for role in ("student", "parent", "advisor", "counselor", "school_admin", "teacher"):
        caller = client.as_(getattr(world.home, role))
        for key, section in keys.items():
            alone = caller.patch(f"/plan-sections/{section['id']}", {"body": f"By {role}."})
            bulk = caller.patch(version, {"sections": {key: f"In bulk by {role}."}})
            assert alone.status_code == bulk.status_code, (role, key)
            if alone.status_code != 404:
                hint = caller.read(f"/plan-sections/{section['id']}")["is_writable"]
                assert hint is (alone.status_code == 200), (role, key)
            if alone.status_code == 403 and code(alone) == "section_not_yours":
                assert (pointers(alone), pointers(bulk)) == ({"/body"}, {f"/sections/{key}"})


def test_a_section_of_another_s_names_the_roles_that_write_it(
    client: Client, world: World, student: Client, version: str
) -> None:
    family = f"/plan-sections/{sections_of(student, version)['family']['id']}"
    refused = student.patch(family, {"body": "Yes."})
    assert code(refused) == "section_not_yours"
    assert refused.json["allowed_roles"] == ["parent"]


def test_no_section_of_a_version_that_was_handed_in_is_written(
    student: Client, version: str, about_me: str
) -> None:
    assert student.read(about_me)["is_writable"] is True
    assert student.act(version, "submit").status_code == 200
    refused = student.patch(about_me, {"body": "Later."})
    assert (refused.status_code, code(refused)) == (409, "version_frozen")
    assert student.read(about_me)["is_writable"] is False


def test_a_section_for_its_writers_has_no_text_for_another_reader_and_none_in_a_412(
    client: Client, world: World, database: Isolated, student: Client, about_me: str
) -> None:
    auditor, admin = client.as_(world.home.auditor), client.as_(world.home.district_admin)
    with writing(database, world.home) as session:
        session.execute(update(PlanSection).values(visibility=Visibility.WHO_WRITES_OR_APPROVES))
    assert student.read(about_me)["body"] == "My about me."
    opened = admin.get(about_me, headers={"X-Access-Reason": "A parent asked for the record."})
    assert (opened.status_code, opened.json["body"]) == (200, None)
    assert auditor.read(about_me)["body"] is None
    refused = admin.send(
        "PATCH",
        about_me,
        json={"body": "x"},
        headers={"If-Match": '"9"', "X-Access-Reason": "A parent asked for the record."},
    )
    assert refused.status_code == 403
    assert "current" not in refused.json


def test_each_save_is_an_event_of_the_version_that_names_the_section(
    world: World, database: Isolated, student: Client, about_me: str
) -> None:
    student.patch(about_me, {"body": "New."})
    with writing(database, world.home) as session:
        event = session.scalars(
            select(Event)
            .where(Event.type == "plan_version.written")
            .order_by(Event.position.desc())
        ).first()
        assert event.payload["sections"] == ["about_me"]


def test_a_section_of_a_discarded_draft_is_gone(
    student: Client, version: str, about_me: str
) -> None:
    student.delete(version)
    assert student.get(about_me).status_code == 404


def test_the_version_in_force_on_the_plan_names_its_sections(
    client: Client, world: World, student: Client, version: str, about_me: str
) -> None:
    student.act(version, "submit")
    client.as_(world.home.advisor).act(version, "approve")
    shown = student.read(f"/plans/{world.home.student.plan_id}?expand=sections")["sections"]
    assert {(one["id"], one["version"]) for one in shown} == {
        (one["id"], one["version"]) for one in sections_of(student, version).values()
    }


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_save_that_changes_nothing_makes_nothing_stale(
    student: Client, version: str, is_sent: bool
) -> None:
    section = sections_of(student, version)["about_me"]
    before = student.etag(version)
    body = {"body": section["body"]} if is_sent else {}
    saved = student.patch(f"/plan-sections/{section['id']}", body)
    assert (saved.status_code, saved.json["version"]) == (200, section["version"])
    assert student.etag(version) == before


def test_a_list_of_versions_says_which_sections_one_may_write(
    client: Client, world: World, version: str
) -> None:
    advisor = client.as_(world.home.advisor)
    listed = advisor.read("/plan-versions?status=draft")["items"]
    assert all(len(one["sections"]) == 3 for one in listed)
    assert {one["is_writable"] for one in listed[0]["sections"]} == {True, False}


@pytest.mark.both_databases
def test_sections_keep_their_text_on_the_way_down_and_up_and_begin_at_version_1(own: Live) -> None:
    student = own.client.as_(own.world.home.student)
    version = f"/plan-versions/{own.world.home.student.version_id}"
    about_me = f"/plan-sections/{sections_of(student, version)['about_me']['id']}"
    assert student.patch(about_me, {"body": "I mend fences."}).status_code == 200
    own.database.dispose()
    migrating.downgrade(own.settings, "0018")
    migrating.upgrade(own.settings)
    after = student.read(about_me)
    assert (after["body"], after["version"]) == ("I mend fences.", 1)
    with writing(own.database, own.world.home) as session:
        assert session.scalar(select(func.count()).select_from(PlanVersion)) > 0
