"""The main job, against a real server: from a district's roster to a plan in force."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from plp_api.foundation import clock, data
from plp_api.server.demo import package
from plp_api.server.demo.years import Years
from tests import databases
from tests.conftest import SHARED
from tests.main_job.live import Installation, Person, Server

pytestmark = pytest.mark.servers

PASSWORD = "a long walk over the notch"
SAMPLE = SHARED / "or11-generated" / "plp-district-small.zip"
# The demo's package on both databases; the shared sample, if present, on one.
PLACES = [("sqlite", "demo"), ("postgresql", "demo")]
if SAMPLE.exists():
    PLACES.append(("postgresql", "sample"))


@pytest.fixture
def roster(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A district's package."""
    if request.param == "sample":
        return SAMPLE
    path = tmp_path / "demo.zip"
    years = Years.until(clock.today())
    package.write(data.seeds() / "demo" / "tamarack-valley-su", path, years)
    return path


@pytest.fixture
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(databases.prepared(request.param, tmp_path))
    yield installation
    installation.close()


def signed_in(server: Server, code: str, username: Any = None) -> Person:
    """Activate an account by its one-time code."""
    body = {"code": code, "password": PASSWORD}
    if username:
        body["username"] = username
    return Person(server, Person(server).make("/auth/activate", body)["access_token"])


def back_in(server: Server, username: str) -> Person:
    body = {"username": username, "password": PASSWORD}
    return Person(server, Person(server).make("/auth/login", body)["access_token"])


def invited(admin: Person, server: Server, person_id: str, username: Any = None) -> Person:
    """Let an admin invite a person, who then chooses a password."""
    path = f"/people/{person_id}"
    answer = admin.send(
        "POST",
        f"{path}/actions",
        {"action": "invite", "is_printed": True},
        If_Match=admin.tag(path),
    )
    assert answer.status == 200, answer.json
    return signed_in(server, answer.json["invitation"]["code"], username)


@pytest.mark.parametrize(("installation", "roster"), PLACES, indirect=True)
def test_from_a_roster_to_a_plan_in_force_and_past_the_18th_birthday(
    installation: Installation, roster: Path
) -> None:
    imported = installation.command("roster", "import", str(roster))
    assert imported.returncode == 0, imported.stderr
    first = installation.command(
        *("people", "invite", "--role", "district_admin"),
        *("--given", "Ada", "--family", "Min", "--username", "ada.admin"),
    )
    assert first.returncode == 0, first.stderr
    code = next(line.split()[-1] for line in first.stdout.splitlines() if line.startswith("code"))

    with installation.serve() as server:
        admin = signed_in(server, code)
        pupil, advisor_id = somebody_with_an_advisor(admin)
        parent_id, counselor_id = added_parent_and_counselor(admin, pupil)
        student = invited(admin, server, pupil["id"])
        advisor = invited(admin, server, advisor_id)
        parent = invited(admin, server, parent_id)
        counselor = invited(admin, server, counselor_id)

        plan = student.read(f"/students/{pupil['id']}/plan")
        version = written_and_approved(student, advisor, plan)
        assert counselor.read(version)["status"] == "in_force"
        review = student.read(f"/reviews/{plan['review']['id']}")
        assert review["standing"] == "current"
        assert covered(admin) == 1

        signed(student, parent, advisor, version)
        second = a_second_version_waits_for_the_parent(student, advisor, plan)
        born = date.fromisoformat(admin.read(f"/students/{pupil['id']}")["birth_date"])

    eighteenth = clock.birthday(born, 18)
    with installation.serve_at(f"{eighteenth}T17:00:00Z") as server:
        parent = back_in(server, "pat.parent")
        assert parent.send("GET", f"/students/{pupil['id']}").status == 404
        assert parent.send("GET", second).status == 404
        student = back_in(server, student_name(pupil))
        signatures = student.read(f"{second}/signatures")
        assert signatures["signature_state"] == "complete", "nobody waits for the parent any more"
        earlier = student.read(f"{version}/signatures")
        assert "parent" in {one["role"] for one in earlier["items"]}, "what was signed stays signed"


