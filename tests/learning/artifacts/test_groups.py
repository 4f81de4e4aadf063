"""Work of several students: each has their own, and takes over what the others show."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from plp_api.foundation import clock
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.learning.artifacts import groups
from plp_api.learning.artifacts.joining import OPEN_FOR
from plp_api.learning.artifacts.models import ArtifactGroup
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.learning.artifacts.conftest import Send
from tests.world import World, writing

SONG = {"title": "A song", "kind": "audio", "made_on": "2026-01-09"}
TEXT = {"kind": "text", "text": "First verse."}


@pytest.fixture
def friend(client: Client, world: World) -> Client:
    """Another student of the school, whom the student's parent and advisor do not reach."""
    return client.as_(world.home.other_student)


@pytest.fixture
def joining(world: World) -> str:
    return f"/students/{world.home.other_student.id}/joined-artifacts"


@pytest.fixture
def song(student: Client, path: str) -> Any:
    return student.made(path, {**SONG, "parts": [TEXT]})


@pytest.fixture
def joined(student: Client, friend: Client, song: Any, joining: str) -> Any:
    """The friend's artifact of the song, joined while the student's was a draft."""
    return friend.made(joining, {"code": invited(student, song)})


def invited(student: Client, song: Any) -> str:
    answer = student.post(f"/artifacts/{song['id']}/group-code")
    assert answer.status_code == 201, answer.json
    return str(answer.json["code"])


def texts(artifact: Any) -> list[str]:
    return [part["text"] for part in artifact["newest_version"]["parts"]]


def test_who_has_the_code_joins_with_an_artifact_of_their_own(
    student: Client, friend: Client, song: Any, joined: Any, world: World
) -> None:
    assert (joined["status"], joined["student_id"]) == ("draft", str(world.home.other_student.id))
    assert (joined["title"], joined["kind"], joined["made_on"]) == tuple(SONG.values())
    # The other's draft stays theirs.
    assert (joined["number"], joined["newest_version"]) == (0, None)
    assert friend.get(f"/artifacts/{song['id']}").status_code == 404
    friend.patch(f"/artifacts/{joined['id']}", {"title": "Our song"})
    assert student.read(f"/artifacts/{song['id']}")["title"] == "A song"


def test_a_code_is_read_as_it_was_typed(
    student: Client, friend: Client, song: Any, joining: str
) -> None:
    given = invited(student, song).lower().replace("-", " ")
    assert friend.post(joining, {"code": f" {given} "}).status_code == 201


def test_only_a_hash_of_the_code_is_kept(
    student: Client, song: Any, database: Isolated, world: World
) -> None:
    given = invited(student, song)
    with writing(database, world.home) as session:
        group = session.query(ArtifactGroup).one()
        assert given.replace("-", "") not in f"{group.code_sha256}".upper()
    answer = student.get(f"/artifacts/{song['id']}")
    assert given not in answer.text


def makers_of(reader: Client, artifact: Any) -> list[str]:
    group = reader.read(f"/artifacts/{artifact['id']}")["group"]
    return [one["maker_id"] for one in group["makers"]]


def test_a_maker_is_named_to_the_others_by_their_own_leave_alone(
    student: Client, friend: Client, song: Any, joined: Any, world: World
) -> None:
    own, other = str(world.home.student.id), str(world.home.other_student.id)
    assert (makers_of(student, song), makers_of(friend, joined)) == ([own], [other])
    assert student.read(f"/artifacts/{song['id']}")["group"]["maker_count"] == 2
    assert own not in friend.get(f"/artifacts/{joined['id']}").text
    friend.patch(f"/artifacts/{joined['id']}", {"is_shown_in_group": True})
    first, second = student.read(f"/artifacts/{song['id']}")["group"]["makers"]
    assert (second["maker_id"], second["is_named"]) == (other, True)
    assert all(one["maker_name"] for one in (first, second))
    # Not what the other keeps: that is a draft. And leave is not given back by taking it.
    assert second["artifact_id"] is None
    assert makers_of(friend, joined) == [other]


def test_who_joins_by_a_code_learns_of_nobody(
    student: Client, friend: Client, song: Any, joining: str, world: World
) -> None:
    student.act(f"/artifacts/{song['id']}", "keep")
    answer = friend.post(joining, {"code": invited(student, song)})
    assert answer.status_code == 201
    assert str(world.home.student.id) not in answer.text
    assert song["id"] not in answer.text


