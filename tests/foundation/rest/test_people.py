"""A field that holds a person's id has a sibling with the name; what is a student's names them."""

from collections.abc import Iterator
from typing import Any

import pytest

from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.supports.models import Support
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.access.operations import OPERATIONS
from tests.foundation.rest.test_openapi import DOCUMENT, operations, resolved
from tests.queries import counting
from tests.world import World, writing

# Ids of what is no person. Any other id in a response belongs to a person, and needs the name.
THINGS = {
    "account", "advisory", "against", "carried_from", "carried_to", "class", "corrects", "course",
    "delegate", "district", "goal", "host_district", "kept_from", "line", "opportunity",
    "parent_session", "pathway_element", "plan", "plan_home_school", "plan_version", "replaces",
    "request", "review", "school", "session", "signed_version", "site", "sourced", "state_org",
    "state_student", "subject", "template",
}  # fmt: skip
# `identifier` is that of CASE.
THINGS |= {"copied_from", "identifier", "rating"}
THINGS |= {"assignment", "delegate_of", "design_template", "elo", "interest", "mentor", "rubric"}
THINGS |= {"credit_line"}
THINGS |= {"clearance", "framework", "framework_item", "link", "partner", "scale"}
# Designs and agreements of ELOs.
THINGS |= {"agreement"}
# Portfolios; a part may belong to another.
THINGS |= {"annual_review", "artifact", "call", "cover_part", "group", "of_part", "portfolio"}
THINGS |= {"artifact_review", "item", "part", "section", "share_link", "showcase", "version"}
# Archives.
THINGS |= {"batch", "foreign"}
EXCEPTED = {
    ("Event", "actor_id"): "events are for machines, which keep ids",
    ("Event", "student_id"): "events are for machines, which keep ids",
    ("SignedIn", "person_id"): "the caller, before any name may be read; see `/me`",
    ("District", "parent_id"): "a district: the union it belongs to",
    ("AcademicSession", "parent_id"): "a session: the year of a term",
    ("FrameworkAssociation", "origin_item_id"): "an item",
    ("FrameworkAssociation", "destination_item_id"): "an item",
    ("FrameworkItem", "parent_id"): "an item: the one above it",
    ("FrameworkItemDetail", "parent_id"): "an item: the one above it",
    ("DistrictSettings", "school_for_students_elsewhere"): "a school",
}
WITH_NAMES_OF_RECORD = {"Person", "Student", "MyPerson"}
NAMES_OF_RECORD = {"given_name", "family_name", "middle_name"} | {
    "preferred_given_name",
    "preferred_family_name",
}


def responses() -> dict[str, dict[str, Any]]:
    """Every schema in a successful response of any operation, by name."""
    found: dict[str, dict[str, Any]] = {}
    for one in operations():
        _, _, operation = one.values
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                _collect(resolved(response).get("content", {}), found)
    return found


def _collect(part: Any, found: dict[str, dict[str, Any]]) -> None:
    if isinstance(part, list):
        for one in part:
            _collect(one, found)
    if not isinstance(part, dict):
        return
    reference = part.get("$ref", "")
    name = reference.rsplit("/", 1)[-1]
    if reference and name not in found:
        found[name] = resolved(part)
        _collect(found[name], found)
    for one in part.values():
        _collect(one, found)


RESPONSES = responses()


def ids_of_people() -> Iterator[tuple[str, str]]:
    """Every member of a response that holds a person's id."""
    for name, schema in RESPONSES.items():
        for member, described in schema.get("properties", {}).items():
            is_id = "uuid" in str(described.get("format")) and member != "id"
            is_thing = member.removesuffix("_id") in THINGS
            if is_id and not is_thing and (name, member) not in EXCEPTED:
                yield name, member


def sibling(member: str) -> str:
    return f"{member.removesuffix('_id')}_name"


def test_a_person_s_id_has_a_sibling_with_the_name() -> None:
    people = list(ids_of_people())
    assert len(people) > 50, "the walk must find them"
    for name, member in people:
        properties = RESPONSES[name]["properties"]
        siblings = {sibling(member), "student"} if member == "student_id" else {sibling(member)}
        assert siblings & properties.keys(), f"{name}.{member} needs `name_of` (rest/people.py)"


def test_what_is_a_student_s_names_the_student() -> None:
    resources = dict(_single_resources())
    assert len(resources) > 20
    for name, media in resources.items():
        assert "student" in resolved(media["schema"])["properties"], name


def _single_resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """The answers of every `GET /…/{id}` to a row that is a student's."""
    for one in OPERATIONS:
        is_students = isinstance(getattr(one.model, "__ownership__", None), OwnedByStudent)
        if one.method != "GET" or not is_students or not one.rule.endswith("_id>"):
            continue
        if one.collection == "students":
            continue  # The student's own card.
        path = one.rule.replace("<uuid:", "{").replace(">", "}")
        operation = DOCUMENT["paths"][path]["get"]
        yield str(one), operation["responses"]["200"]["content"]["application/json"]


