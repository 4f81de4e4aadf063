"""Whom an advisor may name to judge a work: found by name, and none whom `assign` would refuse."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.models import AccountPerson, Person, PersonStatus
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Relationship,
    RelationshipKind,
)
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.artifact_reviews.conftest import Submit
from tests.learning.artifact_reviews.test_judging import assign, group_up
from tests.learning.portfolio_world import Work
from tests.queries import counting
from tests.world import Place, World, appoint, long_ago, person, relate, writing


def names(reader: Client, path: str, query: str = "limit=200") -> dict[str, str]:
    listed = reader.read(f"{path}/evaluators?{query}")["items"]
    assert all(one.keys() == {"id", "display_name"} for one in listed)
    return {one["id"]: one["display_name"] for one in listed}


def account_of(session: Any, somebody: Any) -> AccountPerson:
    found: AccountPerson = session.query(AccountPerson).filter_by(person_id=somebody.id).one()
    return found


def add_some(session: Any, world: World, work: Work) -> dict[str, Any]:
    """People who work here, or did, or are near to somebody who made the work."""
    home = world.home
    group_up(session, world, work)
    words = (
        "teaches", "taught", "advises", "advised", "pending", "suspended", "counsels", "counseled",
        "kin", "rightless", "former_kin", "no_kin", "account_kin", "spouse", "revoked", "nobody",
    )  # fmt: skip
    some = {word: person(session, home, word) for word in words}
    own, since = {"district_id": home.district_id}, {"starts_on": long_ago(200)}
    class_of = {"class_id": home.class_id, "role": "teacher", "school_id": home.school_id}
    over = {"ends_on": long_ago(2)}
    session.add_all(
        [
            Enrollment(**own, **since, **class_of, person_id=some["teaches"].id),
            Enrollment(**own, **since, **over, **class_of, person_id=some["taught"].id),
        ]
    )
    advisor, parent = RelationshipKind.ADVISOR, RelationshipKind.PARENT
    relate(session, home, some["advises"], home.senior, advisor)
    changed: dict[str, dict[str, Any]] = {
        "advised": over,
        "pending": {"status": "pending"},
        "suspended": {"status": "suppressed"},
    }
    for word, columns in changed.items():
        _change(session, relate(session, home, some[word], home.senior, advisor), columns)
    kin = ("kin", "rightless", "former_kin", "no_kin", "account_kin", "spouse")
    for word in ("counsels", "revoked", *kin):
        appoint(session, home, some[word], AppointmentRole.COUNSELOR, home.school_id)
    left = appoint(session, home, some["counseled"], AppointmentRole.COUNSELOR, None)
    left.ends_on = long_ago(2)
    # Family of the student who shares the group, or was, or is by another person of the account.
    rights = {"may_inspect": True, "may_decide": True}
    relate(session, home, some["kin"], home.other_student, parent, **rights)
    relate(session, home, some["rightless"], home.student, parent)
    _change(session, relate(session, home, some["former_kin"], home.student, parent), over)
    gone = relate(session, home, some["no_kin"], home.student, parent)
    _change(session, gone, {"status": "suppressed"})
    # The advisor who names somebody has a child with a colleague.
    for one in (home.advisor, some["spouse"]):
        relate(session, home, one, home.senior, parent)
    account_of(session, some["account_kin"]).account_id = account_of(
        session, home.parent
    ).account_id
    session.get_one(Person, some["revoked"].id).status = PersonStatus.DISABLED
    session.flush()
    return some


def _change(session: Any, row: Relationship, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()


@pytest.mark.both_databases
def test_the_list_is_of_those_whom_assign_takes(
    world: World, database: Isolated, submit: Submit, advisor: Client, work: Work
) -> None:
    path, home = submit(), world.home
    with writing(database, home) as session:
        some = add_some(session, world, work)
    listed = names(advisor, path)
    mine = {word for word, one in some.items() if str(one.id) in listed}
    assert mine == {"teaches", "advises", "counsels", "no_kin"}
    everybody = {**{one.username: one for one in home.people.values()}, **some}
    for word, one in everybody.items():
        answer = assign(advisor, path, one)
        assert (answer.status_code == 200) == (str(one.id) in listed), (word, answer.json)
    assert str(world.away.advisor.id) not in listed
    assert pointers(assign(advisor, path, world.away.advisor)) == {"/evaluator_id"}
    assert listed[str(home.advisor.id)]


def test_they_are_found_by_name_alone_page_by_page(
    client: Client, world: World, database: Isolated, submit: Submit, advisor: Client
) -> None:
    path, home = submit(), world.home
    with writing(database, home) as session:
        ida = person(session, home, "ida", preferred_given_name="Zelda", email="quill@x.example")
        appoint(session, home, ida, AppointmentRole.COUNSELOR, home.school_id)
        row = session.get_one(Person, ida.id)
        row.family_name, row.username, row.sourced_id = "Åberg", "quokka", "quartz"
    for words in ("zel", "aberg", "ABERG zelda"):
        assert names(advisor, path, f"q={words}") == {str(ida.id): "Zelda Åberg"}, words
    for words in ("quokka", "quill", "quartz", "nobody at all", "%25"):
        assert names(advisor, path, f"q={words}") == {}, words
    whole = advisor.read(f"{path}/evaluators?limit=200&count=true")
    assert whole["total_count"] == len(whole["items"])
    walked: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = advisor.read(f"{path}/evaluators?limit=2{cursor and '&cursor=' + cursor}")
        walked += page["items"]
        cursor = page["next_cursor"]
    assert walked == whole["items"]
    turned = advisor.read(f"{path}/evaluators?limit=200&sort=-family_name")["items"]
    assert turned == walked[::-1]
    unknown = advisor.get(f"{path}/evaluators?role=counselor")
    assert (unknown.status_code, code(unknown)) == (422, "validation_failed")


def test_only_who_may_name_somebody_reads_the_names(
    client: Client, world: World, in_review: Submit, admin: Client, advisor: Client
) -> None:
    path, home = in_review(), world.home
    for name, expected in {
        "advisor": 200,
        "school_admin": 200,
        "student": 403,
        "parent": 403,
        "team_member": 403,
        "counselor": 403,
        "other_advisor": 404,
        "other_student": 404,
    }.items():
        answer = client.as_(getattr(home, name)).get(f"{path}/evaluators")
        assert answer.status_code == expected, name
    assert client.as_(world.away.school_admin).get(f"{path}/evaluators").status_code == 404


def test_nobody_is_listed_while_there_is_nobody_to_name(
    judged: Any, student: Client, advisor: Client, admin: Client, world: World
) -> None:
    path, judge = judged(), str(world.home.team_member.id)
    assert names(advisor, path) == names(admin, path) == {}
    student.act(path, "appeal", words="See line three.")
    # The school's admin alone names who settles it, and never who judged.
    assert names(advisor, path) == {}
    assert judge not in names(admin, path)
    assert str(world.home.counselor.id) in names(admin, path)


def test_an_advisor_who_is_family_of_the_student_learns_no_names(
    client: Client, world: World, database: Isolated, submit: Submit
) -> None:
    path, home = submit(), world.home
    with writing(database, home) as session:
        relate(session, home, home.advisor, home.student, RelationshipKind.PARENT)
    answer = client.as_(home.advisor).get(f"{path}/evaluators")
    assert answer.status_code in (403, 404) or answer.json["items"] == []


def add_counselors(session: Any, place: Place, many: int) -> None:
    for number in range(many):
        somebody = person(session, place, f"counselor_{number}")
        appoint(session, place, somebody, AppointmentRole.COUNSELOR, place.school_id)


def test_many_are_listed_by_as_few_statements_as_one(
    world: World, database: Isolated, submit: Submit, advisor: Client
) -> None:
    path, numbers = submit(), []
    with writing(database, world.home) as session:
        add_counselors(session, world.home, 30)
    for limit in (1, 1, 30):
        with counting(database) as sent:
            assert len(names(advisor, path, f"limit={limit}")) == limit
        numbers.append(len(sent))
    assert numbers[1] == numbers[2] <= 7, numbers


def test_whose_office_ended_yesterday_is_not_listed(
    world: World, database: Isolated, submit: Submit, advisor: Client
) -> None:
    path, home = submit(), world.home
    today = clock.today()
    with writing(database, home) as session:
        somebody = person(session, home, "somebody")
        office = appoint(session, home, somebody, AppointmentRole.COUNSELOR, home.school_id)
        key = office.id
    for ends_on, is_listed in ((None, True), (today + timedelta(days=2), True), (today, False)):
        with writing(database, home) as session:
            session.get_one(Appointment, key).ends_on = ends_on
        assert (str(somebody.id) in names(advisor, path)) == is_listed
