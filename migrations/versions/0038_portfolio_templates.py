"""Templates of portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("portfolio_templates",)


def upgrade() -> None:
    op.create_table(
        "portfolio_templates",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("slots", DOCUMENT, nullable=False),
        sa.Column("prompts", DOCUMENT, nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_portfolio_templates_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_portfolio_templates_school_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_templates"),
    )
    op.create_index(
        "ix_portfolio_templates_district_updated",
        "portfolio_templates",
        ["district_id", "updated_at", "id"],
    )
    op.create_index(
        "uq_portfolio_templates_draft",
        "portfolio_templates",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index(
        "uq_portfolio_templates_line_id_edition",
        "portfolio_templates",
        ["line_id", "edition"],
        unique=True,
    )
    op.create_index(
        "uq_portfolio_templates_published",
        "portfolio_templates",
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
    op.drop_table("portfolio_templates")
