"""A district's profiles: one for each type of ELO from its first day, changed by the district."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from plp_api.catalog.elo_profiles.actions import DEFAULTS, begin, for_type, frozen
from plp_api.catalog.elo_profiles.models import EloProfile, EloType
from plp_api.foundation import migrating
from plp_api.foundation.db import new_id
from plp_api.foundation.roster import followers
from tests import databases
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing

RULES = ("signers", "is_ordered", "skipped_states", "required_parts", "needs_partner")


@pytest.fixture
def profiles(database: Isolated, world: World) -> None:
    """The profiles with which a district begins, in both districts."""
    for place in (world.home, world.away):
        with writing(database, place):
            begin(place.district_id)


@pytest.fixture
def district_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.district_admin)


def of_type(reader: Client, type_: str) -> Any:
    (profile,) = reader.read(f"/elo-profiles?type={type_}")["items"]
    return profile


@pytest.mark.usefixtures("app")
def test_a_new_district_begins_with_a_profile_for_each_type(
    database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        followers.district_added(world.home.district_id)
        mine = select(EloProfile.type).where(EloProfile.district_id == world.home.district_id)
        assert sorted(session.scalars(mine)) == sorted(EloType)


def test_beginning_twice_is_beginning_once(database: Isolated, world: World) -> None:
    with writing(database, world.home) as session:
        begin(world.home.district_id)
        begin(world.home.district_id)
        mine = select(EloProfile).where(EloProfile.district_id == world.home.district_id)
        assert len(session.scalars(mine).all()) == len(EloType)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", databases.KINDS)
def test_a_district_of_before_has_the_same_profiles_after_the_migration(
    kind: str, tmp_path: Path
) -> None:
    settings = databases.prepared(kind, tmp_path)
    migrating.downgrade(settings, "0025")
    engine = create_engine(settings.migration_database_url, isolation_level="AUTOCOMMIT")
    district = new_id()
    stored = str(district) if kind == databases.POSTGRESQL else district.hex
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO districts (id, name, slug, time_zone, settings, version, created_at,"
                " updated_at) VALUES (:id, 'Old', 'old', 'UTC', '{}', 1, :at, :at)"
            ),
            {"id": stored, "at": "2026-09-01 12:00:00+00:00"},
        )
        migrating.upgrade(settings)
        if kind == databases.POSTGRESQL:
            enter = text("SELECT set_config('plp.districts', :district, false)")
            connection.execute(enter, {"district": stored})
        columns = (EloProfile.type, *(getattr(EloProfile, name) for name in RULES))
        rows = {row.type: row for row in connection.execute(select(*columns))}
    engine.dispose()
    assert rows.keys() == {str(type_) for type_ in DEFAULTS}
    for type_, rules in DEFAULTS.items():
        assert {name: getattr(rows[type_], name) for name in RULES} == rules


@pytest.mark.usefixtures("profiles")
def test_everybody_reads_the_profiles_of_their_district_alone(client: Client, world: World) -> None:
    for reader in (world.home.student, world.home.parent, world.home.elo_coordinator):
        found = client.as_(reader).read("/elo-profiles")["items"]
        assert [profile["type"] for profile in found] == sorted(EloType)
        (profile,) = (one for one in found if one["type"] == "internship")
        assert client.as_(reader).read(f"/elo-profiles/{profile['id']}") == profile
        assert profile["signers"][0] == "student"
        response = client.as_(world.away.student).get(f"/elo-profiles/{profile['id']}")
        assert response.status_code == 404


@pytest.mark.usefixtures("profiles")
def test_service_has_no_panel_and_an_internship_has_one(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    assert of_type(student, "community_service")["skipped_states"] == ["presented"]
    assert of_type(student, "internship")["skipped_states"] == []


@pytest.mark.usefixtures("profiles")
def test_a_district_changes_its_rules_and_a_school_does_not(
    client: Client, world: World, district_admin: Client
) -> None:
    path = f"/elo-profiles/{of_type(district_admin, 'community_service')['id']}"
    change = {"signers": ["student", "coordinator"], "skipped_states": ["presented", "evaluated"]}
    changed = district_admin.patch(path, change).json
    assert changed["signers"] == ["student", "coordinator"]
    assert changed["skipped_states"] == ["evaluated", "presented"]
    etag = district_admin.etag(path)
    for other in (world.home.school_admin, world.home.elo_coordinator, world.home.student):
        response = client.as_(other).patch(path, change, etag=etag)
        assert (response.status_code, code(response)) == (403, "permission_denied")


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize(
    ("type_", "change"),
    [
        ("internship", {"signers": ["student", "student"]}),
        ("internship", {"signers": ["coordinator"]}),
        ("internship", {"skipped_states": ["agreement_pending"]}),
        ("capstone", {"signers": ["student", "mentor"]}),
        ("internship", {"needs_partner": False}),
    ],
    ids=["twice", "without the student", "without agreement", "no partner", "partner taken away"],
)
def test_signers_that_do_not_fit_the_other_rules_are_refused(
    district_admin: Client, type_: str, change: dict[str, Any]
) -> None:
    profile = of_type(district_admin, type_)
    path = f"/elo-profiles/{profile['id']}"
    response = district_admin.patch(path, change)
    assert (response.status_code, pointers(response)) == (422, {"/signers"})
    assert district_admin.read(path) == profile


@pytest.mark.usefixtures("profiles")
def test_a_type_may_go_without_agreement_where_nobody_signs(district_admin: Client) -> None:
    path = f"/elo-profiles/{of_type(district_admin, 'other')['id']}"
    change = {"signers": [], "skipped_states": ["agreement_pending"]}
    assert district_admin.patch(path, change).json["signers"] == []


def test_an_elo_keeps_a_plain_copy_of_the_rules(database: Isolated, world: World) -> None:
    with writing(database, world.home):
        profile = for_type(world.home.district_id, EloType.COMMUNITY_SERVICE)
        assert frozen(profile) == {
            "signers": ["student", "parent", "mentor", "coordinator"],
            "is_ordered": False,
            "skipped_states": ["presented"],
            "required_parts": ["competencies", "reflection", "timeline"],
            "needs_partner": True,
        }