def test_others_learn_of_makers_whose_work_they_read(
    client: Client, student: Client, song: Any, joined: Any, world: World
) -> None:
    place = f"/artifacts/{song['id']}"
    student.act(place, "keep")
    for name in ("parent", "advisor"):
        answer = client.as_(getattr(world.home, name)).get(place)
        makers = answer.json["group"]["makers"]
        assert [one["maker_id"] for one in makers] == [str(world.home.student.id)], name
        assert str(world.home.other_student.id) not in answer.text, name
        assert joined["id"] not in answer.text, name


def test_who_reads_the_work_of_several_makers_sees_them_all(
    client: Client, student: Client, song: Any, world: World
) -> None:
    senior, admin = client.as_(world.home.senior), client.as_(world.home.school_admin)
    joining = f"/students/{world.home.senior.id}/joined-artifacts"
    joined = senior.made(joining, {"code": invited(student, song)})
    student.act(f"/artifacts/{song['id']}", "keep")
    # The other's is a draft still.
    assert len(admin.read(f"/artifacts/{song['id']}")["group"]["makers"]) == 1
    senior.act(f"/artifacts/{joined['id']}", "catch_up")
    senior.act(f"/artifacts/{joined['id']}", "keep")
    makers = admin.read(f"/artifacts/{song['id']}")["group"]["makers"]
    assert [one["artifact_id"] for one in makers] == [song["id"], joined["id"]]


def test_a_maker_takes_over_what_another_shows(
    student: Client, friend: Client, song: Any, joined: Any, send: Send
) -> None:
    mine, theirs = f"/artifacts/{song['id']}", f"/artifacts/{joined['id']}"
    assert "catch_up" not in friend.read(theirs)["available_actions"]
    refused = friend.act(theirs, "catch_up")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    student.act(mine, "keep")
    sound = {"kind": "file", "upload_id": send(samples.MP3), "alt": "Two voices."}
    words = {"kind": "transcript", "text": "La la.", "of_position": 1}
    student.made(f"{mine}/versions", {"words": "Sung.", "parts": [sound, words]})
    caught = friend.act(theirs, "catch_up").json
    first, second = caught["newest_version"]["parts"]
    assert second["of_part_id"] == first["id"]
    assert (caught["number"], caught["newest_version"]["words"]) == (1, "")
    assert friend.get(f"/artifact-parts/{first['id']}/content").data == samples.MP3
    # A copy is as old as what it copies: there is nothing to take back.
    friend.act(theirs, "keep")
    assert "catch_up" not in student.read(mine)["available_actions"]
    assert "catch_up" not in friend.read(theirs)["available_actions"]
    friend.made(f"{theirs}/versions", {"parts": [{"kind": "text", "text": "Second verse."}]})
    assert texts(student.act(mine, "catch_up").json) == ["Second verse."]


def test_what_is_put_away_is_taken_over_no_more(
    student: Client, friend: Client, song: Any, joined: Any
) -> None:
    student.act(f"/artifacts/{song['id']}", "keep")
    student.act(f"/artifacts/{song['id']}", "archive")
    assert friend.read(f"/artifacts/{joined['id']}")["available_actions"] == ["leave_group"]


def test_who_joins_later_begins_with_what_is_shown(
    student: Client, friend: Client, song: Any, joining: str
) -> None:
    student.act(f"/artifacts/{song['id']}", "keep")
    assert texts(friend.made(joining, {"code": invited(student, song)})) == ["First verse."]


def test_a_file_stays_while_another_maker_holds_it(
    student: Client,
    friend: Client,
    path: str,
    joining: str,
    send: Send,
    database: Isolated,
    world: World,
) -> None:
    file = {"kind": "file", "upload_id": send(samples.picture())}
    song = student.made(path, {**SONG, "parts": [file]})
    student.act(f"/artifacts/{song['id']}", "keep")
    joined = friend.made(joining, {"code": invited(student, song)})
    assert friend.delete(f"/artifacts/{joined['id']}").status_code == 204
    with writing(database, world.home) as session:
        assert session.query(StoredFile).count() == 1
    part = song["newest_version"]["parts"][0]
    assert student.get(f"/artifact-parts/{part['id']}/content").data == samples.picture()