def test_every_schema_with_a_student_s_id_has_the_student_or_the_name() -> None:
    flat = {name for name, one in RESPONSES.items() if "student_id" in one.get("properties", {})}
    without = {name for name in flat if "student" not in RESPONSES[name]["properties"]}
    sheets = {"DualEnrollmentCourse", "CreditSheetRow", "EloSectionRow"}
    assert without == {"Event", *sheets}, "events are for machines, a sheet is flat"


def test_names_of_record_stand_on_the_roster_s_cards_alone() -> None:
    holding = {
        name
        for name, one in RESPONSES.items()
        if NAMES_OF_RECORD & one.get("properties", {}).keys()
    }
    assert holding == WITH_NAMES_OF_RECORD


# What readers see.


@pytest.fixture
def named(database: Isolated, world: World) -> dict[str, str]:
    """Names nobody confuses, by role."""
    words = {"advisor": "Ada", "parent": "Zebulon", "inspecting_parent": "Xanthippe"}
    with writing(database, world.home) as session:
        for name, given in words.items():
            row = session.get_one(Person, getattr(world.home, name).id)
            row.given_name, row.family_name = given, "Quill"
    return {name: f"{given} Quill" for name, given in words.items()}


def test_a_student_sees_who_signed_who_wrote_and_who_approved(
    client: Client, world: World, named: dict[str, str]
) -> None:
    pupil = world.home.student
    student, advisor = client.as_(pupil), client.as_(world.home.advisor)
    parent = client.as_(world.home.parent)
    version, goal = f"/plan-versions/{pupil.version_id}", f"/goals/{pupil.goal_id}"
    family = parent.patch(version, {"sections": {"family": "We are proud."}})
    assert family.status_code == 200, family.json
    advisor.made(f"{goal}/comments", {"body": "Well done."})
    assert student.act(version, "submit").status_code == 200
    assert advisor.act(version, "approve").status_code == 200
    sha256 = student.read(version)["snapshot_sha256"]
    parent.made(f"{version}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    shown = student.read(version)
    assert shown["approved_by_name"] == named["advisor"]
    written = {one["key"]: one["written_by_name"] for one in shown["sections"]}
    assert written["family"] == named["parent"]
    assert student.read(f"{goal}/comments")["items"][-1]["author_name"] == named["advisor"]
    plan = student.read(f"/plans/{pupil.plan_id}?expand=sections,signatures")
    for told in (plan["signatures"], student.read(f"{version}/signatures")["items"]):
        signed = {one["role"]: one["person_name"] for one in told}
        assert signed == {"parent": named["parent"], "school": named["advisor"]}
    written = {one["key"]: one["written_by_name"] for one in plan["sections"]}
    assert written["family"] == named["parent"]
    other = client.as_(world.home.inspecting_parent)
    for told in (
        other.read(f"{version}/signatures")["items"],
        other.read(f"/plans/{pupil.plan_id}?expand=signatures")["signatures"],
    ):
        signed = {one["role"]: (one["person_id"], one["person_name"]) for one in told}
        assert signed["parent"] == (None, None)
        assert signed["school"][1] == named["advisor"]


def test_one_who_changes_sees_the_names_at_once(
    client: Client, world: World, named: dict[str, str]
) -> None:
    goal = f"/goals/{world.home.student.goal_id}"
    advisor = client.as_(world.home.advisor)
    made = advisor.made(f"{goal}/comments", {"body": "Well done."})
    assert made["author_name"] == named["advisor"]
    answer = advisor.post(
        "/goals/actions",
        {
            "action": "confirm",
            "items": [{"id": str(world.home.student.goal_id), "version": 1}],
        },
    )
    assert answer.status_code == 200
    for one in answer.json["items"]:
        if one["status"] == 200:
            assert one["resource"]["student"]["id"] == one["resource"]["student_id"]


def brief(client: Client, reader: Any, path: str) -> Any:
    return client.as_(reader).read(path)["student"]


def test_the_student_of_a_resource_has_grade_and_school(client: Client, world: World) -> None:
    pupil, path = world.home.student, f"/goals/{world.home.student.goal_id}"
    card = client.as_(world.home.counselor).read(f"/students/{pupil.id}")
    wanted = {
        "id": str(pupil.id),
        "display_name": card["display_name"],
        "grade": card["grade"],
        "school_id": card["plan_home_school"]["id"],
    }
    for reader in ("student", "parent", "advisor", "teacher", "counselor"):
        assert brief(client, getattr(world.home, reader), path) == wanted, reader
    plan = brief(client, world.home.advisor, f"/plans/{pupil.plan_id}")
    assert plan == wanted | {"pronouns": None}


def test_a_parent_whom_an_order_denies_the_roster_sees_neither_grade_nor_school(
    client: Client, database: Isolated, world: World
) -> None:
    pupil = world.home.student
    with writing(database, world.home) as session:
        for tie in session.query(Relationship).filter_by(person_id=world.home.parent.id):
            tie.denied = frozenset({"roster"})
    for path in (f"/goals/{pupil.goal_id}", f"/plans/{pupil.plan_id}"):
        shown = brief(client, world.home.parent, path)
        assert (shown["grade"], shown["school_id"]) == (None, None)
        assert shown["display_name"]


def test_who_does_not_see_the_coordinator_does_not_see_the_name(
    client: Client, database: Isolated, world: World
) -> None:
    pupil = world.home.student
    made = client.as_(world.home.counselor).made(
        f"/students/{pupil.id}/supports",
        {
            "kind": "iep",
            "coordinator_id": str(world.home.case_manager.id),
            "accommodations": ["Extra time"],
        },
    )
    assert made["coordinator_name"]
    for_teacher = client.as_(world.home.teacher).read(f"/supports/{made['id']}")
    assert not {"coordinator_id", "coordinator_name"} & for_teacher.keys()
    with writing(database, world.home) as session:
        assert session.query(Support).count() >= 1


def test_a_supervisor_who_is_no_person_here_keeps_the_name_that_was_entered(
    client: Client, world: World, named: dict[str, str]
) -> None:
    student = client.as_(world.home.student)
    elements = f"/plans/{world.home.student.plan_id}/pathway-elements"
    course = {"type": "virtual", "title": "Latin"}
    made = student.made(elements, course | {"supervisor_name": "Ms. Away"})
    assert (made["supervisor_id"], made["supervisor_name"]) == (None, "Ms. Away")
    advisor_id = str(world.home.advisor.id)
    made = student.made(elements, course | {"supervisor_id": advisor_id})
    assert (made["supervisor_id"], made["supervisor_name"]) == (advisor_id, named["advisor"])


def test_a_new_name_changes_the_tag(client: Client, database: Isolated, world: World) -> None:
    pupil = world.home.student
    comment = f"/comments/{pupil.comment_id}"
    paths = [comment, f"/plans/{pupil.plan_id}?expand=sections"]
    reader = client.as_(world.home.counselor)
    tags = [reader.etag(path) for path in paths]
    author = reader.read(comment)["author_id"]
    assert author is not None
    with writing(database, world.home) as session:
        for row in session.query(Person):
            row.family_name = "Newly-Married"
    for path, tag in zip(paths, tags, strict=True):
        answer = reader.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200, path
        assert "Newly-Married" in answer.get_data(as_text=True)


def test_names_take_one_statement_whatever_a_page_holds(
    client: Client, database: Isolated, world: World
) -> None:
    pupil, counts = world.home.student, []
    student, goals = client.as_(pupil), f"/plans/{world.home.student.plan_id}/goals"
    for reader in ("advisor", "parent"):
        somebody = client.as_(getattr(world.home, reader))
        for _ in range(2):
            with counting(database) as queries:
                somebody.read(f"{goals}?limit=200")
            counts.append(queries.count)
            for number in range(8):
                student.made(goals, {"domain": "civic", "title": f"Vote {number}"})
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    with_names = [one for one in queries.statements if "preferred_family_name" in one]
    assert len(with_names) == 2, "the caller's, and one for the page"


def test_a_student_s_own_work_takes_no_statement_for_names(
    client: Client, database: Isolated, world: World
) -> None:
    student = client.as_(world.home.student)
    path = f"/check-ins/{world.home.student.check_in_id}"
    student.read(path)
    with counting(database) as queries:
        shown = student.read(path)
    assert shown["student"]["display_name"] == shown["author_name"]
    # The caller's own name comes with the caller.
    with_names = [one for one in queries.statements if "preferred_family_name" in one]
    assert len(with_names) == 1


# A person reads their own card.

EVERYBODY = ("student", "parent", "advisor", "teacher", "counselor", "elo_coordinator", "auditor")


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_reads_themselves_and_nobody_else(
    client: Client, world: World, name: str
) -> None:
    person = getattr(world.home, name)
    reader = client.as_(person)
    own = reader.read(f"/people/{person.id}")
    assert (own["id"], own["available_acts"]) == (str(person.id), [])
    others = {getattr(world.home, one).id for one in (*EVERYBODY, "senior", "inspecting_parent")}
    for other in others - {person.id}:
        assert reader.get(f"/people/{other}").status_code == 404
    listed = [one["id"] for one in reader.read("/people")["items"]]
    assert listed == ([] if name == "student" else [str(person.id)])
    tag = {"If-Match": reader.etag(f"/people/{person.id}")}
    changed = reader.send("PATCH", f"/people/{person.id}", json={"phone": "1"}, headers=tag)
    assert changed.status_code == 403
