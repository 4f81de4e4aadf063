"""Amended, reaffirmed and corrected versions; plans that are closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NEW = ("version_reaffirmations", "statements", "revisions")


def upgrade() -> None:
    op.add_column("plans", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("plans", sa.Column("closing_reason", sa.Text(), nullable=True))
    _add_reference("signed_version_id")
    _add_reference("corrects_id")
    op.add_column("plan_versions", sa.Column("correction_reason", sa.Text(), nullable=True))
    op.add_column("plan_versions", sa.Column("correction_reference", sa.Text(), nullable=True))
    op.add_column("plan_versions", sa.Column("sealed_on", sa.Date(), nullable=True))
    op.add_column("plan_versions", sa.Column("reviewed_on", sa.Date(), nullable=True))
    _sign_by_themselves()
    _create_reaffirmations()
    _create_statements()
    _create_revisions()
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            _secure(table)


def _sign_by_themselves() -> None:
    """Each existing version has its own signatures. Forced row security would hide all versions."""
    own = "UPDATE plan_versions SET signed_version_id = id WHERE snapshot IS NOT NULL"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(own)
        return
    op.execute("ALTER TABLE plan_versions NO FORCE ROW LEVEL SECURITY")
    op.execute(own)
    op.execute("ALTER TABLE plan_versions FORCE ROW LEVEL SECURITY")


def _add_reference(column: str) -> None:
    """A column that names another version. SQLite adds its constraint only with the column."""
    name = f"fk_plan_versions_{column}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"ALTER TABLE plan_versions ADD COLUMN {column} CHAR(32)"
            f" CONSTRAINT {name} REFERENCES plan_versions (id)"
        )
        return
    op.add_column("plan_versions", sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(name), "plan_versions", "plan_versions", [column], ["id"])


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
    ]


def _keys(table: str, **references: str) -> list[sa.Constraint]:
    """The primary key, and foreign keys to the district, the student and the given tables."""
    to = {"district_id": "districts", "student_id": "students", **references}
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in to.items()
        ),
    ]


def _create_reaffirmations() -> None:
    table = "version_reaffirmations"
    op.create_table(
        table,
        *_owned(),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_starts_on", sa.Date(), nullable=False),
        sa.Column("reaffirmed_on", sa.Date(), nullable=False),
        sa.Column("reaffirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reaffirmed_by", sa.Uuid(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_keys(table, plan_version_id="plan_versions", reaffirmed_by="people"),
        sa.UniqueConstraint(
            "plan_version_id",
            "cycle_starts_on",
            name=op.f("uq_version_reaffirmations_plan_version_id_cycle_starts_on"),
        ),
    )
    op.create_index(
        "ix_version_reaffirmations_student_id", table, ["student_id", "reaffirmed_on"], unique=False
    )
    op.create_index(
        "ix_version_reaffirmations_district_id",
        table,
        ["district_id", "reaffirmed_on"],
        unique=False,
    )


def _create_statements() -> None:
    op.create_table(
        "statements",
        *_owned(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=120), nullable=False),
        sa.Column("part_sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_role", sa.String(length=16), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_keys("statements", plan_id="plans", plan_version_id="plan_versions", author_id="people"),
    )
    op.create_index("ix_statements_student_id", "statements", ["student_id"], unique=False)
    op.create_index("ix_statements_plan_id", "statements", ["plan_id", "stated_at"], unique=False)


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        *_owned(),
        sa.Column("subject_type", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("row_created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_keys("revisions"),
    )
    op.create_index(
        "ix_revisions_student_id",
        "revisions",
        ["student_id", "subject_type", "until"],
        unique=False,
    )


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})")


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    for column in ("reviewed_on", "sealed_on", "correction_reference", "correction_reason"):
        op.drop_column("plan_versions", column)
    for column in ("corrects_id", "signed_version_id"):
        _drop_reference(column)
    op.drop_column("plans", "closing_reason")
    op.drop_column("plans", "closed_on")


def _drop_reference(column: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(f"fk_plan_versions_{column}"), "plan_versions", type_="foreignkey")
    op.drop_column("plan_versions", column)
