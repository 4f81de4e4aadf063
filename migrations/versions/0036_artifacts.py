"""Artifacts of students, and what belongs to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
ENDS = ("goal_id", "elo_id", "pathway_element_id", "annual_review_id")
ONE_END = " + ".join(f"(CASE WHEN {end} IS NULL THEN 0 ELSE 1 END)" for end in ENDS) + " = 1"
TABLES = ("artifacts", "artifact_versions", "artifact_parts", "reflections", "artifact_links")


def upgrade() -> None:
    op.create_table(
        "artifacts",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_artifacts_district_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_artifacts_recorded_by"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_artifacts_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
    )
    op.create_index(
        "ix_artifacts_district_updated", "artifacts", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_artifacts_student_id", "artifacts", ["student_id", "made_on"])
    op.create_table(
        "artifact_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name="fk_artifact_versions_added_by"),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_artifact_versions_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_artifact_versions_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_artifact_versions_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_versions"),
    )
    op.create_index("ix_artifact_versions_student_id", "artifact_versions", ["student_id"])
    op.create_index(
        "uq_artifact_versions_number", "artifact_versions", ["artifact_id", "number"], unique=True
    )
    op.create_table(
        "artifact_parts",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.String(2000), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("of_part_id", sa.Uuid(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("is_reachable", sa.Boolean(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_artifact_parts_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_artifact_parts_district_id"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_artifact_parts_file_id"),
        sa.ForeignKeyConstraint(
            ["of_part_id"], ["artifact_parts.id"], name="fk_artifact_parts_of_part_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_artifact_parts_student_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["artifact_versions.id"], name="fk_artifact_parts_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_parts"),
    )
    op.create_index("ix_artifact_parts_artifact_id", "artifact_parts", ["artifact_id"])
    op.create_index("ix_artifact_parts_checked_at", "artifact_parts", ["kind", "checked_at"])
    op.create_index("ix_artifact_parts_file_id", "artifact_parts", ["file_id"])
    op.create_index("ix_artifact_parts_student_id", "artifact_parts", ["student_id"])
    op.create_index("ix_artifact_parts_version_id", "artifact_parts", ["version_id", "position"])
    op.create_table(
        "reflections",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_reflections_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_reflections_district_id"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_reflections_student_id"),
        sa.ForeignKeyConstraint(["written_by"], ["people.id"], name="fk_reflections_written_by"),
        sa.PrimaryKeyConstraint("id", name="pk_reflections"),
    )
    op.create_index("ix_reflections_artifact_id", "reflections", ["artifact_id", "created_at"])
    op.create_index("ix_reflections_student_id", "reflections", ["student_id"])
    op.create_table(
        "artifact_links",
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.Column("elo_id", sa.Uuid(), nullable=True),
        sa.Column("pathway_element_id", sa.Uuid(), nullable=True),
        sa.Column("annual_review_id", sa.Uuid(), nullable=True),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(ONE_END, name="one_end"),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_artifact_links_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_artifact_links_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["elo_id"], ["elos.id"], name="fk_artifact_links_elo_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["goals.id"], name="fk_artifact_links_goal_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["linked_by"], ["people.id"], name="fk_artifact_links_linked_by"),
        sa.ForeignKeyConstraint(
            ["pathway_element_id"],
            ["pathway_elements.id"],
            name="fk_artifact_links_pathway_element_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["annual_review_id"],
            ["reviews.id"],
            name="fk_artifact_links_annual_review_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_artifact_links_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_links"),
    )
    op.create_index("ix_artifact_links_artifact_id", "artifact_links", ["artifact_id"])
    op.create_index("ix_artifact_links_elo_id", "artifact_links", ["elo_id"])
    op.create_index("ix_artifact_links_goal_id", "artifact_links", ["goal_id"])
    op.create_index(
        "ix_artifact_links_pathway_element_id", "artifact_links", ["pathway_element_id"]
    )
    op.create_index("ix_artifact_links_annual_review_id", "artifact_links", ["annual_review_id"])
    op.create_index("ix_artifact_links_student_id", "artifact_links", ["student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    op.drop_table("artifact_links")
    op.drop_table("reflections")
    op.drop_table("artifact_parts")
    op.drop_table("artifact_versions")
    op.drop_table("artifacts")
