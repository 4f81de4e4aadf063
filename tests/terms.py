"""Whether the stored terms are what the rows of all people say, whoever wrote them."""

from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.terms import PersonTerm


def stale(database: db.Database, *districts: UUID) -> dict[str, frozenset[terms.Term]]:
    """By family name, the terms of the districts' people that are missing or too many."""
    with database.transaction(districts=districts) as session:
        stored: dict[UUID, set[terms.Term]] = {}
        for one in session.execute(select(PersonTerm.person_id, PersonTerm.term, PersonTerm.kind)):
            stored.setdefault(one.person_id, set()).add((one.term, one.kind))
        students = {one.id: one for one in session.execute(select(Student.__table__))}
        wrong: dict[str, frozenset[terms.Term]] = {}
        for person in session.execute(select(Person.__table__)):
            student = students.get(person.id)
            said = {name: getattr(person, name) for name in terms.OF_PERSON}
            said |= {name: getattr(student, name, None) for name in terms.OF_STUDENT}
            wanted = terms.of({**said, "is_student": student is not None})
            if differing := wanted ^ stored.pop(person.id, set()):
                wrong[person.family_name] = differing
        assert not stored, "terms of nobody"
        return wrong
