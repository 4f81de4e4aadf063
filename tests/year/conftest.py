"""A school year around one student, as acts of people on given days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import AccountPerson
from plp_api.planning.reviews.actions import open_cycle
from tests.client import Client
from tests.databases import Isolated
from tests.planning.signing.conftest import Link
from tests.world import Place, Pupil, Somebody, World, pupil, writing

AUGUST = 8
PASSWORD = "a long walk over the notch"


@dataclass
class Year:
    """The school year that begins after the world was made; `pupil` is its student.

    Days are written `"10-05"`. `year.parent` is the client of that person at home,
    signed in again each time, because tokens expire when the clock moves.
    """

    client: Client
    database: Isolated
    world: World
    pupil: Pupil
    began: int
    traveller: Any

    def __getattr__(self, name: str) -> Any:
        return self.as_(getattr(self.home, name))

    @property
    def home(self) -> Place:
        return self.world.home

    @property
    def student(self) -> Client:
        return self.as_(self.pupil)

    def as_(self, somebody: Somebody) -> Client:
        return self.client.as_(somebody)

    # Days.

    def day(self, month_day: str) -> date:
        """That day of the school year: from August in one year, until July in the next."""
        month, day = (int(one) for one in month_day.split("-"))
        return date(self.began + (month < AUGUST), month, day)

    def on(self, month_day: str) -> date:
        """Move the clock to the morning of that day."""
        return self.travel(self.day(month_day))

    def travel(self, day: date) -> date:
        self.traveller.move_to(f"{day}T15:00:00+00:00")
        return day

    def nightly(self) -> None:
        """The worker's nightly run: opens everybody's review of the cycle."""
        with writing(self.database, self.home):
            open_cycle(self.home.district_id)

    # People.

    def about(self, name: str, *, grade: str, born: date) -> Pupil:
        """Use another student of the high school, with the same advisor."""
        with writing(self.database, self.home) as session:
            place = self.home
            self.pupil = pupil(
                session, place, name, grade=grade, school_id=place.school_id, born=born
            )
            place.people.pop(name)
        self.ties(self.home.advisor, kind="advisor", capacity="lead")
        return self.pupil

    def ties(self, somebody: Somebody, **tie: Any) -> str:
        """The registrar records a person's relationship to the student; returns its address."""
        path = f"/students/{self.pupil.id}/relationships"
        made = self.registrar.made(path, {"person_id": str(somebody.id), **tie})
        return f"/relationships/{made['id']}"

    def becomes_parent(self, somebody: Somebody) -> str:
        """A second parent, who decides as the first does."""
        rights = {"may_inspect": True, "may_decide": True}
        return self.ties(somebody, kind="parent", parent_kind="parent", **rights)

    def tie_of(self, somebody: Somebody) -> str:
        """The address of a person's relationship to the student, as the registrar finds it."""
        listed = self.registrar.read(f"/students/{self.pupil.id}/relationships")["items"]
        (found,) = (one["id"] for one in listed if one["person_id"] == str(somebody.id))
        return f"/relationships/{found}"

    def decides(self, **settings: Any) -> None:
        """Change the district's settings."""
        path = f"/districts/{self.home.district_id}"
        done(self.district_admin.patch(path, {"settings": settings}))

    def enters(self, **told: str) -> Pupil:
        """The registrar enters a student today, with the same advisor, for use in this year."""
        made = self.registrar.made(
            "/students", {"school_id": str(self.home.school_id), "username": "newcomer", **told}
        )
        card = f"/people/{made['id']}"
        invited = done(self.district_admin.act(card, "invite", is_printed=True))
        code = invited["invitation"]["code"]
        done(self.client.post("/auth/activate", {"code": code, "password": PASSWORD}))
        with writing(self.database, self.home) as session:
            account = session.query(AccountPerson).filter_by(person_id=UUID(made["id"])).one()
            self.pupil = Pupil(
                account.person_id, account.account_id, self.home.district_id, "newcomer"
            )
        self.pupil.plan_id = UUID(self.student.read(f"/students/{made['id']}/plan")["id"])
        self.ties(self.home.advisor, kind="advisor", capacity="lead")
        return self.pupil

    def leaves(self, day: date, **said: Any) -> Any:
        """The answer to the registrar, who ends the student's enrollment on that day."""
        listed = self.registrar.read(f"/students/{self.pupil.id}/school-enrollments")["items"]
        (running,) = (one["id"] for one in listed if one["ends_on"] is None)
        return self.registrar.patch(f"/school-enrollments/{running}", {"ends_on": str(day), **said})

    def comes_back(self, grade: str) -> None:
        """The registrar enrolls the student again, today."""
        path = f"/students/{self.pupil.id}/school-enrollments"
        self.registrar.made(path, {"school_id": str(self.home.school_id), "grade": grade})

    def transfers_rights(self, **told: str) -> Any:
        """The answer to the registrar, who records that rights move to the student."""
        path = f"/students/{self.pupil.id}"
        tag = {"If-Match": self.registrar.etag(path)}
        return self.registrar.send("PUT", f"{path}/rights-transfer", json=told, headers=tag)

    # The plan.

    def life(self, action: str, **said: str) -> Any:
        """The answer to the registrar, who closes or reopens the plan."""
        tag = {"If-Match": self.registrar.etag(f"{self.plan}/life")}
        return self.registrar.post(f"{self.plan}/actions", {"action": action, **said}, headers=tag)

    @property
    def plan(self) -> str:
        return f"/plans/{self.pupil.plan_id}"

    @property
    def review(self) -> str:
        """The address of the open review."""
        listed = self.student.read(f"/students/{self.pupil.id}/reviews?sort=-due_on")["items"]
        return f"/reviews/{listed[0]['id']}"

    @property
    def standing(self) -> str:
        return str(self.student.read(self.review)["standing"])

    def draft(self) -> str:
        """The student begins the next version."""
        return f"/plan-versions/{self.student.made(f'{self.plan}/versions', {})['id']}"

    def approved(self, version: str = "", **sections: str) -> str:
        """The student submits, the advisor approves; returns the version now in force."""
        version = version or f"/plan-versions/{self.pupil.version_id}"
        if sections:
            done(self.student.patch(version, {"sections": sections}))
        done(self.student.act(version, "submit"))
        done(self.advisor.act(version, "approve"))
        return version

    def amended(self, **sections: str) -> str:
        return self.approved(self.draft(), **sections)

    def meets(self, *adults: Somebody) -> None:
        """Student and advisor meet, and whoever comes with them."""
        done(self.student.act(self.review, "prepare", preparation="I want to weld."))
        people = [("student", self.pupil), *(("parent", one) for one in adults)]
        held = {
            "held_on": str(clock.today()),
            "mode": "in_person",
            "participants": [{"role": role, "person_id": str(one.id)} for role, one in people],
        }
        done(self.advisor.act(self.review, "hold", **held))

    # Signatures.

    def sign(self, version: str, somebody: Somebody) -> Any:
        """The answer to a person who signs the version just read."""
        signer = self.as_(somebody)
        read: Any = signer.get(version).json
        sha256 = read.get("snapshot_sha256", "0" * 64)
        body = {"snapshot_sha256": sha256, "language": "en"}
        return signer.post(f"{version}/signatures", body)

    def signed(self, version: str, *people: Somebody) -> None:
        for somebody in people:
            done(self.sign(version, somebody))

    def declined(self, version: str, somebody: Somebody, words: str) -> None:
        done(self.as_(somebody).post(f"{version}/declines", {"words": words}))

    def tried(self, mode: str, outcome: str = "no_answer") -> None:
        """The advisor logs an attempt to reach a parent."""
        path = f"{self.review}/outreach-attempts"
        body = {"role": "parent", "mode": mode, "outcome": outcome}
        done(self.advisor.post(path, body))

    def excuse(self, version: str, somebody: Somebody, basis: str) -> Any:
        """The answer to a person who excepts the parents' signature."""
        body = {"role": "parent", "basis": basis, "reason": "As told in the meeting."}
        return self.as_(somebody).post(f"{version}/signature-exceptions", body)

    def link(self, version: str, somebody: Somebody) -> Link:
        """The advisor hands out a signing link, the counselor its code."""
        body = {"person_id": str(somebody.id), "role": "parent", "identity_check": "code"}
        made = self.advisor.made(f"{version}/signing-links", body)
        return Link.of(self.client, made, self.counselor)

    def asked(self, version: str, reader: Client | None = None) -> tuple[str, dict[str, str]]:
        """The state of a version's signatures, and of each requirement, as the advisor reads it."""
        found = (reader or self.advisor).read(f"{version}/signatures")
        return found["signature_state"], {
            one["role"]: one["status"] for one in found["requirements"]
        }

    # What it looks like from outside.

    def covered(self, as_of: date | None = None) -> dict[str, Any]:
        """The district's coverage, today or on the given day."""
        query = f"?as_of={as_of}" if as_of else ""
        total = self.district_admin.read(f"/reports/coverage{query}")["total"]
        signatures = total.pop("signatures")
        return {**total, **{f"signatures_{name}": count for name, count in signatures.items()}}

    def printed(self, version: str, reader: Client) -> str:
        answer = reader.get(f"{version}/print")
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), answer.json
        return str(answer.text)


def done(answer: Any) -> Any:
    """The body of an answer that must be a success."""
    assert answer.status_code in (200, 201, 204), answer.get_data(as_text=True)
    return answer.json


def refused(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json["code"]


def body(version: dict[str, Any], key: str) -> Any:
    """A body with the text of one section."""
    return next(one["body"] for one in version["sections"] if one["key"] == key)


@pytest.fixture
def year(client: Client, database: Isolated, world: World) -> Iterator[Year]:
    """The next school year of `home.student`, on its first morning."""
    today = clock.today()
    began = today.year + (today >= date(today.year, AUGUST, 1))
    first = date(began, 9, 1)
    with time_machine.travel(f"{first}T15:00:00+00:00", tick=True) as traveller:
        year = Year(client, database, world, world.home.student, began, traveller)
        year.nightly()
        yield year
