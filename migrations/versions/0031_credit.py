"""Credit lines and appeals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("credit_lines", "appeals")


def upgrade() -> None:
    op.create_table(
        "credit_lines",
        sa.Column("area", sa.String(100), nullable=False),
        sa.Column("amount", sa.Numeric(4, 2), nullable=False),
        sa.Column("framework_item_ids", DOCUMENT, nullable=False),
        sa.Column("teacher_of_record_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("is_elective", sa.Boolean(), nullable=False),
        sa.Column("licence_attested_by", sa.Uuid(), nullable=True),
        sa.Column("licence_attested_at", INSTANT, nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_credit_lines_decided_by"),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_credit_lines_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_credit_lines_elo_id"),
        sa.ForeignKeyConstraint(
            ["licence_attested_by"], ["people.id"], name="fk_credit_lines_licence_attested_by"
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name="fk_credit_lines_proposed_by"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_credit_lines_student_id"),
        sa.ForeignKeyConstraint(
            ["teacher_of_record_id"], ["people.id"], name="fk_credit_lines_teacher_of_record_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_lines"),
    )
    op.create_index(
        "ix_credit_lines_district_updated", "credit_lines", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_credit_lines_elo_id", "credit_lines", ["elo_id"])
    op.create_index("ix_credit_lines_student_id", "credit_lines", ["student_id"])
    op.create_index(
        "ix_credit_lines_teacher_of_record_id", "credit_lines", ["teacher_of_record_id", "status"]
    )
    op.create_table(
        "appeals",
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("credit_line_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["credit_line_id"], ["credit_lines.id"], name="fk_appeals_credit_line_id"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_appeals_decided_by"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_appeals_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_appeals_elo_id"),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name="fk_appeals_filed_by"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_appeals_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
    )
    op.create_index("ix_appeals_district_updated", "appeals", ["district_id", "updated_at", "id"])
    op.create_index("ix_appeals_elo_id", "appeals", ["elo_id"])
    op.create_index("ix_appeals_student_id", "appeals", ["student_id"])
    op.create_index("ix_appeals_credit_line_id", "appeals", ["credit_line_id"])
    op.create_index(
        "uq_appeals_denial_open",
        "appeals",
        ["elo_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open' AND credit_line_id IS NULL"),
        postgresql_where=sa.text("status = 'open' AND credit_line_id IS NULL"),
    )
    op.create_index(
        "uq_appeals_credit_open",
        "appeals",
        ["credit_line_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
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
