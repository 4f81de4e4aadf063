"""Portfolios by a template."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("portfolios", "portfolio_entries")


def upgrade() -> None:
    op.create_table(
        "portfolios",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_portfolios_district_id"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_portfolios_student_id"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["portfolio_templates.id"], name="fk_portfolios_template_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
    )
    op.create_index(
        "ix_portfolios_district_updated", "portfolios", ["district_id", "updated_at", "id"]
    )
    op.create_index(
        "uq_portfolios_template_id", "portfolios", ["student_id", "template_id"], unique=True
    )
    op.create_table(
        "portfolio_entries",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=False),
        sa.Column("slot_key", sa.String(64), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_portfolio_entries_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_portfolio_entries_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name="fk_portfolio_entries_portfolio_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_portfolio_entries_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_entries"),
    )
    op.create_index("ix_portfolio_entries_artifact_id", "portfolio_entries", ["artifact_id"])
    op.create_index("ix_portfolio_entries_student_id", "portfolio_entries", ["student_id"])
    op.create_index(
        "uq_portfolio_entries_artifact_id",
        "portfolio_entries",
        ["portfolio_id", "slot_key", "artifact_id"],
        unique=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    op.drop_table("portfolio_entries")
    op.drop_table("portfolios")
