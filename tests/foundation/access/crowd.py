"""Fifty rows of everything: fifty students with what hangs off them, and copies of all else."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, count
from typing import Any

from sqlalchemy import UniqueConstraint, inspect, select, true, update

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.archives.models import StudentExport
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import (
    AdvisoryMember,
    AppointmentRole,
    RelationshipKind,
)
from plp_api.learning.artifact_reviews.models import ArtifactReview
from plp_api.learning.artifacts.models import Artifact, ArtifactVersion
from plp_api.learning.calls.models import CallForWork, CallRecipient
from plp_api.learning.credit.models import Appeal
from plp_api.learning.elos.models import Elo, EloGoal
from plp_api.learning.interests.models import Interest
from plp_api.learning.portfolios.models import Portfolio
from plp_api.learning.showcases.models import ShowcaseItem
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import PlanSection, PlanVersion
from plp_api.planning.signatures.models import Signature
from tests.foundation.access import rows
from tests.foundation.access.operations import Operation
from tests.world import Place, World, appoint, long_ago, person, pupil, relate, years_ago

MANY = 50


def gather(world: World) -> None:
    """Add, in the running transaction, students whom the advisor, school and parent all reach."""
    rows.complete(world)
    place = world.home
    for number in range(MANY):
        _add(place, number)
        _add_staff(place, number)
    _add_beside(place)
    db.session().flush()
    handed_in = {"status": "submitted", "submitted_at": clock.now()}
    db.session().execute(
        update(PlanVersion)
        .where(PlanVersion.district_id == place.district_id)
        .values(started_by=place.parent.id, **handed_in)
    )


def _add(place: Place, number: int) -> None:
    session = db.session()
    child = pupil(
        session,
        place,
        f"crowd_{number}",
        grade="09",
        school_id=place.school_id,
        born=years_ago(14, number),
    )
    rights = {"may_inspect": True, "may_decide": True}
    relate(session, place, place.parent, child, RelationshipKind.PARENT, **rights)
    relate(session, place, place.advisor, child, RelationshipKind.ADVISOR)
    own, since = {"district_id": place.district_id}, {"starts_on": long_ago(200)}
    learns = {"class_id": place.class_id, "person_id": child.id, "role": "student"}
    is_in = {"advisory_id": place.advisory_id, "student_id": child.id}
    session.add_all(
        [
            Enrollment(**own, **since, **learns, school_id=place.school_id),
            AdvisoryMember(**own, **since, **is_in),
        ]
    )
    rows.complete_student(place, child)


def _add_staff(place: Place, number: int) -> None:
    """Somebody who may be named to judge a student's work."""
    somebody = person(db.session(), place, f"staff_{number}")
    appoint(db.session(), place, somebody, AppointmentRole.COUNSELOR, place.school_id)


def _add_beside(place: Place) -> None:
    """Rows of kinds that only these lists show: an event, a comment on a review, a signature."""
    own = {"district_id": place.district_id, "student_id": place.student.id}
    about = {"subject_type": "reviews", "subject_id": place.student.review_id}
    signed = {"plan_version_id": place.student.version_id, "snapshot_sha256": "0" * 64}
    db.session().add_all(
        [
            rows.an_event(place),
            Comment(**own, **about, author_id=place.advisor.id, author_role="advisor", body="Yes."),
            Signature(**own, **signed, person_id=place.parent.id, role="parent", language="en"),
        ]
    )
    _add_to_elo(place, own)
    _add_to_call(place)


def _add_to_call(place: Place) -> None:
    """Every student in the call beneath which such lists are read, the first by id."""
    session, is_home = db.session(), CallForWork.district_id == place.district_id
    at_school = is_home & (CallForWork.school_id == place.school_id)
    call = session.scalars(select(CallForWork).where(at_school).order_by(CallForWork.id)).first()
    assert call is not None
    of_call = select(CallRecipient.student_id).where(CallRecipient.call_id == call.id)
    others = Student.district_id == place.district_id, Student.id.not_in(of_call)
    session.add_all(
        CallRecipient(district_id=place.district_id, student_id=key, call_id=call.id)
        for key in session.scalars(select(Student.id).where(*others)).all()
    )


def _add_to_elo(place: Place, own: dict[str, Any]) -> None:
    """A comment and a link of the ELO beneath which such lists are read, the first by id."""
    session, item = db.session(), select(FrameworkItem.id).order_by(FrameworkItem.id).limit(1)
    found = select(Elo.id).where(Elo.student_id == place.student.id).order_by(Elo.id)
    about = {"subject_type": "elos", "subject_id": session.scalars(found).first()}
    item_id = session.scalar(item.where(FrameworkItem.district_id == place.district_id))
    session.add_all(
        [
            Comment(**own, **about, author_id=place.advisor.id, author_role="advisor", body="Yes."),
            ItemLink(**own, **about, framework_item_id=item_id, linked_by=place.student.id),
        ]
    )


# Of what there may be one alone, the others are another way.
OF_OTHERS: dict[Any, dict[str, Any]] = {
    PlanVersion: {"status": "superseded"},
    PlanTemplate: {"is_default": False},
    Interest: {"status": "withdrawn"},
    Appeal: {"status": "withdrawn"},
    ArtifactReview: {"status": "recalled"},
    Scale: {"is_default": False},
    StudentExport: {"status": "expired"},
}


LONG = 20
_numbers = count()

# Of what there may be one alone with each of another kind, the others are with copies of that.
COPIED: dict[Any, tuple[str, str]] = {
    CallRecipient: ("call", "call_id"),
    Portfolio: ("template", "template_id"),
}


