"""A framework at home and one away; people who rate and read; ratings and links as rows."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.scales import actions as scales
from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.learning.ratings.models import Rating
from tests.client import Client
from tests.databases import Isolated
from tests.learning.ratings.frameworks import add_framework
from tests.world import Pupil, World, writing

Items = Mapping[str, UUID]


@pytest.fixture
def items(database: Isolated, world: World) -> Items:
    """The items of a framework at home, by code."""
    with writing(database, world.home) as session:
        return add_framework(session, world.home.district_id)


@pytest.fixture
def foreign_items(database: Isolated, world: World) -> Items:
    """The items of a framework of the other district, by code."""
    with writing(database, world.away) as session:
        return add_framework(session, world.away.district_id)


@pytest.fixture
def teacher(client: Client, world: World) -> Client:
    return client.as_(world.home.teacher)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def counselor(client: Client, world: World) -> Client:
    return client.as_(world.home.counselor)


@pytest.fixture
def ratings(world: World) -> str:
    """The address of the ratings of the student at home."""
    return f"/students/{world.home.student.id}/ratings"


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


@pytest.fixture
def a_rating(database: Isolated, world: World) -> Callable[..., str]:
    """Write a rating of `home.student` (or another pupil) by the teacher; get its address."""

    def made(
        item_id: UUID, level: str = "developing", pupil: Pupil | None = None, **columns: Any
    ) -> str:
        whose, rating_id = pupil or world.home.student, new_id()
        is_self = columns.get("is_self", False)
        by = whose.id if is_self else world.home.teacher.id
        with writing(database, world.home, world.away) as session:
            scale_id = columns.pop("scale_id", None) or scales.default_for(whose.district_id).id
            defaults = {
                "is_self": is_self,
                "rated_on": clock.today(),
                "rated_by": by,
                "rated_as": "student" if is_self else "teacher",
            }
            session.add(
                Rating(
                    id=rating_id,
                    district_id=whose.district_id,
                    student_id=whose.id,
                    framework_item_id=item_id,
                    scale_id=scale_id,
                    level=level,
                    **{**defaults, **columns},
                )
            )
        return f"/ratings/{rating_id}"

    return made


@pytest.fixture
def a_link(database: Isolated, world: World) -> Callable[..., None]:
    """Link a student's work to an item; the goal of `home.student` unless another is given."""

    def made(
        item_id: UUID, pupil: Pupil | None = None, table: str = "goals", subject: Any = None
    ) -> None:
        whose = pupil or world.home.student
        with writing(database, world.home, world.away) as session:
            session.add(
                ItemLink(
                    district_id=whose.district_id,
                    student_id=whose.id,
                    subject_type=table,
                    subject_id=subject or whose.goal_id,
                    framework_item_id=item_id,
                    linked_by=whose.id,
                )
            )

    return made