class Walked(list[Any]):
    """Rows that count how often they were gone through."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


@pytest.mark.parametrize("name", ["_heads", "_makers"])
def test_a_list_goes_through_the_makers_once(
    name: str,
    student: Client,
    friend: Client,
    path: str,
    joining: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    songs = [student.made(path, {**SONG, "parts": [TEXT]}) for _ in range(3)]
    for song in songs:
        joined = friend.made(joining, {"code": invited(student, song)})
        friend.made(f"/artifacts/{joined['id']}/versions", {"parts": [TEXT]})
        friend.act(f"/artifacts/{joined['id']}", "keep")
    read, walked = getattr(groups, name), []

    def rows(*given: Any) -> Walked:
        walked.append(Walked(read(*given)))
        return walked[-1]

    monkeypatch.setattr(groups, name, rows)
    shown = student.read(path)["items"]
    assert [len(rows) for rows in walked] == [6]
    assert [rows.times for rows in walked] == [1]
    assert [one["group"]["maker_count"] for one in shown] == [2, 2, 2]
    assert all("catch_up" in one["available_actions"] for one in shown)


def test_of_several_makers_who_show_it_the_newest_is_taken_over(
    student: Client, client: Client, song: Any, friend: Client, joined: Any, world: World
) -> None:
    senior = client.as_(world.home.senior)
    joining = f"/students/{world.home.senior.id}/joined-artifacts"
    third = senior.made(joining, {"code": invited(student, song)})
    for maker, own, words in ((friend, joined, "Second."), (senior, third, "Third.")):
        maker.made(f"/artifacts/{own['id']}/versions", {"parts": [{**TEXT, "text": words}]})
        maker.act(f"/artifacts/{own['id']}", "keep")
    # Whose own is the newest takes over nothing; the others take that one.
    assert "catch_up" not in senior.read(f"/artifacts/{third['id']}")["available_actions"]
    for maker, own in ((student, song), (friend, joined)):
        assert texts(maker.act(f"/artifacts/{own['id']}", "catch_up").json) == ["Third."]


def test_a_code_that_was_replaced_or_never_given_opens_nothing(
    student: Client, friend: Client, song: Any, joining: str
) -> None:
    first = invited(student, song)
    invited(student, song)
    for given in (first, "AAAAA-AAAAA", "?"):
        refused = friend.post(joining, {"code": given})
        assert (refused.status_code, code(refused)) == (422, "group_code_invalid")


def test_a_maker_ends_the_code(student: Client, friend: Client, song: Any, joining: str) -> None:
    place = f"/artifacts/{song['id']}"
    given = {"code": invited(student, song)}
    assert student.read(place)["group"]["closes_at"] is not None
    etag = {"If-Match": student.etag(place)}
    answer = student.send("DELETE", f"{place}/group-code", headers=etag)
    assert answer.status_code == 204
    assert code(friend.post(joining, given)) == "group_code_invalid"
    assert student.read(place)["group"]["closes_at"] is None


def test_who_joins_learns_nothing_of_what_a_draft_became(
    student: Client, friend: Client, song: Any, joining: str
) -> None:
    given = {"code": invited(student, song)}
    student.patch(f"/artifacts/{song['id']}", {"title": "To my therapist", "kind": "writing"})
    joined = friend.made(joining, given)
    assert (joined["title"], joined["kind"], joined["made_on"]) == tuple(SONG.values())
    assert "therapist" not in str(joined)


@pytest.fixture
def leave(database: Isolated, world: World) -> Callable[[], None]:
    """Let the student leave the school."""

    def left() -> None:
        day = clock.today() - timedelta(days=1)
        with writing(database, world.home) as session:
            own = SchoolEnrollment.student_id == world.home.student.id
            session.execute(update(SchoolEnrollment).where(own).values(ends_on=day))
            session.get_one(Student, world.home.student.id).left_on = day

    return left


@pytest.mark.both_databases
def test_the_code_of_who_has_left_opens_nothing(
    student: Client, friend: Client, song: Any, joining: str, leave: Callable[[], None]
) -> None:
    student.act(f"/artifacts/{song['id']}", "keep")
    given = {"code": invited(student, song)}
    leave()
    refused = friend.post(joining, given)
    assert (refused.status_code, code(refused)) == (422, "group_code_invalid")


@pytest.mark.both_databases
def test_who_has_left_is_in_no_group(
    student: Client,
    friend: Client,
    client: Client,
    song: Any,
    joined: Any,
    world: World,
    leave: Callable[[], None],
) -> None:
    mine, theirs = f"/artifacts/{song['id']}", f"/artifacts/{joined['id']}"
    student.patch(mine, {"is_shown_in_group": True})
    student.act(mine, "keep")
    assert "catch_up" in friend.read(theirs)["available_actions"]
    leave()
    seen = friend.read(theirs)
    assert "catch_up" not in seen["available_actions"]
    other = str(world.home.other_student.id)
    assert [one["maker_id"] for one in seen["group"]["makers"]] == [other]
    assert (seen["group"]["maker_count"], seen["group"]["closes_at"]) == (1, None)
    for reader in (student, client.as_(world.home.school_admin)):
        assert reader.read(mine)["group"] is None
    # Others may still join by a code of whoever is here, and get nothing of who has left.
    senior = world.home.senior
    place = f"/students/{senior.id}/joined-artifacts"
    third = client.as_(senior).made(place, {"code": invited(friend, joined)})
    assert (third["number"], third["group"]["maker_count"]) == (0, 2)


def test_a_code_ends_by_itself(
    student: Client, friend: Client, song: Any, joining: str, database: Isolated, world: World
) -> None:
    given = {"code": invited(student, song)}
    with writing(database, world.home) as session:
        group = session.query(ArtifactGroup).one()
        assert group.closes_at - clock.now() > OPEN_FOR - timedelta(hours=1)
        group.closes_at = clock.now()
    assert code(friend.post(joining, given)) == "group_code_invalid"
    assert student.read(f"/artifacts/{song['id']}")["group"]["closes_at"] is None


def test_nobody_joins_twice_or_a_full_group(
    student: Client,
    friend: Client,
    song: Any,
    joining: str,
    path: str,
    client: Client,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"code": invited(student, song)}
    joined = friend.made(joining, given)
    refused = friend.post(joining, given)
    assert (refused.status_code, code(refused)) == (409, "group_joined")
    assert refused.json["existing"]["id"] == joined["id"]
    monkeypatch.setattr("plp_api.learning.artifacts.joining.MOST_MAKERS", 2)
    senior = world.home.senior
    full = client.as_(senior).post(f"/students/{senior.id}/joined-artifacts", given)
    assert (full.status_code, code(full)) == (409, "group_full")


def test_a_code_opens_nothing_in_another_district(
    student: Client, song: Any, client: Client, world: World
) -> None:
    away = world.away.student
    given = {"code": invited(student, song)}
    refused = client.as_(away).post(f"/students/{away.id}/joined-artifacts", given)
    assert (refused.status_code, code(refused)) == (422, "group_code_invalid")


def test_whoever_guesses_codes_waits_and_nobody_else_does(
    student: Client,
    friend: Client,
    song: Any,
    joining: str,
    client: Client,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"code": invited(student, song)}
    for number in range(5):
        refused = friend.post(joining, {"code": f"AAAAA-AAAA{number}"})
        assert (refused.status_code, code(refused)) == (422, "group_code_invalid")
    waits = friend.post(joining, given)
    assert (waits.status_code, code(waits)) == (429, "login_throttled")
    assert int(waits.headers["Retry-After"]) >= 1
    senior = world.home.senior
    other = client.as_(senior).post(f"/students/{senior.id}/joined-artifacts", given)
    assert other.status_code == 201
    with monkeypatch.context() as later:
        now = clock.now() + timedelta(seconds=5)
        later.setattr(clock, "now", lambda: now)
        assert friend.post(joining, given).status_code == 201


def test_a_maker_leaves_the_group_and_the_code_goes_with_the_last(
    student: Client, friend: Client, song: Any, joined: Any, joining: str
) -> None:
    mine, theirs = f"/artifacts/{song['id']}", f"/artifacts/{joined['id']}"
    given = {"code": invited(student, song)}
    left = friend.act(theirs, "leave_group").json
    assert (left["group"], left["available_actions"]) == (None, [])
    student.act(mine, "keep")
    assert "catch_up" not in friend.read(theirs)["available_actions"]
    assert student.read(mine)["group"]["maker_count"] == 1
    student.act(mine, "archive")
    assert student.act(mine, "leave_group").status_code == 200
    assert code(friend.post(joining, given)) == "group_code_invalid"


def test_a_deleted_draft_leaves_the_group_and_the_last_one_ends_it(
    student: Client,
    friend: Client,
    song: Any,
    joined: Any,
    joining: str,
    database: Isolated,
    world: World,
) -> None:
    given = {"code": invited(student, song)}
    assert student.delete(f"/artifacts/{song['id']}").status_code == 204
    assert friend.read(f"/artifacts/{joined['id']}")["group"]["maker_count"] == 1
    assert friend.delete(f"/artifacts/{joined['id']}").status_code == 204
    assert code(friend.post(joining, given)) == "group_code_invalid"
    with writing(database, world.home) as session:
        assert session.query(ArtifactGroup).count() == 0


def test_nobody_but_the_student_opens_or_joins_a_group(
    client: Client, student: Client, song: Any, joining: str, world: World
) -> None:
    student.act(f"/artifacts/{song['id']}", "keep")
    for name in ("parent", "advisor", "school_admin"):
        other = client.as_(getattr(world.home, name))
        assert other.post(f"/artifacts/{song['id']}/group-code").status_code == 403, name
    assert student.post(joining, {"code": "AAAAA-AAAAA"}).status_code == 404
