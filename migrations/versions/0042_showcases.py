"""Showcases, and links that show them."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("showcases", "showcase_sections", "showcase_items", "share_openings", "share_stops")


def upgrade() -> None:
    op.create_table(
        "showcases",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("name_shown", sa.String(16), nullable=False),
        sa.Column("cover_part_id", sa.Uuid(), nullable=True),
        sa.Column("cover_alt", sa.Text(), nullable=False),
        sa.Column("taken_down_at", INSTANT, nullable=True),
        sa.Column("taken_down_by", sa.Uuid(), nullable=True),
        sa.Column("take_down_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cover_part_id"], ["artifact_parts.id"], name="fk_showcases_cover_part_id"
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_showcases_district_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_showcases_student_id"),
        sa.ForeignKeyConstraint(
            ["taken_down_by"], ["people.id"], name="fk_showcases_taken_down_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_showcases"),
    )
    op.create_index(
        "ix_showcases_district_updated", "showcases", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_showcases_student_id", "showcases", ["student_id", "created_at"])
    op.create_table(
        "showcase_sections",
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("showcase_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_showcase_sections_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["showcase_id"], ["showcases.id"], name="fk_showcase_sections_showcase_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_showcase_sections_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_showcase_sections"),
    )
    op.create_index(
        "ix_showcase_sections_showcase_id", "showcase_sections", ["showcase_id", "position"]
    )
    op.create_index("ix_showcase_sections_student_id", "showcase_sections", ["student_id"])
    op.create_table(
        "showcase_items",
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("shows_reflection", sa.Boolean(), nullable=False),
        sa.Column("shows_review", sa.Boolean(), nullable=False),
        sa.Column("allows_download", sa.Boolean(), nullable=False),
        sa.Column("is_barred", sa.Boolean(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("showcase_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_showcase_items_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_showcase_items_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["showcase_sections.id"], name="fk_showcase_items_section_id"
        ),
        sa.ForeignKeyConstraint(
            ["showcase_id"], ["showcases.id"], name="fk_showcase_items_showcase_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_showcase_items_student_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["artifact_versions.id"], name="fk_showcase_items_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_showcase_items"),
    )
    op.create_index("ix_showcase_items_artifact_id", "showcase_items", ["artifact_id"])
    op.create_index(
        "ix_showcase_items_barred",
        "showcase_items",
        ["district_id"],
        sqlite_where=sa.text("is_barred"),
        postgresql_where=sa.text("is_barred"),
    )
    op.create_index("ix_showcase_items_section_id", "showcase_items", ["section_id"])
    op.create_index("ix_showcase_items_student_id", "showcase_items", ["student_id"])
    op.create_index(
        "uq_showcase_items_version_id", "showcase_items", ["showcase_id", "version_id"], unique=True
    )
    op.create_table(
        "share_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("showcase_id", sa.Uuid(), nullable=False),
        sa.Column("name_shown", sa.String(16), nullable=False),
        sa.Column("passcode_hash", sa.String(200), nullable=True),
        sa.Column("allows_download", sa.Boolean(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("last_opened_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["id"], ["links.id"], name="fk_share_links_id"),
        sa.ForeignKeyConstraint(
            ["showcase_id"], ["showcases.id"], name="fk_share_links_showcase_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share_links"),
    )
    op.create_index("ix_share_links_showcase_id", "share_links", ["showcase_id"])
    op.create_table(
        "share_openings",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_share_openings_district_id"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["share_links.id"], name="fk_share_openings_link_id"),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_share_openings_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share_openings"),
    )
    op.create_index("ix_share_openings_link_id", "share_openings", ["link_id", "opened_at"])
    op.create_index("ix_share_openings_student_id", "share_openings", ["student_id"])
    op.create_table(
        "share_stops",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_share_stops_district_id"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["share_links.id"], name="fk_share_stops_link_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_share_stops_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_share_stops"),
    )
    op.create_index("ix_share_stops_student_id", "share_stops", ["student_id"])
    op.create_index("uq_share_stops_link_id", "share_stops", ["link_id"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    op.drop_table("share_stops")
    op.drop_table("share_openings")
    op.drop_table("share_links")
    op.drop_table("showcase_items")
    op.drop_table("showcase_sections")
    op.drop_table("showcases")
    _forget_links()


def _forget_links() -> None:
    """Take away the links that the earlier server does not know; the ledger keeps what it says."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("ALTER TABLE disclosures NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE disclosures SET link_id = NULL"
        " WHERE link_id IN (SELECT id FROM links WHERE purpose = 'share')"
    )
    if is_postgresql:
        op.execute("ALTER TABLE disclosures FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM links WHERE purpose = 'share'")
