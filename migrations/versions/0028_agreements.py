"""Agreements of ELOs and their signatures, which a trigger keeps as they were given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("agreements", "agreement_signatures")
FROZEN = ("edition", "terms", "sha256", "signers", "is_ordered")
KEPT = "a signature and what was signed are never changed or deleted"


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("terms", DOCUMENT, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("signers", DOCUMENT, nullable=False),
        sa.Column("is_ordered", sa.Boolean(), nullable=False),
        sa.Column("waiting_for", sa.String(), nullable=False),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("voided_at", INSTANT, nullable=True),
        sa.Column("void_reason", sa.String(32), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_agreements_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_agreements_elo_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_agreements_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
    )
    op.create_index("ix_agreements_student_id", "agreements", ["student_id"])
    op.create_index("uq_agreements_edition", "agreements", ["elo_id", "edition"], unique=True)
    op.create_index(
        "ix_agreements_pending",
        "agreements",
        ["district_id", "student_id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "agreement_signatures",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("signed_for_id", sa.Uuid(), nullable=True),
        sa.Column("delegate_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("identity_check", sa.String(24), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("typed_name", sa.String(200), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("witnessed_by", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name="fk_agreement_signatures_agreement_id"
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["signature_delegates.id"],
            name="fk_agreement_signatures_delegate_id",
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_agreement_signatures_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_agreement_signatures_elo_id"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_agreement_signatures_file_id"),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["people.id"], name="fk_agreement_signatures_issued_by"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_agreement_signatures_link_id"),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name="fk_agreement_signatures_mentor_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_agreement_signatures_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name="fk_agreement_signatures_recorded_by"
        ),
        sa.ForeignKeyConstraint(
            ["signed_for_id"], ["people.id"], name="fk_agreement_signatures_signed_for_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_agreement_signatures_student_id"
        ),
        sa.ForeignKeyConstraint(
            ["witnessed_by"], ["people.id"], name="fk_agreement_signatures_witnessed_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_signatures"),
    )
    op.create_index(
        "ix_agreement_signatures_agreement_id", "agreement_signatures", ["agreement_id", "role"]
    )
    op.create_index("ix_agreement_signatures_elo_id", "agreement_signatures", ["elo_id"])
    op.create_index("ix_agreement_signatures_student_id", "agreement_signatures", ["student_id"])
    _keep_what_was_signed()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def _keep_what_was_signed() -> None:
    """A signature is never changed or deleted, and the terms that were signed never change."""
    kept = {
        "agreement_signatures": ("UPDATE", "DELETE"),
        "agreements": (f"UPDATE OF {', '.join(FROZEN)}", "DELETE"),
    }
    if op.get_bind().dialect.name == "sqlite":
        for table, changes in kept.items():
            for change in changes:
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.split()[0].lower()} BEFORE {change}"
                    f" ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
                )
        return
    for table, changes in kept.items():
        # The function of 0014.
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE {' OR '.join(changes)} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
