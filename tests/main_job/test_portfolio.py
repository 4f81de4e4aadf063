"""From a first draft to a portfolio that is shown: against a real server, with a real browser."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from plp_api.foundation import data, db
from plp_api.foundation.roster.relationships import AppointmentRole
from plp_api.server.app import create_app
from tests import browser, databases
from tests.conftest import Live
from tests.foundation.files import samples
from tests.main_job.live import PATIENCE, Installation, Person, Server
from tests.world import Somebody, appoint, person, populate, writing

pytestmark = [pytest.mark.servers, browser.needed]

FRAMEWORK = data.seeds() / "frameworks" / "graduation_proficiencies.json"
LEVELS = ("beginning", "developing", "proficient")
PASSCODE = "birch river 7"
HIDDEN = ("other_student", "other_advisor", "registrar")


@dataclass
class Story:
    """The server, the people at home, and what the story has made so far."""

    live: Live
    installation: Installation
    folder: Path
    evaluator: Somebody
    made: dict[str, Any] = field(default_factory=dict)
    server: Server = field(init=False)

    def of(self, name: str) -> Person:
        """Somebody at home by name; `evaluator` is a teacher who does not know the student."""
        home = self.live.world.home
        somebody = self.evaluator if name == "evaluator" else getattr(home, name)
        return Person(self.server, self.live.client.as_(somebody).token)

    @property
    def student(self) -> Person:
        return self.of("student")

    @property
    def at_student(self) -> str:
        return f"/students/{self.live.world.home.student.id}"

    @property
    def work(self) -> str:
        return f"/artifacts/{self.made['work']['id']}"

    def photo(self) -> str:
        """The id of an upload of a photo that tells where it was taken."""
        file = self.folder / "field.jpg"
        file.write_bytes(samples.photo_with_place())
        sent = self.student.upload(f"{self.at_student}/uploads/files", file)
        assert sent.status == 201, sent.json
        upload_id: str = sent.json["id"]
        return upload_id

    def until_done(self, who: Person, path: str) -> Any:
        """What is read at the path, once no job works on it any more."""
        deadline = time.monotonic() + PATIENCE
        while (read := who.read(path)).get("state", read.get("status")) in ("queued", "running"):
            assert time.monotonic() < deadline, read
            time.sleep(0.1)
        return read


@pytest.fixture
def story(own: Live, tmp_path: Path) -> Iterator[Story]:
    """A high school with one more teacher, who reaches nobody."""
    home = own.world.home
    with writing(own.database, home) as session:
        evaluator = person(session, home, "evaluator")
        appoint(session, home, evaluator, AppointmentRole.TEACHER, home.school_id)
    story = Story(own, Installation(own.settings), tmp_path, evaluator)
    with story.installation.serve() as story.server:
        yield story
    story.installation.close()


def test_from_first_draft_to_a_shown_portfolio(story: Story) -> None:
    a_rubric_is_published(story)
    a_draft_with_a_photo_and_a_reflection(story)
    it_is_submitted_and_returned(story)
    its_second_version_is_accepted(story)
    the_goal_is_achieved_with_it(story)
    a_showcase_is_shared_after_the_parent_s_consent(story)
    a_grandparent_opens_it(story)
    the_consent_is_withdrawn_and_the_link_is_dead(story)
    the_ledger_tells_what_was_opened_when(story)
    the_archive_goes_to_an_empty_installation(story)


def a_rubric_is_published(story: Story) -> None:
    admin = story.of("district_admin")
    sent = admin.upload("/framework-imports", FRAMEWORK)
    done = story.until_done(admin, f"/framework-imports/{sent.json['id']}")
    items = admin.read(f"/frameworks/{done['framework_id']}/items?limit=100")["items"]
    item = next(one for one in items if one["code"] == "SCI.1")
    levels = [{"key": key, "title": key.capitalize()} for key in LEVELS]
    scale = admin.make("/scales", {"title": "Three levels", "levels": levels})
    admin.change(f"/frameworks/{done['framework_id']}", {"scale_id": scale["id"]})
    criterion = {
        "key": "sources",
        "title": "Use of sources",
        "framework_item_ids": [item["id"]],
        "descriptors": {key: f"What is {key} work" for key in LEVELS},
    }
    rubric = admin.make(
        "/rubrics", {"title": "Inquiry", "scale_id": scale["id"], "criteria": [criterion]}
    )
    admin.act(f"/rubrics/{rubric['id']}", "publish")
    story.made |= {
        "item": item,
        "rubric": rubric,
        "levels": [one["key"] for one in scale["levels"]],
    }


def a_draft_with_a_photo_and_a_reflection(story: Story) -> None:
    photo = {"kind": "file", "upload_id": story.photo(), "alt": "A field under snow."}
    work = {"title": "Where the nitrogen goes", "kind": "project", "parts": [photo]}
    made = story.made["work"] = story.student.make(f"{story.at_student}/artifacts", work)
    answers = [{"key": "what", "question": "What?", "text": "I measured three fields."}]
    story.student.make(f"{story.work}/reflections", {"answers": answers})
    assert made["status"] == "draft"
    assert story.of("advisor").read(story.work)["title"] == work["title"]
    for name in ("parent", "counselor", "school_admin", "evaluator", *HIDDEN):
        assert story.of(name).send("GET", story.work).status in (403, 404), name
    story.student.act(story.work, "keep")
    assert story.of("parent").read(story.work)["status"] == "kept"


def judge(story: Story, action: str, level: str, words: str) -> str:
    """Submit the newest version, name the evaluator, who judges it; the address of the review."""
    rubric = {"rubric_id": story.made["rubric"]["id"]}
    review = story.student.make(f"{story.work}/reviews", rubric)
    path = f"/artifact-reviews/{review['id']}"
    story.of("advisor").act(path, "assign", evaluator_id=str(story.evaluator.id))
    scores = [{"criterion": "sources", "level": level, "words": words}]
    story.of("evaluator").act(path, action, scores=scores, words=words)
    return path


def it_is_submitted_and_returned(story: Story) -> None:
    path = judge(story, "return", LEVELS[0], "Name where each number comes from.")
    told = story.student.read(path)
    assert told["status"] == "returned"
    assert told["scores"][0]["words"] == "Name where each number comes from."
    assert story.student.read(f"{story.at_student}/ratings")["items"] == []


def its_second_version_is_accepted(story: Story) -> None:
    first = story.student.read(f"{story.work}/versions")["items"][0]
    part_id = story.student.read(f"/artifact-versions/{first['id']}")["parts"][0]["id"]
    kept = {"kind": "file", "part_id": part_id, "alt": "A field under snow."}
    sources = {"kind": "text", "text": "Sources: the farm's own books."}
    parts = {"parts": [kept, sources]}
    story.student.make(f"{story.work}/versions", parts)
    path = judge(story, "accept", LEVELS[-1], "Each number has its source.")
    assert story.student.read(path)["status"] == "accepted"
    (rating,) = story.student.read(f"{story.at_student}/ratings")["items"]
    assert rating["framework_item_id"] == story.made["item"]["id"]
    assert rating["level"] == LEVELS[-1]
    assert story.of("parent").read(f"/ratings/{rating['id']}")["level"] == rating["level"]


def the_goal_is_achieved_with_it(story: Story) -> None:
    goal = f"/goals/{story.live.world.home.student.goal_id}"
    link = {"goal_id": str(story.live.world.home.student.goal_id)}
    story.student.make(f"{story.work}/evidence-links", link)
    (evidence,) = story.student.read(goal)["artifacts"]
    assert (evidence["id"], evidence["is_accepted"]) == (story.made["work"]["id"], True)
    story.student.act(goal, "propose_outcome", outcome="achieved", reflection="I can show it.")
    story.of("advisor").act(goal, "confirm_outcome")
    assert story.student.read(goal)["status"] == "achieved"


def a_showcase_is_shared_after_the_parent_s_consent(story: Story) -> None:
    student, parent = story.student, story.of("parent")
    showcase = student.make(f"{story.at_student}/showcases", {"title": "My year in the fields"})
    at = f"/showcases/{showcase['id']}"
    item = {"artifact_id": story.made["work"]["id"], "shows_reflection": True, "shows_review": True}
    student.make(f"{at}/items", item)
    link = {"given_to": "Grandmother", "why": "To show her my year", "passcode": PASSCODE}
    refused = student.send("POST", f"{at}/share-links", link)
    assert (refused.status, refused.json["code"]) == (409, "sharing_disabled")
    district = f"/districts/{story.live.world.home.district_id}"
    story.of("district_admin").change(district, {"settings": {"shares_outside": True}})
    refused = student.send("POST", f"{at}/share-links", link)
    assert (refused.status, refused.json["code"]) == (409, "sharing_not_consented")
    asked = parent.read(f"{story.at_student}/sharing-consent")
    text = next(one for one in asked["texts"] if one["language"] == "en")
    consent = {"language": "en", "text_sha256": text["text_sha256"]}
    parent.make(f"{story.at_student}/consents", consent)
    story.made["link"] = student.make(f"{at}/share-links", link)
    story.made["showcase"] = at


def address(story: Story) -> str:
    token = story.made["link"]["url"].rsplit("/", 1)[1]
    return f"http://127.0.0.1:{story.server.port}/shared/{token}"


def a_grandparent_opens_it(story: Story) -> None:
    with browser.opened(address(story), browser.PHONE) as page:
        assert "nitrogen" not in page.content()
        page.get_by_label("Passcode").fill(PASSCODE)
        page.get_by_role("button").click()
        told = page.inner_text("main")
        assert "My year in the fields" in told
        assert "Where the nitrogen goes" in told
        assert "I measured three fields." in told
        page.get_by_alt_text("A field under snow.").first.wait_for(state="visible")


def the_consent_is_withdrawn_and_the_link_is_dead(story: Story) -> None:
    story.of("parent").make(f"{story.at_student}/consent-withdrawals", {})
    with browser.opened(address(story)) as page:
        if page.get_by_label("Passcode").count():
            page.get_by_label("Passcode").fill(PASSCODE)
            page.get_by_role("button").click()
        assert "nitrogen" not in page.content()
    link = story.student.read(f"/share-links/{story.made['link']['id']}")
    assert (link["status"], link["end_reason"]) == ("ended", "consent_ended")


def the_ledger_tells_what_was_opened_when(story: Story) -> None:
    """The parent, who holds the rights, inspects the ledger; both see when the link was opened."""
    (disclosed,) = story.of("parent").read(f"{story.at_student}/disclosures")["items"]
    assert disclosed["party"] == "Grandmother"
    for reader in (story.student, story.of("parent")):
        openings = reader.read(f"/share-links/{story.made['link']['id']}/openings")["items"]
        assert "page" in {one["what"] for one in openings}
        assert all(one["opened_at"] for one in openings)


def the_archive_goes_to_an_empty_installation(story: Story) -> None:
    asked = story.student.make(f"{story.at_student}/exports")
    path = f"/student-exports/{asked['id']}"
    done = story.until_done(story.student, path)
    assert done["status"] == "ready", done
    archive = story.folder / "record.zip"
    archive.write_bytes(story.student.fetch(f"{path}/content"))
    there = elsewhere(story)
    pupil = there.world.home.student
    words = ("import", "student", str(archive), "--student", str(pupil.id), "--yes")
    told = Installation(there.settings).command(*words)
    assert told.returncode == 0, told.stderr
    reader = there.client.as_(pupil)
    works = reader.read(f"/students/{pupil.id}/artifacts")["items"]
    (work,) = [one for one in works if one["title"] == "Where the nitrogen goes"]
    assert work["status"] == "draft"
    assert hashes(reader, work["id"]) == hashes(story.student, story.made["work"]["id"])
    foreign = reader.read(f"/students/{pupil.id}/foreign-records?limit=200")["items"]
    assert "ratings" in {one["part"] for one in foreign}
    assert reader.read(f"/students/{pupil.id}/ratings")["items"] == []
    there.database.dispose()


def elsewhere(story: Story) -> Live:
    """Another installation, which knows nothing of the student's work."""
    folder = story.folder / "elsewhere"
    folder.mkdir()
    settings = databases.prepared("sqlite", folder)
    database = db.Database(settings.database_url)
    return Live(create_app(settings, database), database, populate(database), settings)


def hashes(reader: Any, artifact_id: str) -> list[str]:
    """The SHA-256 of each file of an artifact's versions, as they stand in the record."""
    versions = reader.read(f"/artifacts/{artifact_id}/versions")["items"]
    whole = [reader.read(f"/artifact-versions/{one['id']}") for one in versions]
    files = [part["file"] for one in whole for part in one["parts"] if part["file"]]
    return [file["sha256"] for file in files]
