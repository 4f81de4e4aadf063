"""The parts of a design as a reader is shown them."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.learning.designs.work import NO_WORK


def shape_benchmarks(benchmarks: Sequence[Any], access: Access) -> None:
    """Set who reviewed, where the caller may know them."""
    for one in benchmarks:
        one.shown_reviewed_by = access.shown_person(one.reviewed_by, one.student_id)


def shape_training_tasks(tasks: Sequence[Any], access: Access) -> None:
    """Set who rated, where the caller may know them."""
    for one in tasks:
        one.shown_rater = access.shown_person(one.rated_by, one.student_id)


def shape_permissions(permissions: Sequence[Any], access: Access) -> None:
    """Set who recorded it. Who gave it is kept from parents: it may be the other one."""
    for one in permissions:
        one.shown_recorder = access.shown_person(one.recorded_by, one.student_id)
        is_hidden = access.is_family(one.student_id)
        one.disclosed = frozenset() if is_hidden else frozenset({"given_by_name"})


def shape_work(elos: Sequence[Any], _access: Access) -> None:
    """Set `shown_work`: every fact, also those that nobody stated."""
    for elo in elos:
        elo.shown_work = {**NO_WORK, **elo.work}
