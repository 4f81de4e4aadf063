"""The first reads of a front end: they match their schemas, take few queries, and poll cheaply."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation.roster.relationships import Relationship
from plp_api.home.overview.schemas import (
    PlanDocumentSchema,
    PlanElementSchema,
    PlanFormSchema,
    PlanSummarySchema,
)
from plp_api.planning.plans.models import PlanVersion
from tests.client import Client, code
from tests.databases import Isolated
from tests.queries import counting
from tests.world import SECTIONS, World, writing


@pytest.fixture
def path(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}"


EVERYTHING = "?expand=goals,sections,signatures,profile_entries,pathway_elements,elos,template"


def settle(client: Client, world: World) -> None:
    """Put `student`'s version in force, signed by the student and a parent."""
    version = f"/plan-versions/{world.home.student.version_id}"
    client.as_(world.home.student).act(version, "submit")
    sha256 = client.as_(world.home.advisor).act(version, "approve").json["snapshot_sha256"]
    for name in ("student", "parent"):
        body = {"snapshot_sha256": sha256, "language": "en"}
        client.as_(getattr(world.home, name)).post(f"{version}/signatures", body)


def keys(schema: type[Any], document: dict[str, Any]) -> Iterator[str]:
    """Every member of a document that its schema does not know, by path."""
    fields = schema().fields
    for name, value in document.items():
        if name not in fields:
            yield name
            continue
        inner = getattr(fields[name], "inner", fields[name])
        nested = getattr(inner, "nested", None)
        for one in value if isinstance(value, list) else [value]:
            if nested and one:
                yield from (f"{name}.{key}" for key in keys(nested, one))


def test_a_plan_unfolds_what_is_asked_and_is_as_documented(
    client: Client, world: World, path: str
) -> None:
    settle(client, world)
    plan = client.as_(world.home.student).read(path + EVERYTHING)
    assert list(keys(PlanDocumentSchema, plan)) == []
    assert set(PlanDocumentSchema().fields) == set(plan)
    assert plan["goals"][0]["steps"][0]["title"] == "Write"
    assert {one["role"] for one in plan["signatures"]} == {"student", "parent", "school"}
    assert plan["in_force"]["signature_state"] == "complete"
    assert plan["review"]["standing"] == "current"
    assert plan["sections"][0]["body"] == "My about me."


def test_the_form_is_that_of_the_version_being_written(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    student = client.as_(world.home.student)
    form = student.read(path + "?expand=template")["template"]
    assert list(keys(PlanFormSchema, form)) == []
    assert [one["key"] for one in form["sections"]] == [one["key"] for one in SECTIONS]
    assert {one["visibility"] for one in form["sections"]} == {"everyone_with_the_plan"}
    edition = {"line_id": uuid4(), "edition": 2, "name": "New", "sections": SECTIONS[:1]}
    with writing(database, world.home) as session:
        newer = PlanTemplate(id=uuid4(), district_id=world.home.district_id, **edition)
        session.add(newer)
        session.flush()
        session.get(PlanVersion, world.home.student.version_id).template_id = newer.id
    form = student.read(path + "?expand=template")["template"]
    assert (form["edition"], len(form["sections"])) == (2, 1)


def test_elements_unfold_with_their_credits_for_who_may_read_them(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    student = client.as_(world.home.student)
    element = {"type": "cte", "title": "Nursing", "high_school_credits": 0.5}
    student.made(f"{path}/pathway-elements", element)
    parent = client.as_(world.home.parent)
    (shown,) = parent.read(path + "?expand=pathway_elements")["pathway_elements"]
    assert set(shown) == set(PlanElementSchema().fields)
    assert (shown["title"], shown["high_school_credits"]) == ("Nursing", 0.5)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"pathways"})
    assert "pathway_elements" not in parent.read(path + EVERYTHING)


def test_an_unknown_word_to_unfold_is_refused(client: Client, world: World, path: str) -> None:
    refused = client.as_(world.home.student).get(path + "?expand=goals,grades")
    assert (refused.status_code, code(refused)) == (422, "validation_failed")


def test_the_list_shows_standing_without_content_and_is_as_documented(
    client: Client, world: World
) -> None:
    settle(client, world)
    plans = client.as_(world.home.registrar).read("/plans?count=true")
    assert plans["total_count"] == len(plans["items"]) == 3
    for plan in plans["items"]:
        assert set(plan) == set(PlanSummarySchema().fields)
    assert "My about me" not in str(plans)


