"""Rubrics in editions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("rubrics",)


def upgrade() -> None:
    op.create_table(
        "rubrics",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("scale_id", sa.Uuid(), nullable=False),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("criteria", DOCUMENT, nullable=False),
        sa.Column("framework_item_ids", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["copied_from_id"],
            ["rubrics.id"],
            name="fk_rubrics_copied_from_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_rubrics_district_id"),
        sa.ForeignKeyConstraint(["scale_id"], ["scales.id"], name="fk_rubrics_scale_id"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_rubrics_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rubrics"),
    )
    op.create_index("ix_rubrics_district_updated", "rubrics", ["district_id", "updated_at", "id"])
    op.create_index(
        "uq_rubrics_draft",
        "rubrics",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index("uq_rubrics_line_id_edition", "rubrics", ["line_id", "edition"], unique=True)
    op.create_index(
        "uq_rubrics_published",
        "rubrics",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("status = 'published'"),
        postgresql_where=sa.text("status = 'published'"),
    )
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
