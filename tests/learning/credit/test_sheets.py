"""The registrar's sheets: credit lines, and ELOs as sections of the schedule."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.learning.credit import sheets
from tests.client import Client, Response, code, pointers
from tests.databases import Isolated
from tests.learning.credit.conftest import Items, Line
from tests.learning.elos.conftest import At
from tests.queries import counting
from tests.world import World, ahead, writing

LINES, SECTIONS = "/reports/credit-lines", "/reports/elo-sections"


@pytest.fixture
def registrar(client: Client, world: World) -> Client:
    return client.as_(world.home.registrar)


def table(response: Response) -> tuple[list[str], list[dict[str, str]]]:
    assert response.status_code == 200, response.json
    assert response.mimetype == "text/csv"
    reader = csv.DictReader(StringIO(response.text))
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def test_awarded_lines_are_reported_with_ids_of_the_information_system(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Client,
    internship: At,
    line: Line,
    items: Items,
) -> None:
    elo = internship("evaluated")
    both = [str(items["W.1"]), str(items["S.1"])]
    path, _ = line(elo, framework_item_ids=both), line(elo, area="Health")
    client.as_(elo.teacher_of_record).act(path, "award", as_elective=True)
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id).state_student_id = "VT-17"
    columns, (row,) = table(registrar.get(f"{LINES}?format=csv"))
    assert columns == list(sheets.CREDIT_COLUMNS)
    assert (row["area"], row["amount"], row["is_elective"]) == ("Science", "0.5", "true")
    assert (row["credit_status"], row["decided_on"]) == ("awarded", ahead(0))
    assert (row["state_student_id"], row["student_sourced_id"]) == ("VT-17", "person-student")
    assert (row["school_sourced_id"], row["title"]) == ("hs", "Nursing at the clinic")
    assert row["teacher_of_record_sourced_id"].startswith("person-teacher_of_record")
    assert row["proficiencies"] == "W.1; S.1"
    (shown,) = registrar.read(LINES)["rows"]
    assert shown["proficiencies"] == ["W.1", "S.1"]
    assert shown["credit_line_id"] == path.rsplit("/", 1)[1]
    assert {row["credit_status"] for row in registrar.read(f"{LINES}?status=proposed")["rows"]} == {
        "proposed"
    }


def test_lines_are_those_decided_on_the_days_asked_for(
    client: Client, registrar: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    client.as_(elo.teacher_of_record).act(line(elo), "deny", words="Not shown.")

    def found(query: str) -> int:
        return len(registrar.read(f"{LINES}?status=denied&{query}")["rows"])

    assert found(f"since={ahead(0)}&until={ahead(0)}") == 1
    assert found(f"since={ahead(-9)}&until={ahead(-1)}") == 0
    assert found(f"since={ahead(1)}&until={ahead(2)}") == 0
    refused = registrar.get(f"{LINES}?since={ahead(2)}&until={ahead(1)}")
    assert (refused.status_code, pointers(refused)) == (422, {"until"})


def test_an_elo_is_a_section_once_for_each_line_that_is_not_denied(
    client: Client, registrar: Client, internship: At, line: Line
) -> None:
    plain, elo = internship("active"), internship("evaluated")
    internship("design"), internship("terminated")
    denied, _ = line(elo), line(elo, area="Health")
    client.as_(elo.teacher_of_record).act(denied, "deny", words="Not shown.")
    columns, rows = table(registrar.get(SECTIONS, headers={"Accept": "text/csv"}))
    assert columns == list(sheets.SECTION_COLUMNS)
    assert [(row["elo_id"], row["area"]) for row in rows] == [
        (str(plain.id), ""),
        (str(elo.id), "Health"),
    ]
    assert (rows[0]["starts_on"], rows[0]["ends_on"]) == (ahead(-30), ahead(60))
    assert (rows[0]["credit_line_id"], rows[0]["amount"]) == ("", "")
    assert rows[0]["section_code"] != rows[1]["section_code"]
    (row,) = registrar.read(f"{SECTIONS}?elo_id={elo.id}")["rows"]
    assert row["section_code"] == rows[1]["section_code"]
    ended = f"since={ahead(-60)}&until={ahead(-31)}"
    assert registrar.read(f"{SECTIONS}?{ended}")["rows"] == []


def test_a_section_has_its_teacher_before_its_credit_and_the_days_it_really_ran(
    client: Client, registrar: Client, internship: At, line: Line
) -> None:
    began = clock.today() - timedelta(days=9)
    internship("active", started_on=began)
    (row,) = registrar.read(SECTIONS)["rows"]
    assert row["credit_line_id"] is None
    assert row["teacher_of_record_name"].startswith("Teacher")
    assert (row["began_on"], row["ended_on"]) == (ahead(-9), None)
    done = internship("evaluated", started_on=began)
    client.as_(done.teacher_of_record).act(line(done), "award", as_elective=True)
    (row,) = registrar.read(f"{LINES}?elo_id={done.id}")["rows"]
    assert row["teacher_of_record_id"] == str(done.teacher_of_record.id)
    assert (row["began_on"], row["ended_on"], row["ends_on"]) == (ahead(-9), ahead(0), ahead(60))


def test_a_title_never_runs_as_a_formula(registrar: Client, internship: At) -> None:
    internship("active", title="=HYPERLINK(1)")
    _, (row,) = table(registrar.get(f"{SECTIONS}?format=csv"))
    assert row["title"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("path", [LINES, SECTIONS])
@pytest.mark.parametrize(
    "name", ["student", "parent", "teacher", "elo_coordinator", "school_admin", "auditor"]
)
def test_only_a_registrar_exports(client: Client, world: World, path: str, name: str) -> None:
    refused = client.as_(getattr(world.home, name)).get(path)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["registrar"]


def test_a_registrar_exports_their_own_students_alone(
    client: Client, world: World, registrar: Client, internship: At, line: Line
) -> None:
    line(internship("active"))
    own = world.home.school_id
    for path in (f"{LINES}?status=proposed&", f"{SECTIONS}?"):
        assert len(registrar.read(f"{path}school_id={own}")["rows"]) == 1
        other = world.home.other_school_id
        assert registrar.read(f"{path}school_id={other}")["rows"] == []
        assert client.as_(world.away.registrar).read(path)["rows"] == []


def test_an_unchanged_sheet_is_a_304(registrar: Client, internship: At, line: Line) -> None:
    elo = internship("active")
    path = f"{SECTIONS}?format=csv"
    tag = registrar.get(path).headers["ETag"]
    unchanged = {"If-None-Match": tag}
    assert registrar.get(path, headers=unchanged).status_code == 304
    line(elo)
    assert registrar.get(path, headers=unchanged).status_code == 200


@pytest.mark.both_databases
def test_a_sheet_of_five_and_of_one_takes_the_same_statements(
    database: Isolated, registrar: Client, internship: At, line: Line
) -> None:
    def numbers() -> list[int]:
        found = []
        for path in (f"{LINES}?status=proposed", SECTIONS, "/credit-lines"):
            with counting(database) as counted:
                registrar.read(path)
            found.append(len(counted))
        return found

    elo = internship("active")
    line(elo)
    registrar.read(LINES)
    few = numbers()
    for _ in range(2):
        line(elo)
        line(internship("active"))
    assert numbers() == few
