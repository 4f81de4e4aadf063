"""Files of students: their quota, virus check and thumbnail; uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("uploads", "upload_chunks")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("files", "media_type", type_=sa.String(100))
    unchecked = sa.Column(
        "virus_check", sa.String(16), nullable=False, server_default="not_scanned"
    )
    op.add_column("files", unchecked)
    op.add_column("files", sa.Column("filename", sa.String(200), nullable=True))
    op.add_column("files", sa.Column("thumbnail", sa.String(200), nullable=True))
    op.add_column(
        "files",
        sa.Column(
            "student_id",
            sa.Uuid(),
            sa.ForeignKey("students.id", name="fk_files_student_id"),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index("ix_files_student_id", "files", ["student_id"])
    op.create_table(
        "uploads",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("chunk_size", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("size > 0", name="size"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_uploads_district_id"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_uploads_file_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_uploads_person_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_uploads_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_index("ix_uploads_file_id", "uploads", ["file_id"])
    op.create_index("ix_uploads_person_id", "uploads", ["person_id", "status"])
    op.create_table(
        "upload_chunks",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_upload_chunks_district_id"
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name="fk_upload_chunks_upload_id"),
        sa.PrimaryKeyConstraint("id", name="pk_upload_chunks"),
    )
    op.create_index(
        "uq_upload_chunks_number", "upload_chunks", ["upload_id", "number"], unique=True
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    op.drop_table("upload_chunks")
    op.drop_table("uploads")
    op.drop_index("ix_files_student_id", "files")
    for column in ("student_id", "thumbnail", "filename", "virus_check"):
        op.drop_column("files", column)
    if op.get_bind().dialect.name == "postgresql":
        # The earlier server keeps scans alone, whose types are short.
        op.execute("UPDATE files SET media_type = left(media_type, 32)")
        op.alter_column("files", "media_type", type_=sa.String(32))
