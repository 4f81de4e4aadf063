"""What stands beside a work: how it was judged, and who made it too."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.scales.models import Scale
from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import RecordKind, Relationship, SchoolEnrollment
from plp_api.learning.artifact_reviews.models import ArtifactReview, CriterionScore
from plp_api.learning.artifacts.models import Artifact, ArtifactGroup
from plp_api.people.consents.models import Consent
from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.learning.showcases.conftest import Kept, put_in
from tests.world import World, writing

Judged = Callable[..., None]


def shown(by: Client, path: str) -> Any:
    """The first work of the preview."""
    return by.read(f"{path}/preview")["sections"][0]["works"][0]


def _judge(
    session: Any,
    world: World,
    work: Work,
    status: str,
    level: str,
    days: int,
    *,
    final_level: str | None = None,
    **columns: Any,
) -> None:
    place = world.home
    scale = session.query(Scale).filter_by(district_id=place.district_id).first()
    rubric = Rubric(
        id=db.new_id(),
        district_id=place.district_id,
        scale_id=scale.id,
        title="Research",
        criteria=[
            {
                "key": "sources",
                "title": "Sources",
                "description": "",
                "framework_item_ids": [],
                "descriptors": {},
            }
        ],
    )
    session.add(rubric)
    session.flush()
    own = {"district_id": place.district_id, "student_id": place.student.id}
    own["artifact_id"] = work.id
    review = ArtifactReview(
        id=db.new_id(),
        **own,
        version_id=work.version_id,
        rubric_id=rubric.id,
        status=status,
        evaluator_id=place.teacher.id,
        submitted_at=clock.now(),
        words="Ask Charlie Roy how he did it.",
        decided_by=place.teacher.id,
        decided_at=clock.now() - timedelta(days=days),
        **columns,
    )
    session.add(review)
    session.flush()
    scored = {**own, "review_id": review.id, "criterion_key": "sources", "words": "Two of them."}
    if final_level:
        session.add(CriterionScore(**scored, level=final_level, is_final=True))
        session.flush()
    session.add(CriterionScore(**scored, level=level))


@pytest.fixture
def levels(world: World, database: Isolated) -> list[dict[str, Any]]:
    """The levels of a scale, lowest first."""
    with writing(database, world.home) as session:
        made = [{"key": key, "title": key.title(), "description": ""} for key in ("near", "met")]
        session.add(
            Scale(
                id=db.new_id(), district_id=world.home.district_id, title="Two steps", levels=made
            )
        )
    return made


def test_the_last_decided_result_stands_by_the_work_where_the_student_says(
    student: Client,
    kept: Kept,
    path: str,
    world: World,
    database: Isolated,
    levels: list[dict[str, Any]],
) -> None:
    work = kept()
    item = put_in(student, path, work)
    with writing(database, world.home) as session:
        _judge(session, world, work, "accepted", "near", 9)
        _judge(session, world, work, "accepted", "met", 2)
        _judge(session, world, work, "returned", "near", 1)
        _judge(session, world, work, "in_review", "near", 0)
    assert shown(student, path)["result"] is None
    student.patch(f"/showcase-items/{item['id']}", {"shows_review": True})
    result = shown(student, path)["result"]
    assert result == {
        "rubric_title": "Research",
        "decided_on": (clock.today() - timedelta(days=2)).isoformat(),
        "levels": [{"criterion": "Sources", "level": "Met"}],
    }
    answer = student.get(f"{path}/preview").text
    assert "Charlie Roy" not in answer
    assert "Two of them" not in answer


@pytest.fixture
def judged(
    student: Client,
    kept: Kept,
    path: str,
    world: World,
    database: Isolated,
    levels: list[dict[str, Any]],
) -> Judged:
    """Judge a work that the showcase shows with its result."""
    work = kept()
    put_in(student, path, work, shows_review=True)

    def judge(status: str, level: str, days: int, **columns: Any) -> None:
        with writing(database, world.home) as session:
            _judge(session, world, work, status, level, days, **columns)

    return judge


def test_whom_an_order_denies_ratings_reads_no_result_in_the_preview(
    client: Client, student: Client, path: str, world: World, database: Isolated, judged: Judged
) -> None:
    judged("accepted", "met", 2)
    assert shown(client.as_(world.home.parent), path)["result"] is not None
    with writing(database, world.home) as session:
        (tie,) = session.query(Relationship).filter_by(person_id=world.home.parent.id)
        tie.denied = frozenset({RecordKind.RATINGS})
    assert shown(client.as_(world.home.parent), path)["result"] is None
    assert shown(student, path)["result"] is not None


def _settled(result: str, days: int = 0) -> dict[str, Any]:
    """The columns of a review whose appeal was settled so many days ago."""
    return {"final_result": result, "final_at": clock.now() - timedelta(days=days)}


def test_work_that_was_returned_on_appeal_is_not_shown_as_accepted(
    student: Client, path: str, judged: Judged
) -> None:
    judged("final", "met", 2, **_settled("returned"))
    assert shown(student, path)["result"] is None


def test_scores_given_on_appeal_hold_in_whatever_order_they_are_read() -> None:
    first, final = CriterionScore(is_final=False), CriterionScore(is_final=True)
    for scores in ([first, final], [final, first]):
        assert ArtifactReview(scores=scores).standing_scores == [final]
    assert ArtifactReview(scores=[first]).standing_scores == [first]


def test_the_levels_given_on_appeal_are_shown_in_the_place_of_the_first(
    student: Client, path: str, judged: Judged
) -> None:
    judged("final", "near", 2, final_level="met", **_settled("accepted"))
    (level,) = shown(student, path)["result"]["levels"]
    assert level["level"] == "Met"


def test_an_appeal_settled_later_stands_before_a_review_decided_meanwhile(
    student: Client, path: str, judged: Judged
) -> None:
    judged("final", "met", 9, **_settled("accepted", days=1))
    judged("accepted", "near", 4)
    result = shown(student, path)["result"]
    assert result["decided_on"] == (clock.today() - timedelta(days=1)).isoformat()
    # Upheld: the evaluator's own levels stand.
    assert [level["level"] for level in result["levels"]] == ["Met"]


@pytest.fixture
def joint(student: Client, path: str, world: World, database: Isolated) -> Work:
    """A work of student, senior and other student, in the student's showcase."""
    place = world.home
    with writing(database, place) as session:
        group = ArtifactGroup(
            id=db.new_id(), district_id=place.district_id, founded_by=place.student.id
        )
        session.add(group)
        session.flush()
        made = [
            add_artifact(session, place, maker, group_id=group.id)
            for maker in (place.student, place.senior, place.other_student)
        ]
        senior = session.get(Person, place.senior.id)
        senior.given_name, senior.family_name = "Charlotte", "Roy"
        senior.preferred_given_name, senior.family_uses_preferred = "Charlie", False
    put_in(student, path, made[0])
    return made[0]


