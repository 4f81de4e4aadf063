"""Students: found by callers who reach them; added, corrected, enrolled, promoted, withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    RelationshipKind,
    SchoolEnrollment,
)
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, appoint, person, pupil, relate, writing, years_ago


def ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["items"]}


def those(*people: Any) -> set[str]:
    return {str(one.id) for one in people}


def new(world: World, **more: Any) -> dict[str, Any]:
    return {
        "given_name": "Robin",
        "family_name": "Lake",
        "school_id": str(world.home.school_id),
        "grade": "09",
        **more,
    }


# Finding.


def test_everybody_lists_the_students_they_reach(client: Client, world: World) -> None:
    home = world.home
    expected = {
        "student": [home.student],
        "parent": [home.student],
        "advisor": [home.student, home.senior],
        "teacher": [home.student],
        "counselor": [home.student, home.senior, home.placed],
        "district_admin": [home.student, home.senior, home.placed, home.other_student],
        "senior_parent": [],
        "denied_parent": [],
    }
    for name, students in expected.items():
        page = client.as_(getattr(home, name)).read("/students")
        assert ids(page) == those(*students), name


def test_an_unconfirmed_relative_lists_nobody(client: Client, world: World) -> None:
    assert client.as_(world.home.relative).get("/students").status_code == 403


def test_students_are_filtered_by_school_grade_advisor_and_words(
    client: Client, world: World
) -> None:
    home = world.home
    admin = client.as_(home.district_admin)
    assert ids(admin.read(f"/students?school_id={home.other_school_id}")) == those(
        home.other_student
    )
    assert ids(admin.read("/students?grade=10&grade=08")) == those(home.student, home.other_student)
    assert ids(admin.read(f"/students?advisor_id={home.co_advisor.id}")) == those(home.student)
    assert ids(admin.read("/students?q=seNior")) == those(home.senior)
    assert ids(admin.read("/students?is_enrolled=false")) == set()
    assert pointers(admin.get("/students?grade=99")) == {"grade"}
    assert pointers(admin.get("/students?school=1")) == {"school"}


def test_a_placed_student_is_found_at_the_host_school(client: Client, world: World) -> None:
    counselor = client.as_(world.away.counselor)
    page = counselor.read(f"/students?school_id={world.away.school_id}")
    assert str(world.home.placed.id) in ids(page)
    assert str(world.home.student.id) not in ids(page)


def test_pages_by_name_lose_nobody(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    path, seen = "/students?limit=1&sort=-family_name", []
    while path:
        page = admin.read(path)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"/students?limit=1&sort=-family_name&cursor={cursor}" if cursor else ""
    assert len(seen) == len(set(seen)) == 4


def test_a_student_shows_what_a_front_end_draws(client: Client, world: World) -> None:
    shown = client.as_(world.home.counselor).read(f"/students/{world.home.student.id}")
    assert [(one["capacity"], one["person_id"]) for one in shown["advisors"]] == [
        ("lead", str(world.home.advisor.id)),
        ("co", str(world.home.co_advisor.id)),
    ]
    assert shown["plan_home_school"]["name"] == "Tamarack High"
    assert (shown["is_enrolled"], shown["is_adult"], shown["holds_rights"]) == (True, False, False)
    assert shown["rights_transfer_basis"] == "age"


def test_a_teacher_is_not_told_the_birth_date_nor_the_state_number(
    client: Client, world: World
) -> None:
    path = f"/students/{world.home.student.id}"
    assert not {"birth_date", "state_student_id"} & client.as_(world.home.teacher).read(path).keys()
    assert "birth_date" in client.as_(world.home.parent).read(path)


def test_a_renamed_advisor_is_not_hidden_behind_a_304(client: Client, world: World) -> None:
    parent, registrar = client.as_(world.home.parent), client.as_(world.home.school_admin)
    path = f"/students/{world.home.student.id}"
    tag = parent.etag(path)
    assert parent.get(path, headers={"If-None-Match": tag}).status_code == 304
    advisor = f"/people/{world.home.advisor.id}"
    registrar.patch(advisor, {"given_name": "Sam"})
    again = parent.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.json["advisors"][0]["person_name"].startswith("Sam ")


# Entering and correcting.


def test_a_new_student_in_grade_nine_has_a_plan_and_a_review_at_once(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    made = registrar.made("/students", new(world, birth_date="2012-02-29"))
    assert (made["grade"], made["is_enrolled"]) == ("09", True)
    assert made["rights_transfer_on"] == "2030-03-01"
    reader = client.as_(world.home.counselor)
    assert reader.read(f"/students/{made['id']}/plan")["status"] == "active"
    assert len(reader.read(f"/students/{made['id']}/reviews")["items"]) == 1


def test_a_student_in_grade_six_has_no_plan_until_promoted(client: Client, world: World) -> None:
    registrar, reader = client.as_(world.home.registrar), client.as_(world.home.counselor)
    made = registrar.made("/students", new(world, grade="06"))
    path = f"/students/{made['id']}"
    assert reader.get(f"{path}/plan").status_code == 404
    assert registrar.patch(path, {"grade": "07"}).status_code == 200
    assert reader.read(f"{path}/plan")["status"] == "active"


def test_a_new_grade_ends_one_enrollment_and_begins_another(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    registrar.patch(path, {"grade": "11"})
    old, later = registrar.read(f"{path}/school-enrollments")["items"]
    today = str(clock.today())
    assert (old["grade"], old["ends_on"]) == ("10", today)
    assert (later["grade"], later["starts_on"], later["ends_on"]) == ("11", today, None)
    assert client.as_(world.home.counselor).read(path)["grade"] == "11"


def test_a_registrar_adds_students_to_their_own_school_alone(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    other = new(world, school_id=str(world.home.other_school_id))
    assert registrar.post("/students", other).status_code == 403
    away = registrar.post("/students", new(world, school_id=str(world.away.school_id)))
    assert (away.status_code, pointers(away)) == (422, {"/school_id"})


def test_a_state_number_is_one_students(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    registrar.made("/students", new(world, state_student_id="VT1"))
    assert code(registrar.post("/students", new(world, state_student_id="VT1"))) == (
        "record_duplicate"
    )
    path = f"/students/{world.home.student.id}"
    assert code(registrar.patch(path, {"state_student_id": "VT1"})) == "record_duplicate"


def test_a_corrected_birth_date_moves_the_transfer_of_rights(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    changed = registrar.patch(path, {"birth_date": "2012-05-01"}).json
    assert changed["rights_transfer_on"] == "2030-05-01"
    assert registrar.patch(path, {"birth_date": None}).json["rights_transfer_on"] is None
    ahead = str(clock.today() + timedelta(days=1))
    assert pointers(registrar.patch(path, {"birth_date": ahead})) == {"/birth_date"}


def test_two_who_correct_one_student_do_not_overwrite_each_other(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    tag = registrar.etag(path)
    assert registrar.patch(path, {"given_name": "First"}, etag=tag).status_code == 200
    assert code(registrar.patch(path, {"given_name": "Second"}, etag=tag)) == "version_stale"


def test_a_correction_at_people_makes_what_was_read_at_students_stale(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    tag = registrar.etag(path)
    registrar.patch(f"/people/{world.home.student.id}", {"given_name": "First"})
    assert code(registrar.patch(path, {"given_name": "Second"}, etag=tag)) == "version_stale"


@pytest.mark.parametrize(
    "name", ["student", "parent", "advisor", "teacher", "counselor", "auditor"]
)
def test_who_does_not_keep_the_roster_does_not_write_it(
    client: Client, world: World, name: str
) -> None:
    somebody = client.as_(getattr(world.home, name))
    path = f"/students/{world.home.student.id}"
    assert somebody.patch(path, {"given_name": "X"}).status_code == 403
    assert somebody.post("/students", new(world)).status_code == 403


def test_a_host_district_reads_a_placed_student_and_does_not_write_their_record(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.away) as session:
        clerk = person(session, world.away, "host_clerk")
        appoint(session, world.away, clerk, AppointmentRole.REGISTRAR, world.away.school_id)
    host = client.as_(clerk)
    path = f"/students/{world.home.placed.id}"
    assert host.get(path).status_code == 200
    assert host.patch(path, {"given_name": "X"}).status_code == 403
    body = {"school_id": str(world.away.school_id), "grade": "11"}
    assert host.post(f"{path}/school-enrollments", body).status_code == 403


def test_a_registrar_does_not_keep_their_own_childs_record(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        clerk = person(session, world.home, "clerk_parent")
        appoint(session, world.home, clerk, AppointmentRole.REGISTRAR, world.home.school_id)
        relate(session, world.home, clerk, world.home.student, RelationshipKind.PARENT)
    path = f"/students/{world.home.student.id}"
    assert code(client.as_(clerk).patch(path, {"grade": "12"})) == "actor_is_family"


# Enrollments.


def test_a_student_leaves_with_an_exit_code_and_the_home_keeps_the_plan(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    (row,) = registrar.read(f"{path}/school-enrollments")["items"]
    enrollment = f"/school-enrollments/{row['id']}"
    assert pointers(registrar.patch(enrollment, {"exit_code": "W1"})) == {"/exit_code"}
    today = str(clock.today())
    left = registrar.patch(enrollment, {"ends_on": today, "exit_code": "W1"})
    assert (left.json["ends_on"], left.json["exit_code"]) == (today, "W1")
    shown = registrar.read(path)
    assert shown["is_enrolled"] is False
    assert shown["plan_home_school_id"] == str(world.home.school_id)
    assert client.as_(world.home.counselor).get(path).status_code == 404


def test_an_enrollment_elsewhere_hands_a_student_on(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    (row,) = registrar.read(f"{path}/school-enrollments")["items"]
    registrar.patch(f"/school-enrollments/{row['id']}", {"ends_on": str(clock.today())})
    body = {"school_id": str(world.home.other_school_id), "grade": "10"}
    registrar.made(f"{path}/school-enrollments", body)
    shown = client.as_(world.home.other_school_admin).read(path)
    assert shown["plan_home_school_id"] == str(world.home.other_school_id)
    assert shown["entered_on"] == str(clock.today())


def test_an_enrollment_that_begins_later_leaves_today_as_it_is(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    later = str(clock.today() + timedelta(days=100))
    body = {"school_id": str(world.home.other_school_id), "grade": "11", "starts_on": later}
    registrar.made(f"{path}/school-enrollments", body)
    shown = registrar.read(path)
    assert (shown["grade"], shown["plan_home_school_id"]) == ("10", str(world.home.school_id))


def test_spans_are_checked_and_never_double(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}/school-enrollments"
    body = {"school_id": str(world.home.school_id), "grade": "10"}
    assert code(registrar.post(path, body)) == "record_duplicate"
    backwards = {**body, "starts_on": "2020-09-01", "ends_on": "2020-08-01"}
    assert pointers(registrar.post(path, backwards)) == {"/ends_on"}
    past = {**body, "grade": "07", "starts_on": "2020-09-01", "ends_on": "2021-06-15"}
    assert registrar.post(path, past).status_code == 201
    assert registrar.read(f"/students/{world.home.student.id}")["grade"] == "10"


def test_a_class_opens_a_student_to_its_teachers_for_its_span(client: Client, world: World) -> None:
    registrar, teacher = client.as_(world.home.registrar), client.as_(world.home.teacher)
    path = f"/students/{world.home.senior.id}"
    assert teacher.get(path).status_code == 404
    body = {"class_id": str(world.home.class_id)}
    made = registrar.made(f"{path}/enrollments", body)
    assert made["student_id"] == str(world.home.senior.id)
    assert teacher.get(path).status_code == 200
    assert code(registrar.post(f"{path}/enrollments", body)) == "record_duplicate"
    registrar.patch(f"/enrollments/{made['id']}", {"ends_on": str(clock.today())})
    assert teacher.get(path).status_code == 404
    foreign = registrar.post(f"{path}/enrollments", {"class_id": str(world.away.class_id)})
    assert pointers(foreign) == {"/class_id"}


# Whose rights.


def test_emancipation_ends_the_parents_reach_from_its_day(client: Client, world: World) -> None:
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    path = f"/students/{world.home.student.id}"
    tag = {"If-Match": registrar.etag(path)}
    body = {"basis": "emancipation", "on": str(clock.today()), "reason": "Order of the court"}
    moved = registrar.send("PUT", f"{path}/rights-transfer", json=body, headers=tag)
    assert moved.json["holds_rights"] is True
    assert moved.json["rights_transfer_reason"] == "Order of the court"
    assert parent.get(path).status_code == 404
    assert "rights_transfer_reason" not in client.as_(world.home.advisor).read(path)

    tag = {"If-Match": registrar.etag(path)}
    back = {"basis": "age", "reason": "Entered by mistake"}
    assert registrar.send("PUT", f"{path}/rights-transfer", json=back, headers=tag).json[
        "holds_rights"
    ] is (False)
    assert parent.get(path).status_code == 200


def test_rights_never_move_later_than_the_eighteenth_birthday(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    for body, pointer in (
        ({"basis": "early_college", "on": "2099-01-01", "reason": "x"}, "/on"),
        ({"basis": "early_college", "reason": "x"}, "/on"),
        ({"basis": "age", "on": "2027-01-01", "reason": "x"}, "/on"),
        ({"basis": "emancipation", "on": "2027-01-01"}, "/reason"),
    ):
        headers = {"If-Match": registrar.etag(path)}
        refused = registrar.send("PUT", f"{path}/rights-transfer", json=body, headers=headers)
        assert pointers(refused) == {pointer}, body


def test_the_stored_day_does_not_follow_a_birth_date_once_rights_moved_otherwise(
    client: Client, world: World, database: Isolated
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.student.id}"
    headers = {"If-Match": registrar.etag(path)}
    body = {"basis": "emancipation", "on": "2026-01-05", "reason": "x"}
    registrar.send("PUT", f"{path}/rights-transfer", json=body, headers=headers)
    registrar.patch(path, {"birth_date": "2010-03-03"})
    with writing(database, world.home) as session:
        student = session.get(Student, world.home.student.id)
        assert student.rights_transfer_on == date(2026, 1, 5)
        assert session.query(SchoolEnrollment).filter_by(student_id=student.id).count() == 1


def test_one_family_name_is_ordered_by_given_name_on_every_page(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    given = ["Bea", "Ada", "Cy", "Ada", "Bea", "Dot"]
    with writing(database, home) as session:
        for number, name in enumerate(given):
            born = years_ago(14, number)
            child = pupil(
                session, home, f"same_{number}", grade="09", school_id=home.school_id, born=born
            )
            row = session.get_one(Person, child.id)
            row.given_name, row.family_name = name, "Aaron"
            parent = person(session, home, f"mother_{number}", email="m@example.org")
            row = session.get_one(Person, parent.id)
            row.given_name, row.family_name = name, "Aaron"
    admin = client.as_(home.school_admin)
    for path, named in (
        ("/students?", lambda one: (one["family_name"], one["given_name"])),
        ("/people?", lambda one: (one["family_name"], one["given_name"])),
        ("/plans?grade=09&", lambda one: one["id"]),
    ):
        whole = admin.read(f"{path}sort=family_name&limit=200")["items"]
        for limit in (1, 2, 4):
            for sign, wanted in (("", whole), ("-", whole[::-1])):
                pages = walked(admin, f"{path}sort={sign}family_name&limit={limit}")
                assert [one["id"] for one in pages] == [one["id"] for one in wanted]
        names = [named(one) for one in whole]
        assert path.startswith("/plans") or names == sorted(names)
        assert len(whole) >= len(given)


def walked(reader: Client, path: str) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = reader.read(f"{path}{cursor and '&cursor=' + cursor}")
        found += page["items"]
        cursor = page["next_cursor"]
    return found
