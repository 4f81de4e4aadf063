"""Renditions: a frozen version in another language, supplied by people, never signed itself."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from plp_api.foundation import clock
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.relationships import ParentKind, Relationship, RelationshipKind
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.planning.printing.conftest import tags
from tests.world import World, relate, writing


@pytest.fixture
def version(client: Client, world: World) -> str:
    """A version in force, of `home.student`."""
    path = f"/plan-versions/{world.home.student.version_id}"
    assert client.as_(world.home.student).act(path, "submit").status_code == 200
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    return path


@pytest.fixture
def counselor(client: Client, world: World) -> Client:
    return client.as_(world.home.counselor)


@pytest.fixture
def given(counselor: Client, version: str, world: World) -> dict[str, Any]:
    return {
        "snapshot_sha256": counselor.read(version)["snapshot_sha256"],
        "language": "es",
        "sections": {"about_me": {"title": "Sobre mí", "body": "Me gusta desarmar cosas."}},
        "goals": {str(world.home.student.goal_id): {"title": "Acompañar a una enfermera"}},
        "translator_name": "M. Intérprete",
        "translator_qualification": "Court interpreter",
        "is_certified": True,
    }


def test_staff_around_the_student_supply_it(
    counselor: Client, version: str, given: dict[str, Any]
) -> None:
    made = counselor.made(f"{version}/renditions", given)
    assert made["sections"] == given["sections"]
    assert made["goals"] == given["goals"]
    assert (made["translator_name"], made["is_certified"]) == ("M. Intérprete", True)
    assert made["superseded_at"] is None


def test_who_reads_the_version_reads_it(
    client: Client, world: World, counselor: Client, version: str, given: dict[str, Any]
) -> None:
    made = counselor.made(f"{version}/renditions", given)
    for name in ("student", "parent", "advisor", "school_admin"):
        reader = client.as_(getattr(world.home, name))
        assert reader.read(f"/renditions/{made['id']}")["language"] == "es"
        assert len(reader.read(f"{version}/renditions")["items"]) == 1
    for name in ("teacher", "registrar", "other_advisor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get(f"/renditions/{made['id']}").status_code == 404


def test_the_family_does_not_supply_it(
    client: Client, world: World, version: str, given: dict[str, Any]
) -> None:
    for name in ("student", "parent"):
        refused = client.as_(getattr(world.home, name)).post(f"{version}/renditions", given)
        assert refused.status_code == 403


def test_staff_who_are_family_do_not_supply_it(
    client: Client, world: World, database: Isolated, version: str, given: dict[str, Any]
) -> None:
    with writing(database, world.home) as session:
        kind: dict[str, Any] = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        pair = world.home.counselor, world.home.student
        relate(session, world.home, *pair, RelationshipKind.PARENT, **kind)
    refused = client.as_(world.home.counselor).post(f"{version}/renditions", given)
    assert code(refused) == "actor_is_family"


def test_what_the_version_does_not_have_is_refused_by_name(
    counselor: Client, version: str, given: dict[str, Any]
) -> None:
    strange, element = str(uuid4()), str(uuid4())
    given["sections"]["weather"] = {"title": "El tiempo", "body": "Llueve."}
    given["goals"][strange] = {"title": "Volar"}
    given["pathway_elements"] = {element: {"title": "Navegar"}}
    refused = counselor.post(f"{version}/renditions", given)
    assert (refused.status_code, code(refused)) == (422, "validation_failed")
    assert pointers(refused) == {
        "/sections/weather",
        f"/goals/{strange}",
        f"/pathway_elements/{element}",
    }


def test_it_is_bound_to_the_snapshot_that_was_translated(
    counselor: Client, version: str, given: dict[str, Any]
) -> None:
    refused = counselor.post(f"{version}/renditions", {**given, "snapshot_sha256": "0" * 64})
    assert (refused.status_code, code(refused)) == (409, "snapshot_mismatch")


def test_a_version_that_is_not_frozen_has_none(client: Client, world: World) -> None:
    path = f"/plan-versions/{world.home.student.version_id}/renditions"
    given: dict[str, Any]
    given = {"snapshot_sha256": "0" * 64, "language": "es", "translator_name": "M."}
    given["sections"] = {"about_me": {"title": "Sobre mí", "body": "…"}}
    refused = client.as_(world.home.counselor).post(path, given)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_a_newer_one_supersedes_the_last_in_its_language(
    counselor: Client, version: str, given: dict[str, Any]
) -> None:
    first = counselor.made(f"{version}/renditions", given)
    french = counselor.made(f"{version}/renditions", {**given, "language": "fr"})
    second = counselor.made(f"{version}/renditions", given)
    current = counselor.read(f"{version}/renditions?is_current=true")["items"]
    assert {one["id"] for one in current} == {french["id"], second["id"]}
    assert counselor.read(f"/renditions/{first['id']}")["superseded_at"] is not None
    assert len(counselor.read(f"{version}/renditions?language=es")["items"]) == 2


def test_it_changes_nothing_of_what_is_signed(
    client: Client, world: World, counselor: Client, version: str, given: dict[str, Any]
) -> None:
    student = client.as_(world.home.student)
    before = student.get(f"{version}/snapshot").data
    counselor.made(f"{version}/renditions", given)
    assert student.get(f"{version}/snapshot").data == before
    assert student.read(version)["snapshot_sha256"] == given["snapshot_sha256"]


@pytest.mark.parametrize("language", ["Spanish", "e", "es_MX", "en-aaaaaaaa-bbbbbbbb", ""])
def test_a_language_is_a_tag(
    counselor: Client, version: str, given: dict[str, Any], language: str
) -> None:
    refused = counselor.post(f"{version}/renditions", {**given, "language": language})
    assert pointers(refused) == {"/language"}


def test_whom_an_order_denies_goals_reads_no_goal_in_another_language(
    client: Client,
    world: World,
    database: Isolated,
    counselor: Client,
    version: str,
    given: dict[str, Any],
) -> None:
    made = counselor.made(f"{version}/renditions", given)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"goals"})
    found = client.as_(world.home.parent).read(f"/renditions/{made['id']}")
    assert "goals" not in found
    assert found["sections"] == given["sections"]


@pytest.fixture
def element_id(client: Client, world: World) -> Any:
    """An element approved for `home.student`'s plan before its version is approved."""
    counselor = client.as_(world.home.counselor)
    starts_on = str(clock.today() + timedelta(days=30))
    body = {"type": "cte", "title": "Welding", "provider_name": "River", "starts_on": starts_on}
    path = f"/plans/{world.home.student.plan_id}/pathway-elements"
    made = client.as_(world.home.student).made(path, {**body, "location": "Barre"})
    assert counselor.act(f"/pathway-elements/{made['id']}", "approve").status_code == 200
    return made["id"]


