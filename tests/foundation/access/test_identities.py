"""The one rule of what a reader may learn of another person."""

from uuid import UUID, uuid4

import pytest

from plp_api.foundation.access import identities
from plp_api.foundation.access.permissions import Role
from plp_api.planning.reviews.models import ParticipantRole
from plp_api.planning.signatures.models import SignerRole

STUDENT, READER, OTHER_PARENT, TEACHER = (uuid4() for _ in range(4))


def is_named(person_id: UUID, acted_as: str | None, *, is_family: bool = True) -> bool:
    return identities.is_named(
        person_id,
        acted_as,
        STUDENT,
        is_family=is_family,
        is_reader=lambda one: one == READER,
        is_parent=lambda one: one in (READER, OTHER_PARENT),
    )


@pytest.mark.parametrize("acted_as", [None, "parent", "school", "advisor"])
def test_whoever_is_not_family_learns_who_acted(acted_as: str | None) -> None:
    for person_id in (STUDENT, READER, OTHER_PARENT, TEACHER):
        assert is_named(person_id, acted_as, is_family=False)


@pytest.mark.parametrize("acted_as", sorted(identities.FAMILY_ROLES))
def test_family_learns_of_whoever_acted_as_family_the_role_alone(acted_as: str) -> None:
    assert not is_named(OTHER_PARENT, acted_as)
    assert not is_named(TEACHER, acted_as)


@pytest.mark.parametrize("acted_as", [None, *sorted(identities.FAMILY_ROLES)])
def test_one_s_own_acts_and_the_student_s_are_shown(acted_as: str | None) -> None:
    assert is_named(READER, acted_as)
    assert is_named(STUDENT, acted_as)


def test_where_no_role_is_recorded_the_relationship_decides() -> None:
    assert not is_named(OTHER_PARENT, None)
    assert is_named(TEACHER, None)


def test_where_a_role_is_recorded_it_decides() -> None:
    assert is_named(TEACHER, "school")
    assert is_named(TEACHER, "advisor")


def test_the_rule_knows_every_role_of_a_family() -> None:
    """A role added to one of these enums must be placed here first."""
    roles = {*map(str, Role), *map(str, SignerRole), *map(str, ParticipantRole)}
    assert roles - identities.FAMILY_ROLES == {
        "advisor",
        "alumnus",
        "auditor",
        "counselor",
        "district_admin",
        "elo_coordinator",
        "registrar",
        "school",
        "school_admin",
        "student",
        "teacher",
        "team_member",
    }
