"""People are found by the beginnings of words, as far as the reader may know what they find by."""

from typing import Any
from urllib.parse import quote

import pytest

from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from tests.client import Client
from tests.databases import Isolated
from tests.world import CAST, World, person, writing

pytestmark = pytest.mark.both_databases

LISTS = ("/students", "/plans")


def call(database: Isolated, world: World, **names: Any) -> None:
    """Give the student of the world these names and ids."""
    with writing(database, world.home) as session:
        student = session.get_one(Student, world.home.student.id)
        for name, value in names.items():
            owner = student if name == "state_student_id" else student.person
            setattr(owner, name, value)


def found(client: Client, path: str, words: str) -> list[str]:
    """The students, or people, of a list that a search finds."""
    page = client.read(f"{path}?q={quote(words)}")
    return [one["student"]["id"] if path == "/plans" else one["id"] for one in page["items"]]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("given", "family", "searches"),
    [
        ("Zoë", "Ångström", ["ZOË", "zoe", "Zoe\u0308", "angstrom zo", "ÅNG"]),
        ("Łukasz", "Đặng", ["łukasz", "LUKASZ", "dang", "luk, dan"]),
        ("İstanbul", "Weiß", ["istanbul", "İSTANBUL", "weiss", "WEISS"]),
        ("Ismail", "Søren", ["ısmail", "soren"]),
        ("Anne-Marie", "O'Brien", ["anne-marie", "marie", "annemarie", "o’brien", "obrien, anne"]),
        ("Anne Marie", "St. Pierre", ["Anne-Marie", "st. pierre", "st pierre", "pierre anne"]),
        ("Ana", "de la Cruz", ["cruz", "de la cruz", "delacruz", "Ana de la Cruz", "la cruz a"]),
        ("Олена", "王", ["олена", "olena", "王", "wang"]),
    ],
)
def test_a_name_is_found_however_it_is_typed(
    client: Client,
    world: World,
    database: Isolated,
    path: str,
    given: str,
    family: str,
    searches: list[str],
) -> None:
    call(database, world, given_name=given, family_name=family)
    advisor = client.as_(world.home.advisor)
    for words in (*searches, f"{given} {family}", f"{family} {given}", f"{family}, {given}"):
        assert found(advisor, path, words) == [str(world.home.student.id)], words


@pytest.mark.parametrize("path", LISTS)
def test_every_word_must_begin_a_word_of_the_student(
    client: Client, world: World, database: Isolated, path: str
) -> None:
    call(database, world, given_name="Maya", middle_name="Luz", family_name="Ortiz")
    advisor = client.as_(world.home.advisor)
    for words in ("aya", "maya senior", "ortizz", "maya tiz", "%", "_", "--", "'"):
        assert found(advisor, path, words) == [], words
    assert found(advisor, path, "o l m") == [str(world.home.student.id)]


