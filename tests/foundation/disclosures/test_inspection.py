"""Whoever holds a student's rights inspects to whom the record was shown (34 CFR 99.32(c))."""

import pytest
from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.disclosures import actions as disclosures
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from plp_api.learning.sharing.models import ShareLink
from plp_api.learning.showcases.models import Showcase
from tests.client import Client
from tests.databases import Isolated
from tests.world import Pupil, World, long_ago, writing


def path_of(student: Pupil) -> str:
    return f"/students/{student.id}/disclosures"


@pytest.fixture
def path(database: Isolated, world: World) -> str:
    """The ledger of a student with one showcase, shown to a grandmother by a link."""
    student = world.home.student
    own = {"district_id": world.home.district_id, "student_id": student.id}
    showcase = Showcase(id=db.new_id(), **own, title="My year")
    link = ShareLink(
        id=db.new_id(),
        **own,
        identity_check="none",
        expires_at=clock.now(),
        token_sha256="a link",
        issued_by=student.id,
        showcase_id=showcase.id,
        name_shown="family",
    )
    with writing(database, world.home) as session:
        session.add(showcase)
        session.flush()
        session.add(link)
        session.flush()
        disclosures.record(
            [(showcase, "a showcase")],
            party="Grandmother",
            interest="family",
            basis=DisclosureBasis.CONSENT,
            link_id=link.id,
        )
    return path_of(student)


@pytest.mark.parametrize("name", ["parent", "school_admin", "district_admin"])
def test_the_holder_and_the_administrators_read_the_ledger(
    client: Client, world: World, path: str, name: str
) -> None:
    (row,) = client.as_(getattr(world.home, name)).read(path)["items"]
    assert (row["party"], row["interest"], row["what"]) == ("Grandmother", "family", "a showcase")
    assert (row["basis"], row["subject_type"]) == ("consent", "showcases")
    assert row["link_id"] is not None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("student", 403), ("advisor", 403), ("counselor", 403), ("registrar", 403)),
        *(("other_student", 404), ("other_school_admin", 404)),
    ],
)
def test_nobody_else_reads_it(
    client: Client, world: World, path: str, name: str, status: int
) -> None:
    assert client.as_(getattr(world.home, name)).get(path).status_code == status


def test_it_moves_to_the_student_with_the_rights(
    client: Client, database: Isolated, world: World, path: str
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).rights_transfer_on = long_ago(1)
    assert len(client.as_(world.home.student).read(path)["items"]) == 1
    assert client.as_(world.home.parent).get(path).status_code == 404


@pytest.mark.parametrize(
    "kind", [RecordKind.SHARE_LINKS, RecordKind.SHOWCASES, RecordKind.ARTIFACTS]
)
def test_what_an_order_denies_a_parent_is_left_out(
    client: Client, database: Isolated, world: World, path: str, kind: str
) -> None:
    with writing(database, world.home) as session:
        own = select(Relationship).where(
            Relationship.person_id == world.home.parent.id,
            Relationship.student_id == world.home.student.id,
        )
        session.scalars(own).one().denied = [kind]
    assert client.as_(world.home.parent).read(path)["items"] == []


def test_rows_are_found_by_basis_link_and_time(
    client: Client, database: Isolated, world: World, path: str
) -> None:
    parent = client.as_(world.home.parent)
    with writing(database, world.home) as session:
        link_id = session.scalars(select(Disclosure.link_id)).one()
    for query, count in (
        ("basis=consent", 1),
        ("basis=school_official", 0),
        (f"link_id={link_id}", 1),
        ("updated_since=2999-01-01T00:00:00Z", 0),
    ):
        assert len(parent.read(f"{path}?{query}")["items"]) == count
