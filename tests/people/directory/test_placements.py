"""Placements: while a student learns at another school, its staff reach the student."""

from datetime import timedelta

from plp_api.foundation import clock
from tests.client import Client, code, pointers
from tests.world import World


def test_a_student_is_placed_in_another_district_and_reached_there_until_it_ends(
    client: Client, world: World
) -> None:
    registrar, host = client.as_(world.home.registrar), client.as_(world.away.counselor)
    path = f"/students/{world.home.student.id}"
    assert host.get(path).status_code == 404
    body = {"school_id": str(world.away.school_id), "kind": "cte"}
    made = registrar.made(f"{path}/placements", body)
    assert made["host_district_id"] == str(world.away.district_id)
    assert (made["school_name"], made["host_district_name"]) == ("Granite High", "Granite Union")
    assert client.as_(world.away.counselor).get(path).status_code == 200
    assert code(registrar.post(f"{path}/placements", body)) == "record_duplicate"
    registrar.patch(f"/placements/{made['id']}", {"ends_on": str(clock.today())})
    assert client.as_(world.away.counselor).get(path).status_code == 404


def test_schools_to_place_at_are_found_in_every_district_by_who_keeps_a_roster(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    found = registrar.read("/host-schools?q=granite")["items"]
    assert [(one["name"], one["district_name"]) for one in found] == [
        ("Granite High", "Granite Union"),
        ("Granite Middle", "Granite Union"),
    ]
    assert client.as_(world.home.advisor).get("/host-schools").status_code == 403


def test_a_placement_needs_a_school_that_is_not_the_students_own(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}/placements"
    for school in (world.home.school_id, world.home.student.id):
        refused = registrar.post(path, {"school_id": str(school), "kind": "shared"})
        assert pointers(refused) == {"/school_id"}


def test_the_host_sees_the_placement_and_does_not_change_it(client: Client, world: World) -> None:
    host = client.as_(world.away.counselor)
    path = f"/students/{world.home.placed.id}/placements"
    (row,) = host.read(path)["items"]
    assert row["kind"] == "cte"
    refused = client.as_(world.away.school_admin).patch(
        f"/placements/{row['id']}", {"ends_on": str(clock.today() + timedelta(days=9))}
    )
    assert refused.status_code == 403


def test_a_parent_reads_their_childs_placements(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}/placements"
    registrar.made(path, {"school_id": str(world.home.other_school_id), "kind": "shared"})
    assert len(client.as_(world.home.parent).read(path)["items"]) == 1
    assert client.as_(world.home.senior_parent).get(path).status_code == 404
