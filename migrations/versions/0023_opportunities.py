"""Opportunities, and the interests of students in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("opportunities", "interests")


def upgrade() -> None:
    op.create_table(
        "opportunities",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("skills", DOCUMENT, nullable=False),
        sa.Column("skill_lines", sa.Text(), nullable=False),
        sa.Column("cluster", sa.String(40), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("seasons", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("accessibility", sa.String(), nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("starts_order", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("apply_order", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_opportunities_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_opportunities_partner_id"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_opportunities_school_id"),
        sa.ForeignKeyConstraint(["site_id"], ["partner_sites.id"], name="fk_opportunities_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_opportunities"),
        sa.CheckConstraint("seats > 0", name="seats"),
    )
    op.create_index(
        "ix_opportunities_district_updated", "opportunities", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_opportunities_partner_id", "opportunities", ["partner_id"])
    op.create_table(
        "interests",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_interests_decided_by"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_interests_district_id"),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_interests_opportunity_id"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_interests_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interests"),
    )
    op.create_index(
        "ix_interests_district_updated", "interests", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_interests_opportunity_id", "interests", ["opportunity_id", "status"])
    op.create_index("ix_interests_student_id", "interests", ["student_id", "created_at"])
    op.create_index(
        "uq_interests_open",
        "interests",
        ["student_id", "opportunity_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('raised', 'approved')"),
        postgresql_where=sa.text("status IN ('raised', 'approved')"),
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
