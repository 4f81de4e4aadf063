"""Assignments to pieces of students' work, the disclosure ledger, and links without a person."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
OF_SOMEBODY = ("student_id", "person_id")
TABLES = ("assignments", "disclosures")


def upgrade() -> None:
    _loosen_links(is_loose=True)
    language = sa.Column("language", sa.String(35), nullable=False, server_default="en")
    op.add_column("mentors", language)
    op.add_column("mentors", sa.Column("email_set_by", sa.Uuid(), nullable=True))
    op.create_table(
        "assignments",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("delegate_of_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (mentor_id IS NULL)", name="somebody"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
        sa.ForeignKeyConstraint(
            ["delegate_of_id"], ["assignments.id"], name="fk_assignments_delegate_of_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_assignments_district_id"
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_assignments_mentor_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_assignments_person_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_assignments_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_mentor_id", "assignments", ["mentor_id"])
    op.create_index("ix_assignments_person_id", "assignments", ["person_id", "subject_id"])
    op.create_index("ix_assignments_student_id", "assignments", ["student_id"])
    op.create_index("ix_assignments_subject_id", "assignments", ["subject_id", "role"])
    op.create_table(
        "disclosures",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.String(400), nullable=False),
        sa.Column("interest", sa.String(400), nullable=False),
        sa.Column("what", sa.String(400), nullable=False),
        sa.Column("basis", sa.String(24), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("disclosed_at", INSTANT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_disclosures_district_id"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_disclosures_link_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_disclosures_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_district_id", "disclosures", ["district_id", "disclosed_at"])
    op.create_index("ix_disclosures_student_id", "disclosures", ["student_id", "disclosed_at"])
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
    op.drop_column("mentors", "email_set_by")
    op.drop_column("mentors", "language")
    op.execute("DELETE FROM links WHERE student_id IS NULL OR person_id IS NULL")
    _loosen_links(is_loose=False)


def _loosen_links(*, is_loose: bool) -> None:
    """Let a link name no student and no person, or not again."""
    if op.get_bind().dialect.name == "postgresql":
        for name in OF_SOMEBODY:
            op.alter_column("links", name, nullable=is_loose)
        return
    # SQLite cannot change a column, and drops no table that another refers to.
    op.execute("CREATE TABLE kept_links AS SELECT * FROM links")
    op.execute("CREATE TABLE kept_signing AS SELECT * FROM signing_links")
    op.execute("DELETE FROM signing_links")
    op.drop_table("links")
    _create_links(is_loose=is_loose)
    op.execute("INSERT INTO links SELECT * FROM kept_links")
    op.execute("INSERT INTO signing_links SELECT * FROM kept_signing")
    op.drop_table("kept_signing")
    op.drop_table("kept_links")
    op.create_index("ix_links_token_sha256", "links", ["token_sha256"], unique=True)
    op.create_index("ix_links_student_id", "links", ["student_id", "person_id"])


def _create_links(*, is_loose: bool) -> None:
    """The table as in 0016, with its columns in the same order."""
    columns = [
        ("id", sa.Uuid(), False),
        ("district_id", sa.Uuid(), False),
        ("student_id", sa.Uuid(), is_loose),
        ("person_id", sa.Uuid(), is_loose),
        ("token_sha256", sa.String(64), False),
        ("identity_check", sa.String(16), False),
        ("code_hash", sa.String(64), True),
        ("code_by", sa.String(16), False),
        ("witnessed_by", sa.Uuid(), True),
        ("witnessed_at", INSTANT, True),
        ("attempts_left", sa.Integer(), False),
        ("created_at", INSTANT, False),
        ("issued_by", sa.Uuid(), False),
        ("expires_at", INSTANT, False),
        ("opened_at", INSTANT, True),
        ("used_at", INSTANT, True),
        ("outcome", sa.String(16), True),
        ("ended_at", INSTANT, True),
        ("ended_by", sa.Uuid(), True),
        ("end_reason", sa.String(32), True),
        ("purpose", sa.String(16), False),
    ]
    refers = {
        "district_id": "districts",
        "student_id": "students",
        "person_id": "people",
        "issued_by": "people",
        "ended_by": "people",
    }
    op.create_table(
        "links",
        *(sa.Column(name, kind, nullable=nullable) for name, kind, nullable in columns),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_links_{name}")
            for name, table in refers.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