def _agree(session: Any, maker: Any) -> None:
    session.query(Artifact).filter_by(student_id=maker.id).one().is_shown_in_group = True


def _consent(session: Any, world: World) -> None:
    """The senior is of age, and consents."""
    senior = world.home.senior
    own = {"district_id": world.home.district_id, "student_id": senior.id}
    given = {"purpose": "sharing", "text": "I may.", "given_as": "student"}
    session.add(Consent(**own, **given, given_by=senior.id, given_on=clock.today()))


def test_another_maker_is_named_only_if_they_agreed_and_a_holder_consents(
    student: Client, path: str, joint: Work, world: World, database: Isolated
) -> None:
    assert shown(student, path)["makers"] == []
    with writing(database, world.home) as session:
        _agree(session, world.home.senior)
        _agree(session, world.home.other_student)
    assert shown(student, path)["makers"] == []
    with writing(database, world.home) as session:
        _consent(session, world)
    assert shown(student, path)["makers"] == ["Charlotte Roy"]
    with writing(database, world.home) as session:
        session.query(Artifact).filter_by(student_id=world.home.senior.id).one().status = "draft"
    assert shown(student, path)["makers"] == []


def test_a_maker_who_has_left_is_named_no_more(
    student: Client, path: str, joint: Work, world: World, database: Isolated
) -> None:
    senior = world.home.senior
    with writing(database, world.home) as session:
        _agree(session, senior)
        _consent(session, world)
        session.get_one(Student, senior.id).left_on = clock.today()
    # Still at school until the last day.
    assert shown(student, path)["makers"] == ["Charlotte Roy"]
    with writing(database, world.home) as session:
        stays = update(SchoolEnrollment).where(SchoolEnrollment.student_id == senior.id)
        session.execute(stays.values(ends_on=clock.today()))
    assert shown(student, path)["makers"] == []


def test_a_consent_alone_names_nobody(
    student: Client, path: str, joint: Work, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        _consent(session, world)
    assert shown(student, path)["makers"] == []


def test_another_maker_is_named_as_their_family_knows_them(
    student: Client, path: str, joint: Work, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        _agree(session, world.home.senior)
        _consent(session, world)
    student.patch(path, {"name_shown": "school"})
    assert "Charlie" not in student.get(f"{path}/preview").text
