"""An internship of `home.student` whose agreement is frozen, and people who sign it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import District
from tests.client import Client, Response
from tests.databases import Isolated
from tests.learning.elo_world import PROFILE, Internship, add_internship
from tests.world import Pupil, World, writing

ORDER = ["student", "parent", "mentor", "cooperating_teacher", "coordinator"]
AGREED_ON = {**PROFILE, "required_parts": []}


@dataclass
class Desk:
    """The agreement of one internship, and whoever signs it."""

    client: Client
    world: World
    elo: Internship
    pupil: Pupil

    @property
    def agreement(self) -> Any:
        """The newest edition, as the coordinator reads it."""
        path = f"{self.elo.path}/agreements?sort=-edition"
        return self.coordinator.read(path)["items"][0]

    @property
    def path(self) -> str:
        return f"/agreements/{self.agreement['id']}"

    @property
    def status(self) -> str:
        status: str = self.coordinator.read(self.elo.path)["status"]
        return status

    @property
    def waiting_for(self) -> list[str]:
        """The roles whose turn it is."""
        return [one["role"] for one in self.agreement["requirements"] if one["is_turn"]]

    @property
    def coordinator(self) -> Client:
        return self.client.as_(self.world.home.elo_coordinator)

    def signer(self, role: str) -> Client:
        """Whoever signs in that role with an account."""
        if role in ("student", "coordinator"):
            return self.client.as_(self.pupil) if role == "student" else self.coordinator
        if role == "parent":
            return self.client.as_(self.world.home.parent)
        return self.client.as_(getattr(self.elo, role))

    def sign(self, name: str, **members: Any) -> Response:
        """Sign as that role: the mentor in the room, everybody else with their account."""
        agreement = self.agreement
        if name == "mentor":
            return self.in_room("mentor", mentor_id=str(self.elo.mentor_id), **members)
        body = {"sha256": agreement["sha256"], "language": "en", **members}
        return self.signer(name).post(f"/agreements/{agreement['id']}/signatures", body)

    def in_room(self, role: str, witness: Client | None = None, **members: Any) -> Response:
        """Sign on screen before a member of staff, the licensed supervisor of the team."""
        agreement = self.agreement
        body = {
            "role": role,
            "sha256": agreement["sha256"],
            "language": "en",
            "identity_check": "known_in_person",
            **members,
        }
        path = f"/agreements/{agreement['id']}/witnessed-signatures"
        return (witness or self.client.as_(self.elo.licensed_supervisor)).post(path, body)

    def everybody_signs(self, roles: list[str] | None = None) -> None:
        for role in roles or ORDER:
            answer = self.sign(role)
            assert answer.status_code == 201, (role, answer.json)

    def status_of(self, role: str) -> str:
        """The status of a role's requirement."""
        by_role = {one["role"]: one["status"] for one in self.agreement["requirements"]}
        status: str = by_role[role]
        return status


Freeze = Callable[..., Desk]


@pytest.fixture
def freeze(client: Client, world: World, database: Isolated) -> Freeze:
    """Complete the design of an internship, so that its agreement waits for signatures."""

    def made(pupil: Pupil | None = None, profile: Any = None, **columns: Any) -> Desk:
        pupil = pupil or world.home.student
        columns["profile"] = {**AGREED_ON, **(profile or {})}
        columns.setdefault("ends_on", clock.today() + timedelta(days=50))
        with writing(database, world.home) as session:
            elo = add_internship(session, world.home, pupil, "design", **columns)
        desk = Desk(client, world, elo, pupil)
        answer = desk.coordinator.act(elo.path, "complete_design")
        assert answer.status_code == 200, answer.json
        return desk

    return made


@pytest.fixture
def desk(freeze: Freeze) -> Desk:
    """An agreement in which all sign in order."""
    return freeze()


@pytest.fixture
def started(desk: Desk) -> Desk:
    """The same, signed by everybody, and the ELO active."""
    desk.everybody_signs()
    answer = desk.coordinator.act(desk.elo.path, "start")
    assert answer.status_code == 200, answer.json
    return desk


def decide(session: Any, world: World, **settings: Any) -> None:
    """Set settings of the home district."""
    district = session.get(District, world.home.district_id)
    district.settings = {**district.settings, **settings}


def add_mentor(database: Isolated, desk: Desk) -> UUID:
    """Another mentor of the partner."""
    mentor_id, own = db.new_id(), {"district_id": desk.world.home.district_id}
    with writing(database, desk.world.home) as session:
        session.add(Mentor(id=mentor_id, **own, partner_id=desk.elo.partner_id, name="Ines Morel"))
    return mentor_id
