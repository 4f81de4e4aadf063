"""Ratings of students in framework items."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("ratings",)


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("framework_item_id", sa.Uuid(), nullable=False),
        sa.Column("scale_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("is_self", sa.Boolean(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=False),
        sa.Column("rated_as", sa.String(24), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.Column("pathway_element_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_ratings_district_id"),
        sa.ForeignKeyConstraint(
            ["framework_item_id"], ["framework_items.id"], name="fk_ratings_framework_item_id"
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name="fk_ratings_goal_id"),
        sa.ForeignKeyConstraint(
            ["pathway_element_id"], ["pathway_elements.id"], name="fk_ratings_pathway_element_id"
        ),
        sa.ForeignKeyConstraint(["rated_by"], ["people.id"], name="fk_ratings_rated_by"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name="fk_ratings_withdrawn_by"),
        sa.ForeignKeyConstraint(["scale_id"], ["scales.id"], name="fk_ratings_scale_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_ratings_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
    )
    op.create_index("ix_ratings_district_rated", "ratings", ["district_id", "rated_on", "id"])
    op.create_index("ix_ratings_district_updated", "ratings", ["district_id", "updated_at", "id"])
    op.create_index(
        "ix_ratings_framework_item_id", "ratings", ["framework_item_id", "student_id", "rated_on"]
    )
    op.create_index("ix_ratings_student_id", "ratings", ["student_id", "rated_on"])
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
