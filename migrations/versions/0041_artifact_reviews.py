"""Reviews of artifacts, and the ratings that follow from them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("artifact_reviews", "criterion_scores")


def upgrade() -> None:
    op.create_table(
        "artifact_reviews",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("evaluator_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("result", sa.String(16), nullable=True),
        sa.Column("appeal_words", sa.Text(), nullable=False),
        sa.Column("appealed_at", INSTANT, nullable=True),
        sa.Column("final_result", sa.String(16), nullable=True),
        sa.Column("final_words", sa.Text(), nullable=False),
        sa.Column("final_by", sa.Uuid(), nullable=True),
        sa.Column("final_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_artifact_reviews_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["people.id"], name="fk_artifact_reviews_assigned_by"
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls_for_work.id"], name="fk_artifact_reviews_call_id"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name="fk_artifact_reviews_decided_by"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_artifact_reviews_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["evaluator_id"], ["people.id"], name="fk_artifact_reviews_evaluator_id"
        ),
        sa.ForeignKeyConstraint(["final_by"], ["people.id"], name="fk_artifact_reviews_final_by"),
        sa.ForeignKeyConstraint(
            ["rubric_id"], ["rubrics.id"], name="fk_artifact_reviews_rubric_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_artifact_reviews_student_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["artifact_versions.id"], name="fk_artifact_reviews_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifact_reviews"),
    )
    op.create_index("ix_artifact_reviews_artifact_id", "artifact_reviews", ["artifact_id"])
    op.create_index(
        "ix_artifact_reviews_district_updated",
        "artifact_reviews",
        ["district_id", "updated_at", "id"],
    )
    op.create_index(
        "ix_artifact_reviews_evaluator_id", "artifact_reviews", ["evaluator_id", "status"]
    )
    op.create_index("ix_artifact_reviews_rubric_id", "artifact_reviews", ["rubric_id"])
    op.create_index("ix_artifact_reviews_student_id", "artifact_reviews", ["student_id"])
    op.create_index(
        "uq_artifact_reviews_open",
        "artifact_reviews",
        ["artifact_id", "rubric_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('submitted', 'in_review', 'appealed')"),
        postgresql_where=sa.text("status IN ('submitted', 'in_review', 'appealed')"),
    )
    op.create_table(
        "criterion_scores",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_key", sa.String(64), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name="fk_criterion_scores_artifact_id"
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_criterion_scores_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["artifact_reviews.id"], name="fk_criterion_scores_review_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_criterion_scores_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_criterion_scores"),
    )
    op.create_index("ix_criterion_scores_student_id", "criterion_scores", ["student_id"])
    op.create_index(
        "uq_criterion_scores_key",
        "criterion_scores",
        ["review_id", "criterion_key", "is_final"],
        unique=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )
    for column, table in (("artifact_id", "artifacts"), ("artifact_review_id", "artifact_reviews")):
        op.add_column(
            "ratings",
            sa.Column(
                column,
                sa.Uuid(),
                sa.ForeignKey(f"{table}.id", name=f"fk_ratings_{column}"),
                nullable=True,
            ),
            inline_references=True,
        )
        op.create_index(f"ix_ratings_{column}", "ratings", [column])


def downgrade() -> None:
    for column in ("artifact_review_id", "artifact_id"):
        op.drop_index(f"ix_ratings_{column}", "ratings")
        op.drop_column("ratings", column)
    op.drop_table("criterion_scores")
    op.drop_table("artifact_reviews")