def test_pathway_elements_are_rendered_and_printed_in_the_language(
    client: Client,
    world: World,
    element_id: str,
    counselor: Client,
    version: str,
    given: dict[str, Any],
) -> None:
    given["pathway_elements"] = {element_id: {"title": "Soldadura", "location": "En Barre"}}
    made = counselor.made(f"{version}/renditions", given)
    assert made["pathway_elements"] == given["pathway_elements"]
    printed = client.as_(world.home.parent).get(f"{version}/print?language=es&format=html").text
    assert '<h2 dir="auto" lang="es">Sobre mí</h2>' in printed
    assert '<h3 dir="auto" lang="es">Soldadura</h3>' in printed
    assert '<dd lang="es"><p dir="auto">En Barre</p>' in printed
    assert '<h2 dir="auto">Scope and rigor</h2>' in printed or "My scope and rigor." in printed
    assert "by <bdi>M. Intérprete</bdi>, certified" in printed
    plain = client.as_(world.home.parent).get(f"{version}/print?format=html").text
    assert "Soldadura" not in plain
    assert "Welding" in plain


@pytest.mark.parametrize("language", ["es", "es-MX", "zh-Hant-TW"])
def test_a_pdf_in_another_language_says_which(
    client: Client,
    world: World,
    counselor: Client,
    version: str,
    given: dict[str, Any],
    language: str,
) -> None:
    counselor.made(f"{version}/renditions", {**given, "language": language})
    answer = client.as_(world.home.parent).get(f"{version}/print?language={language}&format=pdf")
    reader = PdfReader(BytesIO(answer.data))
    shown = " ".join(one.extract_text() for one in reader.pages)
    assert "Me gusta desarmar cosas." in shown
    assert "This is a translation" in shown
    spoken = {"zh-Hant-TW": "zh-TW"}.get(language, language)
    assert spoken in {one.get("/Lang") for one in tags(reader.root_object["/StructTreeRoot"])}


def test_a_language_nobody_supplied_is_not_printed(
    client: Client, world: World, version: str
) -> None:
    refused = client.as_(world.home.parent).get(f"{version}/print?language=fr")
    assert (refused.status_code, pointers(refused)) == (422, {"language"})


def test_the_family_that_keeps_the_plan_supplies_it(
    client: Client, world: World, database: Isolated, version: str, given: dict[str, Any]
) -> None:
    with writing(database, world.home) as session:
        row = HomeStudy(student_id=world.home.student.id, starts_on=clock.today())
        row.district_id = world.home.district_id
        session.add(row)
    made = client.as_(world.home.parent).made(f"{version}/renditions", given)
    assert made["supplied_by"] == str(world.home.parent.id)
    assert client.as_(world.home.student).made(f"{version}/renditions", given)["language"] == "es"
    assert client.as_(world.home.counselor).post(f"{version}/renditions", given).status_code in (
        403,
        404,
    )


def test_they_are_found_since_when_they_were_superseded(
    counselor: Client, version: str, given: dict[str, Any]
) -> None:
    path = f"{version}/renditions"
    first = counselor.made(path, given)
    second = counselor.made(path, {**given, "language": "so"})
    third = counselor.made(path, given)
    ids = [one["id"] for one in counselor.read(f"{path}?sort=created_at")["items"]]
    assert ids == [first["id"], second["id"], third["id"]]
    found = counselor.read(f"{path}?updated_since={third['created_at']}&is_current=true")["items"]
    assert [one["id"] for one in found] == [third["id"]]
    oldest = counselor.read(f"{path}?sort=updated_at&limit=1")["items"]
    assert [one["id"] for one in oldest] == [second["id"]], "the first was superseded since"
