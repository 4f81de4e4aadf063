"""Staff make links; a link is shown once, can be ended, and ends with the signer's right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.plans.models import Plan
from plp_api.planning.signing.models import SigningLink
from tests.client import Client, code, pointers
from tests.planning.signing.conftest import Link, Page
from tests.world import World, writing

Issue = Callable[..., Link]
Events = Callable[[], list[str]]


def test_the_address_is_shown_once_and_only_its_hash_is_kept(
    client: Client, world: World, in_force: str, order: dict[str, str], database: Any
) -> None:
    advisor = client.as_(world.home.advisor)
    made = advisor.made(f"{in_force}/signing-links", order)
    token = made["url"].rsplit("/", 1)[1]
    assert len(token) >= 43
    assert made["url"] in made["letter"]
    witness = client.as_(world.home.counselor)
    secret = witness.made(f"/signing-links/{made['id']}/code", None)["code"]
    assert len(secret) == 6
    later = advisor.read(f"/signing-links/{made['id']}")
    assert later["status"] == "open"
    assert not {"url", "code", "letter"} & later.keys()
    assert [one["id"] for one in advisor.read(f"{in_force}/signing-links")["items"]] == [made["id"]]
    with writing(database, world.home) as session:
        kept = session.get_one(SigningLink, UUID(made["id"]))
        assert token not in str(vars(kept))
        assert secret not in str(vars(kept))


def test_the_letter_names_nobody(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    made = client.as_(world.home.advisor).made(f"{in_force}/signing-links", order)
    assert "Tamarack Union" in made["letter"]
    for name in ("Student", "Parent", "Advisor"):
        assert name not in made["letter"]


def test_a_link_lasts_as_long_as_the_district_says_and_sixty_days_at_most(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    admin = client.as_(world.home.district_admin)
    district = f"/districts/{world.home.district_id}"
    assert pointers(admin.patch(district, {"settings": {"signing_link_days": 61}})) == {
        "/settings/signing_link_days"
    }
    assert admin.patch(district, {"settings": {"signing_link_days": 3}}).status_code == 200
    made = client.as_(world.home.advisor).made(f"{in_force}/signing-links", order)
    lasts = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lasts - timedelta(days=3)) < timedelta(seconds=5)


@pytest.mark.parametrize("who", ["inspecting_parent", "denied_parent", "relative", "advisor"])
def test_only_a_parent_who_may_decide_signs_by_link(
    client: Client, world: World, in_force: str, order: dict[str, str], who: str
) -> None:
    asked = {**order, "person_id": str(getattr(world.home, who).id)}
    refused = client.as_(world.home.advisor).post(f"{in_force}/signing-links", asked)
    assert refused.status_code == 422
    assert pointers(refused) == {"/person_id"}


def test_a_student_signs_by_link_only_once_the_rights_are_theirs(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    asked = {**order, "role": "student", "person_id": str(world.home.student.id)}
    refused = client.as_(world.home.advisor).post(f"{in_force}/signing-links", asked)
    assert pointers(refused) == {"/person_id"}


def test_staff_who_are_family_make_no_link(
    client: Client, world: World, in_force: str, order: dict[str, str], database: Any
) -> None:
    with writing(database, world.home) as session:
        session.add(
            Relationship(
                district_id=world.home.district_id,
                person_id=world.home.counselor.id,
                student_id=world.home.student.id,
                kind="parent",
                may_decide=True,
                may_inspect=True,
                starts_on=clock.today() - timedelta(days=9),
            )
        )
    refused = client.as_(world.home.counselor).post(f"{in_force}/signing-links", order)
    assert code(refused) == "actor_is_family"


def test_what_is_not_in_force_has_no_link(
    client: Client, world: World, order: dict[str, str]
) -> None:
    draft = f"/plan-versions/{world.home.student.version_id}/signing-links"
    refused = client.as_(world.home.advisor).post(draft, order)
    assert code(refused) == "action_unavailable"


def test_mail_is_refused_where_it_cannot_be_sent(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    asked = {**order, "delivery": "mail"}
    refused = client.as_(world.home.advisor).post(f"{in_force}/signing-links", asked)
    assert pointers(refused) == {"/delivery"}


def test_a_link_signs_once(
    link: Link, client: Client, world: World, in_force: str, events: Events
) -> None:
    assert link.open().status_code == 200
    receipt = link.sign()
    assert receipt.status_code == 200
    listed = client.as_(world.home.advisor).read(f"{in_force}/signatures")
    mine = next(one for one in listed["items"] if one["role"] == "parent")
    assert mine["method"] == "link"
    assert mine["person_id"] == str(world.home.parent.id)
    again = link.open()
    assert again.status_code == 410
    assert "has been used" in again.text
    assert link.post(step="identify", code=link.code or "").status_code == 410
    noted = ["issued", "witnessed", "opened", "read", "used", "refused used", "refused used"]
    assert events() == noted
    shown = client.as_(world.home.advisor).read(f"/signing-links/{link.id}")
    assert shown["status"] == "signed"


def test_a_link_used_twice_gives_one_signature_and_says_that_it_was_used(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    proof = link.identify().hidden
    form = {"name": "Pat Parent", "attest": "yes", "language": "en", **proof}
    answers = [link.post(step="sign", **form) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 410]
    assert "has been used" in answers[1].text
    assert link.post(step="decline", words="No.", **proof).status_code == 410
    listed = client.as_(world.home.advisor).read(f"{in_force}/signatures")
    assert [one["role"] for one in listed["items"]].count("parent") == 1
    assert listed["declines"] == []


def test_a_link_in_another_persons_hands_shows_nothing_and_signs_nothing(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    wrong = "000000" if link.code != "000000" else "000001"
    guessed = link.post(step="identify", code=wrong)
    assert guessed.status_code == 422
    forged = link.post(step="sign", name="Pat", attest="yes", language="en", proof="x.y.z")
    for page in (link.open(), guessed, forged):
        assert "What code" in Page(page.text).words
        assert "My scope and rigor." not in page.text
    listed = client.as_(world.home.advisor).read(f"{in_force}/signatures")
    assert "parent" not in {one["role"] for one in listed["items"]}
    assert link.sign().status_code == 200, "whoever it was made for still can"


def _links(reader: Client, in_force: str, asked: str) -> list[str]:
    return [one["id"] for one in reader.read(f"{in_force}/signing-links?{asked}")["items"]]


def test_links_are_found_by_what_became_of_them(
    issue: Issue, client: Client, world: World, in_force: str
) -> None:
    replaced, link = issue(), issue()
    advisor = client.as_(world.home.advisor)
    assert _links(advisor, in_force, "status=ended") == [replaced.id]
    assert _links(advisor, in_force, "status=open") == [link.id]
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1), tick=False):
        later = client.as_(world.home.advisor)
        assert _links(later, in_force, "status=expired") == [link.id]
        assert _links(later, in_force, "status=open") == []
    link.sign()
    assert _links(advisor, in_force, "status=signed") == [link.id]
    assert _links(advisor, in_force, "status=signed&status=ended") == [replaced.id, link.id]
    assert _links(advisor, in_force, "status=open&status=expired&status=declined") == []


def test_links_are_found_by_whose_they_are(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    advisor = client.as_(world.home.advisor)
    mine = f"role=parent&person_id={world.home.parent.id}"
    assert _links(advisor, in_force, mine) == [link.id]
    assert _links(advisor, in_force, "role=student") == []
    assert _links(advisor, in_force, f"person_id={world.home.student.id}") == []
    refused = advisor.get(f"{in_force}/signing-links?token=unknown")
    assert (refused.status_code, pointers(refused)) == (422, {"token"})


@pytest.mark.parametrize("how", ["open", "sign", "end"])
def test_a_link_that_was_opened_used_or_ended_has_changed_since(
    link: Link, client: Client, world: World, in_force: str, how: str
) -> None:
    advisor, later = client.as_(world.home.advisor), clock.now() + timedelta(minutes=5)
    since = f"updated_since={later:%Y-%m-%dT%H:%M:%SZ}"
    if how != "open":
        link.open()
    assert _links(advisor, in_force, since) == []
    with time_machine.travel(later + timedelta(minutes=1)):
        if how == "end":
            assert advisor.delete(f"/signing-links/{link.id}").status_code == 204
        else:
            assert getattr(link, how)().status_code == 200
    assert _links(advisor, in_force, since) == [link.id]


def test_a_link_expires(link: Link, events: Events) -> None:
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1), tick=False):
        refused = link.open()
    assert refused.status_code == 410
    assert "expired" in refused.text
    assert events()[-1] == "refused expired"


def test_a_link_that_was_ended_opens_nothing_more(
    link: Link, client: Client, world: World, events: Events
) -> None:
    proof = link.identify().hidden
    ended = client.as_(world.home.advisor).send("DELETE", f"/signing-links/{link.id}")
    assert ended.status_code == 204
    refused = link.post(step="sign", name="Pat", attest="yes", **proof)
    assert refused.status_code == 410
    assert events()[-2:] == ["ended revoked", "refused revoked"]
    shown = client.as_(world.home.advisor).read(f"/signing-links/{link.id}")
    assert (shown["status"], shown["end_reason"]) == ("ended", "revoked")


def test_a_new_link_ends_the_earlier_one(link: Link, issue: Issue) -> None:
    second = issue()
    assert link.open().status_code == 410
    assert second.open().status_code == 200


def tie_of(client: Client, world: World, who: str) -> str:
    listed = client.as_(world.home.registrar).read(
        f"/students/{world.home.student.id}/relationships"
    )
    person = str(getattr(world.home, who).id)
    return next(
        f"/relationships/{one['id']}" for one in listed["items"] if one["person_id"] == person
    )


def test_a_change_of_custody_ends_an_issued_link_at_once(
    link: Link, client: Client, world: World, events: Events
) -> None:
    proof = link.identify().hidden
    tie = tie_of(client, world, "parent")
    changed = client.as_(world.home.registrar).patch(tie, {"may_decide": False})
    assert changed.status_code == 200, changed.json
    refused = link.post(step="sign", name="Pat", attest="yes", **proof)
    assert refused.status_code == 410
    assert "no longer works" in refused.text
    assert "ended reach_changed" in events()


def test_a_tie_that_ends_by_its_date_stops_the_link_with_no_job(
    link: Link, world: World, database: Any, events: Events
) -> None:
    with writing(database, world.home) as session:
        tie = session.scalars(
            select(Relationship).where(
                Relationship.person_id == world.home.parent.id, Relationship.kind == "parent"
            )
        ).one()
        tie.ends_on = clock.today()
    assert link.open().status_code == 410
    assert events()[-1] == "refused right_ended"


def test_the_eighteenth_birthday_stops_a_parent_s_link(
    link: Link, world: World, database: Any, events: Events
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).born(
            clock.birthday(clock.today() + timedelta(days=2), -18)
        )
    assert link.open().status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=2, hours=1)):
        assert link.open().status_code == 410
    assert events()[-1] == "refused right_ended"


def test_whoever_was_shut_out_signs_by_no_link(link: Link, client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/people/{world.home.parent.id}"
    admin.act(path, "revoke")
    assert link.open().status_code == 410


def test_another_version_in_force_ends_the_links_to_the_earlier(
    link: Link, client: Client, world: World, events: Events
) -> None:
    student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
    plan = f"/plans/{world.home.student.plan_id}"
    made = student.made(f"{plan}/versions", {})
    path = f"/plan-versions/{made['id']}"
    section = {"sections": {"scope_and_rigor": "Another course."}}
    student.patch(path, section)
    assert student.act(path, "submit").status_code == 200
    assert advisor.act(path, "approve").status_code == 200
    assert link.open().status_code == 410
    assert "ended version_superseded" in events()


def test_a_closed_plan_is_not_signed(
    link: Link, world: World, database: Any, events: Events
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Plan, world.home.student.plan_id).status = "withdrawn"
    assert link.open().status_code == 410
    assert events()[-1] == "refused plan_closed"


def test_a_link_whose_person_signed_otherwise_is_used_up(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    parent = client.as_(world.home.parent)
    sha256 = parent.read(in_force)["snapshot_sha256"]
    parent.made(f"{in_force}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    assert link.open().status_code == 410


def test_few_wrong_answers_end_the_link(link: Link, events: Events) -> None:
    wrong = "000000" if link.code != "000000" else "000001"
    for left in (4, 3, 2):
        answer = link.post(step="identify", code=wrong)
        assert answer.status_code == 422
        assert f"{left} tries are left" in answer.text
    assert "1 try is left" in link.post(step="identify", code=wrong).text
    assert link.post(step="identify", code=wrong).status_code == 410
    assert link.post(step="identify", code=link.code or "").status_code == 410
    assert "ended attempts_used_up" in events()


def test_a_birth_date_nobody_knows_is_no_check(
    client: Client, world: World, in_force: str, order: dict[str, str], database: Any
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).born(None)
    asked = {**order, "identity_check": "birth_date"}
    refused = client.as_(world.home.advisor).post(f"{in_force}/signing-links", asked)
    assert pointers(refused) == {"/identity_check"}
