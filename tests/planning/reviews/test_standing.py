"""The standing of a review: what is searched is what is shown, on the caller's own day."""

from datetime import date, timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.rest import tokens
from plp_api.foundation.roster.models import LoginSession
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.planning.reviews.models import Review
from plp_api.planning.reviews.standing import Standing
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.world import World, pupil, relate, writing, years_ago

pytestmark = pytest.mark.both_databases

# It is never the same day in both.
EARLY, LATE = "Pacific/Kiritimati", "Etc/GMT+12"


@pytest.fixture
def advisees(world: World, database: Isolated) -> date:
    """Students of the advisor with a review of each kind; the day on which one falls due."""
    home, day = world.home, clock.today(LATE)
    one_day = timedelta(days=1)
    kinds: list[dict[str, Any]] = [
        {"due_on": day - one_day},
        {"due_on": day},
        {"due_on": day + one_day},
        {"due_on": day - one_day, "excepted_on": day},
        {"due_on": day - one_day, "plan_version_id": home.student.version_id},
        {"due_on": day, "plan_version_id": home.student.version_id, "excepted_on": day},
    ]
    with writing(database, home) as session:
        for number, kind in enumerate(kinds):
            born = years_ago(14, number)
            child = pupil(
                session, home, f"due_{number}", grade="09", school_id=home.school_id, born=born
            )
            relate(session, home, home.advisor, child, RelationshipKind.ADVISOR)
            review = session.get_one(Review, child.review_id)
            for name, value in kind.items():
                setattr(review, name, value)
            _add_cycles(session, review)
    return day


def _add_cycles(session: Any, review: Review) -> None:
    """A missed review of the cycle before, and one of the next, which has not begun."""
    year = timedelta(days=365)
    own = {"district_id": review.district_id, "student_id": review.student_id}
    for turn in (-year, year):
        starts_on, ends_on = review.cycle_starts_on + turn, review.cycle_ends_on + turn
        span = {"cycle_starts_on": starts_on, "cycle_ends_on": ends_on, "due_on": ends_on}
        session.add(Review(**own, **span, plan_id=review.plan_id))


def in_zone(client: Client, somebody: Any, zone: str) -> Client:
    """Somebody whose token names a time zone."""
    client.as_(somebody)
    with client.app.app_context(), client.app.database.transaction() as session:
        login = session.query(LoginSession).filter_by(person_id=somebody.id).limit(1).one()
        token = tokens.issue(somebody.id, login.id, somebody.district_id, zone)
    return Client(client.app, token)


@pytest.mark.parametrize("zone", [EARLY, LATE])
@pytest.mark.parametrize("name", ["advisor", "counselor", "school_admin", "district_admin"])
def test_what_is_searched_by_standing_is_what_is_shown(
    client: Client, world: World, advisees: date, zone: str, name: str
) -> None:
    reader = in_zone(client, getattr(world.home, name), zone)
    shown = {one["id"]: one["standing"] for one in reader.read("/reviews?limit=200")["items"]}
    reviews = {
        one["id"]: (one["review"] or {}).get("standing")
        for one in reader.read("/plans?limit=200")["items"]
    }
    assert {*Standing} == {*shown.values()} == {*reviews.values()}
    for path, of in (("/reviews", shown), ("/plans", reviews)):
        for one in Standing:
            found = reader.read(f"{path}?standing={one}&limit=200&count=true")
            wanted = {key for key, standing in of.items() if standing == one}
            assert {item["id"] for item in found["items"]} == wanted, (path, one)
            assert found["total_count"] == len(wanted)
        both = reader.read(f"{path}?standing=overdue&standing=due&limit=200")["items"]
        assert {item["id"] for item in both} == {
            key for key, standing in of.items() if standing in ("overdue", "due")
        }


def test_a_review_is_overdue_from_the_day_after_in_the_caller_s_zone(
    client: Client, world: World, advisees: date
) -> None:
    advisor = world.home.advisor
    numbers = [
        len(in_zone(client, advisor, zone).read("/plans?standing=overdue")["items"])
        for zone in (LATE, EARLY)
    ]
    assert numbers[1] - numbers[0] >= 1


def test_a_standing_that_does_not_exist_is_refused(client: Client, world: World) -> None:
    advisor = client.as_(world.home.advisor)
    for path in ("/plans", "/reviews"):
        assert pointers(advisor.get(f"{path}?standing=complete")) == {"standing"}