def student_name(pupil: dict[str, Any]) -> Any:
    return pupil["username"]


def somebody_with_an_advisor(admin: Person) -> tuple[Any, ...]:
    """A student who stays a minor for some time, and their advisor's id."""
    for pupil in admin.read("/students?grade=09&limit=200")["items"]:
        ties = admin.read(f"/students/{pupil['id']}/relationships")["items"]
        advisors = [one["person_id"] for one in ties if one["kind"] == "advisor"]
        if advisors and pupil["username"]:
            return pupil, advisors[0]
    raise AssertionError("no student of grade 9 has an advisor")


def added_parent_and_counselor(admin: Person, pupil: dict[str, Any]) -> tuple[Any, ...]:
    """The sample has neither: both are added by the API."""
    parent = admin.make(
        "/people", {"given_name": "Pat", "family_name": "Parent", "username": "pat.parent"}
    )
    admin.make(
        f"/students/{pupil['id']}/relationships",
        {"person_id": parent["id"], "kind": "parent", "parent_kind": "parent"},
    )
    counselor = admin.make(
        "/people", {"given_name": "Cam", "family_name": "Counsel", "username": "cam.counsel"}
    )
    school_id = pupil["plan_home_school_id"]
    admin.make(
        "/appointments",
        {"person_id": counselor["id"], "role": "counselor", "school_id": school_id},
    )
    return parent["id"], counselor["id"]


def written_and_approved(student: Person, advisor: Person, plan: dict[str, Any]) -> str:
    """Profile and goals; submitted; changes requested; submitted again; approved."""
    path = f"/plans/{plan['id']}"
    student.make(f"{path}/profile-entries", {"kind": "strength", "body": "Patient with animals"})
    goal = student.make(f"{path}/goals", {"title": "Shadow a nurse", "domain": "career"})
    student.act(f"/goals/{goal['id']}", "propose")
    version = student.make(f"{path}/versions")
    address = f"/plan-versions/{version['id']}"
    own = [
        one["key"]
        for one in student.read(f"/plan-templates/{version['template_id']}")["sections"]
        if "student" in one["authors"]
    ]
    student.change(address, {"sections": {key: f"What I say about {key}." for key in own}})
    others = [one["key"] for one in version["sections"] if one["key"] not in own]
    for key in others:
        answer = advisor.send(
            "PATCH",
            address,
            {"sections": {key: "Agreed with the family."}},
            If_Match=advisor.tag(address),
        )
        assert answer.status in (200, 403)
    student.act(address, "submit")
    advisor.act(address, "request_changes", comment="Say more about rigor.")
    student.change(address, {"sections": {own[0]: "More about me."}})
    student.act(address, "submit")
    assert advisor.act(address, "approve")["status"] == "in_force"
    assert student.read(f"/goals/{goal['id']}")["status"] == "active"
    return address


def signed(student: Person, parent: Person, advisor: Person, version: str) -> None:
    """Three signatures: the school's by approval, the student's and the parent's over the hash."""
    sha256 = student.read(version)["snapshot_sha256"]
    for somebody in (student, parent):
        somebody.make(f"{version}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    found = advisor.read(f"{version}/signatures")
    assert {one["role"] for one in found["items"]} == {"student", "school", "parent"}
    assert found["signature_state"] == "complete"


def a_second_version_waits_for_the_parent(
    student: Person, advisor: Person, plan: dict[str, Any]
) -> str:
    """An amendment of a material part, signed by everybody except the parent."""
    version = student.make(f"/plans/{plan['id']}/versions")
    address = f"/plan-versions/{version['id']}"
    student.change(address, {"sections": {"scope_and_rigor": "One more course."}})
    student.act(address, "submit")
    sha256 = advisor.act(address, "approve")["snapshot_sha256"]
    student.make(f"{address}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    found = student.read(f"{address}/signatures")
    assert found["signature_state"] == "pending"
    return address


def covered(admin: Person) -> Any:
    """How many students the district's coverage counts as current."""
    return admin.read("/reports/coverage")["total"]["current"]
