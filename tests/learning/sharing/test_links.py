"""Share links: who makes, reads and stops them, and what the ledger keeps of each."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.links.models import Link
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import (
    Relationship,
    RelationshipKind,
    SchoolEnrollment,
)
from plp_api.learning.sharing import actions
from plp_api.learning.sharing.models import ShareLink
from plp_api.learning.showcases.models import Showcase
from plp_api.people.consents.models import Consent
from plp_api.planning.plans.models import Plan
from tests.client import Client, code, pointers
from tests.learning.sharing.showcase_world import Show
from tests.world import person, relate, writing

BODY = {"given_to": "Grandmother", "why": "To show her my year"}


def test_a_link_says_to_whom_it_was_given_and_shows_its_address_once(show: Show) -> None:
    made = show.made(days=7, allows_download=True)
    assert made["url"].startswith("http://localhost/shared/")
    assert (made["given_to"], made["why"]) == (BODY["given_to"], BODY["why"])
    assert (made["status"], made["views"], made["has_passcode"]) == ("open", 0, False)
    assert made["name_shown"] == "family"
    read = show.student.read(f"/share-links/{made['id']}")
    assert read == {name: value for name, value in made.items() if name != "url"}
    token = made["url"].rsplit("/", 1)[1]
    with show.database.transaction() as session:
        kept = session.scalars(select(Link)).one()
        assert token not in str(vars(kept))


def test_a_parent_does_not_learn_which_name_a_link_shows(show: Show, client: Client) -> None:
    made = show.made(name_shown="school")
    path = f"/share-links/{made['id']}"
    assert show.student.read(path)["name_shown"] == "school"
    assert client.as_(show.home.advisor).read(path)["name_shown"] == "school"
    parent = client.as_(show.home.parent)
    for read in (parent.read(path), parent.read("/share-links")["items"][0]):
        assert read["given_to"] == BODY["given_to"]
        assert "name_shown" not in read


def test_the_ledger_has_one_row_a_link(show: Show) -> None:
    made = show.made()
    show.made(given_to="Uncle")
    with writing(show.database, show.home) as session:
        rows = session.scalars(select(Disclosure).order_by(Disclosure.disclosed_at)).all()
        assert [row.party for row in rows] == ["Grandmother", "Uncle"]
        first = rows[0]
        assert (str(first.link_id), first.basis) == (made["id"], "consent")
        assert (first.interest, first.what) == (BODY["why"], "Showcase: My year")
        assert (first.subject_type, first.subject_id) == ("showcases", show.id)


def test_no_event_and_no_link_row_holds_words_about_people(show: Show) -> None:
    show.made(passcode="birch river")
    with writing(show.database, show.home) as session:
        events = session.scalars(select(Event).where(Event.type.like("share_link.%"))).all()
        words = str([event.payload for event in events])
        words += str([vars(row) for row in session.scalars(select(ShareLink))])
    for word in ("Grandmother", "show her", "birch river"):
        assert word not in words


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("parent", 403), ("advisor", 403), ("counselor", 403), ("school_admin", 403)),
        *(("teacher", 404), ("other_student", 404), ("registrar", 404)),
    ],
)
def test_nobody_but_the_student_makes_a_link(
    show: Show, client: Client, name: str, status: int
) -> None:
    answer = client.as_(getattr(show.home, name)).post(show.links, BODY)
    assert answer.status_code == status


def test_no_link_without_the_district(show: Show) -> None:
    show.set(District, show.home.district_id, settings={})
    assert code(show.student.post(show.links, BODY)) == "sharing_disabled"


def test_no_link_without_a_consent(show: Show) -> None:
    show.set(Consent, show.consent_id, withdrawn_at=clock.now())
    assert code(show.student.post(show.links, BODY)) == "sharing_not_consented"


def test_no_link_to_what_was_taken_down_archived_or_left_empty(show: Show) -> None:
    for status, refusal in (
        ("taken_down", "showcase_taken_down"),
        ("archived", "action_unavailable"),
    ):
        show.set(Showcase, show.id, status=status)
        assert code(show.student.post(show.links, BODY)) == refusal
    show.set(Showcase, show.id, status="active")
    show.archive("A poem")
    assert code(show.student.post(show.links, BODY)) == "showcase_empty"


def test_no_link_while_the_plan_is_closed(show: Show) -> None:
    show.set(Plan, show.home.student.plan_id, status="completed")
    assert code(show.student.post(show.links, BODY)) == "plan_closed"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"given_to": ""}, "/given_to"),
        ({"why": " "}, "/why"),
        ({"days": 0}, "/days"),
        ({"days": 366}, "/days"),
        ({"passcode": "12345"}, "/passcode"),
        ({"name_shown": "stage"}, "/name_shown"),
    ],
)
def test_a_link_names_its_holder_its_reason_and_an_end(
    show: Show, fields: dict[str, Any], pointer: str
) -> None:
    assert pointers(show.student.post(show.links, {**BODY, **fields})) == {pointer}


def test_a_showcase_has_so_many_open_links(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_OPEN", 2)
    first = show.made()
    show.made()
    assert code(show.student.post(show.links, BODY)) == "share_links_full"
    stop(show.student, first)
    show.made()


def stop(client: Client, link: dict[str, Any], reason: str = "") -> Any:
    return client.post(f"/share-links/{link['id']}/stop", {"reason": reason} if reason else {})


def test_the_student_stops_a_link(show: Show) -> None:
    made = show.made()
    holder = show.holder(made)
    assert holder.is_shown()
    answer = stop(show.student, made)
    assert answer.status_code == 200, answer.json
    assert (answer.json["status"], answer.json["end_reason"]) == ("ended", "revoked")
    assert answer.json["ended_by"] == str(show.home.student.id)
    assert not holder.is_shown()
    assert stop(show.student, made).json["ended_at"] == answer.json["ended_at"]


def test_a_parent_who_holds_the_rights_stops_a_link_and_the_other_learns_not_who(
    show: Show, client: Client
) -> None:
    with writing(show.database, show.home) as session:
        other = person(session, show.home, "second_parent")
        tie = {"status": "confirmed", "parent_kind": "parent"}
        kind = RelationshipKind.PARENT
        relate(session, show.home, other, show.home.student, kind, may_inspect=True, **tie)
    made = show.made()
    assert stop(client.as_(show.home.parent), made).status_code == 200
    path = f"/share-links/{made['id']}"
    seen = client.as_(other).read(path)
    assert (seen["status"], seen["ended_by"], seen["ended_by_name"]) == ("ended", None, None)
    assert client.as_(show.home.parent).read(path)["ended_by"] == str(show.home.parent.id)


def test_the_school_stops_a_link_with_a_reason_that_the_family_reads(
    show: Show, client: Client
) -> None:
    made = show.made()
    admin = client.as_(show.home.school_admin)
    assert pointers(stop(admin, made)) == {"/reason"}
    assert stop(admin, made, "It names a classmate.").status_code == 200
    for name in ("student", "parent"):
        read = client.as_(getattr(show.home, name)).read(f"/share-links/{made['id']}")
        assert read["stop_reason"] == "It names a classmate."
    assert not show.holder(made).is_shown()


def test_only_the_school_gives_a_reason(show: Show) -> None:
    assert pointers(stop(show.student, show.made(), "I do not like it.")) == {"/reason"}


@pytest.mark.parametrize("name", ["advisor", "counselor"])
def test_who_reads_a_link_does_not_stop_it(show: Show, client: Client, name: str) -> None:
    made = show.made()
    assert stop(client.as_(getattr(show.home, name)), made, "No.").status_code == 403
    assert show.holder(made).is_shown()


def test_openings_are_listed_and_counted(show: Show, client: Client) -> None:
    made = show.made()
    holder = show.holder(made)
    path = f"/share-links/{made['id']}"
    assert client.as_(show.home.parent).read(f"{path}/openings")["items"] == []
    holder.words()
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        holder.words()
        holder.words()
        for name in ("student", "parent", "advisor", "school_admin"):
            reader = client.as_(getattr(show.home, name))
            openings = reader.read(f"{path}/openings")["items"]
            assert [one["what"] for one in openings] == ["page", "page"]
            link = reader.read(path)
            assert link["views"] == 3


def test_lists_show_the_links_of_a_showcase_and_of_all_students(show: Show, client: Client) -> None:
    first, second = show.made(), show.made(given_to="Uncle")
    stop(show.student, first)
    admin = client.as_(show.home.school_admin)
    for path in (show.links, "/share-links"):
        listed = admin.read(f"{path}?status=open")["items"]
        assert [one["id"] for one in listed] == [second["id"]]
        assert [one["given_to"] for one in admin.read(path)["items"]] == ["Grandmother", "Uncle"]
    for name in ("other_student", "other_advisor", "denied_parent"):
        reader = client.as_(getattr(show.home, name))
        assert reader.read("/share-links")["items"] == []
        assert reader.get(f"/share-links/{first['id']}").status_code == 404


def test_a_link_ends_by_itself(show: Show) -> None:
    made = show.made(days=3)
    holder = show.holder(made)
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert not holder.is_shown()
        assert show.student.read(f"/share-links/{made['id']}")["status"] == "expired"


def ended(show: Show, link: dict[str, Any]) -> tuple[str, str | None]:
    read = show.student.read(f"/share-links/{link['id']}")
    return read["status"], read["end_reason"]


def test_the_end_of_a_giver_s_tie_ends_the_link(show: Show, client: Client) -> None:
    made = show.made()
    with writing(show.database, show.home) as session:
        tie = select(Relationship).where(
            Relationship.person_id == show.home.parent.id,
            Relationship.student_id == show.home.student.id,
        )
        session.scalars(tie).one().ends_on = clock.today()
    assert not show.holder(made).is_shown()
    assert ended(show, made) == ("ended", "consent_ended")


@pytest.mark.parametrize(
    ("model", "key", "columns", "reason"),
    [
        (Consent, "consent_id", {"withdrawn_at": clock.now()}, "consent_ended"),
        (Showcase, "id", {"status": "taken_down"}, "taken_down"),
    ],
)
def test_what_lasts_ends_the_link_at_its_next_use(
    show: Show, model: Any, key: str, columns: dict[str, Any], reason: str
) -> None:
    made = show.made()
    holder = show.holder(made)
    assert holder.is_shown()
    show.set(model, getattr(show, key), **columns)
    assert not holder.is_shown()
    assert ended(show, made) == ("ended", reason)
    if model is Consent:
        show.consent(show.home.parent)
        assert not holder.is_shown()


def test_a_consent_that_ran_out_and_is_given_anew_revives_no_link(show: Show) -> None:
    show.set(Consent, show.consent_id, ends_on=clock.today() + timedelta(days=1))
    made = show.made()
    assert show.holder(made).is_shown()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        show.consent(show.home.parent)
        assert not show.holder(made).is_shown()
        assert ended(show, made) == ("ended", "consent_ended")
        assert show.shared().is_shown()


def test_a_tie_that_ran_out_and_holds_again_revives_no_link(show: Show, client: Client) -> None:
    made = show.made()
    path = f"/students/{show.home.student.id}"
    registrar = client.as_(show.home.registrar)
    found = registrar.read(f"{path}/relationships?person_id={show.home.parent.id}")
    tie = f"/relationships/{found['items'][0]['id']}"
    end = (clock.today() + timedelta(days=1)).isoformat()
    assert registrar.patch(tie, {"ends_on": end}).status_code == 200
    assert show.holder(made).is_shown()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        registrar = client.as_(show.home.registrar)
        assert registrar.patch(tie, {"ends_on": None}).status_code == 200
        assert ended(show, made) == ("ended", "consent_ended")
        assert not show.holder(made).is_shown()
        show.consent(show.home.parent)
        assert not show.holder(made).is_shown()


def test_a_link_rests_on_the_consents_of_its_time(show: Show, client: Client) -> None:
    rights = {"may_inspect": True, "may_decide": True, "parent_kind": "parent"}
    kind = RelationshipKind.PARENT
    with writing(show.database, show.home) as session:
        other = person(session, show.home, "second_parent")
        relate(session, show.home, other, show.home.student, kind, **rights)
    first = show.made()
    show.consent(other)
    second = show.made()
    path = f"/students/{show.home.student.id}"
    registrar = client.as_(show.home.registrar)
    found = registrar.read(f"{path}/relationships?person_id={show.home.parent.id}")
    tie = f"/relationships/{found['items'][0]['id']}"
    assert registrar.patch(tie, {"may_decide": False}).status_code == 200
    assert ended(show, first) == ("ended", "consent_ended")
    assert ended(show, second) == ("open", None)
    assert show.holder(second).is_shown()


def test_a_student_who_left_shows_nothing(show: Show) -> None:
    made = show.made()
    close_plan(show)
    with writing(show.database, show.home) as session:
        stays = update(SchoolEnrollment).where(SchoolEnrollment.student_id == show.home.student.id)
        session.execute(stays.values(ends_on=clock.today()))
    assert not show.holder(made).is_shown()
    assert ended(show, made) == ("ended", "left")


def close_plan(show: Show) -> None:
    show.set(Plan, show.home.student.plan_id, status="completed")
    show.set(Student, show.home.student.id, left_on=clock.today())


def test_a_closed_plan_only_rests_the_links_of_a_student_who_is_still_at_school(
    show: Show,
) -> None:
    made = show.made()
    holder = show.holder(made)
    close_plan(show)
    assert not holder.is_shown()
    assert ended(show, made) == ("open", None)
    show.set(Plan, show.home.student.plan_id, status="active")
    show.set(Student, show.home.student.id, left_on=None)
    assert holder.is_shown()


@pytest.mark.parametrize("columns", [{"status": "archived"}, None])
def test_what_may_come_back_only_rests(show: Show, columns: dict[str, Any] | None) -> None:
    made = show.made()
    holder = show.holder(made)
    if columns:
        show.set(Showcase, show.id, **columns)
    else:
        show.set(District, show.home.district_id, settings={})
    assert not holder.is_shown()
    assert ended(show, made) == ("open", None)
    show.set(Showcase, show.id, status="active")
    show.set(District, show.home.district_id, settings={"shares_outside": True})
    assert holder.is_shown()
