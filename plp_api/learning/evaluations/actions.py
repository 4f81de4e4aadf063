"""Rate work habits, record a presentation, and evaluate an ELO by its rubric."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.rubrics import scores as rubric_scores
from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos import places, team
from plp_api.learning.elos.models import AT_WORK, Elo, EloStatus
from plp_api.learning.evaluations.models import Evaluation, Moment, Presentation, WorkHabits

Fields = Mapping[str, Any]
END_IS_NEAR = timedelta(days=7)
AT_THE_END = frozenset({EloStatus.EVIDENCE_COMPLETE, EloStatus.PRESENTED, EloStatus.EVALUATED})


# Work habits.


def rate_work_habits(
    elo: Elo,
    access: Access,
    moment: Moment,
    habits: Sequence[Fields],
    words: str = "",
    rated_on: date | None = None,
) -> WorkHabits:
    """Rate the student's work habits for the school: its coordinator does, as the mentor told.

    Raises Problem: team_role_missing, actor_is_family, elo_not_active, work_habits_exist,
    validation_failed (`moment`, `habits`, `rated_on`).
    """
    access.refuse_family(elo.student_id)
    _require_coordinator(elo, access)
    today = access.caller.today
    return keep_work_habits(
        elo, moment, habits, words, rated_on or today, today=today, by=access.caller.person_id
    )


def keep_work_habits(
    elo: Elo,
    moment: Moment,
    habits: Sequence[Fields],
    words: str,
    rated_on: date,
    *,
    today: date,
    by: UUID | None = None,
    mentor_id: UUID | None = None,
    link_id: UUID | None = None,
) -> WorkHabits:
    """Keep the work habits that a person of the school, or a mentor by a link, rated.

    The calling code checks who may. Raises Problem: elo_not_active, work_habits_exist,
    validation_failed (`moment`, `habits`, `rated_on`).
    """
    db.lock(elo)
    if elo.status not in AT_WORK:
        raise Problem(Code.ELO_NOT_ACTIVE, f"The ELO is {elo.status}.")
    _check_day(elo, "rated_on", rated_on, today)
    if moment == Moment.END and not is_end_near(elo, today):
        # Each moment is rated once: too early it would take the word from the mentor.
        detail = f"Rate the end from {END_IS_NEAR.days} days before `ends_on`, or once handed in."
        raise invalid("moment", detail)
    levels = _levels(habits)
    db.refuse_second(
        WorkHabits,
        WorkHabits.elo_id == elo.id,
        WorkHabits.moment == moment,
        code=Code.WORK_HABITS_EXIST,
    )
    rated = WorkHabits(
        id=db.new_id(),
        **_of(elo),
        moment=moment,
        levels=levels,
        words=words,
        rated_on=rated_on,
        rated_by=by,
        rated_by_mentor_id=mentor_id,
        link_id=link_id,
    )
    _add(rated, elo)
    audit.record("work_habits.rated", rated, by=by, elo_id=elo.id, moment=moment)
    return rated


def is_end_near(elo: Elo, today: date) -> bool:
    """Whether the end can be rated: it is near, or the student has handed in their evidence."""
    is_near = elo.ends_on is not None and today >= elo.ends_on - END_IS_NEAR
    return is_near or elo.status in AT_THE_END


def correct_work_habits(rated: WorkHabits, access: Access, **fields: Any) -> WorkHabits:
    """Correct what the caller rated themselves. Nobody changes what a mentor said.

    Raises Problem: work_habits_not_yours, actor_is_family, elo_not_active, validation_failed
    (`habits`, `rated_on`).
    """
    access.refuse_family(rated.student_id)
    if rated.rated_by != access.caller.person_id:
        raise Problem(Code.WORK_HABITS_NOT_YOURS)
    elo = rated.whole()
    if elo.status not in AT_WORK:
        raise Problem(Code.ELO_NOT_ACTIVE, f"The ELO is {elo.status}.")
    if "habits" in fields:
        rated.levels = _levels(fields["habits"])
    if "rated_on" in fields:
        _check_day(elo, "rated_on", fields["rated_on"], access.caller.today)
        rated.rated_on = fields["rated_on"]
    rated.words = fields.get("words", rated.words)
    elo.touch()
    elo.plan.stir()
    by = access.caller.person_id
    audit.record("work_habits.corrected", rated, by=by, elo_id=elo.id, changed=sorted(fields))
    return rated


def _require_coordinator(elo: Elo, access: Access) -> None:
    """Raise team_role_missing unless the caller coordinates the ELO, by office or for its team."""
    if not _is_office(elo, access) and AssignmentRole.COORDINATOR not in team.roles_of(access, elo):
        detail = "The coordinator rates work habits, or the mentor by a link."
        raise Problem(Code.TEAM_ROLE_MISSING, detail)


def _is_office(elo: Elo, access: Access) -> bool:
    """Whether the caller coordinates ELOs for the school that runs this one."""
    is_coordinator = access.may(Permission.ELOS_REVIEW, elo.student_id)
    return is_coordinator and places.runs_it(elo, access) is None


def _levels(habits: Sequence[Fields]) -> dict[str, str]:
    """The level by habit. Raises Problem(validation_failed) where a habit stands there twice."""
    levels: dict[str, str] = {}
    for place, one in enumerate(habits):
        if one["habit"] in levels:
            error = FieldError(f"/habits/{place}/habit", "This habit is rated above already.")
            raise Problem(Code.VALIDATION_FAILED, errors=[error])
        levels[one["habit"]] = one["level"]
    return levels


# The presentation.


def present(
    elo: Elo,
    access: Access,
    held_on: date,
    place: str = "",
    panel_ids: Sequence[UUID] = (),
    guests: Sequence[str] = (),
    words: str = "",
) -> Presentation:
    """Record that the student presented what they learned to a panel; the ELO is presented.

    A member of the panel records it, or the coordinator. Without `panel_ids` the panel are all
    who are assigned to it on the day.

    Raises Problem: team_role_missing, actor_is_family, action_unavailable, validation_failed
    (`held_on`, `panel_ids`).
    """
    access.refuse_family(elo.student_id)
    _require_panel(elo, access)
    db.lock(elo)
    _require_next(elo, EloStatus.PRESENTED)
    _check_day(elo, "held_on", held_on, access.caller.today)
    panel = _panel(elo, held_on, panel_ids)
    presentation = Presentation(
        id=db.new_id(),
        **_of(elo),
        held_on=held_on,
        place=place,
        panel_ids=[str(key) for key in panel],
        guests=list(guests),
        words=words,
        recorded_by=access.caller.person_id,
    )
    _add(presentation, elo)
    by = access.caller.person_id
    audit.record("elo_presentation.recorded", presentation, by=by, elo_id=elo.id, on=held_on)
    elos.advance(elo, access, EloStatus.PRESENTED)
    return presentation


def _require_panel(elo: Elo, access: Access) -> None:
    """Raise team_role_missing unless the caller is on the panel today, or coordinates the ELO."""
    recorders = {AssignmentRole.PANEL_MEMBER, AssignmentRole.COORDINATOR}
    if not _is_office(elo, access) and recorders.isdisjoint(team.roles_of(access, elo)):
        detail = "A member of the panel records the presentation, or the coordinator."
        raise Problem(Code.TEAM_ROLE_MISSING, detail)


def _panel(elo: Elo, held_on: date, wanted: Sequence[UUID]) -> list[UUID]:
    """The members of the panel who were there. Raises Problem(validation_failed: `panel_ids`)."""
    members = team.people_in(elo.id, AssignmentRole.PANEL_MEMBER, held_on)
    errors = [
        FieldError(f"/panel_ids/{place}", "Not on the panel of this ELO on that day.")
        for place, key in enumerate(wanted)
        if key not in members
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    if not members:
        raise invalid("panel_ids", "Nobody was assigned to the panel on that day.")
    return list(dict.fromkeys(wanted)) or sorted(members)


# The evaluation.


def evaluate(
    elo: Elo, access: Access, scores: Sequence[Fields] = (), words: str = ""
) -> Evaluation:
    """Evaluate what the student learned by the rubric of the ELO; the ELO is evaluated.

    The cooperating teacher does, or their delegate. Evaluated again, the earlier evaluation
    stays, and the later one counts.

    Raises Problem: team_role_missing, actor_is_family, action_unavailable, level_not_on_scale,
    action_repeated, validation_failed (`scores`, `words`).
    """
    access.refuse_family(elo.student_id)
    if AssignmentRole.COOPERATING_TEACHER not in team.roles_of(access, elo):
        detail = "Only the cooperating teacher of the ELO evaluates it."
        raise Problem(Code.TEAM_ROLE_MISSING, detail)
    db.lock(elo)
    if elo.status != EloStatus.EVALUATED:
        _require_next(elo, EloStatus.EVALUATED)
    levels = _scores(elo, scores, words)
    by = access.caller.person_id
    _refuse_same(elo, levels, words, by)
    evaluation = Evaluation(
        id=db.new_id(),
        **_of(elo),
        rubric_id=elo.rubric_id,
        scores=levels,
        words=words,
        evaluated_by=by,
        evaluated_at=clock.now(),
    )
    _add(evaluation, elo)
    audit.record("elo_evaluation.given", evaluation, by=by, elo_id=elo.id)
    # No levels: people and programs follow events that may read no rating.
    if elo.status != EloStatus.EVALUATED:
        elos.advance(elo, access, EloStatus.EVALUATED)
    return evaluation


def _scores(elo: Elo, scores: Sequence[Fields], words: str) -> dict[str, str]:
    """The level by criterion: one for each criterion of the rubric, or words without a rubric."""
    rubric = None if elo.rubric_id is None else db.session().get(Rubric, elo.rubric_id)
    if rubric is None:
        if scores:
            raise invalid("scores", "This ELO has no rubric: evaluate it in words.")
        if not words:
            raise invalid("words", "This ELO has no rubric: evaluate it in words.")
        return {}
    return {one["criterion"]: one["level"] for one in rubric_scores.checked(rubric, scores)}


def _refuse_same(elo: Elo, levels: dict[str, str], words: str, by: UUID) -> None:
    """Raise action_repeated for an evaluation that is the latest already: a double click."""
    latest = latest_evaluation(elo)
    if latest is None or elo.status != EloStatus.EVALUATED:
        return
    if (latest.scores, latest.words, latest.evaluated_by) == (levels, words, by):
        db.refuse_second(
            Evaluation,
            Evaluation.id == latest.id,
            code=Code.ACTION_REPEATED,
            detail="You gave this evaluation already.",
        )


def latest_evaluation(elo: Elo) -> Evaluation | None:
    """The evaluation that counts."""
    newest = (
        select(Evaluation)
        .where(Evaluation.elo_id == elo.id)
        .order_by(Evaluation.evaluated_at.desc(), Evaluation.id.desc())
        .limit(1)
    )
    return db.session().scalar(newest)


def _require_next(elo: Elo, status: EloStatus) -> None:
    """Raise action_unavailable where the ELO cannot reach that state next."""
    if not elos.may_advance(elo, status):
        detail = f"The ELO is {elo.status}, so it cannot be {status} next."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)


def _check_day(elo: Elo, field: str, day: date, today: date) -> None:
    """Raise validation_failed for a day in the future, or before the ELO began."""
    begun = elo.started_on or elo.starts_on or elo.earliest_start
    if day > today:
        raise invalid(field, "Must not lie in the future.")
    if begun is not None and day < begun:
        raise invalid(field, f"The ELO began on {begun}.")


def _of(elo: Elo) -> dict[str, Any]:
    return {"district_id": elo.district_id, "student_id": elo.student_id, "elo_id": elo.id}


def _add(part: Any, elo: Elo) -> None:
    db.session().add(part)
    elo.touch()
    elo.plan.stir()
