"""Profiles of the types of ELO, and design templates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("elo_profiles", "design_templates")


def upgrade() -> None:
    op.create_table(
        "elo_profiles",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(24), nullable=False),
        sa.Column("signers", DOCUMENT, nullable=False),
        sa.Column("is_ordered", sa.Boolean(), nullable=False),
        sa.Column("skipped_states", sa.String(), nullable=False),
        sa.Column("required_parts", sa.String(), nullable=False),
        sa.Column("needs_partner", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_profiles_district_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_profiles"),
    )
    op.create_index("uq_elo_profiles_type", "elo_profiles", ["district_id", "type"], unique=True)
    op.create_table(
        "design_templates",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("type", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("framework_item_ids", DOCUMENT, nullable=False),
        sa.Column("parts", DOCUMENT, nullable=False),
        sa.Column("essential_question", sa.Text(), nullable=False),
        sa.Column("know_and_do", DOCUMENT, nullable=False),
        sa.Column("research", sa.Text(), nullable=False),
        sa.Column("reflection", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("public_at", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_design_templates_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["rubric_id"], ["rubrics.id"], name="fk_design_templates_rubric_id"
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_design_templates_school_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_design_templates"),
    )
    op.create_index("ix_design_templates_district_id", "design_templates", ["district_id", "type"])
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
