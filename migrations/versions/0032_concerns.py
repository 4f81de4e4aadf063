"""Concerns about ELOs."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("concerns",)


def upgrade() -> None:
    op.create_table(
        "concerns",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_by_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["people.id"], name="fk_concerns_acknowledged_by"
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name="fk_concerns_closed_by"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_concerns_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_concerns_elo_id"),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_concerns_link_id"),
        sa.ForeignKeyConstraint(["raised_by"], ["people.id"], name="fk_concerns_raised_by"),
        sa.ForeignKeyConstraint(
            ["raised_by_mentor_id"], ["mentors.id"], name="fk_concerns_raised_by_mentor_id"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_concerns_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concerns"),
    )
    op.create_index("ix_concerns_district_updated", "concerns", ["district_id", "updated_at", "id"])
    op.create_index("ix_concerns_elo_id", "concerns", ["elo_id"])
    op.create_index("ix_concerns_raised_by", "concerns", ["raised_by"])
    op.create_index("ix_concerns_student_id", "concerns", ["student_id", "created_at"])
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
