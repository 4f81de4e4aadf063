"""Frameworks of standards with their items, scales, and links from students' work to items."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid6 import uuid7

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
LEVELS = [
    {
        "key": "beginning",
        "title": "Beginning",
        "description": "Starts to show it, with much help.",
    },
    {
        "key": "developing",
        "title": "Developing",
        "description": "Shows parts of it, or all of it with help.",
    },
    {
        "key": "proficient",
        "title": "Proficient",
        "description": "Shows all of it, without help.",
    },
    {
        "key": "exemplary",
        "title": "Exemplary",
        "description": "Shows more than was asked, and can help others with it.",
    },
]
TABLES = (
    "scales",
    "frameworks",
    "framework_items",
    "framework_associations",
    "framework_imports",
    "item_links",
)


def upgrade() -> None:
    op.create_table(
        "scales",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("levels", DOCUMENT, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_scales_district_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scales"),
    )
    op.create_index("ix_scales_district_id", "scales", ["district_id", "updated_at"])
    op.create_index(
        "uq_scales_default",
        "scales",
        ["district_id"],
        unique=True,
        sqlite_where=sa.text("is_default AND status = 'active'"),
        postgresql_where=sa.text("is_default AND status = 'active'"),
    )
    op.create_table(
        "frameworks",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("scale_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("adoption_status", sa.String(64), nullable=True),
        sa.Column("document_version", sa.Text(), nullable=True),
        sa.Column("case_version", sa.String(8), nullable=True),
        sa.Column("framework_type", sa.Text(), nullable=True),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("official_source_url", sa.Text(), nullable=True),
        sa.Column("license_uri", sa.Text(), nullable=True),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("last_changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_frameworks_district_id"
        ),
        sa.ForeignKeyConstraint(["scale_id"], ["scales.id"], name="fk_frameworks_scale_id"),
        sa.PrimaryKeyConstraint("id", name="pk_frameworks"),
    )
    op.create_index(
        "ix_frameworks_district_updated", "frameworks", ["district_id", "updated_at", "id"]
    )
    op.create_index(
        "uq_frameworks_identifier", "frameworks", ["district_id", "identifier"], unique=True
    )
    op.create_table(
        "framework_items",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("abbreviated_statement", sa.Text(), nullable=True),
        sa.Column("item_type", sa.Text(), nullable=True),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("grades", DOCUMENT, nullable=False),
        sa.Column("list_enumeration", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("license_uri", sa.Text(), nullable=True),
        sa.Column("last_changed_at", INSTANT, nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_framework_items_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name="fk_framework_items_framework_id"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["framework_items.id"], name="fk_framework_items_parent_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_framework_items"),
    )
    op.create_index(
        "ix_framework_items_district_updated",
        "framework_items",
        ["district_id", "updated_at", "id"],
    )
    op.create_index(
        "ix_framework_items_framework_id", "framework_items", ["framework_id", "position"]
    )
    op.create_index("ix_framework_items_parent_id", "framework_items", ["parent_id"])
    op.create_index(
        "uq_framework_items_identifier",
        "framework_items",
        ["district_id", "identifier"],
        unique=True,
    )
    op.create_table(
        "framework_associations",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("origin_item_id", sa.Uuid(), nullable=True),
        sa.Column("origin_identifier", sa.Text(), nullable=False),
        sa.Column("origin_uri", sa.Text(), nullable=False),
        sa.Column("origin_title", sa.Text(), nullable=False),
        sa.Column("destination_item_id", sa.Uuid(), nullable=True),
        sa.Column("destination_identifier", sa.Text(), nullable=False),
        sa.Column("destination_uri", sa.Text(), nullable=False),
        sa.Column("destination_title", sa.Text(), nullable=False),
        sa.Column("sequence_number", sa.Integer(), nullable=True),
        sa.Column("last_changed_at", INSTANT, nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_item_id"],
            ["framework_items.id"],
            name="fk_framework_associations_destination_item_id",
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_framework_associations_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name="fk_framework_associations_framework_id"
        ),
        sa.ForeignKeyConstraint(
            ["origin_item_id"],
            ["framework_items.id"],
            name="fk_framework_associations_origin_item_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_framework_associations"),
    )
    op.create_index(
        "ix_framework_associations_destination_item_id",
        "framework_associations",
        ["destination_item_id"],
    )
    op.create_index(
        "ix_framework_associations_framework_id", "framework_associations", ["framework_id"]
    )
    op.create_index(
        "ix_framework_associations_origin_item_id", "framework_associations", ["origin_item_id"]
    )
    op.create_index(
        "uq_framework_associations_identifier",
        "framework_associations",
        ["district_id", "identifier"],
        unique=True,
    )
    op.create_table(
        "framework_imports",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=True),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("findings", DOCUMENT, nullable=False),
        sa.Column("finding_counts", DOCUMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_framework_imports_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name="fk_framework_imports_framework_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_framework_imports"),
    )
    op.create_index(
        "ix_framework_imports_district_created",
        "framework_imports",
        ["district_id", "created_at", "id"],
    )
    op.create_table(
        "item_links",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("framework_item_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_item_links_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_item_id"], ["framework_items.id"], name="fk_item_links_framework_item_id"
        ),
        sa.ForeignKeyConstraint(["linked_by"], ["people.id"], name="fk_item_links_linked_by"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_item_links_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item_links"),
    )
    op.create_index("ix_item_links_item", "item_links", ["framework_item_id", "student_id"])
    op.create_index("ix_item_links_student_id", "item_links", ["student_id"])
    op.create_index(
        "uq_item_links_subject", "item_links", ["subject_id", "framework_item_id"], unique=True
    )
    _add_default_scales()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def _add_default_scales() -> None:
    """Give each district the usual four levels, with which a new district begins."""
    at = datetime.now(UTC)
    districts = sa.table("districts", sa.column("id", sa.Uuid()))
    scales = sa.table(
        "scales",
        sa.column("id", sa.Uuid()),
        sa.column("district_id", sa.Uuid()),
        sa.column("status"),
        sa.column("title"),
        sa.column("levels", DOCUMENT),
        sa.column("is_default", sa.Boolean()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", INSTANT),
        sa.column("updated_at", INSTANT),
    )
    rows = [
        {
            "id": UUID(int=uuid7().int),
            "district_id": district_id,
            "status": "active",
            "title": "Four levels",
            "levels": LEVELS,
            "is_default": True,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        for district_id in op.get_bind().scalars(sa.select(districts.c.id))
    ]
    op.bulk_insert(scales, rows)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
