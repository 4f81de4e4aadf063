"""Calls for work, and groups of students who made one work."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("calls_for_work", "call_recipients", "artifact_groups")
# What an artifact belongs to: the column, the table that it names.
BELONGS = (
    ("template_id", "portfolio_templates"),
    ("group_id", "artifact_groups"),
    ("call_recipient_id", "call_recipients"),
)


def upgrade() -> None:
    op.create_table(
        "calls_for_work",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("advisory_id", sa.Uuid(), nullable=True),
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("called_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name="fk_calls_for_work_advisory_id"
        ),
        sa.ForeignKeyConstraint(["called_by"], ["people.id"], name="fk_calls_for_work_called_by"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_calls_for_work_class_id"),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_calls_for_work_district_id"
        ),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubrics.id"], name="fk_calls_for_work_rubric_id"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_calls_for_work_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls_for_work"),
    )
    op.create_index("ix_calls_for_work_called_by", "calls_for_work", ["called_by"])
    op.create_index(
        "ix_calls_for_work_district_updated", "calls_for_work", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_calls_for_work_school_id", "calls_for_work", ["school_id", "due_on"])
    op.create_table(
        "call_recipients",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("handed_in_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("excused_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls_for_work.id"], name="fk_call_recipients_call_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_call_recipients_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_call_recipients_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_recipients"),
    )
    op.create_index(
        "ix_call_recipients_district_updated",
        "call_recipients",
        ["district_id", "updated_at", "id"],
    )
    op.create_index(
        "ix_call_recipients_student_id", "call_recipients", ["student_id", "created_at"]
    )
    op.create_index(
        "uq_call_recipients_student_id", "call_recipients", ["call_id", "student_id"], unique=True
    )
    op.create_table(
        "artifact_groups",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=True),
        sa.Column("closes_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("kind", sa.String(24), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("founded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_artifact_groups_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["students.id"], name="fk_artifact_groups_opened_by"
        ),
        sa.ForeignKeyConstraint(
            ["founded_by"], ["people.id"], name="fk_artifact_groups_founded_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_groups"),
    )
    op.create_index("uq_artifact_groups_code", "artifact_groups", ["code_sha256"], unique=True)
    for column, table in BELONGS:
        end = sa.ForeignKey(f"{table}.id", name=f"fk_artifacts_{column}")
        new = sa.Column(column, sa.Uuid(), end, nullable=True)
        op.add_column("artifacts", new, inline_references=True)
        op.create_index(f"ix_artifacts_{column}", "artifacts", [column])
    no = sa.false()
    op.add_column(
        "artifacts", sa.Column("is_shown_in_group", sa.Boolean(), nullable=False, server_default=no)
    )
    op.add_column("artifacts", sa.Column("came_from", sa.String(400), nullable=True))
    op.add_column("artifact_versions", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.add_column("artifact_parts", sa.Column("gone_since", INSTANT, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("artifacts", "is_shown_in_group", server_default=None)
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    op.drop_column("artifact_parts", "gone_since")
    op.drop_column("artifact_versions", "origin_id")
    for column in ("came_from", "is_shown_in_group"):
        op.drop_column("artifacts", column)
    for column, _ in reversed(BELONGS):
        op.drop_index(f"ix_artifacts_{column}", "artifacts")
        op.drop_column("artifacts", column)
    for table in reversed(TABLES):
        op.drop_table(table)
