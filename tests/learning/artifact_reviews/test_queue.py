"""The queue of what is to be judged: by advisor, class, rubric, evaluator and call; the inbox."""

from typing import Any

from tests.catalog.rubrics.conftest import body
from tests.client import Client, code
from tests.databases import Isolated
from tests.learning.artifact_reviews.conftest import SCORES, Submit
from tests.learning.artifact_reviews.test_judging import assign
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

KINDS = ("to_assign", "to_judge", "returned", "judged", "appeal_to_settle")
INBOX = "/me/inbox?limit=50" + "".join(f"&kind=artifact_{kind}" for kind in KINDS)


def found(reader: Client, query: str = "") -> set[str]:
    return {one["id"] for one in reader.read(f"/artifact-reviews?{query}")["items"]}


def waiting(reader: Client) -> list[tuple[str, str]]:
    return [(one["kind"], one["title"]) for one in reader.read(INBOX)["items"]]


def test_the_queue_is_found_by_student_class_advisor_rubric_and_evaluator(
    client: Client, world: World, database: Isolated, submit: Submit, advisor: Client, rubric: Any
) -> None:
    home = world.home
    with writing(database, home) as session:
        another = add_artifact(session, home)
    open_one, assigned = submit()[18:], submit(another)
    assert assign(advisor, assigned, home.team_member).status_code == 200
    assigned, both = assigned[18:], {open_one, assigned[18:]}
    for query, expected in {
        "": both,
        "status=submitted": {open_one},
        "is_assigned=false": {open_one},
        "is_assigned=true": {assigned},
        f"evaluator_id={home.team_member.id}": {assigned},
        f"rubric_id={rubric['id']}": both,
        f"rubric_id={home.class_id}": set(),
        f"class_id={home.class_id}": both,
        f"advisor_id={home.advisor.id}": both,
        f"student_id={home.student.id}": both,
        f"student_id={home.senior.id}": set(),
        f"artifact_id={another.id}": {assigned},
        f"call_id={home.class_id}": set(),
    }.items():
        assert found(advisor, query) == expected, query
    assert found(client.as_(home.team_member)) == {assigned}
    assert found(client.as_(home.other_advisor)) == set()
    of_student = advisor.read(f"/students/{home.student.id}/artifact-reviews")["items"]
    assert {one["id"] for one in of_student} == both
    assert client.as_(home.registrar).get("/artifact-reviews").status_code == 403


def test_what_waits_moves_from_advisor_to_evaluator_to_student(
    client: Client,
    world: World,
    work: Work,
    submit: Submit,
    advisor: Client,
    teacher: Client,
    student: Client,
    admin: Client,
) -> None:
    parent = client.as_(world.home.parent)
    readers = (advisor, teacher, student, parent, admin)
    path = submit()
    assert [waiting(one) for one in readers] == [[("artifact_to_assign", "A poem")], [], [], [], []]
    assign(advisor, path, world.home.team_member)
    assert [waiting(one) for one in readers] == [[], [("artifact_to_judge", "A poem")], [], [], []]
    teacher.act(path, "accept", scores=SCORES)
    new = [("artifact_judged", "A poem")]
    assert [waiting(one) for one in readers] == [[], [], new, new, []]
    student.act(path, "appeal", words="See line three.")
    settles = [("artifact_appeal_to_settle", "A poem")]
    assert [waiting(one) for one in readers] == [[], [], [], [], settles]
    assign(admin, path, world.home.other_advisor)
    assert waiting(admin) == []
    assert waiting(client.as_(world.home.other_advisor)) == settles


def test_returned_work_waits_for_the_student_until_it_is_submitted_again(
    in_review: Submit,
    submit: Submit,
    teacher: Client,
    student: Client,
    next_version: Any,
    work: Work,
) -> None:
    teacher.act(in_review(), "return", words="Nearly there.")
    assert waiting(student) == [("artifact_returned", "A poem")]
    next_version(work)
    again = submit()
    assert waiting(student) == []
    student.act(again, "recall")
    assert waiting(student) == [("artifact_returned", "A poem")]


def test_of_two_rubrics_each_has_its_own_review(
    client: Client, world: World, submit: Submit, advisor: Client, work: Work
) -> None:
    admin = client.as_(world.home.district_admin)
    other = admin.made("/rubrics", body(title="Care"))
    admin.act(f"/rubrics/{other['id']}", "publish")
    first, second = submit(), submit(rubric_id=other["id"])
    listed = advisor.read(f"{work.path}/reviews")["items"]
    assert [one["id"] for one in listed] == [first[18:], second[18:]]
    only = advisor.read(f"{work.path}/reviews?rubric_id={other['id']}")["items"]
    assert [one["id"] for one in only] == [second[18:]]
    unknown = advisor.get(f"{work.path}/reviews?colour=red")
    assert (unknown.status_code, code(unknown)) == (422, "validation_failed")
