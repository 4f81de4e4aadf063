"""Birth dates confirmed by a person; decisions about roster rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# A student past 22 when they entered has a wrong birth year, which must not move rights; students
# of grade 13 and after (PS) may have any age.
AT_ANY_AGE = "coalesce(grade, '') IN ('13', 'PS')"
TOO_OLD = {
    "sqlite": "date(rights_transfer_on, '+5 years') <= entered_on",
    "postgresql": "rights_transfer_on + interval '5 years' <= entered_on",
}


def upgrade() -> None:
    op.add_column("students", sa.Column("birth_date_confirmed_by", sa.Uuid(), nullable=True))
    op.add_column(
        "students", sa.Column("birth_date_confirmed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_students_state_student_id", "students", ["district_id", "state_student_id"])
    op.add_column(
        "roster_imports",
        sa.Column("decisions", JSON, nullable=False, server_default=sa.text("'[]'")),
    )
    op.create_table(
        "roster_decisions",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("state_student_id", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_roster_decisions_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "sourced_id", "state_student_id", name=op.f("pk_roster_decisions")
        ),
    )
    _take_rights_back()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE roster_decisions ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE roster_decisions FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY entered_districts ON roster_decisions USING (district_id = {ENTERED})"
        )


def _take_rights_back() -> None:
    """Return rights moved by impossible birth dates to the parents until a person confirms."""
    dialect = op.get_bind().dialect.name
    taking = (
        "UPDATE students SET rights_transfer_on = NULL, version = version + 1"
        f" WHERE rights_transfer_basis = 'age' AND NOT {AT_ANY_AGE} AND {TOO_OLD[dialect]}"
    )
    _in_every_district(taking)


def _give_rights_again() -> None:
    """Restore the old rule: every birth date moves rights on the 18th birthday."""
    majority = {
        "sqlite": "date(birth_date, '+18 years')",
        "postgresql": "(birth_date + interval '18 years')::date",
    }
    _in_every_district(
        f"UPDATE students SET rights_transfer_on = {majority[op.get_bind().dialect.name]}"
        " WHERE rights_transfer_basis = 'age' AND rights_transfer_on IS NULL"
        " AND birth_date < '9980-01-01'"
    )


def _in_every_district(statement: str) -> None:
    """Lift row security to change rows of all districts; forced, it would hide every student."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(statement)
        return
    op.execute("ALTER TABLE students NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute("ALTER TABLE students FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    _give_rights_again()
    op.drop_table("roster_decisions")
    op.drop_column("roster_imports", "decisions")
    op.drop_index("ix_students_state_student_id", "students")
    op.drop_column("students", "birth_date_confirmed_at")
    op.drop_column("students", "birth_date_confirmed_by")
