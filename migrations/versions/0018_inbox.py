"""The inbox: read marks, and indexes for what waits and what is new.

The partial indexes hold only the few rows that wait for somebody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
# Index, table, columns, condition.
PARTIAL = (
    (
        "ix_relationships_unconfirmed",
        "relationships",
        ["district_id", "created_at"],
        "status = 'unconfirmed'",
    ),
    (
        "ix_plan_versions_submitted",
        "plan_versions",
        ["district_id", "submitted_at"],
        "status = 'submitted'",
    ),
)


def upgrade() -> None:
    op.create_table(
        "read_marks",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", "row_id", name="pk_read_marks"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_read_marks_person_id"),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_read_marks_district_id"
        ),
    )
    op.drop_index("ix_comments_student_id", "comments")
    op.create_index("ix_comments_student_id", "comments", ["student_id", "created_at"])
    op.create_index("ix_comments_district_id", "comments", ["district_id", "created_at"])
    # The list of relationships of a whole district, by the last change.
    updated = ["district_id", "updated_at", "id"]
    op.create_index("ix_relationships_district_updated", "relationships", updated)
    op.create_index("ix_comments_author_id", "comments", ["author_id", "subject_id", "created_at"])
    for name, table, columns, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE read_marks ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE read_marks FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY entered_districts ON read_marks USING (district_id = {ENTERED})")


def downgrade() -> None:
    for name, table, _columns, _condition in PARTIAL:
        op.drop_index(name, table)
    op.drop_index("ix_relationships_district_updated", "relationships")
    op.drop_index("ix_comments_author_id", "comments")
    op.drop_index("ix_comments_district_id", "comments")
    op.drop_index("ix_comments_student_id", "comments")
    op.create_index("ix_comments_student_id", "comments", ["student_id"])
    op.drop_table("read_marks")
