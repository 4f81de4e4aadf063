"""Profiles of the types of ELO, and design templates."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid6 import uuid7

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("elo_profiles", "design_templates")
MENTORED = "student parent mentor cooperating_teacher coordinator"
AT_SCHOOL = "student parent cooperating_teacher coordinator"
STUDY = (
    "essential_question competencies know_and_do product presentation timeline assessment"
    " reflection"
)
LESSONS = "competencies timeline communication assessment"
# By type: signers in their order, whether it binds, skipped states, required parts, and whether
# there is a partner. As `catalog.elo_profiles.actions.DEFAULTS` was then.
PROFILES = {
    "independent_study": (AT_SCHOOL, False, "", f"{STUDY} research", False),
    "private_instruction": (MENTORED, False, "presented", LESSONS, True),
    "performing_group": (MENTORED, False, "", f"{LESSONS} presentation", True),
    "internship": (MENTORED, True, "", f"{STUDY} communication", True),
    "work_based_learning": (
        MENTORED,
        True,
        "",
        f"{STUDY} communication training_tasks work",
        True,
    ),
    "community_service": (
        "student parent mentor coordinator",
        False,
        "presented",
        "competencies reflection timeline",
        True,
    ),
    "apprenticeship": (MENTORED, True, "", f"{STUDY} communication training_tasks work", True),
    "online_course": (AT_SCHOOL, False, "presented", "competencies timeline assessment", False),
    "capstone": (AT_SCHOOL, False, "", f"{STUDY} research", False),
    "other": (AT_SCHOOL, False, "", "essential_question competencies product timeline", False),
}


def upgrade() -> None:
    op.create_table(
        "elo_profiles",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(24), nullable=False),
        sa.Column("signers", DOCUMENT, nullable=False),
        sa.Column("is_ordered", sa.Boolean(), nullable=False),
        sa.Column("skipped_states", sa.String(), nullable=False),
        sa.Column("required_parts", sa.String(), nullable=False),
        sa.Column("needs_partner", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_profiles_district_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_profiles"),
    )
    op.create_index("uq_elo_profiles_type", "elo_profiles", ["district_id", "type"], unique=True)
    op.create_table(
        "design_templates",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("type", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("framework_item_ids", DOCUMENT, nullable=False),
        sa.Column("parts", DOCUMENT, nullable=False),
        sa.Column("essential_question", sa.Text(), nullable=False),
        sa.Column("know_and_do", DOCUMENT, nullable=False),
        sa.Column("research", sa.Text(), nullable=False),
        sa.Column("reflection", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("public_at", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_design_templates_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["rubric_id"], ["rubrics.id"], name="fk_design_templates_rubric_id"
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_design_templates_school_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_design_templates"),
    )
    op.create_index("ix_design_templates_district_id", "design_templates", ["district_id", "type"])
    _add_profiles()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def _add_profiles() -> None:
    """Give each district a profile for each type, with which a new district begins."""
    at = datetime.now(UTC)
    districts = sa.table("districts", sa.column("id", sa.Uuid()))
    profiles = sa.table(
        "elo_profiles",
        sa.column("id", sa.Uuid()),
        sa.column("district_id", sa.Uuid()),
        sa.column("type"),
        sa.column("signers", DOCUMENT),
        sa.column("is_ordered", sa.Boolean()),
        sa.column("skipped_states"),
        sa.column("required_parts"),
        sa.column("needs_partner", sa.Boolean()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", INSTANT),
        sa.column("updated_at", INSTANT),
    )
    rows = [
        {
            "id": UUID(int=uuid7().int),
            "district_id": district_id,
            "type": type_,
            "signers": signers.split(),
            "is_ordered": is_ordered,
            "skipped_states": _tags(skipped),
            "required_parts": _tags(parts),
            "needs_partner": needs_partner,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        for district_id in op.get_bind().scalars(sa.select(districts.c.id)).all()
        for type_, (signers, is_ordered, skipped, parts, needs_partner) in PROFILES.items()
    ]
    op.bulk_insert(profiles, rows)


def _tags(words: str) -> str:
    """The words as the column holds a set of them: sorted, between commas."""
    return f",{','.join(sorted(words.split()))}," if words else ""


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
