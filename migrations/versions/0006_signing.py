"""Signing links and scans."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)


def upgrade() -> None:
    # Without row-level security: a link is found by its token, before any district is known.
    op.create_table(
        "signing_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("identity_check", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        _refers("signing_links", "district_id", "districts"),
        _refers("signing_links", "student_id", "students"),
        _refers("signing_links", "plan_version_id", "plan_versions"),
        _refers("signing_links", "person_id", "people"),
        _refers("signing_links", "delegate_id", "signature_delegates"),
        _refers("signing_links", "issued_by", "people"),
        _refers("signing_links", "ended_by", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_signing_links"),
    )
    op.create_index("ix_signing_links_token_sha256", "signing_links", ["token_sha256"], unique=True)
    op.create_index("ix_signing_links_plan_version_id", "signing_links", ["plan_version_id"])
    op.create_index("ix_signing_links_student_id", "signing_links", ["student_id", "person_id"])
    op.create_table(
        "scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        _refers("scans", "district_id", "districts"),
        _refers("scans", "student_id", "students"),
        _refers("scans", "plan_version_id", "plan_versions"),
        _refers("scans", "person_id", "people"),
        _refers("scans", "uploaded_by", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
    )
    op.create_index("ix_scans_plan_version_id", "scans", ["plan_version_id"])
    op.create_index("ix_scans_student_id", "scans", ["student_id"])
    if op.get_bind().dialect.name == "postgresql":
        _secure("scans")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})")


def downgrade() -> None:
    op.drop_table("scans")
    op.drop_table("signing_links")
