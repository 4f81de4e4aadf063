"""The terms by which people are found.

Folded words of names and ids, read by ranges. The rule stands here as it was at this revision.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from anyascii import anyascii

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
AT_ONCE = 2_000
LONGEST = 64
WORD = re.compile(r"[a-z0-9]+")
NAMES = ("given_name", "middle_name", "family_name")
PREFERRED = ("preferred_given_name", "preferred_family_name")
IDS = ("username", "sourced_id")
EMAIL = ("email",)
STATE = ("state_student_id",)
PEOPLE = sa.table("people", *(sa.column(name) for name in (*NAMES, *PREFERRED, *IDS, *EMAIL)))
STUDENTS = sa.table("students", *(sa.column(name) for name in STATE))
for _table, _name in ((PEOPLE, "id"), (PEOPLE, "district_id"), (STUDENTS, "id")):
    _table.append_column(sa.column(_name, sa.Uuid()))
PEOPLE.append_column(sa.column("family_uses_preferred", sa.Boolean()))


def upgrade() -> None:
    by_bytes = sa.String(LONGEST).with_variant(sa.String(LONGEST, collation="C"), "postgresql")
    terms = op.create_table(
        "person_terms",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("term", by_bytes, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_terms_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "term", "kind", name="pk_person_terms"),
        sqlite_with_rowid=False,
    )
    _force(is_on=False)
    for people in _people():
        rows = [row for person in people for row in _rows(person)]
        if rows:
            op.bulk_insert(terms, rows)
    _force(is_on=True)
    op.create_index(
        "ix_person_terms_district_id_term",
        "person_terms",
        ["district_id", "term", "kind", "person_id"],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE person_terms ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE person_terms FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY entered_districts ON person_terms USING (district_id = {ENTERED})"
        )


def downgrade() -> None:
    op.drop_table("person_terms")


def _people() -> Iterator[list[Any]]:
    """Everybody, some at a time, in the order of their ids."""
    page = (
        sa.select(
            PEOPLE,
            *(STUDENTS.c[name] for name in STATE),
            STUDENTS.c.id.is_not(None).label("is_student"),
        )
        .select_from(PEOPLE.outerjoin(STUDENTS, STUDENTS.c.id == PEOPLE.c.id))
        .order_by(PEOPLE.c.id)
        .limit(AT_ONCE)
    )
    rows = op.get_bind().execute(page).mappings().all()
    while rows:
        yield list(rows)
        rows = op.get_bind().execute(page.where(PEOPLE.c.id > rows[-1]["id"])).mappings().all()


def _rows(person: Any) -> Iterator[dict[str, Any]]:
    family_knows = person["family_uses_preferred"]
    named = set(_terms(person, (*NAMES, *(PREFERRED if family_knows else ()))))
    ids = IDS if person["is_student"] else (*IDS, *EMAIL)
    kinds = {
        "name": named,
        "preferred": set(_terms(person, PREFERRED)) - named,
        "roster": set(_terms(person, ids, is_id=True)) - named,
        "state": set(_terms(person, STATE, is_id=True)) - named,
    }
    own = {"person_id": person["id"], "district_id": person["district_id"]}
    for kind, terms in kinds.items():
        yield from ({**own, "kind": kind, "term": term} for term in terms)


def _terms(person: Any, columns: Iterable[str], is_id: bool = False) -> Iterator[str]:
    for column in columns:
        if person[column]:
            folded = anyascii(unicodedata.normalize("NFC", person[column])).casefold()
            words = WORD.findall(folded)
            starts = ["".join(words[start:])[:LONGEST] for start in range(len(words))]
            yield from starts[:1] if is_id and len(starts) > 2 else starts


def _force(is_on: bool) -> None:
    """Force row-level security on the owner, or lift it while rows of every district are read."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("people", "students"):
            op.execute(f"ALTER TABLE {table} {'' if is_on else 'NO '}FORCE ROW LEVEL SECURITY")