def multiply(model: Any, criterion: Any) -> None:
    """Copy the first of these rows until there are enough of them, in the running transaction."""
    session = db.session()
    found = session.scalars(select(model).where(criterion).order_by(model.id)).unique().all()
    if not found or len(found) >= MANY:
        return
    names = [one.key for one in inspect(model).column_attrs]
    for number in range(len(found), MANY):
        values = {name: getattr(found[0], name) for name in names}
        others = {**_varied(model, values, number), **OF_OTHERS.get(model, {})}
        if model is ItemLink:
            others = {"framework_item_id": _another_item(found[0])}
        if model in COPIED:
            name, column = COPIED[model]
            others = {column: _copy(getattr(found[0], name))}
        if model is EloGoal:
            others = {"goal_id": _another_goal(found[0])}
        if model is ShowcaseItem:
            others = {"version_id": _another_version(found[0], number)}
        copy = model(**{**values, **others, "id": db.new_id()})
        session.add(copy)
        if model is Artifact:
            _add_version(copy)
        if model is PlanSection:
            _ask_for(found[0], others["key"])
    session.flush()


def _ask_for(section: PlanSection, key: str) -> None:
    """Let the template of the section ask for another like it: no section is without."""
    version = db.session().get_one(PlanVersion, section.plan_version_id)
    template = db.session().get_one(PlanTemplate, version.template_id)
    asked = next(one for one in template.sections if one["key"] == section.key)
    template.sections = [*template.sections, {**asked, "key": key}]


def _add_version(artifact: Artifact) -> None:
    """The first version of an artifact, so that a short list of them shows versions too."""
    artifact.number = 1
    db.session().flush()
    own = {"district_id": artifact.district_id, "student_id": artifact.student_id}
    of_it = {**own, "artifact_id": artifact.id, "added_by": artifact.student_id}
    db.session().add(ArtifactVersion(**of_it, number=1))


def _another_item(link: ItemLink) -> Any:
    """The id of a new item in the framework of the link's item."""
    item = link.framework_item
    another = FrameworkItem(
        id=db.new_id(),
        district_id=item.district_id,
        framework_id=item.framework_id,
        identifier=db.new_id(),
        statement=item.statement,
        last_changed_at=item.last_changed_at,
    )
    db.session().add(another)
    db.session().flush()
    return another.id


def _another_goal(served: EloGoal) -> Any:
    """The id of a new goal of the student's."""
    goal = db.session().get_one(Goal, served.goal_id)
    own = {"district_id": goal.district_id, "student_id": goal.student_id, "plan_id": goal.plan_id}
    another = Goal(id=db.new_id(), **own, domain=goal.domain, title="Another")
    db.session().add(another)
    db.session().flush()
    return another.id


def _copy(row: Any) -> Any:
    """The id of another row like this one."""
    columns = [one.key for one in inspect(type(row)).column_attrs]
    new = {"id": db.new_id()} | ({"line_id": db.new_id()} if "line_id" in columns else {})
    another = type(row)(**{name: getattr(row, name) for name in columns} | new)
    db.session().add(another)
    db.session().flush()
    return another.id


def _another_version(item: ShowcaseItem, number: int) -> Any:
    """The id of a new version of the item's artifact."""
    own = {"district_id": item.district_id, "student_id": item.student_id}
    another = ArtifactVersion(
        id=db.new_id(),
        **own,
        artifact_id=item.artifact_id,
        number=MANY + number,
        added_by=item.student_id,
    )
    db.session().add(another)
    db.session().flush()
    return another.id


def _varied(model: Any, values: dict[str, Any], number: int) -> dict[str, Any]:
    """Other values in one column of each rule by which rows are unique."""
    varied: dict[str, Any] = {}
    for columns in _unique(model):
        free = [column for column in columns if not column.foreign_keys]
        wanted = [column for column in free if values.get(column.key) is not None]
        if wanted:
            key = wanted[-1].key
            varied[key] = _other(values[key], number)
    return varied


def _unique(model: Any) -> Iterator[list[Any]]:
    tables = inspect(model).tables
    for table in tables:
        for rule in chain(table.constraints, table.indexes):
            if isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False):
                yield list(rule.columns)


def _other(value: Any, number: int) -> Any:
    if isinstance(value, date):
        return value - timedelta(days=number)
    if isinstance(value, int):
        return value + number
    if not isinstance(value, str):
        return db.new_id()
    # One world serves several lists, which may copy the same row.
    is_long = len(value) > LONG
    return f"{value[:-6]}{next(_numbers):06}" if is_long else f"{value[:-3]}{number:03}"


def beneath(operation: Operation, model: Any, parent: Any) -> Any:
    """Which rows of the model the operation lists for a parent, as a criterion."""
    if operation.model is Student:
        return getattr(model, model.__ownership__.column) == parent
    if hasattr(model, "subject_id"):
        return (model.subject_type == operation.model.__tablename__) & (model.subject_id == parent)
    if operation.model is Partner and model is Interest:
        return Interest.opportunity.has(Opportunity.partner_id == parent)
    if model is Person:
        # Who may do something for the row; nobody belongs to it.
        return true()
    if operation.model is model:
        # Others of its kind, to which the row itself does not belong; its copies do.
        return model.id == parent
    keys = [
        column
        for column in inspect(model).columns
        if column.references(operation.model.__table__.c.id)
    ]
    return getattr(model, keys[0].key) == parent
