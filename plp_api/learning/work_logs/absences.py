"""Record absences from the site, announced ones too."""

from datetime import date
from typing import Any

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code
from plp_api.learning.elos.models import Elo
from plp_api.learning.work_logs import dates
from plp_api.learning.work_logs.models import Absence, fields_of


def record(elo: Elo, access: Access, **fields: Any) -> Absence:
    """Record a day on which the student is not on site; a day to come was announced.

    Raises Problem: actor_is_family, elo_closed, elo_not_active, absence_exists,
    validation_failed (`on`).
    """
    access.refuse_family(elo.student_id)
    dates.require_running(elo)
    by = access.caller.person_id
    absence = Absence(id=db.new_id(), **fields_of(elo), recorded_by=by, **fields)
    _check(absence, elo)
    db.session().add(absence)
    _note("elo_absence.added", absence, access)
    return absence


def change(absence: Absence, access: Access, **fields: Any) -> Absence:
    """Correct an absence. Raises the problems of `record`."""
    elo = _elo_of(absence, access)
    changed = sorted(name for name, value in fields.items() if getattr(absence, name) != value)
    with db.session().no_autoflush:
        for name in changed:
            setattr(absence, name, fields[name])
        if "on" in changed:
            _check(absence, elo)
    if changed:
        _note("elo_absence.changed", absence, access, fields=changed)
    return absence


def delete(absence: Absence, access: Access) -> None:
    """Delete an absence that was none. Raises Problem: actor_is_family, elo_closed, …."""
    _elo_of(absence, access)
    _note("elo_absence.deleted", absence, access)
    db.session().delete(absence)


def _elo_of(absence: Absence, access: Access) -> Elo:
    access.refuse_family(absence.student_id)
    elo = db.session().get_one(Elo, absence.elo_id)
    dates.require_running(elo)
    return elo


def _check(absence: Absence, elo: Elo) -> None:
    dates.check(elo, absence.on, latest=date.max)
    is_same = (Absence.elo_id == elo.id, Absence.on == absence.on, Absence.id != absence.id)
    db.refuse_second(Absence, *is_same, code=Code.ABSENCE_EXISTS)


def _note(what: str, absence: Absence, access: Access, **payload: Any) -> None:
    by = access.caller.person_id
    audit.record(what, absence, by=by, elo_id=absence.elo_id, on=absence.on, **payload)
