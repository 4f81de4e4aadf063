"""A list takes the same number of queries, whatever is on the page."""

import pytest

from plp_api.foundation.roster.relationships import RelationshipKind
from tests.client import Client
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, pupil, relate, writing, years_ago

MOST = 8


@pytest.fixture
def crowded(world: World, database: Isolated) -> None:
    """Ten more students, each with a parent's link, in the school."""
    home = world.home
    with writing(database, home) as session:
        for number in range(10):
            child = pupil(
                session,
                home,
                f"crowd_{number}",
                grade="09",
                school_id=home.school_id,
                born=years_ago(14, number),
            )
            relate(session, home, home.parent, child, RelationshipKind.PARENT, may_inspect=True)
            relate(session, home, home.advisor, child, RelationshipKind.ADVISOR)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("advisor", "/students"),
        ("parent", "/students"),
        ("school_admin", "/students"),
        ("school_admin", "/relationships"),
        ("parent", "/relationships"),
        ("school_admin", "/people"),
        ("school_admin", "/appointments"),
        ("district_admin", "/advisories"),
        ("teacher", "/classes"),
        ("registrar", "/host-schools"),
    ],
)
def test_a_longer_page_asks_no_more_of_the_database(
    client: Client, world: World, database: Isolated, crowded: None, name: str, path: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    reader.read(path)
    numbers = []
    for limit in (1, 200):
        with counting(database) as queries:
            items = reader.read(f"{path}?limit={limit}")["items"]
        numbers.append(len(queries))
    assert len(items) > 1 or path in ("/advisories", "/classes")
    # One more query loads the auditor's sample if there is an auditor on the page.
    assert numbers[1] - numbers[0] <= (path == "/appointments"), queries.statements
    assert numbers[1] <= MOST
