"""A partner with a site, and an office that offers opportunities there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from plp_api.catalog.partners.models import Partner, PartnerSite
from plp_api.foundation.db import new_id
from tests.client import Client
from tests.databases import Isolated
from tests.world import Place, World, writing

Offer = Callable[..., Any]


@dataclass
class Clinic:
    """A partner and its site, by their ids."""

    partner_id: UUID
    site_id: UUID

    @property
    def body(self) -> dict[str, str]:
        """The members of an opportunity there."""
        return {"partner_id": str(self.partner_id), "site_id": str(self.site_id)}


def add_partner(session: Any, place: Place, name: str, town: str) -> Clinic:
    """Write a partner with one site."""
    own = {"district_id": place.district_id}
    partner = Partner(id=new_id(), **own, kind="health_care", name=name, folded_name=name.lower())
    session.add(partner)
    session.flush()
    site = PartnerSite(
        id=new_id(),
        **own,
        partner_id=partner.id,
        name="Main building",
        town=town,
        accessibility=frozenset({"wheelchair"}),
        transport=frozenset({"public_bus"}),
    )
    session.add(site)
    session.flush()
    return Clinic(partner.id, site.id)


@pytest.fixture
def clinic(world: World, database: Isolated) -> Clinic:
    with writing(database, world.home) as session:
        return add_partner(session, world.home, "Lamoille Clinic", "Morrisville")


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def offer(coordinator: Client, world: World) -> Offer:
    """Offer an opportunity at the high school; of the whole district with `school_id=None`."""

    def made(by: Client | None = None, **members: Any) -> Any:
        usual = {"school_id": str(world.home.school_id), "kind": "job_shadow"}
        body = {**usual, "title": "Shadow a nurse", **members}
        return (by or coordinator).made("/opportunities", body)

    return made