def test_the_list_narrows_by_advisor_grade_and_name(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    of_advisor = admin.read(f"/plans?advisor_id={world.home.advisor.id}")["items"]
    assert len(of_advisor) == 2
    assert [one["student"]["grade"] for one in admin.read("/plans?grade=08")["items"]] == ["08"]
    (found,) = admin.read("/plans?q=SENIOR")["items"]
    assert found["student"]["id"] == str(world.home.senior.id)


def test_pages_follow_each_other_without_loss(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = admin.read(f"/plans?limit=1&sort=family_name{cursor and '&cursor=' + cursor}")
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(found) == len(set(found)) == 4


def test_polling_costs_a_304_until_something_beneath_changes(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    url = path + "?expand=goals"
    tag = student.get(url).headers["ETag"]
    again = student.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    check_in = {"checked_on": "2026-11-01", "percent": 60, "body": "Wrote."}
    from plp_api.foundation import clock

    check_in["checked_on"] = clock.today().isoformat()
    student.made(f"/goals/{world.home.student.goal_id}/check-ins", check_in)
    changed = student.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json["goals"][0]["progress_percent"] == 60


def test_a_tag_of_one_reader_is_nothing_to_another(client: Client, world: World, path: str) -> None:
    tag = client.as_(world.home.student).get(path).headers["ETag"]
    other = client.as_(world.home.advisor).get(path, headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_status_is_all_that_a_registrar_gets(client: Client, world: World, path: str) -> None:
    refused = client.as_(world.home.registrar).get(path)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_district_admin_opens_a_plan_with_a_stated_reason_that_is_logged(
    client: Client, world: World, path: str
) -> None:
    admin = client.as_(world.home.district_admin)
    assert code(admin.get(path)) == "reason_required"
    opened = admin.get(path, headers={"X-Access-Reason": "Complaint 12"})
    assert opened.status_code == 200
    from plp_api.foundation.audit.models import Event

    with writing(client.app.database, world.home) as session:
        logged = session.query(Event).filter_by(type="record.opened").one()
        assert logged.payload["reason"] == "Complaint 12"
        assert logged.actor_id == world.home.district_admin.id


def test_a_foreign_plan_and_one_out_of_reach_do_not_exist(client: Client, world: World) -> None:
    advisor = client.as_(world.home.advisor)
    assert advisor.get(f"/plans/{world.away.student.plan_id}").status_code == 404
    assert advisor.get(f"/plans/{world.home.other_student.plan_id}").status_code == 404


def test_the_host_schools_counselor_reads_a_placed_students_plan(
    client: Client, world: World
) -> None:
    path = f"/plans/{world.home.placed.plan_id}"
    assert client.as_(world.away.counselor).get(path).status_code == 200
    assert client.as_(world.away.advisor).get(path).status_code == 404


def test_an_order_that_denies_goals_leaves_them_out(
    client: Client, world: World, path: str, database: Isolated
) -> None:

    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"goals"})
    plan = client.as_(world.home.parent).read(path + EVERYTHING)
    assert "goals" not in plan
    assert "signatures" in plan


def test_a_parent_reads_the_name_that_the_family_uses(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    from plp_api.foundation.roster.models import Person

    with writing(database, world.home) as session:
        person = session.get(Person, world.home.student.id)
        person.preferred_given_name, person.pronouns = "Robin", "they/them"
    at_school = client.as_(world.home.advisor).read(path)["student"]
    at_home = client.as_(world.home.parent).read(path)["student"]
    assert (at_school["display_name"].split()[0], at_school["pronouns"]) == ("Robin", "they/them")
    assert (at_home["display_name"].split()[0], at_home["pronouns"]) == ("Student", None)


def test_a_plan_takes_at_most_eight_queries(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    student = client.as_(world.home.student)
    with counting(database) as queries:
        student.read(path + "?expand=goals,signatures")
    assert queries.count <= 8, queries.statements


def test_everything_unfolds_in_seventeen_queries(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    """The caller, the row's reach, the plan, one or two for each part, and four for ELOs."""
    settle(client, world)
    for name in ("student", "parent", "advisor"):
        with counting(database) as queries:
            client.as_(getattr(world.home, name)).read(path + EVERYTHING)
        assert queries.count <= 17, queries.statements


def test_the_list_takes_the_same_few_queries_whatever_its_length(
    client: Client, world: World, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    counts = []
    for limit in (1, 50):
        with counting(database) as queries:
            admin.read(f"/plans?limit={limit}")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 8
