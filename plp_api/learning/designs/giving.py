"""Give a design template to students: each gets a draft, which only they hand in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_designs.actions import current_items, require_active
from plp_api.catalog.elo_designs.models import DESIGN_WORDS, DesignTemplate
from plp_api.catalog.item_links import actions as links
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.designs.actions import made
from plp_api.learning.designs.kinds import BENCHMARKS, COMMUNICATIONS, TRAINING_TASKS
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos.models import ENDED, Elo
from plp_api.learning.interests.actions import schools_of

COPIED = (BENCHMARKS, TRAINING_TASKS, COMMUNICATIONS)


class Gift:
    """A template as it is given out: its items are loaded once for all students."""

    def __init__(self, template: DesignTemplate, access: Access) -> None:
        """Lock the template. Raises Problem: design_template_archived."""
        require_active(template)
        self.template, self.access = template, access
        keys = [UUID(key) for key in current_items(template)]
        found = db.session().scalars(select(FrameworkItem).where(FrameworkItem.id.in_(keys)))
        by_id = {item.id: item for item in found}
        self.items = [by_id[key] for key in keys]

    def to(self, student: Student) -> Elo:
        """A draft of the student's, with a copy of the design.

        Raises Problem: actor_is_family, plan_closed, elo_exists.
        """
        self.access.refuse_family(student.id)
        self._refuse_second(student)
        template = self.template
        elo = elos.begin(
            student,
            self.access,
            type=template.type,
            title=template.title,
            rubric_id=template.rubric_id,
            design_template_id=template.id,
            **self._school_of(student),
            **{name: getattr(template, name) for name in DESIGN_WORDS},
        )
        db.session().flush()
        self._copy_parts(elo)
        links.link_to_all(elo, self.items, self.access)
        audit.record(
            "design_template.given", template, by=self.access.caller.person_id, elo_id=elo.id
        )
        return elo

    def _refuse_second(self, student: Student) -> None:
        db.refuse_second(
            Elo,
            Elo.student_id == student.id,
            Elo.design_template_id == self.template.id,
            Elo.status.not_in(sorted(ENDED)),
            code=Code.ELO_EXISTS,
        )

    def _school_of(self, student: Student) -> dict[str, Any]:
        """The template's school, if the student is there; otherwise the one that keeps the plan."""
        school_id = self.template.school_id
        is_there = school_id in schools_of(student, self.access.caller.today)
        return {"school_id": school_id} if school_id is not None and is_there else {}

    def _copy_parts(self, elo: Elo) -> None:
        for kind in COPIED:
            for fields in self.template.parts.get(kind.name, ()):
                db.session().add(made(kind, elo, self.access, fields))


def check_once(student_ids: Iterable[UUID]) -> list[UUID]:
    """The ids. Raises validation_failed where one stands twice."""
    ids = list(student_ids)
    if len(set(ids)) < len(ids):
        raise invalid("student_ids", "Name each student once.")
    return ids
