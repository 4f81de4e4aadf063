"""A district's settings: typed, closed, with defaults, and read from one place."""

from datetime import date
from typing import Any

import pytest

from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.district_settings import DistrictSettings, as_stored
from plp_api.foundation.roster.models import District
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing


def path(world: World) -> str:
    return f"/districts/{world.home.district_id}"


def stored(database: Isolated, world: World) -> DistrictSettings:
    with writing(database, world.home) as session:
        return district_settings.of(session.get(District, world.home.district_id))


def test_what_a_district_left_open_shows_its_default(client: Client, world: World) -> None:
    shown = client.as_(world.home.parent).read(path(world))["settings"]
    assert shown == as_stored(DistrictSettings())
    assert (shown["cycle_end"], shown["late_entry_days"], shown["return_by"]) == (
        "11-30",
        45,
        "10-01",
    )


def test_a_setting_is_changed_read_back_and_returned_to_its_default(
    client: Client, world: World, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    changed = admin.patch(path(world), {"settings": {"cycle_end": "06-30", "late_entry_days": 30}})
    assert changed.json["settings"]["cycle_end"] == "06-30"
    settings = stored(database, world)
    assert settings.cycle(date(2026, 7, 1)).ends_on == date(2027, 6, 30)
    assert settings.late_entry_days == 30

    cleared = admin.patch(path(world), {"settings": {"cycle_end": None}}).json["settings"]
    assert (cleared["cycle_end"], cleared["late_entry_days"]) == ("11-30", 30)


def test_role_mapping_is_merged_role_by_role(
    client: Client, world: World, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    mapped = {"aide": "registrar", "principal": "none"}
    admin.patch(path(world), {"settings": {"role_mapping": mapped}})
    admin.patch(path(world), {"settings": {"role_mapping": {"aide": None}}})
    offices = stored(database, world).offices
    assert offices["principal"] is None
    assert offices["counselor"] == "counselor"
    assert "aide" not in offices


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"cycle_end": "12-01"}, "/settings/cycle_end"),
        ({"cycle_end": "02-29"}, "/settings/cycle_end"),
        ({"return_by": "1 October"}, "/settings/return_by"),
        ({"late_entry_days": -1}, "/settings/late_entry_days"),
        ({"deletion_threshold": 1.2}, "/settings/deletion_threshold"),
        ({"confirm_family_links": ["relative"]}, "/settings/confirm_family_links/0"),
        ({"deciding_parents": "most"}, "/settings/deciding_parents"),
        ({"role_mapping": {"aide": "auditor"}}, "/settings/role_mapping/aide/value"),
        ({"moon_phase": "full"}, "/settings/moon_phase"),
    ],
)
def test_a_setting_outside_the_closed_set_or_its_type_is_refused(
    client: Client, world: World, asked: dict[str, Any], pointer: str
) -> None:
    refused = client.as_(world.home.district_admin).patch(path(world), {"settings": asked})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_a_time_zone_must_exist(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    refused = admin.patch(path(world), {"time_zone": "Vermont/Barre"})
    assert pointers(refused) == {"/time_zone"}


def test_a_school_admin_reads_the_districts_settings_and_does_not_decide_them(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.school_admin)
    refused = admin.patch(path(world), {"settings": {"late_entry_days": 1}})
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_another_district_does_not_exist(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    assert admin.get(f"/districts/{world.away.district_id}").status_code == 404


def test_the_summer_pause_lies_between_two_days() -> None:
    settings = DistrictSettings()
    assert [settings.is_summer(day) for day in (date(2026, 6, 14), date(2026, 6, 15))] == [
        False,
        True,
    ]
    assert [settings.is_summer(day) for day in (date(2026, 9, 30), date(2026, 10, 1))] == [
        True,
        False,
    ]
