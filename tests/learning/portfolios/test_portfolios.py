"""Portfolios by a template: slots, entries, and the gaps that are left."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from plp_api.learning.portfolios import actions
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.learning.portfolios.conftest import SLOTS, Keep, Publish
from tests.queries import counting
from tests.racing import at_once
from tests.world import World, writing


def put(student: Client, portfolio: str, work: Work, slot: str = "best", **more: Any) -> str:
    sent = {"slot_key": slot, "artifact_id": str(work.id), **more}
    return f"/portfolio-entries/{student.made(f'{portfolio}/entries', sent)['id']}"


def missing(reader: Client, portfolio: str) -> dict[str, int]:
    return {slot["key"]: slot["missing"] for slot in reader.read(portfolio)["slots"]}


def test_a_portfolio_begins_with_the_gaps_of_its_template(
    client: Client, world: World, student: Client, portfolio: str
) -> None:
    whole = student.read(portfolio)
    assert (whole["title"], whole["edition"], whole["gaps"]) == ("Graduation", 1, 2)
    assert missing(student, portfolio) == {"best": 1, "writing": 2, "extra": 0}
    assert whole["student"]["id"] == str(world.home.student.id)
    for name in ("parent", "advisor", "counselor", "school_admin"):
        assert client.as_(getattr(world.home, name)).read(portfolio)["gaps"] == 2
    for stranger in (world.home.teacher, world.home.senior, world.away.district_admin):
        assert client.as_(stranger).get(portfolio).status_code == 404


def test_artifacts_fill_slots_in_their_order(
    student: Client, advisor: Client, portfolio: str, keep: Keep
) -> None:
    first, second = keep(title="Snow"), keep(title="Ice")
    one = put(student, portfolio, first, "writing", words="It rhymes.")
    two = put(student, portfolio, second, "writing")
    (_, writing_slot, _) = advisor.read(portfolio)["slots"]
    titles = [entry["artifact"]["title"] for entry in writing_slot["entries"]]
    assert (titles, writing_slot["missing"]) == (["Snow", "Ice"], 0)
    assert writing_slot["entries"][0]["words"] == "It rhymes."
    before = student.read(portfolio)["version"]
    student.patch(one, {"position": 3})
    slot = advisor.read(portfolio)["slots"][1]
    assert [entry["artifact"]["title"] for entry in slot["entries"]] == ["Ice", "Snow"]
    assert student.read(portfolio)["version"] > before
    assert student.patch(two, {"slot_key": "extra"}).json["slot_key"] == "extra"
    assert missing(advisor, portfolio) == {"best": 1, "writing": 1, "extra": 0}
    assert student.delete(two).status_code == 204
    assert student.get(two).status_code == 404


def test_what_does_not_fit_is_refused_by_name(
    world: World, student: Client, portfolio: str, keep: Keep
) -> None:
    work, path = keep(), f"{portfolio}/entries"

    def refused(key: Any, slot: str = "best") -> Any:
        return student.post(path, {"slot_key": slot, "artifact_id": str(key)})

    assert pointers(refused(work.id, "nothing")) == {"/slot_key"}
    assert pointers(refused(new_id())) == {"/artifact_id"}
    assert pointers(refused(keep(world.home.senior).id)) == {"/artifact_id"}
    assert pointers(refused(keep(kind="video").id, "writing")) == {"/artifact_id"}
    assert code(refused(keep(status=ArtifactStatus.DRAFT).id)) == "artifact_is_draft"
    assert code(refused(keep(status=ArtifactStatus.ARCHIVED).id)) == "artifact_archived"
    entry = put(student, portfolio, work)
    twice = refused(work.id)
    assert code(twice) == "portfolio_entry_exists"
    assert twice.json["existing"]["id"] == entry.rsplit("/", 1)[1]
    put(student, portfolio, keep())
    assert code(refused(keep().id)) == "portfolio_slot_full"
    other = put(student, portfolio, keep(), "extra")
    assert code(student.patch(other, {"slot_key": "best"})) == "portfolio_slot_full"


def test_an_archived_artifact_is_a_gap_until_it_is_restored(
    student: Client, advisor: Client, world: World, database: Isolated, portfolio: str, keep: Keep
) -> None:
    work = keep(title="Snow")
    entry = put(student, portfolio, work)

    def become(status: str) -> None:
        with writing(database, world.home) as session:
            session.get_one(Artifact, work.id).status = status

    become(ArtifactStatus.ARCHIVED)
    for reader in (student, advisor):
        assert missing(reader, portfolio)["best"] == 1
        assert "Snow" not in str(reader.read(portfolio))
    # Its place is free meanwhile.
    for _ in range(2):
        put(student, portfolio, keep())
    become(ArtifactStatus.KEPT)
    assert len(advisor.read(portfolio)["slots"][0]["entries"]) == 3
    assert advisor.read(entry)["artifact"]["title"] == "Snow"


def test_a_draft_is_shown_to_nobody_who_may_not_read_it(
    client: Client,
    world: World,
    student: Client,
    database: Isolated,
    portfolio: str,
    keep: Keep,
) -> None:
    work = keep(title="Snow")
    entry = put(student, portfolio, work)
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = ArtifactStatus.DRAFT
    parent = client.as_(world.home.parent)
    assert parent.read(entry)["artifact"] is None
    assert "Snow" not in str(parent.read(portfolio))
    assert student.read(entry)["artifact"]["title"] == "Snow"


def test_a_draft_in_a_slot_is_not_deleted(
    student: Client, world: World, database: Isolated, portfolio: str, keep: Keep
) -> None:
    work = keep()
    entry = put(student, portfolio, work)
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = ArtifactStatus.DRAFT
    refused = student.delete(work.path)
    assert (refused.status_code, code(refused)) == (409, "artifact_relied_on")
    student.delete(entry)
    assert student.delete(work.path).status_code == 204


def test_a_slot_without_a_limit_has_one(
    student: Client, portfolio: str, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_IN_SLOT", 1)
    put(student, portfolio, keep(), "extra")
    sent = {"slot_key": "extra", "artifact_id": str(keep().id)}
    refused = student.post(f"{portfolio}/entries", sent)
    assert (refused.status_code, code(refused)) == (409, "portfolio_slot_full")


def test_only_the_student_fills_a_portfolio(
    client: Client, world: World, student: Client, portfolio: str, keep: Keep
) -> None:
    work = keep()
    entry = put(student, portfolio, work)
    template = {"template_id": student.read(portfolio)["template_id"]}
    for name in ("parent", "advisor", "counselor", "school_admin"):
        by = client.as_(getattr(world.home, name))
        sent = {"slot_key": "extra", "artifact_id": str(work.id)}
        for refused in (
            by.post(f"/students/{world.home.student.id}/portfolios", template),
            by.post(f"{portfolio}/entries", sent),
            by.patch(entry, {"words": "Mine"}),
            by.delete(entry),
            by.delete(portfolio),
        ):
            assert (refused.status_code, code(refused)) == (403, "permission_denied"), name


def test_a_student_keeps_one_portfolio_by_a_template(
    world: World, client: Client, student: Client, portfolio: str, publish: Publish
) -> None:
    path = f"/students/{world.home.student.id}/portfolios"
    again = student.post(path, {"template_id": student.read(portfolio)["template_id"]})
    assert (again.status_code, code(again)) == (409, "portfolio_exists")
    assert again.json["existing"]["id"] == portfolio.rsplit("/", 1)[1]
    for members, said in (
        ({"grades": ["12"]}, "12"),
        ({"school_id": str(world.home.other_school_id)}, "another school"),
    ):
        refused = student.post(path, {"template_id": publish(**members)["id"]})
        assert pointers(refused) == {"/template_id"}
        assert said in refused.json["errors"][0]["detail"]
    assert pointers(student.post(path, {"template_id": str(new_id())})) == {"/template_id"}
    admin = client.as_(world.home.district_admin)
    draft = admin.made("/portfolio-templates", {"title": "Later", "slots": SLOTS})
    assert pointers(student.post(path, {"template_id": draft["id"]})) == {"/template_id"}


def test_a_portfolio_moves_to_the_next_edition_with_every_artifact(
    client: Client, world: World, student: Client, portfolio: str, keep: Keep
) -> None:
    work = keep()
    put(student, portfolio, work)
    extra = put(student, portfolio, work, "extra")
    admin = client.as_(world.home.district_admin)
    old = f"/portfolio-templates/{student.read(portfolio)['template_id']}"
    draft = admin.made(f"{old}/editions", {})
    path = f"/portfolio-templates/{draft['id']}"
    slots = [SLOTS[0], {"key": "talk", "title": "Talk"}]
    assert admin.patch(path, {"slots": slots}).status_code == 200
    assert student.read(portfolio)["edition"] == 1

    def moved() -> Any:
        headers = {"If-Match": student.etag(portfolio)}
        to = {"template_id": draft["id"]}
        return student.send("PUT", f"{portfolio}/template", json=to, headers=headers)

    assert pointers(moved()) == {"/template_id"}
    assert admin.act(path, "publish").status_code == 200
    assert "extra" in moved().json["errors"][0]["detail"]
    assert student.delete(extra).status_code == 204
    whole = moved().json
    assert (whole["edition"], [slot["key"] for slot in whole["slots"]]) == (2, ["best", "talk"])
    assert missing(student, portfolio) == {"best": 0, "talk": 1}
    again = student.post(
        f"/students/{world.home.student.id}/portfolios", {"template_id": draft["id"]}
    )
    assert code(again) == "portfolio_exists"


def test_a_deleted_portfolio_leaves_its_artifacts(
    student: Client, world: World, database: Isolated, portfolio: str, keep: Keep
) -> None:
    work = keep()
    put(student, portfolio, work)
    assert student.delete(portfolio).status_code == 204
    assert student.get(portfolio).status_code == 404
    with writing(database, world.home) as session:
        assert session.get(Artifact, work.id) is not None


def test_an_advisor_lists_who_has_gaps_and_who_has_not_begun(
    client: Client,
    world: World,
    student: Client,
    advisor: Client,
    database: Isolated,
    portfolio: str,
    keep: Keep,
    publish: Publish,
) -> None:
    home = world.home
    template_id = student.read(portfolio)["template_id"]
    without = f"/portfolio-templates/{template_id}/students-without-portfolio"
    (senior,) = advisor.read(without)["items"]
    assert senior["student"]["id"] == senior["student_id"] == str(home.senior.id)
    assert advisor.read(f"{without}?grade=10")["items"] == []
    assert client.as_(home.other_advisor).read(without)["items"] != [senior]
    work = keep()
    begun = client.as_(home.senior).made(
        f"/students/{home.senior.id}/portfolios", {"template_id": template_id}
    )
    assert advisor.read(without)["items"] == []

    def listed(query: str) -> set[str]:
        return {one["id"] for one in advisor.read(f"/portfolios?{query}")["items"]}

    mine = portfolio.rsplit("/", 1)[1]
    assert listed("has_gaps=true") == {mine, begun["id"]}
    for slot in ("best", "writing"):
        put(student, portfolio, work, slot)
    assert listed(f"has_gaps=true&student_id={home.student.id}") == {mine}
    put(student, portfolio, keep(), "writing")
    assert listed("has_gaps=true") == {begun["id"]}
    assert listed(f"has_gaps=false&template_id={template_id}") == {mine}
    with writing(database, home) as session:
        session.get_one(Artifact, work.id).status = ArtifactStatus.ARCHIVED
    assert listed("has_gaps=true") == {mine, begun["id"]}


def test_a_list_sends_the_same_statements_whatever_it_holds(
    student: Client, advisor: Client, database: Isolated, portfolio: str, keep: Keep
) -> None:
    advisor.read("/portfolios")
    with counting(database) as few:
        advisor.read("/portfolios")
    for _ in range(3):
        put(student, portfolio, keep(), "extra")
    with counting(database) as many:
        advisor.read("/portfolios")
    assert len(many) == len(few)


def test_an_order_that_denies_artifacts_denies_the_portfolio(
    client: Client, world: World, database: Isolated, portfolio: str
) -> None:
    home = world.home
    parent = client.as_(home.parent)
    assert parent.get(portfolio).status_code == 200
    with writing(database, home) as session:
        tie = session.scalars(select(Relationship).filter_by(person_id=home.parent.id)).one()
        tie.denied = frozenset({"artifacts"})
    assert parent.get(portfolio).status_code == 404
    assert parent.read("/portfolios")["items"] == []


def test_events_of_a_portfolio_hold_no_words(
    world: World, database: Isolated, student: Client, portfolio: str, keep: Keep
) -> None:
    entry = put(student, portfolio, keep(), words="Quilts")
    student.patch(entry, {"words": "More quilts"})
    with writing(database, world.home) as session:
        found = session.scalars(select(Event).where(Event.type.like("portfolio%")))
        payloads = [str(event.payload) for event in found]
    assert "uilts" not in "".join(payloads)


@pytest.mark.both_databases
def test_two_who_fill_the_last_place_at_once_fill_it_once(live: Live) -> None:
    home = live.world.home
    admin, student = live.client.as_(home.district_admin), live.client.as_(home.student)
    slots = [{"key": "best", "title": "Best", "most": 1}]
    draft = admin.made("/portfolio-templates", {"title": "One", "slots": slots})
    admin.act(f"/portfolio-templates/{draft['id']}", "publish")
    path = f"/students/{home.student.id}/portfolios"
    both = at_once(*[lambda: student.post(path, {"template_id": draft["id"]})] * 2)
    assert sorted(answer.status_code for answer in both) == [201, 409]
    made = next(answer.json for answer in both if answer.status_code == 201)
    with writing(live.database, home) as session:
        works = [add_artifact(session, home) for _ in range(2)]

    def send(work: Work) -> Any:
        sent = {"slot_key": "best", "artifact_id": str(work.id)}
        return student.post(f"/portfolios/{made['id']}/entries", sent)

    answers = at_once(*(lambda work=work: send(work) for work in works))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
