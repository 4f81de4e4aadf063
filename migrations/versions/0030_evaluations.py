"""Work habits, presentations and evaluations of ELOs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("work_habits", "elo_presentations", "elo_evaluations")


def upgrade() -> None:
    op.create_table(
        "work_habits",
        sa.Column("moment", sa.String(16), nullable=False),
        sa.Column("levels", DOCUMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=True),
        sa.Column("rated_by_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_work_habits_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_work_habits_elo_id"),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_work_habits_link_id"),
        sa.ForeignKeyConstraint(["rated_by"], ["people.id"], name="fk_work_habits_rated_by"),
        sa.ForeignKeyConstraint(
            ["rated_by_mentor_id"], ["mentors.id"], name="fk_work_habits_rated_by_mentor_id"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_work_habits_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_habits"),
    )
    op.create_index("ix_work_habits_student_id", "work_habits", ["student_id"])
    op.create_index("uq_work_habits_moment", "work_habits", ["elo_id", "moment"], unique=True)
    op.create_table(
        "elo_presentations",
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("panel_ids", DOCUMENT, nullable=False),
        sa.Column("guests", DOCUMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_presentations_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_presentations_elo_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name="fk_elo_presentations_recorded_by"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_presentations_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_presentations"),
    )
    op.create_index("ix_elo_presentations_elo_id", "elo_presentations", ["elo_id"])
    op.create_index("ix_elo_presentations_student_id", "elo_presentations", ["student_id"])
    op.create_table(
        "elo_evaluations",
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("scores", DOCUMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("evaluated_by", sa.Uuid(), nullable=False),
        sa.Column("evaluated_at", INSTANT, nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_evaluations_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_evaluations_elo_id"),
        sa.ForeignKeyConstraint(
            ["evaluated_by"], ["people.id"], name="fk_elo_evaluations_evaluated_by"
        ),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubrics.id"], name="fk_elo_evaluations_rubric_id"),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_evaluations_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_evaluations"),
    )
    op.create_index("ix_elo_evaluations_elo_id", "elo_evaluations", ["elo_id", "evaluated_at"])
    op.create_index("ix_elo_evaluations_student_id", "elo_evaluations", ["student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
