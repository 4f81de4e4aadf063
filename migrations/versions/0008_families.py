"""Home study, supports and renditions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NEW = ("home_studies", "supports", "renditions")


def upgrade() -> None:
    # Every existing version is the school's; plans in home study could not be written before.
    op.add_column(
        "plan_versions",
        sa.Column("regime", sa.String(length=16), nullable=False, server_default="school"),
    )
    _create_home_studies()
    _create_supports()
    _create_renditions()
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            _secure(table)


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})")


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
    ]


def _resource() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
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


def _span(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "ends_on IS NULL OR ends_on >= starts_on", name=op.f(f"ck_{table}_span")
    )


def _create_home_studies() -> None:
    table = "home_studies"
    op.create_table(
        table,
        *_owned(),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        *_resource(),
        _span(table),
        *_keys(table),
    )
    op.create_index("ix_home_studies_student_id", table, ["student_id", "starts_on"])
    op.create_index("ix_home_studies_district_id", table, ["district_id"])


def _create_supports() -> None:
    table = "supports"
    op.create_table(
        table,
        *_owned(),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("accommodations", JSON, nullable=False),
        *_resource(),
        _span(table),
        *_keys(table, coordinator_id="people"),
    )
    op.create_index("ix_supports_student_id", table, ["student_id", "starts_on"])


def _create_renditions() -> None:
    table = "renditions"
    op.create_table(
        table,
        *_owned(),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("sections", JSON, nullable=False),
        sa.Column("goals", JSON, nullable=False),
        sa.Column("translator_name", sa.Text(), nullable=False),
        sa.Column("translator_qualification", sa.Text(), nullable=True),
        sa.Column("is_certified", sa.Boolean(), nullable=False),
        sa.Column("supplied_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        *_resource(),
        *_keys(table, plan_version_id="plan_versions", supplied_by="people"),
    )
    op.create_index("ix_renditions_student_id", table, ["student_id"])
    op.create_index("ix_renditions_plan_version_id", table, ["plan_version_id", "created_at"])
    op.create_index(
        "uq_renditions_current",
        table,
        ["plan_version_id", "language"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    op.drop_column("plan_versions", "regime")