def test_staff_are_found_by_name_user_name_local_id_and_e_mail(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        clerk = session.get_one(Person, world.home.teacher.id)
        clerk.given_name, clerk.family_name, clerk.email = "Zoë", "Klerk", "z.k@example.org"
        clerk.username, clerk.sourced_id = "kleio", "S-4711"
    registrar = client.as_(world.home.registrar)
    for words in ("zoe", "klerk, zo", "kleio", "s-47", "4711", "z.k@example.org"):
        assert found(registrar, "/people", words) == [str(world.home.teacher.id)], words
    assert found(registrar, "/people", "example") == []


# Who may search by what.

KNOWN = {
    "given": "maya",
    "preferred": "wren",
    "username": "mo27",
    "sourced_id": "s-1001",
    "number": "1001",
    "state": "vt99",
}
NAMED = {
    "given_name": "Maya",
    "preferred_given_name": "Wren",
    "username": "mo27",
    "sourced_id": "S-1001",
    "state_student_id": "VT99",
}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("role", CAST)
def test_a_reader_finds_a_student_by_what_the_student_s_own_page_shows(
    client: Client, world: World, database: Isolated, role: str, path: str
) -> None:
    """What `/students/{id}` leaves out for a reader, no search tells."""
    call(database, world, **NAMED)
    reader = client.as_(getattr(world.home, role))
    listed = reader.get(path)
    if listed.status_code == 403:
        return
    is_listed = str(world.home.student.id) in str(listed.json)
    page = reader.get(f"/students/{world.home.student.id}")
    shown = page.json if page.status_code == 200 else {}
    readable = {
        "given": is_listed,
        "preferred": is_listed and "preferred_given_name" in shown,
        "username": is_listed and "username" in shown,
        "sourced_id": is_listed and "sourced_id" in shown,
        "number": is_listed and "sourced_id" in shown,
        "state": is_listed and "state_student_id" in shown,
    }
    assert {kind: found(reader, path, words) != [] for kind, words in KNOWN.items()} == readable


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("denied", "hidden"),
    [
        (RecordKind.ROSTER, {"username", "sourced_id", "number"}),
        (RecordKind.RELATIONSHIPS, {"state"}),
    ],
)
def test_a_court_order_hides_what_it_denies_from_the_search(
    client: Client,
    world: World,
    database: Isolated,
    path: str,
    denied: RecordKind,
    hidden: set[str],
) -> None:
    call(database, world, **NAMED, family_uses_preferred=True)
    with writing(database, world.home) as session:
        of_parent = Relationship.person_id == world.home.parent.id
        for tie in session.query(Relationship).where(of_parent):
            tie.denied = frozenset({denied})
    parent = client.as_(world.home.parent)
    seen = {kind for kind, words in KNOWN.items() if found(parent, path, words)}
    is_unlisted = denied is RecordKind.ROSTER and path == "/students"
    assert seen == (set() if is_unlisted else KNOWN.keys() - hidden)


def test_a_search_finds_nobody_out_of_reach(
    client: Client, world: World, database: Isolated
) -> None:
    call(database, world, **NAMED)
    for reader in (world.away.district_admin, world.away.parent, world.home.senior_parent):
        for path in LISTS:
            answer = client.as_(reader).get(f"{path}?q=maya")
            assert answer.status_code == 403 or answer.json["items"] == [], path


def test_a_guest_is_found_by_the_school_that_hosts_them(client: Client, world: World) -> None:
    host = client.as_(world.away.counselor)
    guests = {one["id"] for one in host.read("/students")["items"]}
    assert str(world.home.placed.id) in guests
    assert found(host, "/students", "placed") == [str(world.home.placed.id)]


# The terms follow the names.


def test_a_new_name_is_found_and_the_old_one_no_more(client: Client, world: World) -> None:
    student = f"/students/{world.home.student.id}"
    registrar = client.as_(world.home.registrar)
    changed = registrar.patch(student, {"given_name": "Noor", "state_student_id": "VT-7"})
    assert changed.status_code == 200
    for words, count in (("noor", 1), ("vt7", 1), ("vt-7", 1), ("student", 1)):
        assert len(found(registrar, "/students", words)) == count, words
    registrar.patch(student, {"given_name": "Nour"})
    assert found(registrar, "/students", "noor") == []


def test_the_family_finds_the_preferred_name_once_it_may_know_it(
    client: Client, world: World
) -> None:
    path = f"/students/{world.home.student.id}"
    student, parent = client.as_(world.home.student), client.as_(world.home.parent)
    for knows in (False, True, False):
        body = {"preferred_given_name": "Wren", "family_uses_preferred": knows}
        tag = {"If-Match": student.etag(path)}
        student.send("PATCH", f"{path}/names", json=body, headers=tag)
        for listed in LISTS:
            assert bool(found(parent, listed, "wren")) is knows


def test_a_person_who_is_made_a_student_is_found_by_the_state_s_number(
    client: Client, world: World
) -> None:
    body = {
        "given_name": "Robin",
        "family_name": "Lake",
        "state_student_id": "VT-31",
        "school_id": str(world.home.school_id),
        "grade": "09",
    }
    registrar = client.as_(world.home.registrar)
    made = registrar.made("/students", body)
    assert found(registrar, "/students", "vt-31") == [made["id"]]


def test_terms_of_a_stranger_are_not_searched(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.away) as session:
        person(session, world.away, "maya_stranger")
    assert found(client.as_(world.home.registrar), "/people", "maya") == []
