"""Exports of students' records, history from elsewhere, and when a student left."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("student_exports", "foreign_records", "personal_emails")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("files", "size", type_=sa.BigInteger())
    op.create_table(
        "personal_emails",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(254), nullable=True),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("pending", sa.String(254), nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_personal_emails_person_id"),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_personal_emails_district_id"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_personal_emails"),
    )
    op.create_index("ix_personal_emails_district_id", "personal_emails", ["district_id"])
    op.add_column("students", sa.Column("left_on", sa.Date(), nullable=True))
    _let_leave()
    op.create_table(
        "student_exports",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_for", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("downloaded_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_student_exports_district_id"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_student_exports_file_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_student_exports_job_id"),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["people.id"], name="fk_student_exports_requested_by"
        ),
        sa.ForeignKeyConstraint(
            ["requested_for"], ["people.id"], name="fk_student_exports_requested_for"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_student_exports_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_student_exports"),
    )
    op.create_index("ix_student_exports_batch_id", "student_exports", ["batch_id"])
    op.create_index(
        "ix_student_exports_district_updated",
        "student_exports",
        ["district_id", "updated_at", "id"],
    )
    op.create_index("ix_student_exports_expires_at", "student_exports", ["expires_at"])
    op.create_index(
        "ix_student_exports_student_id", "student_exports", ["student_id", "created_at"]
    )
    op.create_index(
        "uq_student_exports_open",
        "student_exports",
        ["student_id", "requested_for"],
        unique=True,
        sqlite_where=sa.text("status IN ('queued', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "foreign_records",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("came_from", sa.String(400), nullable=False),
        sa.Column("archive_sha256", sa.String(64), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_foreign_records_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["people.id"], name="fk_foreign_records_imported_by"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_foreign_records_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_foreign_records"),
    )
    op.create_index(
        "ix_foreign_records_archive_sha256", "foreign_records", ["student_id", "archive_sha256"]
    )
    op.create_index(
        "ix_foreign_records_district_updated",
        "foreign_records",
        ["district_id", "updated_at", "id"],
    )
    op.create_index("ix_foreign_records_student_id", "foreign_records", ["student_id", "part"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def _let_leave() -> None:
    """Students whose plan was closed have left that day."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("ALTER TABLE students NO FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE plans NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE students SET left_on = (SELECT closed_on FROM plans"
        " WHERE plans.student_id = students.id AND plans.status <> 'active')"
    )
    if is_postgresql:
        op.execute("ALTER TABLE students FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE plans FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("foreign_records")
    op.drop_table("student_exports")
    op.drop_table("personal_emails")
    op.drop_column("students", "left_on")
    _forget_archives()


def _forget_archives() -> None:
    """Take away the archives, each a whole record, which no earlier server would end.

    The daily sweep of that server removes their content, which no row names any more.
    """
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("ALTER TABLE files NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM files WHERE name LIKE 'exports/%'")
    if is_postgresql:
        op.execute("ALTER TABLE files FORCE ROW LEVEL SECURITY")
        # What people send has at most 2,000 MB.
        op.alter_column("files", "size", type_=sa.Integer())
